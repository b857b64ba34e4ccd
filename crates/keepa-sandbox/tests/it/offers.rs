//! `/product` with offers and what else is paid for, and how the parts of a product agree.

use serde_json::{Value, json};

use crate::{A_SATURDAY, Bench, HOUR, still, texts};

const BOOKS: u32 = 60;

async fn with_offers(bench: &Bench) -> Vec<Value> {
    let catalogue = keepa_sandbox::Catalogue::new(1);
    let asins: Vec<String> = (0..BOOKS).map(|index| catalogue.asin(index)).collect();
    let path = format!(
        "/product?key=k&domain=1&stats=90&offers=100&stock=1&asin={}",
        asins.join(",")
    );
    let (answer, _) = bench.paid(&path).await;
    let products = answer["products"].as_array().unwrap();
    let has_offers = |product: &&Value| product["offersSuccessful"] == true;
    products.iter().filter(has_offers).cloned().collect()
}

/// Landed price of an offer now.
fn landed(offer: &Value) -> i64 {
    let csv = offer["offerCSV"].as_array().unwrap();
    let [price, shipping] = [csv.len() - 2, csv.len() - 1].map(|at| csv[at].as_i64().unwrap());
    price + shipping
}

#[tokio::test]
async fn counts_lowest_prices_and_buy_boxes_are_those_of_the_live_offers() {
    let bench = Bench::new(still(BOOKS));
    let mut holders = 0;
    for product in with_offers(&bench).await {
        let asin = &product["asin"];
        let stats = &product["stats"];
        let order = product["liveOffersOrder"].as_array().unwrap();
        let live: Vec<&Value> = order
            .iter()
            .map(|at| &product["offers"][usize::try_from(at.as_u64().unwrap()).unwrap()])
            .collect();
        if live.is_empty() {
            continue;
        }
        assert!(live.iter().map(|offer| landed(offer)).is_sorted(), "{asin}");
        let such = |used: bool| {
            let of_kind = move |offer: &&&Value| (offer["condition"].as_i64() > Some(1)) == used;
            live.iter().filter(of_kind).copied().collect::<Vec<_>>()
        };
        let (new, used) = (such(false), such(true));
        assert_eq!(stats["current"][11], new.len(), "{asin}");
        assert_eq!(stats["current"][12], used.len(), "{asin}");
        assert_eq!(stats["totalOfferCount"], live.len(), "{asin}");
        let least =
            |offers: &[&Value]| offers.iter().map(|offer| landed(offer)).min().unwrap_or(-1);
        assert_eq!(
            stats["current"][1],
            least(&new),
            "{asin}: new with shipping since 2026"
        );
        for (slot, condition) in [(19, 2), (20, 3), (21, 4), (22, 5)] {
            let of_condition: Vec<&Value> = used
                .iter()
                .filter(|offer| offer["condition"] == condition)
                .copied()
                .collect();
            let expected = least(&of_condition);
            assert_eq!(stats["current"][slot], expected, "{asin} csv {slot}");
        }
        for (slot, seller, offers) in [
            (18, &stats["buyBoxSellerId"], &new),
            (32, &stats["buyBoxUsedSellerId"], &used),
        ] {
            let price = stats["current"][slot].as_i64().unwrap();
            if price >= 0 {
                holders += 1;
                let holds = |offer: &&Value| offer["sellerId"] == *seller && landed(offer) == price;
                assert!(
                    offers.iter().copied().any(|offer| holds(&offer)),
                    "{asin} csv {slot}"
                );
            }
        }
        let history = texts(&product["buyBoxSellerIdHistory"]);
        assert_eq!(
            history.last().map(String::as_str),
            stats["buyBoxSellerId"].as_str(),
            "{asin}"
        );
        let shares = stats["buyBoxStats"].as_object().into_iter().flatten();
        let won: f64 = shares
            .map(|(_, share)| share["percentageWon"].as_f64().unwrap())
            .sum();
        assert!((0.0..=100.1).contains(&won), "{asin}: {won}");
    }
    assert!(holders > 40, "{holders} buy boxes");
}

