//! The fees of one product as a function of its sale price.

use chrono::{Datelike as _, NaiveDate};
use rust_decimal::prelude::ToPrimitive as _;
use rust_decimal::{Decimal, RoundingStrategy};

use super::rate_card::{MIDDLE_BAND_FROM, UPPER_BAND_FROM, band, card_on, surcharge};
use super::size_tier::{MeasuredPackage, SizeTier};
use super::{FeeCategory, FeeConfig, FeeKind, FeeLine, FeeReceipt, Grade};
use crate::acquisition::Fulfilment;
use crate::market::{ObservedFee, Package};
use crate::marketplace::Marketplace;
use crate::money::{Currency, Money};

/// What the fees of one product depend on, besides its price.
#[derive(Debug, Clone)]
pub struct FeeInput {
    /// Marketplace.
    pub marketplace: Marketplace,
    /// Who ships.
    pub fulfilment: Fulfilment,
    /// Package.
    pub package: Package,
    /// Fee category.
    pub category: FeeCategory,
    /// The fulfilment fee that Keepa observed.
    pub observed: Option<ObservedFee>,
    /// The day on which the unit leaves the warehouse; it picks the rate card.
    pub sale_date: NaiveDate,
    /// Days in storage before.
    pub holding_days: u32,
}

/// Why fees cannot be computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FeeError {
    /// Size and weight of the package are unknown, and Keepa saw no fee.
    #[error("the size or weight of the package is unknown")]
    PackageUnknown,
}

/// A fee in cents by price band, with its source.
#[derive(Debug, Clone)]
struct Fulfilled {
    bands: [i64; 3],
    surcharges: [i64; 3],
    rule: String,
    rate_card: String,
    grade: Grade,
}

/// The fees of one product at any price. Receipt and totals come from the same sums.
#[derive(Debug, Clone)]
pub struct FeeSchedule {
    currency: Currency,
    referral: Referral,
    closing: i64,
    shipping: Shipping,
    storage: i64,
    storage_rule: String,
    observed_differs: Option<i64>,
    tier: Option<SizeTier>,
}

#[derive(Debug, Clone)]
enum Referral {
    Category(FeeCategory),
    Flat(Decimal),
}

#[derive(Debug, Clone)]
enum Shipping {
    Amazon(Fulfilled),
    Own { fee: i64, rule: String },
}

/// A fee of Keepa and one of the card that differ by more are reported, in cents.
const MISMATCH: i64 = 5;

impl FeeSchedule {
    /// Prepares the fees of a product.
    ///
    /// # Errors
    /// [`FeeError::PackageUnknown`] when the package is needed and neither it nor an observed fee is known.
    pub fn new(input: &FeeInput, config: &FeeConfig) -> Result<Self, FeeError> {
        let measured = MeasuredPackage::new(&input.package);
        let is_us = input.marketplace == Marketplace::Us;
        let exponent = input.marketplace.currency().exponent();
        let minor = |amount: Decimal| to_minor(amount, exponent);
        let referral = if is_us {
            Referral::Category(input.category)
        } else {
            Referral::Flat(config.flat_referral_percent)
        };
        let closing = match (input.category.has_closing_fee(), is_us) {
            (false, _) => 0,
            // 1.80 for every unit of media since 2017-03-01 (grade A).
            (true, true) => 180,
            (true, false) => minor(config.flat_closing),
        };
        let pounds = || {
            measured
                .map(|m| Decimal::from(m.pounds_up()))
                .ok_or(FeeError::PackageUnknown)
        };
        let mut tier = None;
        let mut observed_differs = None;
        let shipping = match (input.fulfilment, is_us) {
            (Fulfilment::Fbm, _) => {
                let pounds = pounds()?;
                let fee = config.own_shipping_base + config.own_shipping_per_pound * pounds;
                Shipping::Own {
                    fee: minor(fee),
                    rule: format!("configured, {pounds} lb"),
                }
            }
            (Fulfilment::Fba, false) => {
                let pounds = pounds()?;
                let fee =
                    minor(config.flat_fulfilment_base + config.flat_fulfilment_per_pound * pounds);
                Shipping::Amazon(Fulfilled {
                    bands: [fee; 3],
                    surcharges: [0; 3],
                    rule: format!(
                        "flat schedule, {pounds} lb; no rate card for {}",
                        input.marketplace
                    ),
                    rate_card: "flat".to_owned(),
                    grade: Grade::Unverified,
                })
            }
            (Fulfilment::Fba, true) => {
                tier = measured.map(|package| card_on(input.sale_date).0.tier(&package));
                let card = measured.map(|package| from_card(&package, input.sale_date));
                observed_differs = measured.and_then(|package| mismatch(&package, input.observed));
                let observed = input.observed.map(from_observed);
                // The card gives every band and season; Keepa's fee holds for the price and day at which it was seen only.
                Shipping::Amazon(card.or(observed).ok_or(FeeError::PackageUnknown)?)
            }
        };
        let (storage, storage_rule) = match (&shipping, measured, is_us) {
            (Shipping::Amazon(_), Some(package), true) => {
                let oversize = tier.is_some_and(SizeTier::is_oversize);
                storage(&package, oversize, input.sale_date, input.holding_days)
            }
            _ => (0, String::new()),
        };
        Ok(Self {
            currency: input.marketplace.currency(),
            referral,
            closing,
            shipping,
            storage,
            storage_rule,
            observed_differs,
            tier,
        })
    }

