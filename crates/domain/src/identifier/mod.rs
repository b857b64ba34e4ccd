//! Identifiers of products, and the repair of damaged ones.
//!
//! [`identify`] reads what a person wrote; the types each read their own exact form and nothing else.

mod asin;
mod check;
mod clean;
mod error;
mod gtin;
mod isbn;
mod lookup;
mod repair;
mod text;
mod url;

pub use asin::Asin;
pub use error::IdentifierError;
pub use gtin::{Ean13, Upc};
pub use isbn::{Isbn10, Isbn13};
pub use lookup::Lookup;
pub use repair::{Identified, Repair, RepairCode, identify};
