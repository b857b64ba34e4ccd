//! The `arbitragevault` command.
fn main() {}
