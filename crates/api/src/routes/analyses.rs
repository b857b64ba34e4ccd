//! Analyses: list, rank, look at one, make one now.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use arbitragevault_domain::acquisition::{Condition, Fulfilment};
use arbitragevault_domain::analysis::Analysis;
use arbitragevault_domain::config::StrategyName;
use arbitragevault_domain::identifier::Repair;
use arbitragevault_domain::marketplace::Marketplace;
use arbitragevault_domain::risk::RiskCode;
use arbitragevault_domain::verdict::{Rating, Recommendation};
use arbitragevault_services::analyses::Question;
use arbitragevault_services::intake::{Field, ListError, Terms, read_items};
use arbitragevault_services::listing::AnalysisRow;
use arbitragevault_services::persistence::analyses::{
    AnalysisFilter, AnalysisPage, AnalysisSort, AnalysisSummary,
};
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use crate::caller::{AnalysesRead, AnalysesWrite, Caller};
use crate::extract::{Body, Id, Query};
use crate::problem::{FieldError, Place, Problem, ProblemKind, problems};
use crate::state::ApiState;
use crate::wire::{
    Cursor, ItemPrice, Page, RowFinding, Total, default_limit, json_bytes, json_response,
    list_problem, located, truncate, with_items,
};

problems!(ListProblems: InvalidParameter, InvalidCursor, ValidationFailed, Unavailable);
problems!(TopProblems: InvalidParameter, ValidationFailed, Unavailable);
problems!(GetProblems: InvalidParameter, NotFound, Unavailable);
problems!(
    CreateProblems: MalformedBody, NotFound, PayloadTooLarge, UnsupportedMediaType, ValidationFailed, QuotaSpent, Unavailable
);

/// Rows are counted up to here; past it a total is a lower bound.
const COUNT_BOUND: u32 = 10_000;

/// An order of analyses, best first; what is unknown comes last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Strategy {
    /// Risk-adjusted profit per day of bound capital.
    #[default]
    Opportunity,
    /// Return on the buy price.
    Roi,
    /// Velocity score.
    Velocity,
    /// Combined score of return and velocity.
    Balanced,
    /// Profit of one unit.
    Profit,
}

impl From<Strategy> for AnalysisSort {
    fn from(strategy: Strategy) -> Self {
        match strategy {
            Strategy::Opportunity => Self::Opportunity,
            Strategy::Roi => Self::Roi,
            Strategy::Velocity => Self::Velocity,
            Strategy::Balanced => Self::Combined,
            Strategy::Profit => Self::Profit,
        }
    }
}

/// Which analyses, in which order.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Of this batch.
    batch_id: Option<Uuid>,
    /// Of this product.
    #[param(example = "0593655036")]
    asin: Option<String>,
    /// With this rating.
    #[param(inline)]
    rating: Option<Rating>,
    /// With this recommendation.
    #[param(inline)]
    recommendation: Option<Recommendation>,
    /// With this risk flag.
    #[param(inline)]
    flag: Option<RiskCode>,
    /// With at least this return on the buy price, in percent.
    #[param(value_type = Option<f64>, example = 30)]
    min_roi: Option<Decimal>,
    /// With at least this profit of one unit, in minor units (cents).
    #[param(example = 500)]
    min_profit_minor: Option<i64>,
    /// With at least this velocity score.
    #[validate(range(min = 0, max = 100))]
    #[param(minimum = 0, maximum = 100)]
    min_velocity: Option<i16>,
    /// The order.
    #[serde(default)]
    #[param(inline)]
    sort: Strategy,
    /// Rows of a page.
    #[serde(default = "default_limit")]
    #[validate(range(min = 1, max = 100))]
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: u32,
    /// The `next_cursor` of the page before.
    #[param(min_length = 1)]
    cursor: Option<String>,
    /// Count all rows, up to 10,000.
    #[serde(default)]
    include_total: bool,
}

impl ListQuery {
    fn filter(&self) -> AnalysisFilter {
        AnalysisFilter {
            batch_id: self.batch_id,
            asin: self.asin.as_deref().map(str::to_ascii_uppercase),
            rating: self.rating.map(|rating| rating.as_str().to_owned()),
            recommendation: self
                .recommendation
                .map(|recommendation| recommendation.as_str().to_owned()),
            flag: self.flag.map(|flag| flag.as_str().to_owned()),
            min_roi_bp: self
                .min_roi
                .and_then(|percent| (percent * Decimal::ONE_HUNDRED).round().to_i64()),
            min_profit_minor: self.min_profit_minor,
            min_velocity: self.min_velocity,
        }
    }

    /// Cursors of this list, whatever the page.
    fn cursors(&self) -> Cursor {
        Cursor::of(&(
            "analyses",
            (self.batch_id, &self.asin, self.rating, self.recommendation),
            (
                self.flag,
                self.min_roi,
                self.min_profit_minor,
                self.min_velocity,
            ),
            self.sort,
        ))
    }
}

