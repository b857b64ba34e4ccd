//! Errors of predictions, and what they come to.

use super::{Interval, Prediction, PriceReport, SALES_DAYS, SalesReport, days_after};
use crate::history::{History, Window};
use crate::price::PriceSeries;
use crate::time::KeepaMinutes;

/// Errors of the price of one series over one horizon.
#[derive(Default)]
pub(super) struct PriceErrors {
    of_estimate: Vec<f64>,
    of_current: Vec<f64>,
    of_median: Vec<f64>,
    covered: Vec<f64>,
    widths: Vec<f64>,
}

impl PriceErrors {
    /// Adds a prediction whose product was offered at the cut, and for half of the days after it; `false` for any other.
    pub(super) fn add(
        &mut self,
        history: &History,
        cut: KeepaMinutes,
        days: u16,
        prediction: &Prediction,
    ) -> bool {
        let coming = days_after(cut, i32::from(days));
        let offered: i64 = history
            .segments(coming)
            .filter_map(|segment| segment.value.map(|_| segment.minutes))
            .sum();
        if offered * 2 < i64::from(days) * i64::from(KeepaMinutes::DAY) {
            return false;
        }
        let past = Window::days_before(cut, 90);
        let (Some([truth]), Some(price), Some(current), Some([median])) = (
            history.quantiles(coming, [0.5]),
            prediction.price,
            history.value_at(cut).filter(|current| *current > 0),
            history.quantiles(past, [0.5]),
        ) else {
            return false;
        };
        let truth = f64::from(truth.max(1));
        let [low, likely, high] = [price.low, price.likely, price.high]
            .map(|minor| f64::from(i32::try_from(minor).unwrap_or(i32::MAX)));
        let error = |foretold: f64| (foretold / truth - 1.0).abs();
        self.of_estimate.push(error(likely));
        self.of_current.push(error(f64::from(current)));
        self.of_median.push(error(f64::from(median)));
        self.covered.push(share(low <= truth && truth <= high));
        self.widths.push((high - low) / likely.max(1.0));
        true
    }

    pub(super) fn append(&mut self, other: &Self) {
        self.of_estimate.extend_from_slice(&other.of_estimate);
        self.of_current.extend_from_slice(&other.of_current);
        self.of_median.extend_from_slice(&other.of_median);
        self.covered.extend_from_slice(&other.covered);
        self.widths.extend_from_slice(&other.widths);
    }

    pub(super) fn report(mut self, series: PriceSeries, horizon_days: u16) -> Option<PriceReport> {
        self.widths.sort_unstable_by(f64::total_cmp);
        Some(PriceReport {
            series,
            horizon_days,
            cuts: u32::try_from(self.of_estimate.len()).ok()?,
            error: mean(&self.of_estimate)?,
            error_of_current: mean(&self.of_current)?,
            error_of_median: mean(&self.of_median)?,
            covered: mean(&self.covered)?,
            median_width: *self.widths.get(self.widths.len() / 2)?,
        })
    }
}

/// Errors of sales.
#[derive(Default)]
pub(super) struct SalesErrors {
    estimates: Vec<f64>,
    truths: Vec<f64>,
    of_falls: Vec<f64>,
    covered: Vec<f64>,
}

impl SalesErrors {
    pub(super) fn add(&mut self, ranks: &History, cut: KeepaMinutes, sales: Option<Interval<f64>>) {
        let Some(sales) = sales else {
            return;
        };
        let truth = f64::from(ranks.falls(days_after(cut, SALES_DAYS)));
        let falls = f64::from(ranks.falls(Window::days_before(cut, 90))) / 3.0;
        self.of_falls.push((falls.ln_1p() - truth.ln_1p()).abs());
        self.covered
            .push(share(sales.low <= truth && truth <= sales.high));
        self.estimates.push(sales.likely);
        self.truths.push(truth);
    }

    pub(super) fn append(&mut self, other: &Self) {
        self.estimates.extend_from_slice(&other.estimates);
        self.truths.extend_from_slice(&other.truths);
        self.of_falls.extend_from_slice(&other.of_falls);
        self.covered.extend_from_slice(&other.covered);
    }

    pub(super) fn report(&self) -> Option<SalesReport> {
        let errors: Vec<f64> = self
            .estimates
            .iter()
            .zip(&self.truths)
            .map(|(estimate, truth)| (estimate.ln_1p() - truth.ln_1p()).abs())
            .collect();
        Some(SalesReport {
            cuts: u32::try_from(errors.len()).ok()?,
            error: mean(&errors)?,
            error_of_falls: mean(&self.of_falls)?,
            covered: mean(&self.covered)?,
            rank_correlation: correlation(&ranks(&self.estimates), &ranks(&self.truths)),
        })
    }
}

fn share(is_inside: bool) -> f64 {
    f64::from(u8::from(is_inside))
}

/// The mean of values; `None` of none.
fn mean(values: &[f64]) -> Option<f64> {
    let count = u32::try_from(values.len())
        .ok()
        .filter(|count| *count > 0)?;
    Some(values.iter().sum::<f64>() / f64::from(count))
}

/// The rank of each value among all; equal ones share the mean of their ranks.
fn ranks(values: &[f64]) -> Vec<f64> {
    values
        .iter()
        .map(|value| {
            let (mut below, mut equal) = (0_u32, 0_u32);
            for other in values {
                below += u32::from(other < value);
                equal += u32::from(other.total_cmp(value).is_eq());
            }
            f64::from(below) + f64::from(equal) / 2.0
        })
        .collect()
}

/// Pearson's correlation; `None` when one side does not vary.
fn correlation(left: &[f64], right: &[f64]) -> Option<f64> {
    let (mean_left, mean_right) = (mean(left)?, mean(right)?);
    let (mut product, mut squares_left, mut squares_right) = (0.0, 0.0, 0.0);
    for (a, b) in left.iter().zip(right) {
        let (a, b) = (a - mean_left, b - mean_right);
        product += a * b;
        squares_left += a * a;
        squares_right += b * b;
    }
    let scale = (squares_left * squares_right).sqrt();
    (scale > 0.0).then(|| product / scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_share_their_rank_and_a_monotonic_relation_correlates_fully() {
        assert_eq!(ranks(&[5.0, 1.0, 5.0, 9.0]), [2.0, 0.5, 2.0, 3.5]);
        let grows = correlation(&ranks(&[1.0, 2.0, 3.0]), &ranks(&[10.0, 1_000.0, 1_001.0]));
        assert!(grows.is_some_and(|grows| (grows - 1.0).abs() < 1e-12));
        assert_eq!(correlation(&[1.0, 1.0], &[1.0, 2.0]), None);
    }
}
