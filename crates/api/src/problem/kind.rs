//! The one table of problem kinds: responses, the OpenAPI document and the pages under `/problems` come from it.

use actix_web::http::StatusCode;

/// What is said of a kind of problem, wherever it is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Definition {
    /// The status code of the response.
    pub status: StatusCode,
    /// The code for programs, in SCREAMING_SNAKE_CASE.
    pub code: &'static str,
    /// The `type` of the document: a reference, relative to the server, that answers with the explanation.
    pub type_uri: &'static str,
    /// The title: the same for every occurrence.
    pub title: &'static str,
    /// When it happens, and what to do.
    pub explanation: &'static str,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident: $status:ident, $code:literal, $slug:literal, $title:literal, $explanation:literal;)*) => {
        /// A kind of problem.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ProblemKind {
            $($(#[$doc])* $kind,)*
        }

        impl ProblemKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// Its row of the table.
            #[must_use]
            pub const fn definition(self) -> &'static Definition {
                match self {
                    $(Self::$kind => const {
                        &Definition {
                            status: StatusCode::$status,
                            code: $code,
                            type_uri: concat!("/problems/", $slug),
                            title: $title,
                            explanation: $explanation,
                        }
                    },)*
                }
            }
        }
    };
}

kinds! {
    /// The body is no JSON, or broke off.
    MalformedBody: BAD_REQUEST, "MALFORMED_BODY", "malformed-body",
        "The body could not be read",
        "The body is not well-formed JSON, broke off, or is not encoded as its headers say. Send it again, whole.";
    /// A parameter of the path or the query cannot be read.
    InvalidParameter: BAD_REQUEST, "INVALID_PARAMETER", "invalid-parameter",
        "A parameter could not be read",
        "A parameter of the path or the query is unknown or cannot be read; `errors` names it.";
    /// A cursor that was not given out for this list.
    InvalidCursor: BAD_REQUEST, "INVALID_CURSOR", "invalid-cursor",
        "The cursor does not belong to this list",
        "A cursor is bound to the filters and the sort of the list that gave it out. Start again without it.";
    /// No credential, or none that is taken.
    Unauthenticated: UNAUTHORIZED, "UNAUTHENTICATED", "unauthenticated",
        "Say who you are",
        "The request has no credential, or one that is unknown, expired or revoked. Send an API key or the access token of a session, as `Authorization: Bearer …`.";
    /// Address and password, or a code, are wrong.
    InvalidCredentials: UNAUTHORIZED, "INVALID_CREDENTIALS", "invalid-credentials",
        "What was signed in with is wrong",
        "The e-mail address, the password or the code is wrong. Whether an address has an account is not told.";
    /// The password is right, and a code is needed besides.
    SecondFactorRequired: UNAUTHORIZED, "SECOND_FACTOR_REQUIRED", "second-factor-required",
        "A code of the second factor is needed",
        "The account has a second factor. Send the same request with `totp_code` or `recovery_code`.";
    /// The refresh token cannot be taken.
    InvalidRefreshToken: UNAUTHORIZED, "INVALID_REFRESH_TOKEN", "invalid-refresh-token",
        "The refresh token cannot be taken",
        "The refresh token is unknown, its session has ended, or it was used before; `code` says which. Sign in again.";
    /// The caller may not do this.
    Forbidden: FORBIDDEN, "FORBIDDEN", "forbidden",
        "You may not do this",
        "The credential is good, but lacks the scope or the role that the operation needs; `detail` names it.";
    /// No such object, or it is someone else's.
    NotFound: NOT_FOUND, "NOT_FOUND", "not-found",
        "There is no such thing",
        "The object does not exist, was deleted, or belongs to another organisation.";
    /// No such path.
    RouteNotFound: NOT_FOUND, "ROUTE_NOT_FOUND", "route-not-found",
        "There is no such path",
        "No operation of the API has this path. The document at /openapi.json lists all of them.";
    /// The path exists, the method does not.
    MethodNotAllowed: METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", "method-not-allowed",
        "The path does not know this method",
        "The path exists, but not with this method. The Allow header names those that do.";
    /// No encoding of the answer that the caller accepts.
    NotAcceptable: NOT_ACCEPTABLE, "NOT_ACCEPTABLE", "not-acceptable",
        "The answer does not come in an accepted form",
        "The Accept or Accept-Encoding header refuses every form in which the answer comes.";
    /// The state of the object forbids it.
    Conflict: CONFLICT, "CONFLICT", "conflict",
        "The state of the object forbids this",
        "The request is right in itself, but not in the present state of the object; `code` and `detail` say why.";
    /// It was changed since the caller has seen it.
    PreconditionFailed: PRECONDITION_FAILED, "PRECONDITION_FAILED", "precondition-failed",
        "It was changed meanwhile",
        "The object was changed since the version that If-Match names. Read it again, look at what is new, and send the change once more.";
    /// A change without `If-Match`.
    PreconditionRequired: PRECONDITION_REQUIRED, "PRECONDITION_REQUIRED", "precondition-required",
        "Say which version you change",
        "The operation edits, and needs If-Match with the ETag that reading the object answered, so that nobody overwrites what he has not seen.";
    /// The same request is being done already.
    IdempotencyKeyInUse: CONFLICT, "IDEMPOTENCY_KEY_IN_USE", "idempotency-key-in-use",
        "The same request is at work",
        "A request with this Idempotency-Key is being done. Send it again after the time in Retry-After: it is then answered as the first one was.";
    /// The request was done; what it answered is shown once only.
    IdempotentSecretShown: CONFLICT, "IDEMPOTENT_SECRET_SHOWN", "idempotent-secret-shown",
        "This was done, and its secret was shown",
        "The request with this Idempotency-Key was done. Its answer held a secret, which is shown once and stored nowhere; Location leads to what was made. Who lost the secret makes another one.";
    /// More bytes than a body may have.
    PayloadTooLarge: PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", "payload-too-large",
        "The body is too large",
        "The body has more bytes than the server takes. Divide it.";
    /// A content type that the operation does not read.
    UnsupportedMediaType: UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", "unsupported-media-type",
        "The body is of a type that is not read here",
        "The Content-Type is missing or names a type that the operation does not read; `detail` names those that it does.";
    /// A WebSocket, asked for without its handshake.
    UpgradeRequired: UPGRADE_REQUIRED, "UPGRADE_REQUIRED", "upgrade-required",
        "This is a WebSocket",
        "The path is a WebSocket (RFC 6455, version 13), and the request is not its handshake; `detail` says what it lacks. Open it with a client of WebSockets.";
    /// Understood, but not valid.
    ValidationFailed: UNPROCESSABLE_ENTITY, "VALIDATION_FAILED", "validation-failed",
        "The request is not valid",
        "The request was read, but values in it are missing, unknown or out of range; `errors` names each of them.";
    /// The key of an earlier, different request.
    IdempotencyKeyReused: UNPROCESSABLE_ENTITY, "IDEMPOTENCY_KEY_REUSED", "idempotency-key-reused",
        "The key belongs to another request",
        "This Idempotency-Key was sent with another method, path, content type or body. Every request has a key of its own.";
    /// Too many attempts in too short a time.
    TooManyAttempts: TOO_MANY_REQUESTS, "TOO_MANY_ATTEMPTS", "too-many-attempts",
        "Too many attempts",
        "Too many attempts to sign in failed, or the same mail was asked for too soon. Try again after the time in Retry-After.";
    /// Too many requests in too short a time.
    RateLimited: TOO_MANY_REQUESTS, "RATE_LIMITED", "rate-limited",
        "Too many requests",
        "More requests came within a minute than the key, or the address, may do. `RateLimit-Policy` names the limits and `RateLimit` what is left of each. Try again after the time in Retry-After.";
    /// A quota of the organisation is spent.
    QuotaSpent: TOO_MANY_REQUESTS, "QUOTA_SPENT", "quota-spent",
        "A quota of the organisation is spent",
        "The organisation has spent its Keepa tokens of the day (`QUOTA_TOKENS`), or has as many batches at work as it may (`QUOTA_BATCHES_AT_WORK`). Try again after the time in Retry-After.";
    /// The time of a request is over.
    Timeout: SERVICE_UNAVAILABLE, "TIMEOUT", "timeout",
        "The request took too long",
        "The server gave up on the request after the configured time. Try again after the time in Retry-After.";
    /// Something that is needed cannot be reached.
    Unavailable: SERVICE_UNAVAILABLE, "UNAVAILABLE", "unavailable",
        "The service is not available at the moment",
        "Something that the request needs cannot be reached now. Try again after the time in Retry-After.";
    /// A defect on our side.
    Internal: INTERNAL_SERVER_ERROR, "INTERNAL", "internal",
        "An internal error occurred",
        "A defect on the side of the server. Tell its operator the request id: the log has the cause under it.";
}

