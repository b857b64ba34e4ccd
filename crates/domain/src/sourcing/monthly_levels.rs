//! The level of a history in each of the last sixty whole months.

use chrono::{Datelike as _, Months, NaiveDate, NaiveTime};

use super::stretches::stretches;
use crate::history::{History, Window};
use crate::time::KeepaMinutes;

/// Months in a year.
pub(super) const YEAR: usize = 12;
/// Years looked at: of an older one the editions, the sellers and the fees are others (grade M).
pub(super) const MOST_YEARS: usize = 5;
const MONTHS: usize = YEAR * MOST_YEARS;

/// One calendar month.
#[derive(Debug, Clone, Copy)]
struct Month {
    window: Window,
    /// Minutes in which a value held.
    minutes: f64,
    /// Sum of the logarithms of the values, by minutes.
    sum: f64,
}

/// The mean logarithm of the values of each whole month, oldest first; the last month is the one that ended last.
#[derive(Debug, Clone, Copy)]
pub(super) struct MonthlyLevels {
    months: [Option<f64>; MONTHS],
    /// The calendar month of the first, from 0.
    first_month0: usize,
}

impl MonthlyLevels {
    /// The levels of the months that ended before a time. A month of which less than half is known, or was offered, has none (grade M).
    pub(super) fn of(history: &History, known_until: KeepaMinutes) -> Option<Self> {
        let end = known_until.to_utc().date_naive().with_day(1)?;
        let mut first = end.checked_sub_months(Months::new(u32::try_from(MONTHS).ok()?))?;
        let first_month0 = usize::try_from(first.month0()).ok()?;
        let mut from = start_of(first);
        let mut months = [Month {
            window: Window { from, to: from },
            minutes: 0.0,
            sum: 0.0,
        }; MONTHS];
        for month in &mut months {
            first = first.checked_add_months(Months::new(1))?;
            let to = start_of(first);
            month.window = Window { from, to };
            from = to;
        }
        fill(&mut months, history);
        Some(Self {
            months: months.map(|month| {
                let length = f64::from(month.window.to.0) - f64::from(month.window.from.0);
                (month.minutes * 2.0 >= length).then(|| month.sum / month.minutes)
            }),
            first_month0,
        })
    }

    /// The years of twelve months, oldest first; the last one ends with the last whole month.
    pub(super) fn years(&self) -> impl Iterator<Item = &[Option<f64>]> {
        self.months.chunks_exact(YEAR)
    }

    /// The last months, oldest first.
    pub(super) fn last(&self, months: usize) -> &[Option<f64>] {
        let from = MONTHS.saturating_sub(months);
        self.months.get(from..).unwrap_or_default()
    }

    /// The calendar month, from 0 for January, with which each year begins.
    pub(super) const fn first_month0(&self) -> usize {
        self.first_month0
    }
}

fn start_of(date: NaiveDate) -> KeepaMinutes {
    KeepaMinutes::from_utc(date.and_time(NaiveTime::MIN).and_utc())
}

fn fill(months: &mut [Month], history: &History) {
    let (Some(first), Some(last)) = (months.first(), months.last()) else {
        return;
    };
    let all = Window {
        from: first.window.from,
        to: last.window.to,
    };
    let mut passed = 0;
    for stretch in stretches(history, all) {
        let Some(value) = stretch.value.filter(|value| *value > 0) else {
            continue;
        };
        let log = f64::from(value).ln();
        while months
            .get(passed)
            .is_some_and(|month| month.window.to <= stretch.from)
        {
            passed += 1;
        }
        let touched = months.iter_mut().skip(passed);
        for month in touched.take_while(|month| month.window.from < stretch.to) {
            let minutes = stretch.minutes_in(month.window);
            month.minutes += minutes;
            month.sum += minutes * log;
        }
    }
}
