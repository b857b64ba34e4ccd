//! The queue and the counters of a batch, as workers that come, die and return move them.

use std::collections::BTreeSet;

use arbitragevault_persistence::batches::{self, Batch, Change};
use arbitragevault_persistence::events::Act;
use arbitragevault_persistence::jobs::{self, QueueStatus};
use arbitragevault_persistence::organisations::DEFAULT_ORGANISATION;
use arbitragevault_persistence::{Pool, analyses, items, outcomes};
use uuid::Uuid;

use crate::support::{analysed, claim_all, failed, later, now, pool, submit, written};

/// The counters of a batch: its state, items in all, analysed, failed, cancelled.
fn counters(batch: &Batch) -> (&str, i32, i32, i32, i32) {
    (
        &batch.status,
        batch.total_items,
        batch.analysed_items,
        batch.failed_items,
        batch.cancelled_items,
    )
}

/// The states of the items of a batch, in their order.
async fn states(pool: &Pool, batch: &Batch) -> Vec<String> {
    let mut connection = pool.get().await.unwrap();
    let items = items::page(&mut connection, batch.id, None, 0, 1000).await;
    items.unwrap().into_iter().map(|item| item.status).collect()
}

/// How many analyses a batch has.
async fn analyses_of(pool: &Pool, batch: &Batch) -> i64 {
    let filter = analyses::AnalysisFilter {
        batch_id: Some(batch.id),
        ..Default::default()
    };
    let mut connection = pool.get().await.unwrap();
    analyses::count(&mut connection, DEFAULT_ORGANISATION, &filter, 1000)
        .await
        .unwrap()
}

