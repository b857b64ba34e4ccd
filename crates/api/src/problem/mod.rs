//! Problem documents (RFC 9457): the one form in which anything that goes wrong is answered.

mod account;
mod framework;
mod kind;
pub(crate) mod openapi;
mod service;

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use arbitragevault_services::error::chain;
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) use framework::{of_error, of_status};
pub use kind::{Definition, ProblemKind};
pub(crate) use openapi::problems;

/// The media type of a problem document.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// How long a caller should wait where nothing better is known: about the time in which a pool reconnects.
const DEFAULT_RETRY_AFTER: Duration = Duration::from_secs(5);

/// Something that went wrong, as a handler returns it.
///
/// The middleware of the request context writes the document, since it alone knows the request id and the path.
#[derive(Debug)]
pub struct Problem(Box<Content>);

/// What is known of a problem; boxed, so that a result which holds one stays small.
#[derive(Debug)]
struct Content {
    kind: ProblemKind,
    code: Cow<'static, str>,
    detail: Cow<'static, str>,
    errors: Vec<FieldError>,
    retry_after: Option<Duration>,
    allow: Option<String>,
    location: Option<String>,
    challenge: Option<Cow<'static, str>>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// Where in the request a problem lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// A JSON pointer (RFC 6901) into the body; empty for the body itself.
    #[schema(example = "/items/3/buy_price")]
    Pointer(String),
    /// The name of a parameter of the path or the query.
    #[schema(example = "limit")]
    Parameter(String),
    /// The name of a header.
    #[schema(example = "Last-Event-ID")]
    Header(String),
}

impl Place {
    /// Its text, without its sort.
    fn as_str(&self) -> &str {
        match self {
            Self::Pointer(text) if text.is_empty() => "the body",
            Self::Pointer(text) | Self::Parameter(text) | Self::Header(text) => text,
        }
    }
}

/// One thing that is wrong with the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// The code for programs.
    #[schema(example = "OUT_OF_RANGE")]
    pub code: Cow<'static, str>,
    /// What is wrong, for the person.
    #[schema(example = "must be between 1 and 100")]
    pub detail: String,
}

/// The document, `application/problem+json`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct Document<'a> {
    /// Names the kind of problem; its page explains it.
    #[serde(rename = "type")]
    #[schema(format = "uri-reference", example = "/problems/validation-failed")]
    type_uri: &'a str,
    /// The kind in words, the same for every occurrence.
    #[schema(example = "The request is not valid")]
    title: &'a str,
    /// The status code of the response.
    #[schema(example = 422)]
    status: u16,
    /// What went wrong this time, for the person. Nothing about the inside of the server.
    #[schema(example = "1 value of the request is not valid")]
    detail: &'a str,
    /// The path of the request.
    #[schema(example = "/api/v1/batches")]
    instance: &'a str,
    /// The code for programs: that of the kind, or a finer one.
    #[schema(example = "VALIDATION_FAILED")]
    code: &'a str,
    /// The id under which the log knows the request; also in the header `X-Request-Id`.
    #[schema(example = "01939c2e-8a2b-7c3d-9e4f-5a6b7c8d9e0f")]
    request_id: &'a str,
    /// What is wrong with the request, each by its place; absent where there is no place to name.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(required = false)]
    errors: &'a [FieldError],
}

impl Problem {
    /// A problem of a kind, with what went wrong this time.
    pub fn new(kind: ProblemKind, detail: impl Into<Cow<'static, str>>) -> Self {
        let is_temporary = kind.definition().status == StatusCode::SERVICE_UNAVAILABLE;
        Self(Box::new(Content {
            kind,
            code: Cow::Borrowed(kind.definition().code),
            detail: detail.into(),
            errors: Vec::new(),
            retry_after: is_temporary.then_some(DEFAULT_RETRY_AFTER),
            allow: None,
            location: None,
            challenge: None,
            source: None,
        }))
    }

