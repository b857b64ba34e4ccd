//! Batches: lists that were submitted together, their counters and their life.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncConnection as _, AsyncPgConnection, RunQueryDsl};
use serde_json::json;
use uuid::Uuid;

use crate::error::PersistenceError;
use crate::events::{self, Act, NewEvent, StreamKind};
use crate::items::{self, Item};
use crate::notice;
use crate::pages;
use crate::schema::{batch_items, batches, jobs};

/// A batch.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = batches)]
pub struct Batch {
    /// Id, version 7.
    pub id: Uuid,
    /// Organisation.
    pub organisation_id: Uuid,
    /// Name.
    pub name: String,
    /// `PENDING`, `PROCESSING`, `COMPLETED`, `FAILED` or `CANCELLED`.
    pub status: String,
    /// Marketplace.
    pub marketplace: String,
    /// Where its market data came from; `None` before the first answer.
    pub source: Option<String>,
    /// Items in all.
    pub total_items: i32,
    /// Items with an analysis.
    pub analysed_items: i32,
    /// Items that failed for good.
    pub failed_items: i32,
    /// Items that were refused at submission.
    pub rejected_items: i32,
    /// Items that were cancelled before they were analysed.
    pub cancelled_items: i32,
    /// The sequence number of its latest event.
    pub last_sequence: i32,
    /// When it was submitted.
    pub created_at: DateTime<Utc>,
    /// When the first item was done.
    pub started_at: Option<DateTime<Utc>>,
    /// When the last item was done.
    pub finished_at: Option<DateTime<Utc>>,
}

impl Batch {
    /// `true` when no item waits any more.
    #[must_use]
    pub const fn is_done(&self) -> bool {
        self.analysed_items + self.failed_items + self.rejected_items + self.cancelled_items
            >= self.total_items
    }

    /// The counters, as events carry them.
    fn counters(&self) -> serde_json::Value {
        json!({
            "status": self.status,
            "total_items": self.total_items,
            "analysed_items": self.analysed_items,
            "failed_items": self.failed_items,
            "rejected_items": self.rejected_items,
            "cancelled_items": self.cancelled_items,
        })
    }
}

/// A batch to be stored.
#[derive(Debug, Clone)]
pub struct NewBatch {
    /// Id, version 7.
    pub id: Uuid,
    /// Organisation.
    pub organisation_id: Uuid,
    /// Who submits it, and when.
    pub act: Act,
    /// Name, 1 to 200 characters.
    pub name: String,
    /// Marketplace.
    pub marketplace: String,
    /// The configuration under which a worker of the version before analyses it.
    pub configuration: serde_json::Value,
    /// What every scope of the configuration sets, with its version, and the strategy.
    pub layers: serde_json::Value,
}

/// Stores a batch with its items, a job for each pending item, and its first event, in one transaction. A batch without any pending
/// item has failed at once.
///
/// # Errors
/// [`PersistenceError::Conflict`] when there is a batch with this id already; when the database is not available.
pub async fn insert(
    connection: &mut AsyncPgConnection,
    new: &NewBatch,
    rows: &[Item],
) -> Result<Batch, PersistenceError> {
    let count = |status: &str| {
        let matching = rows.iter().filter(|item| item.status == status).count();
        i32::try_from(matching).unwrap_or(i32::MAX)
    };
    let pending = count("PENDING");
    let finished_at = (pending == 0).then_some(new.act.at);
    connection
        .transaction(async |connection| {
            let batch: Batch = diesel::insert_into(batches::table)
                .values((
                    batches::id.eq(new.id),
                    batches::organisation_id.eq(new.organisation_id),
                    batches::created_by.eq(new.act.user_id),
                    batches::name.eq(&new.name),
                    batches::status.eq(if pending == 0 { "FAILED" } else { "PENDING" }),
                    batches::marketplace.eq(&new.marketplace),
                    batches::configuration.eq(&new.configuration),
                    batches::layers.eq(&new.layers),
                    batches::total_items.eq(i32::try_from(rows.len()).unwrap_or(i32::MAX)),
                    batches::rejected_items.eq(count("REJECTED")),
                    batches::last_sequence.eq(1),
                    batches::created_at.eq(new.act.at),
                    batches::finished_at.eq(finished_at),
                ))
                .returning(Batch::as_returning())
                .get_result(connection)
                .await?;
            items::insert(connection, batch.id, rows, new.act.at).await?;
            append_event(connection, &batch, "SUBMITTED", new.act).await?;
            notice::new_work(connection).await?;
            Ok(batch)
        })
        .await
}