    /// The sum of all fees at a price, both in minor units.
    #[must_use]
    pub fn total_minor_at(&self, price: i64) -> i64 {
        let shipping = match &self.shipping {
            Shipping::Amazon(fee) => at(&fee.bands, price) + at(&fee.surcharges, price),
            Shipping::Own { fee, .. } => *fee,
        };
        self.referral_at(price) + self.closing + shipping + self.storage
    }

    /// Every fee at a price in minor units.
    #[must_use]
    pub fn receipt_at(&self, price: i64) -> FeeReceipt {
        let money = |minor| Money::from_minor(minor, self.currency);
        let mut lines = vec![self.referral_line(price)];
        let mut add = |kind, minor, rule: String, card: &str, grade| {
            if minor != 0 {
                let rate_card = card.to_owned();
                lines.push(FeeLine {
                    kind,
                    amount: money(minor),
                    rule,
                    rate_card,
                    grade,
                });
            }
        };
        add(
            FeeKind::Closing,
            self.closing,
            "each unit of media".to_owned(),
            "us-media-2017-03-01",
            Grade::A,
        );
        match &self.shipping {
            Shipping::Amazon(fee) => {
                let (card, grade) = (fee.rate_card.as_str(), fee.grade);
                add(
                    FeeKind::Fulfilment,
                    at(&fee.bands, price),
                    fee.rule.clone(),
                    card,
                    grade,
                );
                let extra = at(&fee.surcharges, price);
                let rule = "3.5 % of the fulfilment fee".to_owned();
                add(
                    FeeKind::FuelSurcharge,
                    extra,
                    rule,
                    "us-fuel-2026-04-17",
                    Grade::B,
                );
            }
            Shipping::Own { fee, rule } => {
                add(
                    FeeKind::OwnShipping,
                    *fee,
                    rule.clone(),
                    "configuration",
                    Grade::Configured,
                );
            }
        }
        add(
            FeeKind::Storage,
            self.storage,
            self.storage_rule.clone(),
            "us-storage-2024-04-01",
            Grade::A,
        );
        FeeReceipt {
            lines,
            total: money(self.total_minor_at(price)),
            observed_fulfilment: self.observed_differs.map(money),
        }
    }

    /// The prices in minor units at which the fee jumps or bends, in order.
    #[must_use]
    pub fn jumps(&self) -> Vec<i64> {
        let mut jumps = Vec::with_capacity(3);
        if matches!(self.shipping, Shipping::Amazon(_)) {
            jumps.extend([MIDDLE_BAND_FROM, UPPER_BAND_FROM]);
        }
        if let Referral::Category(category) = self.referral {
            jumps.extend(category.edge());
        }
        jumps.sort_unstable();
        jumps
    }

    /// `true` when the package is larger than standard size; `false` also when its size is unknown.
    #[must_use]
    pub fn is_oversize(&self) -> bool {
        self.tier.is_some_and(SizeTier::is_oversize)
    }

