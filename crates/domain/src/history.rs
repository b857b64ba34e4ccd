//! Histories are step functions: a value holds until the next change, and "nothing offered" is a state.
//!
//! So every statistic is weighted by time: a price that lasted a year counts a year, one that lasted an hour counts an hour.

use serde::{Deserialize, Serialize, Serializer};

use crate::time::KeepaMinutes;

/// One change of a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// When the value began to hold.
    pub at: KeepaMinutes,
    /// The value from then on; `None` while nothing is offered.
    pub value: Option<i32>,
}

/// A step function over time, in changes of strictly increasing time.
///
/// Serialised as flat pairs `[minute, value, …]` with -1 for "nothing offered", as compact as the source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Vec<i32>")]
pub struct History {
    changes: Vec<Change>,
}

/// A span of time, from its first minute to the one before its last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// First minute.
    pub from: KeepaMinutes,
    /// The minute after the last.
    pub to: KeepaMinutes,
}

impl Window {
    /// The days before a time.
    #[must_use]
    pub const fn days_before(to: KeepaMinutes, days: i32) -> Self {
        Self {
            from: to.plus_days(-days),
            to,
        }
    }
}

/// A stretch of time in which one value held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// Its minutes, at least 1.
    pub minutes: i64,
    /// The value; `None` while nothing was offered.
    pub value: Option<i32>,
}

impl History {
    /// A history of changes. A change that is not later than the one before it replaces it when both have the same time, and is dropped
    /// otherwise: a source that goes back in time is wrong.
    pub fn new(changes: impl IntoIterator<Item = Change>) -> Self {
        let mut kept: Vec<Change> = Vec::new();
        for change in changes {
            match kept.last_mut() {
                Some(last) if change.at == last.at => *last = change,
                Some(last) if change.at < last.at => {}
                _ => kept.push(change),
            }
        }
        Self { changes: kept }
    }

    /// The changes, in order of time.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// The stored form, flat pairs of minute and value.
    fn pairs(&self) -> impl Iterator<Item = i32> + '_ {
        self.changes
            .iter()
            .flat_map(|change| [change.at.0, change.value.unwrap_or(-1)])
    }

    /// `true` when nothing was ever recorded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The value that held at a time; `None` while nothing was offered, and before the first change.
    #[must_use]
    pub fn value_at(&self, at: KeepaMinutes) -> Option<i32> {
        let after = self.changes.partition_point(|change| change.at <= at);
        self.changes.get(after.checked_sub(1)?)?.value
    }

    /// The changes within a window.
    #[must_use]
    pub fn changes_in(&self, window: Window) -> &[Change] {
        let from = self
            .changes
            .partition_point(|change| change.at < window.from);
        let to = self.changes.partition_point(|change| change.at < window.to);
        self.changes.get(from..to).unwrap_or_default()
    }

    /// The history as it was known at a time: without any later change.
    #[must_use]
    pub fn until(&self, at: KeepaMinutes) -> Self {
        let after = self.changes.partition_point(|change| change.at <= at);
        Self {
            changes: self.changes.get(..after).unwrap_or_default().to_vec(),
        }
    }

    /// The stretches of a window in which values held. What was before the first change is unknown and left out.
    pub fn segments(&self, window: Window) -> impl Iterator<Item = Segment> + '_ {
        let first = self
            .changes
            .partition_point(|change| change.at <= window.from);
        let first = first.saturating_sub(1);
        let changes = self.changes.get(first..).unwrap_or_default();
        changes
            .iter()
            .enumerate()
            .map_while(move |(index, change)| {
                let from = change.at.max(window.from);
                let next = changes.get(index + 1).map_or(window.to, |next| next.at);
                let to = next.min(window.to);
                (from < window.to).then(|| Segment {
                    minutes: i64::from(to.0) - i64::from(from.0),
                    value: change.value,
                })
            })
            .filter(|segment| segment.minutes > 0)
    }

    /// The share of the known time of a window in which something was offered, from 0 to 1; `None` when nothing is known of it.
    #[must_use]
    pub fn offered_share(&self, window: Window) -> Option<f64> {
        let (mut offered, mut known) = (0_i64, 0_i64);
        for segment in self.segments(window) {
            known += segment.minutes;
            if segment.value.is_some() {
                offered += segment.minutes;
            }
        }
        (known > 0).then(|| ratio(offered, known))
    }

    /// Values that were not exceeded for the given shares of the offered time; `None` when nothing was offered.
    #[must_use]
    pub fn quantiles<const N: usize>(&self, window: Window, shares: [f64; N]) -> Option<[i32; N]> {
        // One stretch more than changes: that of the value that held when the window began.
        let mut values = Vec::with_capacity(self.changes_in(window).len() + 1);
        let offered = |segment: Segment| Some((segment.value?, segment.minutes));
        values.extend(self.segments(window).filter_map(offered));
        values.sort_unstable_by_key(|(value, _)| *value);
        let total: i64 = values.iter().map(|(_, minutes)| minutes).sum();
        let highest = values.last()?.0;
        Some(shares.map(|share| {
            let mut passed = 0_i64;
            values
                .iter()
                .find(|(_, minutes)| {
                    passed += minutes;
                    ratio(passed, total) >= share
                })
                .map_or(highest, |(value, _)| *value)
        }))
    }

    /// Mean and standard deviation of the natural logarithm of the values, weighted by time; zeros are left out. `None` when nothing was
    /// offered.
    #[must_use]
    pub fn log_moments(&self, window: Window) -> Option<(f64, f64)> {
        let (mut weight, mut sum, mut squares) = (0.0, 0.0, 0.0);
        for segment in self.segments(window) {
            let Some(value) = segment.value.filter(|value| *value > 0) else {
                continue;
            };
            let (log, minutes) = (f64::from(value).ln(), ratio(segment.minutes, 1));
            weight += minutes;
            sum += minutes * log;
            squares += minutes * log * log;
        }
        (weight > 0.0).then(|| {
            let mean = sum / weight;
            (mean, (squares / weight - mean * mean).max(0.0).sqrt())
        })
    }

    /// How often the value fell by at least 5 % within a window: the count of rank falls that follows Keepa's own most closely for slow
    /// sellers (63 of 80 exact, measured).
    #[must_use]
    pub fn falls(&self, window: Window) -> u32 {
        let mut falls = 0;
        let mut before = self.value_at(KeepaMinutes(window.from.0.saturating_sub(1)));
        for change in self.changes_in(window) {
            if let (Some(before), Some(now)) = (before, change.value)
                && i64::from(now) * 100 <= i64::from(before) * 95
            {
                falls += 1;
            }
            before = change.value.or(before);
        }
        falls
    }
}

