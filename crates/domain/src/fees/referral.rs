//! The referral fee: a share of the price, in some categories by bands, with a minimum in most.
//!
//! Source: Amazon's US table, unchanged from 2024 to 2026 (grade B for the percentages, grade C for whether a band takes
//! the whole price or its portion). The base is what the buyer pays, shipping included, which is the landed price.

use super::category::FeeCategory;
use super::config::{self, FeeConfig};
use super::rate::{Ppm, WHOLE};
use super::receipt::Grade;

/// How the bands of a category share the price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Each portion of the price pays the rate of its band.
    Portion,
    /// The whole price pays the rate of the band it falls into.
    Whole,
}

/// One band: prices up to `up_to` (included, in minor units), and their rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Band {
    up_to: i64,
    rate: Ppm,
}

/// At most this many bands: clothing has three.
const MAX_BANDS: usize = 3;

/// The referral fee of one category as a function of the price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ReferralRule {
    bands: [Band; MAX_BANDS],
    mode: Mode,
    minimum: i64,
    /// The schedule that holds the rule.
    pub(crate) schedule: &'static str,
    /// How well established the rule is.
    pub(crate) grade: Grade,
}

/// Above every price.
const NO_LIMIT: i64 = i64::MAX;

const fn percent(rate: i64) -> Ppm {
    Ppm(rate * WHOLE / 100)
}

const fn band(up_to: i64, rate: Ppm) -> Band {
    Band { up_to, rate }
}

const fn flat(rate: i64) -> [Band; MAX_BANDS] {
    [band(NO_LIMIT, percent(rate)); MAX_BANDS]
}

const fn two(first: i64, up_to: i64, then: i64) -> [Band; MAX_BANDS] {
    let last = band(NO_LIMIT, percent(then));
    [band(up_to, percent(first)), last, last]
}

/// The minimum referral fee of most categories: 0.30 (Amazon's fee table, grade B).
const MINIMUM: i64 = 30;

impl ReferralRule {
    /// The rule of a category on the US marketplace.
    ///
    /// Media, video games, consoles and grocery have no minimum: sources conflict for books (grade X), and it could only matter
    /// below a price of 2.00.
    pub(crate) const fn us(category: FeeCategory) -> Self {
        let (bands, mode, minimum, grade) = match category {
            FeeCategory::Media | FeeCategory::VideoGames => (flat(15), Mode::Whole, 0, Grade::B),
            FeeCategory::GameConsoles => (flat(8), Mode::Whole, 0, Grade::B),
            FeeCategory::EverythingElse => (flat(15), Mode::Whole, MINIMUM, Grade::B),
            FeeCategory::Electronics => (flat(8), Mode::Whole, MINIMUM, Grade::B),
            FeeCategory::AutomotiveAndIndustrial => (flat(12), Mode::Whole, MINIMUM, Grade::B),
            FeeCategory::ElectronicsAccessories => {
                (two(15, 10_000, 8), Mode::Portion, MINIMUM, Grade::C)
            }
            FeeCategory::Furniture => (two(15, 20_000, 10), Mode::Portion, MINIMUM, Grade::C),
            FeeCategory::Jewelry => (two(20, 25_000, 5), Mode::Portion, MINIMUM, Grade::C),
            FeeCategory::Watches => (two(16, 150_000, 3), Mode::Portion, MINIMUM, Grade::C),
            FeeCategory::BeautyAndBaby => (two(8, 1_000, 15), Mode::Whole, MINIMUM, Grade::C),
            FeeCategory::Grocery => (two(8, 1_500, 15), Mode::Whole, 0, Grade::C),
            FeeCategory::Clothing => (
                [
                    band(1_500, percent(5)),
                    band(2_000, percent(10)),
                    band(NO_LIMIT, percent(17)),
                ],
                Mode::Whole,
                MINIMUM,
                Grade::C,
            ),
        };
        Self {
            bands,
            mode,
            minimum,
            schedule: "us-referral-2024",
            grade,
        }
    }

    /// The rate of a flat schedule, without bands and minimum.
    pub(crate) fn configured(config: &FeeConfig) -> Self {
        let rate = Ppm::from_percent(config.flat_referral_percent);
        Self {
            bands: [band(NO_LIMIT, rate); MAX_BANDS],
            mode: Mode::Whole,
            minimum: 0,
            schedule: config::SCHEDULE,
            grade: config.flat_grade(),
        }
    }

