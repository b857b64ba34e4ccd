//! The page behind the `type` of every problem document.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::{Problem, ProblemKind, problems};
use crate::wire::json_response;

problems!(ExplainProblems: NotFound);

/// A kind of problem, explained.
#[derive(Debug, Serialize, ToSchema)]
struct ProblemExplanation {
    /// The code for programs.
    #[schema(example = "VALIDATION_FAILED")]
    code: &'static str,
    /// The status code of the responses.
    #[schema(example = 422)]
    status: u16,
    /// The title.
    title: &'static str,
    /// When it happens, and what to do.
    explanation: &'static str,
}

/// Explain a kind of problem
///
/// The `type` of every problem document leads here.
#[utoipa::path(
    tag = "problems",
    params(("kind" = String, Path, description = "The last part of the `type`", example = "validation-failed")),
    responses((status = 200, description = "The explanation", body = ProblemExplanation), ExplainProblems),
)]
#[get("/problems/{kind}")]
pub(crate) async fn explain_problem(kind: web::Path<String>) -> Result<HttpResponse, Problem> {
    let kind = ProblemKind::from_slug(&kind)
        .ok_or_else(|| Problem::new(ProblemKind::NotFound, "there is no such kind of problem"))?;
    let definition = kind.definition();
    let explanation = ProblemExplanation {
        code: definition.code,
        status: definition.status.as_u16(),
        title: definition.title,
        explanation: definition.explanation,
    };
    json_response(StatusCode::OK, &explanation)
}
