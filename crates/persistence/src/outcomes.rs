//! Writing what a worker found: analyses, items, jobs, counters and events, in one transaction.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Integer, Nullable, Text, Uuid as SqlUuid};
use diesel_async::{AsyncConnection as _, AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::analyses::{self, NewAnalysis};
use crate::batches::{Batch, append_event};
use crate::configuration_documents::{self, ConfigurationDocument};
use crate::error::PersistenceError;
use crate::events::{Act, PROGRESS};
use crate::schema::{batches, jobs};

/// What became of the item behind a job.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// It was analysed.
    Analysed(Box<NewAnalysis>),
    /// It failed for good; the job stays as a dead letter.
    Failed {
        /// Why, for programs.
        code: String,
        /// Why, for people.
        detail: String,
    },
}

/// A job that is done.
#[derive(Debug, Clone)]
pub struct Finished {
    /// The job.
    pub job_id: i64,
    /// The batch.
    pub batch_id: Uuid,
    /// The item's place in it.
    pub position: i32,
    /// What became of it.
    pub outcome: Outcome,
}

/// What is written together.
#[derive(Debug, Clone, Copy)]
pub struct Written<'a> {
    /// Where the market data came from.
    pub source: Option<&'a str>,
    /// The jobs that are done.
    pub finished: &'a [Finished],
    /// The configurations under which they were analysed.
    pub configurations: &'a [ConfigurationDocument],
}

#[derive(QueryableByName)]
struct ChangedItem {
    #[diesel(sql_type = SqlUuid)]
    batch_id: Uuid,
    #[diesel(sql_type = Text)]
    status: String,
}

#[derive(Default)]
struct Counts {
    analysed: i32,
    failed: i32,
}

/// Writes what became of jobs that are still the owner's, and returns the batches that changed.
///
/// A job whose lease went to someone else, or whose item was cancelled, changes nothing. Counters move only with items that really
/// changed, so that doing a job twice shows once.
///
/// # Errors
/// When the database is not available; then nothing was written.
pub async fn write(
    connection: &mut AsyncPgConnection,
    owner: Uuid,
    written: Written<'_>,
    now: DateTime<Utc>,
) -> Result<Vec<Batch>, PersistenceError> {
    let Written {
        source, finished, ..
    } = written;
    connection
        .transaction(async |connection| {
            lock_batches(connection, finished).await?;
            let owned = owned(connection, owner, finished).await?;
            let analysed: Vec<NewAnalysis> = owned
                .iter()
                .filter_map(|f| match &f.outcome {
                    Outcome::Analysed(analysis) => Some((**analysis).clone()),
                    Outcome::Failed { .. } => None,
                })
                .collect();
            keep_configurations(connection, &written, &analysed).await?;
            analyses::insert_many(connection, &analysed).await?;
            let changed = mark_items(connection, &owned).await?;
            settle_jobs(connection, &owned).await?;
            let mut counts: BTreeMap<Uuid, Counts> = BTreeMap::new();
            for item in changed {
                let counts = counts.entry(item.batch_id).or_default();
                if item.status == "ANALYSED" {
                    counts.analysed += 1;
                } else {
                    counts.failed += 1;
                }
            }
            let mut changed = Vec::with_capacity(counts.len());
            for (batch_id, counts) in counts {
                changed.push(count(connection, batch_id, &counts, source, now).await?);
            }
            Ok(changed)
        })
        .await
}

/// Locks the batches in the order of their ids: whoever changes items locks their batch first.
async fn lock_batches(
    connection: &mut AsyncPgConnection,
    finished: &[Finished],
) -> Result<(), PersistenceError> {
    let mut ids: Vec<Uuid> = finished.iter().map(|f| f.batch_id).collect();
    ids.sort_unstable();
    ids.dedup();
    batches::table
        .filter(batches::id.eq_any(ids))
        .order(batches::id)
        .for_update()
        .select(batches::id)
        .execute(connection)
        .await?;
    Ok(())
}

/// Those of the finished jobs that are still the owner's.
async fn owned<'a>(
    connection: &mut AsyncPgConnection,
    owner: Uuid,
    finished: &'a [Finished],
) -> Result<Vec<&'a Finished>, PersistenceError> {
    let ids: Vec<i64> = jobs::table
        .filter(jobs::id.eq_any(finished.iter().map(|f| f.job_id)))
        .filter(jobs::lease_owner.eq(owner))
        .for_update()
        .select(jobs::id)
        .load(connection)
        .await?;
    let ids: std::collections::HashSet<i64> = ids.into_iter().collect();
    Ok(finished
        .iter()
        .filter(|f| ids.contains(&f.job_id))
        .collect())
}

