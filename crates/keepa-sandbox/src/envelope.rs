//! The fields around every Keepa answer.

use serde::Serialize;

use crate::bucket::TokenState;

/// What Keepa says is wrong.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct KeepaError {
    /// Short name, e.g. `invalidParameter`.
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    /// A sentence for people.
    pub(crate) message: String,
    /// More of it, mostly empty.
    pub(crate) details: String,
}

impl KeepaError {
    /// A request Keepa does not accept.
    pub(crate) fn invalid_parameter(message: impl Into<String>) -> Self {
        Self {
            kind: "invalidParameter",
            message: message.into(),
            details: String::new(),
        }
    }
}

/// The envelope; the payload follows its fields in the same object.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Envelope {
    /// Server time, Unix milliseconds.
    pub(crate) timestamp: i64,
    /// Balance after the request.
    pub(crate) tokens_left: i32,
    /// Milliseconds to the next refill.
    pub(crate) refill_in: i32,
    /// Tokens added per minute.
    pub(crate) refill_rate: i32,
    /// Tokens per minute that trackings use: the sandbox has none.
    pub(crate) token_flow_reduction: f64,
    /// Cost of this request.
    pub(crate) tokens_consumed: u32,
    /// Milliseconds spent on it.
    pub(crate) processing_time_in_ms: i64,
    /// What is wrong, if anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<KeepaError>,
}

impl Envelope {
    /// An envelope with the account's balance.
    pub(crate) fn new(timestamp: i64, tokens: TokenState, consumed: u32) -> Self {
        Self {
            timestamp,
            tokens_left: tokens.left,
            refill_in: tokens.refill_in,
            refill_rate: tokens.rate,
            token_flow_reduction: 0.0,
            tokens_consumed: consumed,
            processing_time_in_ms: (crate::clock::unix_millis() - timestamp).max(0),
            error: None,
        }
    }

    /// The envelope Keepa sends when it does not know the account: every token field is 0.
    pub(crate) fn without_account(timestamp: i64) -> Self {
        Self::new(
            timestamp,
            TokenState {
                left: 0,
                refill_in: 0,
                rate: 0,
            },
            0,
        )
    }

    /// The same with an error.
    pub(crate) fn with_error(mut self, error: KeepaError) -> Self {
        self.error = Some(error);
        self
    }

    /// The answer's bytes, with `products` when given as serialised objects.
    pub(crate) fn into_body(
        self,
        products: Option<&[Vec<u8>]>,
    ) -> Result<Vec<u8>, serde_json::Error> {
        let mut body = serde_json::to_vec(&self)?;
        if let Some(products) = products {
            body.pop();
            body.extend_from_slice(b",\"products\":[");
            body.extend_from_slice(&products.join(&b','));
            body.extend_from_slice(b"]}");
        }
        Ok(body)
    }
}
