//! Whose jobs a claim brings: no list waits behind a longer one, of another organisation or of its own.

use std::collections::BTreeMap;

use arbitragevault_persistence::batches::Batch;
use arbitragevault_persistence::jobs::{self, ClaimRequest};
use arbitragevault_persistence::organisations::DEFAULT_ORGANISATION;
use arbitragevault_persistence::{Pool, outcomes};
use diesel::sql_types::Uuid as SqlUuid;
use diesel_async::RunQueryDsl as _;
use uuid::Uuid;

use crate::support::{analysed, claim_all, later, pool, submit_for, written};

/// Products of a claim: what one request to Keepa may hold.
const CHUNK: i64 = 100;

/// Another organisation.
async fn organisation(pool: &Pool) -> Uuid {
    let id = Uuid::now_v7();
    let mut connection = pool.get().await.unwrap();
    diesel::sql_query(
        "INSERT INTO organisations (id, name, slug) VALUES ($1, 'Another', $1::text)",
    )
    .bind::<SqlUuid, _>(id)
    .execute(&mut connection)
    .await
    .unwrap();
    id
}

/// A batch of products that no other batch has.
async fn list(pool: &Pool, organisation_id: Uuid, items: i32) -> Batch {
    let own = Uuid::now_v7();
    submit_for(pool, organisation_id, items, |position| {
        format!("{own}-{position}")
    })
    .await
}

/// One claim of so many products, worked off at once; how many jobs it brought of each batch.
async fn work_off(pool: &Pool, subjects: i64) -> BTreeMap<Uuid, usize> {
    let mut connection = pool.get().await.unwrap();
    let owner = Uuid::now_v7();
    let request = ClaimRequest {
        subjects,
        ..claim_all(owner, later(1))
    };
    let claimed = jobs::claim(&mut connection, &request).await.unwrap();
    let found: Vec<_> = claimed.iter().map(analysed).collect();
    outcomes::write(&mut connection, owner, written(&found), later(2))
        .await
        .unwrap();
    let mut jobs = BTreeMap::new();
    for job in claimed {
        *jobs.entry(job.batch_id).or_default() += 1;
    }
    jobs
}

/// How many jobs of each of these batches the next claim brings.
async fn next_claim<const N: usize>(pool: &Pool, batches: [&Batch; N]) -> [usize; N] {
    let jobs = work_off(pool, CHUNK).await;
    batches.map(|batch| jobs.get(&batch.id).copied().unwrap_or(0))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_50_is_done_with_the_next_claim_while_10_000_of_another_organisation_wait() {
    let pool = pool().await;
    let large = list(&pool, DEFAULT_ORGANISATION, 10_000).await;
    assert_eq!(next_claim(&pool, [&large]).await, [100]);
    let small = list(&pool, organisation(&pool).await, 50).await;
    assert_eq!(next_claim(&pool, [&large, &small]).await, [50, 50]);
    assert_eq!(next_claim(&pool, [&large, &small]).await, [100, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_short_list_does_not_wait_behind_a_long_one_of_its_own_organisation() {
    let pool = pool().await;
    let large = list(&pool, DEFAULT_ORGANISATION, 1_000).await;
    assert_eq!(next_claim(&pool, [&large]).await, [100]);
    let (small, tiny) = (
        list(&pool, DEFAULT_ORGANISATION, 60).await,
        list(&pool, DEFAULT_ORGANISATION, 10).await,
    );
    let first = next_claim(&pool, [&large, &small, &tiny]).await;
    let second = next_claim(&pool, [&large, &small, &tiny]).await;
    assert_eq!(first.iter().sum::<usize>(), 100);
    assert_eq!(
        (first[1] + second[1], first[2]),
        (60, 10),
        "{first:?} {second:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn many_lists_give_an_organisation_no_larger_share() {
    let pool = pool().await;
    let one = list(&pool, DEFAULT_ORGANISATION, 500).await;
    let other = organisation(&pool).await;
    let mut many = vec![list(&pool, other, 500).await];
    for _ in 0..30 {
        many.push(list(&pool, other, 3).await);
    }
    let jobs = work_off(&pool, CHUNK).await;
    let of_many: usize = many.iter().filter_map(|batch| jobs.get(&batch.id)).sum();
    assert_eq!((jobs[&one.id], of_many), (50, 50));
    assert_eq!(jobs.len(), 32, "a list of the organisation was left out");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_organisation_leaves_of_its_share_another_gets() {
    let pool = pool().await;
    let large = list(&pool, DEFAULT_ORGANISATION, 500).await;
    let small = list(&pool, organisation(&pool).await, 7).await;
    assert_eq!(next_claim(&pool, [&large, &small]).await, [93, 7]);
}

#[tokio::test(flavor = "multi_thread")]
async fn more_organisations_than_places_are_all_served_in_the_end() {
    let pool = pool().await;
    for _ in 0..7 {
        let organisation = organisation(&pool).await;
        list(&pool, organisation, 1).await;
        list(&pool, organisation, 1).await;
    }
    for expected in [5, 5, 4, 0] {
        let jobs = work_off(&pool, 5).await;
        assert_eq!(jobs.values().sum::<usize>(), expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_another_attempt_takes_no_places() {
    let pool = pool().await;
    let (waiting, ready) = (
        list(&pool, organisation(&pool).await, 20).await,
        list(&pool, DEFAULT_ORGANISATION, 200).await,
    );
    let mut connection = pool.get().await.unwrap();
    diesel::sql_query("UPDATE jobs SET run_at = run_at + interval '1 hour' WHERE batch_id = $1")
        .bind::<SqlUuid, _>(waiting.id)
        .execute(&mut connection)
        .await
        .unwrap();
    drop(connection);
    assert_eq!(next_claim(&pool, [&waiting, &ready]).await, [0, 100]);
}
