//! Health, in three depths.

use actix_web::http::header::{CONTENT_TYPE, HeaderValue};
use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::problems;

problems!(AliveProblems:);

/// The process answers.
#[derive(Debug, Serialize, ToSchema)]
struct Alive {
    /// Always `ok`: who cannot answer does not answer.
    #[schema(example = "ok")]
    status: &'static str,
}

/// Tell that the process lives
///
/// Touches nothing: no database, no Keepa. For the probes of a platform.
#[utoipa::path(tag = "health", responses((status = 200, description = "It lives", body = Alive), AliveProblems))]
#[get("/health")]
pub(crate) async fn check_health() -> HttpResponse {
    let mut response = HttpResponse::Ok().body(r#"{"status":"ok"}"#);
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}
