//! What handlers work with.

use std::time::Instant;

use arbitragevault_services::Services;
use arbitragevault_services::metrics::Exporter;

use crate::settings::HttpSettings;

/// The state of one HTTP worker.
#[derive(Debug, Clone)]
pub struct ApiState {
    /// The use cases, over this worker's own connections.
    pub(crate) services: Services,
    /// The settings of the HTTP layer.
    pub(crate) settings: HttpSettings,
    /// When the worker started.
    pub(crate) started: Instant,
    /// What `/metrics` shows; `None` where it is served elsewhere or not at all.
    pub(crate) metrics: Option<Exporter>,
}

impl ApiState {
    /// The state of a worker that starts now.
    #[must_use]
    pub fn new(settings: HttpSettings, services: Services) -> Self {
        Self {
            services,
            settings,
            started: Instant::now(),
            metrics: None,
        }
    }

    /// The same, with `/metrics` served.
    #[must_use]
    pub fn with_metrics(mut self, exporter: Exporter) -> Self {
        self.metrics = Some(exporter);
        self
    }
}
