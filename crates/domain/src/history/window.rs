//! A window of a history, and the statistics over it, weighted by time.

use crate::history::Change;
use crate::time::KeepaMinutes;

/// A stretch of time in which the value did not change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// Its beginning, included.
    pub from: KeepaMinutes,
    /// Its end, excluded; always after the beginning.
    pub to: KeepaMinutes,
    /// The value; `None` while nothing was offered.
    pub value: Option<i32>,
}

impl Segment {
    /// Its length in minutes, above zero.
    #[must_use]
    pub fn minutes(&self) -> u32 {
        self.to.0.abs_diff(self.from.0)
    }
}

/// The part of a history between two times. It borrows the history; only quantiles allocate, one buffer for a call.
#[derive(Debug, Clone, Copy)]
pub struct Window<'a> {
    /// The changes that matter: the one that holds at `from`, if any, and those before `to`.
    changes: &'a [Change],
    from: KeepaMinutes,
    to: KeepaMinutes,
}

impl<'a> Window<'a> {
    /// The window over `changes`, which must be of strictly increasing time.
    pub(super) fn new(changes: &'a [Change], from: KeepaMinutes, to: KeepaMinutes) -> Self {
        let first = changes
            .partition_point(|change| change.at <= from)
            .saturating_sub(1);
        let end = changes.partition_point(|change| change.at < to);
        Self {
            changes: changes.get(first..end).unwrap_or_default(),
            from,
            to,
        }
    }

    /// Its length in minutes, known or not; zero when it ends before it begins.
    #[must_use]
    pub fn minutes(&self) -> u32 {
        if self.to > self.from {
            self.to.0.abs_diff(self.from.0)
        } else {
            0
        }
    }

