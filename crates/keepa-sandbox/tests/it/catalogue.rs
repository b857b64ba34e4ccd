//! The generated books as a client sees them.

use std::collections::BTreeMap;

use keepa_sandbox::catalogue::{BOOKS, BookKind, Gap};
use keepa_sandbox::{Catalogue, SandboxConfig, sample_csv, sample_list};
use serde_json::{Value, json};

use crate::{Bench, still};

async fn products(bench: &Bench, indices: std::ops::Range<u32>) -> Vec<Value> {
    let catalogue = Catalogue::new(1);
    let asins: Vec<String> = indices.map(|index| catalogue.asin(index)).collect();
    let path = format!("/product?key=k&domain=1&stats=90&asin={}", asins.join(","));
    bench.get(&path).await.1["products"]
        .as_array()
        .unwrap()
        .clone()
}

fn pairs(series: &Value) -> Vec<(i64, i64)> {
    let values: Vec<i64> = series
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_i64)
        .collect();
    values.chunks(2).map(|pair| (pair[0], pair[1])).collect()
}

#[tokio::test]
async fn histories_are_ordered_changes_and_stats_follow_from_them() {
    let bench = Bench::new(SandboxConfig::default());
    let (mut ints, mut standard) = (0, 0);
    for product in products(&bench, 0..100).await {
        if product["productType"] != 0 {
            continue;
        }
        standard += 1;
        let csv = product["csv"].as_array().unwrap();
        assert_eq!(csv.len(), 36);
        let asin = &product["asin"];
        for (slot, series) in csv.iter().enumerate() {
            let points = pairs(series);
            ints += points.len() * 2;
            assert!(
                points.is_sorted_by(|a, b| a.0 < b.0 && a.1 != b.1),
                "{asin} csv {slot}"
            );
            let stats = &product["stats"];
            let last = points.last().map_or(-1, |point| point.1);
            assert_eq!(stats["current"][slot], last, "{asin} current {slot}");
            let least = points.iter().filter(|p| p.1 >= 0).map(|p| p.1).min();
            assert_eq!(stats["min"][slot][1].as_i64(), least, "{asin} min {slot}");
            for window in ["avg30", "avg90", "avg365"] {
                let average = stats[window][slot].as_i64().unwrap();
                let most = points.iter().map(|p| p.1).max().unwrap_or(-1);
                assert!(average == -1 || (least.unwrap()..=most).contains(&average));
            }
        }
        let drops: Vec<i64> = ["30", "90", "180", "365"]
            .iter()
            .map(|days| {
                product["stats"][format!("salesRankDrops{days}")]
                    .as_i64()
                    .unwrap()
            })
            .collect();
        assert!(drops.is_sorted(), "{asin}: {drops:?}");
        assert_eq!(product["salesRanks"]["283155"], csv[3], "{asin}");
    }
    assert!(
        (300..3_000).contains(&(ints / standard)),
        "{} ints a product",
        ints / standard
    );
}

#[tokio::test]
async fn rank_drops_tell_the_true_sales_of_slow_books() {
    let bench = Bench::new(SandboxConfig::default());
    let catalogue = Catalogue::new(1);
    let mut compared = 0;
    for (index, product) in (0..100).zip(products(&bench, 0..100).await) {
        let Some(drops) = product["stats"]["salesRankDrops365"]
            .as_i64()
            .filter(|drops| *drops > 0)
        else {
            continue;
        };
        let year_ago = product["lastUpdate"].as_i64().unwrap() - 365 * 1_440;
        let sales = catalogue
            .sales(index)
            .into_iter()
            .filter(|time| i64::from(*time) > year_ago)
            .count();
        if sales <= 60 {
            compared += 1;
            let sales = i64::try_from(sales).unwrap();
            assert!(
                (drops - sales).abs() <= 3 + sales / 5,
                "{index}: {drops} drops, {sales} sales"
            );
        }
    }
    assert!(compared > 10, "{compared} slow books");
}

#[tokio::test]
async fn prices_are_those_of_books() {
    let bench = Bench::new(still(BOOKS));
    let used: Vec<i64> = products(&bench, 100..200)
        .await
        .iter()
        .filter_map(|product| {
            product["stats"]["avg90"][2]
                .as_i64()
                .filter(|price| *price > 0)
        })
        .collect();
    assert!(used.len() > 70);
    assert!(
        used.iter().all(|price| (150..=16_000).contains(price)),
        "{used:?}"
    );
    let cheap = used.iter().filter(|price| **price < 6_000).count();
    assert!(cheap * 10 >= used.len() * 7, "{used:?}");
}

