//! Answers as bytes: compressed when asked for, broken when a fault wants it.

use std::io::Write as _;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use actix_web::http::{StatusCode, header};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use flate2::Compression;
use flate2::write::GzEncoder;

/// What the bytes of an answer are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// JSON, as Keepa names it.
    Json,
    /// An image.
    Png,
    /// JSON under the name of a page.
    Misnamed,
}

/// An answer, gzipped if the request accepts it.
pub(super) fn whole(
    request: &HttpRequest,
    status: StatusCode,
    content: Content,
    body: Vec<u8>,
) -> HttpResponse {
    let (mut response, body) = packed(request, status, content, body);
    response.body(body)
}

/// The same, of which the connection carries only the first half.
pub(super) fn half(
    request: &HttpRequest,
    status: StatusCode,
    content: Content,
    body: Vec<u8>,
) -> HttpResponse {
    let (mut response, mut body) = packed(request, status, content, body);
    let size = u64::try_from(body.len()).unwrap_or(u64::MAX);
    body.truncate(body.len() / 2);
    response.body(Broken {
        size,
        rest: Some(body.into()),
        pause: false,
    })
}

/// A connection that closes without an answer.
pub(super) fn dropped() -> HttpResponse {
    HttpResponse::Ok().body(Broken {
        size: 1,
        rest: None,
        pause: false,
    })
}

fn packed(
    request: &HttpRequest,
    status: StatusCode,
    content: Content,
    body: Vec<u8>,
) -> (HttpResponseBuilder, Vec<u8>) {
    let mut response = HttpResponse::build(status);
    response.content_type(match content {
        Content::Json => "application/json;charset=UTF-8",
        Content::Png => "image/png",
        Content::Misnamed => "text/html",
    });
    let packs = content != Content::Png && accepts_gzip(request);
    match packs.then(|| gzip(&body)) {
        Some(Ok(packed)) => {
            response.insert_header((header::CONTENT_ENCODING, "gzip"));
            (response, packed)
        }
        _ => (response, body),
    }
}

fn accepts_gzip(request: &HttpRequest) -> bool {
    request
        .headers()
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("gzip"))
}

fn gzip(body: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 3), Compression::fast());
    encoder.write_all(body)?;
    encoder.finish()
}

/// A body that ends in an error, upon which actix closes the connection.
struct Broken {
    size: u64,
    rest: Option<Bytes>,
    pause: bool,
}

impl MessageBody for Broken {
    type Error = std::io::Error;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.size)
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        if let Some(rest) = self.rest.take() {
            self.pause = true;
            return Poll::Ready(Some(Ok(rest)));
        }
        if self.pause {
            // What was written so far is sent only when the body is not ready.
            self.pause = false;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(std::io::Error::other("a fault was asked for"))))
    }
}
