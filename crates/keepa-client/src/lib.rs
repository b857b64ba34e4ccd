//! A typed, asynchronous client of the [Keepa](https://keepa.com) API that knows the price of every request.
//!
//! - Any number of ASINs goes in; requests of up to 100 go out under one token budget, and every ASIN comes back with its outcome.
//! - The state of the token bucket is read from every answer; a request waits for tokens or is refused, by policy.
//! - A key never appears in a log, an error or a `Debug` output.
//!
//! ```no_run
//! use keepa_client::{Domain, KeepaClient, ProductOutcome, ProductRequest};
//!
//! # async fn run() -> Result<(), keepa_client::KeepaError> {
//! let keepa = KeepaClient::builder("your key").build()?;
//! let request = ProductRequest::asins(Domain::UnitedStates, ["0593655036"]).stats_days(90);
//! for (asin, outcome) in keepa.products(&request).await.outcomes {
//!     if let ProductOutcome::Found(products) = outcome {
//!         println!("{asin}: {:?}", products.first().and_then(|p| p.title.as_deref()));
//!     }
//! }
//! # Ok(())
//! # }
//! ```

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
