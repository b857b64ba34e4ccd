//! What Keepa's endpoints have in common: the fault whose turn it is, the key, the tokens, the envelope.

use std::collections::HashMap;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::answer::{self, Content};
use super::products::Served;
use super::shared::Shared;
use crate::catalogue::market;
use crate::clock::{keepa_minute, system_millis};
use crate::envelope::{Envelope, KeepaError};
use crate::faults::FaultKind;
use crate::parameters::Parameters;

/// The header by which one request asks for a fault.
const FAULT_HEADER: &str = "X-Keepa-Sandbox-Fault";

/// What an endpoint is asked.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) parameters: Parameters,
    /// The body of a POST.
    pub(super) body: Option<String>,
    /// Unix milliseconds of the sandbox's clock.
    pub(super) millis: i64,
    /// The same as a Keepa minute.
    pub(super) now: i32,
    /// The last moment at which the market became visible.
    pub(super) seen: i32,
}

/// What an endpoint answers.
#[derive(Debug)]
pub(super) struct Found {
    /// Tokens.
    pub(super) cost: u32,
    pub(super) payload: Payload,
    /// What went wrong with a part of it.
    pub(super) error: Option<KeepaError>,
}

/// What stands in the envelope, or instead of it.
#[derive(Debug)]
pub(super) enum Payload {
    /// Fields of the envelope's object, `"asinList":[]` for example.
    Fields(Vec<u8>),
    /// `products`.
    Products(Vec<Served>),
    /// An image, which has no envelope.
    Png(Vec<u8>),
}

impl Found {
    /// The fields of an object.
    pub(super) fn fields(cost: u32, object: &serde_json::Value) -> Result<Self, KeepaError> {
        let text = serde_json::to_vec(object).map_err(|e| KeepaError::internal(e.to_string()))?;
        let inner = text
            .get(1..text.len().saturating_sub(1))
            .unwrap_or_default();
        Ok(Self {
            cost,
            payload: Payload::Fields(inner.to_vec()),
            error: None,
        })
    }

    /// The envelope alone.
    pub(super) fn nothing() -> Self {
        Self {
            cost: 0,
            payload: Payload::Fields(Vec::new()),
            error: None,
        }
    }
}

/// An endpoint: it may take as long as it needs.
pub(super) type Endpoint = fn(&Shared, &Asked) -> Result<Found, KeepaError>;

/// Whether a request is refused while the balance is not positive.
pub(super) type Costs = fn(&Parameters) -> bool;

/// What is left of an answer when its status is known.
struct Reply {
    status: u16,
    envelope: Envelope,
    payload: Vec<u8>,
}

impl Reply {
    fn error(envelope: Envelope, error: KeepaError) -> Self {
        Self {
            status: error.status,
            envelope: envelope.with_error(error),
            payload: Vec::new(),
        }
    }

    fn send(self, request: &HttpRequest, began: i64, fault: Option<&FaultKind>) -> HttpResponse {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let envelope = self.envelope.took(system_millis() - began);
        match envelope.into_body(&self.payload) {
            Ok(body) => send(request, status, Content::Json, body, fault),
            Err(error) => {
                tracing::error!(%error, "an answer could not be written");
                HttpResponse::InternalServerError().finish()
            }
        }
    }
}

fn send(
    request: &HttpRequest,
    status: StatusCode,
    content: Content,
    body: Vec<u8>,
    fault: Option<&FaultKind>,
) -> HttpResponse {
    match fault {
        Some(FaultKind::HalfBody) => answer::half(request, status, content, body),
        Some(FaultKind::WrongContentType) => {
            answer::whole(request, status, Content::Misnamed, body)
        }
        _ => answer::whole(request, status, content, body),
    }
}

/// Answers a request to an endpoint of Keepa.
pub(super) async fn answered(
    request: HttpRequest,
    body: web::Bytes,
    shared: web::Data<Shared>,
    endpoint: Endpoint,
    costs: Costs,
) -> HttpResponse {
    let began = system_millis();
    let fault = match fault_of(&request, &shared) {
        Ok(fault) => fault,
        Err(error) => return elsewhere(&request, &shared, error),
    };
    if let Some(response) = struck(&request, &shared, fault.as_ref()).await {
        return response;
    }
    let query = web::Query::<HashMap<String, String>>::from_query(request.query_string());
    let parameters = Parameters::new(query.map(web::Query::into_inner).unwrap_or_default());
    let millis = shared.state().clock.now();
    if parameters.text("key").is_none() {
        let error = KeepaError::invalid_parameter("The API key is missing or wrong.");
        return Reply::error(Envelope::without_account(millis), error).send(
            &request,
            began,
            fault.as_ref(),
        );
    }
    let tokens = shared.state().bucket.state(millis);
    if costs(&parameters) && tokens.left <= 0 {
        let envelope = Envelope::new(millis, tokens, 0);
        shared.state().stats.refused_for_tokens += 1;
        return Reply::error(envelope, KeepaError::no_tokens()).send(
            &request,
            began,
            fault.as_ref(),
        );
    }
    let now = keepa_minute(millis);
    let asked = Asked {
        parameters,
        body: String::from_utf8(body.to_vec())
            .ok()
            .filter(|body| !body.is_empty()),
        millis,
        now,
        seen: market::visible(now),
    };
    let worker = web::Data::clone(&shared);
    let found = web::block(move || endpoint(&worker, &asked)).await;
    match found.unwrap_or_else(|error| Err(KeepaError::internal(error.to_string()))) {
        Ok(found) => charged(&request, &shared, found, (began, millis), fault.as_ref()),
        Err(error) => {
            let tokens = shared.state().bucket.state(millis);
            Reply::error(Envelope::new(millis, tokens, 0), error).send(
                &request,
                began,
                fault.as_ref(),
            )
        }
    }
}

