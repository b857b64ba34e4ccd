//! Support shared by the tests of every crate.

mod database;
mod issuer;
mod outage;

pub use database::{Database, Databases, databases};
pub use issuer::{Issuer, Signer};
pub use outage::FailingDatabase;
