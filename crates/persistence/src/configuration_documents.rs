//! The configurations under which analyses were made, each once.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

use crate::error::PersistenceError;
use crate::schema::configuration_documents;

/// A configuration under which something is analysed.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = configuration_documents)]
pub struct ConfigurationDocument {
    /// The organisation.
    pub organisation_id: Uuid,
    /// Id, made of what it holds.
    pub id: Uuid,
    /// The version of each scope that had a say.
    pub versions: Value,
    /// Every value.
    pub document: Value,
    /// When it was first used.
    pub created_at: DateTime<Utc>,
}

/// Keeps configurations; those that are kept already stay as they are.
///
/// # Errors
/// When the database is not available.
pub async fn keep(
    connection: &mut AsyncPgConnection,
    documents: &[ConfigurationDocument],
) -> Result<(), PersistenceError> {
    if documents.is_empty() {
        return Ok(());
    }
    diesel::insert_into(configuration_documents::table)
        .values(documents)
        .on_conflict_do_nothing()
        .execute(connection)
        .await?;
    Ok(())
}

/// One configuration.
///
/// # Errors
/// [`PersistenceError::NotFound`] when the organisation has none with this id.
pub async fn get(
    connection: &mut AsyncPgConnection,
    organisation_id: Uuid,
    id: Uuid,
) -> Result<ConfigurationDocument, PersistenceError> {
    Ok(configuration_documents::table
        .find((organisation_id, id))
        .select(ConfigurationDocument::as_select())
        .first(connection)
        .await?)
}
