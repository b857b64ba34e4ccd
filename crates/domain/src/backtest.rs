//! Walk-forward evaluation: at cuts through recorded histories the estimates are asked for what came next, knowing only what was known then.
//!
//! The series are the lowest new and the lowest used offer, since nearly every product has them. The truth of a price is its time-weighted
//! median over the coming days, and holds only where something was offered for half of them; the truth of sales is the number of rank falls in the
//! coming 30 days.

mod error_sum;

use serde::Serialize;

use self::error_sum::{PriceErrors, SalesErrors};
use crate::acquisition::{Condition, Fulfilment};
use crate::demand::expected_rank_falls;
use crate::history::{History, Window};
use crate::identifier::Asin;
use crate::market::{Histories, MarketSnapshot};
use crate::price::{PriceConfig, PriceSeries, estimate_sale_price};
use crate::time::KeepaMinutes;

/// Days from the first rank to the first cut.
const FIRST_CUT_DAYS: i32 = 180;
/// Days from the last cut to the end of the history.
const LAST_CUT_DAYS: i32 = 90;
/// Days over which sales are foretold.
const SALES_DAYS: i32 = 30;
/// Days over which prices are foretold.
const PRICE_DAYS: [u16; 2] = [30, 90];
/// Least changes of rank of a product that is looked at: fewer tell neither a sale nor a first day.
const LEAST_RANK_CHANGES: usize = 10;

/// The series that are foretold, each with the condition of which it is the price.
const SERIES: [(PriceSeries, Condition); 2] = [
    (PriceSeries::New, Condition::New),
    (PriceSeries::Used, Condition::UsedGood),
];

/// Low, likely and high.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval<T> {
    /// 10 % lie below.
    pub low: T,
    /// The estimate.
    pub likely: T,
    /// 10 % lie above.
    pub high: T,
}

/// What is foretold at one cut of one series.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Prediction {
    /// The product.
    pub asin: Asin,
    /// The time up to which everything was known.
    pub cut: KeepaMinutes,
    /// The series: new or used.
    pub series: PriceSeries,
    /// The sale price in minor units; `None` when unknown.
    pub price: Option<Interval<i64>>,
    /// Rank falls of the listing in the next 30 days; `None` when unknown.
    pub sales30: Option<Interval<f64>>,
}

/// How well prices of one series were foretold.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PriceReport {
    /// The series.
    pub series: PriceSeries,
    /// Days over which the truth is taken.
    pub horizon_days: u16,
    /// Predictions with a truth, of products that were offered at the cut.
    pub cuts: u32,
    /// Mean absolute error of the likely price, as a share of the truth.
    pub error: f64,
    /// That of the current price.
    pub error_of_current: f64,
    /// That of the time-weighted median of the last 90 days.
    pub error_of_median: f64,
    /// Share of the truths from low to high; 0.8 is promised.
    pub covered: f64,
    /// Median of the width from low to high, as a share of the likely price.
    pub median_width: f64,
}

/// How well sales were foretold.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SalesReport {
    /// Predictions.
    pub cuts: u32,
    /// Mean absolute error of log(1 + n).
    pub error: f64,
    /// That of a third of the last 90 days' rank falls.
    pub error_of_falls: f64,
    /// Share of the truths from low to high; 0.8 is promised.
    pub covered: f64,
    /// Spearman's correlation of the ranks of estimate and truth; `None` when all are equal.
    pub rank_correlation: Option<f64>,
}

/// How well the estimates foretold what came; a part without any cut is left out.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Report {
    /// Prices, by series and horizon.
    pub prices: Vec<PriceReport>,
    /// Sales in 30 days.
    pub sales: Option<SalesReport>,
}

/// Every prediction for one product, a cut every `every_days` days (at least one).
#[must_use]
pub fn predictions(product: &MarketSnapshot, every_days: u16) -> Vec<Prediction> {
    cuts(product, every_days)
        .flat_map(|cut| {
            let known = known_at(product, cut);
            SERIES.map(|(series, condition)| predict(&known, cut, series, condition))
        })
        .collect()
}

