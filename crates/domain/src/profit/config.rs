//! What a user can set about costs and targets.

use rust_decimal::{Decimal, dec};
use serde::{Deserialize, Serialize};

use crate::money::{Currency, Money};

/// What a user can set about profit: amounts in the main unit of the marketplace's currency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct ProfitConfig {
    /// Return on the buy price that the maximum buy price aims at, in percent of it.
    #[serde(with = "crate::percent::setting")]
    #[cfg_attr(feature = "utoipa", schema(value_type = f64))]
    pub target_roi_percent: Decimal,
    /// Profit of one unit that the maximum buy price leaves at least.
    pub minimum_profit: Decimal,
    /// Safety buffer in percent of the sale price.
    ///
    /// Default 0: the distribution of the sale price carries the uncertainty and shows it as the probability of a profit; a buffer would
    /// count it twice. The predecessor, which knew a single price, took 5.
    #[serde(with = "crate::percent::setting")]
    #[cfg_attr(feature = "utoipa", schema(value_type = f64))]
    pub buffer_percent: Decimal,
    /// Shipping of one unit to Amazon's warehouse; not charged when the seller ships to the buyer.
    pub inbound_per_unit: Decimal,
    /// Preparation of one unit for Amazon's warehouse; not charged when the seller ships to the buyer.
    pub prep_per_unit: Decimal,
    /// Tax on the buy price, in percent; 0 with a resale certificate.
    #[serde(with = "crate::percent::setting")]
    #[cfg_attr(feature = "utoipa", schema(value_type = f64))]
    pub purchase_tax_percent: Decimal,
}

impl Default for ProfitConfig {
    /// Target 30 %, inbound 0.40 and preparation 0.20 are the predecessor's for books; tools assume 0.30 to 0.50 for inbound (grade C).
    /// The target decides alone, without a minimum profit.
    fn default() -> Self {
        Self {
            target_roi_percent: dec!(30),
            minimum_profit: Decimal::ZERO,
            buffer_percent: Decimal::ZERO,
            inbound_per_unit: dec!(0.40),
            prep_per_unit: dec!(0.20),
            purchase_tax_percent: Decimal::ZERO,
        }
    }
}

impl ProfitConfig {
    /// Every value that is out of range, as the name of the field and what is wrong.
    #[must_use]
    pub fn problems(&self) -> Vec<(&'static str, &'static str)> {
        let limits = [
            (
                "profit.target_roi_percent",
                self.target_roi_percent,
                1_000,
                "must be from 0 to 1000",
            ),
            (
                "profit.minimum_profit",
                self.minimum_profit,
                1_000_000,
                "must be from 0 to 1000000",
            ),
            // Shares of the price stay below 95 % in sum with the fees: of a higher price more must be left.
            (
                "profit.buffer_percent",
                self.buffer_percent,
                40,
                "must be from 0 to 40",
            ),
            (
                "profit.inbound_per_unit",
                self.inbound_per_unit,
                1_000_000,
                "must be from 0 to 1000000",
            ),
            (
                "profit.prep_per_unit",
                self.prep_per_unit,
                1_000_000,
                "must be from 0 to 1000000",
            ),
            (
                "profit.purchase_tax_percent",
                self.purchase_tax_percent,
                100,
                "must be from 0 to 100",
            ),
        ];
        limits
            .into_iter()
            .filter(|(_, value, most, _)| value.is_sign_negative() || *value > Decimal::from(*most))
            .map(|(name, _, _, wrong)| (name, wrong))
            .collect()
    }

    /// What it costs to get one unit into Amazon's warehouse, in minor units.
    pub(super) fn handling(&self, currency: Currency) -> i64 {
        let both = self.inbound_per_unit.checked_add(self.prep_per_unit);
        both.map_or(0, |both| minor(both, currency))
    }

    /// The minimum profit in minor units.
    pub(super) fn minimum_profit_minor(&self, currency: Currency) -> i64 {
        minor(self.minimum_profit, currency)
    }
}

/// An amount in minor units. One that [`ProfitConfig::problems`] would refuse may count as none.
fn minor(amount: Decimal, currency: Currency) -> i64 {
    Money::new(amount, currency)
        .minor()
        .filter(|minor| (0..=i64::from(i32::MAX)).contains(minor))
        .unwrap_or_default()
}
