//! Recorded products, from the folder that `KEEPA_CORPUS` names.

use std::collections::BTreeSet;

use keepa_sandbox::SandboxConfig;
use serde_json::json;

use crate::Bench;

fn bench() -> Option<Bench> {
    let Some(corpus) = std::env::var_os("KEEPA_CORPUS") else {
        eprintln!("skipped: KEEPA_CORPUS names no folder of recorded answers");
        return None;
    };
    Some(Bench::new(SandboxConfig {
        corpus: Some(corpus.into()),
        ..Default::default()
    }))
}

#[tokio::test]
async fn a_recorded_book_is_found_by_asin_and_by_code() {
    let Some(bench) = bench() else { return };
    let (_, by_asin) = bench
        .get("/product?key=k&domain=1&asin=0470820942&stats=90")
        .await;
    let (_, by_code) = bench
        .get("/product?key=k&domain=1&code=9780470820940&stats=90")
        .await;
    assert_eq!(by_asin["products"], by_code["products"]);
    let product = &by_asin["products"][0];
    assert_eq!(product["asin"], "0470820942");
    assert!(product["stats"].is_object());
    assert!(
        product.get("offers").is_none(),
        "offers are sent only when asked for"
    );
    assert!(product["csv"][18].is_null(), "as the buy box is");
    let (_, unknown) = bench
        .get("/product?key=k&domain=1&code=9789999500005")
        .await;
    assert_eq!(unknown["products"], json!([]));
}

#[tokio::test]
async fn histories_can_be_left_out_or_cut() {
    let Some(bench) = bench() else { return };
    let base = "/product?key=k&domain=1&asin=0470820942";
    let (_, without) = bench.get(&format!("{base}&history=0")).await;
    assert!(without["products"][0]["csv"].is_null());
    assert!(without["products"][0].get("salesRanks").is_none());
    let (_, whole) = bench.get(base).await;
    let (_, cut) = bench.get(&format!("{base}&days=90")).await;
    let used =
        |answer: &serde_json::Value| answer["products"][0]["csv"][2].as_array().unwrap().clone();
    let (whole, cut) = (used(&whole), used(&cut));
    assert!(cut.len() < whole.len());
    assert!(whole.ends_with(&cut));
}

#[tokio::test]
async fn offers_cost_by_the_page_and_unknown_asins_one_token() {
    let Some(bench) = bench() else { return };
    let (_, offers) = bench
        .get("/product?key=k&domain=1&asin=0470820942&offers=20&only-live-offers=1")
        .await;
    assert_eq!(offers["tokensConsumed"], 6);
    let live: BTreeSet<_> = offers["products"][0]["offers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|offer| offer["offerId"].as_i64().unwrap())
        .collect();
    assert_eq!(live.len(), 5);
    let (_, unknown) = bench.get("/product?key=k&domain=1&asin=9999500005").await;
    assert_eq!(
        (
            &unknown["products"][0]["productType"],
            &unknown["tokensConsumed"]
        ),
        (&json!(4), &json!(1))
    );
}
