//! `/category`: browse nodes by id.

use serde_json::json;

use crate::{Bench, still};

#[tokio::test]
async fn the_root_is_above_all_and_counts_all() {
    let bench = Bench::new(still(120));
    let (answer, cost) = bench.paid("/category?key=k&domain=1&category=0").await;
    assert_eq!(cost, 1);
    assert!(answer.get("categoryParents").is_none());
    let root = &answer["categories"]["283155"];
    assert_eq!(
        (&root["name"], &root["parent"]),
        (&json!("Books"), &json!(0))
    );
    assert_eq!(
        root["children"],
        json!([9_999_500_001_i64, 9_999_500_002_i64, 9_999_500_003_i64])
    );
    let books = bench.books(120).await;
    assert_eq!(root["productCount"], books.len());
    let ranks = books
        .values()
        .filter_map(|book| book["stats"]["current"][3].as_i64())
        .filter(|rank| *rank > 0);
    assert_eq!(root["lowestRank"].as_i64(), ranks.min());
}

#[tokio::test]
async fn a_leaf_has_the_books_of_its_topic_and_is_below_the_root() {
    let bench = Bench::new(still(120));
    let books = bench.books(120).await;
    let leaf = books.values().next().unwrap()["categories"][0]
        .as_i64()
        .unwrap();
    let path = format!("/category?key=k&domain=1&category={leaf}&parents=1");
    let (answer, _) = bench.paid(&path).await;
    let category = &answer["categories"][leaf.to_string()];
    assert!(category["children"].is_null());
    let count = books
        .values()
        .filter(|book| book["categories"][0] == leaf)
        .count();
    assert_eq!(category["productCount"], count);
    assert!(answer["categoryParents"]["283155"].is_object());
    assert_eq!(answer["categoryParents"].as_object().unwrap().len(), 2);
}

#[tokio::test]
async fn wrong_ids_and_too_many_are_refused_and_unknown_ones_are_absent() {
    let bench = Bench::new(still(60));
    bench
        .assert_refused(&[
            ("/category?key=k&domain=1", 400),
            ("/category?key=k&domain=1&category=books", 400),
            (
                "/category?key=k&domain=1&category=1,2,3,4,5,6,7,8,9,10,11",
                405,
            ),
        ])
        .await;
    let (answer, cost) = bench.paid("/category?key=k&domain=1&category=77").await;
    assert_eq!((&answer["categories"], cost), (&json!({}), 1));
}
