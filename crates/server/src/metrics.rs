//! Where the metrics of the process are recorded and served, as the configuration says.

use std::net::SocketAddr;
use std::sync::Arc;

use actix_web::HttpServer;
use actix_web::dev::Server;
use anyhow::Context as _;
use arbitragevault_api::{ApiState, HttpSettings, metrics_app};
use arbitragevault_services::metrics::Exporter;
use arbitragevault_services::persistence::{DatabaseOptions, Pool};
use arbitragevault_services::{Services, Shared};

use crate::config::MetricsConfig;

/// The metrics of the process.
#[derive(Debug, Clone)]
pub(crate) struct Metrics {
    exporter: Option<Exporter>,
    /// An address of their own; `None` for the API's.
    address: Option<SocketAddr>,
}

impl Metrics {
    /// Begins to record, if the configuration says so.
    pub(crate) fn start(config: &MetricsConfig) -> anyhow::Result<Self> {
        let exporter = config.enabled.then(Exporter::install).transpose()?;
        if let Some(exporter) = &exporter {
            tokio::spawn(exporter.clone().keep_up());
        }
        Ok(Self {
            exporter,
            address: config.address(),
        })
    }

    /// The pool, watched under the name of its owner.
    pub(crate) fn watch(&self, owner: &'static str, pool: Pool) -> Pool {
        match &self.exporter {
            Some(exporter) => exporter.watch(owner, pool),
            None => pool,
        }
    }

    /// The state of an HTTP worker, which serves the metrics unless they have an address of their own.
    pub(crate) fn on_api(&self, state: ApiState) -> ApiState {
        match &self.exporter {
            Some(exporter) if self.address.is_none() => state.with_metrics(exporter.clone()),
            _ => state,
        }
    }

    /// The server of their own address, with a connection of its own to count the queue; `None` where they have none. It tells that the
    /// process lives, too.
    pub(crate) fn on_own_address(
        &self,
        options: DatabaseOptions,
        shared: &Arc<Shared>,
    ) -> anyhow::Result<Option<Server>> {
        let Some(address) = self.address else {
            return Ok(None);
        };
        let exporter = self.exporter.clone();
        Pool::new(&options)?;
        let shared = Arc::clone(shared);
        let server = HttpServer::new(move || {
            #[expect(clippy::expect_used, reason = "the same options made a pool above")]
            let pool = Pool::new(&options).expect("the options are sound");
            let services = Services {
                pool,
                shared: Arc::clone(&shared),
            };
            let state = ApiState::new(HttpSettings::default(), services);
            metrics_app(match &exporter {
                Some(exporter) => state.with_metrics(exporter.clone()),
                None => state,
            })
        })
        .workers(1)
        .disable_signals()
        .bind(address)
        .with_context(|| format!("cannot listen on {address}"))?;
        for address in server.addrs() {
            tracing::info!(%address, "serving metrics on http://{address}/metrics");
        }
        Ok(Some(server.run()))
    }
}
