//! Writing JSON answers.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION,
};
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
    let mut response = bytes_response(status, body);
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

/// An answer of bytes, whose headers are to be set.
pub(crate) fn bytes_response(status: StatusCode, body: Vec<u8>) -> HttpResponse {
    let is_small = body.len() < SMALLEST_COMPRESSED;
    let mut response = HttpResponse::with_body(status, body).map_into_boxed_body();
    if is_small {
        // Keeps the compressing layer away; the outermost layer removes it again.
        let identity = HeaderValue::from_static("identity");
        response.headers_mut().insert(CONTENT_ENCODING, identity);
    }
    response
}

/// Marks an answer that shows a secret: nobody may store it, neither a cache on the way nor we for who sends the request again.
pub(crate) fn shown_once(mut response: HttpResponse) -> HttpResponse {
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Whether an answer is marked so.
pub(crate) fn is_shown_once(headers: &HeaderMap) -> bool {
    headers.get(CACHE_CONTROL) == Some(&HeaderValue::from_static("no-store"))
}

/// The answer with a `Location`.
pub(crate) fn located(mut response: HttpResponse, location: &str) -> HttpResponse {
    if let Ok(location) = HeaderValue::try_from(location) {
        response.headers_mut().insert(LOCATION, location);
    }
    response
}
