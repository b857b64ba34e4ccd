//! `/bestsellers`: ASINs by rank.

use crate::{Bench, still, texts};

#[tokio::test]
async fn a_list_is_in_the_order_of_the_rank_and_costs_fifty_tokens() {
    let bench = Bench::new(still(120));
    let (answer, cost) = bench
        .paid("/bestsellers?key=k&domain=1&category=283155")
        .await;
    assert_eq!(cost, 50);
    let list = &answer["bestSellersList"];
    assert_eq!(
        (&list["domainId"], &list["categoryId"]),
        (&1.into(), &283_155.into())
    );
    let books = bench.books(120).await;
    let mut ranked: Vec<(i64, &String)> = books
        .iter()
        .map(|(asin, book)| (book["stats"]["current"][3].as_i64().unwrap(), asin))
        .filter(|(rank, _)| *rank > 0)
        .collect();
    ranked.sort();
    let asins = texts(&list["asinList"]);
    let ranks: Vec<i64> = asins
        .iter()
        .map(|asin| books[asin]["stats"]["current"][3].as_i64().unwrap())
        .collect();
    assert_eq!(
        ranks,
        ranked.iter().map(|(rank, _)| *rank).collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn lists_are_of_product_groups_averages_and_months_too() {
    let bench = Bench::new(still(120));
    let books = bench.books(120).await;
    let (ebooks, _) = bench
        .paid("/bestsellers?key=k&domain=1&category=ebooks")
        .await;
    for asin in texts(&ebooks["bestSellersList"]["asinList"]) {
        assert_eq!(books[&asin]["productGroup"], "eBooks", "{asin}");
    }
    let (average, _) = bench
        .paid("/bestsellers?key=k&domain=1&category=283155&range=90")
        .await;
    let ranks: Vec<i64> = texts(&average["bestSellersList"]["asinList"])
        .iter()
        .map(|asin| books[asin]["stats"]["avg90"][3].as_i64().unwrap())
        .collect();
    assert!(ranks.len() > 50 && ranks.is_sorted());
    let (month, _) = bench
        .paid("/bestsellers?key=k&domain=1&category=283155&month=8&year=2026")
        .await;
    let month = texts(&month["bestSellersList"]["asinList"]);
    assert_eq!(month.len(), ranks.len());
    assert_ne!(month, texts(&average["bestSellersList"]["asinList"]));
}

#[tokio::test]
async fn a_list_that_does_not_exist_is_absent_and_free() {
    let bench = Bench::new(still(60));
    let (answer, cost) = bench.paid("/bestsellers?key=k&domain=1&category=77").await;
    assert_eq!((answer.get("bestSellersList"), cost), (None, 0));
    bench
        .assert_refused(&[
            ("/bestsellers?key=k&domain=1", 400),
            ("/bestsellers?key=k&domain=12&category=283155", 405),
            ("/bestsellers?key=k&domain=1&category=283155&range=60", 405),
            ("/bestsellers?key=k&domain=1&category=283155&month=8", 400),
            (
                "/bestsellers?key=k&domain=1&category=283155&month=11&year=2026",
                405,
            ),
            (
                "/bestsellers?key=k&domain=1&category=283155&range=30&month=8&year=2026",
                400,
            ),
            (
                "/bestsellers?key=k&domain=1&category=283155&range=30&sublist=1",
                400,
            ),
        ])
        .await;
}
