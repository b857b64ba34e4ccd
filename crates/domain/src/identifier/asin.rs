//! Amazon's own identifier.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An Amazon Standard Identification Number: ten characters, upper-case letters and digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Asin([u8; 10]);

/// A text that is no ASIN.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an ASIN is ten letters and digits, not {0:?}")]
pub struct InvalidAsin(pub String);

impl Asin {
    /// Reads an ASIN; lower-case letters become upper-case.
    ///
    /// # Errors
    /// When the text is not ten ASCII letters and digits.
    pub fn parse(text: &str) -> Result<Self, InvalidAsin> {
        let invalid = || InvalidAsin(text.to_owned());
        let mut bytes: [u8; 10] = text.as_bytes().try_into().map_err(|_| invalid())?;
        if !bytes.iter().all(u8::is_ascii_alphanumeric) {
            return Err(invalid());
        }
        bytes.make_ascii_uppercase();
        Ok(Self(bytes))
    }

    /// The ten characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Asin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Asin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Asin({self})")
    }
}

impl Serialize for Asin {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Asin {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}
