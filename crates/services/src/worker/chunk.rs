//! One chunk of work: the jobs of up to 100 products, from claim to written analyses.

use std::collections::{BTreeMap, BTreeSet};

use arbitragevault_domain::market::DataSource;
use arbitragevault_domain::marketplace::Marketplace;
use arbitragevault_persistence::batches;
use arbitragevault_persistence::jobs::{self, ClaimedJob};
use arbitragevault_persistence::outcomes::{self, Written};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::Worker;
use super::configurations::Configurations;
use super::work::{Task, Work};
use crate::budget::SpendPurpose;
use crate::error::{ServiceError, chain};
use crate::market::{Asks, MarketAnswer};
use crate::metrics::{self, ChunkOutcome};

/// Jobs that this process holds under a lease.
#[derive(Debug)]
pub(super) struct Chunk {
    owner: Uuid,
    jobs: Vec<ClaimedJob>,
}

impl Chunk {
    /// The chunk of these jobs, `None` when there are none.
    pub(super) fn new(owner: Uuid, jobs: Vec<ClaimedJob>) -> Option<Self> {
        (!jobs.is_empty()).then_some(Self { owner, jobs })
    }

    /// Does the work, and records how it ended.
    pub(super) async fn work(self, worker: &Worker, stop: &CancellationToken) {
        let began = Instant::now();
        let outcome = self.outcome(worker, stop).await;
        metrics::chunk_ended(outcome, began.elapsed());
    }

    /// Does the work, prolonging the lease meanwhile. On `stop` the jobs are given back unless they are being written.
    async fn outcome(&self, worker: &Worker, stop: &CancellationToken) -> ChunkOutcome {
        let analysed = tokio::select! {
            analysed = self.analyse(worker) => analysed,
            () = self.keep_lease(worker) => return ChunkOutcome::Lost,
            () = stop.cancelled() => {
                self.give_back(worker, stop).await;
                return ChunkOutcome::GivenBack;
            }
        };
        let written = match analysed {
            Ok(work) => self.write(worker, work, stop).await,
            Err(error) => Err(error),
        };
        if let Err(error) = written {
            tracing::warn!(
                jobs = self.jobs.len(),
                error = %chain(&error),
                "a chunk of work was not written and is tried again"
            );
            self.give_back(worker, stop).await;
            pause(worker, stop).await;
            return ChunkOutcome::GivenBack;
        }
        ChunkOutcome::Written
    }

    /// Looks every product up and analyses it for every job.
    async fn analyse(&self, worker: &Worker) -> Result<Work, ServiceError> {
        let now = worker.shared.clock.now();
        let mut configurations = self.configurations(worker).await?;
        let mut work = Work::default();
        for (marketplace, tasks) in self.tasks(&configurations, &mut work) {
            let asks = asks(&tasks);
            let market = &worker.shared.market;
            let answers = SpendPurpose::Batch
                .books(market.answers(&worker.pool, marketplace, &asks, now))
                .await?;
            for task in tasks {
                match answers.get(&task.lookup) {
                    Some(MarketAnswer::Known(stored)) => {
                        match configurations.used(task.job.batch_id, &stored.snapshot) {
                            Ok(used) => work.analyse(&task, stored, &used, now),
                            Err(detail) => work.unreadable(task.job, detail),
                        }
                    }
                    Some(MarketAnswer::UnknownCode) => work.unknown_code(&task),
                    Some(MarketAnswer::Failed(failure)) => {
                        work.fail(task.job, failure, worker, now);
                    }
                    Some(MarketAnswer::OverQuota(until)) => work.over_quota(task.job, *until),
                    None => {}
                }
            }
        }
        Ok(work)
    }

    /// Under what every batch that is still there is analysed.
    async fn configurations(&self, worker: &Worker) -> Result<Configurations, ServiceError> {
        let ids: BTreeSet<Uuid> = self.jobs.iter().map(|job| job.batch_id).collect();
        let mut connection = worker.pool.get().await?;
        let stored = batches::configurations(&mut connection, &Vec::from_iter(ids)).await?;
        Ok(Configurations::of(stored))
    }

