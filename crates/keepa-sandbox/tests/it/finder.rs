//! `/query`: books with certain properties, held against the books themselves.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{Bench, still, texts};

const BOOKS: u32 = 150;

/// The answer to a selection that is accepted.
async fn found(bench: &Bench, selection: &Value) -> Value {
    let (status, answer) = bench.told("/query?key=k&domain=1", selection).await;
    assert_eq!(status, 200, "{selection}: {answer}");
    answer
}

#[tokio::test]
async fn every_filter_finds_the_books_that_meet_it() {
    let bench = Bench::new(still(BOOKS));
    let books = bench.books(BOOKS).await;
    let stat = |book: &Value, row: &str, slot: usize| book["stats"][row][slot].as_i64().unwrap();
    let fall = |book: &Value, row: &str, slot: usize| {
        let (mean, now) = (stat(book, row, slot), stat(book, "current", slot));
        (mean >= 0 && now >= 0).then_some(mean - now)
    };
    type Meets<'a> = Box<dyn Fn(&Value) -> bool + 'a>;
    let cases: Vec<(Value, Meets<'_>)> = vec![
        (
            json!({"current_USED_gte": 300, "current_USED_lte": 1_500}),
            Box::new(|b| (300..=1_500).contains(&stat(b, "current", 2))),
        ),
        (
            json!({"current_AMAZON_lte": 5_000}),
            Box::new(|b| (0..=5_000).contains(&stat(b, "current", 0))),
        ),
        (
            json!({"current_AMAZON_gte": -1, "current_AMAZON_lte": -1}),
            Box::new(|b| stat(b, "current", 0) == -1),
        ),
        (
            json!({"avg90_SALES_lte": 400_000}),
            Box::new(|b| (0..=400_000).contains(&stat(b, "avg90", 3))),
        ),
        (
            json!({"delta90_USED_gte": 100}),
            Box::new(|b| fall(b, "avg90", 2).is_some_and(|fall| fall >= 100)),
        ),
        (
            json!({"salesRankDrops90_gte": 10}),
            Box::new(|b| b["stats"]["salesRankDrops90"].as_i64() >= Some(10)),
        ),
        (
            json!({"numberOfPages_lte": 300, "binding": ["paperback"]}),
            Box::new(|b| b["numberOfPages"].as_i64() <= Some(300) && b["binding"] == "Paperback"),
        ),
        (
            json!({"productGroup": ["\u{271C}Book"]}),
            Box::new(|b| b["productGroup"] != "Book"),
        ),
        (
            json!({"availabilityAmazon": [0]}),
            Box::new(|b| b["availabilityAmazon"] == 0),
        ),
        (
            json!({"buyBoxIsFBA": true, "isLowest90_NEW": true}),
            Box::new(|b| b["stats"]["buyBoxIsFBA"] == true && b["stats"]["isLowest90"][1] == true),
        ),
        (
            json!({"categories_include": [9_999_500_001_i64]}),
            Box::new(|b| b["categoryTree"][1]["name"] == "Textbooks"),
        ),
        (
            json!({"title": "\"introduction to\" -edition"}),
            Box::new(|b| {
                let title = b["title"].as_str().unwrap();
                title.contains("Introduction to") && !title.contains("Edition")
            }),
        ),
    ];
    for (selection, meets) in cases {
        let answer = found(&bench, &selection).await;
        let asins: BTreeSet<String> = texts(&answer["asinList"]).into_iter().collect();
        let expected: BTreeSet<String> = books
            .iter()
            .filter(|(_, book)| meets(book))
            .map(|(asin, _)| asin.clone())
            .collect();
        assert!(!expected.is_empty(), "{selection} is met by no book");
        assert_eq!(answer["totalResults"], expected.len(), "{selection}");
        if expected.len() <= 50 {
            assert_eq!(asins, expected, "{selection}");
        } else {
            assert!(asins.is_subset(&expected), "{selection}");
        }
    }
}

#[tokio::test]
async fn pages_follow_each_other_in_the_order_asked_for() {
    let bench = Bench::new(still(BOOKS));
    let books = bench.books(BOOKS).await;
    let mut ranks = Vec::new();
    for page in 0..4 {
        let selection =
            json!({"productType": [0], "page": page, "sort": [["current_SALES", "asc"]]});
        for asin in texts(&found(&bench, &selection).await["asinList"]) {
            ranks.push(books[&asin]["stats"]["current"][3].as_i64().unwrap());
        }
    }
    let paper = books
        .values()
        .filter(|book| book["productType"] == 0)
        .count();
    assert_eq!(ranks.len(), paper);
    let ranked: Vec<i64> = ranks.iter().copied().filter(|rank| *rank > 0).collect();
    assert!(
        ranked.is_sorted() && ranks.starts_with(&ranked),
        "books without a rank come last"
    );
    let dearest = json!({"productType": [0], "sort": [["current_USED", "desc"]]});
    let dearest = texts(&found(&bench, &dearest).await["asinList"]);
    let prices = dearest
        .iter()
        .map(|asin| books[asin]["stats"]["current"][2].as_i64());
    assert!(prices.rev().is_sorted());
}

