//! A stand-in for the Keepa API: recorded or generated products behind its protocol, costs and errors.
//!
//! [`Sandbox::start`] serves Keepa's endpoints with their limits, costs and token bucket, and a few
//! routes under `/sandbox` by which a test sets the clock, provokes faults, reads what was asked, and
//! what is true of a book.
//! It runs on threads of its own, so the runtime that starts it is never held up.

mod bucket;
pub mod catalogue;
mod clock;
mod config;
mod envelope;
mod faults;
mod number;
mod parameters;
mod query;
mod recorded;
mod sample;
mod server;
mod tracking;

pub use catalogue::{Catalogue, Truth};
pub use config::{SandboxConfig, SandboxError};
pub use sample::{SampleItem, sample_csv, sample_list};
pub use server::Sandbox;
