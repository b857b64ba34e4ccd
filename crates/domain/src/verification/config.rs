//! What a user can set about verification.

use serde::{Deserialize, Serialize};

/// From where on a change for the worse counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// A change of this much is a warning.
    pub warning: u16,
    /// A change of this much is critical.
    pub critical: u16,
}

/// What a user can set about verification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct VerificationConfig {
    /// Fall of the likely sale price, in percent of what it was.
    pub price_fall_percent: Limits,
    /// Rise of the typical sales rank, in percent of what it was.
    pub rank_rise_percent: Limits,
    /// Competing offers more than there were.
    pub more_offers: Limits,
    /// Fall of the profit of one unit, in percent of what it was. A profit that is gone is critical.
    pub profit_fall_percent: Limits,
}

impl Default for VerificationConfig {
    /// Price, rank and offers as the predecessor (grade C), which knew none for profit: twice as much as for the price, since fees stay
    /// (grade M).
    fn default() -> Self {
        let limits = |warning, critical| Limits { warning, critical };
        Self {
            price_fall_percent: limits(10, 25),
            rank_rise_percent: limits(50, 100),
            more_offers: limits(3, 5),
            profit_fall_percent: limits(20, 50),
        }
    }
}

impl VerificationConfig {
    /// Every value that is out of range or out of order, as the name of the field and what is wrong.
    #[must_use]
    pub fn problems(&self) -> Vec<(&'static str, &'static str)> {
        let limits = [
            ("verification.price_fall_percent", self.price_fall_percent),
            ("verification.rank_rise_percent", self.rank_rise_percent),
            ("verification.more_offers", self.more_offers),
            ("verification.profit_fall_percent", self.profit_fall_percent),
        ];
        limits
            .into_iter()
            .filter_map(|(name, limits)| {
                if limits.warning == 0 {
                    Some((name, "must begin with a warning at 1 or more"))
                } else if limits.critical < limits.warning {
                    Some((name, "must not be critical below its warning"))
                } else {
                    None
                }
            })
            .collect()
    }
}
