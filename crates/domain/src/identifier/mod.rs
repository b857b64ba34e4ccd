//! Identifiers of products, and the repair of damaged ones.

mod asin;

pub use asin::Asin;
