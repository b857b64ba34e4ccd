//! How the process and what it depends on are doing.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use arbitragevault_domain::market::DataSource;
use arbitragevault_persistence::jobs::{self, QueueStatus};
use arbitragevault_persistence::{PoolStatus, migrate};
use chrono::{DateTime, Utc};
use keepa_client::{KeepaError, TokenState};

use crate::Services;
use crate::error::{ServiceError, chain};
use crate::market::BreakerState;
use crate::redis::RedisHealth;

/// How long a dependency may take to answer before it counts as out of reach.
const PATIENCE: Duration = Duration::from_secs(3);

/// When a dependency last did what it was asked, over all connections of the process.
#[derive(Debug, Default)]
pub struct LastSuccess(Mutex<Option<DateTime<Utc>>>);

impl LastSuccess {
    /// Says that it did so now.
    pub(crate) fn note(&self, now: DateTime<Utc>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
    }

    /// The time; `None` before the first.
    #[must_use]
    pub fn get(&self) -> Option<DateTime<Utc>> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How the database is doing.
#[derive(Debug, Clone)]
pub struct DatabaseHealth {
    /// How long a small query took, connection included; `None` when it failed.
    pub latency: Option<Duration>,
    /// Migrations of this program that the database lacks; `None` when unknown.
    pub pending_migrations: Option<usize>,
    /// The queue; `None` when unknown.
    pub queue: Option<QueueStatus>,
    /// The pool of the answering worker.
    pub pool: PoolStatus,
    /// When the database last answered, to this question or to the worker's for work.
    pub last_success: Option<DateTime<Utc>>,
}

/// How Keepa is doing.
#[derive(Debug, Clone)]
pub struct KeepaHealth {
    /// How long the answer took; `None` when there was none.
    pub latency: Option<Duration>,
    /// What answers at the configured address: Keepa, or a sandbox; `None` before the first answer.
    pub source: Option<DataSource>,
    /// The token bucket; `None` before the first answer.
    pub tokens: Option<TokenState>,
    /// When it last answered without an error.
    pub last_success: Option<DateTime<Utc>>,
    /// Whether it is asked for products, or left alone because it failed too often.
    pub breaker: BreakerState,
}

impl Services {
    /// Looks at the database. A failure is logged, and stands in the answer as what is unknown.
    pub async fn database_health(&self) -> DatabaseHealth {
        let start = Instant::now();
        let looked = async {
            let mut connection = self.connection().await?;
            let pending = migrate::pending(&mut connection).await?;
            let latency = start.elapsed();
            let queue = jobs::status(&mut connection, self.shared.clock.now()).await?;
            Ok::<_, ServiceError>((latency, pending, queue))
        };
        let looked = tokio::time::timeout(PATIENCE, looked).await;
        let pool = self.pool.status();
        if let Ok(Ok(_)) = &looked {
            self.shared.database_answered.note(self.shared.clock.now());
        }
        let last_success = self.shared.database_answered.get();
        match looked {
            Ok(Ok((latency, pending, queue))) => DatabaseHealth {
                latency: Some(latency),
                pending_migrations: Some(pending),
                queue: Some(queue),
                pool,
                last_success,
            },
            failed => {
                if let Ok(Err(error)) = failed {
                    tracing::warn!(error = %chain(&error), "the database is not healthy");
                }
                DatabaseHealth {
                    latency: None,
                    pending_migrations: None,
                    queue: None,
                    pool,
                    last_success,
                }
            }
        }
    }

    /// Asks Redis; `None` where none is configured.
    pub async fn redis_health(&self) -> Option<RedisHealth> {
        Some(self.shared.limits.redis()?.health().await)
    }

    /// Asks Keepa for its token bucket, which costs nothing. A failure is logged, and stands in the answer as what is unknown.
    pub async fn keepa_health(&self) -> KeepaHealth {
        let client = self.shared.market.source().client();
        let start = Instant::now();
        let latency = match self.ask_keepa().await {
            Ok(_) => Some(start.elapsed()),
            Err(error) => {
                tracing::warn!(error = %chain(&error), "Keepa is not healthy");
                None
            }
        };
        let last = client.last_answer();
        KeepaHealth {
            latency,
            source: last.map(|last| keepa_client::data_source(last.origin)),
            tokens: self.shared.market.source().tokens().await,
            last_success: last.map(|last| last.at.into()),
            breaker: self.shared.market.source().breaker(),
        }
    }

    /// Asks Keepa for its token bucket, which costs nothing; `None` when the books, which hold it, cannot be read.
    pub(crate) async fn ask_keepa(&self) -> Result<Option<TokenState>, KeepaError> {
        let client = self.shared.market.source().client().clone();
        let asked = self
            .shared
            .runtime
            .spawn(async move { tokio::time::timeout(PATIENCE, client.token_status()).await });
        match asked.await {
            // Keepa answered all the same.
            Ok(Ok(Err(KeepaError::Budget(_)))) => Ok(None),
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(KeepaError::Timeout),
            Err(error) => Err(KeepaError::Client(error.to_string())),
        }
    }
}
