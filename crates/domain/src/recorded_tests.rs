//! The estimates against recorded histories: at a cut every 60 days, what was known then is asked for what came after.
//!
//! The recordings are third-party data and no part of the project: `KEEPA_CORPUS` names their folder, and without it the test skips.

use std::path::PathBuf;

use serde_json::Value;

use crate::acquisition::{Condition, Fulfilment};
use crate::demand::{DemandConfig, estimate_demand};
use crate::history::{History, Window};
use crate::market::{Histories, MarketSnapshot};
use crate::price::{PriceConfig, estimate_sale_price};
use crate::testing::good_seller;
use crate::time::KeepaMinutes;

/// Lowest new, lowest used and sales rank of a recorded product.
struct Recorded {
    new: History,
    used: History,
    rank: History,
    is_book: bool,
    last_update: KeepaMinutes,
}

impl Recorded {
    fn new(product: &Value) -> Option<Self> {
        let history = |index: usize| -> History {
            let pairs = product.get("csv").and_then(|csv| csv.get(index)).cloned();
            serde_json::from_value(pairs.unwrap_or_default()).unwrap_or_default()
        };
        let rank = history(3);
        let last_update = i32::try_from(product.get("lastUpdate")?.as_i64()?).ok()?;
        (rank.changes().len() >= 10).then(|| Self {
            new: history(1),
            used: history(2),
            rank,
            is_book: product.get("productGroup").and_then(Value::as_str) == Some("Book"),
            last_update: KeepaMinutes(last_update),
        })
    }

    /// Cuts every 60 days, from half a year after the first rank to 90 days before the end.
    fn cuts(&self) -> impl Iterator<Item = KeepaMinutes> + '_ {
        let first = self
            .rank
            .changes()
            .first()
            .map(|change| change.at.plus_days(180));
        let end = self.last_update.plus_days(-90);
        std::iter::successors(first, |cut| Some(cut.plus_days(60)))
            .take_while(move |cut| *cut <= end)
    }

    /// What the estimates may look at: everything is there, and `as_of` has to keep them from the future.
    fn snapshot(&self) -> MarketSnapshot {
        MarketSnapshot {
            observed_at: Some(self.last_update),
            product_group: Some(if self.is_book { "Book" } else { "Other" }.to_owned()),
            histories: Histories {
                new: Some(self.new.clone()),
                used: Some(self.used.clone()),
                sales_rank: Some(self.rank.clone()),
                ..Histories::default()
            },
            ..good_seller()
        }
    }
}

fn recorded() -> Option<Vec<Recorded>> {
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
                .filter_map(Recorded::new),
        );
    }
    assert!(!products.is_empty(), "no product in {}", corpus.display());
    Some(products)
}

fn mean(values: &[f64]) -> f64 {
    let count = u32::try_from(values.len()).unwrap();
    values.iter().sum::<f64>() / f64::from(count)
}

#[test]
fn the_sale_price_beats_the_current_price_and_its_interval_holds_what_it_promises() {
    let Some(products) = recorded() else {
        return say_skipped();
    };
    let (mut errors, mut errors_of_current, mut covered) = (Vec::new(), Vec::new(), Vec::new());
    for product in &products {
        let snapshot = product.snapshot();
        for (condition, history) in [
            (Condition::New, &product.new),
            (Condition::UsedGood, &product.used),
        ] {
            for cut in product.cuts() {
                let coming = Window {
                    from: cut,
                    to: cut.plus_days(90),
                };
                let estimate = estimate_sale_price(
                    &snapshot,
                    condition,
                    Fulfilment::Fba,
                    cut,
                    &PriceConfig::default(),
                );
                let (Some([truth]), Some(estimate)) = (history.quantiles(coming, [0.5]), estimate)
                else {
                    continue;
                };
                let minor = |money: crate::money::Money| {
                    f64::from(i32::try_from(money.minor().unwrap()).unwrap())
                };
                let truth = f64::from(truth.max(1));
                let is_inside = minor(estimate.low) <= truth && truth <= minor(estimate.high);
                covered.push(f64::from(u8::from(is_inside)));
                if let Some(current) = estimate.current {
                    errors.push((minor(estimate.likely) / truth - 1.0).abs());
                    errors_of_current.push((minor(current) / truth - 1.0).abs());
                }
            }
        }
    }
    let (error, of_current, covered) = (mean(&errors), mean(&errors_of_current), mean(&covered));
    let figures =
        format!("error {error:.3}, of the current price {of_current:.3}, covered {covered:.3}");
    eprintln!("sale price: {figures}");
    assert!(error < of_current, "{figures}");
    assert!((0.75..=0.85).contains(&covered), "{figures}");
}

#[test]
fn demand_is_told_no_worse_than_by_the_falls_of_the_last_90_days() {
    let Some(products) = recorded() else {
        return say_skipped();
    };
    let (mut errors, mut errors_of_falls, mut covered) = (Vec::new(), Vec::new(), Vec::new());
    for product in &products {
        let snapshot = product.snapshot();
        for cut in product.cuts() {
            let coming = Window {
                from: cut,
                to: cut.plus_days(30),
            };
            let truth = f64::from(product.rank.falls(coming));
            let config = DemandConfig::default();
            let estimate = estimate_demand(
                &snapshot,
                Condition::UsedGood,
                Fulfilment::Fba,
                cut,
                &config,
            );
            // Above saturation the estimate is of sales, of which the falls tell less and less.
            let Some(estimate) = estimate.filter(|e| e.monthly_units < 30.0) else {
                continue;
            };
            let falls = f64::from(product.rank.falls(Window::days_before(cut, 90))) / 3.0;
            errors.push((estimate.monthly_units.ln_1p() - truth.ln_1p()).abs());
            errors_of_falls.push((falls.ln_1p() - truth.ln_1p()).abs());
            let is_inside = estimate.monthly_units_low.floor() <= truth
                && truth <= estimate.monthly_units_high.ceil();
            covered.push(f64::from(u8::from(is_inside)));
        }
    }
    let (error, of_falls, covered) = (mean(&errors), mean(&errors_of_falls), mean(&covered));
    let figures = format!("error {error:.3}, of the falls {of_falls:.3}, covered {covered:.3}");
    eprintln!("demand: {figures}");
    assert!(error <= of_falls * 1.02, "{figures}");
    assert!(covered >= 0.75, "{figures}");
}

fn say_skipped() {
    eprintln!("skipped: KEEPA_CORPUS names no folder of recorded Keepa answers");
}