/// List analyses
///
/// What is recommended comes first, whatever the order; then best first, what is unknown last.
#[utoipa::path(
    tag = "analyses",
    security(("bearer" = ["analyses:read"])),
    params(ListQuery),
    responses((status = 200, description = "A page", body = Page<AnalysisRow<'_>>), ListProblems),
)]
#[get("/analyses")]
pub(crate) async fn list_analyses(
    request: HttpRequest,
    state: web::Data<ApiState>,
    caller: Caller<AnalysesRead>,
    Query(query): Query<ListQuery>,
) -> Result<HttpResponse, Problem> {
    let filter = query.filter();
    let cursors = query.cursors();
    let sort = AnalysisSort::from(query.sort);
    let after = cursors.place(query.cursor.as_deref())?;
    // One row more than asked for tells whether there is another page.
    let page = AnalysisPage {
        sort,
        after,
        limit: i64::from(query.limit) + 1,
    };
    let mut rows = state.services.analyses(caller.0, &filter, page).await?;
    let has_more = truncate(&mut rows, query.limit);
    let last = rows.last().filter(|_| has_more);
    let next_cursor = last.map(|row| cursors.after(&(row.key, row.id)));
    let total = if query.include_total {
        let count = state
            .services
            .count_analyses(caller.0, &filter, COUNT_BOUND)
            .await?;
        Some(Total::counted(count, COUNT_BOUND))
    } else {
        None
    };
    let page = Page {
        items: Vec::<AnalysisRow<'_>>::new(),
        next_cursor,
        total,
    };
    page.respond_with_stored(&request, rows.iter().map(|row| row.summary.as_str()))
}

/// Which analyses to rank, and by what.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct TopQuery {
    /// Of this batch; of all batches when absent.
    batch_id: Option<Uuid>,
    /// What counts.
    #[serde(default)]
    #[param(inline)]
    strategy: Strategy,
    /// How many.
    #[serde(default = "ten")]
    #[validate(range(min = 1, max = 100))]
    #[param(minimum = 1, maximum = 100, default = 10)]
    limit: u32,
}

const fn ten() -> u32 {
    10
}

/// The best analyses.
#[derive(Debug, Serialize, ToSchema)]
struct TopAnalyses<'a> {
    /// By what they were ranked.
    strategy: Strategy,
    /// Best first.
    items: Vec<AnalysisRow<'a>>,
}

/// Rank the best analyses
#[utoipa::path(
    tag = "analyses",
    security(("bearer" = ["analyses:read"])),
    params(TopQuery),
    responses((status = 200, description = "The best, best first", body = TopAnalyses<'_>), TopProblems),
)]
#[get("/analyses/top")]
pub(crate) async fn rank_analyses(
    state: web::Data<ApiState>,
    caller: Caller<AnalysesRead>,
    Query(query): Query<TopQuery>,
) -> Result<HttpResponse, Problem> {
    let filter = AnalysisFilter {
        batch_id: query.batch_id,
        ..AnalysisFilter::default()
    };
    let page = AnalysisPage {
        sort: query.strategy.into(),
        after: None,
        limit: query.limit.into(),
    };
    let rows = state.services.analyses(caller.0, &filter, page).await?;
    let top = TopAnalyses {
        strategy: query.strategy,
        items: Vec::new(),
    };
    let body = with_items(&top, rows.iter().map(|row| row.summary.as_str()))?;
    Ok(json_bytes(StatusCode::OK, body))
}

/// One analysis, whole.
#[derive(Debug, Serialize, ToSchema)]
struct StoredAnalysis<A> {
    /// Id.
    id: Uuid,
    /// The batch; null for an analysis made on its own.
    batch_id: Option<Uuid>,
    /// Place of the item in the batch, from 1.
    position: Option<i32>,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// The configuration under which it was made, which a replay shows; null when an older version of the server made it.
    configuration_id: Option<Uuid>,
    /// The analysis, as it was made.
    analysis: A,
}

/// Read an analysis
///
/// The whole document as it was stored: estimates with their methods, every fee line, flags and reasons.
#[utoipa::path(
    tag = "analyses",
    security(("bearer" = ["analyses:read"])),
    params(("id" = Uuid, Path, description = "Its id")),
    responses((status = 200, description = "The analysis", body = StoredAnalysis<Analysis>), GetProblems),
)]
#[get("/analyses/{id}")]
pub(crate) async fn read_analysis(
    state: web::Data<ApiState>,
    caller: Caller<AnalysesRead>,
    id: Id,
) -> Result<HttpResponse, Problem> {
    let (row, document) = state.services.analysis(caller.0, id.0).await?;
    Ok(json_bytes(StatusCode::OK, whole(&row, &document)?))
}

