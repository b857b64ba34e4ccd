//! The query of a request, read and validated. Unknown parameters are refused: a misspelt filter that is ignored shows wrong
//! lists without a word.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;
use validator::Validate;

use super::validation;
use crate::problem::{FieldError, Place, Problem, ProblemKind};

/// The query as `T`, which should be `#[serde(deny_unknown_fields)]`.
#[derive(Debug)]
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned + Validate + 'static> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request.query_string()).map(Self))
    }
}

fn read<T: DeserializeOwned + Validate>(query: &str) -> Result<T, Problem> {
    let deserializer =
        serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
    let value: T = serde_path_to_error::deserialize(deserializer).map_err(|error| {
        let message = error.inner().to_string();
        let name = validation::named_field(&message)
            .map(str::to_owned)
            .or_else(|| validation::parts(error.path()).into_iter().next())
            .unwrap_or_default();
        let errors = vec![FieldError {
            place: Place::Parameter(name),
            code: validation::serde_code(&message).into(),
            detail: message,
        }];
        Problem::invalid(ProblemKind::InvalidParameter, errors)
    })?;
    value.validate().map_err(|errors| {
        let errors = validation::field_errors(&errors, |path| Place::Parameter(path.join(".")));
        Problem::invalid(ProblemKind::ValidationFailed, errors)
    })?;
    Ok(value)
}
