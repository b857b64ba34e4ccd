//! The fee schedule of one product: every fee as a function of the sale price, prepared once and read at many prices.
//!
//! The receipt is made from it too, so there is one implementation of every fee.

use super::category::FeeCategory;
use super::config::{self, FeeConfig};
use super::error::FeeError;
use super::fixed::{self, FixedFee};
use super::flat::{FlatSchedule, GREATEST};
use super::fulfilment::FulfilmentFees;
use super::input::FeeInput;
use super::parcel::Parcel;
use super::rate::{BandLimits, ByBand, Ppm, Slope};
use super::receipt::{FeeKind, FeeLine, FeeReceipt, Grade};
use super::referral::ReferralRule;
use super::referral_table;
use super::refund::Refunds;
use super::vat::Vat;
use crate::acquisition::Fulfilment;
use crate::money::{Currency, Money};

/// Every fee of one product as a function of its sale price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeeSchedule {
    currency: Currency,
    fulfilled_by: Fulfilment,
    category: FeeCategory,
    is_oversize: bool,
    referral: ReferralRule,
    fulfilment: Option<FulfilmentFees>,
    fixed: Vec<FixedFee>,
    refunds: Option<Refunds>,
    return_allowance: Ppm,
    vat: Option<Vat>,
    limits: BandLimits,
    /// What each price band pays besides shares of the price; the sum of `fulfilment` and `fixed`.
    constant: ByBand<i64>,
    /// The prices at which the fee function jumps or bends, rising, with 0 in front.
    changes: Vec<i64>,
}

impl FeeSchedule {
    /// The schedule of a product.
    ///
    /// # Errors
    /// [`FeeError::PackageUnknown`] when Amazon ships, the package is not fully known, and Keepa observed no fee that still holds on the
    /// day of the sale. [`FeeError::WeightUnknown`] when the seller ships, pays by weight, and does not know it.
    /// [`FeeError::ScheduleUnknown`] for a marketplace whose fees nobody told.
    pub fn new(input: &FeeInput, config: &FeeConfig) -> Result<Self, FeeError> {
        let marketplace = input.marketplace;
        let parcel = Parcel::of(marketplace, &input.package);
        let flat = FlatSchedule::new(config, marketplace);
        let referral = referral_table::rule(input.category, flat, marketplace)
            .ok_or(FeeError::ScheduleUnknown)?;
        let fulfilment = match input.fulfilment {
            Fulfilment::Fba => Some(FulfilmentFees::new(input, parcel.as_ref(), config)?),
            Fulfilment::Fbm => None,
        };
        let fixed = fixed::fees(input, parcel.as_ref(), config)?;
        let fixed_sum = fixed.iter().map(|fee| fee.minor).sum::<i64>();
        let by_band = fulfilment
            .as_ref()
            .map_or(ByBand::all(0), FulfilmentFees::totals);
        let mut schedule = Self {
            currency: marketplace.currency(),
            fulfilled_by: input.fulfilment,
            category: input.category,
            is_oversize: parcel.is_some_and(|parcel| parcel.is_oversize()),
            referral,
            limits: fulfilment
                .as_ref()
                .map_or(BandLimits::NONE, |fees| fees.limits),
            fulfilment,
            fixed,
            refunds: Refunds::new(marketplace, input.category, by_band, config),
            return_allowance: Ppm::from_percent(config.return_allowance_percent),
            vat: Vat::new(marketplace, input.category, config),
            constant: by_band.map(|fee| fee.saturating_add(fixed_sum)),
            changes: Vec::new(),
        };
        schedule.changes = schedule.find_changes();
        Ok(schedule)
    }

    fn find_changes(&self) -> Vec<i64> {
        let mut prices = vec![0];
        let ByBand {
            low,
            standard,
            high,
        } = self.constant;
        prices.extend((low != standard).then_some(self.limits.standard_from));
        prices.extend((standard != high).then_some(self.limits.high_from));
        prices.extend(self.referral.changes());
        prices.extend(
            self.refunds
                .iter()
                .flat_map(|refunds| refunds.changes(&self.referral)),
        );
        prices.sort_unstable();
        prices.dedup();
        prices
    }

