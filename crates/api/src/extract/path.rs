//! Parameters of the path.

use std::future::{Ready, ready};
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use arbitragevault_domain::identifier::Asin;
use uuid::Uuid;

use crate::problem::{FieldError, Place, Problem, ProblemKind};

/// The `{id}` of the path.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Id(pub(crate) Uuid);

impl FromRequest for Id {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request, "id", "is not a UUID").map(Self))
    }
}

/// The `{asin}` of the path.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AsinPath(pub(crate) Asin);

impl FromRequest for AsinPath {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request, "asin", "is not an ASIN").map(Self))
    }
}

fn read<T: FromStr>(request: &HttpRequest, name: &str, wrong: &str) -> Result<T, Problem> {
    let text = request.match_info().get(name).unwrap_or_default();
    text.parse().map_err(|_| {
        let errors = vec![FieldError {
            place: Place::Parameter(name.to_owned()),
            code: "INVALID_VALUE".into(),
            detail: format!("{text:?} {wrong}"),
        }];
        Problem::invalid(ProblemKind::InvalidParameter, errors)
    })
}
