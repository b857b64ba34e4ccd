//! One chunk of work: the jobs of up to 100 products, from claim to written analyses.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use arbitragevault_domain::acquisition::Acquisition;
use arbitragevault_domain::analysis::{Analysis, analyze};
use arbitragevault_domain::config::AnalysisConfig;
use arbitragevault_domain::identifier::Lookup;
use arbitragevault_domain::marketplace::Marketplace;
use arbitragevault_persistence::{analyses, batches, jobs};
use chrono::{DateTime, Utc};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::Worker;
use crate::error::{ServiceError, chain};
use crate::market::{FetchFailure, MarketAnswer};

/// Jobs that this process holds under a lease.
#[derive(Debug)]
pub(super) struct Chunk {
    owner: Uuid,
    jobs: Vec<jobs::ClaimedJob>,
}

/// What became of one job.
enum Outcome {
    Analysed(Box<Analysis>, Uuid),
    Unknown,
    Failed(FetchFailure),
}

impl Chunk {
    /// The chunk of these jobs, `None` when there are none.
    pub(super) fn new(owner: Uuid, jobs: Vec<jobs::ClaimedJob>) -> Option<Self> {
        (!jobs.is_empty()).then_some(Self { owner, jobs })
    }

    /// Does the work, prolonging the lease meanwhile. On `stop` the jobs are given back unless they are nearly done.
    pub(super) async fn work(self, worker: &Worker, stop: &CancellationToken) {
        let result = tokio::select! {
            result = self.analyse(worker) => Some(result),
            () = self.keep_lease(worker) => None,
            () = stop.cancelled() => None,
        };
        let done = match result {
            Some(Ok(outcomes)) => self.write(worker, outcomes).await,
            Some(Err(error)) => Err(error),
            None => {
                self.give_back(worker).await;
                return;
            }
        };
        if let Err(error) = done {
            tracing::warn!(
                jobs = self.jobs.len(),
                error = %chain(&error),
                "a chunk of work was not written; its lease runs out and it is claimed again"
            );
            tokio::time::sleep(worker.options.poll_interval).await;
        }
    }

    /// Prolongs the lease until it is lost.
    async fn keep_lease(&self, worker: &Worker) {
        let ids = self.ids();
        loop {
            tokio::time::sleep(worker.options.lease / 3).await;
            let kept = async {
                let mut connection = worker.pool.get().await?;
                let until = worker.clock.now() + worker.options.lease;
                Ok::<_, ServiceError>(jobs::heartbeat(&mut connection, self.owner, &ids, until).await?)
            };
            match kept.await {
                Ok(0) => return,
                Ok(_) => {}
                Err(error) => tracing::warn!(error = %chain(&error), "cannot prolong a lease"),
            }
        }
    }

    async fn give_back(&self, worker: &Worker) {
        let released = async {
            let mut connection = worker.pool.get().await?;
            Ok::<_, ServiceError>(jobs::release(&mut connection, self.owner, &self.ids()).await?)
        };
        match released.await {
            Ok(released) => tracing::info!(released, "gave work back"),
            Err(error) => tracing::warn!(error = %chain(&error), "cannot give work back; its lease runs out"),
        }
    }

    fn ids(&self) -> Vec<i64> {
        self.jobs.iter().map(|job| job.id).collect()
    }
}