/// One batch of an organisation.
///
/// # Errors
/// [`PersistenceError::NotFound`] when the organisation has none with this id.
pub async fn get(
    connection: &mut AsyncPgConnection,
    organisation_id: Uuid,
    id: Uuid,
) -> Result<Batch, PersistenceError> {
    Ok(batches::table
        .find(id)
        .filter(batches::organisation_id.eq(organisation_id))
        .select(Batch::as_select())
        .first(connection)
        .await?)
}

/// Under what a batch is analysed.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = batches)]
pub struct BatchConfiguration {
    /// The batch.
    pub id: Uuid,
    /// The whole configuration, which holds where `layers` is `None`.
    pub configuration: serde_json::Value,
    /// What every scope sets, with its version, and the strategy; `None` when it was submitted to a version before.
    pub layers: Option<serde_json::Value>,
}

/// Under what batches are analysed; those that are gone are left out.
///
/// # Errors
/// When the database is not available.
pub async fn configurations(
    connection: &mut AsyncPgConnection,
    ids: &[Uuid],
) -> Result<Vec<BatchConfiguration>, PersistenceError> {
    Ok(batches::table
        .filter(batches::id.eq_any(ids))
        .select(BatchConfiguration::as_select())
        .load(connection)
        .await?)
}

/// The batches of an organisation, newest first, after an id.
///
/// # Errors
/// When the database is not available.
pub async fn page(
    connection: &mut AsyncPgConnection,
    organisation_id: Uuid,
    status: Option<&str>,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Batch>, PersistenceError> {
    let mut query = batches::table
        .filter(batches::organisation_id.eq(organisation_id))
        .order(batches::id.desc())
        .select(Batch::as_select())
        .into_boxed();
    if let Some(status) = status {
        query = query.filter(batches::status.eq(status.to_owned()));
    }
    if let Some(after) = after {
        query = query.filter(batches::id.lt(after));
    }
    pages::first(connection, query, limit).await
}

/// How many batches of an organisation are not done.
///
/// # Errors
/// When the database is not available.
pub async fn count_at_work(
    connection: &mut AsyncPgConnection,
    organisation_id: Uuid,
) -> Result<i64, PersistenceError> {
    Ok(batches::table
        .filter(batches::organisation_id.eq(organisation_id))
        .filter(batches::finished_at.is_null())
        .count()
        .get_result(connection)
        .await?)
}

/// What a change of a batch's life came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// It was done; this is the batch now.
    Done(Batch),
    /// Its state forbids it; this is the batch as it stays.
    Refused(Batch),
}

/// Cancels a batch that is not done yet: its waiting items are cancelled and their jobs deleted.
///
/// # Errors
/// [`PersistenceError::NotFound`] when the organisation has none with this id.
pub async fn cancel(
    connection: &mut AsyncPgConnection,
    organisation_id: Uuid,
    id: Uuid,
    act: Act,
) -> Result<Change, PersistenceError> {
    connection
        .transaction(async |connection| {
            let batch = lock(connection, organisation_id, id).await?;
            if !matches!(batch.status.as_str(), "PENDING" | "PROCESSING") {
                return Ok(Change::Refused(batch));
            }
            diesel::delete(
                jobs::table
                    .filter(jobs::batch_id.eq(id))
                    .filter(jobs::is_dead.eq(false)),
            )
            .execute(connection)
            .await?;
            let cancelled = diesel::update(
                batch_items::table
                    .filter(batch_items::batch_id.eq(id))
                    .filter(batch_items::status.eq("PENDING")),
            )
            .set(batch_items::status.eq("CANCELLED"))
            .execute(connection)
            .await?;
            let batch: Batch = diesel::update(batches::table.find(id))
                .set((
                    batches::status.eq("CANCELLED"),
                    batches::cancelled_items.eq(i32::try_from(cancelled).unwrap_or(i32::MAX)),
                    batches::finished_at.eq(act.at),
                    batches::last_sequence.eq(batches::last_sequence + 1),
                ))
                .returning(Batch::as_returning())
                .get_result(connection)
                .await?;
            append_event(connection, &batch, "CANCELLED", act).await?;
            Ok(Change::Done(batch))
        })
        .await
}

