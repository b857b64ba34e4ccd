//! Monthly storage over the expected holding time, by season and volume.
//!
//! Rates: Seller Central GJ9NNG7RK4TU6E3Z, from 2024-04-01 on (grade A). Not in here: the storage-utilisation surcharge, whose
//! amounts of 2026 no source settles (grade X), and storage outside of the US, of which no rate is known.

use chrono::{Datelike, Days, NaiveDate};
use rust_decimal::{Decimal, dec};

use super::flat::GREATEST;
use super::receipt::Grade;
use super::size_tier::SizeTier;
use crate::money::{Currency, Money};

/// The schedule's id on a receipt.
pub(crate) const SCHEDULE: &str = "us-storage-2024-04-01";
/// Its grade.
pub(crate) const GRADE: Grade = Grade::A;
/// Months of a year over its days: what one day is of a month.
const MONTHS_PER_DAY: Decimal = dec!(0.0328767123287671);
/// A book kept longer than this is charged for this long: ten years bound the sum, not the business.
pub(super) const MAX_DAYS: u32 = 3_650;

/// Days of storage, by season.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StorageDays {
    /// From January to September.
    pub(crate) off_peak: u32,
    /// From October to December.
    pub(crate) peak: u32,
}

impl StorageDays {
    /// The days before `sale_date`, the day of the sale not included.
    pub(crate) fn before(sale_date: NaiveDate, holding_days: u32) -> Self {
        let days = holding_days.min(MAX_DAYS);
        let start = sale_date
            .checked_sub_days(Days::new(days.into()))
            .unwrap_or(sale_date);
        let peak = (start.year()..=sale_date.year())
            .filter_map(|year| {
                let from = NaiveDate::from_ymd_opt(year, 10, 1)?.max(start);
                let to = NaiveDate::from_ymd_opt(year.checked_add(1)?, 1, 1)?.min(sale_date);
                u32::try_from((to - from).num_days()).ok()
            })
            .sum::<u32>()
            .min(days);
        Self {
            off_peak: days - peak,
            peak,
        }
    }

    /// Storage of a volume in cents.
    pub(crate) fn cost(self, tier: SizeTier, cubic_feet: Decimal) -> i64 {
        let (off_peak, peak) = if tier.is_standard() {
            (dec!(0.78), dec!(2.40))
        } else {
            (dec!(0.56), dec!(1.40))
        };
        let rate_days = off_peak * Decimal::from(self.off_peak) + peak * Decimal::from(self.peak);
        cubic_feet
            .checked_mul(rate_days * MONTHS_PER_DAY)
            .and_then(|cost| Money::new(cost, Currency::Usd).minor())
            .map_or(GREATEST, |cost| cost.min(GREATEST))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn storage_days_are_split_at_october_and_new_year() {
        let cases = [
            ("2026-03-01", 30, (30, 0)),
            ("2026-10-01", 30, (30, 0)),
            ("2026-10-11", 30, (20, 10)),
            ("2027-01-11", 30, (10, 20)),
            ("2027-10-11", 400, (298, 102)),
            ("2026-12-01", 0, (0, 0)),
        ];
        for (sale, held, (off_peak, peak)) in cases {
            let split = StorageDays::before(day(sale), held);
            assert_eq!(
                split,
                StorageDays { off_peak, peak },
                "{held} days before {sale}"
            );
        }
    }

    #[test]
    fn thirty_days_of_a_three_pound_textbook_cost_six_cents_and_nineteen_in_the_last_quarter() {
        let cubic_feet = dec!(10.9) * dec!(8.6) * dec!(1.5) / dec!(1728);
        let cost = |off_peak, peak| {
            StorageDays { off_peak, peak }.cost(SizeTier::LargeStandard, cubic_feet)
        };
        assert_eq!(cost(30, 0), 6);
        assert_eq!(cost(0, 30), 19);
        assert_eq!(cost(365, 0), 76);
        assert_eq!(cost(0, 0), 0);
    }
}
