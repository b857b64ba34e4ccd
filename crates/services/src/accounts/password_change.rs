//! Changing a password, or setting a new one in the place of one that was forgotten.

use arbitragevault_persistence::account_tokens::{self, Purpose};
use arbitragevault_persistence::sessions::{self, Revocation, Which};
use arbitragevault_persistence::{PersistenceError, sign_in_failures, users};
use diesel_async::AsyncConnection as _;

use super::email_address::{EmailAddress, attempt_digest};
use super::error::AccountError;
use super::lock_out::begin_attempt;
use super::one_time;
use super::passwords;
use super::secret::Secret;
use super::tokens::TokenSubject;
use crate::Services;

impl Services {
    /// Changes the password of who knows the current one, and ends every other session.
    ///
    /// # Errors
    /// When the current password is wrong, the new one cannot be taken, the session of the token has ended, or the database is not
    /// available.
    pub async fn change_password(
        &self,
        subject: TokenSubject,
        current: Secret,
        new: Secret,
    ) -> Result<(), AccountError> {
        let now = self.shared.clock.now();
        let (user, digest) = {
            let mut connection = self.connection().await?;
            let user = self.signed_in(&mut connection, subject).await?;
            passwords::check(&new, "new_password", Some(&user.email))?;
            let digest = attempt_digest(&user.email);
            begin_attempt(&mut connection, &digest, now).await?;
            (user, digest)
        };
        let hasher = &self.shared.accounts.passwords;
        if !hasher.verify(current, user.password_hash.clone()).await? {
            return Err(AccountError::Field {
                field: "current_password",
                code: "WRONG_PASSWORD",
                detail: "is not the current password".to_owned(),
            });
        }
        let hash = hasher.hash(new).await?;
        let kept = subject.session_id.map_or(Which::All, Which::AllBut);
        let mut connection = self.connection().await?;
        connection
            .transaction(async |connection| {
                users::set_password(connection, user.id, Some(&hash)).await?;
                sign_in_failures::forget(connection, &digest).await?;
                sessions::revoke(connection, user.id, kept, Revocation::PasswordChanged, now)
                    .await?;
                Ok::<_, PersistenceError>(())
            })
            .await?;
        tracing::info!(user_id = %user.id, "user {} changed the password", user.id);
        Ok(())
    }

    /// Sends a mail with which a forgotten password can be replaced, when there is such an account. What follows the answer is done after
    /// it, so that neither answer nor time tell whether there is.
    pub fn forget_password(&self, email: &str) {
        let Ok(email) = email.parse::<EmailAddress>() else {
            return;
        };
        let services = self.clone();
        tokio::spawn(async move {
            if let Err(error) = services.send_reset(&email).await {
                let error = crate::error::chain(&error);
                tracing::error!(error, "the mail to reset a password was not sent");
            }
        });
    }

    /// Sets the password of who holds the token of a mail, and ends every session. The address is proved by the way.
    ///
    /// # Errors
    /// When the token is unknown, used or expired, the password cannot be taken, or the database is not available.
    pub async fn reset_password(&self, token: &Secret, new: Secret) -> Result<(), AccountError> {
        passwords::check(&new, "password", None)?;
        let hash = self.shared.accounts.passwords.hash(new).await?;
        let now = self.shared.clock.now();
        let mut connection = self.connection().await?;
        let user_id = connection
            .transaction(async |connection| {
                let digest = token.digest();
                let taken =
                    account_tokens::take(connection, &digest, Purpose::ResetPassword, now).await?;
                let Some(user_id) = taken else {
                    return Ok(None);
                };
                users::set_password(connection, user_id, Some(&hash)).await?;
                users::set_email_verified(connection, user_id, now).await?;
                let user = users::get(connection, user_id).await?;
                sign_in_failures::forget(connection, &attempt_digest(&user.email)).await?;
                sessions::revoke(
                    connection,
                    user_id,
                    Which::All,
                    Revocation::PasswordChanged,
                    now,
                )
                .await?;
                Ok::<_, PersistenceError>(Some(user_id))
            })
            .await?;
        let user_id = user_id.ok_or_else(one_time::refused)?;
        tracing::info!(%user_id, "user {user_id} reset the password");
        Ok(())
    }
}