impl ProblemKind {
    /// The kind for a status that a library answered with by itself.
    #[must_use]
    pub fn from_status(status: StatusCode) -> Self {
        match status {
            StatusCode::UNAUTHORIZED => Self::Unauthenticated,
            StatusCode::FORBIDDEN => Self::Forbidden,
            StatusCode::TOO_MANY_REQUESTS => Self::TooManyAttempts,
            StatusCode::NOT_FOUND => Self::RouteNotFound,
            StatusCode::METHOD_NOT_ALLOWED => Self::MethodNotAllowed,
            StatusCode::NOT_ACCEPTABLE => Self::NotAcceptable,
            StatusCode::CONFLICT => Self::Conflict,
            StatusCode::PRECONDITION_FAILED => Self::PreconditionFailed,
            StatusCode::PRECONDITION_REQUIRED => Self::PreconditionRequired,
            StatusCode::PAYLOAD_TOO_LARGE => Self::PayloadTooLarge,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::UnsupportedMediaType,
            StatusCode::UNPROCESSABLE_ENTITY => Self::ValidationFailed,
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => Self::Unavailable,
            status if status.is_client_error() => Self::MalformedBody,
            _ => Self::Internal,
        }
    }

    /// The kind whose page is `/problems/{slug}`.
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|kind| kind.definition().type_uri.rsplit('/').next() == Some(slug))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_own_code_and_a_page_named_after_it() {
        let mut codes: Vec<_> = ProblemKind::ALL
            .iter()
            .map(|kind| kind.definition().code)
            .collect();
        for kind in ProblemKind::ALL {
            let definition = kind.definition();
            let slug = definition.code.to_ascii_lowercase().replace('_', "-");
            assert_eq!(definition.type_uri, format!("/problems/{slug}"));
            assert_eq!(ProblemKind::from_slug(&slug), Some(*kind));
            assert!(definition.status.is_client_error() || definition.status.is_server_error());
        }
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), ProblemKind::ALL.len());
    }
}
