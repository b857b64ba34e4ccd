//! Batches: submit, look at, cancel, try again, delete.

use arbitragevault_domain::config::StrategyName;
use arbitragevault_persistence::PersistenceError;
use arbitragevault_persistence::analyses::AnalysisSummary;
use arbitragevault_persistence::batches::{self, Batch, Change, NewBatch};
use arbitragevault_persistence::items::{self, Item};
use serde::Serialize;
use uuid::Uuid;

use crate::configuration::{Layers, Resolver};
use crate::error::ServiceError;
use crate::intake::{Intake, ListRow, Terms};
use crate::{Caller, Services};

/// Characters of a batch's name at most; the schema holds it too.
pub const MAX_NAME_CHARS: usize = 200;

/// What a batch will cost, before it is submitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Estimate {
    /// Rows that can be analysed.
    pub items: usize,
    /// Rows that will be rejected.
    pub rejected: usize,
    /// Different products.
    pub products: usize,
    /// Products of which fresh market data is stored already.
    pub cached: usize,
    /// Keepa tokens at most.
    pub tokens: u64,
    /// Seconds that Keepa needs to refill what is missing; `None` before Keepa has told the state of its bucket.
    pub wait_seconds: Option<u64>,
}

/// A list to be stored as a batch.
#[derive(Debug, Clone, Copy)]
pub struct NewList<'a> {
    /// Id of the batch, version 7.
    pub id: Uuid,
    /// Name, 1 to 200 characters; the date when `None`.
    pub name: Option<&'a str>,
    /// What holds for the whole list.
    pub terms: Terms,
    /// The strategy under which it is analysed; without one, what the other scopes of the configuration say.
    pub strategy: Option<&'a StrategyName>,
    /// Its rows.
    pub intake: &'a Intake,
}

impl Services {
    /// Stores a list as a batch; the worker takes it from there. Rejected rows are stored too, each with its reason. A list with the id of a
    /// batch that the caller's organisation has already is that batch: an earlier attempt at the same request has stored it.
    ///
    /// # Errors
    /// When the name is not of 1 to 200 characters, there is no such strategy, a quota of the organisation is spent, or the database is not
    /// available.
    pub async fn submit_batch(
        &self,
        caller: Caller,
        list: &NewList<'_>,
    ) -> Result<Batch, ServiceError> {
        let NewList { terms, intake, .. } = *list;
        let now = self.shared.clock.now();
        let name = list.name.map_or_else(
            || now.format("List of %Y-%m-%d %H:%M UTC").to_string(),
            |name| name.trim().to_owned(),
        );
        if name.is_empty() || name.chars().count() > MAX_NAME_CHARS {
            return Err(ServiceError::Invalid {
                code: "NAME_INVALID",
                detail: format!("the name must have 1 to {MAX_NAME_CHARS} characters"),
            });
        }
        let rows = intake
            .rows
            .iter()
            .zip(1..)
            .map(|(row, position)| item(row, position, terms));
        let rows = rows.collect::<Result<Vec<_>, _>>()?;
        let organisation_id = caller.organisation_id;
        let batch = self
            .tenant(caller, async |connection| {
                match batches::get(connection, organisation_id, list.id).await {
                    Err(PersistenceError::NotFound) => {}
                    known => return Ok(known?),
                }
                self.admit_batch(connection, organisation_id, rows.len())
                    .await?;
                let layers = Layers::load(connection, organisation_id).await?;
                layers.hold_strategy(list.strategy)?;
                let resolver = Resolver::new(layers, list.strategy.cloned());
                let whole = resolver.for_marketplace(terms.marketplace)?;
                let new = NewBatch {
                    id: list.id,
                    organisation_id,
                    act: caller.act(now),
                    name,
                    marketplace: terms.marketplace.code().to_owned(),
                    configuration: serde_json::to_value(whole).map_err(ServiceError::internal)?,
                    layers: serde_json::to_value(resolver).map_err(ServiceError::internal)?,
                };
                Ok(batches::insert(connection, &new, &rows).await?)
            })
            .await?;
        self.shared.bell.ring();
        self.shared.events.happened(batch.id);
        tracing::info!(batch_id = %batch.id, items = batch.total_items, rejected = batch.rejected_items, "batch {} was submitted", batch.id);
        Ok(batch)
    }

