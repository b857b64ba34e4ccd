//! How the process and what it depends on are doing.

use std::time::{Duration, Instant};

use arbitragevault_persistence::jobs::{self, QueueStatus};
use arbitragevault_persistence::{PoolStatus, migrate};
use keepa_client::{KeepaError, TokenState};

use crate::Services;
use crate::error::{ServiceError, chain};

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
        let looked = tokio::time::timeout(Duration::from_secs(3), looked).await;
        let pool = self.pool.status();
        match looked {
            Ok(Ok((latency, pending, queue))) => DatabaseHealth {
                latency: Some(latency),
                pending_migrations: Some(pending),
                queue: Some(queue),
                pool,
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
                }
            }
        }
    }

    /// Asks Keepa for its token bucket, which costs nothing.
    ///
    /// # Errors
    /// When Keepa cannot be reached or rejects the key.
    pub async fn keepa_health(&self) -> Result<Option<TokenState>, KeepaError> {
        let client = self.shared.market.source().client().clone();
        let asked = self.shared.runtime.spawn(async move {
            tokio::time::timeout(Duration::from_secs(3), client.token_status()).await
        });
        match asked.await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(KeepaError::Timeout),
            Err(error) => Err(KeepaError::Client(error.to_string())),
        }
    }
}
