//! Recovery codes of the second factor, by their hash.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::error::PersistenceError;
use crate::schema::recovery_codes;

/// Puts new codes, or none, in the place of all that a user has.
///
/// # Errors
/// When the database is not available.
pub async fn replace(
    connection: &mut AsyncPgConnection,
    user_id: Uuid,
    hashes: &[Vec<u8>],
) -> Result<(), PersistenceError> {
    diesel::delete(recovery_codes::table.filter(recovery_codes::user_id.eq(user_id)))
        .execute(connection)
        .await?;
    if hashes.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = hashes
        .iter()
        .map(|hash| {
            (
                recovery_codes::user_id.eq(user_id),
                recovery_codes::hash.eq(hash),
            )
        })
        .collect();
    diesel::insert_into(recovery_codes::table)
        .values(rows)
        .execute(connection)
        .await?;
    Ok(())
}

/// Uses a code, once: `false` when the user has no such code, or used it before.
///
/// # Errors
/// When the database is not available.
pub async fn take(
    connection: &mut AsyncPgConnection,
    user_id: Uuid,
    hash: &[u8],
    now: DateTime<Utc>,
) -> Result<bool, PersistenceError> {
    let taken = diesel::update(recovery_codes::table.find((user_id, hash)))
        .filter(recovery_codes::used_at.is_null())
        .set(recovery_codes::used_at.eq(now))
        .execute(connection)
        .await?;
    Ok(taken == 1)
}

/// How many codes of a user were not used yet.
///
/// # Errors
/// When the database is not available.
pub async fn left(
    connection: &mut AsyncPgConnection,
    user_id: Uuid,
) -> Result<i64, PersistenceError> {
    Ok(recovery_codes::table
        .filter(recovery_codes::user_id.eq(user_id))
        .filter(recovery_codes::used_at.is_null())
        .count()
        .get_result(connection)
        .await?)
}
