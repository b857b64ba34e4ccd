//! The use cases against a PostgreSQL of their own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod idempotency;
mod keys;
mod lock_out;
mod mail_transports;
mod mails;
mod maintenance;
mod oidc;
mod quotas;
mod refresh;
mod second_factor;
mod support;
mod tokens;
