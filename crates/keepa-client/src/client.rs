//! The client: sends requests under the token budget, tries again, and gives every identifier its outcome.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use futures_util::future::BoxFuture;
use futures_util::{FutureExt as _, StreamExt as _};
use reqwest::StatusCode;

use crate::budget::{Budget, TokenPolicy, TokenState};
use crate::envelope::Envelope;
use crate::error::KeepaError;
use crate::model::{Product, ProductType};
use crate::request::{PRODUCTS_A_REQUEST, ProductRequest};
use crate::retry::RetryPolicy;

/// Where Keepa's API is.
const BASE_URL: &str = "https://api.keepa.com";

/// The header by which a sandbox says what it serves.
const SANDBOX_HEADER: &str = "x-keepa-sandbox";

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

/// What became of one identifier.
#[derive(Debug, Clone)]
pub enum ProductOutcome {
    /// The product of an ASIN; one or more of a code.
    Found(Vec<Product>),
    /// Keepa answered that there is no such product.
    Invalid,
    /// Keepa's answer says nothing of it.
    Missing,
    /// It could not be fetched, or not be read.
    Failed(Arc<KeepaError>),
}

/// What became of a request for products.
#[derive(Debug, Clone)]
pub struct ProductBatch {
    /// Every identifier as asked for, in the order of the request.
    pub outcomes: Vec<(String, ProductOutcome)>,
    /// Tokens that Keepa charged.
    pub tokens_consumed: i64,
    /// Who answered.
    pub origin: Origin,
}

/// A client of Keepa. Clones share the token budget and the connections.
#[derive(Clone)]
pub struct KeepaClient(Arc<Inner>);

struct Inner {
    http: reqwest::Client,
    base_url: String,
    api_key: String,
    policy: TokenPolicy,
    retry: RetryPolicy,
    max_concurrency: usize,
    budget: Budget,
    last_answer: Mutex<Option<LastAnswer>>,
}

impl fmt::Debug for KeepaClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeepaClient")
            .field("base_url", &self.0.base_url)
            .field("api_key", &"redacted")
            .field("tokens", &self.tokens())
            .finish_non_exhaustive()
    }
}

/// Makes a [`KeepaClient`].
pub struct KeepaClientBuilder {
    api_key: String,
    base_url: String,
    policy: TokenPolicy,
    retry: RetryPolicy,
    timeout: Duration,
    connect_timeout: Duration,
    max_concurrency: usize,
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

    /// When to try again.
    #[must_use]
    pub const fn retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// How long a whole answer may take; 120 s by default, since an answer with offers takes up to 20 s for each product.
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How long connecting may take; 30 s by default.
    #[must_use]
    pub const fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// HTTP requests under way at once; 2 by default.
    #[must_use]
    pub const fn max_concurrency(mut self, requests: usize) -> Self {
        self.max_concurrency = requests;
        self
    }

    /// The client.
    ///
    /// # Errors
    /// When the key is empty, or the operating system offers no root certificates.
    pub fn build(self) -> Result<KeepaClient, KeepaError> {
        if self.api_key.trim().is_empty() {
            return Err(KeepaError::Client("the key is empty".to_owned()));
        }
        // Refused when the process has a provider already, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .user_agent(concat!("keepa-client/", env!("CARGO_PKG_VERSION")))
            .timeout(self.timeout)
            .connect_timeout(self.connect_timeout)
            .build()
            .map_err(|error| KeepaError::Client(describe(error)))?;
        Ok(KeepaClient(Arc::new(Inner {
            http,
            base_url: self.base_url,
            api_key: self.api_key,
            policy: self.policy,
            retry: self.retry,
            max_concurrency: self.max_concurrency.max(1),
            budget: Budget::default(),
            last_answer: Mutex::default(),
        })))
    }
}

/// The answer to one HTTP request.
struct Answer {
    body: Vec<u8>,
    origin: Origin,
}

/// What one HTTP request for products brought.
struct Chunk {
    products: Vec<Result<Product, (Option<String>, KeepaError)>>,
    tokens_consumed: i64,
    origin: Origin,
}

impl KeepaClient {
    /// A client with this key.
    pub fn builder(api_key: impl Into<String>) -> KeepaClientBuilder {
        KeepaClientBuilder {
            api_key: api_key.into(),
            base_url: BASE_URL.to_owned(),
            policy: TokenPolicy::default(),
            retry: RetryPolicy::default(),
            timeout: Duration::from_secs(120),
            connect_timeout: Duration::from_secs(30),
            max_concurrency: 2,
        }
    }

