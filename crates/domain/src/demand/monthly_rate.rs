//! An uncertain monthly rate: the Gamma distribution that is left of a Poisson rate after some counting.

/// A rate per month that is uncertain as a Gamma distribution says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct MonthlyRate {
    /// Events, with the prior's.
    shape: f64,
    /// Months in which they were counted, with the prior's.
    months: f64,
}

impl MonthlyRate {
    /// What is known after `events` in `months`, both with the prior's; `None` unless both are above zero.
    pub(super) fn new(events: f64, months: f64) -> Option<Self> {
        (events > 0.0 && months > 0.0).then_some(Self {
            shape: events,
            months,
        })
    }

    /// Expected events a month, above zero.
    pub(super) fn mean(self) -> f64 {
        self.shape / self.months
    }

    /// The same relative uncertainty around another mean, which must be above zero.
    pub(super) fn with_mean(self, mean: f64) -> Self {
        Self {
            months: self.shape / mean,
            ..self
        }
    }

    /// The 10 %, 50 % and 90 % quantiles of next month's events: the uncertainty of the rate, its drift (as a share of it), and the chance
    /// of a single month together, as a Gamma distribution of the same mean and variance.
    pub(super) fn next_month(self, drift: f64) -> [f64; 3] {
        let mean = self.mean();
        let variance = mean + mean * mean * (1.0 / self.shape + drift * drift);
        let shape = mean * mean / variance;
        [-Z_90, 0.0, Z_90].map(|z| quantile(shape, mean, z))
    }

    /// Probability that at least one event happens within `months`.
    pub(super) fn probability_of_sale(self, months: f64) -> f64 {
        -(-self.shape * (months / self.months).ln_1p()).exp_m1()
    }
}

/// The 90 % quantile of the normal distribution.
const Z_90: f64 = 1.281_552;

/// The quantile of a Gamma distribution at `z` standard deviations of the normal one, by the approximation of Wilson and Hilferty (1931):
/// good to a few percent from a shape of 1 on, below that low quantiles are too low.
fn quantile(shape: f64, mean: f64, z: f64) -> f64 {
    let ninth = 1.0 / (9.0 * shape);
    mean * (1.0 - ninth + z * ninth.sqrt()).max(0.0).powi(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_agree_with_tables_of_the_chi_squared_distribution() {
        // Chi-squared with k degrees of freedom is Gamma with shape k/2 and mean k.
        let tables = [
            (2.0, 0.211, 4.605),
            (10.0, 4.865, 15.987),
            (60.0, 46.459, 74.397),
        ];
        for (degrees, low, high) in tables {
            let at = |z| quantile(degrees / 2.0, degrees, z);
            assert!((at(-Z_90) - low).abs() < 0.05 && (at(Z_90) - high).abs() < 0.05);
        }
    }

    #[test]
    fn the_chance_of_a_sale_grows_with_time_and_with_certainty() {
        let sure = MonthlyRate::new(1e6, 1e6).unwrap();
        assert!((sure.probability_of_sale(1.0) - (1.0 - (-1.0_f64).exp())).abs() < 1e-5);
        let unsure = MonthlyRate::new(0.5, 0.5).unwrap();
        assert!(unsure.probability_of_sale(1.0) < sure.probability_of_sale(1.0));
        assert!(unsure.probability_of_sale(3.0) > unsure.probability_of_sale(1.0));
    }

    #[test]
    fn an_interval_narrows_with_the_count_and_the_median_lies_below_the_mean() {
        let interval = |events: f64| {
            MonthlyRate::new(events, events / 10.0)
                .unwrap()
                .next_month(0.3)
        };
        let ([low, median, high], [many_low, many_median, many_high]) =
            (interval(2.0), interval(200.0));
        assert!(low < many_low && many_median < 10.0 && 10.0 < many_high && many_high < high);
        assert!(low < median && median < many_median);
    }
}
