//! Analyses: narrow columns to list and rank by, and the whole document beside them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Integer, Nullable, Record, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::error::PersistenceError;
use crate::pages;
use crate::schema::analyses;

/// An analysis to be stored.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = analyses)]
pub struct NewAnalysis {
    /// Id, version 7.
    pub id: Uuid,
    /// Organisation.
    pub organisation_id: Uuid,
    /// Batch, `None` for an analysis made on its own.
    pub batch_id: Option<Uuid>,
    /// Place of the item in the batch.
    pub position: Option<i32>,
    /// The snapshot that it rests on.
    pub snapshot_id: Option<Uuid>,
    /// The configuration under which it was made.
    pub configuration_id: Option<Uuid>,
    /// Product.
    pub asin: String,
    /// Marketplace.
    pub marketplace: String,
    /// Currency of every amount.
    pub currency: String,
    /// Title.
    pub title: Option<String>,
    /// Where the market data came from.
    pub source: String,
    /// Version of the calculation.
    pub engine_version: i16,
    /// The time for which it holds.
    pub as_of: DateTime<Utc>,
    /// Price of one unit as offered, in minor units.
    pub buy_price_minor: Option<i64>,
    /// Units offered.
    pub quantity: i32,
    /// Condition.
    pub condition: String,
    /// Fulfilment.
    pub fulfilment: String,
    /// Sale price, low, in minor units.
    pub sale_price_low_minor: Option<i64>,
    /// Sale price, likely, in minor units.
    pub sale_price_minor: Option<i64>,
    /// Sale price, high, in minor units.
    pub sale_price_high_minor: Option<i64>,
    /// All fees, in minor units.
    pub fees_minor: Option<i64>,
    /// Profit of one unit, in minor units.
    pub profit_minor: Option<i64>,
    /// Return on the buy price, in basis points.
    pub roi_bp: Option<i64>,
    /// What one may pay at most, in minor units.
    pub max_buy_price_minor: Option<i64>,
    /// Expected days until a unit is sold.
    pub days_to_sell: Option<i32>,
    /// Velocity score.
    pub velocity: Option<i16>,
    /// Stability score.
    pub stability: Option<i16>,
    /// Confidence score.
    pub confidence: Option<i16>,
    /// Combined score.
    pub combined: Option<i16>,
    /// Opportunity.
    pub opportunity: Option<i64>,
    /// Rating.
    pub rating: Option<String>,
    /// Recommendation.
    pub recommendation: String,
    /// The first reason, as a sentence.
    pub main_reason: String,
    /// Codes of the risk flags.
    pub flags: Vec<String>,
    /// The row as lists show it, as JSON.
    pub summary: String,
    /// The whole analysis as JSON.
    pub document: String,
    /// When it was stored.
    pub created_at: DateTime<Utc>,
}

/// The columns of an analysis that files show one by one.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = analyses)]
pub struct AnalysisSummary {
    /// Id.
    pub id: Uuid,
    /// Batch.
    pub batch_id: Option<Uuid>,
    /// Place of the item in the batch.
    pub position: Option<i32>,
    /// Product.
    pub asin: String,
    /// Marketplace.
    pub marketplace: String,
    /// Currency of every amount.
    pub currency: String,
    /// Title.
    pub title: Option<String>,
    /// Where the market data came from.
    pub source: String,
    /// Price of one unit as offered, in minor units.
    pub buy_price_minor: Option<i64>,
    /// Units offered.
    pub quantity: i32,
    /// Sale price, likely, in minor units.
    pub sale_price_minor: Option<i64>,
    /// All fees, in minor units.
    pub fees_minor: Option<i64>,
    /// Profit of one unit, in minor units.
    pub profit_minor: Option<i64>,
    /// Return on the buy price, in basis points.
    pub roi_bp: Option<i64>,
    /// What one may pay at most, in minor units.
    pub max_buy_price_minor: Option<i64>,
    /// Expected days until a unit is sold.
    pub days_to_sell: Option<i32>,
    /// Velocity score.
    pub velocity: Option<i16>,
    /// Confidence score.
    pub confidence: Option<i16>,
    /// Combined score.
    pub combined: Option<i16>,
    /// Opportunity.
    pub opportunity: Option<i64>,
    /// Rating.
    pub rating: Option<String>,
    /// Recommendation.
    pub recommendation: String,
    /// The first reason, as a sentence.
    pub main_reason: String,
    /// The row as lists show it, as JSON.
    pub summary: String,
    /// When it was stored.
    pub created_at: DateTime<Utc>,
    /// The configuration under which it was made; `None` when a version that did not keep it made the analysis.
    pub configuration_id: Option<Uuid>,
}