/// Puts the failed and cancelled items of a finished batch back to work.
///
/// # Errors
/// [`PersistenceError::NotFound`] when the organisation has none with this id.
pub async fn retry(
    connection: &mut AsyncPgConnection,
    organisation_id: Uuid,
    id: Uuid,
    act: Act,
) -> Result<Change, PersistenceError> {
    connection
        .transaction(async |connection| {
            let batch = lock(connection, organisation_id, id).await?;
            let is_finished = batch.finished_at.is_some();
            if !is_finished || batch.failed_items + batch.cancelled_items == 0 {
                return Ok(Change::Refused(batch));
            }
            diesel::sql_query(
                "WITH again AS (
                     UPDATE batch_items SET status = 'PENDING', error_code = NULL, error_detail = NULL
                     WHERE batch_id = $1 AND status IN ('FAILED', 'CANCELLED')
                     RETURNING position, lookup)
                 INSERT INTO jobs (kind, batch_id, position, subject, run_at)
                 SELECT 'ANALYSE_ITEM', $1, position, lookup, $2 FROM again ORDER BY position
                 ON CONFLICT (batch_id, position) DO UPDATE
                 SET is_dead = false, attempts = 0, run_at = excluded.run_at, lease_owner = NULL, leased_until = NULL, last_error = NULL",
            )
            .bind::<diesel::sql_types::Uuid, _>(id)
            .bind::<diesel::sql_types::Timestamptz, _>(act.at)
            .execute(connection)
            .await?;
            let batch: Batch = diesel::update(batches::table.find(id))
                .set((
                    batches::status.eq("PROCESSING"),
                    batches::failed_items.eq(0),
                    batches::cancelled_items.eq(0),
                    batches::finished_at.eq(None::<DateTime<Utc>>),
                    batches::last_sequence.eq(batches::last_sequence + 1),
                ))
                .returning(Batch::as_returning())
                .get_result(connection)
                .await?;
            append_event(connection, &batch, "RETRIED", act).await?;
            notice::new_work(connection).await?;
            Ok(Change::Done(batch))
        })
        .await
}

/// Deletes a batch that is done, with its items and analyses. What happened to it stays.
///
/// # Errors
/// [`PersistenceError::NotFound`] when the organisation has none with this id.
pub async fn delete(
    connection: &mut AsyncPgConnection,
    organisation_id: Uuid,
    id: Uuid,
    act: Act,
) -> Result<Change, PersistenceError> {
    connection
        .transaction(async |connection| {
            let mut batch = lock(connection, organisation_id, id).await?;
            if batch.finished_at.is_none() {
                return Ok(Change::Refused(batch));
            }
            batch.last_sequence += 1;
            append_event(connection, &batch, "DELETED", act).await?;
            diesel::delete(batches::table.find(id))
                .execute(connection)
                .await?;
            Ok(Change::Done(batch))
        })
        .await
}

/// Locks a batch, which every change of its counters does first, so that no two wait for each other.
async fn lock(
    connection: &mut AsyncPgConnection,
    organisation_id: Uuid,
    id: Uuid,
) -> Result<Batch, PersistenceError> {
    Ok(batches::table
        .find(id)
        .filter(batches::organisation_id.eq(organisation_id))
        .for_update()
        .select(Batch::as_select())
        .first(connection)
        .await?)
}

/// Appends an event that carries the counters of the batch, whose `last_sequence` is the event's number already. The first one tells besides
/// what was submitted.
pub(crate) async fn append_event(
    connection: &mut AsyncPgConnection,
    batch: &Batch,
    kind: &'static str,
    act: Act,
) -> Result<(), PersistenceError> {
    let mut payload = batch.counters();
    if batch.last_sequence == 1
        && let Some(payload) = payload.as_object_mut()
    {
        payload.insert("name".to_owned(), batch.name.as_str().into());
        payload.insert("marketplace".to_owned(), batch.marketplace.as_str().into());
    }
    let event = NewEvent {
        organisation_id: batch.organisation_id,
        stream_kind: StreamKind::Batch,
        stream_id: &batch.id.to_string(),
        sequence: batch.last_sequence,
        kind,
        payload,
        act,
    };
    events::append(connection, event).await
}
