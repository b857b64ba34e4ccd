//! Sessions: one for each time that somebody signed in, until it ends, is revoked or runs out.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::error::PersistenceError;
use crate::pages;
use crate::removal::Old;
use crate::schema::sessions;

/// A session.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions)]
pub struct Session {
    /// Id, version 7.
    pub id: Uuid,
    /// Whose.
    pub user_id: Uuid,
    /// The client as it named itself last, at most 500 characters.
    pub user_agent: Option<String>,
    /// The address that it was used from last.
    pub address: Option<String>,
    /// When somebody signed in.
    pub created_at: DateTime<Utc>,
    /// When it was refreshed last.
    pub last_used_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
    /// When it was ended.
    pub revoked_at: Option<DateTime<Utc>>,
}

impl Session {
    /// Whether it can be used at a time.
    #[must_use]
    pub fn is_live(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && self.expires_at > now
    }
}

/// Why a session was ended before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revocation {
    /// Its user signed out.
    SignedOut,
    /// Its user ended it from another session.
    Revoked,
    /// A refresh token came a second time.
    TokenReused,
    /// The password was changed or reset.
    PasswordChanged,
    /// The account went over to who proved the address.
    IdentityLinked,
}

impl Revocation {
    /// Its name in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignedOut => "SIGNED_OUT",
            Self::Revoked => "REVOKED",
            Self::TokenReused => "TOKEN_REUSED",
            Self::PasswordChanged => "PASSWORD_CHANGED",
            Self::IdentityLinked => "IDENTITY_LINKED",
        }
    }
}

/// Which sessions of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// This one.
    One(Uuid),
    /// All but this one.
    AllBut(Uuid),
    /// All.
    All,
}

/// Stores a session.
///
/// # Errors
/// When the database is not available.
pub async fn insert(
    connection: &mut AsyncPgConnection,
    session: &Session,
) -> Result<(), PersistenceError> {
    diesel::insert_into(sessions::table)
        .values(session)
        .execute(connection)
        .await?;
    Ok(())
}

/// A session.
///
/// # Errors
/// [`PersistenceError::NotFound`], or when the database is not available.
pub async fn get(
    connection: &mut AsyncPgConnection,
    id: Uuid,
) -> Result<Session, PersistenceError> {
    Ok(sessions::table
        .find(id)
        .select(Session::as_select())
        .first(connection)
        .await?)
}

/// Notes a use of a session: when, from where, by what, and until when it now holds. A session that was revoked meanwhile stays so, and
/// `false` says it.
///
/// # Errors
/// When the database is not available.
pub async fn touch(
    connection: &mut AsyncPgConnection,
    session: &Session,
) -> Result<bool, PersistenceError> {
    let touched = diesel::update(sessions::table.find(session.id))
        .filter(sessions::revoked_at.is_null())
        .set((
            sessions::last_used_at.eq(session.last_used_at),
            sessions::expires_at.eq(session.expires_at),
            sessions::user_agent.eq(&session.user_agent),
            sessions::address.eq(&session.address),
        ))
        .execute(connection)
        .await?;
    Ok(touched == 1)
}

/// The live sessions of a user, newest first, after an id.
///
/// # Errors
/// When the database is not available.
pub async fn page(
    connection: &mut AsyncPgConnection,
    user_id: Uuid,
    now: DateTime<Utc>,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Session>, PersistenceError> {
    let mut query = sessions::table
        .filter(sessions::user_id.eq(user_id))
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(now))
        .order(sessions::id.desc())
        .select(Session::as_select())
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(sessions::id.lt(after));
    }
    pages::first(connection, query, limit).await
}

/// Ends live sessions of a user, and returns how many.
///
/// # Errors
/// When the database is not available.
pub async fn revoke(
    connection: &mut AsyncPgConnection,
    user_id: Uuid,
    which: Which,
    because: Revocation,
    now: DateTime<Utc>,
) -> Result<usize, PersistenceError> {
    let mut live = diesel::update(sessions::table)
        .filter(sessions::user_id.eq(user_id))
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(now))
        .set((
            sessions::revoked_at.eq(now),
            sessions::revoked_because.eq(because.as_str()),
        ))
        .into_boxed();
    live = match which {
        Which::One(id) => live.filter(sessions::id.eq(id)),
        Which::AllBut(id) => live.filter(sessions::id.ne(id)),
        Which::All => live,
    };
    Ok(live.execute(connection).await?)
}

/// Removes sessions that have ended, with their refresh tokens.
///
/// # Errors
/// When the database is not available.
pub async fn remove_ended(
    connection: &mut AsyncPgConnection,
    old: Old,
) -> Result<usize, PersistenceError> {
    let statement = "DELETE FROM sessions WHERE id IN (
        SELECT id FROM sessions WHERE least(revoked_at, expires_at) < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)";
    old.remove(connection, statement).await
}
