//! What a user can set about demand.

use serde::{Deserialize, Serialize};

/// What a user can set about demand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct DemandConfig {
    /// Days that a unit may wait for its buyer.
    pub holding_days: u16,
    /// Offers beyond this number do not take buyers from yours: they are priced too far away.
    pub competing_offers_at_most: u32,
    /// The share of all sales that goes to units of your kind (new or used) when both are offered, in percent.
    pub share_of_kind_percent: u8,
}

impl Default for DemandConfig {
    /// 90 days is the upper bound of the predecessor's textbook strategy (grade C). Ten offers are what a buyer sees on the first page, and
    /// an even split of new and used is an assumption: both grade M.
    fn default() -> Self {
        Self {
            holding_days: 90,
            competing_offers_at_most: 10,
            share_of_kind_percent: 50,
        }
    }
}

impl DemandConfig {
    /// Every value that is out of range, as the name of the field and what is wrong.
    #[must_use]
    pub fn problems(&self) -> Vec<(&'static str, &'static str)> {
        let mut problems = Vec::new();
        if !(1..=730).contains(&self.holding_days) {
            problems.push(("demand.holding_days", "must be from 1 to 730"));
        }
        if self.share_of_kind_percent > 100 {
            problems.push(("demand.share_of_kind_percent", "must be from 0 to 100"));
        }
        problems
    }
}
