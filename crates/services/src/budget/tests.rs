//! Budgets of several processes over one database, as it comes and goes.

use arbitragevault_persistence::spend::{self, DaySpend};
use arbitragevault_persistence::{DatabaseOptions, migrate};
use arbitragevault_tests::{Database, FailingDatabase, databases};
use keepa_client::TokenReport;

use super::books::ASK_AGAIN;
use super::*;

async fn migrated() -> Database {
    let database = databases().unwrap().create().await.unwrap();
    migrate::run(&database.url).await.unwrap();
    database
}

fn pool(database: &Database) -> Pool {
    Pool::new(&DatabaseOptions {
        url: database.url.clone(),
        max_connections: 2,
        wait: Duration::from_secs(30),
        connect: Duration::from_secs(30),
        max_age: Duration::from_secs(3_600),
    })
    .unwrap()
}

/// The budget of one process.
fn budget(database: &Database, api_key: &str) -> PostgresBudget {
    let clock = Clock::from_fn(|| "2026-11-27T12:00:00Z".parse().unwrap());
    PostgresBudget::new(pool(database), api_key, clock, Handle::current())
}

fn told(timestamp: i64, tokens_left: i64) -> Settlement {
    Settlement::Told(TokenReport {
        timestamp,
        tokens_left,
        refill_in: Duration::from_secs(30),
        refill_rate: 5,
        token_flow_reduction: 0.0,
        tokens_consumed: 3,
    })
}

async fn reserved(budget: &PostgresBudget, tokens: u32) -> ReservationId {
    match budget.try_reserve(tokens).await.unwrap() {
        Grant::Reserved(id) => id,
        Grant::Wait(wait) => panic!("it has to wait {wait:?}"),
    }
}

/// Tokens left and reserved, as a budget has them.
async fn left(budget: &PostgresBudget) -> Option<(i64, u64)> {
    let state = budget.state().await.unwrap();
    state.map(|state| (state.left, state.reserved))
}

/// Looks until the books are as wanted.
async fn eventually(budget: &PostgresBudget, wanted: (i64, u64)) {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(60);
    loop {
        let state = budget.state().await.ok().flatten();
        if state.is_some_and(|state| (state.left, state.reserved) == wanted) {
            return;
        }
        assert!(tokio::time::Instant::now() < deadline, "{state:?}");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}

async fn spent(database: &Database) -> Vec<DaySpend> {
    let pool = pool(database);
    let mut connection = pool.get().await.unwrap();
    spend::by_day(&mut connection, DateTime::UNIX_EPOCH)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_share_what_an_answer_told_and_what_is_reserved_of_it() {
    let database = migrated().await;
    let (one, other) = (budget(&database, "key"), budget(&database, "key"));
    let stranger = budget(&database, "another key");
    assert_eq!(left(&one).await, None);
    // Before the first answer one request asks for all.
    let first = reserved(&one, 50).await;
    assert_eq!(other.try_reserve(1).await, Ok(Grant::Wait(ASK_AGAIN)));
    one.settle(Some(first), told(1, 60)).await.unwrap();
    assert_eq!(left(&other).await, Some((60, 0)));

    let second = reserved(&other, 100).await;
    assert_eq!(one.try_reserve(1).await, Ok(Grant::Wait(ASK_AGAIN)));
    other.settle(Some(second), told(2, -40)).await.unwrap();
    // Forty-one tokens are missing: nine refills, the first in 30 s.
    let sure = Duration::from_secs(30 + 8 * 60);
    assert_eq!(one.try_reserve(1).await, Ok(Grant::Wait(sure)));
    assert_eq!(left(&stranger).await, None);
    reserved(&stranger, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_dropped_while_it_asks_reserves_nothing() {
    let database = migrated().await;
    let budget = budget(&database, "key");
    let first = reserved(&budget, 1).await;
    budget.settle(Some(first), told(1, 60)).await.unwrap();
    // It is asked, and its answer never taken.
    drop(budget.try_reserve(1_000));
    eventually(&budget, (60, 0)).await;
    reserved(&budget, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_booked_for_the_purpose_of_the_task_that_spent_them() {
    let database = migrated().await;
    let budget = budget(&database, "key");
    for (timestamp, purpose) in [(1, SpendPurpose::Batch), (2, SpendPurpose::Product)] {
        let held = purpose.books(reserved(&budget, 9)).await;
        budget
            .settle(Some(held), told(timestamp, 60))
            .await
            .unwrap();
    }
    let lost = reserved(&budget, 9).await;
    budget.settle(Some(lost), Settlement::Lost).await.unwrap();
    let unsent = reserved(&budget, 9).await;
    budget
        .settle(Some(unsent), Settlement::Unsent)
        .await
        .unwrap();
    let row = |purpose: &str, tokens, tokens_lost| DaySpend {
        day: "2026-11-27".parse().unwrap(),
        purpose: purpose.to_owned(),
        requests: 1,
        tokens,
        tokens_lost,
    };
    assert_eq!(
        spent(&database).await,
        [row("BATCH", 3, 0), row("OTHER", 0, 9), row("PRODUCT", 3, 0)]
    );
    assert_eq!(left(&budget).await, Some((51, 0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_database_is_away_nothing_is_reserved_and_what_was_spent_is_booked_when_it_is_back()
 {
    for hangs in [false, true] {
        let mut failing = FailingDatabase::start().await.unwrap();
        let database = failing.database();
        migrate::run(&database.url).await.unwrap();
        let budget = budget(&database, "key");
        let first = reserved(&budget, 9).await;
        if hangs {
            failing.hang();
        } else {
            failing.stop().unwrap();
        }
        budget.try_reserve(1).await.unwrap_err();
        budget.state().await.unwrap_err();
        budget.settle(Some(first), told(1, 60)).await.unwrap_err();
        if hangs {
            failing.go_on();
        } else {
            failing.restart().unwrap();
        }
        eventually(&budget, (60, 0)).await;
        let tokens: Vec<i64> = spent(&database)
            .await
            .iter()
            .map(|day| day.tokens)
            .collect();
        assert_eq!(tokens, [3]);
    }
}