/// A quotient of minutes. Histories span a few decades, so both fit 32 bits, which a float holds exactly.
fn ratio(part: i64, whole: i64) -> f64 {
    let exact = |minutes: i64| f64::from(u32::try_from(minutes).unwrap_or(u32::MAX));
    exact(part) / exact(whole)
}

impl From<Vec<i32>> for History {
    fn from(pairs: Vec<i32>) -> Self {
        Self::new(pairs.chunks_exact(2).filter_map(|pair| match *pair {
            [at, value] => Some(Change {
                at: KeepaMinutes(at),
                value: (value >= 0).then_some(value),
            }),
            _ => None,
        }))
    }
}

impl From<History> for Vec<i32> {
    fn from(history: History) -> Self {
        history.pairs().collect()
    }
}

impl Serialize for History {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.pairs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DAY: i32 = KeepaMinutes::DAY;

    fn window(from: i32, to: i32) -> Window {
        Window {
            from: KeepaMinutes(from),
            to: KeepaMinutes(to),
        }
    }

    #[test]
    fn a_price_that_lasted_a_year_outweighs_many_that_lasted_an_hour() {
        let mut pairs = vec![0, 1_000];
        for hour in 0..50 {
            pairs.extend([365 * DAY + hour * 60, 5_000 + hour]);
        }
        let history = History::from(pairs);
        let all = window(0, 367 * DAY);
        assert_eq!(history.quantiles(all, [0.1, 0.5, 0.9]), Some([1_000; 3]));
    }

    #[test]
    fn out_of_stock_is_a_state_and_no_price() {
        let history = History::from(vec![0, 1_000, DAY, -1, 3 * DAY, 2_000]);
        let all = window(-DAY, 4 * DAY);
        assert_eq!(history.value_at(KeepaMinutes(2 * DAY)), None);
        assert_eq!(history.offered_share(all), Some(0.5));
        assert_eq!(history.quantiles(all, [0.5, 1.0]), Some([1_000, 2_000]));
        assert_eq!(history.quantiles(window(DAY, 3 * DAY), [0.5]), None);
    }

    #[test]
    fn a_source_that_goes_back_in_time_is_mended() {
        let history = History::from(vec![10, 1, 20, 2, 15, 3, 20, 4, 30]);
        assert_eq!(serde_json::to_string(&history).unwrap(), "[10,1,20,4]");
        assert_eq!(Vec::<i32>::from(history), [10, 1, 20, 4]);
    }

    #[test]
    fn a_fall_counts_from_five_percent_on() {
        let history = History::from(vec![
            0, 1_000, 10, 951, 20, 903, 30, 2_000, 40, -1, 50, 1_500,
        ]);
        assert_eq!(history.falls(window(0, 100)), 2);
    }

    proptest! {
        #[test]
        fn quantiles_lie_within_the_values_and_in_order(
            pairs in prop::collection::vec((0_i32..100_000, -1_i32..50_000), 1..50),
            to in 1_i32..200_000,
        ) {
            let mut pairs = pairs;
            pairs.sort_unstable();
            let history = History::from(pairs.iter().flat_map(|(at, value)| [*at, *value]).collect::<Vec<_>>());
            if let Some([low, mid, high]) = history.quantiles(window(0, to), [0.1, 0.5, 0.9]) {
                prop_assert!(low <= mid && mid <= high);
                let values: Vec<i32> = history.changes().iter().filter_map(|c| c.value).collect();
                prop_assert!(values.contains(&low) && values.contains(&high));
            }
        }

        #[test]
        fn the_stretches_of_a_window_fill_its_known_part(from in 0_i32..1_000, length in 1_i32..1_000) {
            let history = History::from(vec![0, 5, 300, -1, 900, 7]);
            let sum: i64 = history.segments(window(from, from + length)).map(|s| s.minutes).sum();
            prop_assert_eq!(sum, i64::from(length));
        }
    }
}
