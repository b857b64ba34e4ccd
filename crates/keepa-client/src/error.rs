//! What can go wrong with a request.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The error that Keepa describes in an answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiError {
    /// Its type, `invalidParameter` for example.
    #[serde(default, rename = "type")]
    pub kind: Option<String>,
    /// What Keepa says of it.
    #[serde(default)]
    pub message: Option<String>,
    /// More of it.
    #[serde(default)]
    pub details: Option<String>,
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let known = [&self.kind, &self.message, &self.details];
        let mut parts = known.into_iter().flatten().filter(|part| !part.is_empty());
        match parts.next() {
            None => f.write_str("no further explanation"),
            Some(first) => {
                f.write_str(first)?;
                parts.try_for_each(|part| write!(f, ": {part}"))
            }
        }
    }
}

/// Why a request brought nothing. No text of it holds the key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeepaError {
    /// The request breaks a limit of the API and was not sent.
    #[error("the request is not valid: {0}")]
    InvalidRequest(String),
    /// Keepa rejected the request or the key (400).
    #[error("Keepa rejected the request: {0}")]
    Rejected(ApiError),
    /// The plan does not cover it (402).
    #[error("Keepa asks for payment: {0}")]
    PaymentRequired(ApiError),
    /// A parameter is out of range, or there is no such endpoint (404, 405).
    #[error("Keepa does not know this request (status {status}): {error}")]
    NotAllowed {
        /// HTTP status.
        status: u16,
        /// What Keepa says of it.
        error: ApiError,
    },
    /// The token bucket is empty (429 that tells so, or before sending by policy).
    #[error("out of Keepa tokens for another {} s", .wait.as_secs())]
    OutOfTokens {
        /// Until the balance is positive again.
        wait: Duration,
    },
    /// Keepa failed (500 and above), or refused for the moment although tokens are left (429).
    #[error("Keepa failed with status {status}: {error}")]
    Server {
        /// HTTP status.
        status: u16,
        /// What Keepa says of it.
        error: ApiError,
    },
    /// An error in an answer with status 200.
    #[error("Keepa answered with an error: {0}")]
    Answer(ApiError),
    /// No connection, or it broke.
    #[error("the connection to Keepa failed: {0}")]
    Connection(String),
    /// No answer in time.
    #[error("Keepa did not answer in time")]
    Timeout,
    /// The call was not done by the deadline of the client.
    #[error("the call was not done by its deadline")]
    DeadlineExceeded,
    /// The answer is not what Keepa sends.
    #[error("the answer of Keepa cannot be read: {0}")]
    Unreadable(String),
    /// One product of an answer cannot be read.
    #[error("the product cannot be read at `{path}`: {message}")]
    Product {
        /// The path to the field.
        path: String,
        /// What is wrong with it.
        message: String,
    },
    /// The books of the tokens, which a [`TokenBudget`](crate::TokenBudget) keeps, cannot be read or written.
    #[error(transparent)]
    Budget(#[from] crate::budget::BudgetError),
    /// The client itself could not be built.
    #[error("the client cannot be built: {0}")]
    Client(String),
}

impl KeepaError {
    /// `true` when the same request may succeed later.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        matches!(
            self,
            Self::OutOfTokens { .. }
                | Self::Server { .. }
                | Self::Connection(_)
                | Self::Timeout
                | Self::Unreadable(_)
                | Self::Budget(_)
        )
    }

    /// How long to wait at least before trying again, when Keepa said so.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::OutOfTokens { wait } => Some(*wait),
            _ => None,
        }
    }
}
