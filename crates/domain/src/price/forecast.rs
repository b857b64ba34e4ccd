//! From the past of a series to its coming price: low, likely and high.

use super::PriceSeries;
use crate::history::{History, Window};
use crate::rounding::nearest;
use crate::time::KeepaMinutes;

/// How a market of new or used units moves.
///
/// The constants of this file are chosen on recorded histories, coarsely (10 products, a cut every 60 days, truth = the time-weighted
/// median of the next 90 days); `docs/calculations.md` shows the errors, and those of a choice that had not seen the product.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Temper {
    /// Days of which the level is taken.
    pub(crate) level_days: u16,
    /// How far above its level, as a logarithm, a price is no spike.
    pub(crate) wobble: f64,
    /// Least standard deviation of the logarithm of the coming price: a quiet past does not promise a quiet future.
    pub(crate) least_deviation: f64,
}

/// The tempers of both markets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Tempers {
    pub(crate) new: Temper,
    pub(crate) used: Temper,
}

impl Tempers {
    pub(super) const fn of(&self, series: PriceSeries) -> Temper {
        if series.is_used() {
            self.used
        } else {
            self.new
        }
    }
}

impl Default for Tempers {
    /// New units are alike and many sell them: a price that held for two weeks is the market's, and only one a fifth above it is a spike.
    /// Used units are few, and the lowest offer is the price: when one sells, it jumps for weeks.
    fn default() -> Self {
        Self {
            new: Temper {
                level_days: 14,
                wobble: 0.2,
                least_deviation: 0.04,
            },
            used: Temper {
                level_days: 90,
                wobble: 0.0,
                least_deviation: 0.18,
            },
        }
    }
}

/// How much of the way to its level a spike falls back: half, since of the prices that rose some fall and some stay. A price below its
/// level is believed: it seldom recovers.
const FALL_BACK: f64 = 0.5;

/// The level to which a price falls back is the quarter of the time in which it was lowest: the price that returns when the one seller with
/// a higher one is gone.
const LEVEL_SHARE: f64 = 0.25;

/// How much of the fall-back is doubt.
const FALL_BACK_DOUBT: f64 = 0.7;

/// Days over which the dispersion of the past is taken, twice as many as are foretold, and the share of it that remains for them.
const DISPERSION: (i32, f64) = (180, 0.5);

/// Greatest standard deviation: high is 3.6 times the likely price, more would say nothing.
const GREATEST_DEVIATION: f64 = 1.0;

/// The 90 % quantile of the normal distribution.
const Z_90: f64 = 1.281_552;

/// What a series is expected to cost, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Forecast {
    pub(super) low: i32,
    pub(super) likely: i32,
    pub(super) high: i32,
    /// `true` when the likely price lies below the current one.
    pub(super) is_fall_expected: bool,
}

impl Temper {
    /// The coming price of a series as known at `now`; without an offer now it is the median of `window`. `None` where nothing was offered.
    ///
    /// The logarithm of a price is a statistic, not an amount: the float is rounded to the smallest unit before anything is computed
    /// with it.
    pub(super) fn forecast(
        self,
        history: &History,
        now: KeepaMinutes,
        window: Window,
    ) -> Option<Forecast> {
        let (likely, fall) = match history.value_at(now) {
            Some(current) => {
                let days = Window::days_before(now, i32::from(self.level_days));
                let level = history
                    .quantiles(days, [LEVEL_SHARE])
                    .map_or(current, |[level]| level);
                let fall = FALL_BACK * (log(current) - log(level) - self.wobble).max(0.0);
                (log(current) - fall, fall)
            }
            None => {
                let [median] = history.quantiles(window, [0.5])?;
                (log(median), 0.0)
            }
        };
        let (days, remains) = DISPERSION;
        let (_, dispersion) = history
            .log_moments(Window::days_before(now, days))
            .unwrap_or_default();
        let deviation = (remains * dispersion)
            .hypot(FALL_BACK_DOUBT * fall)
            .hypot(self.least_deviation)
            .min(GREATEST_DEVIATION);
        let at = |z: f64| to_minor((likely + z * deviation).exp()).max(1);
        Some(Forecast {
            low: at(-Z_90),
            likely: at(0.0),
            high: at(Z_90),
            is_fall_expected: fall > 0.0,
        })
    }
}

/// The natural logarithm of a price; one of nothing counts as the smallest unit.
fn log(minor: i32) -> f64 {
    f64::from(minor.max(1)).ln()
}

/// The nearest amount in minor units.
fn to_minor(value: f64) -> i32 {
    nearest(value)
        .and_then(|minor| i32::try_from(minor).ok())
        .unwrap_or(i32::MAX)
}