    /// The stretches of the window in which something is known, in order.
    pub fn segments(&self) -> impl Iterator<Item = Segment> + use<'a> {
        let (from, to) = (self.from, self.to);
        let ends = self
            .changes
            .iter()
            .skip(1)
            .map(|change| change.at)
            .chain(std::iter::once(to));
        self.changes
            .iter()
            .zip(ends)
            .filter_map(move |(change, end)| {
                let segment = Segment {
                    from: change.at.max(from),
                    to: end.min(to),
                    value: change.value,
                };
                (segment.to > segment.from).then_some(segment)
            })
    }

    /// The values with the minutes for which each held.
    fn values(&self) -> impl Iterator<Item = (i32, u32)> + use<'a> {
        self.segments()
            .filter_map(|segment| segment.value.map(|value| (value, segment.minutes())))
    }

    /// Changes within the window, the one that held at its beginning not counted.
    #[must_use]
    pub fn change_count(&self) -> u32 {
        let (from, to) = (self.from, self.to);
        let inside = self
            .changes
            .iter()
            .filter(|change| change.at > from && change.at < to);
        u32::try_from(inside.count()).unwrap_or(u32::MAX)
    }

    /// Minutes since the first change, offered or not.
    #[must_use]
    pub fn known_minutes(&self) -> u64 {
        self.segments()
            .map(|segment| u64::from(segment.minutes()))
            .sum()
    }

    /// Minutes in which there was a value.
    #[must_use]
    pub fn offered_minutes(&self) -> u64 {
        self.values().map(|(_, minutes)| u64::from(minutes)).sum()
    }

    /// Share of the whole window, known or not, in which there was a value: 0 to 1. Zero for an empty window.
    #[must_use]
    pub fn offered_share(&self) -> f64 {
        ratio(self.offered_minutes(), u64::from(self.minutes())).unwrap_or(0.0)
    }

    /// Share of the time with a value in which `predicate` held of it: 0 to 1; `None` when there was no value.
    #[must_use]
    pub fn share_where(&self, predicate: impl Fn(i32) -> bool) -> Option<f64> {
        let held = self
            .values()
            .filter(|&(value, _)| predicate(value))
            .map(|(_, minutes)| u64::from(minutes))
            .sum();
        ratio(held, self.offered_minutes())
    }

    /// Mean of the value over time; `None` when there was no value.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        self.mean_of(f64::from)
    }

    /// Geometric mean of the value over time; `None` when there was no value. A value of zero counts as one.
    #[must_use]
    pub fn geometric_mean(&self) -> Option<f64> {
        self.mean_of(log_of).map(f64::exp)
    }

    /// Standard deviation of the natural logarithm of the value over time: 0.1 is about ten percent. Zero for a constant
    /// value, `None` when there was none. A value of zero counts as one.
    #[must_use]
    pub fn log_dispersion(&self) -> Option<f64> {
        let mean = self.mean_of(log_of)?;
        self.mean_of(|value| (log_of(value) - mean).powi(2))
            .map(f64::sqrt)
    }

    fn mean_of(&self, transform: impl Fn(i32) -> f64) -> Option<f64> {
        let (sum, minutes) = self
            .values()
            .fold((0.0, 0.0), |(sum, total), (value, minutes)| {
                let minutes = f64::from(minutes);
                (transform(value).mul_add(minutes, sum), total + minutes)
            });
        (minutes > 0.0).then(|| sum / minutes)
    }

    /// Lowest value; `None` when there was none.
    #[must_use]
    pub fn min(&self) -> Option<i32> {
        self.values().map(|(value, _)| value).min()
    }

    /// Highest value; `None` when there was none.
    #[must_use]
    pub fn max(&self) -> Option<i32> {
        self.values().map(|(value, _)| value).max()
    }

    /// The value below or at which the history stayed for the share `q` of the offered time; `q` is taken as 0 to 1.
    /// `None` when there was no value.
    #[must_use]
    pub fn quantile(&self, q: f64) -> Option<i32> {
        self.quantiles([q]).map(|[value]| value)
    }

    /// Several quantiles over one sorted buffer, see [`Window::quantile`].
    #[must_use]
    pub fn quantiles<const N: usize>(&self, qs: [f64; N]) -> Option<[i32; N]> {
        let mut values: Vec<(i32, u32)> = self.values().collect();
        values.sort_unstable_by_key(|&(value, _)| value);
        let (highest, _) = *values.last()?;
        let total: f64 = values.iter().map(|&(_, minutes)| f64::from(minutes)).sum();
        Some(qs.map(|q| {
            let target = q.clamp(0.0, 1.0) * total;
            let mut held = 0.0;
            values
                .iter()
                .find(|&&(_, minutes)| {
                    held += f64::from(minutes);
                    held >= target
                })
                .map_or(highest, |&(value, _)| value)
        }))
    }

    /// The deepest fall from an earlier high, as a share of that high: 0 to 1. `None` when there was no value.
    #[must_use]
    pub fn drawdown(&self) -> Option<f64> {
        let mut values = self.values();
        let (first, _) = values.next()?;
        let (_, deepest) = values.fold((first, 0.0_f64), |(high, deepest), (value, _)| {
            let high = high.max(value);
            let fall = f64::from(high - value) / f64::from(high.max(1));
            (high, deepest.max(fall))
        });
        Some(deepest)
    }

    /// How often the value fell by at least `share` (0.05 is five percent) from one value to the next. Stretches without
    /// a value are skipped. Falls of the sales rank indicate sales.
    #[must_use]
    pub fn falls(&self, share: f64) -> u32 {
        let mut before = None;
        let mut falls = 0_u32;
        for (value, _) in self.values() {
            let is_fall = before.is_some_and(|before| {
                f64::from(value) <= f64::from(before) * (1.0 - share) && value < before
            });
            falls = falls.saturating_add(u32::from(is_fall));
            before = Some(value);
        }
        falls
    }
}

/// The natural logarithm of a value, which is never negative; zero counts as one.
fn log_of(value: i32) -> f64 {
    f64::from(value.max(1)).ln()
}

