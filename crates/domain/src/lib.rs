//! Pure calculation of what a book is worth to a reseller: prices, fees, profit, demand, risk and verdict.
//!
//! No input or output, no clock, no randomness: the time of an analysis is an argument, and the same input gives the same
//! answer to the byte. [`analysis::analyze`] is the whole of it; each part stands alone as well.
//!
//! ```
//! use arbitragevault_domain::acquisition::{Acquisition, Condition, Fulfilment};
//! use arbitragevault_domain::analysis::analyze;
//! use arbitragevault_domain::config::AnalysisConfig;
//! use arbitragevault_domain::identifier::Asin;
//! use arbitragevault_domain::market::MarketSnapshot;
//! use arbitragevault_domain::money::{Currency, Money};
//! use arbitragevault_domain::verdict::{MissingInput, Recommendation};
//!
//! let as_of = "2026-06-01T06:00:00Z".parse()?;
//! // A product of which nothing but its number is known.
//! let snapshot = MarketSnapshot::unknown(Asin::parse("0306406152")?, as_of);
//! let acquisition = Acquisition {
//!     buy_price: Some(Money::from_minor(4_00, Currency::Usd)),
//!     quantity: 1,
//!     condition: Condition::UsedGood,
//!     fulfilment: Fulfilment::Fba,
//! };
//! let analysis = analyze(&snapshot, &acquisition, &AnalysisConfig::default(), as_of);
//! assert_eq!(analysis.recommendation, Recommendation::InsufficientData);
//! assert!(analysis.missing.contains(&MissingInput::SalePrice));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod acquisition;
pub mod analysis;
pub mod backtest;
pub mod config;
pub mod demand;
pub mod fees;
pub mod history;
pub mod identifier;
pub mod market;
pub mod marketplace;
pub mod money;
mod percent;
pub mod prelude;
pub mod price;
pub mod profit;
pub mod ranking;
pub mod review;
pub mod risk;
mod rounding;
pub mod scores;
pub mod sourcing;
pub mod time;
pub mod verdict;
pub mod verification;

#[cfg(test)]
mod predecessor_tests;
#[cfg(test)]
mod recorded_tests;
#[cfg(test)]
mod testing;

/// The worked examples of the handbook and of the README, as tests.
#[cfg(doctest)]
mod documents {
    #[doc = include_str!("../../../docs/calculations.md")]
    struct Calculations;

    #[doc = include_str!("../README.md")]
    struct Readme;
}
