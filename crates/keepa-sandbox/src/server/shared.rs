//! What all workers share: where products come from, and the state of the one account.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use super::products::Source;
use crate::bucket::Bucket;
use crate::catalogue::{Catalogue, Overview};
use crate::clock::{Clock, system_millis};
use crate::config::{SandboxConfig, SandboxError};
use crate::envelope::KeepaError;
use crate::faults::Faults;
use crate::recorded::Recorded;
use crate::tracking::Trackings;

/// What all workers share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) source: Source,
    state: Mutex<State>,
    /// Computed when first asked for, and again when there is more to see.
    overview: Mutex<Option<Arc<Overview>>>,
}

/// The state of the account, and of the sandbox itself.
#[derive(Debug)]
pub(super) struct State {
    pub(super) clock: Clock,
    pub(super) bucket: Bucket,
    pub(super) faults: Faults,
    pub(super) stats: Stats,
    /// When products were refreshed, by ASIN.
    pub(super) refreshed: HashMap<String, Refreshed>,
    pub(super) trackings: Trackings,
    /// When graphs were drawn, by request; Unix milliseconds.
    pub(super) graphs: HashMap<String, i64>,
}

/// When a product was refreshed; Keepa minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refreshed {
    pub(super) product: i32,
    pub(super) offers: Option<i32>,
}

/// What `GET /sandbox/stats` tells.
#[derive(Debug, Default, Clone, Serialize)]
pub(super) struct Stats {
    /// Requests to Keepa's routes, refused ones too.
    pub(super) requests: u64,
    /// Products sent, those not found too.
    pub(super) products_served: u64,
    /// Tokens charged.
    pub(super) tokens_consumed: u64,
    /// Requests refused because no token was left.
    pub(super) refused_for_tokens: u64,
    /// The lowest balance after a charge; `null` before the first.
    pub(super) lowest_balance: Option<i32>,
    /// How often each ASIN was sent.
    pub(super) products: BTreeMap<String, u64>,
}

impl Shared {
    /// State of a sandbox that was not asked anything yet.
    pub(super) fn new(config: &SandboxConfig) -> Result<Self, SandboxError> {
        let source = match &config.corpus {
            Some(folder) => Source::Recorded(Recorded::load(folder)?),
            None => Source::Generated(Catalogue::with_books(config.seed, config.books)),
        };
        let system = system_millis();
        let now = config.clock_starts_at.unwrap_or(system);
        let state = State {
            clock: Clock::new(system, now, config.clock_speed),
            bucket: Bucket::new(config.refill_rate, config.initial_tokens, now),
            faults: Faults::default(),
            stats: Stats::default(),
            refreshed: HashMap::new(),
            trackings: Trackings::default(),
            graphs: HashMap::new(),
        };
        Ok(Self {
            source,
            state: Mutex::new(state),
            overview: Mutex::new(None),
        })
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        // Every change of the state is a single step, so a panic leaves nothing half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The made-up books; recorded answers have no catalogue behind them.
    pub(super) fn catalogue(&self) -> Result<&Catalogue, KeepaError> {
        match &self.source {
            Source::Generated(catalogue) => Ok(catalogue),
            Source::Recorded(_) => Err(KeepaError::not_found(
                "Recorded products are served by /product alone.",
            )),
        }
    }

    /// All books as of a moment at which the market became visible.
    pub(super) fn overview(&self, seen: i32) -> Result<Arc<Overview>, KeepaError> {
        let catalogue = self.catalogue()?;
        let mut held = self.overview.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(overview) = held.as_ref().filter(|overview| overview.seen == seen) {
            return Ok(Arc::clone(overview));
        }
        let overview = Arc::new(Overview::of(catalogue, seen));
        *held = Some(Arc::clone(&overview));
        Ok(overview)
    }
}
