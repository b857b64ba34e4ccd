//! The headers that every response has, above all those for security.

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};

/// Nothing of a response may be framed, sniffed, or run as a page.
const CONTENT_SECURITY_POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// The bundled Swagger UI is a page: its own files, and the styles and images that it writes inline.
const CONTENT_SECURITY_POLICY_OF_DOCS: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'",
);

/// A year, as browsers' preload lists ask for.
const STRICT_TRANSPORT_SECURITY: HeaderValue = HeaderValue::from_static("max-age=31536000");

const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// `true` when the request reached the proxy in front of us over TLS; only then may the answer ask for TLS (RFC 6797, 7.2).
pub(super) fn came_over_tls(headers: &HeaderMap) -> bool {
    headers
        .get(X_FORWARDED_PROTO)
        .is_some_and(|proto| proto.as_bytes().eq_ignore_ascii_case(b"https"))
}

/// Sets the headers that every response has.
pub(super) fn complete(headers: &mut HeaderMap, path: &str, over_tls: bool) {
    let policy = if path.starts_with("/docs") {
        CONTENT_SECURITY_POLICY_OF_DOCS
    } else {
        CONTENT_SECURITY_POLICY
    };
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    // A handler's mark against compression, which says nothing to a caller.
    if headers.get(header::CONTENT_ENCODING) == Some(&HeaderValue::from_static("identity")) {
        headers.remove(header::CONTENT_ENCODING);
    }
    if over_tls {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, STRICT_TRANSPORT_SECURITY);
    }
}
