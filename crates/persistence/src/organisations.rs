//! Organisations. One default organisation exists from the first migration on.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::json;
use uuid::Uuid;

use crate::error::PersistenceError;
use crate::events::{self, Act, NewEvent, StreamKind};
use crate::schema::{batches, organisations};

/// The organisation of a server that nobody has configured yet; the first migration writes it.
pub const DEFAULT_ORGANISATION: Uuid = Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0001);

/// The user of a server that nobody has configured yet; the first migration writes it.
pub const DEFAULT_USER: Uuid = Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0002);

/// An organisation.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = organisations)]
pub struct Organisation {
    /// Id.
    pub id: Uuid,
    /// Name, as people read it.
    pub name: String,
    /// Name in addresses: `a-z 0-9 -`.
    pub slug: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// How often it was changed, its making included.
    pub version: i32,
}

/// One organisation.
///
/// # Errors
/// [`PersistenceError::NotFound`] when there is none with this id.
pub async fn get(
    connection: &mut AsyncPgConnection,
    id: Uuid,
) -> Result<Organisation, PersistenceError> {
    Ok(organisations::table
        .find(id)
        .select(Organisation::as_select())
        .first(connection)
        .await?)
}

/// One organisation, by its name in addresses.
///
/// # Errors
/// [`PersistenceError::NotFound`] when there is none.
pub async fn by_slug(
    connection: &mut AsyncPgConnection,
    slug: &str,
) -> Result<Organisation, PersistenceError> {
    Ok(organisations::table
        .filter(organisations::slug.eq(slug))
        .select(Organisation::as_select())
        .first(connection)
        .await?)
}

/// Makes an organisation of this name, and returns its id.
pub(crate) async fn insert(
    connection: &mut AsyncPgConnection,
    name: &str,
    now: DateTime<Utc>,
) -> Result<Uuid, PersistenceError> {
    let id = Uuid::now_v7();
    diesel::insert_into(organisations::table)
        .values((
            organisations::id.eq(id),
            organisations::name.eq(name),
            organisations::slug.eq(id.to_string()),
            organisations::created_at.eq(now),
        ))
        .execute(connection)
        .await?;
    append(connection, id, (1, "CREATED"), name, Act::of_server(now)).await?;
    Ok(id)
}

/// Gives a locked organisation another name, and returns it. The name that it has already changes nothing.
///
/// # Errors
/// When the database is not available.
pub async fn rename(
    connection: &mut AsyncPgConnection,
    locked: Organisation,
    name: &str,
    act: Act,
) -> Result<Organisation, PersistenceError> {
    if locked.name == name {
        return Ok(locked);
    }
    let renamed: Organisation = diesel::update(organisations::table.find(locked.id))
        .set((
            organisations::name.eq(name),
            organisations::version.eq(locked.version + 1),
        ))
        .returning(Organisation::as_returning())
        .get_result(connection)
        .await?;
    let event = (renamed.version, "RENAMED");
    append(connection, renamed.id, event, name, act).await?;
    Ok(renamed)
}

async fn append(
    connection: &mut AsyncPgConnection,
    id: Uuid,
    (sequence, kind): (i32, &'static str),
    name: &str,
    act: Act,
) -> Result<(), PersistenceError> {
    let event = NewEvent {
        organisation_id: id,
        stream_kind: StreamKind::Organisation,
        stream_id: &id.to_string(),
        sequence,
        kind,
        payload: json!({"name": name}),
        act,
    };
    events::append(connection, event).await
}

/// Deletes an organisation with everything that belongs to it. Its users stay. Call it in a transaction.
///
/// The batches are locked first, in the order in which a worker does: one that holds a batch still needs the organisation.
///
/// # Errors
/// [`PersistenceError::NotFound`] when there is none with this id.
pub async fn delete(connection: &mut AsyncPgConnection, id: Uuid) -> Result<(), PersistenceError> {
    batches::table
        .filter(batches::organisation_id.eq(id))
        .order(batches::id)
        .for_update()
        .select(batches::id)
        .execute(connection)
        .await?;
    let deleted = diesel::delete(organisations::table.find(id))
        .execute(connection)
        .await?;
    if deleted == 0 {
        return Err(PersistenceError::NotFound);
    }
    Ok(())
}

/// Locks an organisation until the transaction ends, and returns it. Whoever changes it, its members or its configuration does so first, so
/// that two owners who step down at the same time see each other, and whoever counts its batches before adding one.
///
/// # Errors
/// [`PersistenceError::NotFound`] when there is none with this id.
pub async fn lock(
    connection: &mut AsyncPgConnection,
    id: Uuid,
) -> Result<Organisation, PersistenceError> {
    Ok(organisations::table
        .find(id)
        .for_no_key_update()
        .select(Organisation::as_select())
        .first(connection)
        .await?)
}
