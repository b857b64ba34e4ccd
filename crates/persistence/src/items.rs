//! The rows of a list as submitted, and what became of each.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::analyses::AnalysisSummary;
use crate::error::PersistenceError;
use crate::pages;
use crate::schema::{analyses, batch_items};

/// One item of a batch.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = batch_items)]
pub struct Item {
    /// Place in the batch, from 1.
    pub position: i32,
    /// Line of the submitted list, as a person counts it.
    pub row: i32,
    /// Identifier as given.
    pub identifier: String,
    /// How the product is looked up: an ASIN, or a code of 13 digits; `None` when rejected.
    pub lookup: Option<String>,
    /// What was repaired or noticed.
    pub notices: serde_json::Value,
    /// Price of one unit in minor units.
    pub buy_price_minor: Option<i64>,
    /// Units.
    pub quantity: i32,
    /// Condition.
    pub condition: String,
    /// Fulfilment.
    pub fulfilment: String,
    /// The submitter's note.
    pub note: Option<String>,
    /// `PENDING`, `ANALYSED`, `FAILED`, `REJECTED` or `CANCELLED`.
    pub status: String,
    /// Why it failed or was rejected, for programs.
    pub error_code: Option<String>,
    /// Why it failed or was rejected, for people.
    pub error_detail: Option<String>,
    /// Its analysis.
    pub analysis_id: Option<Uuid>,
}

/// The items of a batch after a position, in order.
///
/// # Errors
/// When the database is not available.
pub async fn page(
    connection: &mut AsyncPgConnection,
    batch_id: Uuid,
    status: Option<&str>,
    after: i32,
    limit: i64,
) -> Result<Vec<Item>, PersistenceError> {
    let mut query = batch_items::table
        .filter(batch_items::batch_id.eq(batch_id))
        .filter(batch_items::position.gt(after))
        .order(batch_items::position.asc())
        .select(Item::as_select())
        .into_boxed();
    if let Some(status) = status {
        query = query.filter(batch_items::status.eq(status.to_owned()));
    }
    pages::first(connection, query, limit).await
}

/// The items of a batch after a position, in order, each with its analysis.
///
/// # Errors
/// When the database is not available.
pub async fn page_with_analyses(
    connection: &mut AsyncPgConnection,
    batch_id: Uuid,
    after: i32,
    limit: i64,
) -> Result<Vec<(Item, Option<AnalysisSummary>)>, PersistenceError> {
    let query = batch_items::table
        .left_join(analyses::table.on(batch_items::analysis_id.eq(analyses::id.nullable())))
        .filter(batch_items::batch_id.eq(batch_id))
        .filter(batch_items::position.gt(after))
        .order(batch_items::position.asc())
        .select((Item::as_select(), Option::<AnalysisSummary>::as_select()));
    pages::first(connection, query, limit).await
}

/// Writes the items of a new batch, and a job for each that is pending.
pub(crate) async fn insert(
    connection: &mut AsyncPgConnection,
    batch_id: Uuid,
    items: &[Item],
    run_at: DateTime<Utc>,
) -> Result<(), PersistenceError> {
    fn column<'a, T>(items: &'a [Item], of: impl Fn(&'a Item) -> T) -> Vec<T> {
        items.iter().map(of).collect()
    }
    diesel::sql_query(
        "WITH written AS (
             INSERT INTO batch_items (batch_id, position, row, identifier, lookup, notices, buy_price_minor, quantity,
                                      condition, fulfilment, note, status, error_code, error_detail)
             SELECT $1, * FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
             RETURNING position, lookup, status)
         INSERT INTO jobs (kind, batch_id, position, subject, run_at)
         SELECT 'ANALYSE_ITEM', $1, position, lookup, $15 FROM written WHERE status = 'PENDING' ORDER BY position",
    )
    .bind::<SqlUuid, _>(batch_id)
    .bind::<Array<Integer>, _>(column(items, |i| i.position))
    .bind::<Array<Integer>, _>(column(items, |i| i.row))
    .bind::<Array<Text>, _>(column(items, |i| &i.identifier))
    .bind::<Array<Nullable<Text>>, _>(column(items, |i| i.lookup.as_ref()))
    .bind::<Array<Jsonb>, _>(column(items, |i| &i.notices))
    .bind::<Array<Nullable<BigInt>>, _>(column(items, |i| i.buy_price_minor))
    .bind::<Array<Integer>, _>(column(items, |i| i.quantity))
    .bind::<Array<Text>, _>(column(items, |i| &i.condition))
    .bind::<Array<Text>, _>(column(items, |i| &i.fulfilment))
    .bind::<Array<Nullable<Text>>, _>(column(items, |i| i.note.as_ref()))
    .bind::<Array<Text>, _>(column(items, |i| &i.status))
    .bind::<Array<Nullable<Text>>, _>(column(items, |i| i.error_code.as_ref()))
    .bind::<Array<Nullable<Text>>, _>(column(items, |i| i.error_detail.as_ref()))
    .bind::<Timestamptz, _>(run_at)
    .execute(connection)
    .await?;
    Ok(())
}
