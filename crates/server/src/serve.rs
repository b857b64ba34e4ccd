//! The server: everything put together, and taken apart again in order.

use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpServer;
use actix_web::dev::Server;
use anyhow::Context as _;
use arbitragevault_api::{ApiState, HttpSettings};
use arbitragevault_domain::config::AnalysisConfig;
use arbitragevault_services::access::AccessCache;
use arbitragevault_services::accounts::Accounts;
use arbitragevault_services::budget::PostgresBudget;
use arbitragevault_services::clock::Clock;
use arbitragevault_services::events::EventHub;
use arbitragevault_services::health::LastSuccess;
use arbitragevault_services::maintenance::Maintenance;
use arbitragevault_services::market::{
    KeepaSource, MarketCacheOptions, MarketData, RequestOptions,
};
use arbitragevault_services::metrics::keepa_request;
use arbitragevault_services::persistence::Pool;
use arbitragevault_services::persistence::listen::{self, Announcement};
use arbitragevault_services::redis::Redis;
use arbitragevault_services::worker::{RetryPolicy, WorkBell, Worker, WorkerOptions};
use arbitragevault_services::{Services, Shared};
use keepa_client::{KeepaClient, TokenBudget, TokenPolicy};
use keepa_sandbox::Sandbox;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::config::{Config, KeepaConfig};
use crate::database::{Database, data_home};
use crate::keys;
use crate::metrics::Metrics;
use crate::sandbox;
use crate::signals::Signals;

/// Connections of the background worker, which has a pool of its own.
const WORKER_CONNECTIONS: usize = 4;

/// Connections for the books of the Keepa account.
const BUDGET_CONNECTIONS: usize = 2;

/// How long requests may still take after a signal; the platform kills after 30 s.
const SHUTDOWN_SECONDS: u64 = 10;

/// How long work may still take after that. Its leases run out when it takes longer.
const WORKER_SHUTDOWN: Duration = Duration::from_secs(8);

/// How long the books of the Keepa account may take after that.
const BUDGET_SHUTDOWN: Duration = Duration::from_secs(3);

/// What a process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// It serves the API, and works on batches unless `worker.concurrency` is 0.
    Server,
    /// It works on batches only.
    Worker,
}

/// Serves until a signal comes, then ends in order: no new requests, followers sent away, work finished or given back, connections closed,
/// the private processes stopped.
pub(crate) async fn serve(config: Config, role: Role) -> anyhow::Result<()> {
    anyhow::ensure!(
        role == Role::Server || config.worker.concurrency > 0,
        "worker.concurrency is 0, which leaves the work to other processes: this one would do nothing"
    );
    // Before anything is started that would have to be stopped.
    let signals = Signals::listen()?;
    let database = Database::open(&config.database)?;
    let served = serve_from(&database, &config, role, signals).await;
    let closed = database.close();
    served.and(closed)?;
    tracing::info!("stopped");
    Ok(())
}

