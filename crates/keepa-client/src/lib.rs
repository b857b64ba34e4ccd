#![doc = include_str!("../README.md")]

mod budget;
mod client;
mod decode;
mod endpoint;
mod envelope;
mod error;
mod model;
mod query;
mod retry;
#[cfg(feature = "domain")]
mod snapshot;

pub use budget::{
    BudgetError, Cost, Grant, LocalBudget, ReservationId, Settlement, TokenBudget, TokenLedger,
    TokenPolicy, TokenReport, TokenState,
};
pub use client::{Answer, KeepaClient, KeepaClientBuilder, LastAnswer, Origin, RequestReport};
pub use endpoint::{BestSellers, BestSellersRequest, ProductBatch, ProductOutcome, ProductRequest};
pub use error::{ApiError, KeepaError};
pub use model::{CsvType, Domain, FbaFees, KeepaMinutes, Product, ProductType, Stats};
pub use retry::RetryPolicy;
#[cfg(feature = "domain")]
pub use snapshot::{data_source, market_snapshot};
