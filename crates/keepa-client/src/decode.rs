//! Out of bytes: whole answers, and the products of one, of which one that cannot be read does not cost the others.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::csv_type::CsvSelection;
use crate::error::KeepaError;
use crate::json::{Decode, DecodeError, Reader};
use crate::model::Product;

/// A product, or why it cannot be read.
pub(crate) type DecodedProduct = Result<Product, Box<UnreadProduct>>;

/// A product that cannot be read.
#[derive(Debug, Clone)]
pub(crate) struct UnreadProduct {
    /// Its ASIN, where that much could be read.
    pub(crate) asin: Option<String>,
    /// The path to the field.
    pub(crate) error: KeepaError,
}

impl Product {
    /// Reads a product from JSON; histories that are not selected are stepped over.
    ///
    /// # Errors
    /// [`KeepaError::Product`] with the path to the field that cannot be read.
    pub fn from_json(json: &[u8], histories: CsvSelection) -> Result<Self, KeepaError> {
        product(json, histories).map_err(|unread| unread.error)
    }

    /// Reads the products of a whole answer in JSON; one that cannot be read does not cost the others.
    ///
    /// # Errors
    /// [`KeepaError::Unreadable`] when the answer itself is none.
    pub fn all_from_json(
        answer: &[u8],
        histories: CsvSelection,
    ) -> Result<Vec<Result<Self, KeepaError>>, KeepaError> {
        let mut products = Vec::new();
        let mut reader = Reader::new(answer, histories);
        let read = reader.object(|reader, key| {
            if key != b"products" || reader.null() {
                return reader.raw().map(drop);
            }
            reader.array(|reader, _| {
                let read = reader.attempt(decoded)?;
                products.push(read.map_err(|(error, raw)| unread(error, raw).error));
                Ok(())
            })
        });
        read.and_then(|()| reader.end()).map_err(|error| {
            KeepaError::Unreadable(format!("`{}`: {}", error.path(), error.message()))
        })?;
        Ok(products)
    }
}

/// Reads one product.
pub(crate) fn product(json: &[u8], histories: CsvSelection) -> DecodedProduct {
    let mut reader = Reader::new(json, histories);
    let read = decoded(&mut reader);
    read.and_then(|product| reader.end().map(|()| product))
        .map_err(|error| Box::new(unread(error, json)))
}

fn decoded(reader: &mut Reader<'_>) -> Result<Product, DecodeError> {
    let product = Product::decode(reader)?;
    if product.asin.is_empty() {
        return Err(DecodeError::new("a product needs one").in_field(b"asin"));
    }
    Ok(product)
}

#[cold]
fn unread(error: DecodeError, json: &[u8]) -> UnreadProduct {
    #[derive(Deserialize)]
    struct Name {
        asin: String,
    }
    let name: Option<Name> = serde_json::from_slice(json).ok();
    UnreadProduct {
        asin: name.map(|name| name.asin),
        error: KeepaError::Product {
            path: error.path(),
            message: error.message().to_owned(),
        },
    }
}

/// Decodes the whole of an answer; a second pass, which only a malformed one needs, finds the path.
pub(crate) fn whole<T: DeserializeOwned>(body: &[u8]) -> Result<T, KeepaError> {
    serde_json::from_slice(body).map_err(|_| {
        let mut deserializer = serde_json::Deserializer::from_slice(body);
        match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
            Err(error) => KeepaError::Unreadable(format!("`{}`: {}", error.path(), error.inner())),
            Ok(_) => KeepaError::Unreadable("something follows its end".to_owned()),
        }
    })
}