    /// The jobs as tasks by marketplace. One that cannot be read is finished.
    fn tasks<'a>(
        &'a self,
        configurations: &Configurations,
        work: &mut Work,
    ) -> BTreeMap<Marketplace, Vec<Task<'a>>> {
        let mut tasks: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let wanted = |job: &&ClaimedJob| configurations.know(job.batch_id);
        for job in self.jobs.iter().filter(wanted) {
            match Task::read(job) {
                Ok((marketplace, task)) => tasks.entry(marketplace).or_default().push(task),
                Err(detail) => work.unreadable(job, detail),
            }
        }
        tasks
    }

    /// Writes what was found, and puts back what is to be tried again. While the database is away the result is kept and tried again for as
    /// long as the lease holds, or until `stop`.
    async fn write(
        &self,
        worker: &Worker,
        work: Work,
        stop: &CancellationToken,
    ) -> Result<(), ServiceError> {
        let written = Written {
            source: work.source.map(DataSource::as_str),
            finished: &work.finished,
            configurations: &work.configurations,
        };
        let deadline = Instant::now() + worker.options.lease;
        loop {
            let write = async {
                let mut connection = worker.pool.get().await?;
                jobs::retry_later(&mut connection, self.owner, &work.retries).await?;
                let now = worker.shared.clock.now();
                Ok(outcomes::write(&mut connection, self.owner, written, now).await?)
            };
            match write.await {
                Ok(batches) => {
                    metrics::attempts_ended(work.attempts());
                    for batch in &batches {
                        worker.shared.events.happened(batch.id);
                    }
                    for batch in batches.iter().filter(|batch| batch.finished_at.is_some()) {
                        tracing::info!(
                            batch_id = %batch.id,
                            status = batch.status,
                            analysed = batch.analysed_items,
                            failed = batch.failed_items,
                            "batch {} is done",
                            batch.id
                        );
                    }
                    return Ok(());
                }
                Err(ServiceError::Unavailable { .. }) if may_wait(deadline, stop) => {
                    pause(worker, stop).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Prolongs the lease until it is lost.
    async fn keep_lease(&self, worker: &Worker) {
        let ids = self.ids();
        loop {
            tokio::time::sleep(worker.options.lease / 3).await;
            let kept = async {
                let mut connection = worker.pool.get().await?;
                let until = worker.shared.clock.now() + worker.options.lease;
                Ok::<_, ServiceError>(
                    jobs::heartbeat(&mut connection, self.owner, &ids, until).await?,
                )
            };
            match kept.await {
                Ok(0) => return,
                Ok(_) => {}
                Err(error) => tracing::warn!(error = %chain(&error), "cannot prolong a lease"),
            }
        }
    }

    /// Gives the jobs back. While the database is away it is tried again for as long as the lease holds, or until `stop`.
    async fn give_back(&self, worker: &Worker, stop: &CancellationToken) {
        let deadline = Instant::now() + worker.options.lease;
        loop {
            let released = async {
                let mut connection = worker.pool.get().await?;
                let ids = self.ids();
                Ok::<_, ServiceError>(jobs::release(&mut connection, self.owner, &ids).await?)
            };
            match released.await {
                Ok(released) => return tracing::info!(released, "gave work back"),
                Err(ServiceError::Unavailable { .. }) if may_wait(deadline, stop) => {
                    pause(worker, stop).await;
                }
                Err(error) => {
                    return tracing::warn!(error = %chain(&error), "cannot give work back; its lease runs out");
                }
            }
        }
    }

    fn ids(&self) -> Vec<i64> {
        self.jobs.iter().map(|job| job.id).collect()
    }
}

/// Which organisations ask for each product, those first whose jobs are older.
fn asks(tasks: &[Task<'_>]) -> Asks {
    let mut asks = Asks::new();
    for task in tasks {
        let organisations = asks.entry(task.lookup).or_default();
        if !organisations.contains(&task.job.organisation_id) {
            organisations.push(task.job.organisation_id);
        }
    }
    asks
}

fn may_wait(deadline: Instant, stop: &CancellationToken) -> bool {
    Instant::now() < deadline && !stop.is_cancelled()
}

/// Waits a moment, or until `stop`.
async fn pause(worker: &Worker, stop: &CancellationToken) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = tokio::time::sleep(worker.options.poll_interval) => {}
    }
}
