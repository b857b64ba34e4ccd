//! API keys: what is kept of them, which is not the key.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncConnection as _, AsyncPgConnection, RunQueryDsl};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::error::PersistenceError;
use crate::events::{self, Act, NewEvent, StreamKind};
use crate::pages;
use crate::schema::{api_keys, memberships, organisation_quotas, users};

/// How exactly it is known when a key was last used: one write a key and minute at most.
pub const LAST_USE_PRECISION: TimeDelta = TimeDelta::minutes(1);

/// An API key.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = api_keys)]
pub struct ApiKey {
    /// Id, version 7.
    pub id: Uuid,
    /// The organisation that it is for.
    pub organisation_id: Uuid,
    /// Who made it, and for whom it acts.
    pub created_by: Uuid,
    /// What its maker calls it.
    pub name: String,
    /// Its first characters.
    pub prefix: String,
    /// The role as which it acts at most: `OWNER`, `ADMIN`, `ANALYST` or `VIEWER`.
    pub role: String,
    /// What it may besides; `None` is whatever the role may.
    pub scopes: Option<Vec<String>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// From when on it is refused.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last used, to [`LAST_USE_PRECISION`].
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// A key to be stored.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = api_keys)]
pub struct NewApiKey {
    /// Id, version 7.
    pub id: Uuid,
    /// The organisation that it is for.
    pub organisation_id: Uuid,
    /// Who makes it; a member of the organisation.
    pub created_by: Uuid,
    /// Its name, 1 to 100 characters.
    pub name: String,
    /// Its first characters.
    pub prefix: String,
    /// SHA-256 of the key, 32 bytes.
    pub hash: Vec<u8>,
    /// The role as which it acts at most.
    pub role: String,
    /// What it may besides; `None` is whatever the role may.
    pub scopes: Option<Vec<String>>,
    /// When it is made.
    pub created_at: DateTime<Utc>,
    /// From when on it is refused.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Stores a key.
///
/// # Errors
/// [`PersistenceError::Conflict`] when its maker is no member of the organisation.
pub async fn insert(
    connection: &mut AsyncPgConnection,
    key: &NewApiKey,
    act: Act,
) -> Result<ApiKey, PersistenceError> {
    connection
        .transaction(async |connection| {
            let stored: ApiKey = diesel::insert_into(api_keys::table)
                .values(key)
                .returning(ApiKey::as_returning())
                .get_result(connection)
                .await?;
            let payload = json!({
                "name": stored.name,
                "prefix": stored.prefix,
                "role": stored.role,
                "scopes": stored.scopes,
                "expires_at": stored.expires_at,
            });
            append(connection, &stored, (1, "CREATED", payload), act).await?;
            Ok(stored)
        })
        .await
}

async fn append(
    connection: &mut AsyncPgConnection,
    key: &ApiKey,
    (sequence, kind, payload): (i32, &'static str, Value),
    act: Act,
) -> Result<(), PersistenceError> {
    let event = NewEvent {
        organisation_id: key.organisation_id,
        stream_kind: StreamKind::ApiKey,
        stream_id: &key.id.to_string(),
        sequence,
        kind,
        payload,
        act,
    };
    events::append(connection, event).await
}

/// A key as a request presents it.
#[derive(Debug, Clone, Queryable)]
pub struct PresentedKey {
    /// The key.
    pub key: ApiKey,
    /// SHA-256 of it, to be compared once more in constant time.
    pub hash: Vec<u8>,
    /// The role that its maker has now.
    pub maker_role: String,
    /// Requests a minute of each credential, as [`OrganisationQuotas`](crate::organisation_quotas::OrganisationQuotas) has it.
    pub requests_per_minute: Option<i32>,
}

/// The key with this hash, of whatever organisation.
///
/// # Errors
/// [`PersistenceError::NotFound`] when there is none, or its maker's account is closed.
pub async fn by_hash(
    connection: &mut AsyncPgConnection,
    hash: &[u8],
) -> Result<PresentedKey, PersistenceError> {
    let is_membership = memberships::user_id
        .eq(api_keys::created_by)
        .and(memberships::organisation_id.eq(api_keys::organisation_id));
    Ok(api_keys::table
        .inner_join(memberships::table.on(is_membership))
        .inner_join(users::table.on(users::id.eq(api_keys::created_by)))
        .left_join(
            organisation_quotas::table
                .on(organisation_quotas::organisation_id.eq(api_keys::organisation_id)),
        )
        .filter(api_keys::hash.eq(hash))
        .filter(users::disabled_at.is_null())
        .select((
            ApiKey::as_select(),
            api_keys::hash,
            memberships::role,
            organisation_quotas::requests_per_minute.nullable(),
        ))
        .first(connection)
        .await?)
}

/// Notes that a key was used now.
///
/// # Errors
/// When the database is not available.
pub async fn touch(
    connection: &mut AsyncPgConnection,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<(), PersistenceError> {
    let is_older = api_keys::last_used_at
        .is_null()
        .or(api_keys::last_used_at.lt(now - LAST_USE_PRECISION));
    diesel::update(api_keys::table.find(id).filter(is_older))
        .set(api_keys::last_used_at.eq(now))
        .execute(connection)
        .await?;
    Ok(())
}

/// The keys of an organisation, newest first, after an id.
///
/// # Errors
/// When the database is not available.
pub async fn page(
    connection: &mut AsyncPgConnection,
    organisation_id: Uuid,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<ApiKey>, PersistenceError> {
    let mut query = api_keys::table
        .filter(api_keys::organisation_id.eq(organisation_id))
        .order(api_keys::id.desc())
        .select(ApiKey::as_select())
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(api_keys::id.lt(after));
    }
    pages::first(connection, query, limit).await
}

/// Revokes a key and returns it. One that is revoked already stays as it is.
///
/// # Errors
/// [`PersistenceError::NotFound`] when the organisation has none with this id.
pub async fn revoke(
    connection: &mut AsyncPgConnection,
    organisation_id: Uuid,
    id: Uuid,
    act: Act,
) -> Result<ApiKey, PersistenceError> {
    let own = api_keys::table
        .find(id)
        .filter(api_keys::organisation_id.eq(organisation_id));
    let revoked: Option<ApiKey> = diesel::update(own)
        .filter(api_keys::revoked_at.is_null())
        .set(api_keys::revoked_at.eq(act.at))
        .returning(ApiKey::as_returning())
        .get_result(connection)
        .await
        .optional()?;
    match revoked {
        Some(key) => {
            append(connection, &key, (2, "REVOKED", json!({})), act).await?;
            Ok(key)
        }
        None => Ok(own.select(ApiKey::as_select()).first(connection).await?),
    }
}

/// Whether any key was ever made and is still kept.
///
/// # Errors
/// When the database is not available.
pub async fn exist(connection: &mut AsyncPgConnection) -> Result<bool, PersistenceError> {
    let any = api_keys::table.select(api_keys::id);
    Ok(diesel::select(diesel::dsl::exists(any))
        .get_result(connection)
        .await?)
}
