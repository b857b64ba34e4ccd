//! Out of bytes: whole answers, and the products of one, of which one that cannot be read does not cost the others.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::envelope::Envelope;
use crate::error::KeepaError;
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

/// The products of an answer; none of them when Keepa's error stands in their place.
pub(crate) fn products(
    _: &[u8],
    envelope: &Envelope<'_>,
) -> Result<Option<Vec<DecodedProduct>>, KeepaError> {
    let products = match &envelope.products {
        Some(products) => products.iter().map(|raw| product(raw.get())).collect(),
        None if envelope.error.is_some() => return Ok(None),
        None => Vec::new(),
    };
    Ok(Some(products))
}

/// Decodes one product; a second pass, which only a malformed one needs, finds the path.
fn product(json: &str) -> DecodedProduct {
    #[derive(Deserialize)]
    struct Name {
        asin: String,
    }
    serde_json::from_str(json).map_err(|_| {
        let mut deserializer = serde_json::Deserializer::from_str(json);
        let error = match serde_path_to_error::deserialize::<_, Product>(&mut deserializer) {
            Err(error) => KeepaError::Product {
                path: error.path().to_string(),
                message: error.inner().to_string(),
            },
            Ok(_) => KeepaError::Unreadable("a product of the answer".to_owned()),
        };
        let name: Option<Name> = serde_json::from_str(json).ok();
        Box::new(UnreadProduct {
            asin: name.map(|name| name.asin),
            error,
        })
    })
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
