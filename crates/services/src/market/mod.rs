//! Market data: each product from memory, else from the database, else from Keepa, and never paid for twice.

mod bill;
mod breaker;
mod inflight;
mod source;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use arbitragevault_domain::identifier::Lookup;
use arbitragevault_domain::market::MarketSnapshot;
use arbitragevault_domain::marketplace::Marketplace;
use arbitragevault_persistence::Pool;
use arbitragevault_persistence::snapshots;
use chrono::{DateTime, TimeDelta, Utc};
use moka::sync::Cache;
use uuid::Uuid;

pub use bill::Asks;
pub use breaker::BreakerState;
pub(crate) use source::error_code;
pub use source::{FetchFailure, Fetched, KeepaSource, RequestOptions};

use crate::error::ServiceError;
use crate::quotas::{QuotaDefaults, next_day};
use bill::Bill;
use inflight::{Inflight, ended};

/// A snapshot and the row that holds it.
#[derive(Debug, Clone)]
pub struct StoredSnapshot {
    /// The id of the row.
    pub id: Uuid,
    /// What is known of the product.
    pub snapshot: Arc<MarketSnapshot>,
}

/// What is known of one lookup after everything was tried.
#[derive(Debug, Clone)]
pub enum MarketAnswer {
    /// Market data, fresh enough.
    Known(StoredSnapshot),
    /// Keepa knows no product for this code.
    UnknownCode,
    /// It could not be fetched.
    Failed(FetchFailure),
    /// It was not fetched, because whoever asks has spent the tokens of the day. There are new ones at this time.
    OverQuota(DateTime<Utc>),
}

type Key = (Marketplace, Lookup);

/// How market data is kept.
#[derive(Debug, Clone, Copy)]
pub struct MarketCacheOptions {
    /// Data fetched longer ago than this is fetched again.
    pub freshness: Duration,
    /// Memory for recent snapshots, in bytes.
    pub memory_bytes: u64,
}

impl Default for MarketCacheOptions {
    /// A day, since most books move less within one than our price interval is wide, and 32 MiB.
    fn default() -> Self {
        Self {
            freshness: Duration::from_secs(24 * 3600),
            memory_bytes: 32 << 20,
        }
    }
}

/// The one way to market data.
#[derive(Debug)]
pub struct MarketData {
    source: KeepaSource,
    recent: Cache<Key, StoredSnapshot>,
    /// What was paid for and is not stored yet: a database that is away for a moment must not cost the tokens twice.
    unstored: Cache<Key, Arc<MarketSnapshot>>,
    inflight: Inflight<Key>,
    freshness: TimeDelta,
    quotas: QuotaDefaults,
}

impl MarketData {
    /// Market data from `source`.
    #[must_use]
    pub fn new(source: KeepaSource, options: MarketCacheOptions) -> Self {
        let recent = Cache::builder()
            .weigher(|_: &Key, stored: &StoredSnapshot| weight(&stored.snapshot))
            .max_capacity(options.memory_bytes)
            .time_to_live(options.freshness)
            .build();
        let unstored = Cache::builder()
            .weigher(|_: &Key, snapshot: &Arc<MarketSnapshot>| weight(snapshot))
            .max_capacity(options.memory_bytes)
            .time_to_live(options.freshness)
            .build();
        Self {
            source,
            recent,
            unstored,
            inflight: Inflight::new(),
            freshness: TimeDelta::from_std(options.freshness).unwrap_or(TimeDelta::MAX),
            quotas: QuotaDefaults::default(),
        }
    }

    /// The same, with what organisations may spend that have no quota of their own.
    #[must_use]
    pub fn with_quotas(self, quotas: QuotaDefaults) -> Self {
        Self { quotas, ..self }
    }

    /// Where missing data is fetched from.
    #[must_use]
    pub const fn source(&self) -> &KeepaSource {
        &self.source
    }

    /// Fresh data for every lookup, in one request to Keepa for all that are missing. Each is booked for the first organisation that asks for it
    /// and has tokens left.
    ///
    /// # Errors
    /// When the database is not available. What Keepa could not answer stands in the answer of its lookup.
    pub async fn answers(
        &self,
        pool: &Pool,
        marketplace: Marketplace,
        asks: &Asks,
        now: DateTime<Utc>,
    ) -> Result<HashMap<Lookup, MarketAnswer>, ServiceError> {
        let lookups: Vec<Lookup> = asks.keys().copied().collect();
        let mut answers = HashMap::with_capacity(lookups.len());
        loop {
            let missing = self.take_recent(marketplace, &lookups, now, &mut answers);
            if missing.is_empty() {
                return Ok(answers);
            }
            let split = self
                .inflight
                .claim(missing.into_iter().map(|lookup| (marketplace, lookup)));
            let keys = split.mine.keys().iter();
            let mine: Asks = keys
                .filter_map(|(_, lookup)| Some((*lookup, asks.get(lookup)?.clone())))
                .collect();
            if !mine.is_empty() {
                self.find(pool, marketplace, &mine, now, &mut answers)
                    .await?;
            }
            drop(split.mine);
            for other in split.others {
                ended(other).await;
            }
        }
    }

    /// What memory holds of a lookup, when it is fresh enough.
    #[must_use]
    pub fn recent(
        &self,
        marketplace: Marketplace,
        lookup: Lookup,
        now: DateTime<Utc>,
    ) -> Option<StoredSnapshot> {
        let stored = self.recent.get(&(marketplace, lookup))?;
        (stored.snapshot.fetched_at >= now - self.freshness).then_some(stored)
    }

