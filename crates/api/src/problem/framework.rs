//! Errors that the framework answers with by itself, as problems.

use actix_web::error::{Error, PayloadError};
use actix_web::http::StatusCode;

use super::{Problem, ProblemKind};

/// The problem that an error of the framework stands for; nothing of its text reaches the caller, who would not know its words.
pub(crate) fn of_error(error: &Error) -> Problem {
    if let Some(payload) = error.as_error::<PayloadError>() {
        return of_payload(payload);
    }
    of_status(error.as_response_error().status_code()).caused_by(error.to_string())
}

/// The problem that a bare status of the framework stands for.
pub(crate) fn of_status(status: StatusCode) -> Problem {
    let kind = ProblemKind::from_status(status);
    Problem::new(kind, kind.definition().explanation)
}

fn of_payload(error: &PayloadError) -> Problem {
    match error {
        PayloadError::Overflow => Problem::new(
            ProblemKind::PayloadTooLarge,
            ProblemKind::PayloadTooLarge.definition().explanation,
        ),
        _ => Problem::new(
            ProblemKind::MalformedBody,
            "the body broke off, or is not encoded as its Content-Encoding says",
        ),
    }
    .caused_by(error.to_string())
}
