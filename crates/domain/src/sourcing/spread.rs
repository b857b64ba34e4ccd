//! How a price was spread over time: quartiles, volatility, time offered.

use super::stretches::stretches;
use crate::history::{History, Window};
use crate::time::KeepaMinutes;

/// The spread of a price within a window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Spread {
    /// Prices that were not exceeded for a quarter, a half and three quarters of the offered time.
    pub(super) quartiles: [i32; 3],
    /// Standard deviation over mean, of prices pulled into their 5 % and 95 % quantiles.
    pub(super) volatility: f64,
    /// Days offered, whole ones.
    pub(super) offered_days: u32,
}

impl Spread {
    /// The spread of a price; `None` when nothing was offered within the window.
    ///
    /// The outer twentieth on either side counts as its edge: one seller's dream of an evening is no volatility. The predecessor dropped
    /// it, which shortens the time as well.
    pub(super) fn of(history: &History, window: Window) -> Option<Self> {
        let [lowest, low, median, high, highest] =
            history.quantiles(window, [0.05, 0.25, 0.5, 0.75, 0.95])?;
        let (mut weight, mut sum) = (0.0, 0.0);
        let priced = || {
            stretches(history, window).filter_map(|stretch| {
                let price = f64::from(stretch.value?.clamp(lowest, highest));
                Some((price, stretch.minutes_in(window)))
            })
        };
        for (price, minutes) in priced() {
            weight += minutes;
            sum += minutes * price;
        }
        let mean = sum / weight;
        let squares: f64 = priced()
            .map(|(price, minutes)| minutes * (price - mean).powi(2))
            .sum();
        Some(Self {
            quartiles: [low, median, high],
            volatility: if mean > 0.0 {
                (squares / weight).sqrt() / mean
            } else {
                0.0
            },
            offered_days: offered_days(history, window),
        })
    }
}

/// Whole days of a window in which something was offered.
pub(super) fn offered_days(history: &History, window: Window) -> u32 {
    let minutes: i64 = history
        .segments(window)
        .filter(|segment| segment.value.is_some())
        .map(|segment| segment.minutes)
        .sum();
    u32::try_from(minutes / i64::from(KeepaMinutes::DAY)).unwrap_or(u32::MAX)
}
