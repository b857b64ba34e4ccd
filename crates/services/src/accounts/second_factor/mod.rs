//! The second factor: codes that change every 30 s, and recovery codes for the day on which the device is lost.

mod enrolment;
mod recovery;
mod totp;

use arbitragevault_persistence::users::{self, User};
use arbitragevault_persistence::{Connection, recovery_codes};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Accounts;
use super::error::AccountError;
use super::secret::{CryptoFailure, Secret};
use crate::error::ServiceError;

pub use enrolment::Enrolment;

/// What proves that somebody has the second factor.
#[derive(Debug, Clone)]
pub enum Factor {
    /// The code that the device shows.
    Totp(Secret),
    /// A recovery code.
    Recovery(Secret),
}

/// Takes a code of a user, which cannot be taken again.
///
/// # Errors
/// [`AccountError::WrongCode`], or when the database is not available.
pub(super) async fn check(
    connection: &mut Connection,
    accounts: &Accounts,
    user: &User,
    factor: &Factor,
    now: DateTime<Utc>,
) -> Result<(), AccountError> {
    let is_taken = match factor {
        Factor::Totp(code) => {
            let sealed = user.totp_secret.as_deref().unwrap_or_default();
            let secret = open(accounts, user.id, sealed)?;
            match totp::matching_step(&secret, code, now) {
                Some(step) => users::take_totp_step(connection, user.id, sealed, step).await?,
                None => false,
            }
        }
        Factor::Recovery(code) => {
            let hash = recovery::hash(user.id, code);
            recovery_codes::take(connection, user.id, &hash, now).await?
        }
    };
    if is_taken {
        Ok(())
    } else {
        Err(AccountError::WrongCode)
    }
}

/// What the secret of a user is sealed for.
fn sealed_for(user_id: Uuid) -> String {
    format!("totp {user_id}")
}

fn open(accounts: &Accounts, user_id: Uuid, sealed: &[u8]) -> Result<Vec<u8>, AccountError> {
    let vault = accounts.settings.vault.as_ref();
    let opened = vault.and_then(|vault| vault.open(sealed, &sealed_for(user_id)).ok());
    Ok(opened.ok_or_else(|| {
        ServiceError::internal(CryptoFailure(
            "a secret was sealed under another accounts.encryption_key",
        ))
    })?)
}
