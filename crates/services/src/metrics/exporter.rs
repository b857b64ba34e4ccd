//! The page that Prometheus reads.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use ::metrics::{describe_counter, describe_gauge, describe_histogram, histogram};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

use super::catalogue::{ALL, Kind, POOL_WAIT};
use super::observed;
use crate::Services;
use crate::persistence::Pool;

/// How often recorded times are moved into their buckets: until then each takes 16 bytes.
const UPKEEP: Duration = Duration::from_secs(1);

/// Why metrics cannot be recorded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExporterError {
    /// Something else in the process records them already, or a histogram has no buckets.
    #[error("metrics cannot be recorded")]
    Build(#[from] BuildError),
}

/// Everything that is recorded in the process, and the pools whose connections are counted. Clones are the same.
#[derive(Debug, Clone)]
pub struct Exporter {
    recorded: PrometheusHandle,
    pools: Arc<Mutex<Vec<(&'static str, Pool)>>>,
    started: SystemTime,
}

impl Exporter {
    /// Begins to record, for the whole process.
    ///
    /// # Errors
    /// When something records already.
    pub fn install() -> Result<Self, ExporterError> {
        let mut builder = PrometheusBuilder::new();
        for metric in ALL {
            if let Kind::Histogram(bounds) = metric.kind {
                let name = Matcher::Full(metric.name.to_owned());
                builder = builder.set_buckets_for_metric(name, bounds)?;
            }
        }
        let recorded = builder.install_recorder()?;
        for metric in ALL {
            match metric.kind {
                Kind::Counter => describe_counter!(metric.name, metric.help),
                Kind::Gauge => describe_gauge!(metric.name, metric.help),
                Kind::Histogram(_) => describe_histogram!(metric.name, metric.help),
            }
        }
        Ok(Self {
            recorded,
            pools: Arc::default(),
            started: SystemTime::now(),
        })
    }

    /// The pool, with its connections counted and its waits recorded under the name of its owner.
    #[must_use]
    pub fn watch(&self, owner: &'static str, pool: Pool) -> Pool {
        let waits = histogram!(POOL_WAIT.name, "pool" => owner);
        let pool = pool.on_wait(move |waited| waits.record(waited));
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        pools.push((owner, pool.clone()));
        pool
    }

    /// Keeps the memory of what is recorded small, until the future is dropped.
    pub async fn keep_up(self) {
        let mut ticks = tokio::time::interval(UPKEEP);
        loop {
            ticks.tick().await;
            self.recorded.run_upkeep();
        }
    }

    /// The page, in Prometheus' text format 0.0.4: what was recorded, and what is to be seen now.
    pub async fn page(&self, services: &Services) -> String {
        let mut page = self.recorded.render();
        let seen = observed::look(services, self.started).await;
        let pools = {
            let pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
            observed::pools(&pools)
        };
        for observation in pools.into_iter().chain(seen) {
            // Writing to a string never fails.
            let _ = write!(page, "{observation}");
        }
        page
    }
}
