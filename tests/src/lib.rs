//! Support shared by the tests of every crate.

mod database;

pub use database::{Database, Databases, databases};
