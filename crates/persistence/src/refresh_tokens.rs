//! Refresh tokens, by their hash: the current one of each session, and those used before.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::error::PersistenceError;
use crate::removal::Old;
use crate::schema::{refresh_tokens, sessions};
use crate::sessions::Session;

/// A token that was given out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// When it was used; `None` for a current one.
    pub used_at: Option<DateTime<Utc>>,
    /// Its session.
    pub session: Session,
}

/// Stores the current token of a session. It has no other that was not used.
///
/// # Errors
/// When the database is not available.
pub async fn insert(
    connection: &mut AsyncPgConnection,
    hash: &[u8],
    session_id: Uuid,
    now: DateTime<Utc>,
) -> Result<(), PersistenceError> {
    diesel::insert_into(refresh_tokens::table)
        .values((
            refresh_tokens::hash.eq(hash),
            refresh_tokens::session_id.eq(session_id),
            refresh_tokens::created_at.eq(now),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

/// Uses a token. Of all that try with the same one, one is told `true`: the others wait for its transaction, and then find the token used.
///
/// # Errors
/// When the database is not available.
pub async fn take(
    connection: &mut AsyncPgConnection,
    hash: &[u8],
    now: DateTime<Utc>,
) -> Result<bool, PersistenceError> {
    let taken = diesel::update(refresh_tokens::table.find(hash))
        .filter(refresh_tokens::used_at.is_null())
        .set(refresh_tokens::used_at.eq(now))
        .execute(connection)
        .await?;
    Ok(taken == 1)
}

/// A token, used or not; `None` when there is no such token.
///
/// # Errors
/// When the database is not available.
pub async fn find(
    connection: &mut AsyncPgConnection,
    hash: &[u8],
) -> Result<Option<Given>, PersistenceError> {
    let found = refresh_tokens::table
        .inner_join(sessions::table.on(sessions::id.eq(refresh_tokens::session_id)))
        .filter(refresh_tokens::hash.eq(hash))
        .select((refresh_tokens::used_at, Session::as_select()))
        .first(connection)
        .await
        .optional()?;
    Ok(found.map(|(used_at, session)| Given { used_at, session }))
}

/// Removes tokens that were used.
///
/// # Errors
/// When the database is not available.
pub async fn remove_used(
    connection: &mut AsyncPgConnection,
    old: Old,
) -> Result<usize, PersistenceError> {
    let statement = "DELETE FROM refresh_tokens WHERE hash IN (
        SELECT hash FROM refresh_tokens WHERE used_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)";
    old.remove(connection, statement).await
}
