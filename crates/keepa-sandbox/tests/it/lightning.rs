//! `/lightningdeal`.

use serde_json::json;

use crate::{A_SATURDAY, Bench, HOUR, still};

#[tokio::test]
async fn all_deals_cost_five_hundred_tokens_and_those_of_a_book_one() {
    let bench = Bench::new(still(600));
    let (all, cost) = bench.paid("/lightningdeal?key=k&domain=1").await;
    assert_eq!(cost, 500);
    let all = all["lightningDeals"].as_array().unwrap();
    let now = A_SATURDAY / 60_000 - 21_564_000;
    assert!(!all.is_empty());
    for deal in all {
        let (start, end) = (
            deal["startTime"].as_i64().unwrap(),
            deal["endTime"].as_i64().unwrap(),
        );
        let state = deal["dealState"].as_str().unwrap();
        let expected = if now >= end {
            ["EXPIRED", "EXPIRED"]
        } else {
            ["AVAILABLE", "SOLDOUT"]
        };
        assert!(
            start < now && end > now - 4 * 1_440 && expected.contains(&state),
            "{deal}"
        );
        assert_eq!(deal["percentOff"], 20);
    }
    let asin = all[0]["asin"].as_str().unwrap();
    let (one, cost) = bench
        .paid(&format!("/lightningdeal?key=k&domain=1&asin={asin}"))
        .await;
    assert_eq!((&one["lightningDeals"], cost), (&json!([all[0]]), 1));
    let (product, _) = bench
        .paid(&format!("/product?key=k&domain=1&stats=1&asin={asin}"))
        .await;
    let info = &product["products"][0]["stats"]["lightningDealInfo"];
    assert_eq!(*info, json!([all[0]["startTime"], all[0]["endTime"]]));

    let later = json!({"advance_ms": 24 * HOUR});
    bench.told("/sandbox/clock", &later).await;
    let (expired, _) = bench
        .paid(&format!(
            "/lightningdeal?key=k&domain=1&asin={asin}&state=EXPIRED"
        ))
        .await;
    let is_within_four_days = all[0]["endTime"].as_i64().unwrap() > now + 1_440 - 4 * 1_440;
    let count = expired["lightningDeals"].as_array().unwrap().len();
    assert_eq!(count, usize::from(is_within_four_days));
}

#[tokio::test]
async fn an_unknown_state_is_refused() {
    let bench = Bench::new(still(60));
    bench
        .assert_refused(&[
            ("/lightningdeal?key=k&domain=1&state=GONE", 400),
            ("/lightningdeal?key=k", 400),
            ("/lightningdeal?key=k&domain=12", 405),
        ])
        .await;
}
