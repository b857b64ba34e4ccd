//! Keepa's endpoints: one module for each, with its request, its answer and its call.

mod best_sellers;
mod product;
mod token;

pub use best_sellers::{BestSellers, BestSellersRequest};
pub use product::{ProductBatch, ProductOutcome, ProductRequest};
