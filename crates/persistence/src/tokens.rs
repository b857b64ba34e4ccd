//! The books of a Keepa account that several processes share: its token bucket, and what requests under way have reserved.
//!
//! What the numbers mean is decided above: the functions take a closure, which they call while the account's row is locked. Transactions hold
//! that one row and no session state, so they pass PgBouncer in transaction mode.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Timestamptz};
use diesel_async::{AsyncConnection as _, AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::error::PersistenceError;
use crate::removal::Old;
use crate::schema::{keepa_accounts, keepa_reservations};
use crate::spend::{self, Spend};

/// How long a reservation that ran out is kept, so that a request which took longer is still booked for its purpose.
pub const KEPT_AFTER_EXPIRY: TimeDelta = TimeDelta::days(1);

/// Names an account without telling its key: the SHA-256 of the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyDigest(pub [u8; 32]);

/// The token bucket as the newest answer told it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bucket {
    /// When the answer came.
    pub told_at: DateTime<Utc>,
    /// Keepa's clock at the answer, Unix milliseconds.
    pub keepa_timestamp_ms: i64,
    /// Tokens left; may be negative.
    pub tokens_left: i64,
    /// Milliseconds from the answer to the next refill.
    pub refill_in_ms: i64,
    /// Tokens added each minute, gross.
    pub tokens_per_minute: i32,
    /// Tokens a minute that trackings consume.
    pub tracking_tokens_per_minute: f64,
    /// Tokens of requests that were lost since.
    pub tokens_lost: i64,
}

/// The books of an account at a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Books {
    /// The bucket; `None` before the first answer.
    pub bucket: Option<Bucket>,
    /// Tokens that requests under way have reserved.
    pub reserved: i64,
}

/// What a request would like to reserve.
#[derive(Debug, Clone, Copy)]
pub struct NewReservation<'a> {
    /// The account.
    pub key_digest: KeyDigest,
    /// The process.
    pub owner: Uuid,
    /// What the tokens are for, in SCREAMING_SNAKE_CASE.
    pub purpose: &'a str,
    /// Tokens, at least 1.
    pub tokens: u32,
    /// The time now.
    pub now: DateTime<Utc>,
}

/// A reservation that ended.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Ended {
    /// What the tokens were for.
    pub purpose: String,
    /// Tokens that were reserved.
    pub tokens: i64,
}

/// What the end of a request changes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// The bucket from now on.
    pub bucket: Option<Bucket>,
    /// What was spent; booked for the purpose of the reservation, and not at all without one.
    pub spent: Option<Spend>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = keepa_accounts)]
struct Account {
    told_at: Option<DateTime<Utc>>,
    keepa_timestamp_ms: Option<i64>,
    tokens_left: Option<i64>,
    refill_in_ms: Option<i64>,
    tokens_per_minute: Option<i32>,
    tracking_tokens_per_minute: Option<f64>,
    tokens_lost: i64,
}

impl Account {
    /// `None` before the first answer.
    fn bucket(&self) -> Option<Bucket> {
        Some(Bucket {
            told_at: self.told_at?,
            keepa_timestamp_ms: self.keepa_timestamp_ms?,
            tokens_left: self.tokens_left?,
            refill_in_ms: self.refill_in_ms?,
            tokens_per_minute: self.tokens_per_minute?,
            tracking_tokens_per_minute: self.tracking_tokens_per_minute?,
            tokens_lost: self.tokens_lost,
        })
    }
}

/// Reserves tokens for as long as `decide` says, if nobody ends it before, unless it says why not; returns the reservation's id or that reason.
///
/// # Errors
/// When the database is not available; then nothing is reserved.
pub async fn reserve<R: Send>(
    connection: &mut AsyncPgConnection,
    request: &NewReservation<'_>,
    decide: impl FnOnce(Books) -> Result<Duration, R> + Send,
) -> Result<Result<i64, R>, PersistenceError> {
    let key_digest = request.key_digest;
    connection
        .transaction(async |connection| {
            let bucket = lock(connection, key_digest).await?;
            let reserved = reserved(connection, key_digest, request.now).await?;
            let lease = match decide(Books { bucket, reserved }) {
                Ok(lease) => TimeDelta::from_std(lease).unwrap_or(TimeDelta::MAX),
                Err(reason) => return Ok(Err(reason)),
            };
            diesel::delete(
                keepa_reservations::table
                    .filter(keepa_reservations::key_digest.eq(&key_digest.0[..]))
                    .filter(keepa_reservations::expires_at.lt(request.now - KEPT_AFTER_EXPIRY)),
            )
            .execute(connection)
            .await?;
            let id = diesel::insert_into(keepa_reservations::table)
                .values((
                    keepa_reservations::key_digest.eq(&key_digest.0[..]),
                    keepa_reservations::owner.eq(request.owner),
                    keepa_reservations::purpose.eq(request.purpose),
                    keepa_reservations::tokens.eq(i64::from(request.tokens)),
                    keepa_reservations::reserved_at.eq(request.now),
                    keepa_reservations::expires_at.eq(request.now + lease),
                ))
                .returning(keepa_reservations::id)
                .get_result(connection)
                .await?;
            Ok(Ok(id))
        })
        .await
}

