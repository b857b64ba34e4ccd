//! Profit: what is left after every fee and every cost, and the limits that follow from it.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::money::Money;

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
    /// The highest buy price that reaches the target ROI and the minimum profit; `None` when no price does.
    pub max_buy_price: Option<Money>,
    /// The buy price at which profit is zero; `None` when even a gift would lose money.
    pub break_even_buy_price: Option<Money>,
    /// The lowest sale price above which every price is profitable; `None` without a buy price or past the search bound.
    pub break_even_sale_price: Option<Money>,
    /// Ranges of sale prices above the first profitable price in which one loses nevertheless, because fees jump.
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