    /// A request with values that cannot be taken.
    #[must_use]
    pub fn invalid(kind: ProblemKind, errors: Vec<FieldError>) -> Self {
        let detail = match errors.as_slice() {
            [only] => format!("{}: {}", only.place.as_str(), only.detail),
            _ => format!("{} values of the request cannot be taken", errors.len()),
        };
        let mut problem = Self::new(kind, detail);
        problem.0.errors = errors;
        problem
    }

    /// A defect on our side; the cause goes to the log only.
    pub fn internal(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        let detail = "the log has the cause under the request id";
        Self::new(ProblemKind::Internal, detail).caused_by(source)
    }

    /// With a code finer than that of its kind.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<Cow<'static, str>>) -> Self {
        self.0.code = code.into();
        self
    }

    /// With the time after which to try again.
    #[must_use]
    pub fn with_retry_after(mut self, after: Duration) -> Self {
        self.0.retry_after = Some(after);
        self
    }

    /// With the methods that the path knows.
    #[must_use]
    pub(crate) fn with_allow(mut self, methods: String) -> Self {
        self.0.allow = Some(methods);
        self
    }

    /// With where the thing stands that it is about.
    #[must_use]
    pub(crate) fn with_location(mut self, location: String) -> Self {
        self.0.location = Some(location);
        self
    }

    /// With what is wrong with the credential, as RFC 6750 writes it in `WWW-Authenticate`.
    #[must_use]
    pub(crate) fn with_challenge(mut self, challenge: impl Into<Cow<'static, str>>) -> Self {
        self.0.challenge = Some(challenge.into());
        self
    }

    /// With its cause, for the log.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> ProblemKind {
        self.0.kind
    }

    /// The causes, outermost first, for the log.
    pub(crate) fn chain(&self) -> String {
        self.source().map(chain).unwrap_or_default()
    }

    /// The response, with what only the middleware knows.
    pub(crate) fn render(&self, instance: &str, request_id: &str) -> HttpResponse {
        let content = &*self.0;
        let definition = content.kind.definition();
        let document = Document {
            type_uri: definition.type_uri,
            title: definition.title,
            status: definition.status.as_u16(),
            detail: &content.detail,
            instance,
            code: &content.code,
            request_id,
            errors: &content.errors,
        };
        let mut response = HttpResponse::build(definition.status);
        response.insert_header((header::CONTENT_TYPE, MEDIA_TYPE));
        if let Some(after) = content.retry_after {
            let seconds = after.as_secs() + u64::from(after.subsec_nanos() > 0);
            response.insert_header((header::RETRY_AFTER, seconds.max(1).to_string()));
        }
        let challenge = content.challenge.as_deref();
        // RFC 9110, 15.5.2 asks for it with every 401.
        if challenge.is_some() || definition.status == StatusCode::UNAUTHORIZED {
            let parts = [Some(r#"Bearer realm="arbitragevault""#), challenge];
            let parts: Vec<&str> = parts.into_iter().flatten().collect();
            response.insert_header((header::WWW_AUTHENTICATE, parts.join(", ")));
        }
        if let Some(methods) = &content.allow {
            response.insert_header((header::ALLOW, methods.as_str()));
        }
        if definition.status == StatusCode::UPGRADE_REQUIRED {
            // RFC 9110, 15.5.22, and RFC 6455, 4.4, ask for them.
            response.insert_header((header::UPGRADE, "websocket"));
            response.insert_header((header::SEC_WEBSOCKET_VERSION, "13"));
        }
        if let Some(location) = &content.location {
            response.insert_header((header::LOCATION, location.as_str()));
        }
        match serde_json::to_vec(&document) {
            Ok(body) => response.body(body),
            Err(_) => response.finish(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.code, self.0.detail)
    }
}

impl StdError for Problem {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let source: &(dyn StdError + 'static) = self.0.source.as_deref()?;
        Some(source)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.0.kind.definition().status
    }

    /// The bare status: the middleware of the request context writes the document.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}
