//! What is to be done for each job of a chunk, and what became of it.

use arbitragevault_domain::acquisition::Acquisition;
use arbitragevault_domain::analysis::analyze;
use arbitragevault_domain::identifier::Lookup;
use arbitragevault_domain::market::DataSource;
use arbitragevault_domain::marketplace::Marketplace;
use arbitragevault_domain::money::Money;
use arbitragevault_persistence::configuration_documents::ConfigurationDocument;
use arbitragevault_persistence::jobs::{ClaimedJob, Retry};
use arbitragevault_persistence::outcomes::{Finished, Outcome};
use chrono::{DateTime, Utc};

use uuid::Uuid;

use super::Worker;
use crate::configuration::UsedConfiguration;
use crate::error::{ServiceError, chain};
use crate::market::{FetchFailure, StoredSnapshot};
use crate::metrics::Attempts;
use crate::quotas::WAITS_FOR_TOKENS;
use crate::record::{self, Purpose};

/// What became of the jobs of a chunk.
#[derive(Default)]
pub(super) struct Work {
    pub(super) finished: Vec<Finished>,
    pub(super) retries: Vec<Retry>,
    /// Those of the retries that only wait for tokens, of Keepa or of their organisation.
    postponed: usize,
    pub(super) source: Option<DataSource>,
    /// The configurations that were used, each once.
    pub(super) configurations: Vec<ConfigurationDocument>,
}

impl Work {
    /// Analyses one item.
    pub(super) fn analyse(
        &mut self,
        task: &Task<'_>,
        stored: &StoredSnapshot,
        used: &UsedConfiguration,
        now: DateTime<Utc>,
    ) {
        let snapshot = &stored.snapshot;
        let as_of = snapshot.analysis_time(now);
        let analysis = analyze(snapshot, &task.acquisition, &used.config, as_of);
        let purpose = Purpose {
            organisation_id: task.job.organisation_id,
            item: Some((task.job.batch_id, task.job.position)),
            snapshot_id: stored.id,
            configuration_id: used.id,
        };
        let row = self
            .keep(task.job.organisation_id, used, now)
            .and_then(|()| record::row(&analysis, purpose, now));
        match row {
            Ok(row) => {
                self.source = Some(analysis.source);
                let outcome = Outcome::Analysed(Box::new(row));
                self.finished.push(finished(task.job, outcome));
            }
            Err(error) => {
                let detail = format!("the analysis cannot be stored: {}", chain(&error));
                self.give_up(task.job, "ANALYSIS_NOT_STORED", detail);
            }
        }
    }

    /// Keeps a configuration that an organisation uses.
    fn keep(
        &mut self,
        organisation_id: Uuid,
        used: &UsedConfiguration,
        now: DateTime<Utc>,
    ) -> Result<(), ServiceError> {
        let is_kept = |kept: &ConfigurationDocument| {
            (kept.organisation_id, kept.id) == (organisation_id, used.id)
        };
        if !self.configurations.iter().any(is_kept) {
            self.configurations.push(used.row(organisation_id, now)?);
        }
        Ok(())
    }

    /// Finishes the job of a code that belongs to no product.
    pub(super) fn unknown_code(&mut self, task: &Task<'_>) {
        let outcome = Outcome::Failed {
            code: "PRODUCT_NOT_FOUND".to_owned(),
            detail: format!("Keepa knows no product with the code {}", task.lookup),
        };
        self.finished.push(finished(task.job, outcome));
    }

    /// Finishes a job of which something stored cannot be read. Put back, it would keep those that are claimed with it from being done.
    pub(super) fn unreadable(&mut self, job: &ClaimedJob, detail: String) {
        self.give_up(job, "ITEM_UNREADABLE", detail);
    }

    /// Finishes a job because of a defect on our side.
    fn give_up(&mut self, job: &ClaimedJob, code: &str, detail: String) {
        tracing::error!(batch_id = %job.batch_id, position = job.position, code, detail, "an item is given up");
        let outcome = Outcome::Failed {
            code: code.to_owned(),
            detail,
        };
        self.finished.push(finished(job, outcome));
    }

    /// Puts a job back, or gives it up. Waiting for tokens is no failed attempt.
    pub(super) fn fail(
        &mut self,
        job: &ClaimedJob,
        failure: &FetchFailure,
        worker: &Worker,
        now: DateTime<Utc>,
    ) {
        let failed = u16::try_from(job.attempts)
            .unwrap_or(u16::MAX)
            .saturating_add(1);
        let retry = match failure.retry_after {
            Some(wait) => Some((now + wait, job.attempts)),
            None if failure.retryable => {
                let attempts = i16::try_from(failed).unwrap_or(i16::MAX);
                worker
                    .options
                    .retry
                    .next_attempt(failed, now)
                    .map(|run_at| (run_at, attempts))
            }
            None => None,
        };
        match retry {
            Some((run_at, attempts)) => {
                self.postponed += usize::from(failure.retry_after.is_some());
                self.retries.push(Retry {
                    id: job.id,
                    run_at,
                    attempts,
                    error: failure.detail.clone(),
                });
            }
            None => self.finished.push(finished(
                job,
                Outcome::Failed {
                    code: failure.code.to_owned(),
                    detail: failure.detail.clone(),
                },
            )),
        }
    }

    /// Puts a job back until there are tokens again for its organisation. It has not failed.
    pub(super) fn over_quota(&mut self, job: &ClaimedJob, until: DateTime<Utc>) {
        self.postponed += 1;
        self.retries.push(Retry {
            id: job.id,
            run_at: until,
            attempts: job.attempts,
            error: WAITS_FOR_TOKENS.to_owned(),
        });
    }

    /// What became of the items, in numbers.
    pub(super) fn attempts(&self) -> Attempts {
        let analysed = self
            .finished
            .iter()
            .filter(|finished| matches!(finished.outcome, Outcome::Analysed(_)))
            .count();
        Attempts {
            analysed,
            failed: self.finished.len() - analysed,
            retried: self.retries.len() - self.postponed,
            postponed: self.postponed,
        }
    }
}

fn finished(job: &ClaimedJob, outcome: Outcome) -> Finished {
    Finished {
        job_id: job.id,
        batch_id: job.batch_id,
        position: job.position,
        outcome,
    }
}

/// A job, read.
pub(super) struct Task<'a> {
    pub(super) job: &'a ClaimedJob,
    pub(super) lookup: Lookup,
    pub(super) acquisition: Acquisition,
}

impl<'a> Task<'a> {
    /// Reads a job, or says what of it cannot be read.
    pub(super) fn read(job: &'a ClaimedJob) -> Result<(Marketplace, Self), String> {
        fn of<T, E: std::error::Error>(what: &str, read: Result<T, E>) -> Result<T, String> {
            read.map_err(|error| {
                let cause = error
                    .source()
                    .map_or_else(|| error.to_string(), ToString::to_string);
                format!("the stored {what} cannot be read: {cause}")
            })
        }
        let marketplace: Marketplace = of("marketplace", job.marketplace.parse())?;
        let buy_price = job
            .buy_price_minor
            .map(|minor| Money::from_minor(minor, marketplace.currency()));
        let task = Self {
            job,
            lookup: of("identifier", job.subject.parse())?,
            acquisition: Acquisition {
                buy_price,
                quantity: of("quantity", u32::try_from(job.quantity))?,
                condition: of("condition", record::from_name(&job.condition))?,
                fulfilment: of("fulfilment", record::from_name(&job.fulfilment))?,
            },
        };
        Ok((marketplace, task))
    }
}
