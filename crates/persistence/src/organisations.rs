//! Organisations. One default organisation exists from the first migration on.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::error::PersistenceError;
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

/// Gives an organisation another name, and returns it.
///
/// # Errors
/// [`PersistenceError::NotFound`] when there is none with this id.
pub async fn rename(
    connection: &mut AsyncPgConnection,
    id: Uuid,
    name: &str,
) -> Result<Organisation, PersistenceError> {
    Ok(diesel::update(organisations::table.find(id))
        .set(organisations::name.eq(name))
        .returning(Organisation::as_returning())
        .get_result(connection)
        .await?)
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

/// Locks an organisation until the transaction ends: whoever changes its members does so first, so that two owners who step down at the
/// same time see each other, and whoever counts its batches before adding one.
///
/// # Errors
/// [`PersistenceError::NotFound`] when there is none with this id.
pub async fn lock(connection: &mut AsyncPgConnection, id: Uuid) -> Result<(), PersistenceError> {
    organisations::table
        .find(id)
        .for_no_key_update()
        .select(organisations::id)
        .first::<Uuid>(connection)
        .await?;
    Ok(())
}
