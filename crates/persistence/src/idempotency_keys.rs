//! What became of requests that carried an `Idempotency-Key`: a lease while one is at work, its answer for a day.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Binary, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::error::PersistenceError;
use crate::removal::Old;
use crate::schema::idempotency_keys;

/// A key of one caller.
#[derive(Debug, Clone, Copy)]
pub struct OwnedKey<'a> {
    /// The user.
    pub user_id: Uuid,
    /// The organisation for which the user acts.
    pub organisation_id: Uuid,
    /// The key, 1 to 255 visible ASCII characters.
    pub key: &'a str,
}

/// An attempt at a request that asks for the lease of its key.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    /// The key.
    pub key: OwnedKey<'a>,
    /// Of the request, SHA-256.
    pub fingerprint: &'a [u8],
    /// The id for what is made, unless an earlier attempt has chosen one.
    pub object_id: Uuid,
    /// Names the attempt.
    pub attempt: Uuid,
    /// The time now.
    pub now: DateTime<Utc>,
    /// How long the lease holds.
    pub leased_until: DateTime<Utc>,
    /// When the key is forgotten.
    pub expires_at: DateTime<Utc>,
}

/// The answer to a request that was done.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Answer {
    /// Its status, 200 to 299.
    pub status: i16,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `Location`.
    pub location: Option<String>,
    /// `ETag`.
    pub etag: Option<String>,
    /// Its bytes; `None` where they held a secret.
    pub body: Option<Vec<u8>>,
}

/// A key that cannot be leased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Of the request that holds it.
    pub fingerprint: Vec<u8>,
    /// The answer; `None` while there is none.
    pub answer: Option<Answer>,
}

