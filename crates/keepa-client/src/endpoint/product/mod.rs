//! `/product`: products with their histories.

mod batch;
mod request;

pub use batch::{ProductBatch, ProductOutcome};
pub use request::ProductRequest;
