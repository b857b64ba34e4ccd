//! Request ids: the caller's own when it is sane, else a new UUID of version 7.

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use bytes::Bytes;
use uuid::Uuid;

/// The header that carries the id, both ways.
pub(crate) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Longest id that is taken from a caller, in bytes (our own limit; a UUID has 36).
const MAX_BYTES: usize = 64;

/// The id of one request. It is kept as a header value, since every response returns it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RequestId(HeaderValue);

impl RequestId {
    /// The id that the caller gave, when it is 1 to 64 of the characters `A-Z a-z 0-9 . _ -`; else a new one.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        match headers.get(X_REQUEST_ID) {
            Some(given) if is_sane(given.as_bytes()) => Self(given.clone()),
            _ => Self::new(),
        }
    }

    fn new() -> Self {
        let mut buffer = Uuid::encode_buffer();
        let text = Uuid::now_v7().hyphenated().encode_lower(&mut buffer);
        let value = HeaderValue::from_maybe_shared(Bytes::copy_from_slice(text.as_bytes()));
        Self(value.unwrap_or(HeaderValue::from_static("unknown")))
    }

    pub(crate) fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }

    pub(crate) const fn header(&self) -> &HeaderValue {
        &self.0
    }
}

fn is_sane(id: &[u8]) -> bool {
    (1..=MAX_BYTES).contains(&id.len())
        && id
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id_for(given: &str) -> String {
        let mut headers = HeaderMap::new();
        headers.insert(X_REQUEST_ID, HeaderValue::from_str(given).unwrap());
        RequestId::of(&headers).as_str().to_owned()
    }

    #[test]
    fn a_sane_request_id_is_kept_and_any_other_is_replaced_by_a_uuid_of_version_7() {
        let longest = "a".repeat(64);
        for sane in ["7", "client-1.retry_2", longest.as_str()] {
            assert_eq!(id_for(sane), sane);
        }
        let too_long = "a".repeat(65);
        for odd in ["", "two words", "<script>", "id\"", too_long.as_str()] {
            let made: Uuid = id_for(odd).parse().unwrap();
            assert_eq!(made.get_version_num(), 7);
        }
    }
}
