//! The fee schedule of one product: every fee as a function of the sale price, prepared once and read at many prices.
//!
//! The receipt is made from it too, so there is one implementation of every fee.

use super::category::FeeCategory;
use super::config::{self, FeeConfig};
use super::error::FeeError;
use super::fixed::{self, FixedFee};
use super::fulfilment::FulfilmentFees;
use super::input::FeeInput;
use super::rate::{ByBand, Ppm, PriceBand};
use super::receipt::{FeeKind, FeeLine, FeeReceipt, Grade};
use super::referral::ReferralRule;
use super::size_tier::{Parcel, SizeTier};
use crate::acquisition::Fulfilment;
use crate::marketplace::Marketplace;
use crate::money::{Currency, Money};

/// Every fee of one product as a function of its sale price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeeSchedule {
    currency: Currency,
    fulfilled_by: Fulfilment,
    category: FeeCategory,
    tier: Option<SizeTier>,
    referral: ReferralRule,
    fulfilment: Option<FulfilmentFees>,
    fixed: Vec<FixedFee>,
    return_allowance: Ppm,
    /// What each price band pays besides shares of the price; the sum of `fulfilment` and `fixed`.
    constant: ByBand<i64>,
}

impl FeeSchedule {
    /// The schedule of a product.
    ///
    /// # Errors
    /// [`FeeError::PackageUnknown`] when fulfilment or shipping cannot be told: the package is not fully known, and Keepa observed no fee
    /// that still holds on the day of the sale.
    pub fn new(input: &FeeInput, config: &FeeConfig) -> Result<Self, FeeError> {
        let parcel = Parcel::of(&input.package);
        let referral = if input.marketplace == Marketplace::Us {
            ReferralRule::us(input.category)
        } else {
            ReferralRule::configured(config)
        };
        let fulfilment = match input.fulfilment {
            Fulfilment::Fba => Some(FulfilmentFees::new(input, parcel.as_ref(), config)?),
            Fulfilment::Fbm => None,
        };
        let fixed = fixed::fees(input, parcel.as_ref(), config)?;
        let fixed_sum = fixed.iter().map(|fee| fee.minor).sum::<i64>();
        let constant = fulfilment
            .as_ref()
            .map_or(ByBand::all(0), FulfilmentFees::totals)
            .map(|fee| fee + fixed_sum);
        Ok(Self {
            currency: input.marketplace.currency(),
            fulfilled_by: input.fulfilment,
            category: input.category,
            tier: parcel.map(|parcel| parcel.tier),
            referral,
            fulfilment,
            fixed,
            return_allowance: Ppm::from_percent(config.return_allowance_percent),
            constant,
        })
    }

    /// The currency of the marketplace.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// An amount in the minor units of this schedule.
    ///
    /// # Errors
    /// When it is in another currency than the marketplace's, or beyond 64 bits.
    pub fn minor(&self, amount: Money) -> Result<i64, FeeError> {
        let (expected, given) = (self.currency, amount.currency());
        if expected == given {
            amount.minor().ok_or(FeeError::AmountOutOfRange)
        } else {
            Err(FeeError::Currency { expected, given })
        }
    }

    /// Who ships.
    #[must_use]
    pub const fn fulfilled_by(&self) -> Fulfilment {
        self.fulfilled_by
    }

    /// `true` when the package is larger than standard size; `false` also when its size is unknown.
    #[must_use]
    pub fn is_oversize(&self) -> bool {
        self.tier.is_some_and(|tier| !tier.is_standard())
    }

    /// `true` when no fee rests on a card past its end or on a flat schedule that nobody verified.
    #[must_use]
    pub fn is_verified(&self) -> bool {
        self.referral.grade != Grade::Unverified
            && self.fixed.iter().all(|fee| fee.grade != Grade::Unverified)
            && self
                .fulfilment
                .as_ref()
                .is_none_or(FulfilmentFees::is_verified)
    }

    /// The sum of all fees at a sale price, both in minor units; the same as the total of the receipt.
    #[must_use]
    pub fn total_minor_at(&self, price_minor: i64) -> i64 {
        self.referral
            .amount(price_minor)
            .saturating_add(self.constant.get(PriceBand::of(price_minor)))
            .saturating_add(self.return_allowance.of(price_minor))
    }

    /// The prices in minor units at which the fee function jumps or bends, rising, with 0 in front.
    pub(crate) fn changes(&self) -> Vec<i64> {
        let mut prices = vec![0];
        if self.constant.low != self.constant.standard {
            prices.push(PriceBand::STANDARD_FROM);
        }
        if self.constant.standard != self.constant.high {
            prices.push(PriceBand::HIGH_FROM);
        }
        prices.extend(self.referral.changes());
        prices.sort_unstable();
        prices.dedup();
        prices
    }

    /// By how much fees grow with the price from `price_minor` up to the next of `changes`, rounding aside.
    pub(crate) fn slope(&self, price_minor: i64) -> Ppm {
        Ppm(self.referral.slope(price_minor).0 + self.return_allowance.0)
    }

    /// The receipt at a sale price in minor units.
    #[must_use]
    pub fn receipt_at(&self, price_minor: i64) -> FeeReceipt {
        let money = |minor| Money::from_minor(minor, self.currency);
        let shown = money(price_minor).amount().to_string();
        let line = |kind, minor, rule, rate_card: &str, grade| FeeLine {
            kind,
            amount: money(minor),
            rule,
            rate_card: rate_card.to_owned(),
            grade,
        };
        let mut lines = Vec::with_capacity(self.fixed.len() + 4);
        lines.push(line(
            FeeKind::Referral,
            self.referral.amount(price_minor),
            self.referral.describe(self.category, price_minor, &shown),
            self.referral.schedule,
            self.referral.grade,
        ));
        let fixed = |fee: &FixedFee| {
            let rule = fee.rule.clone();
            line(fee.kind, fee.minor, rule, fee.rate_card, fee.grade)
        };
        let (closing, others): (Vec<_>, Vec<_>) = self
            .fixed
            .iter()
            .partition(|fee| fee.kind == FeeKind::Closing);
        lines.extend(closing.into_iter().map(fixed));
        if let Some(fees) = &self.fulfilment {
            lines.extend(fees.lines(PriceBand::of(price_minor), self.currency));
        }
        lines.extend(others.into_iter().map(fixed));
        if self.return_allowance != Ppm(0) {
            let rule = format!("{} % of {shown}", self.return_allowance.percent());
            let amount = self.return_allowance.of(price_minor);
            lines.push(line(
                FeeKind::ReturnAllowance,
                amount,
                rule,
                config::SCHEDULE,
                Grade::Configured,
            ));
        }
        let mismatch = self.fulfilment.as_ref().and_then(|fees| fees.mismatch);
        FeeReceipt {
            lines,
            total: money(self.total_minor_at(price_minor)),
            observed_fulfilment: mismatch.map(|mismatch| money(mismatch.observed)),
            card_fulfilment: mismatch.map(|mismatch| money(mismatch.card)),
        }
    }
}
