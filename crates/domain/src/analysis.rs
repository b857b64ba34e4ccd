//! The analysis: one product, one acquisition, one configuration, one answer.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::acquisition::{Acquisition, Condition, Fulfilment};
use crate::demand::DemandEstimate;
use crate::fees::FeeReceipt;
use crate::identifier::Asin;
use crate::market::{DataSource, MarketSnapshot};
use crate::marketplace::Marketplace;
use crate::money::Money;
use crate::price::SalePriceEstimate;
use crate::profit::ProfitBreakdown;
use crate::risk::RiskFlag;
use crate::scores::Scores;
use crate::verdict::{MissingInput, Rating, Reason, Recommendation};

/// The version of the calculation. It is stored with every analysis; a change of any number raises it.
pub const ENGINE_VERSION: u16 = 1;

/// The whole answer for one product and one acquisition. Same input, same answer, to the byte.
///
/// A part that cannot be computed is `None`, and `missing` says which input it lacked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Analysis {
    /// The product.
    #[cfg_attr(feature = "utoipa", schema(value_type = String, example = "0593655036"))]
    pub asin: Asin,
    /// The marketplace.
    pub marketplace: Marketplace,
    /// Title, as far as known.
    pub title: Option<String>,
    /// The time for which the answer holds; passed in, never read from a clock.
    pub as_of: DateTime<Utc>,
    /// The version of the calculation.
    pub engine_version: u16,
    /// Where the market data came from.
    pub source: DataSource,
    /// The time up to which the market data was known.
    pub observed_at: Option<DateTime<Utc>>,
    /// Price of one unit as offered to us.
    pub buy_price: Option<Money>,
    /// Units offered to us.
    pub quantity: u32,
    /// Condition.
    pub condition: Condition,
    /// Fulfilment.
    pub fulfilment: Fulfilment,
    /// Sale price: low, likely, high.
    pub sale_price: Option<SalePriceEstimate>,
    /// Every fee at the likely sale price.
    pub fees: Option<FeeReceipt>,
    /// Profit, return and limits at the likely sale price. Without a buy price only its limits are set.
    pub profit: Option<ProfitBreakdown>,
    /// Demand and your share of it.
    pub demand: Option<DemandEstimate>,
    /// Scores from 0 to 100.
    pub scores: Scores,
    /// What to look out for, worst first.
    pub flags: Vec<RiskFlag>,
    /// Rating by the configured gates; `None` when an input is missing.
    pub rating: Option<Rating>,
    /// What to do.
    pub recommendation: Recommendation,
    /// Why, most important first; never empty.
    pub reasons: Vec<Reason>,
    /// Inputs that were missing; empty when everything could be computed.
    pub missing: Vec<MissingInput>,
}
