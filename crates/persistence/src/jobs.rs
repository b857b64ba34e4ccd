//! The queue: claims under a lease, heartbeats, backoff, dead letters (ADR 1).

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Integer, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::error::PersistenceError;
use crate::schema::jobs;

/// What a worker asks for.
#[derive(Debug, Clone, Copy)]
pub struct ClaimRequest {
    /// The worker.
    pub owner: Uuid,
    /// Different products at most.
    pub subjects: i64,
    /// How long the claim holds without a heartbeat.
    pub lease: Duration,
    /// The time now.
    pub now: DateTime<Utc>,
}

/// A job with the item that it is for.
#[derive(Debug, Clone, QueryableByName)]
pub struct ClaimedJob {
    /// The job.
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    /// The batch.
    #[diesel(sql_type = SqlUuid)]
    pub batch_id: Uuid,
    /// The item's place in it.
    #[diesel(sql_type = Integer)]
    pub position: i32,
    /// How the product is looked up.
    #[diesel(sql_type = Text)]
    pub subject: String,
    /// Attempts that failed before.
    #[diesel(sql_type = SmallInt)]
    pub attempts: i16,
    /// The batch's marketplace.
    #[diesel(sql_type = Text)]
    pub marketplace: String,
    /// The batch's organisation.
    #[diesel(sql_type = SqlUuid)]
    pub organisation_id: Uuid,
    /// Price of one unit in minor units.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub buy_price_minor: Option<i64>,
    /// Units.
    #[diesel(sql_type = Integer)]
    pub quantity: i32,
    /// Condition.
    #[diesel(sql_type = Text)]
    pub condition: String,
    /// Fulfilment.
    #[diesel(sql_type = Text)]
    pub fulfilment: String,
}

/// Claims the jobs of up to so many products, oldest first, across batches. A job whose lease ran out is claimable.
///
/// # Errors
/// When the database is not available.
pub async fn claim(
    connection: &mut AsyncPgConnection,
    request: &ClaimRequest,
) -> Result<Vec<ClaimedJob>, PersistenceError> {
    let until = request.now + TimeDelta::from_std(request.lease).unwrap_or(TimeDelta::MAX);
    // The first rows decide the products; rows of the same products further down the queue come with them while they are among
    // the next thousand, so that one request to Keepa serves them too.
    Ok(diesel::sql_query(
        "WITH ready AS (
             SELECT id, subject FROM jobs
             WHERE NOT is_dead AND run_at <= $1 AND (leased_until IS NULL OR leased_until < $1)
             ORDER BY run_at, id
             LIMIT 1000
             FOR UPDATE SKIP LOCKED),
         subjects AS (
             SELECT subject FROM ready GROUP BY subject ORDER BY min(id) LIMIT $2),
         claimed AS (
             UPDATE jobs SET lease_owner = $3, leased_until = $4
             FROM ready JOIN subjects USING (subject)
             WHERE jobs.id = ready.id
             RETURNING jobs.id, jobs.batch_id, jobs.position, jobs.subject, jobs.attempts)
         SELECT c.id, c.batch_id, c.position, c.subject, c.attempts, b.marketplace, b.organisation_id,
                i.buy_price_minor, i.quantity, i.condition, i.fulfilment
         FROM claimed c
         JOIN batches b ON b.id = c.batch_id
         JOIN batch_items i ON i.batch_id = c.batch_id AND i.position = c.position
         ORDER BY c.id",
    )
    .bind::<Timestamptz, _>(request.now)
    .bind::<BigInt, _>(request.subjects)
    .bind::<SqlUuid, _>(request.owner)
    .bind::<Timestamptz, _>(until)
    .load(connection)
    .await?)
}

/// Prolongs the leases that are still the owner's, and returns how many.
///
/// # Errors
/// When the database is not available.
pub async fn heartbeat(
    connection: &mut AsyncPgConnection,
    owner: Uuid,
    ids: &[i64],
    until: DateTime<Utc>,
) -> Result<usize, PersistenceError> {
    Ok(diesel::update(
        jobs::table
            .filter(jobs::id.eq_any(ids))
            .filter(jobs::lease_owner.eq(owner)),
    )
    .set(jobs::leased_until.eq(until))
    .execute(connection)
    .await?)
}

/// Gives jobs back that are still the owner's, and returns how many.
///
/// # Errors
/// When the database is not available.
pub async fn release(
    connection: &mut AsyncPgConnection,
    owner: Uuid,
    ids: &[i64],
) -> Result<usize, PersistenceError> {
    Ok(diesel::update(
        jobs::table
            .filter(jobs::id.eq_any(ids))
            .filter(jobs::lease_owner.eq(owner)),
    )
    .set((
        jobs::lease_owner.eq(None::<Uuid>),
        jobs::leased_until.eq(None::<DateTime<Utc>>),
    ))
    .execute(connection)
    .await?)
}

/// A job that is to be tried again.
#[derive(Debug, Clone)]
pub struct Retry {
    /// The job.
    pub id: i64,
    /// When.
    pub run_at: DateTime<Utc>,
    /// Failed attempts so far.
    pub attempts: i16,
    /// Why the last one failed.
    pub error: String,
}

/// Puts jobs back that are still the owner's, to be tried again later.
///
/// # Errors
/// When the database is not available.
pub async fn retry_later(
    connection: &mut AsyncPgConnection,
    owner: Uuid,
    retries: &[Retry],
) -> Result<usize, PersistenceError> {
    Ok(diesel::sql_query(
        "UPDATE jobs SET lease_owner = NULL, leased_until = NULL, run_at = r.run_at, attempts = r.attempts, last_error = r.error
         FROM unnest($2, $3, $4, $5) AS r (id, run_at, attempts, error)
         WHERE jobs.id = r.id AND jobs.lease_owner = $1",
    )
    .bind::<SqlUuid, _>(owner)
    .bind::<Array<BigInt>, _>(retries.iter().map(|r| r.id).collect::<Vec<_>>())
    .bind::<Array<Timestamptz>, _>(retries.iter().map(|r| r.run_at).collect::<Vec<_>>())
    .bind::<Array<SmallInt>, _>(retries.iter().map(|r| r.attempts).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(retries.iter().map(|r| &r.error).collect::<Vec<_>>())
    .execute(connection)
    .await?)
}

/// The state of the queue.
#[derive(Debug, Clone, Default, PartialEq, QueryableByName)]
pub struct QueueStatus {
    /// Jobs that wait or are in work.
    #[diesel(sql_type = BigInt)]
    pub depth: i64,
    /// Jobs in work.
    #[diesel(sql_type = BigInt)]
    pub leased: i64,
    /// Jobs that were given up.
    #[diesel(sql_type = BigInt)]
    pub dead: i64,
    /// Seconds since the oldest waiting job became due; `None` when none is due.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub oldest_seconds: Option<i64>,
}

/// The state of the queue.
///
/// # Errors
/// When the database is not available.
pub async fn status(
    connection: &mut AsyncPgConnection,
    now: DateTime<Utc>,
) -> Result<QueueStatus, PersistenceError> {
    Ok(diesel::sql_query(
        "SELECT count(*) FILTER (WHERE NOT is_dead) AS depth,
                count(*) FILTER (WHERE NOT is_dead AND leased_until >= $1) AS leased,
                count(*) FILTER (WHERE is_dead) AS dead,
                extract(epoch FROM $1 - min(run_at) FILTER (WHERE NOT is_dead AND run_at <= $1))::bigint AS oldest_seconds
         FROM jobs",
    )
    .bind::<Timestamptz, _>(now)
    .get_result(connection)
    .await?)
}