async fn serve_from(
    database: &Database,
    config: &Config,
    role: Role,
    mut signals: Signals,
) -> anyhow::Result<()> {
    let applied = database.bring_up_to_date().await?;
    if !applied.is_empty() {
        tracing::info!(?applied, "brought the schema up to date");
    }
    if role == Role::Worker {
        tracing::info!("working on batches, without an API");
    } else if !config.auth.required {
        tracing::warn!(
            "auth.required is false: everybody who reaches this server is the owner of the default organisation"
        );
    } else if database.is_private() {
        keys::welcome(database).await?;
    }
    let metrics = Metrics::start(&config.metrics)?;
    let budget_pool = Pool::new(&database.options(BUDGET_CONNECTIONS))?;
    let budget_pool = metrics.watch("budget", budget_pool);
    let mut budget = None;
    let (source, sandbox) = keepa(&config.keepa, |key| {
        let runtime = tokio::runtime::Handle::current();
        let pool = budget_pool.clone();
        let books = Arc::new(PostgresBudget::new(pool, key, Clock::system(), runtime));
        budget = Some(Arc::clone(&books));
        books
    })?;
    let redis = config.redis.open()?;
    let quotas = config.quotas.defaults(config.limits);
    let shared = Arc::new(Shared {
        market: MarketData::new(
            source,
            MarketCacheOptions {
                freshness: Duration::from_secs(config.keepa.freshness_hours.saturating_mul(3_600)),
                ..MarketCacheOptions::default()
            },
        )
        .with_quotas(quotas),
        access: AccessCache::default(),
        clock: Clock::system(),
        bell: WorkBell::default(),
        events: EventHub::default(),
        analysis: AnalysisConfig::default(),
        accounts: Accounts::new(config.accounts.settings(data_home().ok())?),
        runtime: tokio::runtime::Handle::current(),
        database_answered: LastSuccess::default(),
        limits: config.limits.limits(redis.clone()),
        quotas,
    });
    let counting = count_requests(redis, Arc::clone(&shared));
    let stop = CancellationToken::new();
    let worker_pool = Pool::new(&database.options(WORKER_CONNECTIONS))?;
    let worker_pool = metrics.watch("worker", worker_pool);
    let server = match role {
        Role::Server => Some(http(config, database, &shared, &metrics)?),
        Role::Worker => None,
    };
    let metrics_server = metrics.on_own_address(database.options(1), &shared)?;
    let metrics_server = metrics_server.map(tokio::spawn);
    let listener = tokio::spawn(listen_to(database.direct_url.clone(), Arc::clone(&shared)));
    let mut worker = (config.worker.concurrency > 0).then(|| {
        let worker = Worker {
            pool: worker_pool.clone(),
            shared: Arc::clone(&shared),
            options: worker_options(config),
        };
        tokio::spawn(worker.run(stop.clone()))
    });
    let maintenance = Maintenance {
        pool: worker_pool.clone(),
        shared: Arc::clone(&shared),
        events_kept_for: config.audit.events_kept_for(),
    };
    let maintenance = tokio::spawn(maintenance.run(stop.clone()));
    let handle = server.as_ref().map(Server::handle);
    let stopping = (stop.clone(), Arc::clone(&shared));
    tokio::spawn(async move {
        signals.received().await;
        tracing::info!("stopping");
        let (stop, shared) = stopping;
        stop.cancel();
        shared.events.close();
        if let Some(handle) = handle {
            handle.stop(true).await;
        }
    });
    match (server, &mut worker) {
        (Some(server), _) => server.await.context("the HTTP server failed")?,
        (None, Some(worker)) => tokio::select! {
            biased;
            () = stop.cancelled() => {}
            failed = worker => failed.context("the worker failed")?,
        },
        (None, None) => {}
    }
    stop.cancel();
    if let Some(worker) = worker {
        match tokio::time::timeout(WORKER_SHUTDOWN, worker).await {
            Ok(ended) => ended.context("the worker failed")?,
            Err(_) => tracing::warn!("work that does not end is left to its lease"),
        }
    }
    listener.abort();
    counting.abort();
    maintenance.abort();
    if let Some(metrics_server) = metrics_server {
        metrics_server.abort();
    }
    worker_pool.close();
    if let Some(budget) = budget {
        budget.finish(BUDGET_SHUTDOWN).await;
    }
    budget_pool.close();
    drop(sandbox);
    Ok(())
}

/// Keepa, or the sandbox where there is no key, under the budget of the key.
pub(crate) fn keepa(
    config: &KeepaConfig,
    budget: impl FnOnce(&str) -> Arc<dyn TokenBudget>,
) -> anyhow::Result<(KeepaSource, Option<Sandbox>)> {
    match config.api_key.get() {
        Some(key) => Ok((source(config, key, &config.base_url, budget(key))?, None)),
        None => {
            let sandbox = sandbox::embedded(None)?;
            tracing::warn!(
                url = sandbox.url(),
                "no KEEPA_API_KEY: market data is GENERATED by the sandbox, no decision about real money may rest on it"
            );
            let source = source(config, "sandbox", &sandbox.url(), budget("sandbox"))?;
            Ok((source, Some(sandbox)))
        }
    }
}

