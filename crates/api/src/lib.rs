//! The HTTP API of ArbitrageVault: routes, wire types, OpenAPI and problem documents.
//!
//! [`app`] makes the application of one HTTP worker. A handler reads a request, calls one use case of the services, and writes the
//! answer; nothing is decided here.

mod app;
mod caller;
mod extract;
mod idempotency;
mod openapi;
pub mod problem;
mod request;
mod routes;
mod settings;
mod state;
#[cfg(test)]
mod testing;
mod wire;

pub use app::{app, metrics_app};
pub use openapi::openapi;
pub use settings::HttpSettings;
pub use state::ApiState;
