//! Signing in with address and password.

use arbitragevault_persistence::users::{self, User};
use arbitragevault_persistence::{Connection, sign_in_failures};

use super::client::Client;
use super::email_address::{EmailAddress, attempt_digest};
use super::error::AccountError;
use super::lock_out::begin_attempt;
use super::second_factor::{self, Factor};
use super::secret::Secret;
use super::sessions::SessionTokens;
use crate::Services;

/// What somebody signs in with.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The address as given.
    pub email: String,
    /// The password.
    pub password: Secret,
    /// A code of the second factor, where the account has one.
    pub factor: Option<Factor>,
}

impl Services {
    /// Begins a session. Where there is no such account, the answer is that of a wrong password, and takes as long; no connection is held
    /// while the password is checked.
    ///
    /// # Errors
    /// [`AccountError::WrongCredentials`], [`AccountError::SecondFactorRequired`], [`AccountError::WrongCode`], [`AccountError::Locked`],
    /// or when the database is not available.
    pub async fn sign_in(
        &self,
        credentials: Credentials,
        client: Client,
    ) -> Result<SessionTokens, AccountError> {
        let now = self.shared.clock.now();
        let digest = attempt_digest(&credentials.email);
        let user = {
            let mut connection = self.connection().await?;
            begin_attempt(&mut connection, &digest, now).await?;
            find(&mut connection, &credentials.email).await?
        };
        let hash = user.as_ref().and_then(|user| user.password_hash.clone());
        let accounts = &self.shared.accounts;
        let is_right = accounts
            .passwords
            .verify(credentials.password, hash)
            .await?;
        let user = user.filter(|user| is_right && user.disabled_at.is_none());
        let user = user.ok_or(AccountError::WrongCredentials)?;
        let mut connection = self.connection().await?;
        if user.totp_confirmed_at.is_some() {
            let Some(factor) = &credentials.factor else {
                // The password is right and no code was tried: no guess was made.
                sign_in_failures::take_back(&mut connection, &digest).await?;
                return Err(AccountError::SecondFactorRequired);
            };
            second_factor::check(&mut connection, accounts, &user, factor, now).await?;
        }
        let began = self.begin_session(&mut connection, &user, client).await?;
        sign_in_failures::forget(&mut connection, &digest).await?;
        drop(connection);
        tracing::info!(user_id = %user.id, session_id = %began.session_id, "user {} signed in", user.id);
        self.tokens_of(&user, began).await
    }
}

async fn find(connection: &mut Connection, email: &str) -> Result<Option<User>, AccountError> {
    match email.parse::<EmailAddress>() {
        Ok(email) => Ok(users::by_email(connection, email.as_str()).await?),
        Err(_) => Ok(None),
    }
}
