//! The client: what its clones share, and what it remembers.

mod body;
mod builder;
mod call;
mod transport;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

pub use builder::KeepaClientBuilder;
use call::Observer;
pub use call::{Answer, RequestReport};
pub(crate) use call::{Call, Payload, products};
pub(crate) use transport::RawAnswer;
use transport::Transport;

use crate::budget::{TokenPolicy, TokenQueue, TokenState};
use crate::error::KeepaError;
use crate::retry::RetryPolicy;

/// Who answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Origin {
    /// Keepa.
    #[default]
    Keepa,
    /// A sandbox that serves recorded answers.
    SandboxRecorded,
    /// A sandbox that makes products up.
    SandboxGenerated,
}

/// The last answer that Keepa gave without an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastAnswer {
    /// When it came.
    pub at: SystemTime,
    /// Who gave it.
    pub origin: Origin,
}

/// A client of Keepa. Clones share the token budget and the connections.
#[derive(Clone)]
pub struct KeepaClient(Arc<Inner>);

struct Inner {
    transport: Transport,
    policy: TokenPolicy,
    retry: RetryPolicy,
    deadline: Option<Duration>,
    max_concurrency: usize,
    tokens: Arc<TokenQueue>,
    observer: Option<Observer>,
    last_answer: Mutex<Option<LastAnswer>>,
}

impl fmt::Debug for KeepaClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeepaClient")
            .field("transport", &self.0.transport)
            .field("tokens", self.0.tokens.budget())
            .finish_non_exhaustive()
    }
}

impl KeepaClient {
    /// A client with this key.
    pub fn builder(api_key: impl Into<String>) -> KeepaClientBuilder {
        KeepaClientBuilder::new(api_key.into())
    }

    /// The token bucket as the last answer told it, moved on to now; `None` before the first.
    ///
    /// # Errors
    /// When the budget is kept elsewhere and cannot be read.
    pub async fn tokens(&self) -> Result<Option<TokenState>, KeepaError> {
        Ok(self.0.tokens.budget().state().await?)
    }

    /// The last answer with status 200; `None` before the first.
    #[must_use]
    pub fn last_answer(&self) -> Option<LastAnswer> {
        *self
            .0
            .last_answer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn answered(&self, origin: Origin) {
        let at = SystemTime::now();
        *self
            .0
            .last_answer
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(LastAnswer { at, origin });
    }

    /// HTTP requests that one call for products has under way at once.
    pub(crate) fn max_concurrency(&self) -> usize {
        self.0.max_concurrency
    }
}
