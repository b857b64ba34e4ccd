//! The sales rank that Amazon would show for a book's sales.

use crate::catalogue::series::Series;
use crate::number::whole;

/// Rank of a book that sells once a day. Grade C: a rule of thumb of resellers.
const RANK_AT_ONE_A_DAY: f64 = 100_000.0;

/// How the rank falls with the sales per day. Grade C: fitted by eye to recorded products.
const RANK_EXPONENT: f64 = -0.8;

/// Sales per day at which the rank stops rising (about five million). Grade M.
const RANK_FLOOR_RATE: f64 = 0.008;

/// Days over which Amazon's fast and slow memory of sales fade to a third. Grade M: fresh sales
/// weigh most.
const FAST_DAYS: f64 = 3.0;
const SLOW_DAYS: f64 = 60.0;

/// Share of the fast memory in the rank. Grade M.
const FAST_SHARE: f64 = 0.7;

/// What the rank remembers of sales, and its history.
#[derive(Debug)]
pub(super) struct RankMemory {
    fast: f64,
    slow: f64,
    fast_fade: f64,
    slow_fade: f64,
    quiet_days: u32,
    sold_today: bool,
    series: Series,
}

impl RankMemory {
    /// The memory of a book that has always sold so often.
    pub(super) fn new(sales_per_day: f64) -> Self {
        Self {
            fast: sales_per_day * FAST_DAYS,
            slow: sales_per_day * SLOW_DAYS,
            fast_fade: (-1.0 / FAST_DAYS).exp(),
            slow_fade: (-1.0 / SLOW_DAYS).exp(),
            quiet_days: 0,
            sold_today: true,
            series: Series::default(),
        }
    }

    /// A day begins: the memory fades. Of a book that does not sell, every other day is seen.
    pub(super) fn begin_day(&mut self, time: i32) {
        if self.sold_today {
            self.quiet_days = 0;
        } else {
            self.quiet_days += 1;
        }
        self.sold_today = false;
        self.fast *= self.fast_fade;
        self.slow *= self.slow_fade;
        if self.quiet_days == 0 || self.quiet_days % 2 == 1 {
            self.show(time);
        }
    }

    /// A copy is sold.
    pub(super) fn sell(&mut self) {
        self.fast += 1.0;
        self.slow += 1.0;
        self.sold_today = true;
    }

    /// Amazon shows a new rank.
    pub(super) fn show(&mut self, time: i32) {
        let rate = FAST_SHARE * self.fast / FAST_DAYS + (1.0 - FAST_SHARE) * self.slow / SLOW_DAYS;
        let rate = rate.max(RANK_FLOOR_RATE);
        let rank = whole(RANK_AT_ONE_A_DAY * (rate.ln() * RANK_EXPONENT).exp());
        self.series.push(time, rank);
    }

    /// The history.
    pub(super) fn into_series(self) -> Series {
        self.series
    }
}
