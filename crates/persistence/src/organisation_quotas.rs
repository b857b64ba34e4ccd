//! What an organisation may do, as the operator has set it.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::error::PersistenceError;
use crate::schema::organisation_quotas;

/// What an organisation may do. `None`: what the server's configuration says; 0: as much as it likes.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, Queryable, Selectable, Insertable, AsChangeset,
)]
#[diesel(table_name = organisation_quotas)]
#[diesel(treat_none_as_null = true)]
pub struct OrganisationQuotas {
    /// Keepa tokens a day in UTC.
    pub tokens_per_day: Option<i64>,
    /// Rows of a batch.
    pub items_per_batch: Option<i32>,
    /// Batches that are not done.
    pub batches_at_work: Option<i32>,
    /// Requests a minute of each credential.
    pub requests_per_minute: Option<i32>,
}

/// The quotas of an organisation; of one that has none of its own, those of the server.
///
/// # Errors
/// When the database is not available.
pub async fn get(
    connection: &mut AsyncPgConnection,
    organisation_id: Uuid,
) -> Result<OrganisationQuotas, PersistenceError> {
    let own = organisation_quotas::table
        .find(organisation_id)
        .select(OrganisationQuotas::as_select())
        .first(connection)
        .await
        .optional()?;
    Ok(own.unwrap_or_default())
}

/// Sets all quotas of an organisation.
///
/// # Errors
/// [`PersistenceError::Conflict`] when there is no such organisation.
pub async fn set(
    connection: &mut AsyncPgConnection,
    organisation_id: Uuid,
    quotas: OrganisationQuotas,
    now: DateTime<Utc>,
) -> Result<(), PersistenceError> {
    let changed = (quotas, organisation_quotas::changed_at.eq(now));
    diesel::insert_into(organisation_quotas::table)
        .values((
            organisation_quotas::organisation_id.eq(organisation_id),
            changed,
        ))
        .on_conflict(organisation_quotas::organisation_id)
        .do_update()
        .set(changed)
        .execute(connection)
        .await?;
    Ok(())
}
