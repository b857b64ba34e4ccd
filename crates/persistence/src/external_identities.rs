//! Users as other issuers know them.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::error::PersistenceError;
use crate::schema::{external_identities, users};
use crate::users::User;

/// The user whom an issuer knows under a subject.
///
/// # Errors
/// When the database is not available.
pub async fn user(
    connection: &mut AsyncPgConnection,
    issuer: &str,
    subject: &str,
) -> Result<Option<User>, PersistenceError> {
    Ok(external_identities::table
        .inner_join(users::table.on(users::id.eq(external_identities::user_id)))
        .filter(external_identities::issuer.eq(issuer))
        .filter(external_identities::subject.eq(subject))
        .select(User::as_select())
        .first(connection)
        .await
        .optional()?)
}

/// Stores under which subject an issuer knows a user.
///
/// # Errors
/// [`PersistenceError::Conflict`] when the subject is somebody's already; otherwise when the database is not available.
pub async fn insert(
    connection: &mut AsyncPgConnection,
    issuer: &str,
    subject: &str,
    user_id: Uuid,
    now: DateTime<Utc>,
) -> Result<(), PersistenceError> {
    diesel::insert_into(external_identities::table)
        .values((
            external_identities::issuer.eq(issuer),
            external_identities::subject.eq(subject),
            external_identities::user_id.eq(user_id),
            external_identities::created_at.eq(now),
        ))
        .execute(connection)
        .await?;
    Ok(())
}