    /// The currency of the marketplace.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// An amount in the minor units of this schedule.
    ///
    /// # Errors
    /// When it is in another currency than the marketplace's, or beyond ten trillion of it.
    pub fn minor(&self, amount: Money) -> Result<i64, FeeError> {
        let (expected, given) = (self.currency, amount.currency());
        if expected == given {
            let minor = amount.minor();
            minor
                .filter(|minor| minor.unsigned_abs() <= GREATEST.unsigned_abs())
                .ok_or(FeeError::AmountOutOfRange)
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
    pub const fn is_oversize(&self) -> bool {
        self.is_oversize
    }

    /// `true` when no fee rests on a card past its end, on general knowledge or on a flat schedule that nobody verified.
    #[must_use]
    pub fn is_verified(&self) -> bool {
        self.referral.grade.is_verified()
            && self.fixed.iter().all(|fee| fee.grade.is_verified())
            && self.vat.is_none_or(|vat| vat.grade.is_verified())
            && self
                .fulfilment
                .as_ref()
                .is_none_or(FulfilmentFees::is_verified)
    }

    /// The sum of all fees at a sale price, both in minor units; the same as the total of the receipt.
    #[must_use]
    pub fn total_minor_at(&self, price_minor: i64) -> i64 {
        let referral = self.referral.amount(price_minor);
        let band = self.limits.of(price_minor);
        let refunds = self
            .refunds
            .map_or(0, |refunds| refunds.amount(referral, band));
        referral
            .saturating_add(self.constant.get(band))
            .saturating_add(refunds)
            .saturating_add(self.return_allowance.of(price_minor))
            .saturating_add(self.vat.map_or(0, |vat| vat.of(price_minor)))
    }

    /// The sum of [`FeeSchedule::total_minor_at`] over every price of a range that holds none of `changes` above its lower end, both ends
    /// included.
    pub(crate) fn total_minor_over(&self, from: i64, to: i64) -> i128 {
        let band = self.limits.of(from);
        let constant = i128::from(to - from + 1) * i128::from(self.constant.get(band));
        let refunds = self.refunds.map_or(0, |refunds| {
            refunds.sum_over(&self.referral, band, (from, to))
        });
        let vat = self.vat.map_or(0, |vat| vat.sum_over(from, to));
        constant
            + self.referral.sum_over(from, to)
            + refunds
            + self.return_allowance.sum_over(from, to)
            + vat
    }

    /// The prices in minor units at which the fee function jumps or bends, rising, with 0 in front.
    pub(crate) fn changes(&self) -> &[i64] {
        &self.changes
    }

    /// By how much fees grow with the price from `price_minor` up to the next of `changes`, rounding aside.
    pub(crate) fn slope(&self, price_minor: i64) -> Slope {
        let refunds = self.refunds.map_or(Slope::default(), |refunds| {
            refunds.slope(&self.referral, price_minor)
        });
        let vat = self.vat.map_or(Slope::default(), |vat| vat.slope());
        self.referral.slope(price_minor) + refunds + self.return_allowance.into() + vat
    }

    /// The receipt at a sale price in minor units.
    #[must_use]
    pub fn receipt_at(&self, price_minor: i64) -> FeeReceipt {
        let money = |minor| Money::from_minor(minor, self.currency);
        let shown = money(price_minor).amount().to_string();
        let band = self.limits.of(price_minor);
        let line = |kind, minor, rule, rate_card: &str, grade| FeeLine {
            kind,
            amount: money(minor),
            rule,
            rate_card: rate_card.to_owned(),
            grade,
        };
        let fixed = |fee: &FixedFee| {
            line(
                fee.kind,
                fee.minor,
                fee.rule.to_string(),
                fee.rate_card,
                fee.grade,
            )
        };
        let of_the_sale =
            |fee: &&FixedFee| matches!(fee.kind, FeeKind::Closing | FeeKind::NetworkSurcharge);
        let referral = self.referral.amount(price_minor);
        let mut lines = Vec::with_capacity(self.fixed.len() + 6);
        lines.push(line(
            FeeKind::Referral,
            referral,
            self.referral.describe(self.category, price_minor, &shown),
            self.referral.schedule,
            self.referral.grade,
        ));
        lines.extend(self.fixed.iter().filter(of_the_sale).map(fixed));
        if let Some(fees) = &self.fulfilment {
            lines.extend(fees.lines(band, self.currency));
        }
        lines.extend(self.fixed.iter().filter(|fee| !of_the_sale(fee)).map(fixed));
        lines.extend(self.refunds.map(|refunds| {
            line(
                FeeKind::RefundAllowance,
                refunds.amount(referral, band),
                refunds.describe(),
                config::SCHEDULE,
                Grade::Configured,
            )
        }));
        if self.return_allowance != Ppm(0) {
            lines.push(line(
                FeeKind::ReturnAllowance,
                self.return_allowance.of(price_minor),
                format!("{} % of {shown}", self.return_allowance.percent()),
                config::SCHEDULE,
                Grade::Configured,
            ));
        }
        lines.extend(self.vat.map(|vat| {
            line(
                FeeKind::ValueAddedTax,
                vat.of(price_minor),
                vat.describe(&shown),
                vat.schedule,
                vat.grade,
            )
        }));
        let mismatch = self.fulfilment.as_ref().and_then(|fees| fees.mismatch);
        FeeReceipt {
            lines,
            total: money(self.total_minor_at(price_minor)),
            observed_fulfilment: mismatch.map(|mismatch| money(mismatch.observed)),
            card_fulfilment: mismatch.map(|mismatch| money(mismatch.card)),
        }
    }
}
