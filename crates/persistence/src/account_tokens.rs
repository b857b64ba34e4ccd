//! One-time tokens that are sent by mail, by their hash.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::error::PersistenceError;
use crate::removal::Old;
use crate::schema::account_tokens;

/// What a token is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// It proves that the address is the user's.
    VerifyEmail,
    /// It lets its holder set a new password.
    ResetPassword,
}

impl Purpose {
    /// Its name in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::VerifyEmail => "VERIFY_EMAIL",
            Self::ResetPassword => "RESET_PASSWORD",
        }
    }
}

/// A token to be stored.
#[derive(Debug, Clone, Copy)]
pub struct NewToken<'a> {
    /// Its hash.
    pub hash: &'a [u8],
    /// Whose.
    pub user_id: Uuid,
    /// What for.
    pub purpose: Purpose,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

/// Stores a token. Those made before for the same user and purpose are of no use any more.
///
/// # Errors
/// When the database is not available.
pub async fn insert(
    connection: &mut AsyncPgConnection,
    new: &NewToken<'_>,
) -> Result<(), PersistenceError> {
    cancel(connection, new.user_id, new.purpose).await?;
    diesel::insert_into(account_tokens::table)
        .values((
            account_tokens::hash.eq(new.hash),
            account_tokens::user_id.eq(new.user_id),
            account_tokens::purpose.eq(new.purpose.as_str()),
            account_tokens::created_at.eq(new.created_at),
            account_tokens::expires_at.eq(new.expires_at),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

/// Uses a token, once, and returns whose it is; `None` when there is none, it was used, or it has ended.
///
/// # Errors
/// When the database is not available.
pub async fn take(
    connection: &mut AsyncPgConnection,
    hash: &[u8],
    purpose: Purpose,
    now: DateTime<Utc>,
) -> Result<Option<Uuid>, PersistenceError> {
    Ok(diesel::update(account_tokens::table.find(hash))
        .filter(account_tokens::purpose.eq(purpose.as_str()))
        .filter(account_tokens::used_at.is_null())
        .filter(account_tokens::expires_at.gt(now))
        .set(account_tokens::used_at.eq(now))
        .returning(account_tokens::user_id)
        .get_result(connection)
        .await
        .optional()?)
}

/// Removes the tokens of a user for a purpose that were not used.
///
/// # Errors
/// When the database is not available.
pub async fn cancel(
    connection: &mut AsyncPgConnection,
    user_id: Uuid,
    purpose: Purpose,
) -> Result<(), PersistenceError> {
    diesel::delete(account_tokens::table)
        .filter(account_tokens::user_id.eq(user_id))
        .filter(account_tokens::purpose.eq(purpose.as_str()))
        .filter(account_tokens::used_at.is_null())
        .execute(connection)
        .await?;
    Ok(())
}

/// When the latest token of a user for a purpose was made; `None` when there is none.
///
/// # Errors
/// When the database is not available.
pub async fn latest(
    connection: &mut AsyncPgConnection,
    user_id: Uuid,
    purpose: Purpose,
) -> Result<Option<DateTime<Utc>>, PersistenceError> {
    Ok(account_tokens::table
        .filter(account_tokens::user_id.eq(user_id))
        .filter(account_tokens::purpose.eq(purpose.as_str()))
        .select(diesel::dsl::max(account_tokens::created_at))
        .first(connection)
        .await?)
}

/// Removes tokens that have ended or were used.
///
/// # Errors
/// When the database is not available.
pub async fn remove_ended(
    connection: &mut AsyncPgConnection,
    old: Old,
) -> Result<usize, PersistenceError> {
    let statement = "DELETE FROM account_tokens WHERE hash IN (
        SELECT hash FROM account_tokens WHERE least(used_at, expires_at) < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)";
    old.remove(connection, statement).await
}
