//! Products of which too little is known: the answer says what is missing, and nothing stands in for it.

use keepa_sandbox::Catalogue;
use serde_json::{Value, json};

use crate::support::{TestServer, World};

/// The first book of the sandbox that is sold, and lacks this.
fn book_without(gap: &str) -> String {
    let catalogue = Catalogue::new(1);
    let index = (0..).find(|index| {
        format!("{:?}", catalogue.gap(*index)) == gap
            && format!("{:?}", catalogue.kind(*index)) == "Trade"
    });
    catalogue.asin(index.unwrap())
}

/// The analysis of an item bought for 4.50, whole.
async fn analysis(server: &TestServer, identifier: &str) -> Value {
    let item = json!({"identifier": identifier, "buy_price": "4.50"});
    let id = server.submit(&[item]).await;
    let batch = server.done_batch(&id).await;
    assert_eq!(batch["items"]["analysed"], 1, "{batch}");
    let item = &server.items(&id).await[0];
    let analysis = item["analysis_id"].as_str().unwrap();
    let analysis = server.get(&format!("/api/v1/analyses/{analysis}")).await;
    analysis.json(200)
}

/// Holds that an analysis names what is missing, and that these parts of it are null.
fn assert_insufficient(answer: &Value, missing: &str, null: &[&str]) {
    let analysis = answer.get("analysis").unwrap_or(answer);
    assert_eq!(
        analysis["recommendation"], "INSUFFICIENT_DATA",
        "{answer:#}"
    );
    assert_eq!(analysis["missing"], json!([missing]), "{answer:#}");
    assert!(!analysis["reasons"].as_array().unwrap().is_empty());
    for part in null {
        let value = analysis.pointer(part);
        assert_eq!(value, Some(&Value::Null), "{part} of {analysis:#}");
    }
}

#[tokio::test]
async fn an_asin_that_keepa_does_not_know_is_a_product_of_which_nothing_is_known() {
    let world = World::new().await;
    let server = world.start().await;
    let answer = analysis(&server, "B07XYZ1234").await;
    assert_insufficient(
        &answer,
        "PRODUCT",
        &[
            "/sale_price",
            "/fees",
            "/profit",
            "/demand",
            "/rating",
            "/title",
            "/scores/velocity",
        ],
    );
}

#[tokio::test]
async fn a_code_that_keepa_does_not_know_fails_by_name() {
    let world = World::new().await;
    let server = world.start().await;
    let id = server
        .submit(&[json!("036000291452"), json!("9789999500005")])
        .await;
    let batch = server.done_batch(&id).await;
    assert_eq!(batch["status"], "COMPLETED");
    let unknown = &server.items(&id).await[0];
    assert_eq!(unknown["status"], "FAILED", "{unknown:#}");
    assert_eq!(unknown["error"]["code"], "PRODUCT_NOT_FOUND");
}

#[tokio::test]
async fn a_book_without_a_price_has_no_profit_rather_than_none_to_make() {
    let world = World::new().await;
    let server = world.start().await;
    let answer = analysis(&server, &book_without("Price")).await;
    assert_insufficient(
        &answer,
        "SALE_PRICE",
        &[
            "/sale_price",
            "/fees",
            "/profit",
            "/rating",
            "/scores/combined",
        ],
    );
}

#[tokio::test]
async fn a_book_without_a_rank_has_a_profit_but_no_speed() {
    let world = World::new().await;
    let server = world.start().await;
    let answer = analysis(&server, &book_without("Rank")).await;
    assert_insufficient(
        &answer,
        "SALES_RANK",
        &["/demand", "/scores/velocity", "/rating"],
    );
}

#[tokio::test]
async fn a_book_without_a_package_size_has_no_fees_rather_than_guessed_ones() {
    let world = World::new().await;
    let server = world.start().await;
    let answer = analysis(&server, &book_without("PackageSize")).await;
    assert_insufficient(&answer, "PACKAGE_SIZE", &["/fees", "/profit", "/rating"]);
}
