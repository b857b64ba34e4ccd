//! The monthly index: how far each calendar month stands from the level of its own year.

use crate::sourcing::monthly_levels::{MOST_YEARS, MonthlyLevels, YEAR};

/// Months of a year that must be known for its level to be one (grade M).
const LEAST_MONTHS: usize = 9;
/// Of the last two years one must be known: what nobody offered since then may have another season now (grade M).
const LATEST_YEARS: usize = 2;

/// A year of logarithms; `None` for an unknown month.
#[derive(Debug, Clone, Copy, Default)]
struct Year {
    /// Years after the first one looked at.
    number: f64,
    months: [Option<f64>; YEAR],
    /// Mean of the known months.
    level: f64,
}

/// The index of each calendar month.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct SeasonIndex {
    /// Years of which enough is known, 0 to 5. With fewer than two the rest means nothing.
    pub(super) years: usize,
    /// The logarithm of price over level, January first; their mean is 0.
    pub(super) months: [f64; YEAR],
    /// How far each year is what the others are, from -1 to 1: the correlation of what each month did in a year with what it did in the
    /// others, over all years at once, so a year of great swings counts more. 0 where nothing moves.
    pub(super) agreement: f64,
    /// How unsure each month is: the standard error of its logarithm by what the years differ in.
    pub(super) noise: f64,
}

impl SeasonIndex {
    pub(super) fn of(levels: &MonthlyLevels) -> Self {
        let mut years = [Year::default(); MOST_YEARS];
        let (mut known, mut unknown_in_a_row) = (0, 0);
        let enough_known = levels
            .years()
            .zip(0_u8..)
            .map(|(months, number)| Year::new(number, months));
        for year in enough_known {
            let Some(year) = year else {
                unknown_in_a_row += 1;
                continue;
            };
            unknown_in_a_row = 0;
            if let Some(place) = years.get_mut(known) {
                *place = year;
                known += 1;
            }
        }
        if unknown_in_a_row >= LATEST_YEARS {
            known = 0;
        }
        let years = years.get_mut(..known).unwrap_or_default();
        remove_level(years);
        let mut months = typical(years, None);
        let noise = noise(years, &months);
        months.rotate_right(levels.first_month0());
        Self {
            years: known,
            months,
            agreement: agreement(years),
            noise,
        }
    }
}

impl Year {
    /// A year; `None` when too little of it is known.
    fn new(number: u8, levels: &[Option<f64>]) -> Option<Self> {
        let mut months = [None; YEAR];
        for (month, level) in months.iter_mut().zip(levels) {
            *month = *level;
        }
        let known = months.iter().flatten().count();
        let count = u32::try_from(known)
            .ok()
            .filter(|_| known >= LEAST_MONTHS)?;
        Some(Self {
            number: number.into(),
            level: months.iter().flatten().sum::<f64>() / f64::from(count),
            months,
        })
    }

    /// How much the level rises in a year, from this one to a later one.
    fn rise_to(&self, later: &Self) -> f64 {
        (later.level - self.level) / (later.number - self.number)
    }
}

/// Takes away the level of each year: a line through the middles of the years where that leaves less, since a trend is no season; else the
/// mean of each year, since a price may also step from one year to the next.
fn remove_level(years: &mut [Year]) {
    let mut residuals = [[[None; YEAR]; MOST_YEARS]; 2];
    let mut squares = [0.0; 2];
    for (follows_line, (residuals, squares)) in [false, true]
        .into_iter()
        .zip(residuals.iter_mut().zip(&mut squares))
    {
        for (number, residuals) in residuals.iter_mut().enumerate().take(years.len()) {
            *residuals = without_level(years, number, follows_line);
            *squares += residuals.iter().flatten().map(|log| log * log).sum::<f64>();
        }
    }
    let ([mean, line], [of_mean, of_line]) = (residuals, squares);
    let smallest = if of_line < of_mean { line } else { mean };
    for (year, months) in years.iter_mut().zip(smallest) {
        year.months = months;
    }
}

/// The months of a year without its level. A line goes from the middle of a year to that of its neighbour, and beyond the ends as it came.
fn without_level(years: &[Year], index: usize, follows_line: bool) -> [Option<f64>; YEAR] {
    let Some(year) = years.get(index) else {
        return [None; YEAR];
    };
    let before = index.checked_sub(1).and_then(|before| years.get(before));
    let rise_before = before.map(|before| before.rise_to(year));
    let rise_after = years.get(index + 1).map(|after| year.rise_to(after));
    let mut months = year.months;
    for (month, log) in (0_u8..).zip(&mut months) {
        let years_from_middle = (f64::from(month) - 5.5) / 12.0;
        let rise = if years_from_middle < 0.0 {
            rise_before.or(rise_after)
        } else {
            rise_after.or(rise_before)
        };
        let slope = rise.filter(|_| follows_line).unwrap_or_default();
        *log = log.map(|log| log - year.level - years_from_middle * slope);
    }
    months
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
            .filter_map(|(_, year)| year.months.get(month).copied().flatten());
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
        let pairs = year.months.iter().zip(others);
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

/// The standard error of the months: what the years differ in, by the freedom that a typical year leaves them.
fn noise(years: &[Year], typical: &[f64; YEAR]) -> f64 {
    let (mut squares, mut count) = (0.0, 0.0);
    for year in years {
        for (own, typical) in year.months.iter().zip(typical) {
            if let Some(own) = own {
                squares += (own - typical).powi(2);
                count += 1.0;
            }
        }
    }
    let years = f64::from(u32::try_from(years.len()).unwrap_or_default());
    let freedom = count * (years - 1.0) / years;
    if freedom > 0.0 {
        (squares / freedom / years).sqrt()
    } else {
        0.0
    }
}
