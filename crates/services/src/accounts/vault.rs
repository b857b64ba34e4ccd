//! Secrets that have to be read again, sealed under a key that is not in the database.

use std::fmt;
use std::sync::Arc;

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::error::Unspecified;

use super::secret::{CryptoFailure, random_bytes};
use crate::error::ServiceError;

/// Bytes of the key.
pub(super) const KEY_BYTES: usize = 32;

/// Seals and opens with ChaCha20-Poly1305. What was sealed for one use opens for no other.
#[derive(Clone)]
pub struct Vault(Arc<LessSafeKey>);

impl Vault {
    /// A vault under a key; `None` never comes of 32 bytes.
    #[must_use]
    pub fn new(key: &[u8; KEY_BYTES]) -> Option<Self> {
        let key = UnboundKey::new(&CHACHA20_POLY1305, key).ok()?;
        Some(Self(Arc::new(LessSafeKey::new(key))))
    }

    /// Seals a secret for a use, `totp` and the id of the user for example. The nonce is random: 96 bits suffice for the few secrets of a key.
    pub(super) fn seal(&self, secret: &[u8], purpose: &str) -> Result<Vec<u8>, ServiceError> {
        let nonce: [u8; NONCE_LEN] = random_bytes()?;
        let mut sealed = secret.to_vec();
        self.0
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(purpose.as_bytes()),
                &mut sealed,
            )
            .map_err(|_| ServiceError::internal(CryptoFailure("a secret cannot be sealed")))?;
        Ok([nonce.as_slice(), sealed.as_slice()].concat())
    }

    /// Opens what was sealed for the same use under the same key.
    pub(super) fn open(&self, sealed: &[u8], purpose: &str) -> Result<Vec<u8>, Unspecified> {
        let (nonce, sealed) = sealed.split_first_chunk().ok_or(Unspecified)?;
        let mut bytes = sealed.to_vec();
        let opened = self.0.open_in_place(
            Nonce::assume_unique_for_key(*nonce),
            Aad::from(purpose.as_bytes()),
            &mut bytes,
        )?;
        Ok(opened.to_vec())
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_for_its_use_and_key_only() {
        let vault = Vault::new(&[7; KEY_BYTES]).unwrap();
        let sealed = vault.seal(b"a secret", "totp:ada").unwrap();
        assert_ne!(sealed, vault.seal(b"a secret", "totp:ada").unwrap());
        assert_eq!(vault.open(&sealed, "totp:ada").unwrap(), b"a secret");
        assert!(vault.open(&sealed, "totp:bob").is_err());
        let other = Vault::new(&[8; KEY_BYTES]).unwrap();
        assert!(other.open(&sealed, "totp:ada").is_err());
        for cut in [0, 11, 12, sealed.len() - 1] {
            assert!(vault.open(&sealed[..cut], "totp:ada").is_err(), "{cut}");
        }
    }
}
