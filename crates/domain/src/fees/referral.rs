//! The referral fee as a function of the price: a share, in some categories by bands, with a minimum in most.
//!
//! The base is what the buyer pays, shipping included, which is the landed price.

use super::category::FeeCategory;
use super::quotients::Quotients;
use super::rate::{Ppm, Slope, WHOLE};
use super::receipt::Grade;

/// How the bands of a category share the price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Each portion of the price pays the rate of its band.
    Portion,
    /// The whole price pays the rate of the band it falls into.
    Whole,
}

/// One band: prices up to `up_to` (included, in minor units), and their rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Band {
    pub(super) up_to: i64,
    pub(super) rate: Ppm,
}

/// At most this many bands: fine art has four. A category with fewer repeats its last one.
pub(super) const MAX_BANDS: usize = 4;

/// Above every price.
pub(super) const NO_LIMIT: i64 = i64::MAX;

/// The referral fee of one category.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ReferralRule {
    /// Rising; the last one has no limit.
    pub(super) bands: [Band; MAX_BANDS],
    pub(super) mode: Mode,
    /// In minor units; 0 where there is none.
    pub(super) minimum: i64,
    /// The schedule that holds the rule.
    pub(super) schedule: &'static str,
    /// How well established the rule is.
    pub(super) grade: Grade,
}

impl ReferralRule {
    /// The band that a price falls into.
    fn band_of(&self, price: i64) -> Band {
        let [first, second, third, last] = self.bands;
        [first, second, third]
            .into_iter()
            .find(|band| price <= band.up_to)
            .unwrap_or(last)
    }

    /// What each band takes of a price, in parts per million of a minor unit: the start of the band, its rate, and what was taken
    /// below it.
    fn portions(&self) -> impl Iterator<Item = (i64, Band, i64)> {
        let mode = self.mode;
        let mut from = 0;
        let mut below = 0_i64;
        self.bands.into_iter().map(move |band| {
            let this = (from, band, below);
            if mode == Mode::Portion && band.up_to != NO_LIMIT {
                below = below.saturating_add((band.up_to - from).saturating_mul(band.rate.0));
                from = band.up_to;
            }
            this
        })
    }

    /// The fee without its minimum, in parts per million of a minor unit, and by how much it grows with the price.
    fn micros(&self, price: i64) -> (i64, Ppm) {
        self.portions()
            .find(|(_, band, _)| price <= band.up_to)
            .map_or((0, Ppm(0)), |(from, band, below)| {
                let portion = (price - from).saturating_mul(band.rate.0);
                (below.saturating_add(portion), band.rate)
            })
    }

    /// The fee without its minimum, rounded half up once, on the sum of the portions.
    fn proportional(&self, price: i64) -> i64 {
        let (micros, _) = self.micros(price);
        micros.saturating_add(WHOLE / 2).div_euclid(WHOLE)
    }

    /// The fee at a price, both in minor units.
    pub(super) fn amount(&self, price: i64) -> i64 {
        self.proportional(price).max(self.minimum)
    }

    /// The sum of [`ReferralRule::amount`] over every price of a range without a change, both ends included.
    pub(super) fn sum_over(&self, from: i64, to: i64) -> i128 {
        let count = i128::from(to) - i128::from(from) + 1;
        if self.proportional(from) < self.minimum {
            return count * i128::from(self.minimum);
        }
        let (micros, rate) = self.micros(from);
        let shares = Quotients {
            first: i128::from(micros) + i128::from(WHOLE / 2),
            step: i128::from(rate.0),
            divisor: i128::from(WHOLE),
        };
        shares.sum(count)
    }

    /// The lowest price above `price` whose fee is at least `amount`, if no change lies between; `None` where the fee does not grow.
    pub(super) fn price_reaching(&self, amount: i64, price: i64) -> Option<i64> {
        let (micros, rate) = self.micros(price);
        if rate <= Ppm(0) || self.proportional(price) < self.minimum {
            return None;
        }
        let missing = amount.saturating_mul(WHOLE) - WHOLE / 2 - micros;
        let further = missing.saturating_add(rate.0 - 1).div_euclid(rate.0);
        Some(price.saturating_add(further.max(1)))
    }

    /// By how much the fee grows with the price at and after `price`, up to the next price of `changes`.
    pub(super) fn slope(&self, price: i64) -> Slope {
        if self.proportional(price) < self.minimum {
            Slope::default()
        } else {
            self.band_of(price).rate.into()
        }
    }

    /// The prices at which the fee may reach an amount: one for each band, also where another band is in force there.
    pub(super) fn prices_of(&self, amount: i64) -> impl Iterator<Item = i64> {
        let micros = amount.saturating_mul(WHOLE);
        self.portions()
            .filter(|(_, band, _)| band.rate.0 > 0)
            .map(move |(from, band, below)| {
                from.saturating_add(micros.saturating_sub(below) / band.rate.0)
            })
    }

    /// The prices from which on another band or the minimum applies, and some that change nothing.
    pub(super) fn changes(&self) -> impl Iterator<Item = i64> {
        let bands = self
            .bands
            .into_iter()
            .filter(|band| band.up_to != NO_LIMIT)
            .map(|band| band.up_to + 1);
        let minimum = (self.minimum > 0).then(|| self.prices_of(self.minimum));
        bands.chain(minimum.into_iter().flatten())
    }

    /// The rule in words at a price.
    pub(super) fn describe(&self, category: FeeCategory, price: i64, shown: &str) -> String {
        let label = category.label();
        let rate = self.band_of(price).rate.percent();
        let [first, ..] = self.bands;
        if self.proportional(price) < self.minimum {
            format!("minimum fee of {label}, above {rate} % of {shown}")
        } else if self.mode == Mode::Portion && price > first.up_to {
            let until = |band: &Band| band.up_to < NO_LIMIT && band.up_to < price;
            let portions: Vec<String> = self
                .bands
                .iter()
                .filter(|band| until(band))
                .map(|band| {
                    let (whole, cents) = (band.up_to / 100, band.up_to % 100);
                    format!("{} % up to {whole}.{cents:02}", band.rate.percent())
                })
                .collect();
            format!(
                "{} and {rate} % of the rest of {shown}, {label}",
                portions.join(", ")
            )
        } else {
            format!("{rate} % of {shown}, {label}")
        }
    }
}
