//! The use cases of ArbitrageVault, its job queue and its worker: the place where calculation, Keepa and storage meet.

pub mod accounts;
pub mod analyses;
pub mod batches;
pub mod clock;
pub mod error;
pub mod events;
pub mod export;
pub mod health;
pub mod intake;
pub mod list;
pub mod listing;
pub mod market;
mod record;
pub mod worker;

use std::sync::Arc;

use arbitragevault_domain::config::AnalysisConfig;
use arbitragevault_persistence::Pool;
use uuid::Uuid;

pub use arbitragevault_persistence as persistence;
pub use error::ServiceError;

use accounts::Accounts;
use clock::Clock;
use events::EventHub;
use market::MarketData;
use worker::WorkBell;

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// The organisation whose rows are visible.
    pub organisation_id: Uuid,
    /// The user.
    pub user_id: Uuid,
}

/// What all use cases of the process share.
#[derive(Debug)]
pub struct Shared {
    /// Market data.
    pub market: MarketData,
    /// The clock.
    pub clock: Clock,
    /// Rings for the worker.
    pub bell: WorkBell,
    /// Tells listeners of new events.
    pub events: EventHub,
    /// The configuration under which new batches are analysed.
    pub analysis: AnalysisConfig,
    /// Who signs in, and how.
    pub accounts: Accounts,
    /// The runtime on which Keepa is called: its connections live there.
    pub runtime: tokio::runtime::Handle,
}

/// The use cases, over the connections of one runtime (ADR 4).
#[derive(Debug, Clone)]
pub struct Services {
    /// Connections of the caller's runtime.
    pub pool: Pool,
    /// What all use cases share.
    pub shared: Arc<Shared>,
}

impl Services {
    async fn connection(
        &self,
    ) -> Result<impl std::ops::DerefMut<Target = persistence::Connection> + use<>, ServiceError>
    {
        Ok(self.pool.get().await?)
    }
}