    /// `true` when every rate comes from a card that holds on the sale date.
    #[must_use]
    pub const fn is_verified(&self) -> bool {
        match &self.shipping {
            Shipping::Amazon(fee) => !matches!(fee.grade, Grade::Unverified),
            Shipping::Own { .. } => true,
        }
    }

    fn referral_at(&self, price: i64) -> i64 {
        match &self.referral {
            Referral::Category(category) => category.referral(price),
            Referral::Flat(percent) => {
                let fee = Decimal::from(price) * percent / Decimal::ONE_HUNDRED;
                rounded(fee)
            }
        }
    }

    fn referral_line(&self, price: i64) -> FeeLine {
        let shown = Money::from_minor(price, self.currency).amount().to_string();
        let (rule, rate_card, grade) = match &self.referral {
            Referral::Category(category) => (category.rule(&shown), "us-referral-2024", Grade::B),
            Referral::Flat(percent) => {
                (format!("{percent} % of {shown}"), "flat", Grade::Unverified)
            }
        };
        FeeLine {
            kind: FeeKind::Referral,
            amount: Money::from_minor(self.referral_at(price), self.currency),
            rule,
            rate_card: rate_card.to_owned(),
            grade,
        }
    }
}

fn at(bands: &[i64; 3], price: i64) -> i64 {
    bands.get(band(price)).copied().unwrap_or_default()
}

fn to_minor(amount: Decimal, exponent: u32) -> i64 {
    rounded(amount * Decimal::from(10_i64.pow(exponent)))
}

fn rounded(minor: Decimal) -> i64 {
    minor
        .round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero)
        .to_i64()
        .unwrap_or(i64::MAX)
}

fn from_card(package: &MeasuredPackage, date: NaiveDate) -> Fulfilled {
    let (card, verified) = card_on(date);
    let bands = card.fees(package);
    Fulfilled {
        bands,
        surcharges: bands.map(|fee| surcharge(fee, date)),
        rule: format!("{} at this size, weight and price", card.id),
        rate_card: card.id.clone(),
        grade: if verified {
            card.grade()
        } else {
            Grade::Unverified
        },
    }
}

/// Keepa's fee contains price band, season and surcharge of the day on which it was seen (grade B).
fn from_observed(observed: ObservedFee) -> Fulfilled {
    Fulfilled {
        bands: [i64::from(observed.minor); 3],
        surcharges: [0; 3],
        rule: "as Keepa observed it; the package size is unknown".to_owned(),
        rate_card: "keepa-observed".to_owned(),
        grade: Grade::C,
    }
}

/// The observed fee, when no price band of the card of its day comes within the tolerance of it.
fn mismatch(package: &MeasuredPackage, observed: Option<ObservedFee>) -> Option<i64> {
    let observed = observed?;
    let date = observed.observed_at?.to_utc().date_naive();
    let bands = card_on(date).0.fees(package);
    let fee = i64::from(observed.minor);
    let explained = bands
        .iter()
        .any(|base| (base + surcharge(*base, date) - fee).abs() <= MISMATCH);
    (!explained).then_some(fee)
}

/// Storage in cents over the days before the sale: by volume, 0.78 a cubic foot and month from January to September, 2.40 from October to
/// December; oversize 0.56 and 1.40 (source: Amazon's storage fee page, from 2024-04-01, grade A).
fn storage(package: &MeasuredPackage, oversize: bool, sold: NaiveDate, days: u32) -> (i64, String) {
    let rate = |date: NaiveDate| -> i128 {
        match (oversize, date.month() >= 10) {
            (false, false) => 78,
            (false, true) => 240,
            (true, false) => 56,
            (true, true) => 140,
        }
    };
    // A month counts 30 days; more than two years in storage is not planned for.
    let rates: i128 = sold
        .iter_days()
        .rev()
        .skip(1)
        .take(usize::try_from(days.min(730)).unwrap_or(0))
        .map(rate)
        .sum();
    let volume = package.milli_cubic_feet();
    let cents = (rates * i128::from(volume) + 15_000) / 30_000;
    let feet = Decimal::new(volume, 3);
    (
        i64::try_from(cents).unwrap_or(i64::MAX),
        format!("{feet} cubic feet for {days} days"),
    )
}
