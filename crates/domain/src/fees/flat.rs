//! The flat schedule: what is charged where no rate card tells.
//!
//! Each value is the configured one, or the default of its marketplace. The defaults in dollars, pounds and euros are the schedule of the
//! predecessor (15 %, 1.80, 2.50 + 0.40 a pound; grade C), with the closing fee of media where another one is known (1.00 pound in the
//! United Kingdom, 1.01 euros in Germany; grade M). Canada is the line through its rates of 100 g and 1.5 kg with the fuel surcharge
//! (5.92 and 9.60 dollars, 3.5 %; grade C), Japan the rate of its second standard size (430 yen, grade C) with a closing fee of 80 yen
//! (grade M). A default is a stand-in of the right size and not a rate, so it is unverified. India, Mexico and Brazil have none: their
//! fees are shaped otherwise or unknown.

use rust_decimal::{Decimal, dec};

use super::config::FeeConfig;
use super::rate::Ppm;
use super::receipt::Grade;
use crate::marketplace::Marketplace;
use crate::money::{Currency, Money};

/// Amounts in the main unit of the marketplace's currency.
struct Defaults {
    referral_percent: Decimal,
    closing: Decimal,
    base: Decimal,
    per_pound: Decimal,
}

const fn defaults(marketplace: Marketplace) -> Option<Defaults> {
    let (closing, base, per_pound) = match marketplace {
        Marketplace::Us | Marketplace::Fr | Marketplace::It | Marketplace::Es => {
            (dec!(1.80), dec!(2.50), dec!(0.40))
        }
        Marketplace::Gb => (dec!(1.00), dec!(2.50), dec!(0.40)),
        Marketplace::De => (dec!(1.01), dec!(2.50), dec!(0.40)),
        Marketplace::Ca => (dec!(1.80), dec!(5.86), dec!(1.23)),
        Marketplace::Jp => (dec!(80), dec!(430), dec!(0)),
        Marketplace::In | Marketplace::Mx | Marketplace::Br => return None,
    };
    Some(Defaults {
        referral_percent: dec!(15),
        closing,
        base,
        per_pound,
    })
}

/// The flat schedule of one marketplace.
#[derive(Debug, Clone, Copy)]
pub(super) struct FlatSchedule<'a> {
    config: &'a FeeConfig,
    marketplace: Marketplace,
}

/// A fulfilment fee of so much and so much for each pound, in the main unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FlatFulfilment {
    pub(super) base: Decimal,
    pub(super) per_pound: Decimal,
    pub(super) grade: Grade,
}

impl<'a> FlatSchedule<'a> {
    pub(super) const fn new(config: &'a FeeConfig, marketplace: Marketplace) -> Self {
        Self {
            config,
            marketplace,
        }
    }

    /// A configured value, or a default that nobody verified.
    fn value(
        &self,
        configured: Option<Decimal>,
        default: impl Fn(Defaults) -> Decimal,
    ) -> Option<(Decimal, Grade)> {
        configured.map_or_else(
            || defaults(self.marketplace).map(|all| (default(all), Grade::Unverified)),
            |value| Some((value, Grade::Configured)),
        )
    }

    /// The referral fee as a share of the price.
    pub(super) fn referral(&self) -> Option<(Ppm, Grade)> {
        let percent = self.value(self.config.flat_referral_percent, |d| d.referral_percent);
        percent.map(|(percent, grade)| (Ppm::from_percent(percent), grade))
    }

    /// The closing fee of media in minor units.
    pub(super) fn closing(&self) -> Option<(i64, Grade)> {
        let (closing, grade) = self.value(self.config.flat_closing, |d| d.closing)?;
        Some((minor(closing, self.marketplace.currency()), grade))
    }

    /// The fulfilment fee.
    pub(super) fn fulfilment(&self) -> Option<FlatFulfilment> {
        let (base, of_base) = self.value(self.config.flat_fulfilment_base, |d| d.base)?;
        let (per_pound, of_pound) =
            self.value(self.config.flat_fulfilment_per_pound, |d| d.per_pound)?;
        Some(FlatFulfilment {
            base,
            per_pound,
            grade: of_base.max(of_pound),
        })
    }
}

/// The greatest amount in minor units: none of the trade comes near it, and what is computed of such amounts fits 64 bits.
pub(super) const GREATEST: i64 = 1_000_000_000_000_000;

/// A fee in minor units; `None` below zero and above the greatest.
pub(super) fn checked_minor(amount: Decimal, currency: Currency) -> Option<i64> {
    Money::new(amount, currency)
        .minor()
        .filter(|minor| (0..=GREATEST).contains(minor))
}

/// An amount of the configuration in minor units. One that is no fee counts as none; [`FeeConfig::problems`] refuses it.
pub(super) fn minor(amount: Decimal, currency: Currency) -> i64 {
    checked_minor(amount, currency).unwrap_or_default()
}