/// Leases a key to an attempt, and returns the id for what it makes; `None` when the key is held. A key whose time is over is as good as new;
/// one whose lease has run out without an answer goes on to the same request only.
///
/// # Errors
/// When the database is not available.
pub async fn claim(
    connection: &mut AsyncPgConnection,
    claim: &Claim<'_>,
) -> Result<Option<Uuid>, PersistenceError> {
    #[derive(QueryableByName)]
    struct Leased {
        #[diesel(sql_type = SqlUuid)]
        object_id: Uuid,
    }
    commit_without_waiting(connection).await?;
    let leased: Option<Leased> = diesel::sql_query(
        "INSERT INTO idempotency_keys AS k
             (user_id, organisation_id, key, fingerprint, object_id, attempt, created_at, leased_until, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (user_id, organisation_id, key) DO UPDATE
         SET fingerprint = excluded.fingerprint,
             object_id = CASE WHEN k.expires_at <= $7 THEN excluded.object_id ELSE k.object_id END,
             attempt = excluded.attempt,
             created_at = excluded.created_at,
             expires_at = excluded.expires_at,
             leased_until = excluded.leased_until,
             status = NULL, content_type = NULL, location = NULL, etag = NULL, body = NULL
         WHERE k.expires_at <= $7 OR (k.leased_until <= $7 AND k.fingerprint = excluded.fingerprint)
         RETURNING object_id",
    )
    .bind::<SqlUuid, _>(claim.key.user_id)
    .bind::<SqlUuid, _>(claim.key.organisation_id)
    .bind::<Text, _>(claim.key.key)
    .bind::<Binary, _>(claim.fingerprint)
    .bind::<SqlUuid, _>(claim.object_id)
    .bind::<SqlUuid, _>(claim.attempt)
    .bind::<Timestamptz, _>(claim.now)
    .bind::<Timestamptz, _>(claim.leased_until)
    .bind::<Timestamptz, _>(claim.expires_at)
    .get_result(connection)
    .await
    .optional()?;
    Ok(leased.map(|leased| leased.object_id))
}

/// Lets the transaction commit before the disk has it. A lease needs no more: what is committed under it comes later in the log of PostgreSQL, so
/// that no crash leaves the work without its lease. An answer that a crash takes is one that was never stored (ADR 13).
async fn commit_without_waiting(
    connection: &mut AsyncPgConnection,
) -> Result<(), PersistenceError> {
    diesel::sql_query("SET LOCAL synchronous_commit = off")
        .execute(connection)
        .await?;
    Ok(())
}

/// A key as it is held; `None` when it was freed meanwhile.
///
/// # Errors
/// When the database is not available.
pub async fn find(
    connection: &mut AsyncPgConnection,
    key: OwnedKey<'_>,
) -> Result<Option<Held>, PersistenceError> {
    type Row = (
        Vec<u8>,
        Option<i16>,
        (
            Option<String>,
            Option<String>,
            Option<String>,
            Option<Vec<u8>>,
        ),
    );
    let row: Option<Row> = idempotency_keys::table
        .find((key.user_id, key.organisation_id, key.key))
        .select((
            idempotency_keys::fingerprint,
            idempotency_keys::status,
            (
                idempotency_keys::content_type,
                idempotency_keys::location,
                idempotency_keys::etag,
                idempotency_keys::body,
            ),
        ))
        .first(connection)
        .await
        .optional()?;
    Ok(row.map(
        |(fingerprint, status, (content_type, location, etag, body))| Held {
            fingerprint,
            answer: status.map(|status| Answer {
                status,
                content_type,
                location,
                etag,
                body,
            }),
        },
    ))
}

/// Stores the answer of an attempt. `false` when its lease has gone over to another.
///
/// # Errors
/// When the database is not available.
pub async fn answer(
    connection: &mut AsyncPgConnection,
    key: OwnedKey<'_>,
    attempt: Uuid,
    answer: &Answer,
) -> Result<bool, PersistenceError> {
    commit_without_waiting(connection).await?;
    let row = idempotency_keys::table.find((key.user_id, key.organisation_id, key.key));
    let stored = diesel::update(row)
        .filter(idempotency_keys::attempt.eq(attempt))
        .set((
            idempotency_keys::leased_until.eq(None::<DateTime<Utc>>),
            idempotency_keys::status.eq(answer.status),
            idempotency_keys::content_type.eq(answer.content_type.as_deref()),
            idempotency_keys::location.eq(answer.location.as_deref()),
            idempotency_keys::etag.eq(answer.etag.as_deref()),
            idempotency_keys::body.eq(answer.body.as_deref()),
        ))
        .execute(connection)
        .await?;
    Ok(stored == 1)
}

/// Ends the lease of an attempt of which nobody knows what it has done: the same request may try again at once, another may not.
///
/// # Errors
/// When the database is not available.
pub async fn end_lease(
    connection: &mut AsyncPgConnection,
    key: OwnedKey<'_>,
    attempt: Uuid,
    now: DateTime<Utc>,
) -> Result<(), PersistenceError> {
    let row = idempotency_keys::table.find((key.user_id, key.organisation_id, key.key));
    diesel::update(row)
        .filter(idempotency_keys::attempt.eq(attempt))
        .filter(idempotency_keys::status.is_null())
        .set(idempotency_keys::leased_until.eq(now))
        .execute(connection)
        .await?;
    Ok(())
}

/// Frees the key of an attempt that did nothing.
///
/// # Errors
/// When the database is not available.
pub async fn free(
    connection: &mut AsyncPgConnection,
    key: OwnedKey<'_>,
    attempt: Uuid,
) -> Result<(), PersistenceError> {
    let row = idempotency_keys::table.find((key.user_id, key.organisation_id, key.key));
    diesel::delete(row)
        .filter(idempotency_keys::attempt.eq(attempt))
        .execute(connection)
        .await?;
    Ok(())
}

/// Removes keys that have expired.
///
/// # Errors
/// When the database is not available.
pub async fn remove_expired(
    connection: &mut AsyncPgConnection,
    old: Old,
) -> Result<usize, PersistenceError> {
    let statement = "DELETE FROM idempotency_keys WHERE (user_id, organisation_id, key) IN (
        SELECT user_id, organisation_id, key FROM idempotency_keys WHERE expires_at < $1 ORDER BY expires_at LIMIT $2
        FOR UPDATE SKIP LOCKED)";
    old.remove(connection, statement).await
}
