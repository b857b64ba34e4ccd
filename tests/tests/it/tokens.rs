//! The books of a Keepa account that several processes share.

use std::time::Duration;

use arbitragevault_persistence::spend::{self, DaySpend, Spend};
use arbitragevault_persistence::tokens::{
    self, Books, Bucket, Change, Ended, KeyDigest, NewReservation,
};
use arbitragevault_persistence::{Pool, PoolStatus};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::support::{LEASE, later, now, pool};

const ACCOUNT: KeyDigest = KeyDigest([7; 32]);

/// A bucket with so many tokens, as an answer of now tells it.
fn bucket(tokens_left: i64) -> Bucket {
    Bucket {
        told_at: now(),
        keepa_timestamp_ms: 1_764_000_000_000,
        tokens_left,
        refill_in_ms: 30_000,
        tokens_per_minute: 5,
        tracking_tokens_per_minute: 0.5,
        tokens_lost: 0,
    }
}

/// Lets an answer tell that so many tokens are left.
async fn tell(pool: &Pool, tokens_left: i64) {
    let change = |_: Option<Bucket>, _: Option<&Ended>| Change {
        bucket: Some(bucket(tokens_left)),
        spent: None,
    };
    let mut connection = pool.get().await.unwrap();
    tokens::settle(&mut connection, ACCOUNT, None, now(), change)
        .await
        .unwrap();
}

/// Reserves tokens while the balance less what is reserved is positive; `None` when it is not.
async fn reserve(pool: &Pool, tokens: u32, now: DateTime<Utc>) -> Option<i64> {
    let request = NewReservation {
        key_digest: ACCOUNT,
        owner: Uuid::now_v7(),
        purpose: "BATCH",
        tokens,
        now,
    };
    let decide = |books: Books| {
        let left = books.bucket.map_or(0, |bucket| bucket.tokens_left);
        if left > books.reserved {
            Ok(LEASE)
        } else {
            Err(())
        }
    };
    let mut connection = pool.get().await.unwrap();
    let reserved = tokens::reserve(&mut connection, &request, decide).await;
    reserved.unwrap().ok()
}

async fn books(pool: &Pool, now: DateTime<Utc>) -> Books {
    let mut connection = pool.get().await.unwrap();
    tokens::books(&mut connection, ACCOUNT, now).await.unwrap()
}

/// Ends a reservation with an answer that charged so many tokens.
async fn charge(pool: &Pool, reservation: i64, charged: i64, now: DateTime<Utc>) {
    let change = |bucket: Option<Bucket>, _: Option<&Ended>| Change {
        bucket: bucket.map(|bucket| Bucket {
            tokens_left: bucket.tokens_left - charged,
            ..bucket
        }),
        spent: Some(Spend {
            tokens: charged,
            tokens_lost: 0,
        }),
    };
    let mut connection = pool.get().await.unwrap();
    tokens::settle(&mut connection, ACCOUNT, Some(reservation), now, change)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_reserve_at_once_never_get_more_than_is_left_and_one_request() {
    let pool = pool().await;
    tell(&pool, 100).await;
    let everybody = (0..20).map(|_| {
        let pool = pool.clone();
        tokio::spawn(async move { reserve(&pool, 30, now()).await })
    });
    let mut granted = 0;
    for one in everybody.collect::<Vec<_>>() {
        granted += usize::from(one.await.unwrap().is_some());
    }
    // 100, 70, 40 and 10 tokens were left for those who came first.
    assert_eq!(granted, 4);
    let expected = Books {
        bucket: Some(bucket(100)),
        reserved: 120,
    };
    assert_eq!(books(&pool, now()).await, expected);
    let PoolStatus { open, .. } = pool.status();
    assert!(open > 1, "they came one after the other");
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_that_meet_an_unknown_account_together_make_it_once() {
    let pool = pool().await;
    let (one, other) = tokio::join!(tell(&pool, 5), tell(&pool, 5));
    assert_eq!((one, other), ((), ()));
    assert_eq!(books(&pool, now()).await.bucket, Some(bucket(5)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_process_reserved_comes_back_when_its_time_is_over() {
    let pool = pool().await;
    tell(&pool, 10).await;
    let held = reserve(&pool, 1_000, now()).await.unwrap();
    assert_eq!(reserve(&pool, 1, later(59)).await, None);
    assert_eq!(books(&pool, later(60)).await.reserved, 0);
    let heir = reserve(&pool, 4, later(60)).await.unwrap();
    // The process was only slow: what its request cost is booked all the same.
    charge(&pool, held, 900, later(61)).await;
    charge(&pool, heir, 3, later(62)).await;
    let expected = Books {
        bucket: Some(bucket(10 - 900 - 3)),
        reserved: 0,
    };
    assert_eq!(books(&pool, later(63)).await, expected);
    let mut connection = pool.get().await.unwrap();
    let spent = spend::by_day(&mut connection, now() - Duration::from_secs(86_400)).await;
    assert_eq!(spent.unwrap()[0].tokens, 903);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_spent_is_told_by_day_and_purpose_and_counts_once() {
    let pool = pool().await;
    tell(&pool, 1_000).await;
    // The batches of these tests are submitted at 16:00 UTC; the third request is of the next day.
    for (seconds, charged) in [(0, 100), (3_700, 50), (8 * 3_600, 7)] {
        let held = reserve(&pool, 100, later(seconds)).await.unwrap();
        charge(&pool, held, charged, later(seconds)).await;
    }
    let twice = reserve(&pool, 100, later(0)).await.unwrap();
    let mut connection = pool.get().await.unwrap();
    for _ in 0..2 {
        let lost = |bucket, ended: Option<&Ended>| Change {
            bucket,
            spent: Some(Spend {
                tokens: 0,
                tokens_lost: ended.map_or(0, |ended| ended.tokens),
            }),
        };
        let settled = tokens::settle(&mut connection, ACCOUNT, Some(twice), later(0), lost).await;
        settled.unwrap();
    }
    let day = |day: &str, requests, tokens, tokens_lost| DaySpend {
        day: day.parse().unwrap(),
        purpose: "BATCH".to_owned(),
        requests,
        tokens,
        tokens_lost,
    };
    let since = now() - Duration::from_secs(86_400);
    assert_eq!(
        spend::by_day(&mut connection, since).await.unwrap(),
        [day("2025-11-25", 1, 7, 0), day("2025-11-24", 3, 150, 100)]
    );
    let later_only = spend::by_day(&mut connection, later(8 * 3_600)).await;
    assert_eq!(later_only.unwrap(), [day("2025-11-25", 1, 7, 0)]);
}
