//! The predecessor of this calculation was wrong in twenty-five ways. Here is a test for each that could come back.
//!
//! | no. | defect | where |
//! |---|---|---|
//! | 1–4, 11–13, 24, 25 | buy price, targets, fees, money | `money` |
//! | 5–10, 15, 21–23 | scores, statistics, demand, trend, Amazon, generated data | `market` |
//! | 14, 16, 18–20 | verification, matching of words, review, sentinels | `market` |
//!
//! Some cannot occur:
//!
//! - 2, 11: nothing in this crate assumes a buy price. It is an argument or `None`; the tests hold what the assumption spoiled.
//! - 4: there is no target sale price. ROI and margin are two fields with two denominators.
//! - 17: the price knows no season, and the season of demand is a table of the trade's sales, not read from the product's own prices.
//! - 25: no field that holds money or a return is a float, and nothing here has a column's width.

mod market;
mod money;

use crate::acquisition::Acquisition;
use crate::analysis::{Analysis, analyze};
use crate::config::AnalysisConfig;
use crate::market::MarketSnapshot;
use crate::money::Money;
use crate::testing::{as_of, good_seller, used_good};

/// The answer for one used copy at a buy price in cents.
fn bought_at(snapshot: &MarketSnapshot, cents: Option<i64>) -> Analysis {
    answer(snapshot, &used_good(cents))
}

fn answer(snapshot: &MarketSnapshot, acquisition: &Acquisition) -> Analysis {
    analyze(snapshot, acquisition, &AnalysisConfig::default(), as_of())
}

/// A good seller after a change.
fn good_seller_with(change: impl FnOnce(&mut MarketSnapshot)) -> MarketSnapshot {
    let mut snapshot = good_seller();
    change(&mut snapshot);
    snapshot
}

fn minor(money: Option<Money>) -> Option<i64> {
    money?.minor()
}
