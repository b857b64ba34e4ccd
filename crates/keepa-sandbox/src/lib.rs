//! A stand-in for the Keepa API: recorded or generated products behind its protocol, costs and errors.
//!
//! [`Sandbox::start`] serves `GET /product` and `GET /token` as Keepa does, with its token bucket,
//! and a few routes under `/sandbox` by which a test provokes faults and reads what was asked.
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