/// The order of a list: what is recommended before what is not, then best first, unknown last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AnalysisSort {
    /// Risk-adjusted profit per day of bound capital.
    #[default]
    Opportunity,
    /// Return on the buy price.
    Roi,
    /// Profit of one unit.
    Profit,
    /// Velocity score.
    Velocity,
    /// Combined score.
    Combined,
}

/// A row of a list.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Ranked {
    /// Id.
    pub id: Uuid,
    /// Its value in the order of the list.
    pub key: i64,
    /// The row as lists show it, as JSON.
    pub summary: String,
}

/// Which analyses a list shows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AnalysisFilter {
    /// Of this batch.
    pub batch_id: Option<Uuid>,
    /// Of this product.
    pub asin: Option<String>,
    /// With this rating.
    pub rating: Option<String>,
    /// With this recommendation.
    pub recommendation: Option<String>,
    /// With this risk flag.
    pub flag: Option<String>,
    /// With at least this return, in basis points.
    pub min_roi_bp: Option<i64>,
    /// With at least this profit, in minor units.
    pub min_profit_minor: Option<i64>,
    /// With at least this velocity score.
    pub min_velocity: Option<i16>,
}

/// A page of a list.
#[derive(Debug, Clone, Copy)]
pub struct AnalysisPage {
    /// The order.
    pub sort: AnalysisSort,
    /// The key and id of the last row of the page before.
    pub after: Option<(i64, Uuid)>,
    /// Rows at most.
    pub limit: i64,
}

type Filtered<'a> = analyses::BoxedQuery<'a, Pg>;

fn filtered<'a>(organisation_id: Uuid, filter: &'a AnalysisFilter) -> Filtered<'a> {
    let mut query = analyses::table
        .filter(analyses::organisation_id.eq(organisation_id))
        .into_boxed();
    if let Some(batch_id) = filter.batch_id {
        query = query.filter(analyses::batch_id.eq(batch_id));
    }
    if let Some(asin) = &filter.asin {
        query = query.filter(analyses::asin.eq(asin));
    }
    if let Some(rating) = &filter.rating {
        query = query.filter(analyses::rating.eq(rating));
    }
    if let Some(recommendation) = &filter.recommendation {
        query = query.filter(analyses::recommendation.eq(recommendation));
    }
    if let Some(flag) = &filter.flag {
        query = query.filter(analyses::flags.contains(vec![flag]));
    }
    if let Some(roi) = filter.min_roi_bp {
        query = query.filter(analyses::roi_bp.ge(roi));
    }
    if let Some(profit) = filter.min_profit_minor {
        query = query.filter(analyses::profit_minor.ge(profit));
    }
    if let Some(velocity) = filter.min_velocity {
        query = query.filter(analyses::velocity.ge(velocity));
    }
    query
}

/// A page of analyses, best first.
///
/// # Errors
/// When the database is not available.
pub async fn page(
    connection: &mut AsyncPgConnection,
    organisation_id: Uuid,
    filter: &AnalysisFilter,
    page: AnalysisPage,
) -> Result<Vec<Ranked>, PersistenceError> {
    /// Orders by a column and the id, and starts after the page before by a row comparison, which one index serves.
    macro_rules! sorted {
        ($column:ident) => {{
            let mut query = filtered(organisation_id, filter)
                .order((analyses::$column.desc(), analyses::id.desc()))
                .select((analyses::id, analyses::$column, analyses::summary));
            if let Some(after) = page.after {
                query = query.filter(
                    (analyses::$column, analyses::id)
                        .into_sql::<Record<(BigInt, SqlUuid)>>()
                        .lt(after),
                );
            }
            pages::first(connection, query, page.limit).await
        }};
    }
    match page.sort {
        AnalysisSort::Opportunity => sorted!(opportunity_sort),
        AnalysisSort::Roi => sorted!(roi_sort),
        AnalysisSort::Profit => sorted!(profit_sort),
        AnalysisSort::Velocity => sorted!(velocity_sort),
        AnalysisSort::Combined => sorted!(combined_sort),
    }
}

