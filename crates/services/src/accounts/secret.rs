//! Texts that no log shows, and tokens that nobody guesses.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest;
use ring::rand::{SecureRandom as _, SystemRandom};
use serde::Deserialize;

use crate::error::ServiceError;

/// A password, a code or a token: shown to whom it belongs, and in no log.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Hides a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// A new token of 256 random bits, in base64url.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub(super) fn random() -> Result<Self, ServiceError> {
        let bytes: [u8; 32] = random_bytes()?;
        Ok(Self(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// SHA-256 of the text. Enough to store what is long and random; a password needs more.
    pub(super) fn digest(&self) -> Vec<u8> {
        sha256(self.0.as_bytes())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("redacted")
    }
}

/// A failure of the cryptography, which tells no more of itself on purpose.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct CryptoFailure(pub(super) &'static str);

/// SHA-256 of bytes.
pub(super) fn sha256(bytes: &[u8]) -> Vec<u8> {
    digest::digest(&digest::SHA256, bytes).as_ref().to_vec()
}

/// Random bytes of the system.
///
/// # Errors
/// When the system has none.
pub(super) fn random_bytes<const N: usize>() -> Result<[u8; N], ServiceError> {
    let mut bytes = [0; N];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| ServiceError::internal(CryptoFailure("the system has no randomness")))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_shows_nothing_and_no_two_tokens_are_alike() {
        let secret = Secret::new("correct horse battery staple");
        assert_eq!(
            format!("{secret:?} {:?}", Some(&secret)),
            "redacted Some(redacted)"
        );
        let (one, other) = (Secret::random().unwrap(), Secret::random().unwrap());
        assert_ne!(one, other);
        assert_eq!(one.expose().len(), 43);
        assert_ne!(one.digest(), other.digest());
    }
}