/// Keeps the configurations of what is written; those of an organisation that was deleted meanwhile have nothing to be kept for.
async fn keep_configurations(
    connection: &mut AsyncPgConnection,
    written: &Written<'_>,
    analysed: &[NewAnalysis],
) -> Result<(), PersistenceError> {
    let is_used = |kept: &&ConfigurationDocument| {
        analysed.iter().any(|analysis| {
            analysis.organisation_id == kept.organisation_id
                && analysis.configuration_id == Some(kept.id)
        })
    };
    let used: Vec<_> = written
        .configurations
        .iter()
        .filter(is_used)
        .cloned()
        .collect();
    configuration_documents::keep(connection, &used).await
}

async fn mark_items(
    connection: &mut AsyncPgConnection,
    owned: &[&Finished],
) -> Result<Vec<ChangedItem>, PersistenceError> {
    fn column<'a, T>(owned: &[&'a Finished], of: impl Fn(&'a Finished) -> T) -> Vec<T> {
        owned.iter().map(|finished| of(finished)).collect()
    }
    Ok(diesel::sql_query(
        "UPDATE batch_items i
         SET status = CASE WHEN o.error_code IS NULL THEN 'ANALYSED' ELSE 'FAILED' END,
             analysis_id = o.analysis_id, error_code = o.error_code, error_detail = o.error_detail
         FROM unnest($1, $2, $3, $4, $5) AS o (batch_id, position, analysis_id, error_code, error_detail)
         WHERE i.batch_id = o.batch_id AND i.position = o.position AND i.status = 'PENDING'
         RETURNING i.batch_id, i.status",
    )
    .bind::<Array<SqlUuid>, _>(column(owned, |f| f.batch_id))
    .bind::<Array<Integer>, _>(column(owned, |f| f.position))
    .bind::<Array<Nullable<SqlUuid>>, _>(column(owned, |f| match &f.outcome {
        Outcome::Analysed(analysis) => Some(analysis.id),
        Outcome::Failed { .. } => None,
    }))
    .bind::<Array<Nullable<Text>>, _>(column(owned, |f| match &f.outcome {
        Outcome::Analysed(_) => None,
        Outcome::Failed { code, .. } => Some(code),
    }))
    .bind::<Array<Nullable<Text>>, _>(column(owned, |f| match &f.outcome {
        Outcome::Analysed(_) => None,
        Outcome::Failed { detail, .. } => Some(detail),
    }))
    .load(connection)
    .await?)
}

/// Deletes the jobs of analysed items and keeps those of failed ones as dead letters.
async fn settle_jobs(
    connection: &mut AsyncPgConnection,
    owned: &[&Finished],
) -> Result<(), PersistenceError> {
    let (done, dead): (Vec<&Finished>, Vec<&Finished>) = owned
        .iter()
        .partition(|f| matches!(f.outcome, Outcome::Analysed(_)));
    diesel::delete(jobs::table.filter(jobs::id.eq_any(done.iter().map(|f| f.job_id))))
        .execute(connection)
        .await?;
    if !dead.is_empty() {
        diesel::update(jobs::table.filter(jobs::id.eq_any(dead.iter().map(|f| f.job_id))))
            .set((
                jobs::is_dead.eq(true),
                jobs::lease_owner.eq(None::<Uuid>),
                jobs::leased_until.eq(None::<DateTime<Utc>>),
            ))
            .execute(connection)
            .await?;
    }
    Ok(())
}

/// Moves the counters of a batch, ends it when nothing is left, and appends the event.
async fn count(
    connection: &mut AsyncPgConnection,
    batch_id: Uuid,
    counts: &Counts,
    source: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Batch, PersistenceError> {
    let batch: Batch = diesel::update(batches::table.find(batch_id))
        .set((
            batches::analysed_items.eq(batches::analysed_items + counts.analysed),
            batches::failed_items.eq(batches::failed_items + counts.failed),
            batches::last_sequence.eq(batches::last_sequence + 1),
        ))
        .returning(Batch::as_returning())
        .get_result(connection)
        .await?;
    let status = match (batch.is_done(), batch.analysed_items) {
        (false, _) => "PROCESSING",
        (true, 0) => "FAILED",
        (true, _) => "COMPLETED",
    };
    let batch: Batch = diesel::update(batches::table.find(batch_id))
        .set((
            batches::status.eq(status),
            batches::source.eq(batch.source.as_deref().or(source)),
            batches::started_at.eq(batch.started_at.unwrap_or(now)),
            batches::finished_at.eq(batch.is_done().then_some(now)),
        ))
        .returning(Batch::as_returning())
        .get_result(connection)
        .await?;
    let kind = if batch.is_done() { status } else { PROGRESS };
    append_event(connection, &batch, kind, Act::of_server(now)).await?;
    Ok(batch)
}