/// `part / whole`, `None` for an empty whole.
fn ratio(part: u64, whole: u64) -> Option<f64> {
    // A window has at most 2^32 minutes, so both go through f64 without loss.
    let as_f64 = |minutes: u64| u32::try_from(minutes).map_or(f64::from(u32::MAX), f64::from);
    (whole > 0).then(|| as_f64(part) / as_f64(whole))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::history::History;
    use crate::time::KeepaMinutes;

    const YEAR: i32 = 365 * KeepaMinutes::DAY;

    fn window(history: &History, from: i32, to: i32) -> super::Window<'_> {
        history.window(KeepaMinutes(from), KeepaMinutes(to))
    }

    #[test]
    fn a_price_that_lasted_a_year_outweighs_one_that_lasted_an_hour() {
        let history = History::from_pairs(&[0, 1_000, YEAR, 9_000]);
        let window = window(&history, 0, YEAR + 60);
        assert_eq!(window.quantiles([0.1, 0.5, 0.9]), Some([1_000; 3]));
        assert!(window.mean().unwrap() < 1_001.0);
        assert_eq!((window.min(), window.max()), (Some(1_000), Some(9_000)));
    }

    #[test]
    fn time_without_an_offer_is_reported_as_a_share_and_not_as_a_price() {
        let history = History::from_pairs(&[10, 500, 20, -1, 30, 700]);
        let window = window(&history, 0, 40);
        assert_eq!(window.mean(), Some(600.0));
        assert_eq!(window.known_minutes(), 30);
        assert_eq!(window.offered_minutes(), 20);
        assert_eq!(window.offered_minutes() * 2, u64::from(window.minutes()));
        assert!((window.offered_share() - 0.5).abs() < f64::EPSILON);
        assert_eq!(window.share_where(|price| price > 600), Some(0.5));
        assert_eq!(window.change_count(), 3);
    }

    #[test]
    fn a_window_cuts_the_stretches_at_its_edges() {
        let history = History::from_pairs(&[0, 1, 100, 2, 200, 3]);
        let window = window(&history, 50, 150);
        let stretches: Vec<_> = window
            .segments()
            .map(|s| (s.from.0, s.to.0, s.value))
            .collect();
        assert_eq!(stretches, [(50, 100, Some(1)), (100, 150, Some(2))]);
        assert_eq!(window.change_count(), 1);
    }

    #[test]
    fn a_window_before_the_first_change_or_turned_around_is_empty() {
        let history = History::from_pairs(&[100, 5]);
        for window in [window(&history, 0, 100), window(&history, 300, 200)] {
            assert_eq!(window.segments().count(), 0);
            assert_eq!(window.mean(), None);
            assert_eq!(window.quantile(0.5), None);
            assert!(window.offered_share() <= 0.0);
        }
    }

    #[test]
    fn falls_of_at_least_the_share_are_counted_across_gaps() {
        let ranks = [
            0, 1_000, 10, 951, 20, 950, 30, 2_000, 40, -1, 50, 1_900, 60, 1_805,
        ];
        let history = History::from_pairs(&ranks);
        assert_eq!(window(&history, 0, 100).falls(0.05), 2);
    }

    #[test]
    fn a_drawdown_is_measured_from_the_highest_value_before() {
        let history = History::from_pairs(&[0, 100, 10, 200, 20, 50, 30, 400, 40, 390]);
        assert_eq!(window(&history, 0, 50).drawdown(), Some(0.75));
    }

    fn any_history() -> impl Strategy<Value = History> {
        prop::collection::vec((-200_i32..2_000, -1_i32..100_000), 0..40).prop_map(|changes| {
            let pairs: Vec<i32> = changes.into_iter().flat_map(|(at, v)| [at, v]).collect();
            History::from_pairs(&pairs)
        })
    }

    proptest! {
        #[test]
        fn statistics_lie_between_the_lowest_and_the_highest_value(
            history in any_history(), from in -300_i32..2_100, length in 1_i32..2_000, q in 0.0_f64..1.0,
        ) {
            let window = window(&history, from, from + length);
            let Some((min, max)) = window.min().zip(window.max()) else {
                prop_assert_eq!(window.quantile(q), None);
                return Ok(());
            };
            let [low, high] = window.quantiles([q * 0.5, q]).unwrap();
            prop_assert!(min <= low && low <= high && high <= max);
            let (min, max) = (f64::from(min), f64::from(max));
            let mean = window.mean().unwrap();
            prop_assert!(min - 1e-6 <= mean && mean <= max + 1e-6);
            prop_assert!(window.geometric_mean().unwrap() <= mean.max(1.0) + 1e-6);
            prop_assert!(window.log_dispersion().unwrap() >= 0.0);
            prop_assert!((0.0..=1.0).contains(&window.drawdown().unwrap()));
        }

        #[test]
        fn the_segments_cover_exactly_the_known_time_without_overlap(
            history in any_history(), from in -300_i32..2_100, length in 1_i32..2_000,
        ) {
            let window = window(&history, from, from + length);
            let segments: Vec<_> = window.segments().collect();
            prop_assert!(segments.is_sorted_by(|a, b| a.to == b.from));
            prop_assert!(segments.iter().all(|s| history.value_at(s.from) == s.value));
            let first = history.first().map_or(i32::MAX, |change| change.at.0);
            let known = u64::try_from((from + length - first.max(from)).max(0)).unwrap();
            prop_assert_eq!(window.known_minutes(), known);
        }
    }
}
