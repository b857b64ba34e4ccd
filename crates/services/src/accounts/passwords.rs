//! Passwords: what may be one, and their hashing.
//!
//! A hash is slow and large on purpose, so it is made on threads that may block, and no more of them at once than there are processors:
//! two hundred who sign in together wait for each other, and neither the memory nor the other requests feel them.

use std::sync::Arc;
use std::time::Duration;

use argon2::password_hash::{self, PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use super::error::AccountError;
use super::secret::{Secret, random_bytes};
use crate::error::ServiceError;

/// Fewest characters of a password that is the only factor (NIST SP 800-63B-4, 3.1.1.2; grade A). There are no rules of composition,
/// which the same place forbids.
pub const MIN_PASSWORD_CHARS: usize = 15;

/// Most characters: far above the 64 that must be allowed (the same place), and low enough that nobody sends megabytes to be hashed
/// (grade M).
pub const MAX_PASSWORD_CHARS: usize = 256;

/// Memory in KiB, passes and lanes of Argon2id (OWASP, Password Storage Cheat Sheet: m=19456, t=2, p=1; grade A).
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Bytes of a salt (RFC 9106, 3.1: 16 is recommended; grade A).
const SALT_BYTES: usize = 16;

/// A hash that no password has, of the same cost as any: it is verified against where there is no account, so that the time of the
/// answer does not tell.
const DECOY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// How long somebody waits for their turn; below the time limit of a request (grade M).
const PATIENCE: Duration = Duration::from_secs(20);

/// Makes and verifies hashes of passwords.
#[derive(Debug)]
pub(super) struct PasswordHasher {
    turns: Arc<Semaphore>,
}

impl Default for PasswordHasher {
    /// One hash at once for each processor.
    fn default() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            turns: Arc::new(Semaphore::new(processors)),
        }
    }
}

impl PasswordHasher {
    /// The hash of a password, in PHC form.
    ///
    /// # Errors
    /// When too many wait for their turn.
    pub(super) async fn hash(&self, password: Secret) -> Result<String, ServiceError> {
        let salt: [u8; SALT_BYTES] = random_bytes()?;
        self.in_turn(move || {
            let argon2 = argon2()?;
            let hash = argon2.hash_password_with_salt(password.expose().as_bytes(), &salt);
            Ok(hash.map_err(ServiceError::internal)?.to_string())
        })
        .await
    }

    /// Whether a hash is that of a password. Without a hash it takes as long, and is not.
    ///
    /// # Errors
    /// When too many wait for their turn, or the hash is none.
    pub(super) async fn verify(
        &self,
        password: Secret,
        hash: Option<String>,
    ) -> Result<bool, ServiceError> {
        self.in_turn(move || {
            let hash = hash.as_deref().unwrap_or(DECOY);
            let verified = argon2()?.verify_password(password.expose().as_bytes(), hash);
            match verified {
                Ok(()) => Ok(true),
                Err(password_hash::Error::PasswordInvalid) => Ok(false),
                Err(error) => Err(ServiceError::internal(error)),
            }
        })
        .await
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, ServiceError> + Send + 'static,
    ) -> Result<T, ServiceError> {
        let turn = tokio::time::timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned());
        let turn = match turn.await {
            Ok(turn) => turn.map_err(ServiceError::internal)?,
            Err(_) => {
                return Err(ServiceError::Unavailable {
                    dependency: "a turn to check the password",
                    retry_after: Duration::from_secs(5),
                    source: None,
                });
            }
        };
        // The turn ends with the work, even when nobody waits for its result any more.
        let worked = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        });
        worked.await.map_err(ServiceError::internal)?
    }
}

fn argon2() -> Result<Argon2<'static>, ServiceError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(ServiceError::internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Holds the rules for a new password.
///
/// # Errors
/// When it is too short, too long, or the address itself.
pub(super) fn check(
    password: &Secret,
    field: &'static str,
    email: Option<&str>,
) -> Result<(), AccountError> {
    let chars = password.expose().chars().count();
    let (code, detail) = if !(MIN_PASSWORD_CHARS..=MAX_PASSWORD_CHARS).contains(&chars) {
        let detail = format!(
            "must be between {MIN_PASSWORD_CHARS} and {MAX_PASSWORD_CHARS} characters long: a few words will do"
        );
        ("WRONG_LENGTH", detail)
    } else if email.is_some_and(|email| password.expose().eq_ignore_ascii_case(email)) {
        ("INVALID_VALUE", "must not be the e-mail address".to_owned())
    } else {
        return Ok(());
    };
    Err(AccountError::Field {
        field,
        code,
        detail,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_recognised_by_its_hash_and_no_other_is() {
        let hasher = PasswordHasher::default();
        let hash = hasher
            .hash(Secret::new("correct horse battery"))
            .await
            .unwrap();
        let other = hasher
            .hash(Secret::new("correct horse battery"))
            .await
            .unwrap();
        assert_ne!(hash, other, "every hash has a salt of its own");
        for (password, hash, is_right) in [
            ("correct horse battery", Some(hash.clone()), true),
            ("correct horse batterY", Some(hash), false),
            ("correct horse battery", None, false),
        ] {
            let verified = hasher.verify(Secret::new(password), hash).await.unwrap();
            assert_eq!(verified, is_right, "{password}");
        }
    }

    #[tokio::test]
    async fn the_decoy_costs_what_every_hash_costs() {
        let hash = PasswordHasher::default()
            .hash(Secret::new("x"))
            .await
            .unwrap();
        let cost = |hash: &str| hash.rsplitn(3, '$').last().map(str::to_owned);
        assert_eq!(cost(&hash), cost(DECOY));
        assert_eq!(hash.len(), DECOY.len());
        assert_eq!(cost(DECOY).unwrap(), "$argon2id$v=19$m=19456,t=2,p=1");
    }

    #[tokio::test]
    async fn a_hash_that_is_none_is_a_defect_and_no_wrong_password() {
        let hasher = PasswordHasher::default();
        let verified = hasher
            .verify(Secret::new("x"), Some("plain".to_owned()))
            .await;
        assert!(matches!(verified, Err(ServiceError::Internal(_))));
    }

    #[test]
    fn only_length_and_the_address_are_held_against_a_password() {
        let code = |password: &str| match check(
            &Secret::new(password),
            "password",
            Some("ada.lovelace@example.com"),
        ) {
            Ok(()) => "taken",
            Err(AccountError::Field { code, .. }) => code,
            Err(_) => "another error",
        };
        assert_eq!(code("aaaaaaaaaaaaaaa"), "taken");
        assert_eq!(code("ñandú y colibrí"), "taken");
        assert_eq!(code("fourteen chars"), "WRONG_LENGTH");
        assert_eq!(code(&"x".repeat(257)), "WRONG_LENGTH");
        assert_eq!(code("ADA.lovelace@example.com"), "INVALID_VALUE");
    }
}
