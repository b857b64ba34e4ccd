//! `/search`: products and categories by keywords.

use crate::{Bench, still, texts};

const PRODUCTS: &str = "/search?key=k&domain=1&type=product";

#[tokio::test]
async fn products_are_found_by_all_keywords_and_cost_ten_tokens() {
    let bench = Bench::new(still(300));
    let (asins, cost) = bench
        .paid(&format!("{PRODUCTS}&term=algebra&asins-only=1"))
        .await;
    assert_eq!(cost, 10);
    let asins = texts(&asins["asinList"]);
    assert!((1..=20).contains(&asins.len()), "{asins:?}");

    let (products, cost) = bench
        .paid(&format!("{PRODUCTS}&term=algebra&history=0&stats=30"))
        .await;
    assert_eq!(cost, 10);
    let products = products["products"].as_array().unwrap();
    let found: Vec<_> = products.iter().map(|product| &product["asin"]).collect();
    assert_eq!(found, asins.iter().collect::<Vec<_>>());
    for product in products {
        let title = product["title"].as_str().unwrap();
        assert!(title.contains("Algebra"), "{title}");
        assert!(product["csv"].is_null() && product["stats"].is_object());
    }

    let (rated, cost) = bench
        .paid(&format!("{PRODUCTS}&term=algebra&rating=1"))
        .await;
    assert!((10..=15).contains(&cost), "{cost}");
    assert!(rated["products"][0]["csv"][16].is_array());
}

#[tokio::test]
async fn categories_are_found_by_name_with_those_above_them() {
    let bench = Bench::new(still(60));
    let (answer, cost) = bench
        .paid("/search?key=k&domain=1&type=category&term=algebra&parents=1")
        .await;
    assert_eq!(cost, 1);
    let names: Vec<_> = answer["categories"]
        .as_object()
        .unwrap()
        .values()
        .map(|category| &category["name"])
        .collect();
    assert_eq!(names, ["Linear Algebra", "Linear Algebra"]);
    let above = answer["categoryParents"].as_object().unwrap();
    let mut above: Vec<_> = above.keys().map(String::as_str).collect();
    above.sort_unstable();
    assert_eq!(above, ["283155", "9999500001", "9999500002"]);
}

#[tokio::test]
async fn searches_that_keepa_does_not_know_are_refused() {
    let bench = Bench::new(still(60));
    bench
        .assert_refused(&[
            ("/search?key=k&domain=1&term=algebra", 400),
            ("/search?key=k&domain=1&type=seller&term=algebra", 400),
            ("/search?key=k&domain=1&type=product", 400),
            ("/search?key=k&domain=12&type=product&term=algebra", 405),
            ("/search?key=k&domain=1&type=category&term=of%20books", 405),
        ])
        .await;
}
