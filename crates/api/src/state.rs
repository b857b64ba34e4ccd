//! What handlers work with.

use std::time::Instant;

use arbitragevault_services::Services;

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
}

impl ApiState {
    /// The state of a worker that starts now.
    #[must_use]
    pub fn new(settings: HttpSettings, services: Services) -> Self {
        Self {
            services,
            settings,
            started: Instant::now(),
        }
    }
}
