//! Value-added tax: European prices contain it, and a registered seller keeps `price / (1 + rate)`.
//!
//! Rates: those of printed books for media, the standard rate for everything else (grade M). For media that are no books (films, music)
//! the rate of books is too low: set your own. US and Canadian prices are without tax; elsewhere no rate is known and none is charged.
//! Amazon computes its referral fee on the price with the tax. The tax on Amazon's fees is recovered by a registered seller and not
//! in here.

use rust_decimal::{Decimal, dec};

use super::category::FeeCategory;
use super::config::{self, FeeConfig};
use super::quotients::Quotients;
use super::rate::{Ppm, SLOPE_WHOLE, Slope, WHOLE};
use super::receipt::Grade;
use crate::marketplace::Marketplace;

/// The tax that a price contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Vat {
    /// Share of the price without tax.
    rate: Ppm,
    pub(super) schedule: &'static str,
    pub(super) grade: Grade,
}

impl Vat {
    /// The tax of a product, as configured or by its marketplace; `None` where prices contain none.
    pub(super) fn new(
        marketplace: Marketplace,
        category: FeeCategory,
        config: &FeeConfig,
    ) -> Option<Self> {
        let (percent, schedule, grade) = match config.vat_percent {
            Some(percent) => (percent, config::SCHEDULE, Grade::Configured),
            None => (percent_of(marketplace, category)?, "vat-2026", Grade::M),
        };
        let rate = Ppm::from_percent(percent);
        (rate > Ppm(0)).then_some(Self {
            rate,
            schedule,
            grade,
        })
    }

    /// The tax in a price, both in minor units: what is left without it is rounded half up.
    pub(super) fn of(&self, price: i64) -> i64 {
        let whole = WHOLE + self.rate.0;
        let without = price
            .saturating_mul(WHOLE)
            .saturating_add(whole / 2)
            .div_euclid(whole);
        price - without
    }

    /// The sum of [`Vat::of`] over every price of a range, both ends included.
    pub(super) fn sum_over(&self, from: i64, to: i64) -> i128 {
        let whole = i128::from(WHOLE + self.rate.0);
        let (from, to) = (i128::from(from), i128::from(to));
        let count = to - from + 1;
        let without = Quotients {
            first: from * i128::from(WHOLE) + whole / 2,
            step: i128::from(WHOLE),
            divisor: whole,
        };
        (from + to) * count / 2 - without.sum(count)
    }

    pub(super) const fn slope(&self) -> Slope {
        Slope(SLOPE_WHOLE.saturating_mul(self.rate.0) / (WHOLE + self.rate.0))
    }

    /// The rule in words.
    pub(super) fn describe(&self, shown: &str) -> String {
        format!(
            "{} % value-added tax contained in {shown}",
            self.rate.percent()
        )
    }
}

fn percent_of(marketplace: Marketplace, category: FeeCategory) -> Option<Decimal> {
    let (books, standard) = match marketplace {
        Marketplace::Gb => (dec!(0), dec!(20)),
        Marketplace::De => (dec!(7), dec!(19)),
        Marketplace::Fr => (dec!(5.5), dec!(20)),
        Marketplace::It => (dec!(4), dec!(22)),
        Marketplace::Es => (dec!(4), dec!(21)),
        Marketplace::Us
        | Marketplace::Jp
        | Marketplace::Ca
        | Marketplace::In
        | Marketplace::Mx
        | Marketplace::Br => return None,
    };
    Some(if category == FeeCategory::Media {
        books
    } else {
        standard
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn german_book() -> Vat {
        Vat::new(Marketplace::De, FeeCategory::Media, &FeeConfig::default()).unwrap()
    }

    #[test]
    fn a_price_contains_the_reduced_rate_of_books_and_the_standard_rate_of_the_rest() {
        // (marketplace, tax in 119.00 of a book, of a toy)
        let cases = [
            (Marketplace::Gb, 0, 1_983),
            (Marketplace::De, 779, 1_900),
            (Marketplace::Fr, 620, 1_983),
            (Marketplace::It, 458, 2_146),
            (Marketplace::Es, 458, 2_065),
            (Marketplace::Us, 0, 0),
            (Marketplace::Ca, 0, 0),
        ];
        for (marketplace, book, toy) in cases {
            let tax = |category| {
                Vat::new(marketplace, category, &FeeConfig::default())
                    .map_or(0, |vat| vat.of(11_900))
            };
            let computed = (tax(FeeCategory::Media), tax(FeeCategory::EverythingElse));
            assert_eq!(computed, (book, toy), "{marketplace}");
        }
    }

    #[test]
    fn a_seller_who_owes_none_sets_it_to_zero() {
        let config = FeeConfig {
            vat_percent: Some(Decimal::ZERO),
            ..FeeConfig::default()
        };
        assert_eq!(Vat::new(Marketplace::De, FeeCategory::Media, &config), None);
    }

    proptest! {
        #[test]
        fn what_is_left_and_its_tax_are_the_price(price in 0_i64..10_000_000) {
            let vat = german_book();
            let left = price - vat.of(price);
            let error = (left * 107 - price * 100).abs();
            prop_assert!(2 * error <= 107, "{left} of {price}");
        }
    }
}
