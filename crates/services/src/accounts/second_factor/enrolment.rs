//! Taking up the second factor, and giving it up.

use arbitragevault_persistence::users::{self, User};
use arbitragevault_persistence::{Connection, PersistenceError, recovery_codes, sign_in_failures};
use diesel_async::AsyncConnection as _;

use super::super::email_address::attempt_digest;
use super::super::error::AccountError;
use super::super::lock_out::begin_attempt;
use super::super::secret::{Secret, random_bytes};
use super::super::tokens::TokenSubject;
use super::{Factor, check, recovery, sealed_for, totp};
use crate::Services;

/// A second factor that waits to be confirmed.
#[derive(Debug, Clone)]
pub struct Enrolment {
    /// The secret in base32, to be typed.
    pub secret: Secret,
    /// The same as an address, to be shown as a QR code.
    pub uri: Secret,
}

impl Services {
    /// Gives a user a second factor. It is asked for once it is confirmed; until then, enrolling again replaces it.
    ///
    /// # Errors
    /// When the user has one, the server has no key to seal it, the session of the token has ended, or the database is not available.
    pub async fn enrol_second_factor(
        &self,
        subject: TokenSubject,
    ) -> Result<Enrolment, AccountError> {
        let vault = self.shared.accounts.settings.vault.as_ref();
        let vault = vault.ok_or_else(|| {
            AccountError::conflict(
                "SECOND_FACTOR_NOT_CONFIGURED",
                "this server has no key to store secrets under: its operator sets accounts.encryption_key",
            )
        })?;
        let secret: [u8; totp::SECRET_BYTES] = random_bytes()?;
        let mut connection = self.connection().await?;
        let user = self.signed_in(&mut connection, subject).await?;
        let sealed = vault.seal(&secret, &sealed_for(user.id))?;
        if !users::enrol_totp(&mut connection, user.id, &sealed).await? {
            return Err(enabled());
        }
        Ok(Enrolment {
            secret: Secret::new(totp::written(&secret)),
            uri: Secret::new(totp::uri(&secret, &user.email)),
        })
    }

    /// Confirms a second factor by its first code, and returns the recovery codes, which are shown this once.
    ///
    /// # Errors
    /// When there is none to confirm, the code is wrong, too many were, the session of the token has ended, or the database is not
    /// available.
    pub async fn confirm_second_factor(
        &self,
        subject: TokenSubject,
        code: Secret,
    ) -> Result<Vec<Secret>, AccountError> {
        let now = self.shared.clock.now();
        let mut connection = self.connection().await?;
        let user = self.signed_in(&mut connection, subject).await?;
        if user.totp_confirmed_at.is_some() {
            return Err(enabled());
        }
        if user.totp_secret.is_none() {
            return Err(AccountError::conflict(
                "SECOND_FACTOR_NOT_ENROLLED",
                "there is no second factor to confirm: enrol one first",
            ));
        }
        self.prove(&mut connection, &user, &Factor::Totp(code))
            .await?;
        let codes = recovery::new_codes()?;
        let hashes: Vec<_> = codes
            .iter()
            .map(|code| recovery::hash(user.id, code))
            .collect();
        let is_confirmed = connection
            .transaction(async |connection| {
                let is_confirmed = users::confirm_totp(connection, user.id, now).await?;
                if is_confirmed {
                    recovery_codes::replace(connection, user.id, &hashes).await?;
                }
                Ok::<_, PersistenceError>(is_confirmed)
            })
            .await?;
        if !is_confirmed {
            return Err(enabled());
        }
        tracing::info!(user_id = %user.id, "user {} took up a second factor", user.id);
        Ok(codes)
    }

    /// Takes the second factor away from who has it.
    ///
    /// # Errors
    /// When there is none, the code is wrong, too many were, the session of the token has ended, or the database is not available.
    pub async fn disable_second_factor(
        &self,
        subject: TokenSubject,
        factor: Factor,
    ) -> Result<(), AccountError> {
        let mut connection = self.connection().await?;
        let user = self.signed_in(&mut connection, subject).await?;
        if user.totp_confirmed_at.is_none() {
            return Err(AccountError::conflict(
                "SECOND_FACTOR_NOT_ENABLED",
                "the account has no second factor",
            ));
        }
        self.prove(&mut connection, &user, &factor).await?;
        connection
            .transaction(async |connection| {
                users::remove_totp(connection, user.id).await?;
                recovery_codes::replace(connection, user.id, &[]).await
            })
            .await?;
        tracing::info!(user_id = %user.id, "user {} gave the second factor up", user.id);
        Ok(())
    }

    /// Takes a code of a signed-in user; wrong ones count as attempts to sign in do.
    async fn prove(
        &self,
        connection: &mut Connection,
        user: &User,
        factor: &Factor,
    ) -> Result<(), AccountError> {
        let now = self.shared.clock.now();
        let digest = attempt_digest(&user.email);
        begin_attempt(connection, &digest, now).await?;
        let checked = check(connection, &self.shared.accounts, user, factor, now).await;
        checked.map_err(|error| match error {
            AccountError::WrongCode => AccountError::Field {
                field: match factor {
                    Factor::Totp(_) => "totp_code",
                    Factor::Recovery(_) => "recovery_code",
                },
                code: "WRONG_CODE",
                detail: "is wrong, or was used before".to_owned(),
            },
            error => error,
        })?;
        sign_in_failures::forget(connection, &digest).await?;
        Ok(())
    }
}

fn enabled() -> AccountError {
    AccountError::conflict(
        "SECOND_FACTOR_ENABLED",
        "the account has a second factor already: disable it first",
    )
}
