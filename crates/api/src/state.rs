//! What handlers work with.

use crate::settings::HttpSettings;

/// The state of one HTTP worker.
#[derive(Debug, Clone)]
pub struct ApiState {
    /// The settings of the HTTP layer.
    pub settings: HttpSettings,
}
