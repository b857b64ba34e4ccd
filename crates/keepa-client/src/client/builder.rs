//! How a client is made.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::call::{Observer, RequestReport};
use super::transport::{BASE_URL, Transport};
use super::{Inner, KeepaClient};
use crate::budget::{LocalBudget, TokenBudget, TokenPolicy, TokenQueue};
use crate::error::KeepaError;
use crate::retry::RetryPolicy;

/// Makes a [`KeepaClient`].
pub struct KeepaClientBuilder {
    api_key: String,
    base_url: String,
    policy: TokenPolicy,
    retry: RetryPolicy,
    read_timeout: Duration,
    connect_timeout: Duration,
    deadline: Option<Duration>,
    max_concurrency: usize,
    budget: Option<Arc<dyn TokenBudget>>,
    observer: Option<Observer>,
}

impl fmt::Debug for KeepaClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeepaClientBuilder")
            .field("base_url", &self.base_url)
            .field("api_key", &"redacted")
            .finish_non_exhaustive()
    }
}

impl KeepaClientBuilder {
    pub(super) fn new(api_key: String) -> Self {
        Self {
            api_key,
            base_url: BASE_URL.to_owned(),
            policy: TokenPolicy::default(),
            retry: RetryPolicy::default(),
            // Both as in Keepa's own Java client.
            read_timeout: Duration::from_secs(120),
            connect_timeout: Duration::from_secs(30),
            deadline: None,
            max_concurrency: 2,
            budget: None,
            observer: None,
        }
    }

    /// Another address, of a sandbox for example.
    #[must_use]
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into().trim_end_matches('/').to_owned();
        self
    }

    /// What to do when the bucket is empty; waits by default.
    #[must_use]
    pub const fn token_policy(mut self, policy: TokenPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// Where the tokens are accounted for; by default in memory, for this client and its clones. Processes that use one key should share one.
    #[must_use]
    pub fn token_budget(mut self, budget: Arc<dyn TokenBudget>) -> Self {
        self.budget = Some(budget);
        self
    }

    /// When to try again.
    #[must_use]
    pub const fn retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// How long Keepa may keep silent; 120 s by default, since an answer with offers takes up to 20 s for each product.
    #[must_use]
    pub const fn read_timeout(mut self, timeout: Duration) -> Self {
        self.read_timeout = timeout;
        self
    }

    /// How long connecting may take; 30 s by default.
    #[must_use]
    pub const fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long a call may take in all, with its waits for tokens and its further attempts; as long as it takes by default.
    #[must_use]
    pub const fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// HTTP requests that one call for products has under way at once; 2 by default.
    #[must_use]
    pub const fn max_concurrency(mut self, requests: usize) -> Self {
        self.max_concurrency = requests;
        self
    }

    /// Calls back after every HTTP request, for metrics. It should return soon.
    #[must_use]
    pub fn on_request(
        mut self,
        observer: impl Fn(&RequestReport<'_>) + Send + Sync + 'static,
    ) -> Self {
        self.observer = Some(Box::new(observer));
        self
    }

    /// The client.
    ///
    /// # Errors
    /// When the key is empty, or the operating system offers no root certificates.
    pub fn build(self) -> Result<KeepaClient, KeepaError> {
        let transport = Transport::new(
            self.api_key,
            self.base_url,
            self.connect_timeout,
            self.read_timeout,
        )?;
        let budget = self
            .budget
            .unwrap_or_else(|| Arc::new(LocalBudget::default()));
        Ok(KeepaClient(Arc::new(Inner {
            transport,
            policy: self.policy,
            retry: self.retry,
            deadline: self.deadline,
            max_concurrency: self.max_concurrency.max(1),
            tokens: Arc::new(TokenQueue::new(budget)),
            observer: self.observer,
            last_answer: Mutex::default(),
        })))
    }
}
