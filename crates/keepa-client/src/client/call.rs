//! One call: tokens reserved, sent, settled from its answer, and sent again when that may help.

use std::future::Future;
use std::time::Duration;

use serde::de::DeserializeOwned;
use tokio::time::Instant;
use tracing::{Instrument as _, field};

use super::transport::Unanswered;
use super::{KeepaClient, Origin, RawAnswer};
use crate::budget::{Cost, Settlement, TokenReport};
use crate::csv_type::CsvSelection;
use crate::decode::{self, DecodedProduct};
use crate::envelope::Envelope;
use crate::error::{ApiError, KeepaError};
use crate::query::Query;

/// Keepa's own client waits so much longer than Keepa says (grade A: its Java source).
const REFILL_MARGIN: Duration = Duration::from_millis(100);

/// What is called back after every HTTP request.
pub(super) type Observer = Box<dyn Fn(&RequestReport<'_>) + Send + Sync>;

/// One HTTP request and what became of it, for metrics. It holds nothing secret.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct RequestReport<'a> {
    /// Path of the endpoint, `product` for example.
    pub endpoint: &'static str,
    /// 1 for the first attempt.
    pub attempt: u32,
    /// What it could cost.
    pub cost: Cost,
    /// Tokens that Keepa charged; `None` when no answer told.
    pub tokens_consumed: Option<i64>,
    /// How long it waited for tokens.
    pub waited: Duration,
    /// From sending to the decoded answer.
    pub took: Duration,
    /// Bytes of the answer, decompressed.
    pub bytes: usize,
    /// Why it failed.
    pub error: Option<&'a KeepaError>,
}

/// What Keepa answered, and what it charged.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Answer<T> {
    /// The answer.
    pub value: T,
    /// An error that Keepa told beside the answer: of a batch it names the part that failed.
    pub error: Option<ApiError>,
    /// Tokens that Keepa charged.
    pub tokens_consumed: i64,
    /// Who answered.
    pub origin: Origin,
}

impl<T> Answer<T> {
    /// The same answer with another value.
    pub(crate) fn map<U>(self, convert: impl FnOnce(T) -> U) -> Answer<U> {
        Answer {
            value: convert(self.value),
            error: self.error,
            tokens_consumed: self.tokens_consumed,
            origin: self.origin,
        }
    }
}

/// A request as it will be sent, without the key.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) endpoint: &'static str,
    pub(crate) query: Query,
    /// JSON; the request is a POST then.
    pub(crate) body: Option<String>,
    pub(crate) cost: Cost,
    /// Which histories of its products are read; `None` for an endpoint without products.
    pub(crate) products: Option<CsvSelection>,
}

impl Call {
    pub(crate) const fn get(endpoint: &'static str, query: Query, cost: Cost) -> Self {
        Self {
            endpoint,
            query,
            body: None,
            cost,
            products: None,
        }
    }

    pub(crate) fn post(
        endpoint: &'static str,
        query: Query,
        body: &serde_json::Value,
        cost: Cost,
    ) -> Self {
        Self {
            endpoint,
            query,
            body: Some(body.to_string()),
            cost,
            products: None,
        }
    }

    /// The same for an endpoint that answers with products, and which of their histories are read.
    pub(crate) fn with_products(self, histories: CsvSelection) -> Self {
        Self {
            products: Some(histories),
            ..self
        }
    }
}

/// The part of an answer that an endpoint adds to the envelope.
pub(crate) trait Payload: DeserializeOwned {
    /// What a caller gets of it.
    type Value: Send + 'static;

    /// `None` when it is absent, as it is where Keepa tells an error instead.
    fn value(self) -> Option<Self::Value>;
}

/// How the payload is taken out of an answer with status 200. `None` when there is none.
pub(crate) type Read<T> = fn(&mut RawAnswer, &Envelope) -> Result<Option<T>, KeepaError>;

/// Takes the products of an answer; none of them when Keepa's error stands in their place.
pub(crate) fn products(
    answer: &mut RawAnswer,
    envelope: &Envelope,
) -> Result<Option<Vec<DecodedProduct>>, KeepaError> {
    let is_refusal = envelope.products.is_none() && envelope.error.is_some();
    Ok((!is_refusal).then(|| std::mem::take(&mut answer.products)))
}

/// An answer and the settlement that it tells.
struct Settled<T> {
    result: Result<Answer<T>, KeepaError>,
    settlement: Settlement,
    tokens_consumed: Option<i64>,
}

