//! Keepa as the source of market data: lookups in, snapshots out.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use arbitragevault_domain::identifier::Lookup;
use arbitragevault_domain::market::{ListingKind, MarketSnapshot};
use arbitragevault_domain::marketplace::Marketplace;
use chrono::{DateTime, Utc};
use keepa_client::{
    Domain, KeepaClient, KeepaError, Product, ProductOutcome, ProductRequest, TokenState,
};

use super::breaker::{Breaker, BreakerState, Outcome as BreakerOutcome};
use crate::error::chain;

/// How soon to try again when the token budget is not available: about the time in which a database comes back.
const BUDGET_RETRY: Duration = Duration::from_secs(5);

/// What is asked of Keepa for each product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestOptions {
    /// Days of history.
    pub history_days: u32,
    /// Whether to pay two tokens more for the buy box.
    pub buy_box: bool,
}

impl Default for RequestOptions {
    /// Two years of history and no buy box, for one token (ADR 5).
    fn default() -> Self {
        Self {
            history_days: 730,
            buy_box: false,
        }
    }
}

/// What Keepa answered for one lookup.
#[derive(Debug, Clone)]
pub enum Fetched {
    /// The product.
    Snapshot(Box<MarketSnapshot>),
    /// No product has this code.
    UnknownCode,
    /// It could not be fetched.
    Failed(FetchFailure),
}

/// Why a product could not be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchFailure {
    /// A code for programs, in SCREAMING_SNAKE_CASE.
    pub code: &'static str,
    /// What happened, for people.
    pub detail: String,
    /// Whether trying again may help.
    pub retryable: bool,
    /// How long to wait at least, when Keepa said so: then it is a shortage, not a failure.
    pub retry_after: Option<Duration>,
}

/// Keepa, and what is asked of it.
#[derive(Debug, Clone)]
pub struct KeepaSource {
    client: KeepaClient,
    options: RequestOptions,
    breaker: Arc<Breaker>,
}

impl KeepaSource {
    /// A source that asks through this client.
    #[must_use]
    pub fn new(client: KeepaClient, options: RequestOptions) -> Self {
        Self {
            client,
            options,
            breaker: Arc::default(),
        }
    }

    /// The same, leaving Keepa alone for so long when it has failed too often in a row; 30 s without.
    #[must_use]
    pub fn pausing_for(mut self, pause: Duration) -> Self {
        self.breaker = Arc::new(Breaker::new(pause));
        self
    }

    /// The client.
    #[must_use]
    pub const fn client(&self) -> &KeepaClient {
        &self.client
    }

    /// Whether Keepa is asked, or left alone because it fails.
    #[must_use]
    pub fn breaker(&self) -> BreakerState {
        self.breaker.state()
    }

    /// The token bucket as the last answer told it; `None` before the first, and when its books cannot be read, which is logged.
    pub async fn tokens(&self) -> Option<TokenState> {
        self.client.tokens().await.unwrap_or_else(|error| {
            tracing::warn!(error = %chain(&error), "the token budget is not available");
            None
        })
    }

    /// Tokens that one product costs at most.
    #[must_use]
    pub fn tokens_per_product(&self) -> u32 {
        self.request(ProductRequest::asins(Domain::UnitedStates, [""; 0]))
            .cost_per_product()
            .worst
    }

    /// Fetches lookups; each has its answer.
    pub async fn fetch(
        &self,
        marketplace: Marketplace,
        lookups: &[Lookup],
        now: DateTime<Utc>,
    ) -> HashMap<Lookup, Fetched> {
        let (asins, codes): (Vec<Lookup>, Vec<Lookup>) = lookups
            .iter()
            .partition(|lookup| matches!(lookup, Lookup::Asin(_)));
        let mut fetched = HashMap::with_capacity(lookups.len());
        let domain = keepa_domain(marketplace);
        for lookups in [asins, codes] {
            let identifiers = lookups.iter().map(ToString::to_string);
            let request = match lookups.first() {
                None => continue,
                Some(Lookup::Asin(_)) => ProductRequest::asins(domain, identifiers),
                Some(Lookup::Code(_)) => ProductRequest::codes(domain, identifiers),
            };
            if let Err(wait) = self.breaker.admit() {
                let failed = Fetched::Failed(left_alone(wait));
                fetched.extend(lookups.into_iter().map(|lookup| (lookup, failed.clone())));
                continue;
            }
            let request = self.request(request);
            let batch = self.client.products(&request).await;
            self.breaker.note(told_by(&batch.outcomes));
            for (lookup, (_, outcome)) in lookups.into_iter().zip(batch.outcomes) {
                let answer = answer(lookup, marketplace, outcome, batch.origin, now);
                fetched.insert(lookup, answer);
            }
        }
        fetched
    }

    fn request(&self, request: ProductRequest) -> ProductRequest {
        request
            .stats(90)
            .days(self.options.history_days)
            .buybox(self.options.buy_box)
            .read_histories(keepa_client::SNAPSHOT_SERIES)
    }
}