    /// What a list will cost.
    ///
    /// # Errors
    /// When the database is not available.
    pub async fn estimate_batch(
        &self,
        terms: Terms,
        intake: &Intake,
    ) -> Result<Estimate, ServiceError> {
        let accepted = intake
            .rows
            .iter()
            .filter_map(|row| row.outcome.as_ref().ok());
        let mut lookups: Vec<_> = accepted.map(|row| row.identified.lookup).collect();
        lookups.sort_unstable();
        lookups.dedup();
        let market = &self.shared.market;
        let now = self.shared.clock.now();
        let cached = market
            .known(&self.pool, terms.marketplace, &lookups, now)
            .await?;
        let missing = u64::try_from(lookups.len().saturating_sub(cached)).unwrap_or(u64::MAX);
        let tokens = missing.saturating_mul(u64::from(market.source().tokens_per_product()));
        let bucket = market.source().tokens().await;
        Ok(Estimate {
            items: intake.accepted(),
            rejected: intake.rejected(),
            products: lookups.len(),
            cached,
            tokens,
            wait_seconds: bucket.map(|bucket| {
                let short = tokens.saturating_sub(u64::try_from(bucket.left).unwrap_or(0));
                short
                    .saturating_mul(60)
                    .div_ceil(u64::from(bucket.refill_rate.max(1)))
            }),
        })
    }

    /// One batch.
    ///
    /// # Errors
    /// When the caller has no such batch, or the database is not available.
    pub async fn batch(&self, caller: Caller, id: Uuid) -> Result<Batch, ServiceError> {
        self.tenant(caller, async |connection| {
            Ok(batches::get(connection, caller.organisation_id, id).await?)
        })
        .await
    }

    /// Batches, newest first, after an id.
    ///
    /// # Errors
    /// When the database is not available.
    pub async fn batches(
        &self,
        caller: Caller,
        status: Option<&str>,
        after: Option<Uuid>,
        limit: i64,
    ) -> Result<Vec<Batch>, ServiceError> {
        let organisation = caller.organisation_id;
        self.tenant(caller, async |connection| {
            Ok(batches::page(connection, organisation, status, after, limit).await?)
        })
        .await
    }

    /// A batch, and its items after a position.
    ///
    /// # Errors
    /// When the caller has no such batch, or the database is not available.
    pub async fn batch_items(
        &self,
        caller: Caller,
        id: Uuid,
        status: Option<&str>,
        after: i32,
        limit: i64,
    ) -> Result<(Batch, Vec<Item>), ServiceError> {
        self.tenant(caller, async |connection| {
            let batch = batches::get(connection, caller.organisation_id, id).await?;
            let items = items::page(connection, id, status, after, limit).await?;
            Ok((batch, items))
        })
        .await
    }

    /// Items of a batch after a position, each with its analysis.
    ///
    /// # Errors
    /// When the caller has no such batch, or the database is not available.
    pub async fn batch_rows(
        &self,
        caller: Caller,
        id: Uuid,
        after: i32,
        limit: i64,
    ) -> Result<Vec<(Item, Option<AnalysisSummary>)>, ServiceError> {
        self.tenant(caller, async |connection| {
            batches::get(connection, caller.organisation_id, id).await?;
            Ok(items::page_with_analyses(connection, id, after, limit).await?)
        })
        .await
    }

    /// Cancels a batch that is not done: what waits is not analysed any more, what was analysed stays.
    ///
    /// # Errors
    /// When the caller has no such batch, it is done already, or the database is not available.
    pub async fn cancel_batch(&self, caller: Caller, id: Uuid) -> Result<Batch, ServiceError> {
        let act = caller.act(self.shared.clock.now());
        let change = self
            .tenant(caller, async |connection| {
                Ok(batches::cancel(connection, caller.organisation_id, id, act).await?)
            })
            .await?;
        let cancelled = done(change, |batch| {
            format!(
                "the batch is {} already and cannot be cancelled",
                batch.status
            )
        })?;
        self.shared.events.happened(id);
        Ok(cancelled)
    }

