//! The page that Prometheus reads.

use actix_web::http::header::{CONTENT_TYPE, HeaderValue};
use actix_web::{HttpResponse, get, web};

use crate::problem::{Problem, ProblemKind, problems};
use crate::state::ApiState;

problems!(MetricsProblems: RouteNotFound);

/// The text format of Prometheus, by its own page on exposition formats.
const TEXT_FORMAT: HeaderValue =
    HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");

/// Read the metrics of this process
///
/// In the text format of Prometheus. Answers 404 where the configuration serves them elsewhere or not at all.
#[utoipa::path(
    tag = "health",
    responses((status = 200, description = "The metrics", content_type = "text/plain", body = String), MetricsProblems),
)]
#[get("/metrics")]
pub(crate) async fn read_metrics(state: web::Data<ApiState>) -> Result<HttpResponse, Problem> {
    let Some(exporter) = &state.metrics else {
        return Err(Problem::new(
            ProblemKind::RouteNotFound,
            "the metrics are not served here",
        ));
    };
    let page = exporter.page(&state.services).await;
    let mut response = HttpResponse::Ok().body(page);
    response.headers_mut().insert(CONTENT_TYPE, TEXT_FORMAT);
    Ok(response)
}
