//! PostgreSQL models, repositories, migrations and connection pools of ArbitrageVault.
//!
//! Row structs and plain functions over a connection, one module for each table; so the same function serves a pool and a
//! transaction. What is stored when is decided by the layer above.

pub mod account_tokens;
pub mod analyses;
pub mod api_keys;
pub mod audit;
pub mod batches;
pub mod configuration_documents;
pub mod configuration_scopes;
mod error;
pub mod events;
pub mod external_identities;
pub mod idempotency_keys;
pub mod inspect;
pub mod invitations;
pub mod items;
pub mod jobs;
pub mod listen;
pub mod memberships;
pub mod migrate;
mod notice;
pub mod organisation_quotas;
pub mod organisation_spend;
pub mod organisations;
pub mod outcomes;
mod pages;
mod pool;
pub mod recovery_codes;
pub mod refresh_tokens;
pub mod removal;
pub mod schema;
pub mod sessions;
pub mod sign_in_failures;
pub mod signing_keys;
pub mod snapshots;
pub mod spend;
mod tenant;
mod tls;
pub mod tokens;
pub mod users;

pub use error::PersistenceError;
pub use pool::{DatabaseOptions, Pool, PoolStatus};
pub use tenant::TENANT_ROLE;

/// Reads the URL of a database without connecting.
///
/// # Errors
/// When it is no PostgreSQL URL; the text never repeats the URL, which may hold a password.
pub fn check_url(url: &str) -> Result<(), PersistenceError> {
    tls::parse(url).map(drop)
}

/// A connection, as every function of this crate takes it.
pub type Connection = diesel_async::AsyncPgConnection;
