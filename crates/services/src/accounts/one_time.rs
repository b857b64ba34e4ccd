//! One-time tokens that are sent by mail: to prove an address, and to set a new password.

use arbitragevault_persistence::account_tokens::{self, NewToken, Purpose};
use arbitragevault_persistence::users::{self, User};
use arbitragevault_persistence::{Connection, PersistenceError};
use chrono::TimeDelta;
use diesel_async::AsyncConnection as _;

use super::email_address::EmailAddress;
use super::error::AccountError;
use super::mail::{Mail, deliver};
use super::mails;
use super::secret::Secret;
use super::tokens::TokenSubject;
use crate::Services;
use crate::error::ServiceError;

/// How long a mail may take to be read. A reset is asked for by somebody who waits (OWASP, Forgot Password Cheat Sheet: "an appropriate
/// period"; grade M); to prove an address there is no hurry.
const RESET_HOLDS: TimeDelta = TimeDelta::hours(1);
const VERIFICATION_HOLDS: TimeDelta = TimeDelta::hours(48);

/// Between two mails to the same account for the same purpose: nobody's inbox is flooded through us (grade M).
const BETWEEN_MAILS: TimeDelta = TimeDelta::minutes(1);

/// The token of a mail cannot be taken; which of the reasons it is, is not told.
pub(super) fn refused() -> AccountError {
    AccountError::Field {
        field: "token",
        code: "TOKEN_REFUSED",
        detail: "is unknown, was used before, or has expired: ask for a new mail".to_owned(),
    }
}

impl Services {
    /// Sends a mail to prove the address of a user. The mail is on its way when this returns; it need not have arrived.
    pub(super) async fn send_verification(
        &self,
        connection: &mut Connection,
        user: &User,
    ) -> Result<(), AccountError> {
        self.send_token(connection, user, Purpose::VerifyEmail)
            .await
    }

    /// Sends a mail with which a forgotten password can be replaced, when there is such an account.
    pub(super) async fn send_reset(&self, email: &EmailAddress) -> Result<(), AccountError> {
        let mut connection = self.connection().await?;
        let user = users::by_email(&mut connection, email.as_str()).await?;
        let Some(user) = user.filter(|user| user.disabled_at.is_none()) else {
            return Ok(());
        };
        match self
            .send_token(&mut connection, &user, Purpose::ResetPassword)
            .await
        {
            // The mail that was just sent will do.
            Err(AccountError::MailJustSent { .. }) => Ok(()),
            sent => sent,
        }
    }

    async fn send_token(
        &self,
        connection: &mut Connection,
        user: &User,
        purpose: Purpose,
    ) -> Result<(), AccountError> {
        let now = self.shared.clock.now();
        let to: EmailAddress = user.email.parse().map_err(ServiceError::internal)?;
        let latest = account_tokens::latest(connection, user.id, purpose).await?;
        if let Some(next) = latest.map(|latest| latest + BETWEEN_MAILS)
            && next > now
        {
            return Err(AccountError::MailJustSent {
                retry_after: (next - now).to_std().unwrap_or_default(),
            });
        }
        let token = Secret::random()?;
        let holds = match purpose {
            Purpose::VerifyEmail => VERIFICATION_HOLDS,
            Purpose::ResetPassword => RESET_HOLDS,
        };
        let new = NewToken {
            hash: &token.digest(),
            user_id: user.id,
            purpose,
            created_at: now,
            expires_at: now + holds,
        };
        account_tokens::insert(connection, &new).await?;
        let settings = &self.shared.accounts.settings;
        let text = mails::one_time(purpose, settings.app_url.as_deref(), &token, new.expires_at);
        let mail = Mail {
            to: to.address(),
            subject: text.subject,
            body: text.body,
        };
        self.shared
            .runtime
            .spawn(deliver(settings.mail.clone(), mail, user.id));
        Ok(())
    }

    /// Sends the mail to prove the address again.
    ///
    /// # Errors
    /// When the address is proved already, a mail was sent just now, the session of the token has ended, or the database is not
    /// available.
    pub async fn resend_verification(&self, subject: TokenSubject) -> Result<(), AccountError> {
        let mut connection = self.connection().await?;
        let user = self.signed_in(&mut connection, subject).await?;
        if user.email_verified_at.is_some() {
            return Err(AccountError::conflict(
                "EMAIL_VERIFIED",
                "the e-mail address is proved already",
            ));
        }
        self.send_verification(&mut connection, &user).await
    }

    /// Takes the proof of an address that a mail carried.
    ///
    /// # Errors
    /// When the token is unknown, used or expired, or the database is not available.
    pub async fn verify_email(&self, token: &Secret) -> Result<(), AccountError> {
        let now = self.shared.clock.now();
        let mut connection = self.connection().await?;
        let user_id = connection
            .transaction(async |connection| {
                let digest = token.digest();
                let taken =
                    account_tokens::take(connection, &digest, Purpose::VerifyEmail, now).await?;
                if let Some(user_id) = taken {
                    users::set_email_verified(connection, user_id, now).await?;
                }
                Ok::<_, PersistenceError>(taken)
            })
            .await?;
        user_id.map(drop).ok_or_else(refused)
    }
}
