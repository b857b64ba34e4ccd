//! The routes: Keepa's two, and the sandbox's own by which tests steer it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::answer;
use super::products::{Served, Source};
use crate::bucket::Bucket;
use crate::catalogue::Catalogue;
use crate::clock::unix_millis;
use crate::config::{SandboxConfig, SandboxError};
use crate::envelope::{Envelope, KeepaError};
use crate::faults::{Fault, FaultKind, Faults};
use crate::query::ProductQuery;
use crate::recorded::Recorded;

/// What all workers share.
#[derive(Debug)]
pub(super) struct Shared {
    source: Source,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    bucket: Bucket,
    faults: Faults,
    stats: Stats,
}

/// What `GET /sandbox/stats` tells.
#[derive(Debug, Default, Clone, Serialize)]
struct Stats {
    /// Requests to Keepa's routes, refused ones too.
    requests: u64,
    /// Products sent, those not found too.
    products_served: u64,
    /// Tokens charged.
    tokens_consumed: u64,
    /// Requests refused because no token was left.
    refused_for_tokens: u64,
    /// The lowest balance after a charge; `null` before the first.
    lowest_balance: Option<i32>,
    /// How often each ASIN was sent.
    products: BTreeMap<String, u64>,
}

/// Body of `POST /sandbox/tokens`.
#[derive(Debug, Deserialize)]
struct Tokens {
    /// The new balance.
    left: i32,
    /// Milliseconds until the next refill; absent leaves it.
    #[serde(default)]
    refill_in: Option<u32>,
}

