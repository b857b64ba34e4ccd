//! The body of a request: as it came, or as validated JSON.
//!
//! Unknown fields are refused where the type is `#[serde(deny_unknown_fields)]`, as every request type here is: a misspelt
//! field that is ignored costs money. Text that is no JSON is 400; JSON of the wrong shape is 422 with a pointer to the place.

use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use validator::Validate;

use super::validation;
use crate::problem::{FieldError, Problem, ProblemKind, of_error};

/// A body as it came, within the configured limit, with its content type in lower case and without parameters.
#[derive(Debug)]
pub(crate) struct RawBody {
    pub(crate) bytes: Bytes,
    pub(crate) content_type: String,
}

impl FromRequest for RawBody {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let content_type = request.content_type().trim().to_ascii_lowercase();
        let bytes = Bytes::from_request(request, payload);
        async move {
            let bytes = bytes.await.map_err(|error| of_error(&error))?;
            Ok(Self {
                bytes,
                content_type,
            })
        }
        .boxed_local()
    }
}

impl RawBody {
    /// `true` for `application/json` and every `application/*+json`.
    pub(crate) fn is_json(&self) -> bool {
        self.content_type == "application/json"
            || (self.content_type.starts_with("application/")
                && self.content_type.ends_with("+json"))
    }

    /// The body as `T`.
    ///
    /// # Errors
    /// A problem that names the place.
    pub(crate) fn json<T: DeserializeOwned + Validate>(&self) -> Result<T, Problem> {
        // serde would read an array as the fields of a struct in their order.
        if self.bytes.trim_ascii_start().first() == Some(&b'[') {
            let error = <serde_json::Error as serde::de::Error>::custom(
                "invalid type: array, expected an object",
            );
            return Err(of_json(Vec::new(), &error));
        }
        let mut deserializer = serde_json::Deserializer::from_slice(&self.bytes);
        let value: T = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
            let path = validation::parts(error.path());
            of_json(path, error.inner())
        })?;
        deserializer
            .end()
            .map_err(|error| of_json(Vec::new(), &error))?;
        value.validate().map_err(|errors| {
            let errors = validation::field_errors(&errors, validation::pointer);
            Problem::invalid(ProblemKind::ValidationFailed, errors)
        })?;
        Ok(value)
    }

    /// The problem of a content type that the operation does not read.
    pub(crate) fn unsupported(&self, accepted: &str) -> Problem {
        let given = if self.content_type.is_empty() {
            format!("the request has no {CONTENT_TYPE}")
        } else {
            format!("{:?} is not read here", self.content_type)
        };
        let detail = format!("{given}: send {accepted}");
        Problem::new(ProblemKind::UnsupportedMediaType, detail)
    }
}

fn of_json(mut path: Vec<String>, error: &serde_json::Error) -> Problem {
    let message = error.to_string();
    if !error.is_data() {
        let detail = format!("the body is not JSON: {message}");
        return Problem::new(ProblemKind::MalformedBody, detail);
    }
    if let Some(field) = validation::named_field(&message)
        && path.last().map(String::as_str) != Some(field)
    {
        path.push(field.to_owned());
    }
    let errors = vec![FieldError {
        place: validation::pointer(&path),
        code: validation::serde_code(&message).into(),
        detail: message,
    }];
    Problem::invalid(ProblemKind::ValidationFailed, errors)
}

/// A JSON body as `T`.
#[derive(Debug)]
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned + Validate + 'static> FromRequest for Body<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        RawBody::from_request(request, payload)
            .map(|body| {
                let body = body?;
                if !body.is_json() {
                    return Err(body.unsupported("application/json"));
                }
                body.json().map(Self)
            })
            .boxed_local()
    }
}