/// Counts the request, and finds the fault that strikes it: the header's before the queue's.
fn fault_of(request: &HttpRequest, shared: &Shared) -> Result<Option<FaultKind>, KeepaError> {
    let mut state = shared.state();
    state.stats.requests += 1;
    let Some(header) = request.headers().get(FAULT_HEADER) else {
        return Ok(state.faults.take());
    };
    let named = header.to_str().ok().and_then(FaultKind::from_header);
    let unknown = || {
        let message = format!("{header:?} in {FAULT_HEADER} is no fault of the sandbox.");
        KeepaError::invalid_parameter(message)
    };
    named.map(Some).ok_or_else(unknown)
}

/// The answer of a fault that leaves nothing of the right one; a slow one is waited for.
async fn struck(
    request: &HttpRequest,
    shared: &Shared,
    fault: Option<&FaultKind>,
) -> Option<HttpResponse> {
    let refused = |status: u16| {
        let error = KeepaError {
            status,
            ..KeepaError::fault()
        };
        elsewhere(request, shared, error)
    };
    Some(match fault? {
        FaultKind::Status { status } => refused(*status),
        FaultKind::ErrorIn200 => refused(200),
        FaultKind::Garbage => HttpResponse::Ok()
            .content_type("text/html")
            .body("<html><h1>Bad gateway</h1>"),
        FaultKind::Unavailable => HttpResponse::ServiceUnavailable()
            .content_type("text/html")
            .body("<html><h1>Service unavailable</h1>"),
        FaultKind::Empty => HttpResponse::Ok().content_type("application/json").finish(),
        FaultKind::DropConnection => answer::dropped(),
        FaultKind::Slow { ms } => {
            tokio::time::sleep(Duration::from_millis(*ms)).await;
            return None;
        }
        FaultKind::HalfBody
        | FaultKind::WrongContentType
        | FaultKind::MissingProducts
        | FaultKind::DuplicateProducts => return None,
    })
}

/// Charges what was found, counts what is sent, and sends it.
fn charged(
    request: &HttpRequest,
    shared: &Shared,
    found: Found,
    (began, millis): (i64, i64),
    fault: Option<&FaultKind>,
) -> HttpResponse {
    let mut state = shared.state();
    let tokens = state.bucket.spend(found.cost, millis);
    state.stats.tokens_consumed += u64::from(found.cost);
    let lowest = state.stats.lowest_balance;
    state.stats.lowest_balance = Some(lowest.map_or(tokens.left, |lowest| lowest.min(tokens.left)));
    let payload = match found.payload {
        Payload::Fields(fields) => fields,
        Payload::Png(image) => {
            drop(state);
            return send(request, StatusCode::OK, Content::Png, image, fault);
        }
        Payload::Products(served) => {
            let mut fields = b"\"products\":[".to_vec();
            let opened = fields.len();
            for (nth, product) in served.into_iter().enumerate() {
                if fault == Some(&FaultKind::MissingProducts) && nth % 2 == 0 {
                    continue;
                }
                let times = if fault == Some(&FaultKind::DuplicateProducts) {
                    2
                } else {
                    1
                };
                for _ in 0..times {
                    state.stats.products_served += 1;
                    if fields.len() > opened {
                        fields.push(b',');
                    }
                    fields.extend_from_slice(&product.body);
                }
                *state.stats.products.entry(product.asin).or_default() += times;
            }
            fields.push(b']');
            fields
        }
    };
    drop(state);
    let mut envelope = Envelope::new(millis, tokens, found.cost);
    envelope.error = found.error;
    let reply = Reply {
        status: 200,
        envelope,
        payload,
    };
    reply.send(request, began, fault)
}

/// An error without any charge.
pub(super) fn elsewhere(request: &HttpRequest, shared: &Shared, error: KeepaError) -> HttpResponse {
    let (millis, tokens) = {
        let mut state = shared.state();
        let millis = state.clock.now();
        (millis, state.bucket.state(millis))
    };
    let envelope = Envelope::new(millis, tokens, 0);
    Reply::error(envelope, error).send(request, system_millis(), None)
}
