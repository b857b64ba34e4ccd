//! What each scope of the configuration sets, with the versions that it had. What a document means is up to the calculation.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::error::PersistenceError;
use crate::events::{self, Act, NewEvent, StreamKind};
use crate::schema::configuration_scopes;

/// What a scope sets.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = configuration_scopes)]
pub struct ConfigurationScope {
    /// Its name.
    pub scope: String,
    /// How often it was changed.
    pub version: i32,
    /// What it sets; `None` when nothing any more.
    pub patch: Option<Value>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// All scopes that were ever set, by their names.
///
/// # Errors
/// When the database is not available.
pub async fn all(
    connection: &mut AsyncPgConnection,
    organisation_id: Uuid,
) -> Result<Vec<ConfigurationScope>, PersistenceError> {
    Ok(configuration_scopes::table
        .filter(configuration_scopes::organisation_id.eq(organisation_id))
        .order(configuration_scopes::scope)
        .select(ConfigurationScope::as_select())
        .load(connection)
        .await?)
}

/// A change of a scope.
#[derive(Debug, Clone)]
pub struct ScopeChange<'a> {
    /// The scope.
    pub scope: &'a str,
    /// The version that it gets: one more than it has.
    pub version: i32,
    /// What happens: `SET`, `REMOVED` or `ROLLED_BACK`.
    pub kind: &'static str,
    /// What it sets from now on; `None` for nothing.
    pub patch: Option<Value>,
    /// What turns what it set into that: a JSON Patch.
    pub difference: Value,
    /// Why, in the words of who changes it.
    pub reason: Option<&'a str>,
}

/// Changes a scope. Lock the organisation first.
///
/// # Errors
/// [`PersistenceError::Conflict`] when the version is not the next one.
pub async fn change(
    connection: &mut AsyncPgConnection,
    organisation_id: Uuid,
    change: &ScopeChange<'_>,
    act: Act,
) -> Result<ConfigurationScope, PersistenceError> {
    let event = NewEvent {
        organisation_id,
        stream_kind: StreamKind::Configuration,
        stream_id: change.scope,
        sequence: change.version,
        kind: change.kind,
        payload: json!({
            "patch": change.patch,
            "difference": change.difference,
            "reason": change.reason,
        }),
        act,
    };
    events::append(connection, event).await?;
    let values = (
        configuration_scopes::version.eq(change.version),
        configuration_scopes::patch.eq(&change.patch),
        configuration_scopes::updated_at.eq(act.at),
    );
    Ok(diesel::insert_into(configuration_scopes::table)
        .values((
            configuration_scopes::organisation_id.eq(organisation_id),
            configuration_scopes::scope.eq(change.scope),
            values,
        ))
        .on_conflict((
            configuration_scopes::organisation_id,
            configuration_scopes::scope,
        ))
        .do_update()
        .set(values)
        .returning(ConfigurationScope::as_returning())
        .get_result(connection)
        .await?)
}
