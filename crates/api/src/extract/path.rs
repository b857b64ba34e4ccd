//! Parameters of the path.

use std::future::{Ready, ready};
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use arbitragevault_domain::config::Scope;
use arbitragevault_domain::identifier::Asin;
use utoipa::{IntoParams, ToSchema};
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

/// The `{scope}` of the path.
#[derive(Debug, Clone)]
pub(crate) struct ScopePath(pub(crate) Scope);

/// A scope: `global`, `marketplace:` with a code, `category:` with a fee category, or `strategy:` with a name.
#[derive(ToSchema)]
#[schema(
    pattern = "^(global|marketplace:[A-Z]{2}|category:[A-Z_]+|strategy:[a-z][a-z0-9-]{0,39})$",
    example = "global"
)]
#[expect(dead_code, reason = "it is described here; what is read is a Scope")]
pub(crate) struct ScopeName(String);

/// The parameter, as the OpenAPI document describes it.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct ScopeParameter {
    /// `global`, `marketplace:US`, `category:MEDIA` or `strategy:textbook`.
    #[param(value_type = ScopeName, inline)]
    #[expect(dead_code, reason = "it is described here and read by the extractor")]
    scope: String,
}

impl FromRequest for ScopePath {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let text = request.match_info().get("scope").unwrap_or_default();
        let read = text.parse::<Scope>();
        ready(
            read.map(Self)
                .map_err(|error| wrong("scope", error.to_string())),
        )
    }
}

fn read<T: FromStr>(request: &HttpRequest, name: &str, wrong: &str) -> Result<T, Problem> {
    let text = request.match_info().get(name).unwrap_or_default();
    text.parse()
        .map_err(|_| self::wrong(name, format!("{text:?} {wrong}")))
}

fn wrong(name: &str, detail: String) -> Problem {
    let errors = vec![FieldError {
        place: Place::Parameter(name.to_owned()),
        code: "INVALID_VALUE".into(),
        detail,
    }];
    Problem::invalid(ProblemKind::InvalidParameter, errors)
}
