//! Walk-forward evaluation: at cuts through recorded histories the estimates are asked for what came next, knowing only what was known then.
//!
//! The series are the lowest new and the lowest used offer, since nearly every product has them. The truth of a price is its time-weighted
//! median over the coming days, and holds only where something was offered for half of them; the truth of sales is the number of rank falls in the
//! coming 30 days, at cuts where some price has a truth for 90 days: a listing that nobody offers sells nothing.

mod cross_validation;
mod error_sum;

use serde::Serialize;

pub use self::cross_validation::cross_validate;
use self::error_sum::{PriceErrors, SalesErrors};
use crate::demand::{SalesMethod, rank_falls_by};
use crate::history::{History, Window};
use crate::identifier::Asin;
use crate::market::{Histories, MarketSnapshot};
use crate::price::{PriceConfig, PriceSeries, Tempers, estimate_from};
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

/// The series that are foretold.
const SERIES: [PriceSeries; 2] = [PriceSeries::New, PriceSeries::Used];

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
    let method = Method::default();
    cuts(product, every_days)
        .flat_map(|cut| {
            let known = known_at(product, cut);
            SERIES.map(|series| method.predict(&known, cut, series))
        })
        .collect()
}

/// Evaluates the estimates on products, a cut every `every_days` days (at least one).
///
/// The estimates have no state, so no product is scored on what was learned from it here; their constants were chosen once.
/// [`cross_validate`] tells what such a choice is worth on a product that it has not seen.
#[must_use]
pub fn evaluate<'a>(
    products: impl IntoIterator<Item = &'a MarketSnapshot>,
    every_days: u16,
) -> Report {
    let mut sum = Errors::default();
    for product in products {
        sum.append(&Method::default().errors(product, every_days));
    }
    sum.report()
}

/// How prices and sales are foretold.
#[derive(Default, Clone, Copy)]
struct Method {
    tempers: Tempers,
    sales: SalesMethod,
}

/// The errors of a method.
#[derive(Default)]
struct Errors {
    /// By series and horizon.
    prices: [[PriceErrors; PRICE_DAYS.len()]; SERIES.len()],
    sales: SalesErrors,
}

impl Method {
    /// The errors on one product.
    fn errors(self, product: &MarketSnapshot, every_days: u16) -> Errors {
        let mut sum = Errors::default();
        for cut in cuts(product, every_days) {
            let known = known_at(product, cut);
            let mut is_market = false;
            let mut sales = None;
            for (series, errors) in SERIES.into_iter().zip(&mut sum.prices) {
                let prediction = self.predict(&known, cut, series);
                if let Some(history) = product.histories.price(series) {
                    for (days, errors) in PRICE_DAYS.into_iter().zip(errors) {
                        let has_truth = errors.add(history, cut, days, &prediction);
                        is_market |= has_truth && PRICE_DAYS.last() == Some(&days);
                    }
                }
                sales = prediction.sales30;
            }
            if let Some(ranks) = &product.histories.sales_rank
                && is_market
            {
                sum.sales.add(ranks, cut, sales);
            }
        }
        sum
    }

    fn predict(self, known: &MarketSnapshot, cut: KeepaMinutes, series: PriceSeries) -> Prediction {
        let config = PriceConfig::default();
        let price = estimate_from(known, [series; 3], cut, &config, &self.tempers);
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
            sales30: rank_falls_by(known, cut, self.sales).map(|[low, likely, high]| Interval {
                low,
                likely,
                high,
            }),
        }
    }
}

impl Errors {
    fn append(&mut self, other: &Self) {
        for (mine, theirs) in self.prices.iter_mut().zip(&other.prices) {
            for (mine, theirs) in mine.iter_mut().zip(theirs) {
                mine.append(theirs);
            }
        }
        self.sales.append(&other.sales);
    }

    fn report(self) -> Report {
        let of_series = |(series, errors): (PriceSeries, [PriceErrors; PRICE_DAYS.len()])| {
            PRICE_DAYS
                .into_iter()
                .zip(errors)
                .filter_map(move |(days, errors)| errors.report(series, days))
        };
        Report {
            prices: SERIES
                .into_iter()
                .zip(self.prices)
                .flat_map(of_series)
                .collect(),
            sales: self.sales.report(),
        }
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

/// The days that follow a cut.
fn days_after(cut: KeepaMinutes, days: i32) -> Window {
    Window {
        from: cut,
        to: cut.plus_days(days),
    }
}

#[cfg(test)]
mod tests;