/// Keepa's protocol at an address.
pub(crate) fn source(
    config: &KeepaConfig,
    key: &str,
    url: &str,
    budget: Arc<dyn TokenBudget>,
) -> anyhow::Result<KeepaSource> {
    let client = KeepaClient::builder(key)
        .base_url(url)
        .token_budget(budget)
        .token_policy(TokenPolicy::WaitAtMost(Duration::from_secs(20)))
        .on_request(keepa_request)
        .retry(keepa_client::RetryPolicy {
            max_attempts: config.max_attempts,
            first_delay: Duration::from_millis(config.first_delay_ms),
            ..keepa_client::RetryPolicy::default()
        })
        .build()?;
    let options = RequestOptions {
        history_days: config.history_days,
        buy_box: config.buy_box,
    };
    let pause = Duration::from_secs(config.pause_seconds);
    Ok(KeepaSource::new(client, options).pausing_for(pause))
}

fn worker_options(config: &Config) -> WorkerOptions {
    WorkerOptions {
        concurrency: config.worker.concurrency,
        lease: Duration::from_secs(config.worker.lease_seconds),
        retry: RetryPolicy {
            max_attempts: config.worker.max_attempts,
            first_delay: Duration::from_millis(config.worker.first_delay_ms),
            ..RetryPolicy::default()
        },
        ..WorkerOptions::default()
    }
}

/// The HTTP server. Each of its workers makes its own application with its own pool, on its own runtime (ADR 4).
fn http(
    config: &Config,
    database: &Database,
    shared: &Arc<Shared>,
    metrics: &Metrics,
) -> anyhow::Result<Server> {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let wanted = if config.server.workers == 0 {
        processors
    } else {
        config.server.workers
    };
    let connections = config
        .database
        .max_connections
        .saturating_sub(WORKER_CONNECTIONS + BUDGET_CONNECTIONS);
    // Every worker needs two connections at least; where they do not suffice there are fewer workers.
    let workers = wanted.min(connections / 2).max(1);
    let options = database.options((connections / workers).max(2));
    Pool::new(&options)?;
    let settings = HttpSettings {
        auth_required: config.auth.required,
        allowed_origins: config.server.allowed_origins.clone(),
        trusted_proxies: config.server.trusted_proxies,
        event_heartbeat: Duration::from_secs(config.server.heartbeat_seconds),
        describe_spans: !config.log.otlp_endpoint.is_empty(),
        ..HttpSettings::default()
    };
    let (shared, metrics) = (Arc::clone(shared), metrics.clone());
    let address = (config.server.host.as_str(), config.server.port);
    let server = HttpServer::new(move || {
        #[expect(clippy::expect_used, reason = "the same options made a pool above")]
        let pool = Pool::new(&options).expect("the options are sound");
        let services = Services {
            pool: metrics.watch("http", pool),
            shared: Arc::clone(&shared),
        };
        let state = metrics.on_api(ApiState::new(settings.clone(), services));
        arbitragevault_api::app(&settings, state)
    })
    .workers(workers)
    .disable_signals()
    .shutdown_timeout(SHUTDOWN_SECONDS)
    .bind(address)
    .with_context(|| format!("cannot listen on {}:{}", address.0, address.1))?;
    for address in server.addrs() {
        tracing::info!(%address, workers, "listening on http://{address}, documentation at http://{address}/docs/");
    }
    Ok(server.run())
}

/// Keeps the memory of who asked how much small, and the lines to Redis open where there is one.
fn count_requests(redis: Option<Arc<Redis>>, shared: Arc<Shared>) -> JoinHandle<()> {
    tokio::spawn(async move {
        match redis {
            Some(redis) => {
                let kept = Arc::clone(&redis).keep();
                let exchanged = redis.exchange(&shared.events);
                tokio::join!(kept, exchanged, shared.limits.keep_small());
            }
            None => shared.limits.keep_small().await,
        }
    })
}

/// Passes on what other processes announce.
async fn listen_to(url: String, shared: Arc<Shared>) {
    listen::listen(&url, |announcement| match announcement {
        Announcement::BatchEvent(batch_id) => shared.events.announce(batch_id),
        Announcement::NewWork | Announcement::Reconnected => shared.bell.ring(),
    })
    .await;
}
