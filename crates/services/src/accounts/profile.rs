//! What an account tells its owner.

use arbitragevault_persistence::users::{self, Membership, User};
use arbitragevault_persistence::{Connection, recovery_codes};

use super::error::AccountError;
use super::tokens::TokenSubject;
use crate::Services;

/// A user with their organisation.
#[derive(Debug, Clone)]
pub struct Profile {
    /// The user.
    pub user: User,
    /// The organisation.
    pub membership: Membership,
    /// Recovery codes that were not used yet; 0 without a second factor.
    pub recovery_codes_left: i64,
}

impl Services {
    /// The account of a token.
    ///
    /// # Errors
    /// When the session of the token has ended, or the database is not available.
    pub async fn profile(&self, subject: TokenSubject) -> Result<Profile, AccountError> {
        let mut connection = self.connection().await?;
        let user = self.signed_in(&mut connection, subject).await?;
        self.profile_of(&mut connection, user).await
    }

    pub(super) async fn profile_of(
        &self,
        connection: &mut Connection,
        user: User,
    ) -> Result<Profile, AccountError> {
        Ok(Profile {
            membership: users::membership(connection, user.id).await?,
            recovery_codes_left: recovery_codes::left(connection, user.id).await?,
            user,
        })
    }
}
