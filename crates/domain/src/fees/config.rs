//! What a user can set about fees.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

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
    /// Own shipping to the buyer, for each pound of weight.
    pub own_shipping_per_pound: Decimal,
}

impl Default for FeeConfig {
    /// The flat schedule is the one of the predecessor (15 %, 1.80, 2.50 + 0.40 a pound; grade C). Own shipping follows the order of
    /// US Media Mail (about 4.60 for the first pound, 0.80 for each further one; grade M: set your own).
    fn default() -> Self {
        Self {
            flat_referral_percent: Decimal::new(15, 0),
            flat_closing: Decimal::new(180, 2),
            flat_fulfilment_base: Decimal::new(250, 2),
            flat_fulfilment_per_pound: Decimal::new(40, 2),
            own_shipping_base: Decimal::new(380, 2),
            own_shipping_per_pound: Decimal::new(80, 2),
        }
    }
}

impl FeeConfig {
    /// Every value that is out of range, as the name of the field and what is wrong.
    #[must_use]
    pub fn problems(&self) -> Vec<(&'static str, &'static str)> {
        let mut problems = Vec::new();
        let hundred = Decimal::ONE_HUNDRED;
        if self.flat_referral_percent.is_sign_negative() || self.flat_referral_percent > hundred {
            problems.push(("fees.flat_referral_percent", "must be from 0 to 100"));
        }
        for (name, amount) in [
            ("fees.flat_closing", self.flat_closing),
            ("fees.flat_fulfilment_base", self.flat_fulfilment_base),
            (
                "fees.flat_fulfilment_per_pound",
                self.flat_fulfilment_per_pound,
            ),
            ("fees.own_shipping_base", self.own_shipping_base),
            ("fees.own_shipping_per_pound", self.own_shipping_per_pound),
        ] {
            if amount.is_sign_negative() || amount > hundred {
                problems.push((name, "must be from 0 to 100"));
            }
        }
        problems
    }
}
