//! Shares of a price in whole parts per million, and the three price bands of fulfilment fees.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// One whole in parts per million.
pub(crate) const WHOLE: i64 = 1_000_000;

/// A share in parts per million. Percentages finer than 0.0001 are rounded: no fee schedule has them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ppm(pub(crate) i64);

impl Ppm {
    /// The share that a percentage means; one beyond the range of a percentage is no share at all and counts as none.
    pub(crate) fn from_percent(percent: Decimal) -> Self {
        let ppm = percent
            .checked_mul(Decimal::from(10_000))
            .map(|p| p.round());
        Self(ppm.and_then(|p| p.to_i64()).unwrap_or_default())
    }

    /// The share as a percentage, in its shortest form.
    pub(crate) fn percent(self) -> Decimal {
        Decimal::new(self.0, 4).normalize()
    }

    /// This share of an amount in minor units, rounded half up.
    pub(crate) const fn of(self, minor: i64) -> i64 {
        minor
            .saturating_mul(self.0)
            .saturating_add(WHOLE / 2)
            .div_euclid(WHOLE)
    }
}

/// The price bands of US fulfilment fees: below 10, 10 to 50, above 50 dollars (Amazon's cards, grade B; before 2026 only the
/// limit of 10 dollars mattered).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PriceBand {
    /// Below 10.00.
    Low,
    /// 10.00 to 50.00, both included.
    Standard,
    /// Above 50.00.
    High,
}

impl PriceBand {
    /// Lowest price of the standard band, in cents.
    pub(crate) const STANDARD_FROM: i64 = 1_000;
    /// Lowest price of the high band, in cents.
    pub(crate) const HIGH_FROM: i64 = 5_001;
    /// All bands in the order of price.
    pub(crate) const ALL: [Self; 3] = [Self::Low, Self::Standard, Self::High];

    /// The band of a price in cents.
    pub(crate) const fn of(price_minor: i64) -> Self {
        if price_minor < Self::STANDARD_FROM {
            Self::Low
        } else if price_minor < Self::HIGH_FROM {
            Self::Standard
        } else {
            Self::High
        }
    }

    /// The band in the words of a fee receipt.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Low => "price below 10.00",
            Self::Standard => "price 10.00 to 50.00",
            Self::High => "price above 50.00",
        }
    }
}

/// One value for each price band.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ByBand<T> {
    pub(crate) low: T,
    pub(crate) standard: T,
    pub(crate) high: T,
}

impl<T: Copy> ByBand<T> {
    /// The same value in every band.
    pub(crate) const fn all(value: T) -> Self {
        Self {
            low: value,
            standard: value,
            high: value,
        }
    }

    /// The value of one band.
    pub(crate) const fn get(&self, band: PriceBand) -> T {
        match band {
            PriceBand::Low => self.low,
            PriceBand::Standard => self.standard,
            PriceBand::High => self.high,
        }
    }

    /// The values that `change` makes of each.
    pub(crate) fn map<U>(self, change: impl Fn(T) -> U) -> ByBand<U> {
        ByBand {
            low: change(self.low),
            standard: change(self.standard),
            high: change(self.high),
        }
    }
}
