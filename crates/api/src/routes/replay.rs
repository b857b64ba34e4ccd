//! Making a stored analysis again.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post, web};
use arbitragevault_domain::analysis::Analysis;
use arbitragevault_domain::config::AnalysisConfig;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

use crate::caller::{AnalysesRead, Caller};
use crate::extract::Id;
use crate::problem::{Problem, problems};
use crate::state::ApiState;
use crate::wire::json_response;

problems!(ReplayProblems: InvalidParameter, NotFound, Conflict, Unavailable);

/// A stored analysis, made again.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Replay)]
struct ReplayView {
    /// Whether it came to the same, to the byte. Under one version of the calculation it always does.
    is_identical: bool,
    /// The version of the calculation that made the stored one.
    engine_version_then: u16,
    /// The version of the calculation that made it again.
    engine_version_now: u16,
    /// What turns the stored one into this one: a JSON Patch (RFC 6902); empty when it came to the same.
    #[schema(value_type = Vec<Object>)]
    difference: json_patch::Patch,
    /// The version of each scope of the configuration that had a say; 0 for a strategy as it is shipped.
    #[schema(value_type = BTreeMap<String, i32>, example = json!({"global": 3, "marketplace:US": 1}))]
    configuration_versions: BTreeMap<String, i32>,
    /// Every value of the configuration under which it was made.
    configuration: AnalysisConfig,
    /// The analysis as it was made again.
    analysis: Analysis,
}

/// Replay an analysis
///
/// Makes it again from the market data and the configuration that were kept with it, and says whether it came to the same. Stores and spends
/// nothing.
#[utoipa::path(
    tag = "analyses",
    security(("bearer" = ["analyses:read"])),
    params(("id" = Uuid, Path, description = "Its id")),
    responses((status = 200, description = "The analysis, made again", body = ReplayView), ReplayProblems),
)]
#[post("/analyses/{id}/replay")]
pub(crate) async fn replay_analysis(
    state: web::Data<ApiState>,
    caller: Caller<AnalysesRead>,
    id: Id,
) -> Result<HttpResponse, Problem> {
    let replay = state.services.replay_analysis(caller.0, id.0).await?;
    let view = ReplayView {
        is_identical: replay.is_identical,
        engine_version_then: replay.engine_version_then,
        engine_version_now: replay.engine_version_now,
        difference: replay.difference,
        configuration_versions: replay.versions,
        configuration: replay.configuration,
        analysis: replay.analysis,
    };
    json_response(StatusCode::OK, &view)
}
