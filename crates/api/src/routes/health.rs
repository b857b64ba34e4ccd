//! Health, in three depths.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderValue};
use actix_web::{HttpResponse, get, web};
use arbitragevault_domain::market::DataSource;
use arbitragevault_services::health::{DatabaseHealth, KeepaHealth};
use arbitragevault_services::persistence::jobs::QueueStatus;
use arbitragevault_services::process;
use arbitragevault_services::redis::RedisHealth;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::{Problem, problems};
use crate::state::ApiState;
use crate::wire::json_response;

problems!(HealthProblems:);

/// How something is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum HealthStatus {
    /// As it should.
    Ok,
    /// It works, but something is missing.
    Degraded,
    /// It does not answer.
    Down,
}

/// The process answers.
#[derive(Debug, Serialize, ToSchema)]
struct Health {
    /// Always `OK`: who cannot answer does not answer.
    status: HealthStatus,
}

/// Tell that the process lives
///
/// Touches nothing: no database, no Keepa. For the probes of a platform.
#[utoipa::path(tag = "health", responses((status = 200, description = "It lives", body = Health), HealthProblems))]
#[get("/health")]
pub(crate) async fn check_health() -> HttpResponse {
    let mut response = HttpResponse::Ok().body(r#"{"status":"OK"}"#);
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

/// How the process and its database are doing.
#[derive(Debug, Serialize, ToSchema)]
struct DetailedHealth {
    /// All in all: `DEGRADED` when the database is out of reach or lacks a migration.
    status: HealthStatus,
    /// Version of the program.
    #[schema(example = "0.1.0")]
    version: &'static str,
    /// Seconds since it was started.
    uptime_seconds: u64,
    /// Memory that it holds, in bytes; null where the operating system does not tell.
    resident_memory_bytes: Option<u64>,
    /// The database.
    database: DatabaseReport,
    /// The queue; null when the database is out of reach.
    queue: Option<QueueReport>,
}

/// How the database is doing.
#[derive(Debug, Serialize, ToSchema)]
struct DatabaseReport {
    /// `DEGRADED` when it lacks a migration.
    status: HealthStatus,
    /// Milliseconds that a small query took, connection included; null when it failed.
    latency_ms: Option<f64>,
    /// Migrations of this program that it lacks; null when unknown.
    pending_migrations: Option<usize>,
    /// Connections of the answering worker.
    pool: PoolReport,
}

/// Connections of one HTTP worker.
#[derive(Debug, Serialize, ToSchema)]
struct PoolReport {
    /// That it may open.
    max: usize,
    /// That are open.
    open: usize,
    /// That are open and unused.
    idle: usize,
    /// Requests that wait for one.
    waiting: usize,
}

/// What waits to be analysed.
#[derive(Debug, Serialize, ToSchema)]
struct QueueReport {
    /// Items that wait or are in work.
    depth: i64,
    /// Items in work.
    in_work: i64,
    /// Items that were given up.
    dead: i64,
    /// Seconds since the oldest waiting item became due; null when none is due.
    oldest_seconds: Option<i64>,
}

impl From<&DatabaseHealth> for DatabaseReport {
    fn from(health: &DatabaseHealth) -> Self {
        Self {
            status: match health.pending_migrations {
                None => HealthStatus::Down,
                Some(0) => HealthStatus::Ok,
                Some(_) => HealthStatus::Degraded,
            },
            latency_ms: health.latency.map(milliseconds),
            pending_migrations: health.pending_migrations,
            pool: PoolReport {
                max: health.pool.max,
                open: health.pool.open,
                idle: health.pool.idle,
                waiting: health.pool.waiting,
            },
        }
    }
}

impl From<QueueStatus> for QueueReport {
    fn from(queue: QueueStatus) -> Self {
        Self {
            depth: queue.depth,
            in_work: queue.leased,
            dead: queue.dead,
            oldest_seconds: queue.oldest_seconds,
        }
    }
}

/// With a tenth of a millisecond.
fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 10_000.0).round() / 10.0
}

/// Look at the process and its database
///
/// Answers 200 even when the database is out of reach; `status` says so.
#[utoipa::path(
    tag = "health",
    responses((status = 200, description = "How it is doing", body = DetailedHealth), HealthProblems),
)]
#[get("/health/detailed")]
pub(crate) async fn check_health_in_detail(
    state: web::Data<ApiState>,
) -> Result<HttpResponse, Problem> {
    let looked = state.services.database_health().await;
    let database = DatabaseReport::from(&looked);
    let status = match database.status {
        HealthStatus::Ok => HealthStatus::Ok,
        HealthStatus::Degraded | HealthStatus::Down => HealthStatus::Degraded,
    };
    let health = DetailedHealth {
        status,
        version: env!("CARGO_PKG_VERSION"),
        uptime_seconds: state.started.elapsed().as_secs(),
        resident_memory_bytes: process::resident_bytes(),
        database,
        queue: looked.queue.map(QueueReport::from),
    };
    json_response(StatusCode::OK, &health)
}

