//! Secrets that the server makes, shows once, and keeps only as a hash: API keys and tokens of invitations.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::TryRngCore as _;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::error::ServiceError;

/// What every API key begins with, so that people and scanners of leaked secrets know it.
pub const API_KEY_PREFIX: &str = "avk_";

/// What the token of every invitation begins with.
pub const INVITATION_PREFIX: &str = "avi_";

/// Characters of a secret that are kept to tell it by, those of the prefix included. The 48 bits in them leave more than 200 unknown.
const SHOWN_CHARS: usize = 12;

/// A secret, as it is shown once.
pub struct Secret(String);

impl Secret {
    /// A new secret of 256 random bits from the operating system.
    ///
    /// # Errors
    /// When the operating system has no randomness.
    pub fn generate(prefix: &str) -> Result<Self, ServiceError> {
        let mut bytes = [0; 32];
        rand::rngs::OsRng
            .try_fill_bytes(&mut bytes)
            .map_err(ServiceError::internal)?;
        Ok(Self(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes))))
    }

    /// The secret itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Its first characters, by which people tell it from others.
    #[must_use]
    pub fn shown(&self) -> String {
        self.0.chars().take(SHOWN_CHARS).collect()
    }

    /// What is kept of it.
    #[must_use]
    pub fn hash(&self) -> SecretHash {
        SecretHash::of(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

/// SHA-256 of a secret. 256 random bits can be neither guessed nor looked up in a table, so neither salt nor a slow hash would add to it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    /// The hash of a presented secret.
    #[must_use]
    pub fn of(secret: &str) -> Self {
        Self(Sha256::digest(secret.as_bytes()).into())
    }

    /// Its bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether it equals a stored hash, in a time that does not tell where they differ.
    #[must_use]
    pub fn matches(&self, stored: &[u8]) -> bool {
        self.0.as_slice().ct_eq(stored).into()
    }
}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_long_random_and_never_printed() {
        let [one, other] = [(); 2].map(|()| Secret::generate(API_KEY_PREFIX).unwrap());
        assert_eq!(one.reveal().len(), 4 + 43);
        assert!(one.reveal().starts_with(&one.shown()) && one.shown().starts_with("avk_"));
        assert_ne!(one.reveal(), other.reveal());
        assert!(!format!("{one:?} {:?}", one.hash()).contains(&one.reveal()[4..]));
    }

    #[test]
    fn a_hash_matches_its_own_secret_only() {
        let secret = Secret::generate(API_KEY_PREFIX).unwrap();
        let hash = SecretHash::of(secret.reveal());
        assert!(hash.matches(secret.hash().as_bytes()));
        for wrong in [
            SecretHash::of("avk_"),
            SecretHash::of(&secret.reveal()[..46]),
            SecretHash::of(&secret.reveal().to_uppercase()),
        ] {
            assert!(!wrong.matches(hash.as_bytes()));
        }
        assert!(!hash.matches(&hash.as_bytes()[..31]));
    }
}
