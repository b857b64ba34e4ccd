//! Scores from 0 to 100. One that cannot be computed is `None`, never 50.

use serde::{Deserialize, Serialize};

/// How fast your unit sells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum VelocityTier {
    /// Score 80 or more.
    Fast,
    /// Score 60 or more.
    Medium,
    /// Score 40 or more.
    Slow,
    /// Below 40.
    VerySlow,
}

/// The scores of one analysis, each 0 to 100.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Scores {
    /// 100 × the probability that one of your units sells within 30 days.
    pub velocity: Option<u8>,
    /// Tier of the velocity.
    pub velocity_tier: Option<VelocityTier>,
    /// How steady the price was: dispersion, drawdown, share of time offered.
    pub stability: Option<u8>,
    /// How much the answer can be trusted: freshness, coverage, length of history, sample, agreement of signals.
    pub confidence: Option<u8>,
    /// ROI and velocity by the configured weights.
    pub combined: Option<u8>,
    /// Risk-adjusted profit per day of bound capital, in minor units per 100 days; the default ranking. Not bounded by 100.
    pub opportunity: Option<i64>,
}
