//! The server: everything put together, and taken apart again in order.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpServer;
use anyhow::Context as _;
use arbitragevault_api::{ApiState, HttpSettings};
use arbitragevault_domain::config::AnalysisConfig;
use arbitragevault_services::accounts::Accounts;
use arbitragevault_services::clock::Clock;
use arbitragevault_services::events::EventHub;
use arbitragevault_services::market::{
    KeepaSource, MarketCacheOptions, MarketData, RequestOptions,
};
use arbitragevault_services::persistence::listen::{self, Announcement};
use arbitragevault_services::persistence::{DatabaseOptions, Pool, migrate};
use arbitragevault_services::worker::{RetryPolicy, WorkBell, Worker, WorkerOptions};
use arbitragevault_services::{Services, Shared};
use keepa_client::{KeepaClient, TokenPolicy};
use keepa_sandbox::Sandbox;
use local_postgres::Cluster;
use tokio_util::sync::CancellationToken;

use crate::config::{Config, DatabaseConfig, KeepaConfig};
use crate::sandbox;
use crate::signals::Signals;

/// Connections of the background worker, which has a pool of its own.
const WORKER_CONNECTIONS: usize = 4;

/// How long requests may still take after a signal; the platform kills after 30 s.
const SHUTDOWN_SECONDS: u64 = 10;

/// How long work may still take after that. Its leases run out when it takes longer.
const WORKER_SHUTDOWN: Duration = Duration::from_secs(8);

/// Serves until a signal comes, then ends in order: no new requests, followers sent away, work finished or given back, connections closed,
/// the private processes stopped.
pub(crate) async fn serve(config: Config) -> anyhow::Result<()> {
    // Before anything is started that would have to be stopped.
    let signals = Signals::listen()?;
    let database = Database::open(&config.database)?;
    let served = serve_from(&database, &config, signals).await;
    let closed = database.close();
    served.and(closed)?;
    tracing::info!("stopped");
    Ok(())
}

async fn serve_from(
    database: &Database,
    config: &Config,
    mut signals: Signals,
) -> anyhow::Result<()> {
    let applied = bring_up_to_date(database).await?;
    if !applied.is_empty() {
        tracing::info!(?applied, "brought the schema up to date");
    }
    let (source, sandbox) = keepa(&config.keepa)?;
    let shared = Arc::new(Shared {
        market: MarketData::new(
            source,
            MarketCacheOptions {
                freshness: Duration::from_secs(config.keepa.freshness_hours.saturating_mul(3_600)),
                ..MarketCacheOptions::default()
            },
        ),
        clock: Clock::system(),
        bell: WorkBell::default(),
        events: EventHub::default(),
        analysis: AnalysisConfig::default(),
        accounts: Accounts::new(config.accounts.settings(data_home().ok())?),
        runtime: tokio::runtime::Handle::current(),
    });
    let stop = CancellationToken::new();
    let worker_pool = Pool::new(&database.options(WORKER_CONNECTIONS))?;
    let server = http(config, database, &shared)?;
    let listener = tokio::spawn(listen_to(database.direct_url.clone(), Arc::clone(&shared)));
    let worker = (config.worker.concurrency > 0).then(|| {
        let worker = Worker {
            pool: worker_pool.clone(),
            shared: Arc::clone(&shared),
            options: worker_options(config),
        };
        tokio::spawn(worker.run(stop.clone()))
    });
    let handle = server.handle();
    let stopping = (stop.clone(), Arc::clone(&shared));
    tokio::spawn(async move {
        signals.received().await;
        tracing::info!("stopping");
        let (stop, shared) = stopping;
        stop.cancel();
        shared.events.close();
        handle.stop(true).await;
    });
    server.await.context("the HTTP server failed")?;
    stop.cancel();
    if let Some(worker) = worker {
        match tokio::time::timeout(WORKER_SHUTDOWN, worker).await {
            Ok(ended) => ended.context("the worker failed")?,
            Err(_) => tracing::warn!("work that does not end is left to its lease"),
        }
    }
    listener.abort();
    worker_pool.close();
    drop(sandbox);
    Ok(())
}

/// Brings the schema up to date.
pub(crate) async fn migrate(config: &Config) -> anyhow::Result<()> {
    let database = Database::open(&config.database)?;
    let applied = bring_up_to_date(&database).await;
    let closed = database.close();
    let applied = applied?;
    closed?;
    crate::cli::print(&match applied.as_slice() {
        [] => "the schema is up to date".to_owned(),
        applied => format!("applied {}", applied.join(", ")),
    })?;
    Ok(())
}

async fn bring_up_to_date(database: &Database) -> anyhow::Result<Vec<String>> {
    migrate::run(&database.direct_url)
        .await
        .context("cannot migrate the database")
}