/// How many analyses the filter matches, counted up to `bound`.
///
/// # Errors
/// When the database is not available.
pub async fn count(
    connection: &mut AsyncPgConnection,
    organisation_id: Uuid,
    filter: &AnalysisFilter,
    bound: i64,
) -> Result<i64, PersistenceError> {
    let ids: Vec<i32> = filtered(organisation_id, filter)
        .select(diesel::dsl::sql::<Integer>("1"))
        .limit(bound)
        .load(connection)
        .await?;
    Ok(i64::try_from(ids.len()).unwrap_or(bound))
}

/// The stored document of one analysis.
///
/// # Errors
/// [`PersistenceError::NotFound`] when the organisation has none with this id.
pub async fn document(
    connection: &mut AsyncPgConnection,
    organisation_id: Uuid,
    id: Uuid,
) -> Result<(AnalysisSummary, String), PersistenceError> {
    Ok(analyses::table
        .find(id)
        .filter(analyses::organisation_id.eq(organisation_id))
        .select((AnalysisSummary::as_select(), analyses::document))
        .first(connection)
        .await?)
}

/// A stored analysis with what it rests on.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = analyses)]
pub struct StoredAnalysis {
    /// Id.
    pub id: Uuid,
    /// The market data; `None` when it is kept no more.
    pub snapshot_id: Option<Uuid>,
    /// The configuration; `None` when a version that did not keep it made the analysis.
    pub configuration_id: Option<Uuid>,
    /// The whole analysis as JSON.
    pub document: String,
}

/// Analyses of an organisation in the order of their ids' list; those that it does not have are left out.
///
/// # Errors
/// When the database is not available.
pub async fn stored(
    connection: &mut AsyncPgConnection,
    organisation_id: Uuid,
    ids: &[Uuid],
) -> Result<Vec<StoredAnalysis>, PersistenceError> {
    let mut rows: Vec<StoredAnalysis> = analyses::table
        .filter(analyses::id.eq_any(ids))
        .filter(analyses::organisation_id.eq(organisation_id))
        .select(StoredAnalysis::as_select())
        .load(connection)
        .await?;
    let place: HashMap<Uuid, usize> = ids.iter().copied().zip(0..).collect();
    rows.sort_by_key(|row| place.get(&row.id).copied());
    Ok(rows)
}

/// Stores one analysis.
///
/// # Errors
/// When the database is not available.
pub async fn insert_one(
    connection: &mut AsyncPgConnection,
    analysis: &NewAnalysis,
) -> Result<(), PersistenceError> {
    diesel::insert_into(analyses::table)
        .values(analysis)
        .execute(connection)
        .await?;
    Ok(())
}

