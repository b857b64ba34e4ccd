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
    /// The HTTP status that goes with it.
    #[serde(skip)]
    pub(crate) status: u16,
}

impl KeepaError {
    /// What a fault says.
    pub(crate) fn fault() -> Self {
        Self {
            kind: "fault",
            message: "A fault was asked for.".into(),
            details: String::new(),
            status: 500,
        }
    }

    /// A request Keepa does not accept: status 400.
    pub(crate) fn invalid_parameter(message: impl Into<String>) -> Self {
        Self {
            kind: "invalidParameter",
            message: message.into(),
            details: String::new(),
            status: 400,
        }
    }

    /// A parameter out of its range: status 405. Grade A: Keepa's Java source.
    pub(crate) fn out_of_range(message: impl Into<String>) -> Self {
        Self {
            status: 405,
            ..Self::invalid_parameter(message)
        }
    }

    /// The balance is not positive: status 429.
    pub(crate) fn no_tokens() -> Self {
        Self {
            kind: "NOT_ENOUGH_TOKEN",
            status: 429,
            ..Self::invalid_parameter("No tokens left; wait until the balance is positive.")
        }
    }

    /// The sandbox itself failed: status 500.
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self {
            kind: "internal",
            status: 500,
            ..Self::invalid_parameter(message)
        }
    }

    /// There is no such thing: status 404.
    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self {
            kind: "notFound",
            status: 404,
            ..Self::invalid_parameter(message)
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
    /// Tokens per minute that trackings use.
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
            token_flow_reduction: f64::from(tokens.reduction) / 1_000.0,
            tokens_consumed: consumed,
            processing_time_in_ms: 0,
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
                reduction: 0,
            },
            0,
        )
    }

    /// The same with the milliseconds that were spent on it.
    pub(crate) fn took(mut self, millis: i64) -> Self {
        self.processing_time_in_ms = millis.max(0);
        self
    }

    /// The same with an error.
    pub(crate) fn with_error(mut self, error: KeepaError) -> Self {
        self.error = Some(error);
        self
    }

    /// The answer's bytes, with a payload of fields such as `"products":[]`.
    pub(crate) fn into_body(self, payload: &[u8]) -> Result<Vec<u8>, serde_json::Error> {
        let mut body = serde_json::to_vec(&self)?;
        if !payload.is_empty() {
            body.pop();
            body.push(b',');
            body.extend_from_slice(payload);
            body.push(b'}');
        }
        Ok(body)
    }
}