/// What an answer tells of Keepa's health.
fn told_by(outcomes: &[(String, ProductOutcome)]) -> BreakerOutcome {
    let failed = |outcome: &ProductOutcome| match outcome {
        ProductOutcome::Failed(error) => Some(Arc::clone(error)),
        _ => None,
    };
    let errors: Vec<_> = outcomes
        .iter()
        .filter_map(|(_, outcome)| failed(outcome))
        .collect();
    if errors.len() < outcomes.len() {
        return BreakerOutcome::Answered;
    }
    let is_keepas = |error: &KeepaError| {
        error.is_retryable()
            && error.retry_after().is_none()
            && !matches!(error, KeepaError::Budget(_))
    };
    match errors.first() {
        Some(error) if is_keepas(error) => BreakerOutcome::Failed,
        Some(_) => BreakerOutcome::Unknown,
        None => BreakerOutcome::Answered,
    }
}

/// Keepa is left alone: nothing was sent, so the item did not fail.
fn left_alone(wait: Duration) -> FetchFailure {
    FetchFailure {
        code: "KEEPA_UNREACHABLE",
        detail: format!(
            "Keepa has failed many times in a row and is asked again in {} s",
            wait.as_secs() + 1
        ),
        retryable: true,
        retry_after: Some(wait),
    }
}

fn keepa_domain(marketplace: Marketplace) -> Domain {
    Domain::from_number(marketplace.keepa_domain()).unwrap_or(Domain::UnitedStates)
}

fn answer(
    lookup: Lookup,
    marketplace: Marketplace,
    outcome: ProductOutcome,
    origin: keepa_client::Origin,
    now: DateTime<Utc>,
) -> Fetched {
    match (outcome, lookup) {
        (ProductOutcome::Found(products), _) => match best(products) {
            Some(product) => match keepa_client::market_snapshot(&product, origin, now) {
                Ok(snapshot) => Fetched::Snapshot(Box::new(snapshot)),
                Err(error) => unreadable(&error.to_string()),
            },
            None => Fetched::UnknownCode,
        },
        (ProductOutcome::Failed(error), _) => Fetched::Failed(failure(&error)),
        // An ASIN that Keepa does not know is a product of which everything is unknown.
        (ProductOutcome::Invalid, Lookup::Asin(asin)) => {
            Fetched::Snapshot(Box::new(MarketSnapshot {
                marketplace,
                source: keepa_client::data_source(origin),
                kind: ListingKind::Invalid,
                ..MarketSnapshot::unknown(asin, now)
            }))
        }
        // Keepa answers every ASIN, an unknown one too; of codes it leaves out those that it does not know.
        (ProductOutcome::Missing, Lookup::Asin(asin)) => Fetched::Failed(FetchFailure {
            code: "KEEPA_ANSWER_INCOMPLETE",
            detail: format!("the answer of Keepa says nothing of {asin}"),
            retryable: true,
            retry_after: None,
        }),
        (ProductOutcome::Invalid | ProductOutcome::Missing, Lookup::Code(_)) => {
            Fetched::UnknownCode
        }
    }
}

/// Of several listings of one code the one that sells best: an ordinary listing first, then the best rank.
fn best(products: Vec<Product>) -> Option<Product> {
    products.into_iter().min_by_key(|product| {
        let rank = product
            .sales_rank_pairs()
            .and_then(|pairs| pairs.last().copied());
        let rank = rank.filter(|rank| *rank > 0).unwrap_or(i32::MAX);
        (
            product.product_type() != keepa_client::ProductType::Standard,
            rank,
        )
    })
}

fn unreadable(detail: &str) -> Fetched {
    Fetched::Failed(FetchFailure {
        code: "KEEPA_ANSWER_UNREADABLE",
        detail: detail.to_owned(),
        retryable: false,
        retry_after: None,
    })
}

/// The code of an error for programs: items that failed have it, and metrics.
pub(crate) const fn error_code(error: &KeepaError) -> &'static str {
    match error {
        KeepaError::Rejected(_) => "KEEPA_REJECTED",
        KeepaError::PaymentRequired(_) => "KEEPA_PAYMENT_REQUIRED",
        KeepaError::OutOfTokens { .. } => "KEEPA_OUT_OF_TOKENS",
        KeepaError::Budget(_) => "TOKEN_BUDGET_UNAVAILABLE",
        KeepaError::Timeout => "KEEPA_TIMEOUT",
        KeepaError::Connection(_) => "KEEPA_UNREACHABLE",
        KeepaError::Unreadable(_) | KeepaError::Product { .. } => "KEEPA_ANSWER_UNREADABLE",
        _ => "KEEPA_FAILED",
    }
}

fn failure(error: &KeepaError) -> FetchFailure {
    FetchFailure {
        code: error_code(error),
        detail: error.to_string(),
        retryable: error.is_retryable(),
        retry_after: match error {
            // Nothing was sent, so the item did not fail.
            KeepaError::Budget(_) => Some(BUDGET_RETRY),
            _ => error.retry_after(),
        },
    }
}
