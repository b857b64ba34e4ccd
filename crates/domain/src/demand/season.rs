//! The season of the book trade: what share of a year's sales falls into which days.

use chrono::{Datelike as _, Months, NaiveDate};

use super::monthly_rate::MonthlyRate;
use super::rank_falls::{RECENT_DAYS, USUAL_DAYS};
use super::{SalesMethod, is_book};
use crate::history::Window;
use crate::market::MarketSnapshot;
use crate::marketplace::Marketplace;
use crate::time::KeepaMinutes;

/// Sales of US book stores in each month of 2016, in million dollars: US Census Bureau, Monthly Retail Trade, final figures, not adjusted, as
/// reported by the American Booksellers Association on 2018-02-14 (grade C, a copy of the operator's own figures). They peak when terms
/// begin and before Christmas.
const MONTHLY_SALES: [f64; 12] = [
    1_451.0, 710.0, 708.0, 701.0, 774.0, 710.0, 686.0, 1_564.0, 1_083.0, 717.0, 744.0, 1_288.0,
];

/// What the season makes of a rate that was counted in the past.
pub(super) struct Season {
    now: KeepaMinutes,
    share: f64,
    /// Mean log sales of the trade while falls were counted; `None` for what has no season that we know: all but books in the US.
    counted: Option<f64>,
}

impl Season {
    pub(super) fn new(snapshot: &MarketSnapshot, now: KeepaMinutes, method: SalesMethod) -> Self {
        let has_season = snapshot.marketplace == Marketplace::Us && is_book(snapshot);
        let before = |days: u16| mean_log_sales(Window::days_before(now, i32::from(days)));
        let counted = || {
            let (recent, usual) = (before(RECENT_DAYS)?, before(USUAL_DAYS)?);
            Some(method.recent_share * recent + (1.0 - method.recent_share) * usual)
        };
        Self {
            now,
            share: method.season_share,
            counted: has_season.then(counted).flatten(),
        }
    }

    /// The rate over the coming days.
    pub(super) fn over(&self, rate: MonthlyRate, days: u16) -> MonthlyRate {
        let coming = Window {
            from: self.now,
            to: self.now.plus_days(i32::from(days)),
        };
        match self.counted.zip(mean_log_sales(coming)) {
            Some((counted, coming)) => {
                rate.with_mean(rate.mean() * (self.share * (coming - counted)).exp())
            }
            None => rate,
        }
    }
}

/// The mean of the logarithm of the trade's daily sales over a window, weighted by time: only differences of it mean anything. `None` for an
/// empty window.
fn mean_log_sales(window: Window) -> Option<f64> {
    let (from, to) = (
        window.from.to_utc().date_naive(),
        window.to.to_utc().date_naive(),
    );
    let (mut sum, mut total) = (0.0, 0.0);
    let mut month = from.with_day(1)?;
    while month < to {
        let next = month.checked_add_months(Months::new(1))?;
        let days = days_between(from.max(month), to.min(next));
        sum += days * log_daily_sales(month, next)?;
        total += days;
        month = next;
    }
    (total > 0.0).then(|| sum / total)
}

fn log_daily_sales(month: NaiveDate, next: NaiveDate) -> Option<f64> {
    let sales = MONTHLY_SALES.get(usize::try_from(month.month0()).ok()?)?;
    Some((sales / days_between(month, next)).ln())
}

fn days_between(from: NaiveDate, to: NaiveDate) -> f64 {
    i32::try_from((to - from).num_days()).map_or(0.0, f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::KeepaMinutes;

    fn of(from: &str, days: i32) -> f64 {
        let from = KeepaMinutes::from_utc(from.parse().unwrap());
        let to = from.plus_days(days);
        mean_log_sales(Window { from, to }).unwrap()
    }

    #[test]
    fn august_sells_twice_what_april_does_and_a_year_is_a_year_wherever_it_begins() {
        let (april, august) = (
            of("2025-04-01T00:00:00Z", 30),
            of("2025-08-01T00:00:00Z", 31),
        );
        assert!(((august - april).exp() - 1_564.0 / 31.0 / (701.0 / 30.0)).abs() < 1e-9);
        let (year, other) = (
            of("2025-01-01T00:00:00Z", 365),
            of("2025-06-17T09:30:00Z", 365),
        );
        assert!((year - other).abs() < 1e-9);
    }

    #[test]
    fn an_empty_window_has_no_season() {
        let now = KeepaMinutes(0);
        assert_eq!(mean_log_sales(Window { from: now, to: now }), None);
    }
}