#[tokio::test]
async fn offers_cost_six_tokens_for_each_page_that_is_found() {
    let bench = Bench::new(still(BOOKS));
    for product in with_offers(&bench).await {
        let live = product["liveOffersOrder"].as_array().unwrap().len();
        let asin = product["asin"].as_str().unwrap();
        let path = format!("/product?key=k&domain=1&history=0&asin={asin}");
        let (few, cost) = bench
            .paid(&format!("{path}&offers=20&only-live-offers=1"))
            .await;
        let pages = u64::try_from(live.min(20).div_ceil(10)).unwrap();
        assert_eq!(cost, if pages == 0 { 1 } else { pages * 6 }, "{asin}");
        let few = few["products"][0]["offers"].as_array().unwrap();
        assert_eq!(few.len(), live.min(20), "{asin}");
        assert!(few.iter().all(|offer| offer.get("stockCSV").is_none()));
    }
    let (ebook, cost) = {
        let catalogue = keepa_sandbox::Catalogue::new(1);
        let is_ebook = |index: &u32| {
            matches!(
                catalogue.kind(*index),
                keepa_sandbox::catalogue::BookKind::Ebook
            )
        };
        let index = (0..BOOKS).find(is_ebook).unwrap();
        let asin = catalogue.asin(index);
        bench
            .paid(&format!("/product?key=k&domain=1&offers=20&asin={asin}"))
            .await
    };
    assert_eq!(
        (&ebook["products"][0]["offersSuccessful"], cost),
        (&json!(false), 1)
    );
}

#[tokio::test]
async fn offers_that_are_fresh_enough_cost_five_tokens_however_many() {
    let bench = Bench::new(still(BOOKS));
    let products = with_offers(&bench).await;
    let many = products
        .iter()
        .find(|product| product["liveOffersOrder"].as_array().unwrap().len() > 10)
        .unwrap();
    let asin = many["asin"].as_str().unwrap();
    let path = format!("/product?key=k&domain=1&history=0&offers=100&update=24&asin={asin}");
    assert_eq!(bench.paid(&path).await.1, 5);
    bench
        .told("/sandbox/clock", &json!({"advance_ms": 25 * HOUR}))
        .await;
    assert!(bench.paid(&path).await.1 >= 6);
}

#[tokio::test]
async fn ratings_stock_and_variations_cost_by_what_is_there() {
    let bench = Bench::new(still(BOOKS));
    let now = A_SATURDAY / 60_000 - 21_564_000;
    let mut seen = std::collections::BTreeSet::new();
    for (asin, book) in bench.books(BOOKS).await {
        let base = format!("/product?key=k&domain=1&history=0&asin={asin}");
        let cost = async |more: &str| bench.paid(&format!("{base}{more}")).await.1;
        let is_fresh = |field: &str, days: i64| book[field].as_i64() > Some(now - days * 1_440);
        let rating = u64::from(is_fresh("lastRatingUpdate", 14));
        assert_eq!(cost("&rating=1").await, 1 + rating, "{asin}");
        let parent = u64::from(!book["parentAsin"].is_null());
        assert_eq!(cost("&historical-variations=1").await, 1 + parent, "{asin}");
        assert_eq!(cost("&videos=1&aplus=1").await, 1, "{asin}");
        if book["productType"] == 0 {
            let stock = u64::from(is_fresh("lastStockUpdate", 7)) * 2;
            let with = cost("&offers=20&stock=1").await;
            assert_eq!(with, cost("&offers=20").await + stock, "{asin}");
            seen.insert((rating, parent, stock));
        }
    }
    assert!(seen.len() > 3, "{seen:?}");
}

#[tokio::test]
async fn statistics_are_of_the_interval_asked_for() {
    let bench = Bench::new(still(BOOKS));
    let stats = async |interval: &str| {
        let path = format!("/product?key=k&domain=1&history=0&asin=9999500013&stats={interval}");
        bench.paid(&path).await.0["products"][0]["stats"].clone()
    };
    let (month, quarter) = (stats("30").await, stats("90").await);
    assert_eq!(month["avg"], month["avg30"]);
    assert_eq!(quarter["avg"], quarter["avg90"]);
    assert_eq!(month["current"], quarter["current"]);
    assert_ne!(month["minInInterval"], quarter["minInInterval"]);
    let noon = A_SATURDAY - HOUR;
    let between = stats(&format!("{},{noon}", noon - 30 * 24 * HOUR)).await;
    assert_eq!(between, month);
    assert_eq!(
        stats("2026-10-29T12:00:00Z,2026-11-28T12:00:00Z").await,
        month
    );
}

#[tokio::test]
async fn a_code_limit_keeps_the_products_of_a_code_few() {
    let bench = Bench::new(still(BOOKS));
    let (answer, cost) = bench
        .paid("/product?key=k&domain=1&history=0&code=9789999500005&code-limit=1")
        .await;
    assert_eq!((answer["products"].as_array().unwrap().len(), cost), (1, 1));
}
