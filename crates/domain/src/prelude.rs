//! What nearly every program that embeds this crate names: `use arbitragevault_domain::prelude::*;`.
//!
//! It is the question ([`MarketSnapshot`], [`Acquisition`], [`AnalysisConfig`] and a time), the answer ([`Analysis`]), their order
//! ([`Ranking`]), and the types of their fields that a caller fills in or reads. The parts of the calculation, fees, profit or demand
//! alone for example, are in their modules and not in here.
//!
//! [`DateTime`], [`Utc`] and [`Decimal`] are those of `chrono` and `rust_decimal` in the versions that this crate is built with.
//!
//! ```
//! use arbitragevault_domain::prelude::*;
//!
//! let found = identify("ISBN 0-306-40615-2")?;
//! let Lookup::Asin(asin) = found.lookup else {
//!     return Err("a bar code has to be looked up first".into());
//! };
//! let as_of: DateTime<Utc> = "2026-06-01T06:00:00Z".parse()?;
//! let today = KeepaMinutes::from_utc(as_of);
//! // It has sold at 24.00 for a year, with a sale every nine days.
//! let ranks = (1..=40).flat_map(|sale| {
//!     let at = today.plus_days(9 * (sale - 41));
//!     [(at, 150_000), (at.plus_days(4), 310_000)]
//! });
//! let snapshot = MarketSnapshot {
//!     observed_at: Some(today),
//!     product_group: Some("Book".to_owned()),
//!     package: Package::measured([229, 152, 20], 430),
//!     histories: Histories {
//!         buy_box_used: Some(History::new([Change { at: today.plus_days(-365), value: Some(24_00) }])),
//!         sales_rank: Some(History::new(ranks.map(|(at, rank)| Change { at, value: Some(rank) }))),
//!         ..Histories::default()
//!     },
//!     live_offers: LiveOffers { used: Some(4), ..LiveOffers::default() },
//!     ..MarketSnapshot::unknown(asin, as_of)
//! };
//! let offer = Acquisition {
//!     buy_price: Some(Money::from_minor(3_50, Currency::Usd)),
//!     quantity: 1,
//!     condition: Condition::UsedGood,
//!     fulfilment: Fulfilment::Fba,
//! };
//! let analysis = analyze(&snapshot, &offer, &AnalysisConfig::default(), as_of);
//! assert_eq!(analysis.missing, []);
//! assert_eq!(analysis.recommendation, Recommendation::Consider);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub use chrono::{DateTime, Utc};
pub use rust_decimal::Decimal;

pub use crate::acquisition::{Acquisition, Condition, Fulfilment};
pub use crate::analysis::{Analysis, analyze};
pub use crate::config::AnalysisConfig;
pub use crate::history::{Change, History};
pub use crate::identifier::{Asin, Lookup, identify};
pub use crate::market::{
    BuyBox, DataSource, Histories, LiveOffers, MarketSnapshot, Package, SalesRankDrops,
};
pub use crate::marketplace::Marketplace;
pub use crate::money::{Currency, Money};
pub use crate::ranking::Ranking;
pub use crate::time::KeepaMinutes;
pub use crate::verdict::{MissingInput, Recommendation};
