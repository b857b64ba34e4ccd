//! Demand: how many units a month the listing sells, and how many of them are yours.

use serde::{Deserialize, Serialize};

/// How the demand was estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DemandMethod {
    /// Rank falls as counts, shrunk towards the curve of rank.
    RankDropsAndCurve,
    /// The curve of rank alone.
    RankCurve,
    /// Amazon's "bought in past month" raised the estimate.
    MonthlySoldFloor,
}

/// Units a month of the listing, and your share.
///
/// Rates are estimates with an error of a factor 1.5 to 2, so floats are right here: they are never money.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct DemandEstimate {
    /// Units a month of the whole listing that are exceeded in 90 % of cases.
    pub monthly_units_low: f64,
    /// Expected units a month of the whole listing.
    pub monthly_units: f64,
    /// Units a month of the whole listing that are exceeded in 10 % of cases.
    pub monthly_units_high: f64,
    /// How it was estimated.
    pub method: DemandMethod,
    /// Offers that compete with yours, you included; `None` when unknown.
    pub competing_offers: Option<u32>,
    /// Your expected units a month.
    pub your_monthly_units: f64,
    /// Expected days until one of your units is sold; `None` when no sale is expected within five years.
    pub days_to_sell: Option<u32>,
    /// Probability, in percent, that one of your units sells within 30 days.
    pub sells_within_30_days_percent: f64,
    /// Probability, in percent, that one of your units sells within the configured holding period.
    pub sells_within_holding_period_percent: f64,
    /// The time-weighted geometric mean of the sales rank over the last 90 days; `None` when unranked.
    pub typical_sales_rank: Option<u32>,
    /// The current sales rank; `None` when unranked.
    pub current_sales_rank: Option<u32>,
}
