//! What a user can set about fees.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::receipt::Grade;

/// Greatest configured amount in the main unit: enough for yen, small enough for exact sums.
const MAX_AMOUNT: i64 = 1_000_000;

/// The name of the configuration where a receipt names a rate card.
pub(super) const SCHEDULE: &str = "configuration";

/// The fees that no rate card gives: amounts in the main unit of the marketplace's currency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FeeConfig {
    /// Where no card exists: referral fee in percent of the price.
    pub flat_referral_percent: Decimal,
    /// Where no card exists: closing fee of media.
    pub flat_closing: Decimal,
    /// Where no card exists: fulfilment fee of one unit.
    pub flat_fulfilment_base: Decimal,
    /// Where no card exists: fulfilment fee for each pound of weight.
    pub flat_fulfilment_per_pound: Decimal,
    /// Own shipping to the buyer, of one unit (fulfilment by the seller).
    pub own_shipping_base: Decimal,
    /// Own shipping to the buyer, for each started pound of weight.
    pub own_shipping_per_pound: Decimal,
    /// What Amazon asks per unit for distributing an inbound shipment itself (fulfilment by Amazon).
    pub inbound_placement: Decimal,
    /// What returns cost on average, in percent of the price.
    pub return_allowance_percent: Decimal,
}

impl Default for FeeConfig {
    /// The flat schedule is the one of the predecessor (15 %, 1.80, 2.50 + 0.40 a pound; grade C). Own shipping follows the order of
    /// US Media Mail (about 4.60 for the first pound, 0.80 for each further one; grade M: set your own). Inbound placement is free for
    /// a seller who splits shipments (minimal splits cost 0.16 to 0.68 by size; Seller Central GC3Q44PBK8BXQW3Z, grade A). No source states what returns of books
    /// cost (grade X).
    fn default() -> Self {
        Self {
            flat_referral_percent: Decimal::new(15, 0),
            flat_closing: Decimal::new(180, 2),
            flat_fulfilment_base: Decimal::new(250, 2),
            flat_fulfilment_per_pound: Decimal::new(40, 2),
            own_shipping_base: Decimal::new(380, 2),
            own_shipping_per_pound: Decimal::new(80, 2),
            inbound_placement: Decimal::ZERO,
            return_allowance_percent: Decimal::ZERO,
        }
    }
}

impl FeeConfig {
    /// Every value that is out of range, as the name of the field and what is wrong.
    #[must_use]
    pub fn problems(&self) -> Vec<(&'static str, &'static str)> {
        let outside =
            |value: Decimal, most| value.is_sign_negative() || value > Decimal::from(most);
        let amounts = [
            ("fees.flat_closing", self.flat_closing),
            ("fees.flat_fulfilment_base", self.flat_fulfilment_base),
            (
                "fees.flat_fulfilment_per_pound",
                self.flat_fulfilment_per_pound,
            ),
            ("fees.own_shipping_base", self.own_shipping_base),
            ("fees.own_shipping_per_pound", self.own_shipping_per_pound),
            ("fees.inbound_placement", self.inbound_placement),
        ];
        // Shares of the price stay below 95 % in sum with the buffer: of a higher price more must be left.
        let referral = outside(self.flat_referral_percent, 45)
            .then_some(("fees.flat_referral_percent", "must be from 0 to 45"));
        let returns = outside(self.return_allowance_percent, 10)
            .then_some(("fees.return_allowance_percent", "must be from 0 to 10"));
        amounts
            .into_iter()
            .filter(|(_, amount)| outside(*amount, MAX_AMOUNT))
            .map(|(name, _)| (name, "must be from 0 to 1000000"))
            .chain(referral)
            .chain(returns)
            .collect()
    }

    /// How well the flat schedule is established: set by the user, or the default that nobody verified.
    pub(super) fn flat_grade(&self) -> Grade {
        let flat = |config: &Self| {
            (
                config.flat_referral_percent,
                config.flat_closing,
                config.flat_fulfilment_base,
                config.flat_fulfilment_per_pound,
            )
        };
        if flat(self) == flat(&Self::default()) {
            Grade::Unverified
        } else {
            Grade::Configured
        }
    }
}
