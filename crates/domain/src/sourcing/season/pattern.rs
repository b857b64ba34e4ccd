//! Which season a year of months is: its peaks and troughs beside those of the terms.

use serde::{Deserialize, Serialize};

use crate::sourcing::monthly_levels::YEAR;

/// Which season a price has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SeasonPattern {
    /// Dear when the autumn term of colleges begins: August and September.
    CollegeFall,
    /// Dear when the spring term of colleges begins: December and January.
    CollegeSpring,
    /// Dear at the examinations of high schools: May and June.
    HighSchool,
    /// A season of other months.
    Other,
    /// No season.
    None,
}

/// A set of calendar months.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Months(u16);

impl Months {
    /// The months of these numbers, 1 for January.
    const fn of(numbers: &[u8]) -> Self {
        let (mut bits, mut rest) = (0, numbers);
        while let [number, others @ ..] = rest {
            bits |= 1 << (*number - 1);
            rest = others;
        }
        Self(bits)
    }

    /// The months, from 0 for January, of which a predicate holds.
    fn of_which(months: &[f64; YEAR], holds: impl Fn(f64) -> bool) -> Self {
        let bits = months
            .iter()
            .zip(0_u16..)
            .filter(|(log, _)| holds(**log))
            .fold(0, |bits, (_, month0)| bits | 1 << month0);
        Self(bits)
    }

    /// Whether a month, from 0 for January, is among them.
    pub(super) const fn contains(self, month0: u8) -> bool {
        self.0 >> month0 & 1 == 1
    }

    /// The months, from 0 for January.
    pub(super) fn iter(self) -> impl Iterator<Item = u8> {
        (0..12).filter(move |month0| self.contains(*month0))
    }

    fn count(self) -> f64 {
        f64::from(self.0.count_ones())
    }

    const fn shared(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

/// The peaks and troughs of a year.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shape {
    /// Months that rise above the level at least half as far as the highest.
    pub(super) peaks: Months,
    /// Months that fall below the level at least half as far as the lowest.
    pub(super) troughs: Months,
    /// By what share the peaks are dearer than the troughs (geometric means).
    pub(super) swing: f64,
}

impl Shape {
    /// The shape of the logarithms of price over level, January first.
    pub(super) fn of(months: &[f64; YEAR]) -> Self {
        let highest = months.iter().copied().fold(0.0, f64::max);
        let lowest = months.iter().copied().fold(0.0, f64::min);
        let peaks = Months::of_which(months, |log| log > 0.0 && log * 2.0 >= highest);
        let troughs = Months::of_which(months, |log| log < 0.0 && log * 2.0 <= lowest);
        let mean = |of: Months| {
            let logs = months.iter().zip(0..).filter(|(_, m)| of.contains(*m));
            logs.map(|(log, _)| log).sum::<f64>() / of.count().max(1.0)
        };
        Self {
            peaks,
            troughs,
            swing: (mean(peaks) - mean(troughs)).exp_m1(),
        }
    }
}

/// Peaks and troughs of the terms: the predecessor's (grade C); the trade names the same (mid-August to September and January against March
/// to June and October to November, grade B).
const PATTERNS: [(SeasonPattern, Months, Months); 3] = [
    (
        SeasonPattern::CollegeFall,
        Months::of(&[8, 9]),
        Months::of(&[3, 4, 5, 6]),
    ),
    (
        SeasonPattern::CollegeSpring,
        Months::of(&[12, 1]),
        Months::of(&[9, 10, 11]),
    ),
    (
        SeasonPattern::HighSchool,
        Months::of(&[5, 6]),
        Months::of(&[1, 2, 3, 4]),
    ),
];
/// The share of the peaks in how well a pattern fits; the troughs have the rest (the predecessor's, grade C).
const PEAK_SHARE: f64 = 0.7;
/// How well a pattern must fit to be named (the predecessor's, grade C).
const LEAST_FIT: f64 = 0.5;

/// The pattern that fits best, and how well, from 0 to 1; [`SeasonPattern::Other`] fits wholly, as it promises nothing.
pub(super) fn matching(shape: &Shape, months: &[f64; YEAR]) -> (SeasonPattern, f64) {
    let [january, .., december] = months;
    // December alone is dear for its presents, not for a term that begins in January.
    let is_term = *january > 0.0 && january * 2.0 >= *december;
    PATTERNS
        .into_iter()
        .filter(|(pattern, ..)| *pattern != SeasonPattern::CollegeSpring || is_term)
        .map(|(pattern, peaks, troughs)| (pattern, fit(shape, peaks, troughs)))
        .filter(|(_, fit)| *fit >= LEAST_FIT)
        // Of equal ones the first.
        .reduce(|best, next| if next.1 > best.1 { next } else { best })
        .unwrap_or((SeasonPattern::Other, 1.0))
}

/// Peaks count by the harmonic mean of how many were expected of those found and found of those expected: one of two is 2/3, and each
/// extra one costs. Troughs count by how many were found of those expected: a year that is low all the rest is no worse.
fn fit(shape: &Shape, peaks: Months, troughs: Months) -> f64 {
    let found = 2.0 * shape.peaks.shared(peaks).count() / (shape.peaks.count() + peaks.count());
    let low = shape.troughs.shared(troughs).count() / troughs.count();
    PEAK_SHARE * found + (1.0 - PEAK_SHARE) * low
}
