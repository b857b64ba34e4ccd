//! The use cases of ArbitrageVault, its job queue and its worker: the place where calculation, Keepa and storage meet.

pub mod intake;
