//! Profit: what is left after every fee and every cost, and the limits that follow from it.
//!
//! Everything is exact to the smallest unit of the currency: limits come from the fee function itself, not from a search over prices.

mod buy_limit;
mod conditions;
mod config;
mod distribution;
mod net;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use self::buy_limit::BuyLimit;
pub use self::conditions::{ConditionOffer, ConditionProfit, profit_by_condition};
pub use self::config::ProfitConfig;
pub use self::distribution::PriceDistribution;
use self::net::Net;
use crate::acquisition::Fulfilment;
use crate::fees::{FeeError, FeeSchedule, Ppm};
use crate::money::Money;

/// What a profit is computed from.
#[derive(Debug, Clone, Copy)]
pub struct ProfitInput<'a> {
    /// Every fee as a function of the price.
    pub fees: &'a FeeSchedule,
    /// The sale price.
    pub prices: PriceDistribution,
    /// Price of one unit, without tax; `None` when nothing is offered yet.
    pub buy_price: Option<Money>,
    /// Units offered.
    pub quantity: u32,
}

/// What is left of one sale, and what one may pay at most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct ProfitBreakdown {
    /// The sale price that everything below rests on.
    pub sale_price: Money,
    /// All fees.
    pub total_fees: Money,
    /// Costs besides the buy price: inbound shipping, preparation, purchase tax.
    pub other_costs: Money,
    /// Safety buffer.
    pub buffer: Money,
    /// Profit of one unit; `None` without a buy price.
    pub profit: Option<Money>,
    /// Profit of all units offered; `None` without a buy price.
    pub profit_for_quantity: Option<Money>,
    /// Profit in percent of the buy price; `None` without one or when it is zero.
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<f64>))]
    #[serde(with = "crate::percent::option")]
    pub roi_percent: Option<Decimal>,
    /// Profit in percent of everything spent on the unit; `None` without a buy price or when nothing is spent.
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<f64>))]
    #[serde(with = "crate::percent::option")]
    pub roi_on_all_costs_percent: Option<Decimal>,
    /// Profit in percent of the sale price; `None` without a buy price.
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<f64>))]
    #[serde(with = "crate::percent::option")]
    pub margin_percent: Option<Decimal>,
    /// Mean profit of one unit over the distribution of the sale price; `None` without a buy price.
    pub expected_profit: Option<Money>,
    /// Probability that one unit earns more than nothing, in whole percent, rounded down: 100 means at every price of the distribution.
    /// `None` without a buy price.
    pub profit_probability_percent: Option<u8>,
    /// The highest buy price that reaches the target ROI and the minimum profit; `None` when no price does.
    pub max_buy_price: Option<Money>,
    /// The buy price at which profit is zero; `None` when even a gift would lose money.
    pub break_even_buy_price: Option<Money>,
    /// The lowest sale price that loses nothing and above which every price is profitable. `None` without a buy price, or when it lies above
    /// 2,147,483,647 minor units, the highest price that Keepa can express.
    pub break_even_sale_price: Option<Money>,
    /// Ranges of sale prices above the first profitable price in which one loses nevertheless, because fees jump. Empty without a buy price.
    pub loss_zones: Vec<PriceRange>,
}

/// A closed range of prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct PriceRange {
    /// Lowest price of the range.
    pub from: Money,
    /// Highest price of the range.
    pub to: Money,
}

/// The profit of one acquisition.
///
/// # Errors
/// When an amount is in another currency than the fees, or beyond ten trillion of it.
pub fn profit(input: &ProfitInput<'_>, config: &ProfitConfig) -> Result<ProfitBreakdown, FeeError> {
    let fees = input.fees;
    let currency = fees.currency();
    let money = |minor| Money::from_minor(minor, currency);
    let sale_price = input.prices.likely;
    let buy_price = input.buy_price.map(|price| fees.minor(price)).transpose()?;

    let handling = match fees.fulfilled_by() {
        Fulfilment::Fba => config.handling(currency),
        Fulfilment::Fbm => 0,
    };
    let net = Net::new(fees, Ppm::from_percent(config.buffer_percent), handling);
    let limit = BuyLimit {
        available: net.at(sale_price),
        purchase_tax: Ppm::from_percent(config.purchase_tax_percent),
    };
    let tax = buy_price.map_or(0, |price| limit.purchase_tax.of(price));
    let mut breakdown = ProfitBreakdown {
        sale_price: money(sale_price),
        total_fees: money(fees.total_minor_at(sale_price)),
        other_costs: money(handling.saturating_add(tax)),
        buffer: money(net.buffer_at(sale_price)),
        profit: None,
        profit_for_quantity: None,
        roi_percent: None,
        roi_on_all_costs_percent: None,
        margin_percent: None,
        max_buy_price: limit
            .highest(
                Ppm::from_percent(config.target_roi_percent),
                config.minimum_profit_minor(currency),
            )
            .map(money),
        break_even_buy_price: limit.highest(Ppm(0), 0).map(money),
        break_even_sale_price: None,
        loss_zones: Vec::new(),
        profit_probability_percent: None,
        expected_profit: None,
    };
    let Some(buy_price) = buy_price else {
        return Ok(breakdown);
    };

    let profit = limit.profit_at(buy_price);
    let spent = buy_price.saturating_add(tax).saturating_add(handling);
    breakdown.profit = Some(money(profit));
    breakdown.profit_for_quantity = Some(money(profit.saturating_mul(input.quantity.into())));
    breakdown.roi_percent = percent_of(profit, buy_price);
    breakdown.roi_on_all_costs_percent = percent_of(profit, spent);
    breakdown.margin_percent = percent_of(profit, sale_price);

    let net = net.less(buy_price.saturating_add(tax));
    let signs = net.signs();
    breakdown.break_even_sale_price = signs.break_even().map(money);
    breakdown.loss_zones = signs
        .loss_zones()
        .map(|run| PriceRange {
            from: money(run.from),
            to: money(run.to),
        })
        .collect();
    let pieces = input.prices.pieces();
    breakdown.profit_probability_percent = Some(pieces.probability_of_profit(&signs));
    breakdown.expected_profit = Some(money(pieces.mean(&net)));
    Ok(breakdown)
}

/// `part` in percent of `whole`; `None` when `whole` is not positive.
fn percent_of(part: i64, whole: i64) -> Option<Decimal> {
    (whole > 0).then(|| Decimal::from(part) * Decimal::ONE_HUNDRED / Decimal::from(whole))
}

#[cfg(test)]
mod tests;
