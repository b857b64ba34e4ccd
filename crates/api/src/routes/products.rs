//! Products: what the market knows of one, now and over time.

mod series;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, web};
use arbitragevault_domain::identifier::{Asin, Lookup};
use arbitragevault_domain::market::{DataSource, ListingKind, MarketSnapshot};
use arbitragevault_domain::marketplace::Marketplace;
use arbitragevault_domain::time::KeepaMinutes;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::caller::{Caller, ProductsRead};
use crate::extract::{AsinPath, Query};
use crate::problem::{FieldError, Place, Problem, ProblemKind, problems};
use crate::state::ApiState;
use crate::wire::json_response;
use series::{CurrentValue, Series, SeriesHistory, Span};

problems!(ProductProblems: InvalidParameter, NotFound, ValidationFailed, QuotaSpent, Unavailable);

/// Where the product is sold.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ProductQuery {
    /// The marketplace.
    #[serde(default)]
    #[param(inline)]
    marketplace: Marketplace,
}

/// What is known of a product.
#[derive(Debug, Serialize, ToSchema)]
struct Product<'a> {
    /// The product.
    asin: Asin,
    /// The marketplace.
    marketplace: Marketplace,
    /// Where the data came from. `GENERATED` data is made up by the sandbox: base no purchase on it.
    source: DataSource,
    /// What kind of listing it is.
    kind: ListingKind,
    /// Title, as far as known.
    title: Option<&'a str>,
    /// Author, as one line.
    author: Option<&'a str>,
    /// Binding, as Amazon names it.
    binding: Option<&'a str>,
    /// Amazon's product group.
    product_group: Option<&'a str>,
    /// Publication date as far as known: YYYY, YYYYMM or YYYYMMDD.
    publication_date: Option<u32>,
    /// EAN and ISBN-13 codes of the listing.
    eans: &'a [String],
    /// The package.
    package: ProductPackage,
    /// The series that have a value now: prices, sales rank, counts.
    current: Vec<CurrentValue>,
    /// The time up to which the data is known to hold.
    observed_at: Option<DateTime<Utc>>,
    /// When it was fetched.
    fetched_at: DateTime<Utc>,
}

/// A package as Amazon measured it; null is unknown.
#[derive(Debug, Serialize, ToSchema)]
struct ProductPackage {
    /// Length in millimetres.
    length_mm: Option<u32>,
    /// Width in millimetres.
    width_mm: Option<u32>,
    /// Height in millimetres.
    height_mm: Option<u32>,
    /// Weight in grams.
    weight_g: Option<u32>,
}

impl<'a> From<&'a MarketSnapshot> for Product<'a> {
    fn from(snapshot: &'a MarketSnapshot) -> Self {
        let package = snapshot.package;
        Self {
            asin: snapshot.asin,
            marketplace: snapshot.marketplace,
            source: snapshot.source,
            kind: snapshot.kind,
            title: snapshot.title.as_deref(),
            author: snapshot.author.as_deref(),
            binding: snapshot.binding.as_deref(),
            product_group: snapshot.product_group.as_deref(),
            publication_date: snapshot.publication_date,
            eans: &snapshot.eans,
            package: ProductPackage {
                length_mm: package.length_mm.map(Into::into),
                width_mm: package.width_mm.map(Into::into),
                height_mm: package.height_mm.map(Into::into),
                weight_g: package.weight_g.map(Into::into),
            },
            current: Series::ALL
                .into_iter()
                .filter_map(|series| series.current(snapshot))
                .collect(),
            observed_at: snapshot.observed_at.map(KeepaMinutes::to_utc),
            fetched_at: snapshot.fetched_at,
        }
    }
}

/// Read a product
///
/// What the market knows of it now. Data that is missing or old is fetched from Keepa first, which costs a token.
#[utoipa::path(
    tag = "products",
    security(("bearer" = ["products:read"])),
    params(("asin" = String, Path, description = "The ASIN", example = "0593655036"), ProductQuery),
    responses((status = 200, description = "The product", body = Product<'_>), ProductProblems),
)]
#[get("/products/{asin}")]
pub(crate) async fn read_product(
    state: web::Data<ApiState>,
    caller: Caller<ProductsRead>,
    asin: AsinPath,
    Query(query): Query<ProductQuery>,
) -> Result<HttpResponse, Problem> {
    let snapshot = state
        .services
        .product(caller.0, query.marketplace, Lookup::Asin(asin.0))
        .await?;
    json_response(StatusCode::OK, &Product::from(&*snapshot))
}

