//! What a history was over a time: means, absences, extremes, falls.

use super::series::Series;
use crate::clock::DAY;

/// A fall of the rank that counts as a sale, in percent of the rank before. Grade C: measured on
/// recorded products (63 of 80 counts exact for slow sellers); Keepa documents no rule.
const DROP_PERCENT: i64 = 5;

/// Rank under which every fall counts. Grade C: as [`DROP_PERCENT`].
const EVERY_FALL_UNDER: i32 = 1_000;

/// When a value began to hold, and the value.
pub(super) type Extreme = [i32; 2];

/// What a series was in the windows of the block.
#[derive(Debug)]
pub(super) struct Windows {
    pub(super) current: i32,
    /// The last 30, 90, 180 and 365 days.
    pub(super) last: [Tally; 4],
    pub(super) interval: Tally,
    /// The lowest and the highest, ever and within the interval.
    pub(super) ever: [Option<Extreme>; 2],
    pub(super) within: [Option<Extreme>; 2],
    pub(super) lowest90: Option<Extreme>,
}

impl Windows {
    /// The windows that end now, and the interval that was asked for.
    pub(super) fn of(series: &Series, (from, to): (i32, i32), now: i32) -> Self {
        let day = |days: i32| now - days * DAY;
        let month = Tally::of(series, day(30), now);
        let quarter = month.plus(Tally::of(series, day(90), day(30)));
        let half = quarter.plus(Tally::of(series, day(180), day(90)));
        let year = half.plus(Tally::of(series, day(365), day(180)));
        Self {
            current: series.at(now).unwrap_or(-1),
            last: [month, quarter, half, year],
            interval: Tally::of(series, from, to),
            ever: extremes_of(series, i32::MIN, now),
            within: extremes_of(series, from, to),
            lowest90: extremes_of(series, day(90), now)[0],
        }
    }
}

/// How long a series had which values, and how long none.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    /// Values times minutes.
    sum: i64,
    present: i64,
    absent: i64,
}

impl Tally {
    fn of(series: &Series, from: i32, to: i32) -> Self {
        let mut tally = Self::default();
        for (value, minutes) in series.spans(from, to) {
            if value < 0 {
                tally.absent += i64::from(minutes);
            } else {
                tally.present += i64::from(minutes);
                tally.sum += i64::from(value) * i64::from(minutes);
            }
        }
        tally
    }

    fn plus(self, other: Self) -> Self {
        Self {
            sum: self.sum + other.sum,
            present: self.present + other.present,
            absent: self.absent + other.absent,
        }
    }

    /// The mean of the values that were there, -1 without any.
    pub(super) fn mean(self) -> i32 {
        let rounded = (self.sum + self.present / 2).checked_div(self.present);
        rounded.map_or(-1, |mean| i32::try_from(mean).unwrap_or(i32::MAX))
    }

    /// Share of the time without a value, 0-100; -1 without any time known.
    pub(super) fn absent_percent(self) -> i32 {
        let percent = (self.absent * 100).checked_div(self.absent + self.present);
        percent.map_or(-1, |percent| i32::try_from(percent).unwrap_or(100))
    }
}

/// Time-weighted mean of the values that were there, -1 without any.
pub(crate) fn mean(series: &Series, from: i32, to: i32) -> i32 {
    Tally::of(series, from, to).mean()
}

/// Share of the time without a value, 0-100; -1 without any time known.
pub(crate) fn absent_percent(series: &Series, from: i32, to: i32) -> i32 {
    Tally::of(series, from, to).absent_percent()
}

/// Falls of a rank since a time that count as sales.
pub(crate) fn falls(rank: &Series, since: i32) -> i32 {
    let points = rank.points();
    let first = points.partition_point(|point| point.time < since);
    let window = points.get(first.saturating_sub(1)..).unwrap_or_default();
    let falls = window
        .windows(2)
        .filter(|pair| match pair {
            [before, after] if after.time >= since && before.value > 0 && after.value > 0 => {
                let fall = i64::from(before.value - after.value);
                fall > 0
                    && (before.value < EVERY_FALL_UNDER
                        || fall * 100 >= i64::from(before.value) * DROP_PERCENT)
            }
            _ => false,
        })
        .count();
    i32::try_from(falls).unwrap_or(i32::MAX)
}

/// How often a price vanished since a time.
pub(crate) fn departures(series: &Series, since: i32) -> usize {
    series
        .points()
        .windows(2)
        .filter(|pair| match pair {
            [before, after] => after.time >= since && before.value >= 0 && after.value < 0,
            _ => false,
        })
        .count()
}

/// The lowest and the highest value that held between two times, and since when.
pub(crate) fn extremes_of(series: &Series, from: i32, to: i32) -> [Option<Extreme>; 2] {
    let next = series.points().partition_point(|point| point.time <= from);
    let held = series.points().get(next.saturating_sub(1)..);
    let mut found: Option<(Extreme, Extreme)> = None;
    for point in held.unwrap_or_default() {
        if point.time >= to {
            break;
        }
        let value = point.landed();
        if value < 0 {
            continue;
        }
        let told = [point.time, value];
        found = Some(match found {
            None => (told, told),
            Some((least, greatest)) => (
                if value < least[1] { told } else { least },
                if value > greatest[1] { told } else { greatest },
            ),
        });
    }
    [
        found.map(|(least, _)| least),
        found.map(|(_, greatest)| greatest),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn averages_are_weighted_by_time_and_skip_absence() {
        let mut series = Series::default();
        for (time, value) in [(0, 1_000), (100, 2_000), (150, -1)] {
            series.push(time, value);
        }
        assert_eq!(mean(&series, 0, 200), 1_333);
        assert_eq!(mean(&series, 90, 200), 1_833);
        assert_eq!(mean(&series, 160, 200), -1);
        assert_eq!(absent_percent(&series, 0, 200), 25);
        assert_eq!(
            extremes_of(&series, 0, 200),
            [Some([0, 1_000]), Some([100, 2_000])]
        );
        assert_eq!(extremes_of(&series, 120, 140), [Some([100, 2_000]); 2]);
        assert_eq!(extremes_of(&series, 160, 200), [None; 2]);
    }

    #[test]
    fn only_marked_falls_of_the_rank_are_sales() {
        let mut rank = Series::default();
        for (time, value) in [
            (0, 100_000),
            (10, 96_000),
            (20, 90_000),
            (30, 95_000),
            (40, 50_000),
        ] {
            rank.push(time, value);
        }
        assert_eq!(falls(&rank, 0), 2);
        assert_eq!(falls(&rank, 30), 1);
    }
}
