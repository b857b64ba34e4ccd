//! One HTTP request: the only place that knows the key.

use std::fmt;
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{ACCEPT_ENCODING, CONTENT_TYPE, HeaderMap};

use super::call::Call;
use super::{Origin, body};
use crate::decode::DecodedProduct;
use crate::error::KeepaError;

/// Where Keepa's API is.
pub(super) const BASE_URL: &str = "https://api.keepa.com";

/// The header by which a sandbox says what it serves.
const SANDBOX_HEADER: &str = "x-keepa-sandbox";

/// The connections to Keepa.
pub(super) struct Transport {
    http: reqwest::Client,
    base_url: String,
    api_key: String,
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport")
            .field("base_url", &self.base_url)
            .field("api_key", &"redacted")
            .finish_non_exhaustive()
    }
}

/// An answer as it came, inflated.
pub(crate) struct RawAnswer {
    pub(crate) status: StatusCode,
    /// `true` unless it says that it is an image.
    pub(crate) is_json: bool,
    pub(crate) origin: Origin,
    /// All of it, or what stands around its products when these were asked for.
    pub(crate) body: Vec<u8>,
    /// Its products, when these were asked for.
    pub(crate) products: Vec<DecodedProduct>,
    /// Bytes of all of it.
    pub(crate) bytes: usize,
}

/// Why no answer came.
pub(super) struct Unanswered {
    pub(super) error: KeepaError,
    /// `true` when Keepa may have got the request, and charged it.
    pub(super) was_sent: bool,
}

impl Transport {
    pub(super) fn new(
        api_key: String,
        base_url: String,
        connect_timeout: Duration,
        read_timeout: Duration,
    ) -> Result<Self, KeepaError> {
        if api_key.trim().is_empty() {
            return Err(KeepaError::Client("the key is empty".to_owned()));
        }
        // Refused when the process has a provider already, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            // The body is inflated here, while it comes in.
            .no_gzip()
            .user_agent(concat!("keepa-client/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(connect_timeout)
            .read_timeout(read_timeout)
            .build()
            .map_err(|error| KeepaError::Client(describe(error)))?;
        Ok(Self {
            http,
            base_url,
            api_key,
        })
    }

    /// Sends one request and reads its answer.
    pub(super) async fn send(&self, call: &Call) -> Result<RawAnswer, Unanswered> {
        let url = format!("{}/{}", self.base_url, call.endpoint);
        let request = match &call.body {
            None => self.http.get(url),
            Some(body) => self
                .http
                .post(url)
                .header(CONTENT_TYPE, "application/json")
                .body(body.clone()),
        };
        let response = request
            .query(&[("key", &self.api_key)])
            .query(call.query.pairs())
            .header(ACCEPT_ENCODING, "gzip")
            .send()
            .await
            .map_err(unanswered)?;
        let status = response.status();
        let (is_json, origin) = (is_json(response.headers()), origin(response.headers()));
        let histories = call.products.filter(|_| status.is_success() && is_json);
        let body = body::read(response, histories).await?;
        Ok(RawAnswer {
            status,
            is_json,
            origin,
            body: body.envelope,
            products: body.products,
            bytes: body.bytes,
        })
    }
}

fn origin(headers: &HeaderMap) -> Origin {
    let sandbox = headers.get(SANDBOX_HEADER);
    match sandbox.and_then(|value| value.to_str().ok()) {
        Some("generated") => Origin::SandboxGenerated,
        Some(_) => Origin::SandboxRecorded,
        None => Origin::Keepa,
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE);
    !content_type
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("image/"))
}

pub(super) fn unanswered(error: reqwest::Error) -> Unanswered {
    let was_sent = !error.is_connect() && !error.is_builder();
    let error = if error.is_timeout() {
        KeepaError::Timeout
    } else {
        KeepaError::Connection(describe(error))
    };
    Unanswered { error, was_sent }
}

/// The text of an error with its causes, without the URL, which holds the key.
fn describe(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
