//! An analysis as lists show it.

use arbitragevault_domain::market::DataSource;
use arbitragevault_domain::marketplace::Marketplace;
use arbitragevault_domain::money::Money;
use arbitragevault_domain::verdict::{Rating, Recommendation};
use arbitragevault_services::persistence::analyses::AnalysisSummary;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::money::{MinorMoney, Percent};

/// About what one row takes in JSON, in bytes.
pub(crate) const ANALYSIS_ROW_BYTES: usize = 900;

/// An analysis in a list: its numbers, and the first reason. The whole document is at `/api/v1/analyses/{id}`.
///
/// It borrows from the row and writes amounts from their minor units, since pages of it are read most.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AnalysisSummary)]
pub(crate) struct AnalysisRow<'a> {
    /// Id.
    id: Uuid,
    /// The batch; null for an analysis made on its own.
    batch_id: Option<Uuid>,
    /// Place of the item in the batch, from 1.
    position: Option<i32>,
    /// The product.
    #[schema(example = "0593655036")]
    asin: &'a str,
    /// Title, as far as known.
    title: Option<&'a str>,
    /// The marketplace.
    #[schema(value_type = Marketplace)]
    marketplace: &'a str,
    /// Where the market data came from. `GENERATED` data is made up by the sandbox: base no purchase on it.
    #[schema(value_type = DataSource)]
    source: &'a str,
    /// Price of one unit as offered to us.
    #[schema(value_type = Option<Money>)]
    buy_price: Option<MinorMoney<'a>>,
    /// Units offered to us.
    quantity: i32,
    /// Likely sale price.
    #[schema(value_type = Option<Money>)]
    sale_price: Option<MinorMoney<'a>>,
    /// All fees at the likely sale price.
    #[schema(value_type = Option<Money>)]
    fees: Option<MinorMoney<'a>>,
    /// Profit of one unit.
    #[schema(value_type = Option<Money>)]
    profit: Option<MinorMoney<'a>>,
    /// Profit in percent of the buy price.
    #[schema(value_type = Option<f64>)]
    roi_percent: Option<Percent>,
    /// What one may pay at most.
    #[schema(value_type = Option<Money>)]
    max_buy_price: Option<MinorMoney<'a>>,
    /// Expected days until a unit is sold.
    days_to_sell: Option<i32>,
    /// Velocity score, 0 to 100.
    velocity: Option<i16>,
    /// Confidence score, 0 to 100.
    confidence: Option<i16>,
    /// Combined score of return and velocity, 0 to 100.
    combined: Option<i16>,
    /// Risk-adjusted profit per day of bound capital, in minor units per 100 days.
    opportunity: Option<i64>,
    /// Rating; null when an input is missing.
    #[schema(value_type = Option<Rating>)]
    rating: Option<&'a str>,
    /// What to do.
    #[schema(value_type = Recommendation)]
    recommendation: &'a str,
    /// The first reason, as a sentence.
    main_reason: &'a str,
    /// When it was made.
    created_at: DateTime<Utc>,
}

impl<'a> From<&'a AnalysisSummary> for AnalysisRow<'a> {
    fn from(row: &'a AnalysisSummary) -> Self {
        let money = |minor: i64| MinorMoney {
            minor,
            currency: &row.currency,
        };
        Self {
            id: row.id,
            batch_id: row.batch_id,
            position: row.position,
            asin: &row.asin,
            title: row.title.as_deref(),
            marketplace: &row.marketplace,
            source: &row.source,
            buy_price: row.buy_price_minor.map(money),
            quantity: row.quantity,
            sale_price: row.sale_price_minor.map(money),
            fees: row.fees_minor.map(money),
            profit: row.profit_minor.map(money),
            roi_percent: row.roi_bp.map(|basis_points| Percent { basis_points }),
            max_buy_price: row.max_buy_price_minor.map(money),
            days_to_sell: row.days_to_sell,
            velocity: row.velocity,
            confidence: row.confidence,
            combined: row.combined,
            opportunity: row.opportunity,
            rating: row.rating.as_deref(),
            recommendation: &row.recommendation,
            main_reason: &row.main_reason,
            created_at: row.created_at,
        }
    }
}
