//! What a change of the configuration would change.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post, web};
use arbitragevault_domain::config::{Scope, StrategyName};
use arbitragevault_domain::money::Money;
use arbitragevault_domain::verdict::Recommendation;
use arbitragevault_services::configuration::{
    NewValues, Preview, PreviewRequest, PreviewedAnalysis, Verdict,
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use crate::caller::{Caller, ConfigRead};
use crate::extract::{Body, ScopeName};
use crate::problem::{Problem, problems};
use crate::state::ApiState;
use crate::wire::json_response;

problems!(
    PreviewProblems: MalformedBody, PayloadTooLarge, UnsupportedMediaType, ValidationFailed, Unavailable
);

/// A change that is not made yet.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PreviewConfiguration)]
struct PreviewBody {
    /// The scope that would be changed.
    #[schema(value_type = ScopeName)]
    scope: Scope,
    /// The change: a JSON Merge Patch of its values, or with `replace` its values.
    #[schema(value_type = Object, example = json!({"profit": {"target_roi_percent": 40}}))]
    values: Value,
    /// Whether the values take the place of all that the scope sets.
    #[serde(default)]
    replace: bool,
    /// The strategy under which to look; for the scope of a strategy, that one.
    #[schema(value_type = Option<String>, pattern = "^[a-z][a-z0-9-]{0,39}$", example = "textbook")]
    strategy: Option<StrategyName>,
    /// Only analyses of this batch; without it, the best of all.
    batch_id: Option<Uuid>,
    /// Analyses to make again.
    #[serde(default = "default_limit")]
    #[validate(range(min = 1, max = 500))]
    #[schema(minimum = 1, maximum = 500, default = 100)]
    limit: u32,
}

const fn default_limit() -> u32 {
    100
}

/// What an analysis comes to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PreviewedVerdict)]
struct VerdictView {
    /// What to do.
    recommendation: Recommendation,
    /// Profit of one unit; null when unknown.
    profit: Option<Money>,
    /// Return on the buy price in percent; null when unknown.
    #[schema(value_type = Option<String>)]
    roi_percent: Option<Decimal>,
    /// What one may pay at most; null when unknown.
    max_buy_price: Option<Money>,
}

impl From<Verdict> for VerdictView {
    fn from(verdict: Verdict) -> Self {
        Self {
            recommendation: verdict.recommendation,
            profit: verdict.profit,
            roi_percent: verdict.roi_percent,
            max_buy_price: verdict.max_buy_price,
        }
    }
}

/// An analysis that would come to something else.
#[derive(Debug, Serialize, ToSchema)]
struct ChangedAnalysis {
    /// The stored analysis.
    id: Uuid,
    /// The product.
    #[schema(example = "0593655036")]
    asin: String,
    /// Its title.
    title: Option<String>,
    /// What it comes to under the configuration that holds.
    before: VerdictView,
    /// What it would come to.
    after: VerdictView,
}

impl From<PreviewedAnalysis> for ChangedAnalysis {
    fn from(analysis: PreviewedAnalysis) -> Self {
        Self {
            id: analysis.id,
            asin: analysis.asin.to_string(),
            title: analysis.title,
            before: analysis.before.into(),
            after: analysis.after.into(),
        }
    }
}

/// What a change would change.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConfigurationPreview)]
struct PreviewView {
    /// Analyses that were made again.
    analysed: usize,
    /// Analyses of which the market data is kept no more.
    without_data: usize,
    /// How many come to each recommendation under the configuration that holds.
    #[schema(value_type = BTreeMap<String, usize>, example = json!({"BUY": 12, "PASS": 80}))]
    before: BTreeMap<Recommendation, usize>,
    /// How many would.
    #[schema(value_type = BTreeMap<String, usize>, example = json!({"BUY": 7, "PASS": 85}))]
    after: BTreeMap<Recommendation, usize>,
    /// Those that would come to something else, the best first.
    changed: Vec<ChangedAnalysis>,
}

impl From<Preview> for PreviewView {
    fn from(preview: Preview) -> Self {
        Self {
            analysed: preview.analysed,
            without_data: preview.without_data,
            before: preview.before,
            after: preview.after,
            changed: preview
                .changed
                .into_iter()
                .map(ChangedAnalysis::from)
                .collect(),
        }
    }
}

/// Preview a change
///
/// Makes stored analyses again, from the market data that was kept with them, under what holds and under what would. Stores and spends nothing.
#[utoipa::path(
    tag = "config",
    security(("bearer" = ["config:read"])),
    request_body = PreviewBody,
    responses((status = 200, description = "What would change", body = PreviewView), PreviewProblems),
)]
#[post("/config/preview")]
pub(crate) async fn preview_change(
    state: web::Data<ApiState>,
    caller: Caller<ConfigRead>,
    Body(body): Body<PreviewBody>,
) -> Result<HttpResponse, Problem> {
    let values = if body.replace {
        NewValues::Set(body.values)
    } else {
        NewValues::Merge(body.values)
    };
    let request = PreviewRequest {
        scope: body.scope,
        values,
        strategy: body.strategy,
        batch_id: body.batch_id,
        limit: body.limit,
    };
    let preview = state
        .services
        .preview_configuration(caller.0, request)
        .await?;
    json_response(StatusCode::OK, &PreviewView::from(preview))
}
