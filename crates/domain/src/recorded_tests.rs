//! The estimates against recorded histories: at a cut every 60 days, what was known then is asked for what came after.
//!
//! The recordings are third-party data and no part of the project: `KEEPA_CORPUS` names their folder, and without it the test skips.

use std::path::PathBuf;

use serde_json::Value;

use crate::backtest::evaluate;
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

fn recorded() -> Option<Vec<MarketSnapshot>> {
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

/// Rounded, as the handbook shows them.
fn shown(value: f64) -> String {
    format!("{value:.3}")
}

#[test]
fn the_sale_price_beats_the_current_price_in_each_series_and_keeps_what_its_interval_promises() {
    let Some(products) = recorded() else {
        return say_skipped();
    };
    let report = evaluate(&products, 60);
    for price in &report.prices {
        let figures = format!(
            "| {} | {} | {} | {} | {} | {} | {} | {} |",
            price.series.as_str(),
            price.horizon_days,
            price.cuts,
            shown(price.error),
            shown(price.error_of_current),
            shown(price.error_of_median),
            shown(price.covered),
            shown(price.median_width),
        );
        eprintln!("{figures}");
        if price.horizon_days == 90 {
            assert!(price.error < price.error_of_current, "{figures}");
            assert!((0.75..=0.85).contains(&price.covered), "{figures}");
        }
    }
}

#[test]
fn demand_is_told_better_than_by_the_falls_of_the_last_90_days() {
    let Some(products) = recorded() else {
        return say_skipped();
    };
    let sales = evaluate(&products, 60).sales.unwrap();
    eprintln!("{sales:?}");
    assert!(sales.error < sales.error_of_falls, "{sales:?}");
    assert!(sales.covered >= 0.75, "{sales:?}");
}

fn say_skipped() {
    eprintln!("skipped: KEEPA_CORPUS names no folder of recorded Keepa answers");
}
