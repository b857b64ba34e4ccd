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
use crate::notice;
use crate::schema::{batches, jobs};

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

/// What a job must be to be claimed at `$1`; the row's name is `j`.
macro_rules! due {
    () => {
        "NOT j.is_dead AND j.run_at <= $1 AND (j.leased_until IS NULL OR j.leased_until < $1)"
    };
}

/// A subselect with a row when the batch `b` has a due job.
macro_rules! due_of_batch {
    () => {
        concat!(
            "(SELECT FROM jobs j WHERE j.batch_id = b.id AND ",
            due!(),
            " ORDER BY j.run_at, j.id LIMIT 1)"
        )
    };
}

/// Claims jobs (ADR 8): `sharing` are the organisations with due work, `lists` the batches of each with their places in the claim,
/// `ready` twice as many jobs as places, so that those of one fill what another leaves empty, `placed` their order among all of the organisation
/// (the places of lists are rounded up, which must not make its share larger), and `with_them` the same products elsewhere.
///
/// The work of one claim grows with the organisations that have work and with what is claimed, not with what waits. The limits of 1000 are
/// never reached: they tell the planner that few rows are wanted, which it cannot know of a computed limit, and rows are read and locked one
/// by one up to the inner of both.
const CLAIM: &str = concat!(
    "WITH RECURSIVE at_work AS (
         (SELECT organisation_id FROM batches WHERE finished_at IS NULL ORDER BY organisation_id LIMIT 1)
         UNION ALL
         SELECT (SELECT b.organisation_id FROM batches b
                 WHERE b.finished_at IS NULL AND b.organisation_id > a.organisation_id
                 ORDER BY b.organisation_id LIMIT 1)
         FROM at_work a WHERE a.organisation_id IS NOT NULL),
     sharing AS MATERIALIZED (
         SELECT a.organisation_id, ceil($2::numeric / count(*) OVER ())::bigint AS places
         FROM at_work a
         CROSS JOIN LATERAL (
             SELECT FROM batches b CROSS JOIN LATERAL ",
    due_of_batch!(),
    " due
             WHERE b.organisation_id = a.organisation_id AND b.finished_at IS NULL
             ORDER BY b.analysed_items + b.failed_items, b.id
             LIMIT 1) due),
     lists AS MATERIALIZED (
         SELECT b.id, s.organisation_id, s.places AS places_of_all,
                ceil(s.places::numeric / count(*) OVER (PARTITION BY s.organisation_id))::bigint AS places
         FROM sharing s
         CROSS JOIN LATERAL (
             SELECT id FROM (
                 SELECT b.id FROM batches b CROSS JOIN LATERAL ",
    due_of_batch!(),
    "            due
                 WHERE b.organisation_id = s.organisation_id AND b.finished_at IS NULL
                 ORDER BY b.analysed_items + b.failed_items, b.id
                 LIMIT 1000) b
             LIMIT s.places) b),
     ready AS MATERIALIZED (
         SELECT j.id, j.subject, l.organisation_id, l.places_of_all,
                row_number() OVER (PARTITION BY l.id ORDER BY j.run_at, j.id) / l.places::float8 AS place
         FROM lists l
         CROSS JOIN LATERAL (
             SELECT id, subject, run_at FROM (
                 SELECT j.id, j.subject, j.run_at FROM jobs j WHERE j.batch_id = l.id AND ",
    due!(),
    "            ORDER BY j.run_at, j.id
                 LIMIT 1000
                 FOR UPDATE SKIP LOCKED) j
             LIMIT 2 * l.places) j),
     placed AS MATERIALIZED (
         SELECT subject,
                row_number() OVER (PARTITION BY organisation_id ORDER BY place, random()) / places_of_all::float8 AS place
         FROM ready),
     subjects AS MATERIALIZED (
         SELECT subject FROM placed GROUP BY subject ORDER BY min(place), random() LIMIT $2),
     with_them AS MATERIALIZED (
         SELECT j.id FROM subjects s
         CROSS JOIN LATERAL (
             SELECT j.id FROM jobs j WHERE j.subject = s.subject AND ",
    due!(),
    "        LIMIT 10
             FOR UPDATE SKIP LOCKED) j),
     claimed AS (
         UPDATE jobs SET lease_owner = $3, leased_until = $4
         WHERE id = ANY (ARRAY(SELECT id FROM ready JOIN subjects USING (subject) UNION SELECT id FROM with_them))
         RETURNING jobs.id, jobs.batch_id, jobs.position, jobs.subject, jobs.attempts)
     SELECT c.id, c.batch_id, c.position, c.subject, c.attempts, b.marketplace, b.organisation_id,
            i.buy_price_minor, i.quantity, i.condition, i.fulfilment
     FROM claimed c
     JOIN batches b ON b.id = c.batch_id
     JOIN batch_items i ON i.batch_id = c.batch_id AND i.position = c.position
     ORDER BY c.id",
);

/// Claims the jobs of up to so many products. A job whose lease ran out is claimable.
///
/// Every claim is shared: its places are divided among the organisations that have due work, those of an organisation among its batches, and
/// in a batch the oldest come first. What one cannot fill the others get. Jobs of the same products in other batches come along, a few for
/// each, so that one request to Keepa serves them too. With more organisations than places chance decides; of more batches than places those
/// go first of which least is done.
///
/// # Errors
/// When the database is not available.
pub async fn claim(
    connection: &mut AsyncPgConnection,
    request: &ClaimRequest,
) -> Result<Vec<ClaimedJob>, PersistenceError> {
    let until = request.now + TimeDelta::from_std(request.lease).unwrap_or(TimeDelta::MAX);
    Ok(diesel::sql_query(CLAIM)
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

/// Makes the jobs of an organisation due that wait for a reason, and returns how many.
///
/// # Errors
/// When the database is not available.
pub async fn bring_forward(
    connection: &mut AsyncPgConnection,
    organisation_id: Uuid,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<usize, PersistenceError> {
    let at_work = batches::table
        .filter(batches::organisation_id.eq(organisation_id))
        .filter(batches::finished_at.is_null())
        .select(batches::id);
    let brought = diesel::update(
        jobs::table
            .filter(jobs::batch_id.eq_any(at_work))
            .filter(jobs::is_dead.eq(false))
            .filter(jobs::run_at.gt(now))
            .filter(jobs::last_error.eq(reason)),
    )
    .set(jobs::run_at.eq(now))
    .execute(connection)
    .await?;
    notice::new_work(connection).await?;
    Ok(brought)
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
