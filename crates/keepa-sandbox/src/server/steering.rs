//! The sandbox's own routes, by which a test steers it and reads what happened.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::asked::elsewhere;
use super::shared::Shared;
use super::watch;
use crate::clock::{Clock, keepa_minute, system_millis};
use crate::envelope::KeepaError;
use crate::faults::Fault;

/// Body of `POST /sandbox/tokens`.
#[derive(Debug, Deserialize)]
pub(super) struct Tokens {
    /// The new balance.
    left: i32,
    /// Milliseconds until the next refill; absent leaves it.
    #[serde(default)]
    refill_in: Option<u32>,
}

/// Body of `POST /sandbox/clock`; what is absent stays.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClockSetting {
    /// Unix milliseconds it shows from now on.
    #[serde(default)]
    unix_ms: Option<i64>,
    /// Milliseconds by which it is set forward, after `unix_ms`.
    #[serde(default)]
    advance_ms: Option<i64>,
    /// How many times as fast as the system's it runs; 0 stands still.
    #[serde(default)]
    speed: Option<u32>,
}

/// What the clock shows.
#[derive(Debug, Serialize)]
struct ClockTold {
    unix_ms: i64,
    keepa_minute: i32,
    speed: u32,
}

impl ClockTold {
    fn of(clock: Clock) -> Self {
        let unix_ms = clock.now();
        Self {
            unix_ms,
            keepa_minute: keepa_minute(unix_ms),
            speed: clock.speed(),
        }
    }
}

/// The routes.
pub(super) fn configure(config: &mut web::ServiceConfig) {
    config
        .service(
            web::resource("/sandbox/faults")
                .route(web::post().to(add_fault))
                .route(web::delete().to(clear_faults)),
        )
        .service(
            web::resource("/sandbox/clock")
                .route(web::get().to(clock))
                .route(web::post().to(set_clock)),
        )
        .service(web::resource("/sandbox/stats").route(web::get().to(stats)))
        .service(web::resource("/sandbox/tokens").route(web::post().to(set_tokens)))
        .service(web::resource("/sandbox/truth/{asin}").route(web::get().to(truth)));
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
    let mut state = shared.state();
    let now = state.clock.now();
    state.bucket.set(tokens.left, tokens.refill_in, now);
    HttpResponse::NoContent().finish()
}

async fn clock(shared: web::Data<Shared>) -> HttpResponse {
    let clock = shared.state().clock;
    HttpResponse::Ok().json(ClockTold::of(clock))
}

/// Sets the clock; what trackings notify of until then is pushed before the answer.
async fn set_clock(setting: web::Json<ClockSetting>, shared: web::Data<Shared>) -> HttpResponse {
    let clock = {
        let mut state = shared.state();
        let system = system_millis();
        let shown = setting.unix_ms.unwrap_or_else(|| state.clock.at(system));
        let shown = shown.saturating_add(setting.advance_ms.unwrap_or(0));
        let speed = setting.speed.unwrap_or(state.clock.speed());
        state.clock = Clock::new(system, shown, speed);
        state.clock
    };
    watch::look(&shared).await;
    HttpResponse::Ok().json(ClockTold::of(clock))
}

async fn truth(
    request: HttpRequest,
    asin: web::Path<String>,
    shared: web::Data<Shared>,
) -> HttpResponse {
    let millis = shared.state().clock.now();
    let worker = web::Data::clone(&shared);
    let asin = asin.into_inner();
    let told = web::block(move || {
        let catalogue = worker.catalogue()?;
        let unknown = || KeepaError::not_found("The catalogue has no such book.");
        catalogue.truth_at(&asin, millis).ok_or_else(unknown)
    });
    match told.await {
        Ok(Ok(truth)) => HttpResponse::Ok().json(truth),
        Ok(Err(error)) => elsewhere(&request, &shared, error),
        Err(error) => elsewhere(&request, &shared, KeepaError::internal(error.to_string())),
    }
}