/// The stored document inside of what surrounds it: it is JSON already, and is copied as it stands.
fn whole(row: &AnalysisSummary, document: &str) -> Result<Vec<u8>, Problem> {
    let surroundings = StoredAnalysis {
        id: row.id,
        batch_id: row.batch_id,
        position: row.position,
        created_at: row.created_at,
        configuration_id: row.configuration_id,
        analysis: (),
    };
    let mut body = Vec::with_capacity(256 + document.len());
    serde_json::to_writer(&mut body, &surroundings).map_err(Problem::internal)?;
    // Replaces the `null}` of the empty analysis.
    body.truncate(body.len().saturating_sub(b"null}".len()));
    body.extend_from_slice(document.as_bytes());
    body.push(b'}');
    Ok(body)
}

/// A product to analyse now. Values may be strings or numbers, written as people write them.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AnalyseNow)]
struct CreateBody {
    /// The marketplace; its currency is that of the price.
    #[serde(default)]
    marketplace: Marketplace,
    /// ISBN-10, ISBN-13, EAN, UPC, ASIN or the address of an Amazon page; hyphens and lost leading zeros do not matter.
    #[schema(value_type = String, example = "978-0-593-65503-0")]
    identifier: Value,
    /// Price of one unit, without tax, as a decimal string, a number, or with its currency. Without it the answer is what to pay at most.
    #[serde(default)]
    #[schema(value_type = Option<ItemPrice>)]
    buy_price: Value,
    /// Units offered; 1 when absent.
    #[serde(default)]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 100_000)]
    quantity: Value,
    /// Condition; good used condition when absent.
    #[serde(default)]
    #[schema(value_type = Option<Condition>)]
    condition: Value,
    /// Who ships; Amazon when absent.
    #[serde(default)]
    #[schema(value_type = Option<Fulfilment>)]
    fulfilment: Value,
    /// The strategy of the configuration under which it is analysed; none when absent.
    #[schema(value_type = Option<String>, pattern = "^[a-z][a-z0-9-]{0,39}$", example = "textbook")]
    strategy: Option<StrategyName>,
}

impl CreateBody {
    /// As an item of a list, so that one validation reads both.
    fn into_item(self) -> Value {
        json!({
            "identifier": self.identifier,
            "buy_price": self.buy_price,
            "quantity": self.quantity,
            "condition": self.condition,
            "fulfilment": self.fulfilment,
        })
    }
}

/// An analysis that was just made.
#[derive(Debug, Serialize, ToSchema)]
struct CreatedAnalysis {
    /// Its id.
    id: Uuid,
    /// The analysis.
    analysis: Analysis,
    /// What was repaired to read the identifier.
    repairs: Vec<Repair>,
    /// What a person should look at.
    warnings: Vec<RowFinding>,
}

/// Analyse one product now
///
/// Market data that is missing or old is fetched from Keepa first, which costs a token; the answer waits for it.
#[utoipa::path(
    tag = "analyses",
    security(("bearer" = ["analyses:write"])),
    request_body = CreateBody,
    responses(
        (status = 201, description = "The analysis", body = CreatedAnalysis,
            headers(("Location" = String, description = "Where it is read again"))),
        CreateProblems,
    ),
)]
#[post("/analyses")]
pub(crate) async fn analyse_now(
    state: web::Data<ApiState>,
    caller: Caller<AnalysesWrite>,
    Body(body): Body<CreateBody>,
) -> Result<HttpResponse, Problem> {
    let marketplace = body.marketplace;
    let strategy = body.strategy.clone();
    let terms = Terms {
        marketplace,
        ..Terms::default()
    };
    let intake = read_items(&[body.into_item()], &terms).map_err(list_problem)?;
    let row = intake.rows.into_iter().next();
    let row = row.ok_or_else(|| list_problem(ListError::Empty))?;
    let accepted = row.outcome.map_err(|rejected| {
        let errors = rejected.problems.into_iter().map(|problem| FieldError {
            place: Place::Pointer(match problem.field {
                Field::Row => String::new(),
                field => format!("/{}", field.as_str()),
            }),
            code: problem.code,
            detail: problem.detail,
        });
        Problem::invalid(ProblemKind::ValidationFailed, errors.collect())
    })?;
    let question = Question {
        marketplace,
        lookup: accepted.identified.lookup,
        acquisition: accepted.acquisition,
        strategy,
    };
    let (id, analysis) = state.services.analyse_now(caller.0, question).await?;
    let created = CreatedAnalysis {
        id,
        analysis,
        repairs: accepted.identified.repairs,
        warnings: row.warnings.into_iter().map(RowFinding::from).collect(),
    };
    let response = json_response(StatusCode::CREATED, &created)?;
    Ok(located(response, &format!("/api/v1/analyses/{id}")))
}
