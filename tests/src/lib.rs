//! Support shared by the tests of every crate.
