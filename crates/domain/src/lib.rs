//! Pure calculation of what a book is worth to a reseller: prices, fees, profit, demand, risk and verdict.
//!
//! No input or output, no clock, no randomness: the time of an analysis is an argument, and the same input gives the same
//! answer to the byte.

pub mod acquisition;
pub mod analysis;
pub mod config;
pub mod demand;
pub mod fees;
pub mod history;
pub mod identifier;
pub mod market;
pub mod marketplace;
pub mod money;
mod percent;
pub mod price;
pub mod profit;
pub mod ranking;
pub mod risk;
pub mod scores;
pub mod time;
pub mod verdict;

#[cfg(test)]
mod testing;
