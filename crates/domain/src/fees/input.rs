//! What fees depend on.

use chrono::NaiveDate;

use super::category::FeeCategory;
use crate::acquisition::Fulfilment;
use crate::market::{ObservedFee, Package};
use crate::marketplace::Marketplace;

/// Everything that fees depend on, besides the sale price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeeInput {
    /// Where it is sold.
    pub marketplace: Marketplace,
    /// The expected day of the sale; it picks the rate card.
    pub sale_date: NaiveDate,
    /// Who ships.
    pub fulfilment: Fulfilment,
    /// The package, as far as known.
    pub package: Package,
    /// The row of the referral fee table.
    pub category: FeeCategory,
    /// Fulfilment fee that Keepa observed.
    pub observed: Option<ObservedFee>,
    /// The market's price in minor units when Keepa observed the fee, where it is known. It tells the price band of an observation that
    /// no card explains.
    pub price_when_observed: Option<i64>,
    /// Expected days in Amazon's storage before `sale_date`; beyond ten years it counts as ten.
    pub holding_days: u32,
}
