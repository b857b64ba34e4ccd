//! The monthly index: how far each calendar month stands from the level of its own year.

use crate::sourcing::monthly_levels::{MOST_YEARS, MonthlyLevels, YEAR};

/// Months of a year that must be known for its level to be one (grade M).
const LEAST_MONTHS: usize = 10;

/// A year of logarithms; `None` for an unknown month.
type Year = [Option<f64>; YEAR];

/// The index of each calendar month.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct SeasonIndex {
    /// Years known, counted back from the last one without a break; 0 to 5. With fewer than two the rest means nothing.
    pub(super) years: usize,
    /// The logarithm of price over level, January first; their mean is 0.
    pub(super) months: [f64; YEAR],
    /// How far each year is what the others are, from -1 to 1: the correlation of what each month did in a year with what it did in the
    /// others, over all years at once, so a year of great swings counts more. 0 where nothing moves.
    pub(super) agreement: f64,
}

impl SeasonIndex {
    pub(super) fn of(levels: &MonthlyLevels) -> Option<Self> {
        let mut years = [Year::default(); MOST_YEARS];
        let mut known = 0;
        for (year, months) in years.iter_mut().zip(levels.years().rev()) {
            if months.iter().flatten().count() < LEAST_MONTHS {
                break;
            }
            for (month, level) in year.iter_mut().zip(months) {
                *month = *level;
            }
            known += 1;
        }
        let years = years.get_mut(..known)?;
        // The newest year came first; a level is a line from the past to now.
        years.reverse();
        remove_level(years);
        let mut months = typical(years, None);
        let agreement = agreement(years);
        months.rotate_right(levels.first_month0());
        Some(Self {
            years: known,
            months,
            agreement,
        })
    }
}

/// Takes away the level of each year: a line through the middles of the years where that leaves less, since a trend is no season; else the
/// mean of each year, since a price may also step from one year to the next.
fn remove_level(years: &mut [Year]) {
    let mut means = [0.0; MOST_YEARS];
    for (mean, year) in means.iter_mut().zip(years.iter()) {
        *mean = mean_of(year);
    }
    let means = means.get(..years.len()).unwrap_or_default();
    let left = |follows_line: bool| -> f64 {
        let squares = years.iter().enumerate().flat_map(|(number, year)| {
            year.iter().enumerate().filter_map(move |(month, log)| {
                let level = level(means, number, month, follows_line)?;
                Some(((*log)? - level).powi(2))
            })
        });
        squares.sum()
    };
    let follows_line = left(true) < left(false);
    for (number, year) in years.iter_mut().enumerate() {
        for (month, log) in year.iter_mut().enumerate() {
            *log = log
                .zip(level(means, number, month, follows_line))
                .map(|(log, level)| log - level);
        }
    }
}

/// The level of a month of a year. A line goes from the middle of a year to that of its neighbour, and beyond the ends as it came.
fn level(means: &[f64], year: usize, month: usize, follows_line: bool) -> Option<f64> {
    let mean = *means.get(year)?;
    let before = year.checked_sub(1).and_then(|year| means.get(year));
    let after = means.get(year + 1);
    let (rise_before, rise_after) = (
        before.map(|before| mean - before),
        after.map(|after| after - mean),
    );
    let years_from_middle = (f64::from(u32::try_from(month).ok()?) - 5.5) / 12.0;
    let rise = if years_from_middle < 0.0 {
        rise_before.or(rise_after)
    } else {
        rise_after.or(rise_before)
    };
    let slope = if follows_line {
        rise.unwrap_or_default()
    } else {
        0.0
    };
    Some(mean + years_from_middle * slope)
}

/// What each month typically does, with a mean of 0, leaving one year out if asked to: the median of the years, so that one mad year does
/// not make a season; of two years the mean. An unknown month does nothing.
fn typical(years: &[Year], left_out: Option<usize>) -> [f64; YEAR] {
    let mut typical = [0.0; YEAR];
    for (month, typical) in typical.iter_mut().enumerate() {
        let mut values = [f64::INFINITY; MOST_YEARS];
        let known = years
            .iter()
            .enumerate()
            .filter(|(number, _)| Some(*number) != left_out)
            .filter_map(|(_, year)| year.get(month).copied().flatten());
        let mut count = 0;
        for (place, value) in values.iter_mut().zip(known) {
            *place = value;
            count += 1;
        }
        values.sort_unstable_by(f64::total_cmp);
        *typical = median(values.get(..count).unwrap_or_default());
    }
    let mean = typical.iter().sum::<f64>() / 12.0;
    typical.map(|log| log - mean)
}

/// The median of sorted values; 0 of none.
fn median(sorted: &[f64]) -> f64 {
    let upper = sorted.get(sorted.len() / 2);
    let lower = sorted.get(sorted.len().saturating_sub(1) / 2);
    lower
        .zip(upper)
        .map_or(0.0, |(lower, upper)| (lower + upper) / 2.0)
}

fn agreement(years: &[Year]) -> f64 {
    let (mut products, mut own_squares, mut other_squares) = (0.0, 0.0, 0.0);
    for (number, year) in years.iter().enumerate() {
        let others = typical(years, Some(number));
        let pairs = year.iter().zip(others);
        for (own, other) in pairs.filter_map(|(own, other)| Some(((*own)?, other))) {
            products += own * other;
            own_squares += own * own;
            other_squares += other * other;
        }
    }
    let size = (own_squares * other_squares).sqrt();
    // Differences of a millionth are the rounding of the sums, not a season.
    if size > 1e-9 { products / size } else { 0.0 }
}

/// The mean of the known months of a year.
fn mean_of(year: &Year) -> f64 {
    let (sum, count) = year
        .iter()
        .flatten()
        .fold((0.0, 0.0), |(sum, count), log| (sum + log, count + 1.0));
    sum / f64::max(count, 1.0)
}
