//! The client of every example: KEEPA_API_KEY is the key, KEEPA_BASE_URL another address, of a sandbox for example.

use keepa_client::{KeepaClient, KeepaError};

pub(crate) fn client() -> Result<KeepaClient, KeepaError> {
    let key = std::env::var("KEEPA_API_KEY").unwrap_or_default();
    let mut builder = KeepaClient::builder(key);
    if let Ok(url) = std::env::var("KEEPA_BASE_URL") {
        builder = builder.base_url(url);
    }
    builder.build()
}
