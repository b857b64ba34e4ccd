//! Attempts to sign in that did not succeed, by the digest of the address.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Binary, Double, Integer, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::error::PersistenceError;
use crate::removal::Old;
use crate::schema::sign_in_failures;

/// When an address is locked, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LockOut {
    /// Failures in a row before it is locked.
    pub free: i32,
    /// How long the first lock holds; each further failure doubles it.
    pub first: Duration,
    /// The longest lock.
    pub longest: Duration,
    /// Failures older than this are forgotten.
    pub memory: TimeDelta,
}

impl LockOut {
    /// How long an address stays locked after so many failures; `None` for not at all.
    #[must_use]
    pub fn after(&self, failures: i32) -> Option<Duration> {
        let doublings = u32::try_from(failures.checked_sub(self.free)?).ok()?;
        let factor = 2_u32.saturating_pow(doublings);
        Some(self.first.saturating_mul(factor).min(self.longest))
    }
}

/// Counts an attempt as failed before it is made, so that many at once are no way around the lock. `Err` holds the end of the lock when
/// the address is locked: the attempt then neither counts nor may be made.
///
/// # Errors
/// When the database is not available.
pub async fn begin(
    connection: &mut AsyncPgConnection,
    digest: &[u8],
    lock_out: &LockOut,
    now: DateTime<Utc>,
) -> Result<Result<(), DateTime<Utc>>, PersistenceError> {
    let counted = diesel::sql_query(
        "INSERT INTO sign_in_failures AS f (email_digest, failures, last_failed_at) VALUES ($1, 1, $2)
         ON CONFLICT (email_digest) DO UPDATE
         SET failures = CASE WHEN f.last_failed_at < $3 THEN 1 ELSE f.failures + 1 END, last_failed_at = $2
         WHERE f.failures < $4
            OR f.last_failed_at + make_interval(secs => least($5 * 2 ^ least(f.failures - $4, 30), $6)) <= $2",
    )
    .bind::<Binary, _>(digest)
    .bind::<Timestamptz, _>(now)
    .bind::<Timestamptz, _>(now - lock_out.memory)
    .bind::<Integer, _>(lock_out.free)
    .bind::<Double, _>(lock_out.first.as_secs_f64())
    .bind::<Double, _>(lock_out.longest.as_secs_f64())
    .execute(connection)
    .await?;
    if counted == 1 {
        return Ok(Ok(()));
    }
    let counted: Option<(i32, DateTime<Utc>)> = sign_in_failures::table
        .find(digest)
        .select((sign_in_failures::failures, sign_in_failures::last_failed_at))
        .first(connection)
        .await
        .optional()?;
    // Forgotten meanwhile: the lock has ended.
    let Some((failures, last)) = counted else {
        return Ok(Err(now));
    };
    let lock = lock_out.after(failures).unwrap_or_default();
    Ok(Err(last + TimeDelta::from_std(lock).unwrap_or_default()))
}

/// Takes the count of an attempt back that was neither right nor wrong.
///
/// # Errors
/// When the database is not available.
pub async fn take_back(
    connection: &mut AsyncPgConnection,
    digest: &[u8],
) -> Result<(), PersistenceError> {
    diesel::update(sign_in_failures::table.find(digest))
        .filter(sign_in_failures::failures.gt(0))
        .set(sign_in_failures::failures.eq(sign_in_failures::failures - 1))
        .execute(connection)
        .await?;
    Ok(())
}

/// Forgets the failures of an address: its owner signed in.
///
/// # Errors
/// When the database is not available.
pub async fn forget(
    connection: &mut AsyncPgConnection,
    digest: &[u8],
) -> Result<(), PersistenceError> {
    diesel::delete(sign_in_failures::table.find(digest))
        .execute(connection)
        .await?;
    Ok(())
}

/// Removes failures that nobody remembers any more.
///
/// # Errors
/// When the database is not available.
pub async fn remove_old(
    connection: &mut AsyncPgConnection,
    old: Old,
) -> Result<usize, PersistenceError> {
    let statement = "DELETE FROM sign_in_failures WHERE email_digest IN (
        SELECT email_digest FROM sign_in_failures WHERE last_failed_at < $1 ORDER BY last_failed_at LIMIT $2
        FOR UPDATE SKIP LOCKED)";
    old.remove(connection, statement).await
}
