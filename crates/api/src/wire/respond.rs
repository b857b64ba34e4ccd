//! Writing JSON answers.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderValue, LOCATION};
use serde::Serialize;

use crate::problem::Problem;

/// Below this many bytes an answer fits one network packet, and compressing it only costs time.
const SMALLEST_COMPRESSED: usize = 1_400;

/// A JSON answer.
///
/// # Errors
/// When the value cannot be written, which is a defect.
pub(crate) fn json_response(
    status: StatusCode,
    value: &impl Serialize,
) -> Result<HttpResponse, Problem> {
    /// Most answers about one thing are below this; a list knows better and writes its own bytes.
    const TYPICAL_BYTES: usize = 1_024;
    let mut body = Vec::with_capacity(TYPICAL_BYTES);
    serde_json::to_writer(&mut body, value).map_err(Problem::internal)?;
    Ok(json_bytes(status, body))
}

/// An answer whose JSON is written already.
pub(crate) fn json_bytes(status: StatusCode, body: Vec<u8>) -> HttpResponse {
    let is_small = body.len() < SMALLEST_COMPRESSED;
    let mut response = HttpResponse::with_body(status, body).map_into_boxed_body();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if is_small {
        // Keeps the compressing layer away; the outermost layer removes it again.
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("identity"));
    }
    response
}

/// The answer with a `Location`.
pub(crate) fn located(mut response: HttpResponse, location: &str) -> HttpResponse {
    if let Ok(location) = HeaderValue::try_from(location) {
        response.headers_mut().insert(LOCATION, location);
    }
    response
}
