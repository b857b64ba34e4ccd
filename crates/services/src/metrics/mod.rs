//! Metrics: what is measured, how it is recorded, and how Prometheus reads it.
//!
//! What happens is recorded where it happens, through the functions here. What merely is (connections, queue, tokens, the process) is looked
//! at when Prometheus asks, so that nothing unknown is told as 0. Without an [`Exporter`] nothing is recorded, and recording costs nothing.

pub mod catalogue;
mod exporter;
mod observed;

use std::time::Duration;

pub use ::metrics::Histogram;
use ::metrics::{counter, histogram};
use keepa_client::RequestReport;

use crate::limits::Policy;
use crate::market::error_code;
use crate::redis::RedisTrouble;
pub use exporter::{Exporter, ExporterError};

/// Where the times of requests are recorded that have these labels. Making it costs more than recording, so it is kept.
pub fn request_times(method: &'static str, route: &str, status: &'static str) -> Histogram {
    let name = catalogue::HTTP_REQUEST_DURATION.name;
    histogram!(name, "method" => method, "route" => route.to_owned(), "status" => status)
}

/// Records a request to Keepa: for [`on_request`](keepa_client::KeepaClientBuilder::on_request).
pub fn keepa_request(report: &RequestReport<'_>) {
    let endpoint = report.endpoint;
    histogram!(catalogue::KEEPA_REQUEST_DURATION.name, "endpoint" => endpoint).record(report.took);
    if report.cost.worst > 0 {
        histogram!(catalogue::KEEPA_TOKEN_WAIT.name, "endpoint" => endpoint).record(report.waited);
    }
    let spent = report
        .tokens_consumed
        .and_then(|spent| spent.try_into().ok());
    if let Some(spent) = spent {
        counter!(catalogue::KEEPA_TOKENS_SPENT.name, "endpoint" => endpoint).increment(spent);
    }
    if let Some(error) = report.error {
        let kind = error_code(error);
        counter!(catalogue::KEEPA_ERRORS.name, "endpoint" => endpoint, "kind" => kind).increment(1);
    }
}

/// Records a request that was refused by a limit.
pub(crate) fn request_refused(policy: Policy) {
    counter!(catalogue::REQUESTS_REFUSED.name, "policy" => policy.as_str()).increment(1);
}

/// Records a question to Redis that failed.
pub(crate) fn redis_failed(trouble: RedisTrouble) {
    counter!(catalogue::REDIS_ERRORS.name, "kind" => trouble.label()).increment(1);
}

/// What became of a chunk of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChunkOutcome {
    Written,
    GivenBack,
    Lost,
}

/// Records the end of a chunk.
pub(crate) fn chunk_ended(outcome: ChunkOutcome, took: Duration) {
    let outcome = match outcome {
        ChunkOutcome::Written => "written",
        ChunkOutcome::GivenBack => "given_back",
        ChunkOutcome::Lost => "lost",
    };
    histogram!(catalogue::WORKER_CHUNK_DURATION.name, "outcome" => outcome).record(took);
}

/// What became of the items of a chunk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Attempts {
    pub(crate) analysed: usize,
    pub(crate) failed: usize,
    pub(crate) retried: usize,
    pub(crate) postponed: usize,
}

/// Records attempts whose outcome is written.
pub(crate) fn attempts_ended(attempts: Attempts) {
    for (outcome, count) in [
        ("analysed", attempts.analysed),
        ("failed", attempts.failed),
        ("retried", attempts.retried),
        ("postponed", attempts.postponed),
    ] {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        counter!(catalogue::QUEUE_ATTEMPTS.name, "outcome" => outcome).increment(count);
    }
}

#[cfg(test)]
mod tests;
