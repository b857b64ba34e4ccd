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

use crate::rounding::nearest;

/// A share as whole percent, rounded to the nearest; 65,535 at most.
fn whole_percent(share: f64) -> u16 {
    nearest((share * 100.0).max(0.0))
        .and_then(|percent| u16::try_from(percent).ok())
        .unwrap_or(u16::MAX)
}

#[cfg(test)]
mod defect_tests;
#[cfg(test)]
mod recorded_tests;
