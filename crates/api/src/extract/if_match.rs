//! `If-Match`: which version of a thing the caller means to change. An operation that edits does not go without.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::IF_MATCH;
use actix_web::{FromRequest, HttpRequest};
use arbitragevault_services::precondition::Expected;
use utoipa::IntoParams;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};

use crate::problem::{FieldError, Place, Problem, ProblemKind};

/// The versions that the caller has seen.
#[derive(Debug, Clone)]
pub(crate) struct IfMatch(pub(crate) Expected);

/// The header, as the OpenAPI document describes it.
pub(crate) struct IfMatchHeader;

impl IntoParams for IfMatchHeader {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let text = ObjectBuilder::new().schema_type(Type::String).build();
        let parameter = ParameterBuilder::new()
            .name("If-Match")
            .parameter_in(ParameterIn::Header)
            .required(Required::True)
            .description(Some(
                "The ETag of the version that is changed, or `*` for whatever is there",
            ))
            .schema(Some(text))
            .example(Some("\"3\"".into()));
        vec![parameter.build()]
    }
}

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request).map(Self))
    }
}

fn read(request: &HttpRequest) -> Result<Expected, Problem> {
    let mut seen = Vec::new();
    let mut headers = request.headers().get_all(IF_MATCH).peekable();
    if headers.peek().is_none() {
        return Err(Problem::new(
            ProblemKind::PreconditionRequired,
            "read it first, and send its ETag as If-Match; If-Match: * changes whatever is there",
        ));
    }
    for header in headers {
        let text = header.to_str().map_err(|_| unreadable())?;
        for tag in text.split(',').map(str::trim) {
            if tag == "*" {
                return Ok(Expected::Any);
            }
            // A weak tag never matches here (RFC 9110, 13.1.1), and neither does one that was not given out.
            let is_weak = tag.starts_with("W/");
            let quoted = tag.strip_prefix("W/").unwrap_or(tag);
            let version = quoted
                .strip_prefix('"')
                .and_then(|tag| tag.strip_suffix('"'))
                .ok_or_else(unreadable)?;
            if !is_weak && let Ok(version) = version.parse() {
                seen.push(version);
            }
        }
    }
    Ok(Expected::OneOf(seen))
}

fn unreadable() -> Problem {
    let errors = vec![FieldError {
        place: Place::Header("If-Match".to_owned()),
        code: "INVALID_VALUE".into(),
        detail: "is no entity tag: send one as it was given out, with its quotes, or *".to_owned(),
    }];
    Problem::invalid(ProblemKind::InvalidParameter, errors)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn expected(headers: &[&str]) -> Result<Expected, ProblemKind> {
        let request = headers
            .iter()
            .fold(TestRequest::default(), |request, header| {
                request.append_header((IF_MATCH, *header))
            });
        read(&request.to_http_request()).map_err(|problem| problem.kind())
    }

    #[test]
    fn only_strong_tags_that_were_given_out_are_versions() {
        assert_eq!(expected(&["\"7\""]), Ok(Expected::OneOf(vec![7])));
        assert_eq!(
            expected(&["\"6\", \"7\"", "\"8\""]),
            Ok(Expected::OneOf(vec![6, 7, 8]))
        );
        assert_eq!(expected(&["*"]), Ok(Expected::Any));
        assert_eq!(expected(&["W/\"7\", \"abc\""]), Ok(Expected::OneOf(vec![])));
    }

    #[test]
    fn what_is_missing_or_no_tag_is_told() {
        assert_eq!(expected(&[]), Err(ProblemKind::PreconditionRequired));
        for wrong in ["7", "\"7", "", "\"7\" \"8"] {
            assert_eq!(
                expected(&[wrong]),
                Err(ProblemKind::InvalidParameter),
                "{wrong}"
            );
        }
    }
}
