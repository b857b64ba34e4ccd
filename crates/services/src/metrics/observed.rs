//! What is looked at when Prometheus asks. What is unknown has no sample.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use arbitragevault_persistence::jobs::{self, QueueStatus};
use arbitragevault_persistence::{Pool, PoolStatus};
use keepa_client::TokenState;

use super::catalogue::{self, Metric};
use crate::error::{ServiceError, chain};
use crate::market::BreakerState;
use crate::{Services, process};

/// How long PostgreSQL may take: Prometheus gives up on a page after 10 s, and one without the queue is better than none.
const PATIENCE: Duration = Duration::from_secs(2);

/// A metric with what was seen of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Observation {
    metric: Metric,
    samples: Vec<(Vec<(&'static str, &'static str)>, f64)>,
}

impl Observation {
    fn new(metric: Metric) -> Self {
        Self {
            metric,
            samples: Vec::new(),
        }
    }

    fn of(metric: Metric, value: Option<f64>) -> Self {
        let mut observation = Self::new(metric);
        observation
            .samples
            .extend(value.map(|value| (Vec::new(), value)));
        observation
    }

    fn add(&mut self, labels: &[(&'static str, &'static str)], value: f64) {
        self.samples.push((labels.to_vec(), value));
    }
}

/// In the text format; nothing when nothing was seen. Labels are our own words and need no escapes.
impl fmt::Display for Observation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.samples.is_empty() {
            return Ok(());
        }
        let Metric {
            name, kind, help, ..
        } = self.metric;
        writeln!(f, "# HELP {name} {help}")?;
        writeln!(f, "# TYPE {name} {}", kind.name())?;
        for (labels, value) in &self.samples {
            write!(f, "{name}")?;
            for (index, (label, of)) in labels.iter().enumerate() {
                let before = if index == 0 { "{" } else { "," };
                write!(f, "{before}{label}=\"{of}\"")?;
            }
            let end = if labels.is_empty() { "" } else { "}" };
            writeln!(f, "{end} {value}")?;
        }
        writeln!(f)
    }
}

/// Queue, tokens and the process.
pub(super) async fn look(services: &Services, started: SystemTime) -> Vec<Observation> {
    let (queue, tokens) = tokio::join!(
        in_time(queue(services)),
        in_time(async { services.shared.market.source().tokens().await })
    );
    let mut seen = Vec::from(of_queue(queue));
    seen.extend(of_tokens(tokens));
    seen.push(of_breaker(services.shared.market.source().breaker()));
    seen.extend(of_process(started));
    seen
}

fn of_breaker(state: BreakerState) -> Observation {
    let mut observation = Observation::new(catalogue::KEEPA_BREAKER);
    for (label, of) in [
        ("closed", BreakerState::Closed),
        ("open", BreakerState::Open),
        ("half_open", BreakerState::HalfOpen),
    ] {
        observation.add(&[("state", label)], f64::from(u8::from(state == of)));
    }
    observation
}

async fn in_time<T>(look: impl Future<Output = Option<T>>) -> Option<T> {
    tokio::time::timeout(PATIENCE, look).await.ok().flatten()
}

async fn queue(services: &Services) -> Option<QueueStatus> {
    let looked = async {
        let mut connection = services.connection().await?;
        Ok::<_, ServiceError>(jobs::status(&mut connection, services.shared.clock.now()).await?)
    };
    looked
        .await
        .inspect_err(|error| tracing::warn!(error = %chain(error), "the queue cannot be counted"))
        .ok()
}

/// The connections of all pools, by their owners.
pub(super) fn pools(pools: &[(&'static str, Pool)]) -> Vec<Observation> {
    let mut owners: BTreeMap<&'static str, PoolStatus> = BTreeMap::new();
    for (owner, pool) in pools {
        let (sum, status) = (owners.entry(owner).or_default(), pool.status());
        sum.max += status.max;
        sum.open += status.open;
        sum.idle += status.idle;
        sum.waiting += status.waiting;
    }
    let mut connections = Observation::new(catalogue::POOL_CONNECTIONS);
    let mut max = Observation::new(catalogue::POOL_CONNECTIONS_MAX);
    let mut waiting = Observation::new(catalogue::POOL_WAITING);
    for (owner, status) in owners {
        let in_use = status.open.saturating_sub(status.idle);
        let pool = ("pool", owner);
        connections.add(&[pool, ("state", "in_use")], count(in_use));
        connections.add(&[pool, ("state", "idle")], count(status.idle));
        max.add(&[pool], count(status.max));
        waiting.add(&[pool], count(status.waiting));
    }
    vec![connections, max, waiting]
}

fn of_queue(queue: Option<QueueStatus>) -> [Observation; 2] {
    let mut jobs = Observation::new(catalogue::QUEUE_JOBS);
    if let Some(queue) = &queue {
        for (state, value) in [
            ("waiting", queue.depth - queue.leased),
            ("in_work", queue.leased),
            ("dead", queue.dead),
        ] {
            jobs.add(&[("state", state)], number(value));
        }
    }
    let oldest = queue.and_then(|queue| queue.oldest_seconds).map(number);
    [jobs, Observation::of(catalogue::QUEUE_OLDEST, oldest)]
}

fn of_tokens(tokens: Option<TokenState>) -> [Observation; 3] {
    let left = tokens.map(|tokens| number(tokens.left));
    let reserved =
        tokens.map(|tokens| count(usize::try_from(tokens.reserved).unwrap_or(usize::MAX)));
    let per_minute = tokens.map(|tokens| f64::from(tokens.refill_rate));
    [
        Observation::of(catalogue::KEEPA_TOKENS_LEFT, left),
        Observation::of(catalogue::KEEPA_TOKENS_RESERVED, reserved),
        Observation::of(catalogue::KEEPA_TOKENS_PER_MINUTE, per_minute),
    ]
}

fn of_process(started: SystemTime) -> Vec<Observation> {
    let since_1970 = started.duration_since(UNIX_EPOCH).ok();
    let bytes = |bytes: Option<u64>| bytes.and_then(|bytes| bytes.try_into().ok()).map(number);
    let mut build = Observation::new(catalogue::BUILD_INFO);
    build.add(&[("version", env!("CARGO_PKG_VERSION"))], 1.0);
    vec![
        build,
        Observation::of(
            catalogue::PROCESS_START,
            since_1970.map(|since| since.as_secs_f64()),
        ),
        Observation::of(
            catalogue::PROCESS_RESIDENT_MEMORY,
            bytes(process::resident_bytes()),
        ),
        Observation::of(catalogue::PROCESS_CPU, process::cpu_seconds()),
        Observation::of(
            catalogue::PROCESS_OPEN_FILES,
            process::open_files().map(count),
        ),
        Observation::of(catalogue::PROCESS_MAX_FILES, bytes(process::max_files())),
    ]
}

fn count(count: usize) -> f64 {
    number(i64::try_from(count).unwrap_or(i64::MAX))
}

/// A whole number as Prometheus takes it; exact below 2^53.
#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "a sample is a float by its definition"
)]
fn number(value: i64) -> f64 {
    value as f64
}
