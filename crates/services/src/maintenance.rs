//! Keeping the database small: rows that nobody needs any more are removed, a few at a time, by one process at a time.
//!
//! What a tenant owns is not removed here: only what ends by itself. The tables of accounts have no index by their end: a scan an hour costs
//! less than an index that every request would keep.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use arbitragevault_persistence::removal::{self, Old};
use arbitragevault_persistence::{
    Connection, PersistenceError, Pool, account_tokens, audit, idempotency_keys, invitations,
    refresh_tokens, sessions, sign_in_failures, tokens,
};
use chrono::{DateTime, TimeDelta, Utc};
use diesel_async::AsyncConnection as _;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use crate::Shared;
use crate::accounts::{lock_out, sessions as account_sessions};
use crate::error::{ServiceError, chain};

/// How long from one round to the next; give or take a tenth, so that servers which started together do not stay together.
const INTERVAL: Duration = Duration::from_secs(3_600);

/// Rows of one transaction at most: some milliseconds of work.
const ROWS: i64 = 1_000;

/// Removes old rows of a table, at most as many as it is told.
type Remove = for<'a> fn(&'a mut Connection, Old) -> BoxFuture<'a, Result<usize, PersistenceError>>;

/// What is removed, and when.
struct Job {
    /// The rows, for the log.
    rows: &'static str,
    /// How long they are kept after their end.
    kept_for: TimeDelta,
    remove: Remove,
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.rows)
    }
}

/// One line for each job: the rows, how long they are kept after their end, and the function that removes them.
macro_rules! jobs {
    ($($(#[doc = $why:literal])* $rows:literal, $kept_for:expr, $remove:path;)*) => {
        const JOBS: &[Job] = &[$(Job {
            rows: $rows,
            kept_for: $kept_for,
            remove: |connection, old| $remove(connection, old).boxed(),
        }),*];
    };
}

jobs! {
    "idempotency keys", TimeDelta::zero(), idempotency_keys::remove_expired;
    /// A used token that comes again ends its session as stolen. A client that has not come for longer than a session may be idle has none.
    "refresh tokens", account_sessions::IDLE, refresh_tokens::remove_used;
    /// A month to look back at where somebody was signed in.
    "sessions", TimeDelta::days(30), sessions::remove_ended;
    /// A mail that is found late is still told that its token was used or has ended.
    "account tokens", TimeDelta::days(7), account_tokens::remove_ended;
    "sign-in failures", lock_out::MEMORY, sign_in_failures::remove_old;
    /// Members see for three months who was invited.
    "invitations", TimeDelta::days(90), invitations::remove_expired;
    "Keepa reservations", tokens::KEPT_AFTER_EXPIRY, tokens::remove_expired_reservations;
}

/// The rounds of a process.
#[derive(Debug)]
pub struct Maintenance {
    /// Connections that act as the owner of the tables.
    pub pool: Pool,
    /// What the process shares.
    pub shared: Arc<Shared>,
    /// How long events are kept that do not tell a present state; `None` for ever.
    pub events_kept_for: Option<TimeDelta>,
}

/// How many rows of each sort a round removed; only those of which there were any.
pub type Removed = Vec<(&'static str, usize)>;

impl Maintenance {
    /// Makes a round every hour until `stop` is cancelled, the first within ten minutes.
    pub async fn run(self, stop: CancellationToken) {
        let mut pause = (INTERVAL / 6).mul_f64(rand::random());
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
            match self.round().await {
                Ok(removed) if removed.is_empty() => {}
                Ok(removed) => tracing::info!(?removed, "removed rows that nobody needs any more"),
                Err(error) => {
                    tracing::warn!(error = %chain(&error), "cannot remove old rows; tried again in an hour");
                }
            }
            pause = INTERVAL.mul_f64(rand::random_range(0.9..1.1));
        }
    }

    /// Removes everything whose time is over. While another process does, nothing is done.
    ///
    /// # Errors
    /// When the database is not available. What was removed until then stays so.
    pub async fn round(&self) -> Result<Removed, ServiceError> {
        let now = self.shared.clock.now();
        let mut removed = Vec::new();
        let events = self.events_kept_for.map(|kept_for| Job {
            rows: "events",
            kept_for,
            remove: |connection, old| audit::forget(connection, old).boxed(),
        });
        for job in JOBS.iter().chain(&events) {
            let count = self.finish(job, now).await?;
            if count > 0 {
                removed.push((job.rows, count));
            }
        }
        Ok(removed)
    }

    /// Does a job to its end, one short transaction after the other.
    async fn finish(&self, job: &Job, now: DateTime<Utc>) -> Result<usize, ServiceError> {
        let old = Old {
            before: now - job.kept_for,
            limit: ROWS,
        };
        let mut removed = 0;
        loop {
            let mut connection = self.pool.get().await?;
            let step = connection.transaction(async |connection| {
                if removal::alone(connection).await? {
                    (job.remove)(connection, old).await
                } else {
                    Ok(0)
                }
            });
            let step: usize = step.await?;
            removed += step;
            if i64::try_from(step).is_ok_and(|step| step < ROWS) {
                return Ok(removed);
            }
        }
    }
}
