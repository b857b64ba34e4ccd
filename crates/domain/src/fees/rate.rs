//! Shares of a price in whole parts per million, and the price bands of fulfilment fees.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::quotients::Quotients;
use crate::money::{Currency, Money};

/// One whole in parts per million.
pub(crate) const WHOLE: i64 = 1_000_000;

/// A share in parts per million. Percentages finer than 0.0001 are rounded: no fee schedule has them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ppm(pub(crate) i64);

impl Ppm {
    /// The share that a percentage means; one that no configuration may hold, below 0 % or above 1000 %, counts as none.
    pub(crate) fn from_percent(percent: Decimal) -> Self {
        let ppm = percent
            .checked_mul(Decimal::from(10_000))
            .and_then(|ppm| ppm.round().to_i64())
            .filter(|ppm| (0..=10 * WHOLE).contains(ppm));
        Self(ppm.unwrap_or_default())
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

    /// The sum of [`Ppm::of`] over every amount of a range, both ends included.
    pub(crate) fn sum_over(self, from: i64, to: i64) -> i128 {
        let rate = i128::from(self.0);
        let shares = Quotients {
            first: rate * i128::from(from) + i128::from(WHOLE / 2),
            step: rate,
            divisor: i128::from(WHOLE),
        };
        shares.sum(i128::from(to) - i128::from(from) + 1)
    }
}

/// One whole in the unit of slopes: fine enough that a slope times the highest price is exact to a hundredth of a minor unit.
pub(crate) const SLOPE_WHOLE: i64 = WHOLE * WHOLE;

/// By how much something grows with the price, in parts of [`SLOPE_WHOLE`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Slope(pub(crate) i64);

impl From<Ppm> for Slope {
    fn from(share: Ppm) -> Self {
        Self(share.0.saturating_mul(WHOLE))
    }
}

impl std::ops::Add for Slope {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

/// A price band of fulfilment fees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PriceBand {
    /// The cheap prices.
    Low,
    /// The prices between.
    Standard,
    /// The dear prices.
    High,
}

impl PriceBand {
    /// All bands in the order of price.
    pub(crate) const ALL: [Self; 3] = [Self::Low, Self::Standard, Self::High];
}

/// Where the price bands of a marketplace begin, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BandLimits {
    /// Lowest price of the standard band.
    pub(crate) standard_from: i64,
    /// Lowest price of the high band.
    pub(crate) high_from: i64,
}

impl BandLimits {
    /// Every price is in the standard band.
    pub(crate) const NONE: Self = Self {
        standard_from: i64::MIN,
        high_from: i64::MAX,
    };

    /// The band of a price in minor units.
    pub(crate) const fn of(self, price_minor: i64) -> PriceBand {
        if price_minor < self.standard_from {
            PriceBand::Low
        } else if price_minor < self.high_from {
            PriceBand::Standard
        } else {
            PriceBand::High
        }
    }

    /// A band in the words of a fee receipt; `None` where there is but one.
    pub(crate) fn label(self, band: PriceBand, currency: Currency) -> Option<String> {
        let shown = |minor| Money::from_minor(minor, currency).amount();
        let (from, to) = (self.standard_from, self.high_from);
        match band {
            _ if self == Self::NONE => None,
            PriceBand::Low => Some(format!("price below {}", shown(from))),
            PriceBand::Standard if to == i64::MAX => Some(format!("price from {}", shown(from))),
            PriceBand::Standard => Some(format!("price {} to {}", shown(from), shown(to - 1))),
            PriceBand::High => Some(format!("price above {}", shown(to - 1))),
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
