//! What a user can set about fees.

use rust_decimal::{Decimal, dec};
use serde::{Deserialize, Serialize};

use super::category::FeeCategory;

/// Greatest configured amount in the main unit: enough for yen, small enough for exact sums.
const MAX_AMOUNT: i64 = 1_000_000;

/// The name of the configuration where a receipt names a rate card.
pub(super) const SCHEDULE: &str = "configuration";

/// The fees that no rate card gives: amounts in the main unit of the marketplace's currency. What is absent has the default of the
/// marketplace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct FeeConfig {
    /// The row of the referral fee table for every product; absent: that of the product's group or root category.
    pub category: Option<FeeCategory>,
    /// Where no card exists: referral fee in percent of the price.
    #[serde(with = "crate::percent::optional_setting")]
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<f64>))]
    pub flat_referral_percent: Option<Decimal>,
    /// Where no card exists: closing fee of media.
    pub flat_closing: Option<Decimal>,
    /// Where no card exists: fulfilment fee of one unit.
    pub flat_fulfilment_base: Option<Decimal>,
    /// Where no card exists: fulfilment fee for each pound of weight.
    pub flat_fulfilment_per_pound: Option<Decimal>,
    /// Value-added tax contained in the price, in percent of the price without it; 0 for a seller who owes none. Absent: the
    /// marketplace's rate for the category.
    #[serde(with = "crate::percent::optional_setting")]
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<f64>))]
    pub vat_percent: Option<Decimal>,
    /// Own shipping to the buyer, of one unit (fulfilment by the seller).
    pub own_shipping_base: Decimal,
    /// Own shipping to the buyer, for each started pound of weight. Where it is 0, shipping costs `own_shipping_base` whatever the
    /// weight, and no weight need be known.
    pub own_shipping_per_pound: Decimal,
    /// What Amazon asks per unit for distributing an inbound shipment itself (fulfilment by Amazon).
    pub inbound_placement: Decimal,
    /// Charge inbound placement by size and weight instead, as for minimally split shipments (US).
    pub inbound_placement_by_size: bool,
    /// Charge the aged-inventory surcharge from the 181st day of storage on (US).
    pub aged_inventory: bool,
    /// Units taken back or disposed of instead of sold, in percent of those sold; each pays the removal fee (US).
    #[serde(with = "crate::percent::setting")]
    #[cfg_attr(feature = "utoipa", schema(value_type = f64))]
    pub removal_percent: Decimal,
    /// Sales that are refunded, in percent; each loses its fulfilment fee and pays the refund administration fee.
    #[serde(with = "crate::percent::setting")]
    #[cfg_attr(feature = "utoipa", schema(value_type = f64))]
    pub refund_percent: Decimal,
    /// What returned units lose in value on average, in percent of the price.
    #[serde(with = "crate::percent::setting")]
    #[cfg_attr(feature = "utoipa", schema(value_type = f64))]
    pub return_allowance_percent: Decimal,
    /// `true` for a seller whose units may lie in Poland and the Czech Republic: without it amazon.de charges more for each.
    pub central_europe_programme: bool,
}

impl Default for FeeConfig {
    /// Own shipping follows the order of US Media Mail (about 4.60 for the first pound, 0.80 for each further one; grade M: set your
    /// own). Every optional charge is off: placement is free for a seller who splits shipments (Seller Central GC3Q44PBK8BXQW3Z,
    /// grade A), and no source states how many books are returned or removed (grade X).
    fn default() -> Self {
        Self {
            category: None,
            flat_referral_percent: None,
            flat_closing: None,
            flat_fulfilment_base: None,
            flat_fulfilment_per_pound: None,
            vat_percent: None,
            own_shipping_base: dec!(3.80),
            own_shipping_per_pound: dec!(0.80),
            inbound_placement: Decimal::ZERO,
            inbound_placement_by_size: false,
            aged_inventory: false,
            removal_percent: Decimal::ZERO,
            refund_percent: Decimal::ZERO,
            return_allowance_percent: Decimal::ZERO,
            central_europe_programme: false,
        }
    }
}

impl FeeConfig {
    /// The fee category of a product: the configured one, or that of its product group and root category.
    #[must_use]
    pub fn category_of(
        &self,
        product_group: Option<&str>,
        root_category: Option<i64>,
    ) -> FeeCategory {
        self.category
            .unwrap_or_else(|| FeeCategory::of(product_group, root_category))
    }

    /// Every value that is out of range, as the name of the field and what is wrong.
    #[must_use]
    pub fn problems(&self) -> Vec<(&'static str, &'static str)> {
        let amount = |value| (value, MAX_AMOUNT, "must be from 0 to 1000000");
        // Shares of the price stay below 95 % in sum with the buffer and the VAT: of a higher price more must be left.
        let values = [
            ("fees.flat_closing", self.flat_closing.map(amount)),
            (
                "fees.flat_fulfilment_base",
                self.flat_fulfilment_base.map(amount),
            ),
            (
                "fees.flat_fulfilment_per_pound",
                self.flat_fulfilment_per_pound.map(amount),
            ),
            (
                "fees.own_shipping_base",
                Some(amount(self.own_shipping_base)),
            ),
            (
                "fees.own_shipping_per_pound",
                Some(amount(self.own_shipping_per_pound)),
            ),
            (
                "fees.inbound_placement",
                Some(amount(self.inbound_placement)),
            ),
            (
                "fees.flat_referral_percent",
                self.flat_referral_percent
                    .map(|value| (value, 45, "must be from 0 to 45")),
            ),
            (
                "fees.vat_percent",
                self.vat_percent
                    .map(|value| (value, 30, "must be from 0 to 30")),
            ),
            (
                "fees.removal_percent",
                Some((self.removal_percent, 100, "must be from 0 to 100")),
            ),
            (
                "fees.refund_percent",
                Some((self.refund_percent, 100, "must be from 0 to 100")),
            ),
            (
                "fees.return_allowance_percent",
                Some((self.return_allowance_percent, 10, "must be from 0 to 10")),
            ),
        ];
        let twice = (self.inbound_placement_by_size && !self.inbound_placement.is_zero())
            .then_some((
                "fees.inbound_placement",
                "must be 0 where fees.inbound_placement_by_size is set",
            ));
        values
            .into_iter()
            .filter_map(|(name, value)| {
                let (value, most, wrong) = value?;
                let is_outside = value.is_sign_negative() || value > Decimal::from(most);
                is_outside.then_some((name, wrong))
            })
            .chain(twice)
            .collect()
    }
}
