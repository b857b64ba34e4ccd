//! What a user can set about the daily review.

use rust_decimal::{Decimal, dec};
use serde::{Deserialize, Serialize};

/// What a user can set about the daily review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct ReviewConfig {
    /// Days before a sighting in which others make its history.
    pub window_days: u16,
    /// A return above this, in percent, is a jackpot.
    #[serde(with = "crate::percent::setting")]
    #[cfg_attr(feature = "utoipa", schema(value_type = f64))]
    pub jackpot_above_roi_percent: Decimal,
    /// A return from this on, in percent, is stable when it was seen often enough.
    #[serde(with = "crate::percent::setting")]
    #[cfg_attr(feature = "utoipa", schema(value_type = f64))]
    pub stable_roi_percent: Decimal,
    /// Earlier sightings that make a product stable.
    pub stable_sightings: u32,
    /// A product that was not seen for longer, in hours, while somebody looked, was gone.
    pub gone_after_hours: u16,
    /// A product with a weak condition signal is rejected below this return, in percent.
    #[serde(with = "crate::percent::setting")]
    #[cfg_attr(feature = "utoipa", schema(value_type = f64))]
    pub weak_signal_roi_percent: Decimal,
    /// Opportunities that a summary names.
    pub top: u16,
}

impl Default for ReviewConfig {
    /// The predecessor's (grade C): a month, 80 %, 15 % at two sightings, a day, 20 % (which it configured, and never passed on), three.
    fn default() -> Self {
        Self {
            window_days: 30,
            jackpot_above_roi_percent: dec!(80),
            stable_roi_percent: dec!(15),
            stable_sightings: 2,
            gone_after_hours: 24,
            weak_signal_roi_percent: dec!(20),
            top: 3,
        }
    }
}

impl ReviewConfig {
    /// Every value that is out of range or out of order, as the name of the field and what is wrong.
    #[must_use]
    pub fn problems(&self) -> Vec<(&'static str, &'static str)> {
        let jackpot = self.jackpot_above_roi_percent;
        let up_to_jackpot = |percent: Decimal| percent >= Decimal::ZERO && percent <= jackpot;
        [
            (
                (1..=365).contains(&self.window_days),
                "review.window_days",
                "must be from 1 to 365",
            ),
            (
                (Decimal::ZERO..=dec!(1000)).contains(&jackpot),
                "review.jackpot_above_roi_percent",
                "must be from 0 to 1000",
            ),
            (
                up_to_jackpot(self.stable_roi_percent),
                "review.stable_roi_percent",
                "must be from 0 to jackpot_above_roi_percent",
            ),
            (
                self.stable_sightings >= 1,
                "review.stable_sightings",
                "must be at least 1",
            ),
            (
                up_to_jackpot(self.weak_signal_roi_percent),
                "review.weak_signal_roi_percent",
                "must be from 0 to jackpot_above_roi_percent",
            ),
        ]
        .into_iter()
        .filter_map(|(holds, path, problem)| (!holds).then_some((path, problem)))
        .collect()
    }
}