    /// The token bucket as the last answer told it; `None` before the first.
    #[must_use]
    pub fn tokens(&self) -> Option<TokenState> {
        self.0.budget.now()
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

    /// Asks Keepa for the token bucket; costs nothing.
    ///
    /// # Errors
    /// When Keepa cannot be reached or rejects the key.
    pub async fn token_status(&self) -> Result<Option<TokenState>, KeepaError> {
        let answer = self.get("token", &[]).await?;
        let envelope = self.read(&answer)?;
        self.0.budget.settle(&envelope);
        Ok(self.tokens())
    }

    /// Fetches products, however many: in requests of up to 100, several at once, under the token budget. An identifier that stands twice is asked
    /// for once. What was fetched before a failure is kept; every identifier has its outcome.
    pub async fn products(&self, request: &ProductRequest) -> ProductBatch {
        let mut batch = ProductBatch {
            outcomes: Vec::new(),
            tokens_consumed: 0,
            origin: Origin::Keepa,
        };
        let mut found: HashMap<&str, ProductOutcome> = HashMap::new();
        let mut distinct: Vec<&str> = request.identifiers.iter().map(String::as_str).collect();
        distinct.sort_unstable();
        distinct.dedup();
        if let Err(error) = request.validate() {
            let error = Arc::new(error);
            found.extend(
                distinct
                    .iter()
                    .map(|id| (*id, ProductOutcome::Failed(Arc::clone(&error)))),
            );
            distinct.clear();
        }
        // Boxed, since a stream of closures over borrowed chunks is not `Send` for every lifetime.
        let requests: Vec<BoxFuture<'_, _>> = distinct
            .chunks(PRODUCTS_A_REQUEST)
            .map(|chunk| async move { (chunk, self.chunk(request, chunk).await) }.boxed())
            .collect();
        let mut answers =
            futures_util::stream::iter(requests).buffer_unordered(self.0.max_concurrency);
        while let Some((chunk, answer)) = answers.next().await {
            match answer {
                Ok(answer) => {
                    batch.tokens_consumed += answer.tokens_consumed;
                    batch.origin = answer.origin;
                    assign(request.by, chunk, answer.products, &mut found);
                }
                Err(error) => {
                    let error = Arc::new(error);
                    found.extend(
                        chunk
                            .iter()
                            .map(|id| (*id, ProductOutcome::Failed(Arc::clone(&error)))),
                    );
                }
            }
        }
        drop(answers);
        batch.outcomes = request
            .identifiers
            .iter()
            .map(|id| {
                (
                    id.clone(),
                    found
                        .get(id.as_str())
                        .cloned()
                        .unwrap_or(ProductOutcome::Missing),
                )
            })
            .collect();
        batch
    }

    /// One HTTP request for up to 100 identifiers, tried again as the policy says.
    async fn chunk(&self, request: &ProductRequest, chunk: &[&str]) -> Result<Chunk, KeepaError> {
        let query = request.query(chunk);
        let cost = i64::from(request.cost_per_product())
            .saturating_mul(i64::try_from(chunk.len()).unwrap_or(i64::MAX));
        let mut attempts = 0;
        loop {
            let error = match self.attempt(&query, cost).await {
                Ok(chunk) => return Ok(chunk),
                Err(error) => error,
            };
            attempts += 1;
            let Some(delay) = self.0.retry.delay(&error, attempts, rand::random()) else {
                return Err(error);
            };
            let out_of_tokens = matches!(error, KeepaError::OutOfTokens { .. });
            if out_of_tokens && !self.0.policy.allows(delay) {
                return Err(error);
            }
            tracing::warn!(%error, attempts, delay_ms = delay.as_millis(), "trying a Keepa request again");
            tokio::time::sleep(delay).await;
        }
    }

    async fn attempt(
        &self,
        query: &[(&'static str, String)],
        cost: i64,
    ) -> Result<Chunk, KeepaError> {
        let _reservation = loop {
            match self.0.budget.reserve(cost) {
                Ok(reservation) => break reservation,
                Err(wait) if self.0.policy.allows(wait) => tokio::time::sleep(wait).await,
                Err(wait) => return Err(KeepaError::OutOfTokens { wait }),
            }
        };
        let answer = self.get("product", query).await?;
        let client = self.clone();
        // Decoding 36 MB takes longer than a runtime's other tasks should wait.
        tokio::task::spawn_blocking(move || client.decode(&answer))
            .await
            .map_err(|error| KeepaError::Client(error.to_string()))?
    }

    fn decode(&self, answer: &Answer) -> Result<Chunk, KeepaError> {
        let envelope = self.read(answer)?;
        self.0.budget.settle(&envelope);
        let raw = match (envelope.products, envelope.error) {
            (Some(products), _) => products,
            (None, Some(error)) => return Err(KeepaError::Answer(error)),
            (None, None) => Vec::new(),
        };
        Ok(Chunk {
            products: raw.into_iter().map(|raw| product(raw.get())).collect(),
            tokens_consumed: i64::from(envelope.tokens_consumed),
            origin: answer.origin,
        })
    }

    fn read<'a>(&self, answer: &'a Answer) -> Result<Envelope<'a>, KeepaError> {
        serde_json::from_slice(&answer.body)
            .map_err(|error| KeepaError::Unreadable(error.to_string()))
    }

    /// Sends one request. The key is added here and nowhere else.
    async fn get(
        &self,
        path: &str,
        query: &[(&'static str, String)],
    ) -> Result<Answer, KeepaError> {
        let response = self
            .0
            .http
            .get(format!("{}/{path}", self.0.base_url))
            .query(&[("key", &self.0.api_key)])
            .query(query)
            .send()
            .await
            .map_err(failure)?;
        let status = response.status();
        let origin = match response
            .headers()
            .get(SANDBOX_HEADER)
            .and_then(|value| value.to_str().ok())
        {
            Some("generated") => Origin::SandboxGenerated,
            Some(_) => Origin::SandboxRecorded,
            None => Origin::Keepa,
        };
        let body: Vec<u8> = response.bytes().await.map_err(failure)?.into();
        let answer = Answer { body, origin };
        if status == StatusCode::OK {
            let at = SystemTime::now();
            *self
                .0
                .last_answer
                .lock()
                .unwrap_or_else(PoisonError::into_inner) = Some(LastAnswer { at, origin });
            Ok(answer)
        } else {
            Err(self.refusal(status, &answer))
        }
    }

    /// The error behind a status. An empty bucket tells its state all the same.
    fn refusal(&self, status: StatusCode, answer: &Answer) -> KeepaError {
        let envelope = self.read(answer).ok();
        if let Some(envelope) = &envelope {
            self.0.budget.settle(envelope);
        }
        // Only an empty bucket is worth waiting for however long it takes; a 429 that tells of no shortage is a failure like others.
        let refill_in = envelope
            .as_ref()
            .filter(|envelope| envelope.tells_tokens() && envelope.tokens_left <= 0)
            .map(|envelope| envelope.refill_in);
        let error = envelope
            .and_then(|envelope| envelope.error)
            .unwrap_or_default();
        match (status.as_u16(), refill_in) {
            (400, _) => KeepaError::Rejected(error),
            (402, _) => KeepaError::PaymentRequired(error),
            // Keepa's own client waits for the refill and a tenth of a second.
            (429, Some(refill_in)) => KeepaError::OutOfTokens {
                wait: Duration::from_millis(u64::try_from(refill_in).unwrap_or(0) + 100),
            },
            (status @ (429 | 500..), _) => KeepaError::Server { status, error },
            (status, _) => KeepaError::NotAllowed { status, error },
        }
    }
}

/// Gives every identifier of a chunk the products that answer it.
fn assign<'a>(
    by: &str,
    chunk: &[&'a str],
    products: Vec<Result<Product, (Option<String>, KeepaError)>>,
    found: &mut HashMap<&'a str, ProductOutcome>,
) {
    for answer in products {
        let (asin, codes, outcome) = match answer {
            Ok(product) => {
                let codes = [&product.ean_list, &product.upc_list]
                    .into_iter()
                    .flatten()
                    .flatten();
                let codes: Vec<String> = codes.cloned().collect();
                (product.asin.clone(), codes, Ok(product))
            }
            Err((asin, error)) => (asin.unwrap_or_default(), Vec::new(), Err(error)),
        };
        let answers = |id: &str| match by {
            "asin" => id.eq_ignore_ascii_case(&asin),
            // A UPC is the EAN without its leading zero.
            _ => codes
                .iter()
                .any(|code| code == id || id.strip_prefix('0') == Some(code)),
        };
        for id in chunk.iter().filter(|id| answers(id)) {
            match (found.get_mut(id), &outcome) {
                (Some(ProductOutcome::Found(products)), Ok(product)) if by != "asin" => {
                    products.push(product.clone());
                }
                // The same ASIN twice in one answer says nothing new.
                (Some(_), _) => {}
                (None, Ok(product)) if product.product_type() == ProductType::Invalid => {
                    found.insert(id, ProductOutcome::Invalid);
                }
                (None, Ok(product)) => {
                    found.insert(id, ProductOutcome::Found(vec![product.clone()]));
                }
                (None, Err(error)) => {
                    found.insert(id, ProductOutcome::Failed(Arc::new(error.clone())));
                }
            }
        }
    }
}

/// Decodes one product; a second pass, which only a malformed one needs, finds the path.
fn product(json: &str) -> Result<Product, (Option<String>, KeepaError)> {
    #[derive(serde::Deserialize)]
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
        (
            serde_json::from_str(json).ok().map(|Name { asin }| asin),
            error,
        )
    })
}

fn failure(error: reqwest::Error) -> KeepaError {
    if error.is_timeout() {
        KeepaError::Timeout
    } else {
        KeepaError::Connection(describe(error))
    }
}

/// The text of an error with its causes, without the URL, which holds the key.
fn describe(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