    /// How many of the lookups are known already, without asking Keepa.
    ///
    /// # Errors
    /// When the database is not available.
    pub async fn known(
        &self,
        pool: &Pool,
        marketplace: Marketplace,
        lookups: &[Lookup],
        now: DateTime<Utc>,
    ) -> Result<usize, ServiceError> {
        let mut connection = pool.get().await?;
        let since = now - self.freshness;
        Ok(snapshots::count_fresh(&mut connection, marketplace, lookups, since).await?)
    }

    /// Moves what memory holds into `answers`, and returns the rest.
    fn take_recent(
        &self,
        marketplace: Marketplace,
        lookups: &[Lookup],
        now: DateTime<Utc>,
        answers: &mut HashMap<Lookup, MarketAnswer>,
    ) -> Vec<Lookup> {
        let mut missing = Vec::new();
        for lookup in lookups
            .iter()
            .filter(|lookup| !answers.contains_key(lookup))
            .copied()
            .collect::<Vec<_>>()
        {
            match self.recent(marketplace, lookup, now) {
                Some(stored) => {
                    answers.insert(lookup, MarketAnswer::Known(stored));
                }
                None => missing.push(lookup),
            }
        }
        missing
    }

    /// Finds lookups that this task alone works on: in the database, then at Keepa.
    async fn find(
        &self,
        pool: &Pool,
        marketplace: Marketplace,
        asks: &Asks,
        now: DateTime<Utc>,
        answers: &mut HashMap<Lookup, MarketAnswer>,
    ) -> Result<(), ServiceError> {
        let lookups: Vec<Lookup> = asks.keys().copied().collect();
        let stored = {
            let mut connection = pool.get().await?;
            let since = now - self.freshness;
            snapshots::fresh(&mut connection, marketplace, &lookups, since).await?
        };
        for (lookup, row) in stored {
            let stored = StoredSnapshot {
                id: row.id,
                snapshot: Arc::new(row.snapshot),
            };
            self.remember(marketplace, lookup, &stored);
            answers.insert(lookup, MarketAnswer::Known(stored));
        }
        let mut found = Vec::new();
        let mut missing = Vec::new();
        for (lookup, organisations) in asks {
            match self.unstored.get(&(marketplace, *lookup)) {
                _ if answers.contains_key(lookup) => {}
                Some(snapshot) => found.push((*lookup, snapshot)),
                None => missing.push((*lookup, organisations.as_slice())),
            }
        }
        let fetched = self.buy(pool, marketplace, missing, now, answers).await?;
        for (lookup, outcome) in fetched {
            match outcome {
                Fetched::Snapshot(snapshot) => {
                    let snapshot = Arc::new(*snapshot);
                    self.unstored
                        .insert((marketplace, lookup), Arc::clone(&snapshot));
                    found.push((lookup, snapshot));
                }
                Fetched::UnknownCode => {
                    answers.insert(lookup, MarketAnswer::UnknownCode);
                }
                Fetched::Failed(failure) => {
                    answers.insert(lookup, MarketAnswer::Failed(failure));
                }
            }
        }
        self.store(pool, marketplace, found, answers).await
    }

    /// Fetches what somebody pays for, and answers the rest with the time at which somebody can again.
    async fn buy(
        &self,
        pool: &Pool,
        marketplace: Marketplace,
        missing: Vec<(Lookup, &[Uuid])>,
        now: DateTime<Utc>,
        answers: &mut HashMap<Lookup, MarketAnswer>,
    ) -> Result<HashMap<Lookup, Fetched>, ServiceError> {
        if missing.is_empty() {
            return Ok(HashMap::new());
        }
        let lookups: Vec<Lookup> = missing.iter().map(|(lookup, _)| *lookup).collect();
        let price = self.source.tokens_per_product();
        let bill = Bill::book(pool, &self.quotas, missing, price, now).await?;
        let (paid, unpaid): (Vec<Lookup>, Vec<Lookup>) = lookups
            .into_iter()
            .partition(|lookup| bill.pays_for(*lookup));
        for lookup in unpaid {
            answers.insert(lookup, MarketAnswer::OverQuota(next_day(now)));
        }
        if paid.is_empty() {
            return Ok(HashMap::new());
        }
        let fetched = self.source.fetch(marketplace, &paid, now).await;
        let failed = fetched.iter().filter_map(|(lookup, outcome)| {
            matches!(outcome, Fetched::Failed(_)).then_some(*lookup)
        });
        bill.take_back(pool, failed).await;
        Ok(fetched)
    }

    /// Stores what Keepa answered and turns it into answers.
    async fn store(
        &self,
        pool: &Pool,
        marketplace: Marketplace,
        found: Vec<(Lookup, Arc<MarketSnapshot>)>,
        answers: &mut HashMap<Lookup, MarketAnswer>,
    ) -> Result<(), ServiceError> {
        if found.is_empty() {
            return Ok(());
        }
        let ids = {
            let mut connection = pool.get().await?;
            snapshots::insert(&mut connection, &found).await?
        };
        for ((lookup, snapshot), id) in found.into_iter().zip(ids) {
            let stored = StoredSnapshot { id, snapshot };
            self.remember(marketplace, lookup, &stored);
            self.unstored.invalidate(&(marketplace, lookup));
            answers.insert(lookup, MarketAnswer::Known(stored));
        }
        Ok(())
    }

    fn remember(&self, marketplace: Marketplace, lookup: Lookup, stored: &StoredSnapshot) {
        self.recent.insert((marketplace, lookup), stored.clone());
    }
}

/// What a snapshot weighs in memory, in bytes: eight for each change of a history, and a kibibyte for the rest.
fn weight(snapshot: &MarketSnapshot) -> u32 {
    let changes = snapshot.histories.changes();
    u32::try_from(changes.saturating_mul(8).saturating_add(1024)).unwrap_or(u32::MAX)
}