    /// The band that a price falls into.
    fn band_of(&self, price: i64) -> Band {
        let [first, second, third] = self.bands;
        if price <= first.up_to {
            first
        } else if price <= second.up_to {
            second
        } else {
            third
        }
    }

    /// The fee without its minimum, rounded half up once, on the sum of the portions.
    fn proportional(&self, price: i64) -> i64 {
        match self.mode {
            Mode::Whole => self.band_of(price).rate.of(price),
            Mode::Portion => {
                let mut from = 0;
                let mut micros = 0_i64;
                for Band { up_to, rate } in self.bands {
                    let portion = price.min(up_to).saturating_sub(from).max(0);
                    micros = micros.saturating_add(portion.saturating_mul(rate.0));
                    from = from.max(up_to);
                }
                micros.saturating_add(WHOLE / 2).div_euclid(WHOLE)
            }
        }
    }

    /// The fee at a price, both in minor units.
    pub(crate) fn amount(&self, price: i64) -> i64 {
        self.proportional(price).max(self.minimum)
    }

    /// By how much the fee grows with the price at and after `price`, up to the next price of `changes`.
    pub(crate) fn slope(&self, price: i64) -> Ppm {
        if self.proportional(price) < self.minimum {
            Ppm(0)
        } else {
            self.band_of(price).rate
        }
    }

    /// The prices from which on another band or the minimum applies.
    pub(crate) fn changes(&self) -> impl Iterator<Item = i64> + '_ {
        let bands = self
            .bands
            .iter()
            .filter(|band| band.up_to != NO_LIMIT)
            .map(|band| band.up_to + 1);
        // The minimum ends where some rate reaches it. With bands, candidates of a rate that is not in force there do no harm.
        let minimum = self
            .bands
            .iter()
            .filter(|band| self.minimum > 0 && band.rate.0 > 0)
            .map(|band| self.minimum * WHOLE / band.rate.0);
        bands.chain(minimum)
    }

    /// The rule in words at a price.
    pub(crate) fn describe(&self, category: FeeCategory, price: i64, shown: &str) -> String {
        let label = category.label();
        let rate = self.band_of(price).rate.percent();
        if self.proportional(price) < self.minimum {
            format!("minimum fee of {label}, above {rate} % of {shown}")
        } else if self.mode == Mode::Portion && price > self.bands[0].up_to {
            let first = self.bands[0].rate.percent();
            let (whole, cents) = (self.bands[0].up_to / 100, self.bands[0].up_to % 100);
            format!(
                "{first} % of the portion up to {whole}.{cents:02} and {rate} % of the rest of {shown}, {label}"
            )
        } else {
            format!("{rate} % of {shown}, {label}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn referral_fees_follow_the_table_with_its_bands_and_minimums() {
        use FeeCategory::{
            AutomotiveAndIndustrial, BeautyAndBaby, Clothing, Electronics, ElectronicsAccessories,
            EverythingElse, Furniture, GameConsoles, Grocery, Jewelry, Media, VideoGames, Watches,
        };
        let cases = [
            (Media, 1_800, 270),
            (Media, 899, 135),
            (Media, 100, 15),
            (Media, 0, 0),
            (VideoGames, 100, 15),
            (GameConsoles, 30_000, 2_400),
            (EverythingElse, 100, 30),
            (EverythingElse, 200, 30),
            (EverythingElse, 210, 32),
            (Electronics, 10_000, 800),
            (Electronics, 300, 30),
            (AutomotiveAndIndustrial, 5_000, 600),
            (ElectronicsAccessories, 10_000, 1_500),
            (ElectronicsAccessories, 15_000, 1_900),
            (Furniture, 30_000, 4_000),
            (Jewelry, 25_000, 5_000),
            (Jewelry, 100_000, 8_750),
            (Watches, 200_000, 25_500),
            (BeautyAndBaby, 1_000, 80),
            (BeautyAndBaby, 1_001, 150),
            (Grocery, 1_500, 120),
            (Grocery, 1_501, 225),
            (Clothing, 1_500, 75),
            (Clothing, 2_000, 200),
            (Clothing, 2_001, 340),
        ];
        for (category, price, fee) in cases {
            assert_eq!(
                ReferralRule::us(category).amount(price),
                fee,
                "{category:?} at {price}"
            );
        }
    }
}