impl Shared {
    /// State of a sandbox that was not asked anything yet.
    pub(super) fn new(config: &SandboxConfig) -> Result<Self, SandboxError> {
        let source = match &config.corpus {
            Some(folder) => Source::Recorded(Recorded::load(folder)?),
            None => Source::Generated(Catalogue::new(config.seed)),
        };
        let bucket = Bucket::new(config.refill_rate, config.initial_tokens, unix_millis());
        let state = State {
            bucket,
            faults: Faults::default(),
            stats: Stats::default(),
        };
        Ok(Self {
            source,
            state: Mutex::new(state),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change of the state is a single step, so a panic leaves nothing half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All routes.
pub(super) fn configure(config: &mut web::ServiceConfig) {
    config
        .service(
            web::resource("/product")
                .route(web::get().to(product))
                .default_service(web::to(not_allowed)),
        )
        .service(
            web::resource("/token")
                .route(web::get().to(token))
                .default_service(web::to(not_allowed)),
        )
        .service(
            web::resource("/sandbox/faults")
                .route(web::post().to(add_fault))
                .route(web::delete().to(clear_faults)),
        )
        .service(web::resource("/sandbox/stats").route(web::get().to(stats)))
        .service(web::resource("/sandbox/tokens").route(web::post().to(set_tokens)))
        .default_service(web::to(not_found));
}

/// What is left of an answer when its status is known.
struct Reply {
    status: StatusCode,
    envelope: Envelope,
    products: Option<Vec<Vec<u8>>>,
}

impl Reply {
    fn error(status: StatusCode, envelope: Envelope, error: KeepaError) -> Self {
        Self {
            status,
            envelope: envelope.with_error(error),
            products: None,
        }
    }

    fn send(self, request: &HttpRequest, half: bool) -> HttpResponse {
        match self.envelope.into_body(self.products.as_deref()) {
            Ok(body) if half => answer::half_json(request, body),
            Ok(body) => answer::json(request, self.status, body),
            Err(error) => {
                tracing::error!(%error, "an answer could not be written");
                HttpResponse::InternalServerError().finish()
            }
        }
    }
}

type Query = web::Query<HashMap<String, String>>;

async fn product(request: HttpRequest, query: Query, shared: web::Data<Shared>) -> HttpResponse {
    answered(&request, &query, &shared, |shared, query, began, fault| {
        let query = match ProductQuery::parse(query) {
            Ok(query) => query,
            Err(error) => return refused(shared, began, error),
        };
        let tokens = shared.state().bucket.state(began);
        if tokens.left <= 0 {
            shared.state().stats.refused_for_tokens += 1;
            let error = KeepaError {
                kind: "NOT_ENOUGH_TOKEN",
                message: "No tokens left; wait until the balance is positive.".into(),
                details: String::new(),
            };
            return Reply::error(
                StatusCode::TOO_MANY_REQUESTS,
                Envelope::new(began, tokens, 0),
                error,
            );
        }
        match shared.source.serve(&query) {
            Ok(served) => charged(
                shared,
                began,
                served,
                fault == Some(&FaultKind::MissingProducts),
            ),
            Err(error) => {
                tracing::error!(%error, "a product could not be written");
                let error = KeepaError {
                    kind: "internal",
                    message: error.to_string(),
                    details: String::new(),
                };
                Reply::error(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    Envelope::new(began, tokens, 0),
                    error,
                )
            }
        }
    })
    .await
}

async fn token(request: HttpRequest, query: Query, shared: web::Data<Shared>) -> HttpResponse {
    answered(&request, &query, &shared, |shared, _, began, _| {
        let tokens = shared.state().bucket.state(began);
        Reply {
            status: StatusCode::OK,
            envelope: Envelope::new(began, tokens, 0),
            products: None,
        }
    })
    .await
}

/// What Keepa's routes have in common: the count, the fault whose turn it is, and the key.
async fn answered(
    request: &HttpRequest,
    query: &HashMap<String, String>,
    shared: &Shared,
    reply: impl FnOnce(&Shared, &HashMap<String, String>, i64, Option<&FaultKind>) -> Reply,
) -> HttpResponse {
    let began = unix_millis();
    let (fault, tokens) = {
        let mut state = shared.state();
        state.stats.requests += 1;
        (state.faults.take(), state.bucket.state(began))
    };
    match &fault {
        Some(FaultKind::Status { status }) => {
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let error = KeepaError {
                kind: "fault",
                message: "A fault was asked for.".into(),
                details: String::new(),
            };
            return Reply::error(status, Envelope::new(began, tokens, 0), error)
                .send(request, false);
        }
        Some(FaultKind::Garbage) => {
            return HttpResponse::Ok()
                .content_type("text/html")
                .body("<html><h1>Bad gateway</h1>");
        }
        Some(FaultKind::Empty) => {
            return HttpResponse::Ok().content_type("application/json").finish();
        }
        Some(FaultKind::ErrorIn200) => {
            let error = KeepaError {
                kind: "fault",
                message: "A fault was asked for.".into(),
                details: String::new(),
            };
            return Reply::error(StatusCode::OK, Envelope::new(began, tokens, 0), error)
                .send(request, false);
        }
        Some(FaultKind::DropConnection) => return answer::dropped(),
        Some(FaultKind::Slow { ms }) => tokio::time::sleep(Duration::from_millis(*ms)).await,
        Some(FaultKind::HalfBody | FaultKind::MissingProducts) | None => {}
    }
    if query.get("key").is_none_or(|key| key.trim().is_empty()) {
        let error = KeepaError::invalid_parameter("The API key is missing or wrong.");
        return Reply::error(
            StatusCode::BAD_REQUEST,
            Envelope::without_account(began),
            error,
        )
        .send(request, false);
    }
    reply(shared, query, began, fault.as_ref()).send(request, fault == Some(FaultKind::HalfBody))
}

fn refused(shared: &Shared, began: i64, error: KeepaError) -> Reply {
    let tokens = shared.state().bucket.state(began);
    Reply::error(
        StatusCode::BAD_REQUEST,
        Envelope::new(began, tokens, 0),
        error,
    )
}

/// Charges what was found and counts what is sent.
fn charged(shared: &Shared, began: i64, served: Vec<Served>, some_missing: bool) -> Reply {
    let cost = served.iter().map(|product| product.cost).sum();
    let sent: Vec<Served> = served
        .into_iter()
        .enumerate()
        .filter(|(nth, _)| !some_missing || nth % 2 == 1)
        .map(|(_, product)| product)
        .collect();
    let mut state = shared.state();
    let tokens = state.bucket.spend(cost, unix_millis());
    state.stats.tokens_consumed += u64::from(cost);
    let lowest = state.stats.lowest_balance;
    state.stats.lowest_balance = Some(lowest.map_or(tokens.left, |lowest| lowest.min(tokens.left)));
    let mut products = Vec::with_capacity(sent.len());
    for product in sent {
        state.stats.products_served += 1;
        *state.stats.products.entry(product.asin).or_default() += 1;
        products.push(product.body);
    }
    drop(state);
    Reply {
        status: StatusCode::OK,
        envelope: Envelope::new(began, tokens, cost),
        products: Some(products),
    }
}

async fn not_allowed(request: HttpRequest, shared: web::Data<Shared>) -> HttpResponse {
    elsewhere(
        &request,
        &shared,
        StatusCode::METHOD_NOT_ALLOWED,
        "Only GET is allowed here.",
    )
}

async fn not_found(request: HttpRequest, shared: web::Data<Shared>) -> HttpResponse {
    elsewhere(
        &request,
        &shared,
        StatusCode::NOT_FOUND,
        "The sandbox knows /product and /token.",
    )
}

fn elsewhere(
    request: &HttpRequest,
    shared: &Shared,
    status: StatusCode,
    message: &str,
) -> HttpResponse {
    let began = unix_millis();
    let tokens = shared.state().bucket.state(began);
    Reply::error(
        status,
        Envelope::new(began, tokens, 0),
        KeepaError::invalid_parameter(message),
    )
    .send(request, false)
}

async fn add_fault(fault: web::Json<Fault>, shared: web::Data<Shared>) -> HttpResponse {
    shared.state().faults.add(fault.into_inner());
    HttpResponse::NoContent().finish()
}

async fn clear_faults(shared: web::Data<Shared>) -> HttpResponse {
    shared.state().faults.clear();
    HttpResponse::NoContent().finish()
}

async fn stats(shared: web::Data<Shared>) -> HttpResponse {
    let stats = shared.state().stats.clone();
    HttpResponse::Ok().json(stats)
}

async fn set_tokens(tokens: web::Json<Tokens>, shared: web::Data<Shared>) -> HttpResponse {
    shared
        .state()
        .bucket
        .set(tokens.left, tokens.refill_in, unix_millis());
    HttpResponse::NoContent().finish()
}
