//! The HTTP API of ArbitrageVault: routes, wire types, OpenAPI and problem documents.

pub mod caller;
mod extract;
pub mod problem;
mod request;
pub mod settings;
mod wire;
