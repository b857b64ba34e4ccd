//! The surcharge on units that Amazon has stored for more than 180 days.
//!
//! Amazon takes stock on the 15th of each month and charges by volume and age. Rates per cubic foot: those of 2023 up to 270 days (grade C), the
//! raise of 2024 up to 365 (grade M), and beyond it the greater of a rate by volume and one per unit of 2026 (grade M). No source
//! settles what holds in 2026 (grade X), so the whole schedule is unverified.

use chrono::{Datelike, Days, Months, NaiveDate};
use rust_decimal::{Decimal, dec};

use super::flat::GREATEST;
use crate::money::{Currency, Money};

/// The schedule's id on a receipt.
pub(super) const SCHEDULE: &str = "us-aged-inventory-2024";
/// Age in days up to which nothing is charged.
const FREE: u32 = 180;
/// Day of the month on which stock is taken.
const STOCKTAKING: u32 = 15;

/// Charges of one unit over the time it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AgedInventory {
    /// In cents.
    pub(super) minor: i64,
    /// How often it was charged.
    pub(super) times: u32,
}

/// The rate for a unit of so many days: per cubic foot, and at least so much for one unit.
fn rate(days: u32) -> (Decimal, Decimal) {
    match days {
        0..=FREE => (dec!(0), dec!(0)),
        181..=210 => (dec!(0.50), dec!(0)),
        211..=240 => (dec!(1.00), dec!(0)),
        241..=270 => (dec!(1.50), dec!(0)),
        271..=300 => (dec!(5.45), dec!(0)),
        301..=330 => (dec!(5.70), dec!(0)),
        331..=365 => (dec!(5.90), dec!(0)),
        366..=455 => (dec!(6.90), dec!(0.30)),
        _ => (dec!(7.90), dec!(0.35)),
    }
}

impl AgedInventory {
    /// What a unit pays that is stored for `days` before the day of its sale.
    pub(super) fn before(sale_date: NaiveDate, days: u32, cubic_feet: Decimal) -> Option<Self> {
        let arrival = sale_date.checked_sub_days(Days::new(days.into()))?;
        let free_until = arrival.checked_add_days(Days::new(FREE.into()))?;
        let mut stocktaking = free_until.with_day(STOCKTAKING)?;
        let (mut sum, mut times) = (Decimal::ZERO, 0);
        while stocktaking < sale_date {
            if stocktaking > free_until {
                let age = u32::try_from((stocktaking - arrival).num_days()).ok()?;
                let (per_foot, least) = rate(age);
                sum += per_foot.checked_mul(cubic_feet)?.max(least);
                times += 1;
            }
            stocktaking = stocktaking.checked_add_months(Months::new(1))?;
        }
        let minor = Money::new(sum, Currency::Usd).minor()?.min(GREATEST);
        (times > 0).then_some(Self { minor, times })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_pays_at_each_stocktaking_from_its_181st_day_on() {
        // A textbook of 0.0814 cubic feet that arrived on the first of January: 1 July is its 181st day.
        let arrival: NaiveDate = "2026-01-01".parse().unwrap();
        let pays = |days: u32| {
            let sale = arrival + Days::new(days.into());
            AgedInventory::before(sale, days, dec!(0.0814)).map(|aged| (aged.times, aged.minor))
        };
        assert_eq!(pays(180), None);
        assert_eq!(pays(195), None);
        // 15 July is its 195th day, at 0.50 a foot.
        assert_eq!(pays(196), Some((1, 4)));
        // 15 August its 226th, at 1.00; 15 September its 257th, at 1.50.
        assert_eq!(pays(258), Some((3, 24)));
        // After a year: 5.45, 5.70, 5.90 a foot; 6.90 from the 366th day on.
        assert_eq!(pays(365), Some((6, 163)));
        assert_eq!(pays(381), Some((7, 219)));
    }
}
