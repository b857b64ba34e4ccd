//! `/deal`: books of which something changed.

use serde_json::{Value, json};

use crate::{Bench, still};

const BOOKS: u32 = 300;

async fn deals(bench: &Bench, selection: &Value) -> Value {
    let (status, answer) = bench.told("/deal?key=k", selection).await;
    assert_eq!(
        (status, &answer["tokensConsumed"]),
        (200, &json!(5)),
        "{answer}"
    );
    answer["deals"].clone()
}

fn list(deals: &Value) -> &Vec<Value> {
    deals["dr"].as_array().unwrap()
}

#[tokio::test]
async fn deals_fell_below_their_mean_and_say_by_how_much() {
    let bench = Bench::new(still(BOOKS));
    let books = bench.books(BOOKS).await;
    let selection = json!({"domainId": 1, "priceTypes": [2], "dateRange": 2, "sortType": 4});
    let answer = deals(&bench, &selection).await;
    let found = list(&answer);
    assert!(found.len() > 5, "{} deals", found.len());
    let mut percents = Vec::new();
    for deal in found {
        let (now, mean) = (&deal["current"][2], deal["avg"][2][2].as_i64().unwrap());
        let book = &books[deal["asin"].as_str().unwrap()];
        assert_eq!(*now, book["stats"]["current"][2], "{deal}");
        assert_eq!(deal["delta"][2][2], mean - now.as_i64().unwrap());
        assert!(deal["delta"][2][2].as_i64() > Some(0));
        assert_eq!(deal["salesRankDrops90"], book["stats"]["salesRankDrops90"]);
        assert!(deal["image"].as_array().unwrap().iter().all(Value::is_u64));
        percents.push(deal["deltaPercent"][2][2].as_i64().unwrap());
    }
    assert!(percents.iter().rev().is_sorted(), "{percents:?}");
    assert_eq!(answer["categoryIds"], json!([283_155]));
    assert_eq!(answer["categoryCount"], json!([found.len()]));
}

#[tokio::test]
async fn ranges_and_filters_count_only_when_they_are_switched_on() {
    let bench = Bench::new(still(BOOKS));
    let narrow = |ranges: bool, filters: bool| {
        json!({
            "domainId": 1, "priceTypes": [2], "dateRange": 3,
            "isRangeEnabled": ranges, "currentRange": [300, 1_000],
            "isFilterEnabled": filters, "mustNotHaveAmazonOffer": true, "binding": ["Paperback"],
        })
    };
    let all = deals(&bench, &narrow(false, false)).await;
    let priced = deals(&bench, &narrow(true, false)).await;
    let filtered = deals(&bench, &narrow(true, true)).await;
    assert!(list(&all).len() > list(&priced).len());
    assert!(list(&priced).len() > list(&filtered).len());
    for deal in list(&filtered) {
        let price = deal["current"][2].as_i64().unwrap();
        assert!(
            (300..=1_000).contains(&price) && deal["current"][0] == -1,
            "{deal}"
        );
    }
    let elsewhere = json!({
        "domainId": 1, "priceTypes": [2], "dateRange": 3,
        "isFilterEnabled": true, "excludeCategories": [283_155],
    });
    let elsewhere = deals(&bench, &elsewhere).await;
    assert_eq!(list(&elsewhere).len(), 0);
    assert_eq!(
        elsewhere["categoryCount"], all["categoryCount"],
        "totals ignore categories"
    );
}

#[tokio::test]
async fn what_rose_is_told_only_when_asked_for() {
    let bench = Bench::new(still(BOOKS));
    let risers = json!({
        "domainId": 1, "priceTypes": [1], "dateRange": 3, "isFilterEnabled": true, "isRisers": true,
    });
    let answer = deals(&bench, &risers).await;
    assert!(!list(&answer).is_empty());
    for deal in list(&answer) {
        assert!(deal["delta"][3][1].as_i64() < Some(0), "{deal}");
    }
}

#[tokio::test]
async fn a_request_that_breaks_a_rule_is_refused() {
    let bench = Bench::new(still(60));
    let base = || json!({"domainId": 1, "priceTypes": [2]});
    let with = |name: &str, value: Value| {
        let mut selection = base();
        selection[name] = value;
        selection
    };
    for (selection, expected) in [
        (json!({"domainId": 1}), 400),
        (json!({"priceTypes": [2]}), 400),
        (with("priceTypes", json!([0, 1])), 400),
        (with("priceTypes", json!([4])), 400),
        (with("domainId", json!(12)), 405),
        (with("dateRange", json!(4)), 405),
        (with("sortType", json!(-1)), 405),
        (with("page", json!(67)), 405),
        (with("minRating", json!(51)), 405),
        (with("deltaPercentRange", json!([9, 50])), 405),
        (with("currentRange", json!([5, 4])), 405),
        (with("currentRange", json!([5])), 400),
        (with("isLowest", json!(1)), 400),
        (with("brandNew", json!(true)), 400),
        (with("includeCategories", json!(vec![1; 501])), 405),
    ] {
        let (status, answer) = bench.told("/deal?key=k", &selection).await;
        assert_eq!(status, expected, "{selection}: {answer}");
        assert_eq!(answer["tokensConsumed"], 0);
    }
    let query = [("selection", base().to_string())];
    let query = [("selection", query[0].1.as_str())];
    assert_eq!(bench.query("/deal", &query).await.0, 200, "a GET is a POST");
}