    /// Puts the failed and cancelled items of a finished batch back to work.
    ///
    /// # Errors
    /// When the caller has no such batch, nothing of it failed, enough others are at work, or the database is not available.
    pub async fn retry_batch(&self, caller: Caller, id: Uuid) -> Result<Batch, ServiceError> {
        let act = caller.act(self.shared.clock.now());
        let change = self
            .tenant(caller, async |connection| {
                let organisation = caller.organisation_id;
                let change = batches::retry(connection, organisation, id, act).await?;
                if let Change::Done(_) = change {
                    self.admit_again(connection, organisation).await?;
                }
                Ok(change)
            })
            .await?;
        let again = done(change, |batch| match batch.finished_at {
            None => "the batch is still at work; wait until it is done, or cancel it".to_owned(),
            Some(_) => "no item of the batch failed or was cancelled".to_owned(),
        })?;
        self.shared.bell.ring();
        self.shared.events.happened(id);
        Ok(again)
    }

    /// Deletes a finished batch with its analyses.
    ///
    /// # Errors
    /// When the caller has no such batch, it is still at work, or the database is not available.
    pub async fn delete_batch(&self, caller: Caller, id: Uuid) -> Result<Batch, ServiceError> {
        let act = caller.act(self.shared.clock.now());
        let change = self
            .tenant(caller, async |connection| {
                Ok(batches::delete(connection, caller.organisation_id, id, act).await?)
            })
            .await?;
        done(change, |_| {
            "the batch is still at work; cancel it first".to_owned()
        })
    }
}

fn done(change: Change, refusal: impl FnOnce(&Batch) -> String) -> Result<Batch, ServiceError> {
    match change {
        Change::Done(batch) => Ok(batch),
        Change::Refused(batch) => Err(ServiceError::Conflict {
            code: "BATCH_STATE_CONFLICT",
            detail: refusal(&batch),
        }),
    }
}

/// What is told of a row besides its numbers.
#[derive(Serialize)]
struct Notices<'a> {
    repairs: &'a [arbitragevault_domain::identifier::Repair],
    warnings: &'a [crate::intake::Finding],
}

fn item(row: &ListRow, position: i32, terms: Terms) -> Result<Item, ServiceError> {
    let accepted = row.outcome.as_ref().ok();
    let notices = Notices {
        repairs: accepted.map_or(&[], |accepted| &accepted.identified.repairs),
        warnings: &row.warnings,
    };
    let acquisition = accepted.map(|accepted| accepted.acquisition);
    let problem = row.outcome.as_ref().err();
    let condition = acquisition.map_or(terms.condition, |acquisition| acquisition.condition);
    let fulfilment = acquisition.map_or(terms.fulfilment, |acquisition| acquisition.fulfilment);
    Ok(Item {
        position,
        row: i32::try_from(row.row).unwrap_or(i32::MAX),
        identifier: row.identifier_text.clone(),
        lookup: accepted.map(|accepted| accepted.identified.lookup.to_string()),
        notices: serde_json::to_value(notices).map_err(ServiceError::internal)?,
        buy_price_minor: acquisition.and_then(|acquisition| acquisition.buy_price?.minor()),
        quantity: acquisition.map_or(1, |acquisition| {
            i32::try_from(acquisition.quantity).unwrap_or(i32::MAX)
        }),
        condition: condition.as_str().to_owned(),
        fulfilment: fulfilment.as_str().to_owned(),
        note: accepted.and_then(|accepted| accepted.note.clone()),
        status: if problem.is_some() {
            "REJECTED"
        } else {
            "PENDING"
        }
        .to_owned(),
        error_code: problem.and_then(|rejected| Some(rejected.problems.first()?.code.to_string())),
        error_detail: problem.map(|rejected| {
            let details: Vec<&str> = rejected
                .problems
                .iter()
                .map(|problem| problem.detail.as_str())
                .collect();
            details.join("; ")
        }),
        analysis_id: None,
    })
}
