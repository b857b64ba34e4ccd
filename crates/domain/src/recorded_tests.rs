//! The estimates against recorded histories: at a cut every 60 days, what was known then is asked for what came after.
//!
//! The recordings are third-party data and no part of the project: `KEEPA_CORPUS` names their folder, and without it the test skips.

use std::path::PathBuf;

use serde_json::Value;

use crate::backtest::{PriceReport, Report, cross_validate, evaluate};
use crate::history::History;
use crate::market::{Histories, MarketSnapshot};
use crate::testing::good_seller;
use crate::time::KeepaMinutes;

/// Lowest new, lowest used and sales rank of a recorded product.
fn snapshot(product: &Value) -> Option<MarketSnapshot> {
    let history = |index: usize| -> Option<History> {
        let pairs = product.get("csv").and_then(|csv| csv.get(index)).cloned()?;
        serde_json::from_value(pairs).ok()
    };
    let last_update = i32::try_from(product.get("lastUpdate")?.as_i64()?).ok()?;
    let group = product.get("productGroup").and_then(Value::as_str);
    Some(MarketSnapshot {
        observed_at: Some(KeepaMinutes(last_update)),
        product_group: group.map(str::to_owned),
        histories: Histories {
            new: history(1),
            used: history(2),
            sales_rank: history(3),
            ..Histories::default()
        },
        ..good_seller()
    })
}

pub(crate) fn recorded() -> Option<Vec<MarketSnapshot>> {
    let corpus = PathBuf::from(std::env::var_os("KEEPA_CORPUS")?);
    let files = ["product", "response"]
        .into_iter()
        .filter_map(|folder| std::fs::read_dir(corpus.join(folder)).ok())
        .flatten()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        });
    let mut products = Vec::new();
    for file in files {
        let answer: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        let list = answer.get("products").and_then(Value::as_array).cloned();
        products.extend(
            list.unwrap_or_else(|| vec![answer])
                .iter()
                .filter_map(snapshot),
        );
    }
    assert!(!products.is_empty(), "no product in {}", corpus.display());
    Some(products)
}

#[test]
fn prices_are_foretold_better_than_by_the_current_one_and_intervals_hold_what_they_promise() {
    let Some(products) = recorded() else {
        return say_skipped();
    };
    let report = evaluate(&products, 60);
    eprintln!("{report:#?}");
    assert_prices(&report);
    for price in longest(&report) {
        assert!((0.75..=0.85).contains(&price.covered), "{price:?}");
    }
}

#[test]
fn constants_that_had_not_seen_a_product_foretell_its_prices_better_than_the_current_one() {
    let Some(products) = recorded() else {
        return say_skipped();
    };
    let report = cross_validate(&products, 60);
    eprintln!("{report:#?}");
    assert_prices(&report);
}

/// Every series beats the current price, and both together the target of 0.215.
fn assert_prices(report: &Report) {
    let (mut errors, mut cuts) = (0.0, 0.0);
    for price in longest(report) {
        assert!(price.error < price.error_of_current, "{price:?}");
        errors += price.error * f64::from(price.cuts);
        cuts += f64::from(price.cuts);
    }
    assert!(errors / cuts <= 0.215, "{errors} / {cuts}");
}

fn longest(report: &Report) -> impl Iterator<Item = &PriceReport> {
    let prices = report.prices.iter();
    prices.filter(|price| price.horizon_days == 90)
}

#[test]
fn sales_are_foretold_in_number_in_order_and_with_an_honest_interval() {
    let Some(products) = recorded() else {
        return say_skipped();
    };
    let sales = evaluate(&products, 60).sales.unwrap();
    assert!(sales.error <= 0.43, "{sales:?}");
    assert!((0.75..=0.85).contains(&sales.covered), "{sales:?}");
    assert!(sales.rank_correlation >= Some(0.56), "{sales:?}");
}

pub(crate) fn say_skipped() {
    eprintln!("skipped: KEEPA_CORPUS names no folder of recorded Keepa answers");
}
