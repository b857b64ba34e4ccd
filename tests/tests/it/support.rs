//! A migrated database with batches in it.

use std::time::Duration;

use arbitragevault_persistence::analyses::NewAnalysis;
use arbitragevault_persistence::batches::{self, Batch, NewBatch};
use arbitragevault_persistence::events::Act;
use arbitragevault_persistence::items::Item;
use arbitragevault_persistence::jobs::{ClaimRequest, ClaimedJob};
use arbitragevault_persistence::organisations::{DEFAULT_ORGANISATION, DEFAULT_USER};
use arbitragevault_persistence::outcomes::{Finished, Outcome, Written};
use arbitragevault_persistence::{DatabaseOptions, Pool, migrate};
use arbitragevault_tests::{Database, databases};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use uuid::Uuid;

/// How long a claim of these tests holds.
pub(crate) const LEASE: Duration = Duration::from_secs(60);

/// The time at which every batch is submitted.
pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_764_000_000, 0).unwrap()
}

/// So many seconds after the submission.
pub(crate) fn later(seconds: i64) -> DateTime<Utc> {
    now() + TimeDelta::seconds(seconds)
}

/// A pool of a migrated database that no other test uses.
pub(crate) async fn pool() -> Pool {
    let database = databases().unwrap().create().await.unwrap();
    migrate::run(&database.url).await.unwrap();
    pool_of(&database)
}

/// A pool of a database.
pub(crate) fn pool_of(database: &Database) -> Pool {
    Pool::new(&DatabaseOptions {
        url: database.url.clone(),
        max_connections: 4,
        wait: Duration::from_secs(30),
        connect: Duration::from_secs(30),
        max_age: Duration::from_secs(3600),
    })
    .unwrap()
}

/// Submits a batch of so many items, each another product, for the default organisation.
pub(crate) async fn submit(pool: &Pool, items: i32) -> Batch {
    submit_for(pool, DEFAULT_ORGANISATION, items, asin).await
}

/// Submits a batch of so many items, each of the product of its position.
pub(crate) async fn submit_for(
    pool: &Pool,
    organisation_id: Uuid,
    items: i32,
    product: impl Fn(i32) -> String,
) -> Batch {
    let rows: Vec<Item> = (1..=items)
        .map(|position| Item {
            position,
            row: position + 1,
            identifier: product(position),
            lookup: Some(product(position)),
            notices: json!([]),
            buy_price_minor: Some(450),
            quantity: 1,
            condition: "GOOD".to_owned(),
            fulfilment: "FBA".to_owned(),
            note: None,
            status: "PENDING".to_owned(),
            error_code: None,
            error_detail: None,
            analysis_id: None,
        })
        .collect();
    let new = NewBatch {
        id: Uuid::now_v7(),
        organisation_id,
        act: Act::of_user(DEFAULT_USER, now()),
        name: "Autumn list".to_owned(),
        marketplace: "US".to_owned(),
        configuration: json!({}),
        layers: json!({"layers": {}, "versions": {}, "strategy": null}),
    };
    let mut connection = pool.get().await.unwrap();
    batches::insert(&mut connection, &new, &rows).await.unwrap()
}

/// What a worker writes of finished jobs.
pub(crate) fn written(finished: &[Finished]) -> Written<'_> {
    Written {
        source: Some("GENERATED"),
        finished,
        configurations: &[],
    }
}

/// A product of these tests.
pub(crate) fn asin(position: i32) -> String {
    format!("B{position:09}")
}

/// A claim of everything that is ready at a time.
pub(crate) fn claim_all(owner: Uuid, now: DateTime<Utc>) -> ClaimRequest {
    ClaimRequest {
        owner,
        subjects: 1000,
        lease: LEASE,
        now,
    }
}

/// An analysis of an item, with nothing known but that it was made.
pub(crate) fn analysis(batch_id: Uuid, position: i32) -> NewAnalysis {
    NewAnalysis {
        id: Uuid::now_v7(),
        organisation_id: DEFAULT_ORGANISATION,
        batch_id: Some(batch_id),
        position: Some(position),
        snapshot_id: None,
        configuration_id: None,
        asin: asin(position),
        marketplace: "US".to_owned(),
        currency: "USD".to_owned(),
        title: None,
        source: "GENERATED".to_owned(),
        engine_version: 1,
        as_of: now(),
        buy_price_minor: Some(450),
        quantity: 1,
        condition: "GOOD".to_owned(),
        fulfilment: "FBA".to_owned(),
        sale_price_low_minor: None,
        sale_price_minor: None,
        sale_price_high_minor: None,
        fees_minor: None,
        profit_minor: None,
        roi_bp: None,
        max_buy_price_minor: None,
        days_to_sell: None,
        velocity: None,
        stability: None,
        confidence: None,
        combined: None,
        opportunity: None,
        rating: None,
        recommendation: "INSUFFICIENT_DATA".to_owned(),
        main_reason: "There is no price.".to_owned(),
        flags: Vec::new(),
        summary: format!(r#"{{"position":{position}}}"#),
        document: "{}".to_owned(),
        created_at: now(),
    }
}

/// The job done, with an analysis.
pub(crate) fn analysed(job: &ClaimedJob) -> Finished {
    Finished {
        job_id: job.id,
        batch_id: job.batch_id,
        position: job.position,
        outcome: Outcome::Analysed(Box::new(analysis(job.batch_id, job.position))),
    }
}

/// The job given up.
pub(crate) fn failed(job: &ClaimedJob) -> Finished {
    Finished {
        job_id: job.id,
        batch_id: job.batch_id,
        position: job.position,
        outcome: Outcome::Failed {
            code: "PRODUCT_NOT_FOUND".to_owned(),
            detail: "Keepa does not know this product.".to_owned(),
        },
    }
}
