//! Entity tags of what can be edited: the version in quotes (RFC 9110, 8.8.3).

use actix_web::http::StatusCode;
use actix_web::http::header::{ETAG, HeaderValue, IF_NONE_MATCH};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::respond::json_response;
use crate::problem::Problem;

/// The tag of a version.
pub(crate) fn entity_tag(version: impl std::fmt::Display) -> String {
    format!("\"{version}\"")
}

/// A JSON answer with its entity tag; 304 without a body when the caller of a `GET` has this version already.
///
/// # Errors
/// When the value cannot be written, which is a defect.
pub(crate) fn tagged(
    request: &HttpRequest,
    version: impl std::fmt::Display,
    value: &impl Serialize,
) -> Result<HttpResponse, Problem> {
    let tag = entity_tag(version);
    let mut response = if request.method().is_safe() && is_known(request, &tag) {
        HttpResponse::new(StatusCode::NOT_MODIFIED)
    } else {
        json_response(StatusCode::OK, value)?
    };
    if let Ok(tag) = HeaderValue::try_from(tag) {
        response.headers_mut().insert(ETAG, tag);
    }
    Ok(response)
}

/// Whether `If-None-Match` names the tag. It is compared weakly, as RFC 9110 wants it there.
fn is_known(request: &HttpRequest, tag: &str) -> bool {
    request
        .headers()
        .get_all(IF_NONE_MATCH)
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(','))
        .map(|known| known.trim())
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn who_has_the_version_already_gets_no_body() {
        let answer = |method: actix_web::http::Method, known: Option<&str>| {
            let mut request = TestRequest::default().method(method);
            if let Some(known) = known {
                request = request.insert_header((IF_NONE_MATCH, known));
            }
            let response = tagged(&request.to_http_request(), 7, &"value").unwrap();
            let tag = response.headers().get(ETAG).unwrap().to_str().unwrap();
            (response.status().as_u16(), tag.to_owned())
        };
        use actix_web::http::Method;
        let tag = "\"7\"".to_owned();
        for known in ["\"7\"", "W/\"7\"", "\"6\", \"7\"", "*"] {
            assert_eq!(
                answer(Method::GET, Some(known)),
                (304, tag.clone()),
                "{known}"
            );
            assert_eq!(
                answer(Method::PUT, Some(known)),
                (200, tag.clone()),
                "{known}"
            );
        }
        for known in [None, Some("\"6\""), Some("7"), Some("")] {
            assert_eq!(answer(Method::GET, known), (200, tag.clone()), "{known:?}");
        }
    }
}
