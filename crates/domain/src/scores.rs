//! Scores from 0 to 100, each with its components. One that cannot be computed is `None`, never 50.

mod components;
mod trend;

use serde::{Deserialize, Serialize};

pub use self::components::{
    CombinedComponents, ConfidenceComponents, OpportunityComponents, ScoreComponents,
    StabilityComponents, VelocityComponents,
};
pub(crate) use self::components::{blend, roi_signal};
pub use self::trend::{SalesRankTrend, TrendDirection};
use crate::demand::DemandEstimate;
use crate::history::Window;
use crate::market::Histories;
use crate::price::{SalePriceEstimate, days_between};
use crate::profit::ProfitBreakdown;
use crate::time::KeepaMinutes;

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
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
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
    /// Where the sales rank is going, beside the velocity; no score counts it. `None` where it is unknown, and in analyses from before
    /// version 4 of the calculation.
    #[serde(default)]
    pub trend: Option<SalesRankTrend>,
    /// What the scores are made of; empty in analyses from before version 4 of the calculation.
    #[serde(default)]
    pub components: ScoreComponents,
}

/// What a user can set about scores.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct ScoreConfig {
    /// Weight of ROI in the combined score, in percent; velocity has the rest.
    pub roi_weight_percent: u8,
}

impl Default for ScoreConfig {
    /// 60 to 40, as the predecessor (grade C).
    fn default() -> Self {
        Self {
            roi_weight_percent: 60,
        }
    }
}

impl ScoreConfig {
    /// Every value that is out of range, as the name of the field and what is wrong.
    #[must_use]
    pub fn problems(&self) -> Vec<(&'static str, &'static str)> {
        let mut problems = Vec::new();
        if self.roi_weight_percent > 100 {
            problems.push(("scores.roi_weight_percent", "must be from 0 to 100"));
        }
        problems
    }
}

/// What the scores are computed from; a part that is unknown leaves its scores unknown.
pub(crate) struct Evidence<'a> {
    pub(crate) histories: &'a Histories,
    pub(crate) price: Option<&'a SalePriceEstimate>,
    pub(crate) demand: Option<&'a DemandEstimate>,
    pub(crate) profit: Option<&'a ProfitBreakdown>,
    /// The time up to which the market is known.
    pub(crate) known_until: KeepaMinutes,
}

impl Scores {
    /// Every score that the evidence tells.
    pub(crate) fn of(evidence: &Evidence<'_>, config: &ScoreConfig) -> Self {
        let &Evidence {
            histories,
            price,
            demand,
            profit,
            known_until: now,
        } = evidence;
        let ranks = histories.sales_rank.as_ref();
        let series = price.and_then(|price| Some((price, histories.price(price.series)?)));
        let velocity = demand.map(VelocityComponents::of);
        let roi = profit.and_then(|profit| profit.roi_percent);
        let components = ScoreComponents {
            velocity,
            stability: series.and_then(|(price, history)| {
                let window = Window::days_before(now, i32::from(price.window_days));
                StabilityComponents::of(history, window)
            }),
            confidence: series.map(|(price, history)| {
                let first = history.changes().first().map_or(now, |change| change.at);
                let quarter = Window::days_before(now, 90);
                let rank_changes = ranks.filter(|ranks| !ranks.is_empty()).map(|ranks| {
                    u32::try_from(ranks.changes_in(quarter).len()).unwrap_or(u32::MAX)
                });
                ConfidenceComponents::of(price, days_between(first, now), rank_changes)
            }),
            combined: roi
                .zip(velocity)
                .map(|(roi, velocity)| CombinedComponents::of(roi, velocity.score(), config)),
            opportunity: profit
                .zip(demand)
                .and_then(|(profit, demand)| OpportunityComponents::of(profit, demand)),
        };
        Self {
            velocity: velocity.map(|velocity| velocity.score()),
            velocity_tier: velocity.map(|velocity| VelocityTier::of(velocity.score())),
            stability: components.stability.map(|parts| parts.score()),
            confidence: components.confidence.map(|parts| parts.score()),
            combined: components.combined.map(|parts| parts.score()),
            opportunity: components.opportunity.and_then(|parts| parts.score()),
            trend: demand
                .and(ranks)
                .and_then(|ranks| SalesRankTrend::of(ranks, now)),
            components,
        }
    }
}

impl VelocityTier {
    const fn of(velocity: u8) -> Self {
        match velocity {
            80.. => Self::Fast,
            60.. => Self::Medium,
            40.. => Self::Slow,
            _ => Self::VerySlow,
        }
    }
}

#[cfg(test)]
mod tests;
