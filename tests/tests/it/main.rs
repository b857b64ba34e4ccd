//! Tests over the whole workspace: how its crates depend on each other, and what the database does.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod analyses;
mod architecture;
mod audit;
mod fairness;
mod isolation;
mod migrations;
mod plans;
mod queue;
mod quotas;
mod support;
mod tokens;