/// Which histories.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct HistoryQuery {
    /// The marketplace.
    #[serde(default)]
    #[param(inline)]
    marketplace: Marketplace,
    /// Names of series, divided by commas; all that are known when absent.
    #[param(example = "NEW,USED,SALES_RANK")]
    series: Option<String>,
    /// From this time on.
    from: Option<DateTime<Utc>>,
    /// Up to this time, which is not included.
    to: Option<DateTime<Utc>>,
}

/// Histories of a product.
#[derive(Debug, Serialize, ToSchema)]
struct ProductHistory {
    /// The product.
    asin: Asin,
    /// The marketplace.
    marketplace: Marketplace,
    /// Where the data came from. `GENERATED` data is made up by the sandbox.
    source: DataSource,
    /// The time up to which the histories are known to hold.
    observed_at: Option<DateTime<Utc>>,
    /// The series; one that is not known of the product is not there.
    series: Vec<SeriesHistory>,
}

/// Read the histories of a product
///
/// Step functions: a value holds until the next change, and null says that nothing was offered. With `from`, the first point is the value
/// that held then.
#[utoipa::path(
    tag = "products",
    security(("bearer" = ["products:read"])),
    params(("asin" = String, Path, description = "The ASIN", example = "0593655036"), HistoryQuery),
    responses((status = 200, description = "The histories", body = ProductHistory), ProductProblems),
)]
#[get("/products/{asin}/history")]
pub(crate) async fn read_product_history(
    state: web::Data<ApiState>,
    caller: Caller<ProductsRead>,
    asin: AsinPath,
    Query(query): Query<HistoryQuery>,
) -> Result<HttpResponse, Problem> {
    let wanted = wanted(query.series.as_deref())?;
    let span = span(query.from, query.to)?;
    let snapshot = state
        .services
        .product(caller.0, query.marketplace, Lookup::Asin(asin.0))
        .await?;
    let history = ProductHistory {
        asin: snapshot.asin,
        marketplace: snapshot.marketplace,
        source: snapshot.source,
        observed_at: snapshot.observed_at.map(KeepaMinutes::to_utc),
        series: wanted
            .into_iter()
            .filter_map(|series| series.history(&snapshot, span))
            .collect(),
    };
    json_response(StatusCode::OK, &history)
}

fn wanted(names: Option<&str>) -> Result<Vec<Series>, Problem> {
    let Some(names) = names else {
        return Ok(Series::ALL.to_vec());
    };
    names.split(',').map(str::trim).map(series_of).collect()
}

fn series_of(name: &str) -> Result<Series, Problem> {
    let found = Series::ALL
        .into_iter()
        .find(|series| series.as_str() == name);
    found.ok_or_else(|| {
        let known: Vec<_> = Series::ALL.into_iter().map(Series::as_str).collect();
        let detail = format!("{name:?} is no series: known are {}", known.join(", "));
        parameter(
            "series",
            "UNKNOWN_VALUE",
            detail,
            ProblemKind::InvalidParameter,
        )
    })
}

fn span(from: Option<DateTime<Utc>>, to: Option<DateTime<Utc>>) -> Result<Span, Problem> {
    if from.zip(to).is_some_and(|(from, to)| from >= to) {
        let detail = "must be before `to`".to_owned();
        return Err(parameter(
            "from",
            "OUT_OF_RANGE",
            detail,
            ProblemKind::ValidationFailed,
        ));
    }
    Ok(Span {
        from: from.map(KeepaMinutes::from_utc),
        to: to.map(KeepaMinutes::from_utc),
    })
}

fn parameter(name: &str, code: &'static str, detail: String, kind: ProblemKind) -> Problem {
    let error = FieldError {
        place: Place::Parameter(name.to_owned()),
        code: code.into(),
        detail,
    };
    Problem::invalid(kind, vec![error])
}
