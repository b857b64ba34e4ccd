//! `/token`: the bucket, for free.

use crate::budget::{Cost, TokenState};
use crate::client::{Call, KeepaClient};
use crate::error::KeepaError;
use crate::query::Query;

impl KeepaClient {
    /// Asks Keepa for the token bucket; costs nothing. Every other answer tells it too, so there is no need to ask again and again.
    ///
    /// # Errors
    /// When Keepa cannot be reached or rejects the key.
    pub async fn token_status(&self) -> Result<Option<TokenState>, KeepaError> {
        let call = Call::get("token", Query::default(), Cost::FREE);
        self.within(self.deadline(), self.run(&call, |_, _| Ok(Some(()))))
            .await?;
        self.tokens().await
    }
}
