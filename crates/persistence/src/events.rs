//! What happened to a batch, in order: an append-only stream for each.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::error::PersistenceError;
use crate::notice;
use crate::pages;
use crate::schema::events;

/// One event of a batch.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = events)]
pub struct Event {
    /// The batch.
    pub batch_id: Uuid,
    /// The place in the stream of the batch, from 1 without a gap.
    pub sequence: i32,
    /// What happened: `SUBMITTED`, `PROGRESS`, `COMPLETED`, `FAILED`, `CANCELLED`, `RETRIED`.
    pub kind: String,
    /// The counters of the batch after it.
    pub payload: serde_json::Value,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// Appends an event and tells the listeners when the transaction commits.
pub(crate) async fn append(
    connection: &mut AsyncPgConnection,
    event: &Event,
) -> Result<(), PersistenceError> {
    diesel::insert_into(events::table)
        .values(event)
        .execute(connection)
        .await?;
    notice::batch_event(connection, event.batch_id).await
}

/// The events of a batch after a sequence number, in order.
///
/// # Errors
/// When the database is not available.
pub async fn after(
    connection: &mut AsyncPgConnection,
    batch_id: Uuid,
    sequence: i32,
    limit: i64,
) -> Result<Vec<Event>, PersistenceError> {
    let query = events::table
        .filter(events::batch_id.eq(batch_id))
        .filter(events::sequence.gt(sequence))
        .order(events::sequence.asc())
        .select(Event::as_select());
    pages::first(connection, query, limit).await
}
