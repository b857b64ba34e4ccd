//! When to buy and to sell in a season.

use chrono::{Datelike as _, Days, Months as MonthCount, NaiveDate};
use serde::{Deserialize, Serialize};

use super::pattern::Shape;

/// How many months before a peak one buys at most: from the 181st day on Amazon charges for aged stock (grade A), and the trade holds
/// six to eight months at most (grade C).
const LEAD_MONTHS: u32 = 6;
/// The day of a month at which its peak is taken to be (the predecessor's, grade C).
const PEAK_DAY: u32 = 15;

/// Days from the first to the last, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct DateRange {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
}

/// The next peak, and what to do until then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct SeasonPlan {
    /// The middle of the next peak month, today or later.
    pub next_peak: NaiveDate,
    /// Days until then.
    pub days_to_peak: u32,
    /// The last day of the peak months in a row to which it belongs: what is not sold by then waits for the next peak.
    pub sell_by: NaiveDate,
    /// The months of low prices in a row, at most six before a peak, that end today or later: before this peak or a later one. `None` where
    /// no month before a peak is low.
    pub buy_window: Option<DateRange>,
}

impl SeasonPlan {
    /// The plan of a year with peaks, seen from a day; `None` without a peak.
    pub(super) fn new(shape: &Shape, today: NaiveDate) -> Option<Self> {
        let is_peak = |month: &NaiveDate| is_among(*month, |month0| shape.peaks.contains(month0));
        let this_month = today.with_day(1)?;
        let peak_month = months_from(this_month)
            .filter(is_peak)
            .find(|month| month.with_day(PEAK_DAY).is_some_and(|day| day >= today))?;
        let next_peak = peak_month.with_day(PEAK_DAY)?;
        let last_of_run = months_from(peak_month).take_while(is_peak).last()?;
        let first_of_run = months_before(peak_month)
            .take_while(is_peak)
            .last()
            .unwrap_or(peak_month);
        let begins_run = |month: &NaiveDate| {
            let before = month.checked_sub_months(MonthCount::new(1));
            is_peak(month) && before.is_some_and(|before| !is_peak(&before))
        };
        let buy_window = months_from(first_of_run)
            .filter(begins_run)
            .filter_map(|peak| low_before(shape, peak))
            .find(|window| window.to >= today);
        Some(Self {
            next_peak,
            days_to_peak: u32::try_from((next_peak - today).num_days()).ok()?,
            sell_by: end_of(last_of_run)?,
            buy_window,
        })
    }
}

/// The nearest months of low prices before a peak, as far back as one buys.
fn low_before(shape: &Shape, peak: NaiveDate) -> Option<DateRange> {
    let is_low = |month: &NaiveDate| is_among(*month, |month0| shape.troughs.contains(month0));
    let reach = peak.checked_sub_months(MonthCount::new(LEAD_MONTHS))?;
    let mut low = months_before(peak)
        .take_while(|month| *month >= reach)
        .skip_while(|month| !is_low(month))
        .take_while(is_low);
    let last = low.next()?;
    Some(DateRange {
        from: low.last().unwrap_or(last),
        to: end_of(last)?,
    })
}

/// The first days of a month and of those after it, for a year and a month.
fn months_from(first: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    (0..=12).filter_map(move |months| first.checked_add_months(MonthCount::new(months)))
}

/// The first days of the twelve months before one, latest first.
fn months_before(first: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    (1..=12).filter_map(move |months| first.checked_sub_months(MonthCount::new(months)))
}

/// Whether the calendar month of a day, from 0, is one of some.
fn is_among(day: NaiveDate, months: impl Fn(u8) -> bool) -> bool {
    u8::try_from(day.month0()).is_ok_and(months)
}

/// The last day of the month that begins on a day.
fn end_of(month: NaiveDate) -> Option<NaiveDate> {
    month
        .checked_add_months(MonthCount::new(1))?
        .checked_sub_days(Days::new(1))
}
