//! Sourcing: what to look for and when to buy, beyond the verdict on one offer.
//!
//! Each part is a pure function over the market, the analysis and the configuration; none of them changes what
//! [`analyze`](crate::analysis::analyze) answers. Statistics of a history are weighted by time, and a source that repeats a value as another
//! change changes nothing.

pub mod condition_pricing;
pub mod condition_signal;
pub mod corridor;
pub mod evergreen;
mod monthly_levels;
pub mod season;
mod spread;
pub mod strategy;
mod stretches;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

/// A share as whole percent, rounded to the nearest; 65,535 at most.
fn whole_percent(share: f64) -> u16 {
    Decimal::from_f64_retain((share * 100.0).max(0.0))
        .and_then(|percent| percent.round().to_u16())
        .unwrap_or(u16::MAX)
}

#[cfg(test)]
mod defect_tests;
#[cfg(test)]
mod recorded_tests;