/// How everything outside of the process is doing.
#[derive(Debug, Serialize, ToSchema)]
struct DependenciesHealth {
    /// All in all: `DEGRADED` when one of them is not `OK`.
    status: HealthStatus,
    /// The database.
    postgresql: PostgresqlReport,
    /// Keepa.
    keepa: KeepaReport,
    /// Redis; null where none is configured.
    redis: Option<RedisReport>,
    /// Where requests are counted that are limited.
    limits: CountedIn,
}

/// Where requests are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum CountedIn {
    /// In Redis, with those of the other servers.
    Redis,
    /// In each process by itself: no Redis is configured, or it does not answer.
    Process,
}

/// How PostgreSQL is doing.
#[derive(Debug, Serialize, ToSchema)]
struct PostgresqlReport {
    /// `DEGRADED` when it lacks a migration.
    status: HealthStatus,
    /// Milliseconds that a small query took; null when it failed.
    latency_ms: Option<f64>,
    /// When it last answered, to this or to the worker; null when it never did.
    last_success: Option<DateTime<Utc>>,
}

/// How Keepa is doing.
#[derive(Debug, Serialize, ToSchema)]
struct KeepaReport {
    /// `DOWN` when it does not answer.
    status: HealthStatus,
    /// What answers at the configured address; null before the first answer. `GENERATED` and `RECORDED` are a sandbox.
    mode: Option<DataSource>,
    /// Milliseconds that its answer took; null when there was none.
    latency_ms: Option<f64>,
    /// Tokens left; may be negative. Null before the first answer.
    tokens_left: Option<i64>,
    /// Tokens that are added each minute; null before the first answer.
    tokens_per_minute: Option<u32>,
    /// When it last answered without an error.
    last_success: Option<DateTime<Utc>>,
    /// `CLOSED` while it is asked for products, `OPEN` while it is left alone after failures in a row, `HALF_OPEN` when the next request tries.
    #[schema(pattern = "^(CLOSED|OPEN|HALF_OPEN)$", example = "CLOSED")]
    breaker: &'static str,
}

/// How Redis is doing.
#[derive(Debug, Serialize, ToSchema)]
struct RedisReport {
    /// `DOWN` when it does not answer: limits are then counted in each process by itself.
    status: HealthStatus,
    /// Milliseconds that its answer took; null when there was none.
    latency_ms: Option<f64>,
    /// When it last answered; null when it never did.
    last_success: Option<DateTime<Utc>>,
    /// Why it does not answer; null when it does.
    #[schema(example = "it cannot be reached")]
    error: Option<String>,
}

impl From<RedisHealth> for RedisReport {
    fn from(health: RedisHealth) -> Self {
        Self {
            status: match health.answer {
                Ok(_) => HealthStatus::Ok,
                Err(_) => HealthStatus::Down,
            },
            latency_ms: health.answer.ok().map(milliseconds),
            last_success: health.last_success,
            error: health.answer.err().map(|trouble| trouble.to_string()),
        }
    }
}

impl From<KeepaHealth> for KeepaReport {
    fn from(health: KeepaHealth) -> Self {
        Self {
            status: if health.latency.is_some() {
                HealthStatus::Ok
            } else {
                HealthStatus::Down
            },
            mode: health.source,
            latency_ms: health.latency.map(milliseconds),
            tokens_left: health.tokens.map(|tokens| tokens.left),
            tokens_per_minute: health.tokens.map(|tokens| tokens.refill_rate),
            last_success: health.last_success,
            breaker: health.breaker.as_str(),
        }
    }
}

/// Look at what the process depends on
///
/// Asks each of them now; costs no Keepa token. Answers 200 even when one is out of reach; `status` says so.
#[utoipa::path(
    tag = "health",
    responses((status = 200, description = "How they are doing", body = DependenciesHealth), HealthProblems),
)]
#[get("/health/dependencies")]
pub(crate) async fn check_dependencies(
    state: web::Data<ApiState>,
) -> Result<HttpResponse, Problem> {
    let services = &state.services;
    let (database, keepa, redis) = futures_util::join!(
        services.database_health(),
        services.keepa_health(),
        services.redis_health()
    );
    let last_success = database.last_success;
    let database = DatabaseReport::from(&database);
    let keepa = KeepaReport::from(keepa);
    let redis = redis.map(RedisReport::from);
    let is_counted_in_redis = redis.as_ref().map(|redis| redis.status == HealthStatus::Ok);
    let is_ok = database.status == HealthStatus::Ok
        && keepa.status == HealthStatus::Ok
        && is_counted_in_redis != Some(false);
    let health = DependenciesHealth {
        status: if is_ok {
            HealthStatus::Ok
        } else {
            HealthStatus::Degraded
        },
        postgresql: PostgresqlReport {
            status: database.status,
            latency_ms: database.latency_ms,
            last_success,
        },
        keepa,
        redis,
        limits: if is_counted_in_redis == Some(true) {
            CountedIn::Redis
        } else {
            CountedIn::Process
        },
    };
    json_response(StatusCode::OK, &health)
}
