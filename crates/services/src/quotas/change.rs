//! Changing quotas, which is the operator's.

use arbitragevault_persistence::organisation_quotas::{self, OrganisationQuotas};
use arbitragevault_persistence::{Connection, PersistenceError, jobs, organisations};
use chrono::{DateTime, Utc};
use diesel_async::AsyncConnection as _;
use uuid::Uuid;

use super::WAITS_FOR_TOKENS;
use crate::error::ServiceError;

/// What becomes of a quota of an organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuotaChange<T> {
    /// The server's holds again.
    Default,
    /// As much as the organisation likes.
    Unlimited,
    /// As much, at least 1.
    Limit(T),
}

impl<T: From<u8>> QuotaChange<T> {
    /// As it is stored.
    fn stored(self) -> Option<T> {
        match self {
            Self::Default => None,
            Self::Unlimited => Some(T::from(0)),
            Self::Limit(limit) => Some(limit),
        }
    }
}

/// What becomes of the quotas of an organisation; what is `None` stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QuotaChanges {
    /// Keepa tokens a day in UTC.
    pub tokens_per_day: Option<QuotaChange<i64>>,
    /// Rows of a batch.
    pub items_per_batch: Option<QuotaChange<i32>>,
    /// Batches that are not done.
    pub batches_at_work: Option<QuotaChange<i32>>,
    /// Requests a minute of each credential.
    pub requests_per_minute: Option<QuotaChange<i32>>,
}

/// Changes quotas of an organisation: for the operator. Items that waited for tokens are tried again at once.
///
/// # Errors
/// When the database is not available.
pub async fn change(
    connection: &mut Connection,
    organisation_id: Uuid,
    changes: QuotaChanges,
    now: DateTime<Utc>,
) -> Result<(), ServiceError> {
    let changed = connection.transaction(async |connection| {
        organisations::lock(connection, organisation_id).await?;
        let before = organisation_quotas::get(connection, organisation_id).await?;
        let after = OrganisationQuotas {
            tokens_per_day: after(changes.tokens_per_day, before.tokens_per_day),
            items_per_batch: after(changes.items_per_batch, before.items_per_batch),
            batches_at_work: after(changes.batches_at_work, before.batches_at_work),
            requests_per_minute: after(changes.requests_per_minute, before.requests_per_minute),
        };
        organisation_quotas::set(connection, organisation_id, after, now).await?;
        if after.tokens_per_day != before.tokens_per_day {
            jobs::bring_forward(connection, organisation_id, WAITS_FOR_TOKENS, now).await?;
        }
        Ok::<_, PersistenceError>(())
    });
    Ok(changed.await?)
}

fn after<T: From<u8>>(change: Option<QuotaChange<T>>, before: Option<T>) -> Option<T> {
    change.map_or(before, QuotaChange::stored)
}
