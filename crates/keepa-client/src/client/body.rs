//! Reads the body of an answer: received and inflated on one thread while another one decodes the products that are complete.
//!
//! So the whole of an answer, which may be 36 MB, is never in memory, and decoding takes no time of its own beside inflating.

use std::io::Write as _;

use flate2::write::MultiGzDecoder;
use reqwest::Response;
use reqwest::header::CONTENT_ENCODING;
use tokio::sync::mpsc;

use super::transport::{Unanswered, unanswered};
use crate::csv_type::CsvSelection;
use crate::decode::{DecodedProduct, product};
use crate::error::KeepaError;
use crate::json::Splitter;

/// Bytes that are handed over at once: enough to be worth it, and few enough to begin early.
const HANDED_OVER: usize = 128 << 10;

/// How often that may lie about until it is decoded.
const WAITING: usize = 8;

/// A body, inflated.
#[derive(Default)]
pub(super) struct Body {
    /// All of it, or what stands around its products.
    pub(super) envelope: Vec<u8>,
    /// Its products, when these were asked for.
    pub(super) products: Vec<DecodedProduct>,
    /// Bytes of all of it.
    pub(super) bytes: usize,
}

/// Reads a body; its products, too, where their histories are selected.
pub(super) async fn read(
    response: Response,
    histories: Option<CsvSelection>,
) -> Result<Body, Unanswered> {
    let Some(histories) = histories else {
        let mut body = Body::default();
        let mut inflated = Inflated::new(response);
        while let Some(bytes) = inflated.next().await? {
            body.envelope.extend_from_slice(&bytes);
        }
        body.bytes = body.envelope.len();
        return Ok(body);
    };
    let (sender, receiver) = mpsc::channel(WAITING);
    let decoding = tokio::task::spawn_blocking(move || decode(receiver, histories));
    let mut inflated = Inflated::new(response);
    while let Some(bytes) = inflated.next().await? {
        if sender.send(bytes).await.is_err() {
            break;
        }
    }
    drop(sender);
    decoding.await.map_err(|error| Unanswered {
        error: KeepaError::Client(error.to_string()),
        was_sent: true,
    })
}

/// Decodes products as they become complete.
fn decode(mut receiver: mpsc::Receiver<Vec<u8>>, histories: CsvSelection) -> Body {
    let mut body = Body::default();
    let mut splitter = Splitter::default();
    while let Some(bytes) = receiver.blocking_recv() {
        body.bytes += bytes.len();
        splitter.push(&bytes, |json| body.products.push(product(json, histories)));
    }
    body.envelope = splitter.finish();
    body
}

/// A body that is inflated while it comes in.
struct Inflated {
    response: Response,
    /// `None` when the answer is not compressed.
    inflater: Option<MultiGzDecoder<Vec<u8>>>,
    plain: Vec<u8>,
    is_done: bool,
}

impl Inflated {
    fn new(response: Response) -> Self {
        let encoding = response.headers().get(CONTENT_ENCODING);
        let is_gzip = encoding.is_some_and(|encoding| encoding.as_bytes() == b"gzip");
        Self {
            response,
            inflater: is_gzip.then(|| MultiGzDecoder::new(Vec::new())),
            plain: Vec::new(),
            is_done: false,
        }
    }

    /// The next bytes, not too few of them; `None` at the end.
    async fn next(&mut self) -> Result<Option<Vec<u8>>, Unanswered> {
        while !self.is_done && self.ready() < HANDED_OVER {
            match self.response.chunk().await.map_err(unanswered)? {
                Some(bytes) => self.push(&bytes)?,
                None => self.finish()?,
            }
        }
        let bytes = match &mut self.inflater {
            Some(inflater) => std::mem::take(inflater.get_mut()),
            None => std::mem::take(&mut self.plain),
        };
        Ok((!bytes.is_empty()).then_some(bytes))
    }

    fn ready(&self) -> usize {
        self.inflater
            .as_ref()
            .map_or(self.plain.len(), |inflater| inflater.get_ref().len())
    }

    fn push(&mut self, bytes: &[u8]) -> Result<(), Unanswered> {
        match &mut self.inflater {
            Some(inflater) => inflater.write_all(bytes).map_err(not_gzip),
            None => {
                self.plain.extend_from_slice(bytes);
                Ok(())
            }
        }
    }

    fn finish(&mut self) -> Result<(), Unanswered> {
        self.is_done = true;
        match &mut self.inflater {
            Some(inflater) => inflater.try_finish().map_err(not_gzip),
            None => Ok(()),
        }
    }
}

fn not_gzip(error: std::io::Error) -> Unanswered {
    Unanswered {
        error: KeepaError::Unreadable(format!("it cannot be inflated: {error}")),
        was_sent: true,
    }
}
