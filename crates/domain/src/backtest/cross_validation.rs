//! What the choice of constants is worth: each product is foretold by the constants that were best on all others.

use super::{Errors, Method, PRICE_DAYS, PriceReport, Report, SERIES};
use crate::demand::SalesMethod;
use crate::market::MarketSnapshot;
use crate::price::{PriceSeries, Temper, Tempers};

/// Days of which the level of a price may be taken.
const LEVEL_DAYS: [u16; 4] = [14, 30, 60, 90];
/// How far above its level a price may be no spike, as a logarithm.
const WOBBLES: [f64; 4] = [0.0, 0.1, 0.2, 0.3];
/// Least deviations of a price.
const LEAST_DEVIATIONS: [f64; 6] = [0.02, 0.04, 0.08, 0.12, 0.18, 0.25];
/// Weights of the last month's rank falls.
const RECENT_SHARES: [f64; 4] = [0.2, 0.3, 0.4, 0.5];
/// Shares of the trade's season.
const SEASON_SHARES: [f64; 3] = [0.0, 0.5, 1.0];
/// The share of the truths that low and high should hold.
const PROMISED: f64 = 0.8;

/// Evaluates the estimates as [`evaluate`](super::evaluate) does, but each product by constants that were chosen on the others alone: the
/// level and the wobble of a price, and the blend of sales, by the least mean error, then the least deviation by the share that is covered.
///
/// It costs about a hundred evaluations.
#[must_use]
pub fn cross_validate<'a>(
    products: impl IntoIterator<Item = &'a MarketSnapshot>,
    every_days: u16,
) -> Report {
    let products: Vec<_> = products.into_iter().collect();
    let candidates: Vec<Vec<Errors>> = methods()
        .map(|method| {
            let errors = |product: &&MarketSnapshot| method.errors(product, every_days);
            products.iter().map(errors).collect()
        })
        .collect();
    let mut sum = Errors::default();
    for held_out in 0..products.len() {
        let reports: Vec<Report> = candidates
            .iter()
            .map(|by_product| on_others(by_product, held_out).report())
            .collect();
        let chosen = |score: &dyn Fn(&Report) -> Option<[f64; 2]>| {
            let scored = candidates.iter().zip(&reports);
            scored
                .filter_map(|(errors, report)| Some((score(report)?, errors.get(held_out)?)))
                .min_by(|([a, b], _), ([c, d], _)| a.total_cmp(c).then(b.total_cmp(d)))
                .map(|(_, errors)| errors)
        };
        for (index, series) in SERIES.into_iter().enumerate() {
            let best = chosen(&|report| price_score(report, series));
            if let Some((mine, theirs)) = sum
                .prices
                .get_mut(index)
                .zip(best.and_then(|errors| errors.prices.get(index)))
            {
                for (mine, theirs) in mine.iter_mut().zip(theirs) {
                    mine.append(theirs);
                }
            }
        }
        if let Some(best) = chosen(&|report| report.sales.as_ref().map(|sales| [sales.error, 0.0]))
        {
            sum.sales.append(&best.sales);
        }
    }
    sum.report()
}

/// What may be chosen: first every temper, then every blend of sales.
fn methods() -> impl Iterator<Item = Method> {
    let tempers = LEVEL_DAYS.into_iter().flat_map(|level_days| {
        WOBBLES.into_iter().flat_map(move |wobble| {
            LEAST_DEVIATIONS.map(|least_deviation| {
                let temper = Temper {
                    level_days,
                    wobble,
                    least_deviation,
                };
                Method {
                    tempers: Tempers {
                        new: temper,
                        used: temper,
                    },
                    ..Method::default()
                }
            })
        })
    });
    let sales = RECENT_SHARES.into_iter().flat_map(|recent_share| {
        SEASON_SHARES.map(|season_share| Method {
            sales: SalesMethod {
                recent_share,
                season_share,
            },
            ..Method::default()
        })
    });
    tempers.chain(sales)
}

/// The sum of the errors on all products but one.
fn on_others(by_product: &[Errors], held_out: usize) -> Errors {
    let mut sum = Errors::default();
    for (_, errors) in by_product
        .iter()
        .enumerate()
        .filter(|(index, _)| *index != held_out)
    {
        sum.append(errors);
    }
    sum
}

/// The error of the prices of a series over the longest horizon, then how far the share that is covered lies from what is promised.
fn price_score(report: &Report, series: PriceSeries) -> Option<[f64; 2]> {
    let is_meant = |price: &&PriceReport| {
        price.series == series && PRICE_DAYS.last() == Some(&price.horizon_days)
    };
    let price = report.prices.iter().find(is_meant)?;
    Some([price.error, (price.covered - PROMISED).abs()])
}
