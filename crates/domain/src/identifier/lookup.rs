//! How the market data of a product is asked for.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::asin::Asin;
use super::error::IdentifierError;
use super::gtin::Ean13;
use super::isbn::Isbn13;

/// The key under which Keepa is asked for a product (its parameters `asin` and `code`).
///
/// Its text form tells the two apart by length: ten characters are an ASIN, thirteen digits a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Lookup {
    /// One listing, known by its ASIN.
    Asin(Asin),
    /// A bar code, which may belong to several listings or to none.
    Code(Ean13),
}

impl Lookup {
    /// Ten characters, or thirteen digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Asin(asin) => asin.as_str(),
            Self::Code(code) => code.as_str(),
        }
    }
}

impl From<Isbn13> for Lookup {
    /// The ASIN where the book has an ISBN-10, because that is its ASIN; else the code.
    fn from(isbn: Isbn13) -> Self {
        match isbn.isbn10() {
            Some(isbn10) => Self::Asin(isbn10.asin()),
            None => Self::Code(isbn.ean()),
        }
    }
}

impl From<Ean13> for Lookup {
    /// That of the book for an ISBN-13; else the code.
    fn from(ean: Ean13) -> Self {
        Isbn13::try_from(ean).map_or(Self::Code(ean), Self::from)
    }
}

impl fmt::Display for Lookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Lookup {
    type Err = IdentifierError;

    /// Reads the text form back as it stands; [`identify`](super::identify) is for what people write.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() == 13 {
            Ean13::parse(text).map(Self::Code)
        } else {
            Asin::parse(text).map(Self::Asin)
        }
    }
}

impl Serialize for Lookup {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Lookup {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "utoipa")]
impl utoipa::PartialSchema for Lookup {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .description(Some(
                "An ASIN of ten characters, or a bar code of thirteen digits.",
            ))
            .examples(["0593655036", "9798886451740"])
            .into()
    }
}

#[cfg(feature = "utoipa")]
impl utoipa::ToSchema for Lookup {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lookup_written_and_read_again_is_the_same() {
        for text in ["0593655036", "080442957X", "B07XYZ1234", "9798886451740"] {
            let lookup: Lookup = text.parse().unwrap();
            assert_eq!(lookup.to_string(), text);
            let json = serde_json::to_string(&lookup).unwrap();
            assert_eq!(json, format!("{text:?}"));
            assert_eq!(serde_json::from_str::<Lookup>(&json).unwrap(), lookup);
        }
        assert!("059365503".parse::<Lookup>().is_err());
        assert!("9798886451741".parse::<Lookup>().is_err());
    }

    #[test]
    fn a_book_is_asked_for_by_asin_exactly_when_it_has_an_isbn10() {
        let with = Isbn13::parse("9780593655030").unwrap();
        assert_eq!(Lookup::from(with).to_string(), "0593655036");
        let without = Isbn13::parse("9798886451740").unwrap();
        assert_eq!(Lookup::from(without), Lookup::Code(without.ean()));
    }
}
