//! End-to-end tests: the real binary, PostgreSQL, and the sandbox behind Keepa's protocol, all reached as a user reaches them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking, and then shows what the server said"
)]

mod access;
mod accounts;
mod analysis_configuration;
mod audit;
mod batches;
mod command_line;
mod configuration;
mod database_commands;
mod doctor;
mod embedded;
mod health;
mod idempotency;
mod keepa_faults;
mod limits;
mod lists;
mod metrics;
mod missing_data;
mod outages;
mod quotas;
mod several_processes;
mod streams;
mod sudden_ends;
mod support;
mod tenants;
mod tokens;
mod tour;
mod traces;
mod trust;
