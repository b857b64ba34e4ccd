//! Addresses of mail.

use std::fmt;
use std::str::FromStr;

use super::secret::sha256;

/// The longest address that mail carries (RFC 5321, 4.5.3.1.3, less the angle brackets; grade A).
const MAX_BYTES: usize = 254;

/// An address of mail in lower case, by which an account is found.
#[derive(Clone, PartialEq, Eq)]
pub struct EmailAddress(lettre::Address);

/// The text is no address of mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is no e-mail address")]
pub struct NoEmailAddress;

impl EmailAddress {
    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_ref()
    }

    /// What stands before the `@`.
    pub(super) fn local_part(&self) -> &str {
        self.0.user()
    }

    /// The address, as mails need it.
    pub(super) fn address(&self) -> lettre::Address {
        self.0.clone()
    }
}

/// The digest under which attempts to sign in with a text are counted.
pub(super) fn attempt_digest(given: &str) -> Vec<u8> {
    sha256(given.trim().to_lowercase().as_bytes())
}

impl FromStr for EmailAddress {
    type Err = NoEmailAddress;

    fn from_str(text: &str) -> Result<Self, NoEmailAddress> {
        let text = text.trim().to_lowercase();
        if text.len() > MAX_BYTES {
            return Err(NoEmailAddress);
        }
        text.parse().map(Self).map_err(|_| NoEmailAddress)
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_in_lower_case_and_what_is_none_is_refused() {
        let read = |text: &str| {
            text.parse::<EmailAddress>()
                .map(|address| address.as_str().to_owned())
        };
        assert_eq!(read(" Ada@Example.COM ").as_deref(), Ok("ada@example.com"));
        assert_eq!(
            read("ada+books@example.co.uk").as_deref(),
            Ok("ada+books@example.co.uk")
        );
        let long = format!("{}@example.com", "a".repeat(250));
        for wrong in [
            "",
            "ada",
            "ada@",
            "@example.com",
            "a b@example.com",
            "ada@exa mple.com",
            "ada@example.com\r\nBcc: b@example.com",
            &long,
        ] {
            assert_eq!(read(wrong), Err(NoEmailAddress), "{wrong:?}");
        }
    }
}
