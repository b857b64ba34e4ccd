//! Support shared by the tests of every crate.

mod database;
mod outage;

pub use database::{Database, Databases, databases};
pub use outage::FailingDatabase;