/// Stores many analyses in one statement. One whose (batch, position) is stored already is left alone.
///
/// # Errors
/// When the database is not available.
pub async fn insert_many(
    connection: &mut AsyncPgConnection,
    rows: &[NewAnalysis],
) -> Result<usize, PersistenceError> {
    fn column<'a, T>(rows: &'a [NewAnalysis], of: impl Fn(&'a NewAnalysis) -> T) -> Vec<T> {
        rows.iter().map(of).collect()
    }
    if rows.is_empty() {
        return Ok(0);
    }
    // unnest would flatten an array of arrays: the flags travel joined, their codes hold no comma.
    Ok(diesel::sql_query(
        "INSERT INTO analyses (id, organisation_id, batch_id, position, snapshot_id, asin, marketplace, currency, title, source,
             engine_version, as_of, buy_price_minor, quantity, condition, fulfilment, sale_price_low_minor, sale_price_minor,
             sale_price_high_minor, fees_minor, profit_minor, roi_bp, max_buy_price_minor, days_to_sell, velocity, stability,
             confidence, combined, opportunity, rating, recommendation, main_reason, summary, document, created_at, configuration_id, flags)
         SELECT u.c1, u.c2, u.c3, u.c4, u.c5, u.c6, u.c7, u.c8, u.c9, u.c10, u.c11, u.c12, u.c13, u.c14, u.c15, u.c16, u.c17, u.c18, u.c19, u.c20, u.c21, u.c22, u.c23, u.c24, u.c25, u.c26, u.c27, u.c28, u.c29, u.c30, u.c31, u.c32, u.c33, u.c34, u.c35, u.c36,
             string_to_array(u.c37, ',')
         FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37)
             AS u (c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17, c18, c19, c20, c21, c22, c23, c24, c25, c26, c27, c28, c29, c30, c31, c32, c33, c34, c35, c36, c37)
         ON CONFLICT (batch_id, position) DO NOTHING",
    )
    .bind::<Array<SqlUuid>, _>(column(rows, |r| r.id))
    .bind::<Array<SqlUuid>, _>(column(rows, |r| r.organisation_id))
    .bind::<Array<Nullable<SqlUuid>>, _>(column(rows, |r| r.batch_id))
    .bind::<Array<Nullable<Integer>>, _>(column(rows, |r| r.position))
    .bind::<Array<Nullable<SqlUuid>>, _>(column(rows, |r| r.snapshot_id))
    .bind::<Array<Text>, _>(column(rows, |r| &r.asin))
    .bind::<Array<Text>, _>(column(rows, |r| &r.marketplace))
    .bind::<Array<Text>, _>(column(rows, |r| &r.currency))
    .bind::<Array<Nullable<Text>>, _>(column(rows, |r| r.title.as_ref()))
    .bind::<Array<Text>, _>(column(rows, |r| &r.source))
    .bind::<Array<SmallInt>, _>(column(rows, |r| r.engine_version))
    .bind::<Array<Timestamptz>, _>(column(rows, |r| r.as_of))
    .bind::<Array<Nullable<BigInt>>, _>(column(rows, |r| r.buy_price_minor))
    .bind::<Array<Integer>, _>(column(rows, |r| r.quantity))
    .bind::<Array<Text>, _>(column(rows, |r| &r.condition))
    .bind::<Array<Text>, _>(column(rows, |r| &r.fulfilment))
    .bind::<Array<Nullable<BigInt>>, _>(column(rows, |r| r.sale_price_low_minor))
    .bind::<Array<Nullable<BigInt>>, _>(column(rows, |r| r.sale_price_minor))
    .bind::<Array<Nullable<BigInt>>, _>(column(rows, |r| r.sale_price_high_minor))
    .bind::<Array<Nullable<BigInt>>, _>(column(rows, |r| r.fees_minor))
    .bind::<Array<Nullable<BigInt>>, _>(column(rows, |r| r.profit_minor))
    .bind::<Array<Nullable<BigInt>>, _>(column(rows, |r| r.roi_bp))
    .bind::<Array<Nullable<BigInt>>, _>(column(rows, |r| r.max_buy_price_minor))
    .bind::<Array<Nullable<Integer>>, _>(column(rows, |r| r.days_to_sell))
    .bind::<Array<Nullable<SmallInt>>, _>(column(rows, |r| r.velocity))
    .bind::<Array<Nullable<SmallInt>>, _>(column(rows, |r| r.stability))
    .bind::<Array<Nullable<SmallInt>>, _>(column(rows, |r| r.confidence))
    .bind::<Array<Nullable<SmallInt>>, _>(column(rows, |r| r.combined))
    .bind::<Array<Nullable<BigInt>>, _>(column(rows, |r| r.opportunity))
    .bind::<Array<Nullable<Text>>, _>(column(rows, |r| r.rating.as_ref()))
    .bind::<Array<Text>, _>(column(rows, |r| &r.recommendation))
    .bind::<Array<Text>, _>(column(rows, |r| &r.main_reason))
    .bind::<Array<Text>, _>(column(rows, |r| &r.summary))
    .bind::<Array<Text>, _>(column(rows, |r| &r.document))
    .bind::<Array<Timestamptz>, _>(column(rows, |r| r.created_at))
    .bind::<Array<Nullable<SqlUuid>>, _>(column(rows, |r| r.configuration_id))
    .bind::<Array<Text>, _>(column(rows, |r| r.flags.join(",")))
    .execute(connection)
    .await?)
}
