//! `/seller` and `/topseller`.

use std::collections::BTreeSet;

use keepa_sandbox::Catalogue;
use serde_json::json;

use crate::{Bench, still, texts};

const BOOKS: u32 = 90;
const LARGEST: &str = "ASBX000000000";

#[tokio::test]
async fn a_storefront_has_the_books_that_the_seller_offers() {
    let bench = Bench::new(still(BOOKS));
    let path = format!("/seller?key=k&domain=1&seller={LARGEST}&storefront=1");
    let (answer, cost) = bench.paid(&path).await;
    assert_eq!(cost, 10);
    let seller = &answer["sellers"][LARGEST];
    let listed: BTreeSet<String> = texts(&seller["asinList"]).into_iter().collect();
    assert!(listed.len() > 2);
    assert_eq!(seller["totalStorefrontAsins"][1], listed.len());
    assert_eq!(
        seller["asinListLastSeen"].as_array().unwrap().len(),
        listed.len()
    );

    let catalogue = Catalogue::new(1);
    let asins: Vec<String> = (0..BOOKS).map(|index| catalogue.asin(index)).collect();
    let path = format!(
        "/product?key=k&domain=1&history=0&offers=100&only-live-offers=1&asin={}",
        asins.join(",")
    );
    let (products, _) = bench.paid(&path).await;
    let offered: BTreeSet<String> = products["products"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|product| {
            let offers = product["offers"].as_array().into_iter().flatten();
            offers.into_iter().any(|offer| offer["sellerId"] == LARGEST)
        })
        .map(|product| product["asin"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(listed, offered);
}

#[tokio::test]
async fn sellers_cost_a_token_each_and_unknown_ones_nothing() {
    let bench = Bench::new(still(60));
    let (answer, cost) = bench
        .paid("/seller?key=k&domain=1&seller=ASBX000000001,ATVPDKIKX0DER,A1UNKNOWN00000")
        .await;
    assert_eq!(cost, 2);
    let sellers = answer["sellers"].as_object().unwrap();
    assert_eq!(
        sellers.keys().collect::<Vec<_>>(),
        ["ASBX000000001", "ATVPDKIKX0DER"]
    );
    assert!(
        sellers
            .values()
            .all(|seller| seller.get("asinList").is_none())
    );
    let amazon = &sellers["ATVPDKIKX0DER"];
    assert_eq!(
        (&amazon["sellerName"], &amazon["hasFBA"]),
        (&json!("Amazon.com"), &json!(true))
    );
    let many = vec!["A1"; 101].join(",");
    bench
        .assert_refused(&[
            ("/seller?key=k&domain=1", 400),
            ("/seller?key=k&domain=1&seller=A-1", 400),
            ("/seller?key=k&domain=1&seller=A1,A2&storefront=1", 400),
            ("/seller?key=k&domain=12&seller=A1", 405),
            (&format!("/seller?key=k&domain=1&seller={many}"), 405),
        ])
        .await;
}

#[tokio::test]
async fn top_sellers_are_in_the_order_of_their_ratings() {
    let bench = Bench::new(still(60));
    let (answer, cost) = bench.paid("/topseller?key=k&domain=1").await;
    assert_eq!(cost, 50);
    let ids = texts(&answer["sellerIdList"]);
    assert_eq!(ids.len(), 500);
    let path = format!("/seller?key=k&domain=1&seller={}", ids[..100].join(","));
    let (sellers, _) = bench.paid(&path).await;
    let counts: Vec<i64> = ids[..100]
        .iter()
        .map(|id| {
            sellers["sellers"][id]["currentRatingCount"]
                .as_i64()
                .unwrap()
        })
        .collect();
    assert!(counts.iter().rev().is_sorted(), "{counts:?}");
}
