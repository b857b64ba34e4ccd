//! An analysis as lists show it.

use arbitragevault_domain::analysis::Analysis;
use arbitragevault_domain::market::DataSource;
use arbitragevault_domain::marketplace::Marketplace;
use arbitragevault_domain::money::Money;
use arbitragevault_domain::verdict::{Rating, Recommendation};
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde::{Serialize, Serializer};
use utoipa::ToSchema;
use uuid::Uuid;

/// An analysis in a list: its numbers, and the first reason. The whole document is at `/api/v1/analyses/{id}`.
///
/// It is written once, beside the columns that it is found by, and pages copy it as it stands (ADR 7).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AnalysisSummary)]
pub struct AnalysisRow<'a> {
    /// Id.
    pub id: Uuid,
    /// The batch; null for an analysis made on its own.
    pub batch_id: Option<Uuid>,
    /// Place of the item in the batch, from 1.
    pub position: Option<i32>,
    /// The product.
    #[schema(example = "0593655036")]
    pub asin: &'a str,
    /// Title, as far as known.
    pub title: Option<&'a str>,
    /// The marketplace.
    pub marketplace: Marketplace,
    /// Where the market data came from. `GENERATED` data is made up by the sandbox: base no purchase on it.
    pub source: DataSource,
    /// Price of one unit as offered to us.
    pub buy_price: Option<Money>,
    /// Units offered to us.
    pub quantity: u32,
    /// Likely sale price.
    pub sale_price: Option<Money>,
    /// All fees at the likely sale price.
    pub fees: Option<Money>,
    /// Profit of one unit.
    pub profit: Option<Money>,
    /// Profit in percent of the buy price, to two decimals.
    #[schema(value_type = Option<f64>)]
    #[serde(serialize_with = "number")]
    pub roi_percent: Option<Decimal>,
    /// What one may pay at most.
    pub max_buy_price: Option<Money>,
    /// Expected days until a unit is sold.
    pub days_to_sell: Option<u32>,
    /// Velocity score, 0 to 100.
    pub velocity: Option<u8>,
    /// Confidence score, 0 to 100.
    pub confidence: Option<u8>,
    /// Combined score of return and velocity, 0 to 100.
    pub combined: Option<u8>,
    /// Risk-adjusted profit per day of bound capital, in minor units per 100 days.
    pub opportunity: Option<i64>,
    /// Rating; null when an input is missing.
    pub rating: Option<Rating>,
    /// What to do.
    pub recommendation: Recommendation,
    /// The first reason, as a sentence.
    pub main_reason: &'a str,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

impl<'a> AnalysisRow<'a> {
    /// The row of an analysis that was stored under an id, for an item of a batch or on its own.
    pub(crate) fn new(
        analysis: &'a Analysis,
        id: Uuid,
        item: Option<(Uuid, i32)>,
        created_at: DateTime<Utc>,
    ) -> Self {
        let profit = analysis.profit.as_ref();
        Self {
            id,
            batch_id: item.map(|(batch_id, _)| batch_id),
            position: item.map(|(_, position)| position),
            asin: analysis.asin.as_str(),
            title: analysis.title.as_deref(),
            marketplace: analysis.marketplace,
            source: analysis.source,
            buy_price: analysis.buy_price,
            quantity: analysis.quantity,
            sale_price: analysis.sale_price.as_ref().map(|price| price.likely),
            fees: profit.map(|profit| profit.total_fees),
            profit: profit.and_then(|profit| profit.profit),
            roi_percent: profit.and_then(|profit| profit.roi_percent),
            max_buy_price: profit.and_then(|profit| profit.max_buy_price),
            days_to_sell: analysis
                .demand
                .as_ref()
                .and_then(|demand| demand.days_to_sell),
            velocity: analysis.scores.velocity,
            confidence: analysis.scores.confidence,
            combined: analysis.scores.combined,
            opportunity: analysis.scores.opportunity,
            rating: analysis.rating,
            recommendation: analysis.recommendation,
            main_reason: analysis.main_reason(),
            created_at,
        }
    }
}

/// A percentage as a JSON number, as programs compare it.
fn number<S: Serializer>(percent: &Option<Decimal>, serializer: S) -> Result<S::Ok, S::Error> {
    percent
        .and_then(|percent| percent.round_dp(2).to_f64())
        .serialize(serializer)
}