#[tokio::test]
async fn the_same_seed_gives_the_same_books_and_another_one_others() {
    let title = async |seed| {
        let bench = Bench::new(SandboxConfig {
            seed,
            ..Default::default()
        });
        let (_, answer) = bench
            .get("/product?key=k&domain=1&asin=9999500005,9999500013")
            .await;
        let products = answer["products"].as_array().unwrap().clone();
        products
            .into_iter()
            .map(|p| (p["title"].clone(), p["csv"].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(title(1).await, title(1).await);
    assert_ne!(title(1).await, title(2).await);
}

#[test]
fn the_catalogue_has_every_kind_of_listing_and_gap() {
    let catalogue = Catalogue::new(1);
    let mut kinds = BTreeMap::new();
    for index in 0..2_000 {
        *kinds
            .entry(format!("{:?}", catalogue.kind(index)))
            .or_insert(0) += 1;
        *kinds
            .entry(format!("{:?} missing", catalogue.gap(index)))
            .or_insert(0) += 1;
    }
    assert_eq!(kinds.len(), 9, "{kinds:?}");
    assert!(kinds.values().all(|count| *count > 40), "{kinds:?}");
}

#[tokio::test]
async fn gaps_are_absences_not_zero_prices() {
    let bench = Bench::new(SandboxConfig::default());
    let catalogue = Catalogue::new(1);
    let find = |wanted: &dyn Fn(u32) -> bool| (0..2_000).find(|index| wanted(*index)).unwrap();
    let paper = |index| !matches!(catalogue.kind(index), BookKind::Ebook | BookKind::Removed);
    let unranked = find(&|index| paper(index) && catalogue.gap(index) == Gap::Rank);
    let unpriced = find(&|index| paper(index) && catalogue.gap(index) == Gap::Price);
    let unsized_book = find(&|index| paper(index) && catalogue.gap(index) == Gap::PackageSize);
    let ebook = find(&|index| catalogue.kind(index) == BookKind::Ebook);
    let removed = find(&|index| catalogue.kind(index) == BookKind::Removed);
    let asins =
        [unranked, unpriced, unsized_book, ebook, removed].map(|index| catalogue.asin(index));
    let path = format!("/product?key=k&domain=1&stats=90&asin={}", asins.join(","));
    let (_, answer) = bench.get(&path).await;
    let seen = |nth: usize| {
        let product = &answer["products"][nth];
        let csv = &product["csv"];
        json!([
            product["productType"],
            csv[3].is_array(),
            csv[2].is_array(),
            product["packageWeight"],
            product["fbaFees"].is_null()
        ])
    };
    assert_eq!(
        seen(0).as_array().unwrap()[..3],
        [json!(0), json!(false), json!(true)]
    );
    assert_eq!(
        seen(1).as_array().unwrap()[..3],
        [json!(0), json!(true), json!(false)]
    );
    assert_eq!(seen(2), json!([0, true, true, 0, true]));
    assert_eq!(seen(3).as_array().unwrap()[0], 2);
    assert_eq!(seen(4), json!([4, false, false, -1, true]));
}

#[tokio::test]
async fn a_979_8_book_is_found_by_its_isbn_under_another_asin() {
    let bench = Bench::new(SandboxConfig::default());
    let (_, answer) = bench
        .get("/product?key=k&domain=1&history=0&code=9798990000490")
        .await;
    let product = &answer["products"][0];
    assert_eq!(
        (&product["asin"], &product["eanList"][0]),
        (&json!("B0SB000049"), &json!("9798990000490"))
    );
}

#[test]
fn a_supplier_list_is_of_the_catalogue_and_stays_the_same() {
    let catalogue = Catalogue::new(7);
    let list = sample_list(7, 300);
    assert_eq!(list, sample_list(7, 300));
    for item in &list {
        let id = &item.identifier;
        assert!(
            catalogue
                .index_of_code(id)
                .or(catalogue.index_of_asin(id))
                .is_some(),
            "{id}"
        );
        assert!((75..20_000).contains(&item.buy_price_cents), "{item:?}");
    }
    let csv = sample_csv(7, 300);
    assert_eq!(csv.lines().count(), 301);
    assert!(csv.starts_with("isbn,cost,qty,condition\n"));
}

/// The example is the generator's list of seed 1 with the damage that spreadsheets do.
#[test]
fn the_example_list_is_the_generator_s_with_some_damage() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/examples/supplier-list.csv"
    );
    let example = std::fs::read_to_string(path).unwrap();
    let generated = sample_csv(1, 200);
    assert_eq!(example.lines().count(), generated.lines().count());
    let mut damaged = 0;
    for (shown, made) in example.lines().zip(generated.lines()) {
        let ((shown_id, shown_rest), (made_id, made_rest)) = (
            shown.split_once(',').unwrap(),
            made.split_once(',').unwrap(),
        );
        assert_eq!(shown_rest, made_rest);
        damaged += usize::from(shown_id != made_id);
    }
    assert!((8..=30).contains(&damaged), "{damaged} damaged rows");
}
