//! What is kept of an answer, and how it is given again.

use actix_web::HttpResponse;
use actix_web::body::{MessageBody, to_bytes};
use actix_web::dev::ServiceResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue, LOCATION};
use arbitragevault_services::idempotency::Answer;

use super::IDEMPOTENT_REPLAYED;
use crate::problem::{Problem, ProblemKind};
use crate::wire::{bytes_response, is_shown_once};

/// The answer with its body read, and what is to be kept of it.
pub(super) async fn read<B: MessageBody>(
    response: ServiceResponse<B>,
) -> Result<(ServiceResponse, Answer), Problem> {
    let (request, response) = response.into_parts();
    let (head, body) = response.into_parts();
    let bytes = to_bytes(body)
        .await
        .map_err(|error| Problem::internal(error.into().to_string()))?;
    let headers = head.headers();
    let status = i16::try_from(head.status().as_u16()).map_err(Problem::internal)?;
    let answer = Answer {
        status,
        content_type: text(headers, &CONTENT_TYPE),
        location: text(headers, &LOCATION),
        etag: text(headers, &ETAG),
        body: (!is_shown_once(headers)).then(|| bytes.to_vec()),
    };
    let response = head.set_body(bytes).map_into_boxed_body();
    Ok((ServiceResponse::new(request, response), answer))
}

/// The answer given again.
pub(super) fn replay(answer: Answer) -> Result<HttpResponse, Problem> {
    let Some(body) = answer.body else {
        return Err(secret_shown(answer.location));
    };
    let status = u16::try_from(answer.status).ok();
    let status = status.and_then(|status| StatusCode::from_u16(status).ok());
    let status = status.ok_or_else(|| Problem::internal("the kept status is none"))?;
    let mut response = bytes_response(status, body);
    let headers = response.headers_mut();
    for (name, value) in [
        (CONTENT_TYPE, answer.content_type),
        (LOCATION, answer.location),
        (ETAG, answer.etag),
    ] {
        if let Some(value) = value {
            let value = HeaderValue::try_from(value).map_err(Problem::internal)?;
            headers.insert(name, value);
        }
    }
    headers.insert(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}

/// What is told to who would see a secret a second time.
fn secret_shown(location: Option<String>) -> Problem {
    let detail =
        "the request was done, and the secret in its answer was shown; it is stored nowhere";
    match location {
        Some(location) => Problem::new(
            ProblemKind::IdempotentSecretShown,
            format!("{detail}: {location}"),
        )
        .with_location(location),
        None => Problem::new(ProblemKind::IdempotentSecretShown, detail),
    }
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?;
    Some(value.to_owned())
}