impl KeepaClient {
    /// When a call that begins now has to be done.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.0.deadline.map(|deadline| Instant::now() + deadline)
    }

    /// Calls an endpoint that answers with JSON, and takes its payload.
    pub(crate) async fn ask<P: Payload>(&self, call: Call) -> Result<Answer<P::Value>, KeepaError> {
        let read: Read<P::Value> = |answer, _| decode::whole::<P>(&answer.body).map(Payload::value);
        self.within(self.deadline(), self.run(&call, read)).await
    }

    /// Lets a call run no longer than to its deadline.
    pub(crate) async fn within<T>(
        &self,
        deadline: Option<Instant>,
        call: impl Future<Output = Result<T, KeepaError>>,
    ) -> Result<T, KeepaError> {
        match deadline {
            None => call.await,
            Some(deadline) => tokio::time::timeout_at(deadline, call)
                .await
                .unwrap_or(Err(KeepaError::DeadlineExceeded)),
        }
    }

    /// Sends a call until it is answered or not worth another attempt.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        call: &Call,
        read: Read<T>,
    ) -> Result<Answer<T>, KeepaError> {
        let span = tracing::info_span!(
            "keepa_request",
            endpoint = call.endpoint,
            cost_likely = call.cost.likely,
            cost_worst = call.cost.worst,
            attempts = field::Empty,
            tokens_consumed = field::Empty,
        );
        self.attempts(call, read).instrument(span).await
    }

    async fn attempts<T: Send + 'static>(
        &self,
        call: &Call,
        read: Read<T>,
    ) -> Result<Answer<T>, KeepaError> {
        let span = tracing::Span::current();
        let mut attempt = 1;
        loop {
            let error = match self.attempt(call, attempt, read).await {
                Ok(answer) => {
                    span.record("attempts", attempt);
                    span.record("tokens_consumed", answer.tokens_consumed);
                    return Ok(answer);
                }
                Err(error) => error,
            };
            let jitter = rand::random();
            let Some(delay) = self.0.retry.next(&error, attempt, jitter, self.0.policy) else {
                span.record("attempts", attempt);
                return Err(error);
            };
            let delay_ms = delay.as_millis();
            tracing::warn!(%error, attempt, delay_ms, "trying a Keepa request again");
            tokio::time::sleep(delay).await;
            attempt += 1;
        }
    }

    async fn attempt<T: Send + 'static>(
        &self,
        call: &Call,
        attempt: u32,
        read: Read<T>,
    ) -> Result<Answer<T>, KeepaError> {
        let asked = Instant::now();
        let mut reservation = match call.cost.worst {
            0 => None,
            tokens => Some(self.0.tokens.reserve(tokens, self.0.policy).await?),
        };
        let waited = asked.elapsed();
        if let Some(reservation) = &mut reservation {
            reservation.sent();
        }
        let began = Instant::now();
        let mut bytes = 0;
        let settled = match self.0.transport.send(call).await {
            Ok(answer) => {
                bytes = answer.bytes;
                if answer.status.is_success() {
                    self.answered(answer.origin);
                }
                // A list of best sellers takes longer than a runtime's other tasks should wait.
                tokio::task::spawn_blocking(move || settled(answer, read))
                    .await
                    .map_err(|error| KeepaError::Client(error.to_string()))?
            }
            Err(Unanswered { error, was_sent }) => Settled {
                result: Err(error),
                settlement: if was_sent {
                    Settlement::Lost
                } else {
                    Settlement::Unsent
                },
                tokens_consumed: None,
            },
        };
        match reservation {
            Some(reservation) => reservation.settle(settled.settlement).await,
            None => self.0.tokens.settle(None, settled.settlement).await,
        }
        if let Some(observer) = &self.0.observer {
            observer(&RequestReport {
                endpoint: call.endpoint,
                attempt,
                cost: call.cost,
                tokens_consumed: settled.tokens_consumed,
                waited,
                took: began.elapsed(),
                bytes,
                error: settled.result.as_ref().err(),
            });
        }
        settled.result
    }
}

/// Reads an answer, and what it says of the tokens.
fn settled<T>(mut answer: RawAnswer, read: Read<T>) -> Settled<T> {
    let is_success = answer.status.is_success();
    if is_success && !answer.is_json {
        let image = Envelope::default();
        return Settled {
            result: taken(&mut answer, &image, read),
            settlement: Settlement::Lost,
            tokens_consumed: None,
        };
    }
    match serde_json::from_slice::<Envelope>(&answer.body) {
        Ok(envelope) => {
            let report = TokenReport::of(&envelope);
            Settled {
                result: if is_success {
                    taken(&mut answer, &envelope, read)
                } else {
                    Err(refusal(answer.status.as_u16(), report, envelope.error))
                },
                settlement: report.map_or(Settlement::Untold, Settlement::Told),
                tokens_consumed: report.map(|_| i64::from(envelope.tokens_consumed)),
            }
        }
        Err(error) if is_success => Settled {
            result: Err(KeepaError::Unreadable(error.to_string())),
            settlement: Settlement::Lost,
            tokens_consumed: None,
        },
        Err(_) => Settled {
            result: Err(refusal(answer.status.as_u16(), None, None)),
            settlement: Settlement::Untold,
            tokens_consumed: None,
        },
    }
}

/// The payload of an answer; Keepa's error when it stands in its place.
fn taken<T>(
    answer: &mut RawAnswer,
    envelope: &Envelope,
    read: Read<T>,
) -> Result<Answer<T>, KeepaError> {
    match (read(answer, envelope)?, &envelope.error) {
        (Some(value), error) => Ok(Answer {
            value,
            error: error.clone(),
            tokens_consumed: i64::from(envelope.tokens_consumed),
            origin: answer.origin,
        }),
        (None, Some(error)) => Err(KeepaError::Answer(error.clone())),
        (None, None) => Err(KeepaError::Unreadable("it holds no payload".to_owned())),
    }
}

/// The error behind a status. Only an empty bucket is worth waiting for however long it takes; a 429 that tells of no shortage is a failure
/// like others.
fn refusal(status: u16, report: Option<TokenReport>, error: Option<ApiError>) -> KeepaError {
    let error = error.unwrap_or_default();
    let shortage = report.filter(|report| report.tokens_left <= 0);
    match (status, shortage) {
        (400, _) => KeepaError::Rejected(error),
        (402, _) => KeepaError::PaymentRequired(error),
        (429, Some(report)) => KeepaError::OutOfTokens {
            wait: report.refill_in + REFILL_MARGIN,
        },
        (status @ (429 | 500..), _) => KeepaError::Server { status, error },
        (status, _) => KeepaError::NotAllowed { status, error },
    }
}