/// The batch as it stands.
async fn reread(pool: &Pool, batch: &Batch) -> Batch {
    let mut connection = pool.get().await.unwrap();
    batches::get(&mut connection, DEFAULT_ORGANISATION, batch.id)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_claimed_by_one_of_two_workers() {
    let pool = pool().await;
    submit(&pool, 60).await;
    let (mut one, mut other) = (pool.get().await.unwrap(), pool.get().await.unwrap());
    let (half, all) = (
        jobs::ClaimRequest {
            subjects: 30,
            ..claim_all(Uuid::now_v7(), now())
        },
        claim_all(Uuid::now_v7(), now()),
    );
    let (first, second) = tokio::join!(jobs::claim(&mut one, &half), jobs::claim(&mut other, &all));
    // A worker that came while the other's transaction was open saw what it had locked as taken; it comes again.
    let third = jobs::claim(&mut other, &all).await.unwrap();
    let claimed: Vec<i32> = [first.unwrap(), second.unwrap(), third]
        .iter()
        .flatten()
        .map(|job| job.position)
        .collect();
    let different: BTreeSet<i32> = claimed.iter().copied().collect();
    assert_eq!(claimed.len(), 60, "a job was claimed twice or never");
    assert_eq!(different, (1..=60).collect());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_brings_so_many_products_and_all_their_jobs() {
    let pool = pool().await;
    let (first, second) = (submit(&pool, 3).await, submit(&pool, 3).await);
    let mut connection = pool.get().await.unwrap();
    let request = jobs::ClaimRequest {
        subjects: 2,
        ..claim_all(Uuid::now_v7(), now())
    };
    let claimed = jobs::claim(&mut connection, &request).await.unwrap();
    let places: Vec<(Uuid, i32)> = claimed.iter().map(|j| (j.batch_id, j.position)).collect();
    assert_eq!(
        places,
        [(first.id, 1), (first.id, 2), (second.id, 1), (second.id, 2)]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_workers_jobs_are_claimed_when_its_lease_ran_out() {
    let pool = pool().await;
    let batch = submit(&pool, 3).await;
    let (dead, heir) = (Uuid::now_v7(), Uuid::now_v7());
    let mut connection = pool.get().await.unwrap();
    let held = jobs::claim(&mut connection, &claim_all(dead, now())).await;
    let held = held.unwrap();
    assert_eq!(held.len(), 3);
    let early = jobs::claim(&mut connection, &claim_all(heir, later(60))).await;
    assert_eq!(early.unwrap().len(), 0, "a lease that holds was broken");
    let status = jobs::status(&mut connection, later(60)).await.unwrap();
    let expected = QueueStatus {
        depth: 3,
        leased: 3,
        dead: 0,
        oldest_seconds: Some(60),
    };
    assert_eq!(status, expected);

    let inherited = jobs::claim(&mut connection, &claim_all(heir, later(61))).await;
    let inherited = inherited.unwrap();
    assert_eq!(inherited.len(), 3);
    let ids: Vec<i64> = held.iter().map(|job| job.id).collect();
    let prolonged = jobs::heartbeat(&mut connection, dead, &ids, later(200)).await;
    assert_eq!(
        prolonged.unwrap(),
        0,
        "the dead worker prolonged what is not its own"
    );

    // The dead worker was only slow, and writes what it found.
    let late: Vec<_> = held.iter().map(analysed).collect();
    let changed = outcomes::write(&mut connection, dead, written(&late), later(62)).await;
    assert_eq!(changed.unwrap(), []);
    assert_eq!(analyses_of(&pool, &batch).await, 0);
    let found: Vec<_> = inherited.iter().map(analysed).collect();
    let changed = outcomes::write(&mut connection, heir, written(&found), later(63)).await;
    let changed = changed.unwrap();
    assert_eq!(changed.len(), 1);
    assert_eq!(counters(&changed[0]), ("COMPLETED", 3, 3, 0, 0));
    assert_eq!(analyses_of(&pool, &batch).await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_twice_counts_once() {
    let pool = pool().await;
    let batch = submit(&pool, 4).await;
    let owner = Uuid::now_v7();
    let mut connection = pool.get().await.unwrap();
    let held = jobs::claim(&mut connection, &claim_all(owner, now())).await;
    let held = held.unwrap();
    let found = [analysed(&held[0]), failed(&held[1])];
    let first = outcomes::write(&mut connection, owner, written(&found), later(1)).await;
    let first = first.unwrap();
    assert_eq!(counters(&first[0]), ("PROCESSING", 4, 1, 1, 0));
    let again = outcomes::write(&mut connection, owner, written(&found), later(2)).await;
    assert_eq!(again.unwrap(), []);
    assert_eq!(reread(&pool, &batch).await, first[0]);
    assert_eq!(analyses_of(&pool, &batch).await, 1);
    assert_eq!(
        states(&pool, &batch).await,
        ["ANALYSED", "FAILED", "PENDING", "PENDING"]
    );
    let status = jobs::status(&mut connection, later(2)).await.unwrap();
    assert_eq!((status.depth, status.leased, status.dead), (2, 2, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_batch_takes_no_more_results() {
    let pool = pool().await;
    let batch = submit(&pool, 5).await;
    let owner = Uuid::now_v7();
    let mut connection = pool.get().await.unwrap();
    let held = jobs::claim(&mut connection, &claim_all(owner, now())).await;
    let held = held.unwrap();
    outcomes::write(
        &mut connection,
        owner,
        written(&[analysed(&held[0])]),
        later(1),
    )
    .await
    .unwrap();
    let change = batches::cancel(
        &mut connection,
        DEFAULT_ORGANISATION,
        batch.id,
        Act::of_server(later(2)),
    )
    .await;
    let Change::Done(cancelled) = change.unwrap() else {
        panic!("a running batch was not cancelled");
    };
    assert_eq!(counters(&cancelled), ("CANCELLED", 5, 1, 0, 4));
    assert_eq!(
        states(&pool, &batch).await,
        [
            "ANALYSED",
            "CANCELLED",
            "CANCELLED",
            "CANCELLED",
            "CANCELLED"
        ]
    );
    let status = jobs::status(&mut connection, later(2)).await.unwrap();
    assert_eq!(status, QueueStatus::default());

    // The worker was at it all the while.
    let rest: Vec<_> = held.iter().skip(1).map(analysed).collect();
    let changed = outcomes::write(&mut connection, owner, written(&rest), later(3)).await;
    assert_eq!(changed.unwrap(), []);
    assert_eq!(reread(&pool, &batch).await, cancelled);
    assert_eq!(analyses_of(&pool, &batch).await, 1);
    let again = batches::cancel(
        &mut connection,
        DEFAULT_ORGANISATION,
        batch.id,
        Act::of_server(later(4)),
    )
    .await;
    assert_eq!(again.unwrap(), Change::Refused(cancelled));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_puts_failed_items_back_and_leaves_the_rest() {
    let pool = pool().await;
    let batch = submit(&pool, 3).await;
    let owner = Uuid::now_v7();
    let mut connection = pool.get().await.unwrap();
    let held = jobs::claim(&mut connection, &claim_all(owner, now())).await;
    let held = held.unwrap();
    let unfinished = batches::retry(
        &mut connection,
        DEFAULT_ORGANISATION,
        batch.id,
        Act::of_server(now()),
    )
    .await;
    assert!(matches!(unfinished.unwrap(), Change::Refused(_)));
    let found = [analysed(&held[0]), failed(&held[1]), failed(&held[2])];
    let done = outcomes::write(&mut connection, owner, written(&found), later(1)).await;
    assert_eq!(counters(&done.unwrap()[0]), ("COMPLETED", 3, 1, 2, 0));

    let change = batches::retry(
        &mut connection,
        DEFAULT_ORGANISATION,
        batch.id,
        Act::of_server(later(2)),
    )
    .await;
    let Change::Done(retried) = change.unwrap() else {
        panic!("a batch with failed items was not retried");
    };
    assert_eq!(counters(&retried), ("PROCESSING", 3, 1, 0, 0));
    assert_eq!(retried.finished_at, None);
    assert_eq!(
        states(&pool, &batch).await,
        ["ANALYSED", "PENDING", "PENDING"]
    );
    let held = jobs::claim(&mut connection, &claim_all(owner, later(3))).await;
    let held = held.unwrap();
    assert_eq!(held.iter().map(|j| j.position).collect::<Vec<_>>(), [2, 3]);
    let found: Vec<_> = held.iter().map(analysed).collect();
    let done = outcomes::write(&mut connection, owner, written(&found), later(4)).await;
    assert_eq!(counters(&done.unwrap()[0]), ("COMPLETED", 3, 3, 0, 0));
    assert_eq!(analyses_of(&pool, &batch).await, 3);
}