/// Ends a reservation, or takes the answer to a request that needed none, with what `change` makes of it. Ended twice, it is booked once.
///
/// # Errors
/// When the database is not available; then nothing is changed.
pub async fn settle(
    connection: &mut AsyncPgConnection,
    key_digest: KeyDigest,
    reservation: Option<i64>,
    now: DateTime<Utc>,
    change: impl FnOnce(Option<Bucket>, Option<&Ended>) -> Change + Send,
) -> Result<(), PersistenceError> {
    connection
        .transaction(async |connection| {
            let bucket = lock(connection, key_digest).await?;
            let ended = match reservation {
                Some(id) => end(connection, key_digest, id).await?,
                None => None,
            };
            let change = change(bucket, ended.as_ref());
            if change.bucket != bucket
                && let Some(bucket) = change.bucket
            {
                store(connection, key_digest, bucket).await?;
            }
            if let (Some(spent), Some(ended)) = (change.spent, ended) {
                spend::book(connection, key_digest, &ended.purpose, now, spent).await?;
            }
            Ok(())
        })
        .await
}

/// The books of an account.
///
/// # Errors
/// When the database is not available.
pub async fn books(
    connection: &mut AsyncPgConnection,
    key_digest: KeyDigest,
    now: DateTime<Utc>,
) -> Result<Books, PersistenceError> {
    let account: Option<Account> = keepa_accounts::table
        .find(&key_digest.0[..])
        .select(Account::as_select())
        .first(connection)
        .await
        .optional()?;
    Ok(Books {
        bucket: account.and_then(|account| account.bucket()),
        reserved: reserved(connection, key_digest, now).await?,
    })
}

/// Locks the account, which is made when it is first heard of. A process whose machine vanishes in between must not hold the lock until the
/// operating system notices.
async fn lock(
    connection: &mut AsyncPgConnection,
    key_digest: KeyDigest,
) -> Result<Option<Bucket>, PersistenceError> {
    diesel::sql_query("SET LOCAL idle_in_transaction_session_timeout = '5s'")
        .execute(connection)
        .await?;
    let account = keepa_accounts::table
        .find(&key_digest.0[..])
        .for_update()
        .select(Account::as_select());
    let found: Option<Account> = account.first(connection).await.optional()?;
    let found = match found {
        Some(found) => found,
        None => {
            diesel::insert_into(keepa_accounts::table)
                .values(keepa_accounts::key_digest.eq(&key_digest.0[..]))
                .on_conflict_do_nothing()
                .execute(connection)
                .await?;
            account.first(connection).await?
        }
    };
    Ok(found.bucket())
}

async fn store(
    connection: &mut AsyncPgConnection,
    key_digest: KeyDigest,
    bucket: Bucket,
) -> Result<(), PersistenceError> {
    diesel::update(keepa_accounts::table.find(&key_digest.0[..]))
        .set((
            keepa_accounts::told_at.eq(bucket.told_at),
            keepa_accounts::keepa_timestamp_ms.eq(bucket.keepa_timestamp_ms),
            keepa_accounts::tokens_left.eq(bucket.tokens_left),
            keepa_accounts::refill_in_ms.eq(bucket.refill_in_ms),
            keepa_accounts::tokens_per_minute.eq(bucket.tokens_per_minute),
            keepa_accounts::tracking_tokens_per_minute.eq(bucket.tracking_tokens_per_minute),
            keepa_accounts::tokens_lost.eq(bucket.tokens_lost),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

async fn end(
    connection: &mut AsyncPgConnection,
    key_digest: KeyDigest,
    id: i64,
) -> Result<Option<Ended>, PersistenceError> {
    Ok(diesel::delete(
        keepa_reservations::table
            .find(id)
            .filter(keepa_reservations::key_digest.eq(&key_digest.0[..])),
    )
    .returning((keepa_reservations::purpose, keepa_reservations::tokens))
    .get_result(connection)
    .await
    .optional()?)
}

/// Tokens that are reserved at a time: what has run out counts no more.
async fn reserved(
    connection: &mut AsyncPgConnection,
    key_digest: KeyDigest,
    now: DateTime<Utc>,
) -> Result<i64, PersistenceError> {
    #[derive(QueryableByName)]
    struct Sum {
        #[diesel(sql_type = BigInt)]
        tokens: i64,
    }
    let sum: Sum = diesel::sql_query(
        "SELECT coalesce(sum(tokens), 0)::bigint AS tokens FROM keepa_reservations WHERE key_digest = $1 AND expires_at > $2",
    )
    .bind::<Binary, _>(&key_digest.0[..])
    .bind::<Timestamptz, _>(now)
    .get_result(connection)
    .await?;
    Ok(sum.tokens)
}

/// Removes reservations that have run out.
///
/// # Errors
/// When the database is not available.
pub async fn remove_expired_reservations(
    connection: &mut AsyncPgConnection,
    old: Old,
) -> Result<usize, PersistenceError> {
    let statement = "DELETE FROM keepa_reservations WHERE id IN (
        SELECT id FROM keepa_reservations WHERE expires_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)";
    old.remove(connection, statement).await
}
