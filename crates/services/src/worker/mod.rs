//! The background worker: claims jobs across batches, analyses, and writes what it found.
//!
//! It may be killed at any instruction. Leases give the work back, and what is written twice shows once (ADR 1).

mod backoff;
mod chunk;
mod configurations;
mod work;

use std::sync::Arc;
use std::time::Duration;

use arbitragevault_persistence::{Pool, jobs};
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

pub use backoff::RetryPolicy;

use crate::Shared;
use crate::error::ServiceError;
use chunk::Chunk;

/// How the worker works.
#[derive(Debug, Clone, Copy)]
pub struct WorkerOptions {
    /// Products claimed at once, at most 100: what one request to Keepa may hold.
    pub chunk_size: u16,
    /// Chunks in work at the same time.
    pub concurrency: u16,
    /// How long a claim holds without a heartbeat.
    pub lease: Duration,
    /// How often the queue is looked at when nobody rings.
    pub poll_interval: Duration,
    /// When items are tried again.
    pub retry: RetryPolicy,
}

impl Default for WorkerOptions {
    fn default() -> Self {
        Self {
            chunk_size: 100,
            concurrency: 2,
            lease: Duration::from_secs(60),
            poll_interval: Duration::from_secs(2),
            retry: RetryPolicy::default(),
        }
    }
}

/// Rings when there is new work, so that nobody waits for the next look at the queue.
#[derive(Debug, Clone, Default)]
pub struct WorkBell(Arc<Notify>);

impl WorkBell {
    /// Says that there is work.
    pub fn ring(&self) {
        self.0.notify_one();
    }
}

/// What the worker needs.
#[derive(Debug, Clone)]
pub struct Worker {
    /// Its own connections, opened on its own runtime.
    pub pool: Pool,
    /// What it shares with the use cases: market data, clock and bell.
    pub shared: Arc<Shared>,
    /// Its options.
    pub options: WorkerOptions,
}

impl Worker {
    /// Works until `stop` is cancelled. Chunks in work are then finished or given back before it returns.
    pub async fn run(self, stop: CancellationToken) {
        let owner = Uuid::now_v7();
        let worker = Arc::new(self);
        let permits = Arc::new(Semaphore::new(usize::from(
            worker.options.concurrency.max(1),
        )));
        let chunks = TaskTracker::new();
        tracing::info!(%owner, "worker started");
        while !stop.is_cancelled() {
            let permit = tokio::select! {
                () = stop.cancelled() => break,
                permit = Arc::clone(&permits).acquire_owned() => permit,
            };
            let Ok(permit) = permit else { break };
            match worker.claim(owner).await {
                Ok(Some(chunk)) => {
                    let worker = Arc::clone(&worker);
                    let stop = stop.clone();
                    chunks.spawn(async move {
                        chunk.work(&worker, &stop).await;
                        drop(permit);
                    });
                }
                Ok(None) => worker.rest(&stop).await,
                Err(error) => {
                    tracing::warn!(error = %crate::error::chain(&error), "cannot look at the queue");
                    worker.rest(&stop).await;
                }
            }
        }
        chunks.close();
        chunks.wait().await;
        tracing::info!(%owner, "worker stopped");
    }

    async fn claim(&self, owner: Uuid) -> Result<Option<Chunk>, ServiceError> {
        let mut connection = self.pool.get().await?;
        let claimed = jobs::claim(
            &mut connection,
            &jobs::ClaimRequest {
                owner,
                subjects: i64::from(self.options.chunk_size.clamp(1, 100)),
                lease: self.options.lease,
                now: self.shared.clock.now(),
            },
        )
        .await?;
        let now = self.shared.clock.now();
        self.shared.database_answered.note(now);
        Ok(Chunk::new(owner, claimed))
    }

    /// Waits for the bell, the next look or the end.
    async fn rest(&self, stop: &CancellationToken) {
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.shared.bell.0.notified() => {}
            () = tokio::time::sleep(self.options.poll_interval) => {}
        }
    }
}