/// Evaluates the estimates on products, a cut every `every_days` days (at least one).
///
/// The estimates have no state, so no product is scored on what was learned from it here; their constants were chosen once.
#[must_use]
pub fn evaluate<'a>(
    products: impl IntoIterator<Item = &'a MarketSnapshot>,
    every_days: u16,
) -> Report {
    let mut prices = SERIES.map(|_| PRICE_DAYS.map(|_| PriceErrors::default()));
    let mut sales = SalesErrors::default();
    for product in products {
        for cut in cuts(product, every_days) {
            let known = known_at(product, cut);
            for ((series, condition), errors) in SERIES.into_iter().zip(&mut prices) {
                let prediction = predict(&known, cut, series, condition);
                if let Some(history) = product.histories.price(series) {
                    for (days, errors) in PRICE_DAYS.into_iter().zip(errors) {
                        errors.add(history, cut, days, &prediction);
                    }
                }
                if condition == Condition::New
                    && let Some(ranks) = &product.histories.sales_rank
                {
                    sales.add(ranks, cut, &prediction);
                }
            }
        }
    }
    Report {
        prices: SERIES
            .into_iter()
            .zip(prices)
            .flat_map(|((series, _), errors)| {
                PRICE_DAYS
                    .into_iter()
                    .zip(errors)
                    .filter_map(move |(days, errors)| errors.report(series, days))
            })
            .collect(),
        sales: sales.report(),
    }
}

/// The cuts of a product: none without enough changes of its rank.
fn cuts(product: &MarketSnapshot, every_days: u16) -> impl Iterator<Item = KeepaMinutes> {
    let ranks = product.histories.sales_rank.as_ref();
    let first = ranks
        .filter(|ranks| ranks.changes().len() >= LEAST_RANK_CHANGES)
        .and_then(|ranks| ranks.changes().first())
        .map(|change| change.at.plus_days(FIRST_CUT_DAYS));
    let last = product.observed_at.map(|end| end.plus_days(-LAST_CUT_DAYS));
    let step = i32::from(every_days.max(1));
    std::iter::successors(first, move |cut| Some(cut.plus_days(step)))
        .take_while(move |cut| last.is_some_and(|last| *cut <= last))
}

/// The product as it was known at a cut: nothing later is even there, and no figure of which the time is unknown.
fn known_at(product: &MarketSnapshot, cut: KeepaMinutes) -> MarketSnapshot {
    let histories = &product.histories;
    let until = |history: &Option<History>| history.as_ref().map(|history| history.until(cut));
    MarketSnapshot {
        observed_at: Some(cut),
        kind: product.kind,
        product_group: product.product_group.clone(),
        root_category: product.root_category,
        marketplace: product.marketplace,
        histories: Histories {
            new: until(&histories.new),
            used: until(&histories.used),
            sales_rank: until(&histories.sales_rank),
            ..Histories::default()
        },
        ..MarketSnapshot::unknown(product.asin, cut.to_utc())
    }
}

fn predict(
    known: &MarketSnapshot,
    cut: KeepaMinutes,
    series: PriceSeries,
    condition: Condition,
) -> Prediction {
    let fulfilment = Fulfilment::Fba;
    let price = estimate_sale_price(known, condition, fulfilment, cut, &PriceConfig::default());
    Prediction {
        asin: known.asin,
        cut,
        series,
        price: price.and_then(|price| {
            Some(Interval {
                low: price.low.minor()?,
                likely: price.likely.minor()?,
                high: price.high.minor()?,
            })
        }),
        sales30: expected_rank_falls(known, cut).map(|[low, likely, high]| Interval {
            low,
            likely,
            high,
        }),
    }
}

/// The days that follow a cut.
fn days_after(cut: KeepaMinutes, days: i32) -> Window {
    Window {
        from: cut,
        to: cut.plus_days(days),
    }
}

#[cfg(test)]
mod tests;
