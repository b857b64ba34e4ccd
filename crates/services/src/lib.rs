//! The use cases of ArbitrageVault, its job queue and its worker: the place where calculation, Keepa and storage meet.

pub mod access;
pub mod accounts;
pub mod analyses;
pub mod api_keys;
pub mod audit;
pub mod batches;
pub mod budget;
pub mod clock;
pub mod configuration;
pub mod error;
pub mod events;
pub mod export;
pub mod health;
pub mod idempotency;
pub mod intake;
pub mod invitations;
pub mod keepa;
pub mod limits;
pub mod list;
pub mod listing;
pub mod maintenance;
pub mod market;
pub mod members;
pub mod metrics;
pub mod organisations;
pub mod precondition;
pub mod process;
pub mod quotas;
mod record;
pub mod redis;
pub mod replay;
pub mod worker;

use std::sync::Arc;

use arbitragevault_domain::config::AnalysisConfig;
use arbitragevault_persistence::Pool;

pub use access::Caller;
pub use arbitragevault_persistence as persistence;
pub use error::ServiceError;

use access::AccessCache;
use accounts::Accounts;
use clock::Clock;
use events::EventHub;
use health::LastSuccess;
use limits::RequestLimits;
use market::MarketData;
use quotas::QuotaDefaults;
use worker::WorkBell;

/// What all use cases of the process share.
#[derive(Debug)]
pub struct Shared {
    /// Market data.
    pub market: MarketData,
    /// Callers that were looked up a moment ago.
    pub access: AccessCache,
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
    /// How many requests everybody may do, and where they are counted.
    pub limits: RequestLimits,
    /// What organisations may do that have no quota of their own.
    pub quotas: QuotaDefaults,
    /// When the database last answered.
    pub database_answered: LastSuccess,
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
    /// Does something for a caller in one transaction that sees the rows of his organisation only (ADR 9). Every use case that serves a
    /// caller reads and writes his rows by it.
    async fn tenant<T>(
        &self,
        caller: Caller,
        work: impl AsyncFnOnce(&mut persistence::Connection) -> Result<T, ServiceError>,
    ) -> Result<T, ServiceError> {
        self.pool.tenant(caller.organisation_id, work).await
    }

    /// A connection that acts as the owner of the tables: for what belongs to no tenant, or leads from one into another.
    async fn connection(
        &self,
    ) -> Result<impl std::ops::DerefMut<Target = persistence::Connection> + use<>, ServiceError>
    {
        Ok(self.pool.get().await?)
    }
}
