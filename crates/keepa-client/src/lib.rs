#![doc = include_str!("../README.md")]

mod budget;
mod client;
mod envelope;
mod error;
mod model;
mod request;
mod retry;
#[cfg(feature = "domain")]
mod snapshot;

pub use budget::{TokenPolicy, TokenState};
pub use client::{
    KeepaClient, KeepaClientBuilder, LastAnswer, Origin, ProductBatch, ProductOutcome,
};
pub use error::{ApiError, KeepaError};
pub use model::{CsvType, Domain, FbaFees, KeepaMinutes, Product, ProductType, Stats};
pub use request::ProductRequest;
pub use retry::RetryPolicy;
#[cfg(feature = "domain")]
pub use snapshot::{data_source, market_snapshot};
