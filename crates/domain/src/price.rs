//! Sale price: what one unit will likely sell for, as a distribution.

use serde::{Deserialize, Serialize};

use crate::money::Money;

/// The series of the market on which an estimate rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PriceSeries {
    /// New buy box.
    BuyBox,
    /// Lowest new offer fulfilled by Amazon.
    NewFba,
    /// Lowest new offer.
    New,
    /// Used buy box.
    BuyBoxUsed,
    /// Lowest used offer of the unit's own condition.
    UsedCondition,
    /// Lowest used offer.
    Used,
}

/// The price of one unit over the expected holding period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct SalePriceEstimate {
    /// 10 % of the time the price will be lower.
    pub low: Money,
    /// Half of the time it will be lower.
    pub likely: Money,
    /// 10 % of the time it will be higher.
    pub high: Money,
    /// The series it rests on.
    pub series: PriceSeries,
    /// `true` when a better series exists for this condition and fulfilment, but was not usable.
    pub is_fallback: bool,
    /// Current value of the series, `None` when nothing is offered now.
    pub current: Option<Money>,
    /// Days of history looked at.
    pub window_days: u16,
    /// Share of the window in which the series had an offer, in percent.
    pub offered_percent: u8,
    /// Changes of the series within the window.
    pub changes: u32,
    /// Days since the series was last known to hold.
    pub age_days: u32,
    /// The method, in words.
    pub method: String,
}
