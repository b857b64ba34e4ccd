//! Amazon's own identifier.

use super::error::IdentifierError;
use super::text::fixed_text;

/// An Amazon Standard Identification Number: ten characters, upper-case letters and digits.
///
/// Of a book that has an ISBN-10 it normally is that ISBN-10 (grade M).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "utoipa", schema(value_type = String, example = "0593655036"))]
pub struct Asin([u8; 10]);

impl Asin {
    /// Reads an ASIN; lower-case letters become upper-case.
    ///
    /// # Errors
    /// When the text is not ten ASCII letters and digits.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        let invalid = || IdentifierError::not_an_asin(text);
        let mut bytes: [u8; 10] = text.as_bytes().try_into().map_err(|_| invalid())?;
        if !bytes.iter().all(u8::is_ascii_alphanumeric) {
            return Err(invalid());
        }
        bytes.make_ascii_uppercase();
        Ok(Self(bytes))
    }

    /// The ten characters, which the caller knows to be upper-case letters and digits.
    pub(super) const fn from_bytes(bytes: [u8; 10]) -> Self {
        Self(bytes)
    }

    /// The ten characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

fixed_text!(Asin);
