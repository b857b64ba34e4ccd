//! Fees: what Amazon takes from a sale.
//!
//! [`FeeSchedule`] holds every fee of one product as a function of the sale price; the receipt at a price and the limits of profit both
//! come from it. Amounts are whole minor units inside; rates come from dated cards with a grade each.

mod aged_inventory;
mod category;
mod config;
mod error;
mod european_card;
mod fixed;
mod flat;
mod fulfilment;
mod input;
mod parcel;
mod placement;
mod quotients;
mod rate;
mod rate_card;
mod receipt;
mod referral;
mod referral_table;
mod refund;
mod removal;
mod schedule;
mod size_tier;
mod storage;
mod us_card;
mod vat;

pub use category::FeeCategory;
pub use config::FeeConfig;
pub use error::FeeError;
pub use input::FeeInput;
pub(crate) use rate::{Ppm, SLOPE_WHOLE, Slope, WHOLE};
pub use receipt::{FeeKind, FeeLine, FeeReceipt, Grade};
pub use schedule::FeeSchedule;

#[cfg(test)]
mod tests;