/// Keepa, or the sandbox where there is no key.
pub(crate) fn keepa(config: &KeepaConfig) -> anyhow::Result<(KeepaSource, Option<Sandbox>)> {
    match config.api_key.get() {
        Some(key) => Ok((source(config, key, &config.base_url)?, None)),
        None => {
            let sandbox = sandbox::embedded(None)?;
            tracing::warn!(
                url = sandbox.url(),
                "no KEEPA_API_KEY: market data is GENERATED by the sandbox, no decision about real money may rest on it"
            );
            Ok((source(config, "sandbox", &sandbox.url())?, Some(sandbox)))
        }
    }
}

/// Keepa's protocol at an address.
pub(crate) fn source(config: &KeepaConfig, key: &str, url: &str) -> anyhow::Result<KeepaSource> {
    let client = KeepaClient::builder(key)
        .base_url(url)
        .token_policy(TokenPolicy::WaitAtMost(Duration::from_secs(20)))
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
    Ok(KeepaSource::new(client, options))
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
) -> anyhow::Result<actix_web::dev::Server> {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let wanted = if config.server.workers == 0 {
        processors
    } else {
        config.server.workers
    };
    let connections = config
        .database
        .max_connections
        .saturating_sub(WORKER_CONNECTIONS);
    // Every worker needs two connections at least; where they do not suffice there are fewer workers.
    let workers = wanted.min(connections / 2).max(1);
    let options = database.options((connections / workers).max(2));
    Pool::new(&options)?;
    let settings = HttpSettings {
        allowed_origins: config.server.allowed_origins.clone(),
        ..HttpSettings::default()
    };
    let shared = Arc::clone(shared);
    let address = (config.server.host.as_str(), config.server.port);
    let server = HttpServer::new(move || {
        #[expect(clippy::expect_used, reason = "the same options made a pool above")]
        let pool = Pool::new(&options).expect("the options are sound");
        let services = Services {
            pool,
            shared: Arc::clone(&shared),
        };
        arbitragevault_api::app(&settings, ApiState::new(settings.clone(), services))
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

/// Passes on what other processes announce.
async fn listen_to(url: String, shared: Arc<Shared>) {
    listen::listen(&url, |announcement| match announcement {
        Announcement::BatchEvent(batch_id) => shared.events.announce(batch_id),
        Announcement::NewWork | Announcement::Reconnected => shared.bell.ring(),
    })
    .await;
}

/// The database of the configuration, or a private one.
struct Database {
    config: DatabaseConfig,
    url: String,
    direct_url: String,
    cluster: Option<Cluster>,
}

impl Database {
    fn open(config: &DatabaseConfig) -> anyhow::Result<Self> {
        let (url, cluster) = match config.url.get() {
            Some(url) => (url.to_owned(), None),
            None => {
                let cluster = Cluster::start(&local_postgres::Options {
                    data_dir: data_dir(config)?,
                    throw_away: false,
                    max_connections: 100,
                })?;
                (cluster.url("postgres"), Some(cluster))
            }
        };
        let direct_url = config.direct_url.get().unwrap_or(&url).to_owned();
        Ok(Self {
            config: config.clone(),
            url,
            direct_url,
            cluster,
        })
    }

    fn options(&self, max_connections: usize) -> DatabaseOptions {
        DatabaseOptions {
            url: self.url.clone(),
            max_connections,
            wait: Duration::from_secs(self.config.wait_seconds),
            connect: Duration::from_secs(self.config.connect_seconds),
            max_age: Duration::from_secs(self.config.max_age_seconds),
        }
    }

    fn close(self) -> anyhow::Result<()> {
        match self.cluster {
            Some(cluster) => cluster.stop().context("cannot stop the private PostgreSQL"),
            None => Ok(()),
        }
    }
}

/// Where the private PostgreSQL keeps its data.
fn data_dir(config: &DatabaseConfig) -> anyhow::Result<PathBuf> {
    if !config.data_dir.as_os_str().is_empty() {
        return Ok(config.data_dir.clone());
    }
    let home = data_home().context("set database.data_dir")?;
    Ok(home.join("postgres"))
}

/// Where data is kept unless something else is configured: in the user's data directory; root's home is closed to the user that the
/// private PostgreSQL then runs as.
fn data_home() -> anyhow::Result<PathBuf> {
    let variable = |name| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let home = variable("HOME").context("HOME is not set")?;
    if home == std::path::Path::new("/root") {
        return Ok(PathBuf::from("/var/lib/arbitragevault"));
    }
    let data = variable("XDG_DATA_HOME").unwrap_or_else(|| home.join(".local/share"));
    Ok(data.join("arbitragevault"))
}
