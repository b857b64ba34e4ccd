//! The sandbox's clock: set, turned forward, sped up.

use keepa_sandbox::SandboxConfig;
use serde_json::{Value, json};

use crate::{A_SATURDAY, Bench, HOUR, still};

#[tokio::test]
async fn a_clock_that_stands_still_shows_what_it_was_set_to() {
    let bench = Bench::new(still(60));
    let shown = |unix_ms: i64, speed: u32| json!({"unix_ms": unix_ms, "keepa_minute": unix_ms / 60_000 - 21_564_000, "speed": speed});
    assert_eq!(bench.get("/sandbox/clock").await.1, shown(A_SATURDAY, 0));
    let forward = json!({"advance_ms": HOUR});
    let (_, told) = bench.told("/sandbox/clock", &forward).await;
    assert_eq!(told, shown(A_SATURDAY + HOUR, 0));
    assert_eq!(
        bench.get("/token?key=k").await.1["timestamp"],
        A_SATURDAY + HOUR
    );
    let set = json!({"unix_ms": A_SATURDAY, "speed": 0});
    assert_eq!(
        bench.told("/sandbox/clock", &set).await.1,
        shown(A_SATURDAY, 0)
    );
    assert_eq!(bench.post("/sandbox/clock", json!({"tick": 1})).await, 400);
}

#[tokio::test]
async fn a_clock_runs_as_fast_as_it_is_told_to() {
    let bench = Bench::new(SandboxConfig {
        clock_speed: 1_000_000,
        ..still(60)
    });
    let minute = async || {
        bench.get("/sandbox/clock").await.1["keepa_minute"]
            .as_i64()
            .unwrap()
    };
    let before = minute().await;
    // Every millisecond of the system is a quarter of an hour here.
    for _ in 0..1_000 {
        if minute().await > before {
            return;
        }
    }
    panic!("the clock stands still");
}

#[tokio::test]
async fn tokens_are_refilled_by_the_clock() {
    let bench = Bench::new(SandboxConfig {
        refill_rate: 5,
        initial_tokens: Some(-7),
        ..still(60)
    });
    let path = "/product?key=k&domain=1&history=0&asin=9999500005";
    let (status, answer) = bench.get(path).await;
    assert_eq!((status, &answer["refillIn"]), (429, &json!(60_000)));
    let mut statuses = Vec::new();
    for _ in 0..2 {
        bench
            .told("/sandbox/clock", &json!({"advance_ms": 60_000}))
            .await;
        let (status, answer) = bench.get(path).await;
        statuses.push((status, answer["tokensLeft"].as_i64().unwrap()));
    }
    assert_eq!(statuses, [(429, -2), (200, 2)]);
    bench
        .told("/sandbox/clock", &json!({"advance_ms": 24 * HOUR}))
        .await;
    let (_, token) = bench.get("/token?key=k").await;
    assert_eq!(token["tokensLeft"], 300, "an hour's worth and no more");
    bench
        .told("/sandbox/clock", &json!({"unix_ms": A_SATURDAY}))
        .await;
    let (_, token) = bench.get("/token?key=k").await;
    assert!(
        token["refillIn"].as_i64() <= Some(60_000),
        "a clock set back does not stop refills"
    );
}

#[tokio::test]
async fn new_data_comes_with_the_next_quarter_of_a_day_and_only_adds_to_the_old() {
    let bench = Bench::new(still(60));
    let histories = async || -> Vec<Value> {
        let books = bench.books(60).await;
        books
            .into_values()
            .map(|book| book["csv"].clone())
            .collect()
    };
    let before = histories().await;
    bench
        .told("/sandbox/clock", &json!({"advance_ms": 4 * HOUR}))
        .await;
    assert_eq!(
        histories().await,
        before,
        "13:00 and 17:00 lie in the same quarter"
    );
    bench
        .told("/sandbox/clock", &json!({"advance_ms": 24 * HOUR}))
        .await;
    let after = histories().await;
    assert_ne!(after, before);
    for (before, after) in before.iter().zip(&after) {
        for (before, after) in before
            .as_array()
            .unwrap()
            .iter()
            .zip(after.as_array().unwrap())
        {
            if let Some(before) = before.as_array() {
                assert!(after.as_array().unwrap().starts_with(before));
            }
        }
    }
}

#[tokio::test]
async fn a_product_is_refreshed_when_it_is_older_than_asked_for() {
    let bench = Bench::new(still(60));
    let now = A_SATURDAY / 60_000 - 21_564_000;
    let last_update = async |update: &str| {
        let path = format!("/product?key=k&domain=1&history=0&asin=9999500005{update}");
        let (answer, cost) = bench.paid(&path).await;
        (
            answer["products"][0]["lastUpdate"].as_i64().unwrap() - now,
            cost,
        )
    };
    assert_eq!(last_update("&update=-1").await, (-60, 1), "seen at noon");
    assert_eq!(last_update("&update=2").await, (-60, 1));
    assert_eq!(last_update("").await, (0, 1), "an hour is the default");
    assert_eq!(
        last_update("&update=0").await,
        (0, 2),
        "a token more within the hour"
    );
    bench
        .told("/sandbox/clock", &json!({"advance_ms": 2 * HOUR}))
        .await;
    assert_eq!(last_update("&update=0").await, (120, 1));
}
