//! Between the calculation's types and the rows that hold them.

use arbitragevault_domain::analysis::Analysis;
use arbitragevault_domain::money::Money;
use arbitragevault_persistence::analyses::NewAnalysis;
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::error::ServiceError;
use crate::listing::AnalysisRow;

/// What an analysis was made for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Purpose {
    pub(crate) organisation_id: Uuid,
    /// The batch and the position of the item in it; `None` for an analysis on its own.
    pub(crate) item: Option<(Uuid, i32)>,
    /// The snapshot that it rests on.
    pub(crate) snapshot_id: Uuid,
    /// The configuration under which it was made.
    pub(crate) configuration_id: Uuid,
}

/// The row of an analysis.
///
/// # Errors
/// When it cannot be serialised, which is a defect.
pub(crate) fn row(
    analysis: &Analysis,
    purpose: Purpose,
    now: DateTime<Utc>,
) -> Result<NewAnalysis, ServiceError> {
    let id = Uuid::now_v7();
    let Purpose {
        organisation_id,
        item,
        snapshot_id,
        configuration_id,
    } = purpose;
    let summary = AnalysisRow::new(analysis, id, item, now);
    let minor = |money: Money| money.minor();
    let profit = analysis.profit.as_ref();
    let price = analysis.sale_price.as_ref();
    Ok(NewAnalysis {
        id,
        organisation_id,
        batch_id: item.map(|(batch_id, _)| batch_id),
        position: item.map(|(_, position)| position),
        snapshot_id: Some(snapshot_id),
        configuration_id: Some(configuration_id),
        asin: analysis.asin.to_string(),
        marketplace: analysis.marketplace.code().to_owned(),
        currency: analysis.marketplace.currency().code().to_owned(),
        title: analysis.title.clone(),
        source: analysis.source.as_str().to_owned(),
        engine_version: i16::try_from(analysis.engine_version).unwrap_or(i16::MAX),
        as_of: analysis.as_of,
        buy_price_minor: analysis.buy_price.and_then(minor),
        quantity: i32::try_from(analysis.quantity).unwrap_or(i32::MAX),
        condition: analysis.condition.as_str().to_owned(),
        fulfilment: analysis.fulfilment.as_str().to_owned(),
        sale_price_low_minor: price.and_then(|price| minor(price.low)),
        sale_price_minor: price.and_then(|price| minor(price.likely)),
        sale_price_high_minor: price.and_then(|price| minor(price.high)),
        fees_minor: profit.and_then(|profit| minor(profit.total_fees)),
        profit_minor: profit.and_then(|profit| profit.profit).and_then(minor),
        roi_bp: profit
            .and_then(|profit| profit.roi_percent)
            .and_then(basis_points),
        max_buy_price_minor: profit
            .and_then(|profit| profit.max_buy_price)
            .and_then(minor),
        days_to_sell: analysis
            .demand
            .as_ref()
            .and_then(|demand| i32::try_from(demand.days_to_sell?).ok()),
        velocity: analysis.scores.velocity.map(i16::from),
        stability: analysis.scores.stability.map(i16::from),
        confidence: analysis.scores.confidence.map(i16::from),
        combined: analysis.scores.combined.map(i16::from),
        opportunity: analysis.scores.opportunity,
        rating: analysis.rating.map(|rating| rating.as_str().to_owned()),
        recommendation: analysis.recommendation.as_str().to_owned(),
        main_reason: analysis.main_reason().to_owned(),
        flags: analysis
            .flags
            .iter()
            .map(|flag| flag.code.as_str().to_owned())
            .collect(),
        summary: serde_json::to_string(&summary).map_err(ServiceError::internal)?,
        document: serde_json::to_string(analysis).map_err(ServiceError::internal)?,
        created_at: now,
    })
}

/// A percentage in basis points; `None` past 64 bits.
fn basis_points(percent: Decimal) -> Option<i64> {
    (percent * Decimal::ONE_HUNDRED).round().to_i64()
}

/// Reads an enum by its name on the wire and in the database.
///
/// # Errors
/// When there is none of that name.
pub(crate) fn from_name<T: DeserializeOwned>(name: &str) -> Result<T, ServiceError> {
    serde_json::from_value(serde_json::Value::from(name)).map_err(ServiceError::internal)
}