#[tokio::test]
async fn a_page_costs_ten_tokens_and_one_for_each_hundred_books_and_statistics_thirty_more() {
    let bench = Bench::new(still(BOOKS));
    let all = json!({"productType": [0, 2], "perPage": 150}).to_string();
    let query = [("domain", "1"), ("selection", all.as_str())];
    let (_, got) = bench.query("/query", &query).await;
    assert_eq!(got["tokensConsumed"], 12);
    let posted = bench
        .told(
            "/query?key=k&domain=1",
            &serde_json::from_str(&all).unwrap(),
        )
        .await;
    assert_eq!(posted.1["asinList"], got["asinList"], "a POST is a GET");

    let path = "/query?key=k&domain=1&stats=1";
    let (_, told) = bench
        .told(path, &json!({"current_BUY_BOX_SHIPPING_gte": 1}))
        .await;
    let asins = told["asinList"].as_array().unwrap().len();
    assert_eq!(told["tokensConsumed"], 10 + asins.div_ceil(100) + 31);
    let insights = &told["searchInsights"];
    assert!(insights["avgBuyBox"].as_i64() > Some(0));
    assert!(insights["sellerCount"].as_i64() > Some(10));
    assert!(insights["isFBAPercent"].as_f64() > Some(10.0));
    assert!(insights["topSellersWithCounts"].as_object().unwrap().len() > 3);

    let (_, none) = bench
        .told(
            "/query?key=k&domain=1",
            &json!({"current_NEW_gte": 99_999_999}),
        )
        .await;
    assert_eq!(
        (
            &none["asinList"],
            &none["totalResults"],
            &none["tokensConsumed"]
        ),
        (&json!([]), &json!(0), &json!(10))
    );
}

#[tokio::test]
async fn a_selection_that_breaks_a_rule_is_refused_without_charge() {
    let bench = Bench::new(still(60));
    let (before, _) = bench.paid("/token?key=k").await;
    for (selection, expected) in [
        (json!({}), 400),
        (json!({"page": 1}), 400),
        (json!({"current_SALE_lte": 5}), 400),
        (json!({"colour": ["red"]}), 400),
        (json!({"current_SALES_lte": "many"}), 400),
        (json!({"isHazMat": 1}), 400),
        (json!([1]), 400),
        (json!({"author": []}), 405),
        (json!({"author": vec!["a"; 51]}), 405),
        (json!({"title": "word ".repeat(51)}), 405),
        (json!({"current_NEW_gte": 5, "current_NEW_lte": 4}), 405),
        (json!({"productType": [0], "perPage": 49}), 405),
        (json!({"productType": [0], "perPage": 10_001}), 405),
        (json!({"productType": [0], "page": 201}), 405),
        (
            json!({"productType": [0], "sort": [["binding", "asc"]]}),
            400,
        ),
        (
            json!({"productType": [0], "sort": [["current_NEW", "up"]]}),
            400,
        ),
    ] {
        let (status, answer) = bench.told("/query?key=k&domain=1", &selection).await;
        assert_eq!(status, expected, "{selection}: {answer}");
        assert_eq!(answer["tokensLeft"], before["tokensLeft"], "{selection}");
    }
    bench
        .assert_refused(&[
            ("/query?key=k&domain=1", 400),
            ("/query?key=k&domain=1&selection=x", 400),
            ("/query?key=k&domain=12&selection={}", 405),
        ])
        .await;
}

#[tokio::test]
async fn a_field_that_keepa_has_and_the_catalogue_knows_nothing_of_finds_nothing() {
    let bench = Bench::new(still(60));
    for selection in [
        json!({"flipability90_gte": 0}),
        json!({"genre": ["mystery"]}),
        json!({"returnRate": [1]}),
        json!({"isSNS": true}),
        json!({"unitValue_gte": 0.5}),
    ] {
        assert_eq!(
            found(&bench, &selection).await["asinList"],
            json!([]),
            "{selection}"
        );
    }
}
