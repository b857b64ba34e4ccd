//! What a user can set about the sale price.

use serde::{Deserialize, Serialize};

/// What a user can set about the sale price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct PriceConfig {
    /// Days of history looked at.
    pub window_days: u16,
    /// Days of history looked at when no series is usable within the window.
    pub fallback_window_days: u16,
    /// A series must have been offered for this share of the window, in percent.
    pub minimum_offered_percent: u8,
    /// A series that nobody offers for longer is not used, in days; the fallback window takes it nevertheless.
    pub maximum_gap_days: u16,
    /// A snapshot that nobody updated for longer is not used, in days.
    pub maximum_age_days: u32,
}

impl Default for PriceConfig {
    /// 90 days is the window of the tools of the trade (grade C); a fifth of it keeps one lucky week from being a price. A year and a
    /// month without an offer are judgements (grade M).
    fn default() -> Self {
        Self {
            window_days: 90,
            fallback_window_days: 365,
            minimum_offered_percent: 20,
            maximum_gap_days: 30,
            maximum_age_days: 180,
        }
    }
}

impl PriceConfig {
    /// Every value that is out of range, as the name of the field and what is wrong.
    #[must_use]
    pub fn problems(&self) -> Vec<(&'static str, &'static str)> {
        let mut problems = Vec::new();
        if !(7..=1_825).contains(&self.window_days) {
            problems.push(("price.window_days", "must be from 7 to 1825"));
        }
        if !(self.window_days..=3_650).contains(&self.fallback_window_days) {
            let problem = "must be from window_days to 3650";
            problems.push(("price.fallback_window_days", problem));
        }
        if self.maximum_gap_days > 365 {
            problems.push(("price.maximum_gap_days", "must be from 0 to 365"));
        }
        if self.minimum_offered_percent > 100 {
            problems.push(("price.minimum_offered_percent", "must be from 0 to 100"));
        }
        problems
    }
}
