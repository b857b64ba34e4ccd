//! One product in several conditions: each with a sale price of its own, and a buy price of its own or none.

use super::{PriceDistribution, ProfitBreakdown, ProfitConfig, ProfitInput, profit};
use crate::acquisition::Condition;
use crate::fees::{FeeError, FeeSchedule};
use crate::money::Money;

/// A condition in which the product sells, and what it is offered for in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConditionOffer {
    /// The condition.
    pub condition: Condition,
    /// The sale price in this condition.
    pub prices: PriceDistribution,
    /// Price of one unit in this condition, without tax; `None` where nothing is offered. It is never taken from another condition.
    pub buy_price: Option<Money>,
    /// Units offered in this condition.
    pub quantity: u32,
}

/// The profit in one condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConditionProfit {
    /// The condition.
    pub condition: Condition,
    /// What is left; without a buy price only the limits.
    pub profit: ProfitBreakdown,
}

/// The profit in each condition, in the order of the offers. Fees do not depend on the condition, so one schedule serves all.
///
/// # Errors
/// When an amount is in another currency than the fees, or beyond ten trillion of it.
pub fn profit_by_condition(
    fees: &FeeSchedule,
    offers: &[ConditionOffer],
    config: &ProfitConfig,
) -> Result<Vec<ConditionProfit>, FeeError> {
    offers
        .iter()
        .map(|offer| {
            let input = ProfitInput {
                fees,
                prices: offer.prices,
                buy_price: offer.buy_price,
                quantity: offer.quantity,
            };
            Ok(ConditionProfit {
                condition: offer.condition,
                profit: profit(&input, config)?,
            })
        })
        .collect()
}
