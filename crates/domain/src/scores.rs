//! Scores from 0 to 100. One that cannot be computed is `None`, never 50.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde::{Deserialize, Serialize};

use crate::demand::DemandEstimate;
use crate::history::{History, Window};
use crate::price::SalePriceEstimate;
use crate::profit::ProfitBreakdown;

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

/// A number as a score from 0 to 100.
fn score(value: f64) -> u8 {
    Decimal::from_f64_retain(value.clamp(0.0, 100.0))
        .and_then(|value| value.round().to_u8())
        .unwrap_or(0)
}

/// The mean of the signals that are known; `None` when none is.
fn blend(signals: &[(f64, Option<f64>)]) -> Option<f64> {
    let known = signals
        .iter()
        .filter_map(|(weight, signal)| Some((weight, (*signal)?)));
    let (sum, weights) = known.fold((0.0, 0.0), |(sum, weights), (weight, signal)| {
        (sum + weight * signal, weights + weight)
    });
    (weights > 0.0).then(|| sum / weights)
}

/// Velocity and its tier.
pub(crate) fn velocity(demand: &DemandEstimate) -> (u8, VelocityTier) {
    let velocity = score(demand.sells_within_30_days_percent);
    let tier = match velocity {
        80.. => VelocityTier::Fast,
        60.. => VelocityTier::Medium,
        40.. => VelocityTier::Slow,
        _ => VelocityTier::VerySlow,
    };
    (velocity, tier)
}

/// Stability of a price within a window: half dispersion, a quarter drawdown, a quarter share of time offered.
pub(crate) fn stability(history: &History, window: Window) -> Option<u8> {
    let (_, deviation) = history.log_moments(window)?;
    let [low, median] = history.quantiles(window, [0.05, 0.5])?;
    // A standard deviation of the logarithm of 0.5 is a price that swings by a factor of 1.6 either way: no stability left.
    let dispersion = 100.0 * (1.0 - (deviation / 0.5).min(1.0));
    let drawdown = 100.0 * f64::from(low) / f64::from(median.max(1));
    let offered = history.offered_share(window).map(|share| share * 100.0);
    blend(&[
        (0.5, Some(dispersion)),
        (0.25, Some(drawdown)),
        (0.25, offered),
    ])
    .map(score)
}

/// What confidence looks at.
pub(crate) struct Evidence<'a> {
    pub(crate) price: &'a SalePriceEstimate,
    /// Days from the first change of the price history to now.
    pub(crate) history_days: u32,
    /// Changes of the sales rank in the last 90 days; `None` when it has no rank.
    pub(crate) rank_changes: Option<u32>,
}

/// Confidence: freshness, coverage, length of history, sample and agreement of signals; a fallback series costs 15.
pub(crate) fn confidence(evidence: &Evidence<'_>) -> u8 {
    let price = evidence.price;
    let freshness = 100.0 - f64::from(price.age_days.saturating_sub(1).min(30)) / 30.0 * 100.0;
    let length = f64::from(evidence.history_days.min(365)) / 365.0 * 100.0;
    let sample = evidence
        .rank_changes
        .map(|changes| f64::from(changes.min(30)) / 30.0 * 100.0);
    let agreement = price.current.and_then(|current| {
        let ratio = (current.amount() / price.likely.amount().max(Decimal::new(1, 2))).to_f64()?;
        Some(100.0 * (1.0 - ratio.max(1e-6).ln().abs().min(1.0)))
    });
    let blended = blend(&[
        (0.25, Some(freshness)),
        (0.2, Some(f64::from(price.offered_percent))),
        (0.2, Some(length)),
        (0.2, sample),
        (0.15, agreement),
    ]);
    let fallback = if price.is_fallback { 15.0 } else { 0.0 };
    score(blended.unwrap_or(0.0) - fallback)
}

/// ROI and velocity by weight. ROI saturates, but never falls: 60 % counts 63, 180 % counts 95.
pub(crate) fn combined(roi_percent: Decimal, velocity: u8, config: &ScoreConfig) -> u8 {
    let weight = f64::from(config.roi_weight_percent) / 100.0;
    score(weight * roi_score(roi_percent) + (1.0 - weight) * f64::from(velocity))
}

/// ROI from 0 to 100: it saturates, but never falls.
pub(crate) fn roi_score(roi_percent: Decimal) -> f64 {
    let roi = roi_percent.to_f64().unwrap_or_default().max(0.0);
    100.0 * (1.0 - (-roi / 60.0).exp())
}

/// Expected profit times its probability, for a hundred days of bound capital. A unit is bound for a week at least: it has to be received and
/// shipped. One that is never expected to sell binds for five years. An expected loss counts whole.
pub(crate) fn opportunity(profit: &ProfitBreakdown, demand: &DemandEstimate) -> Option<i64> {
    let expected = profit.expected_profit?.minor()?;
    let probability = i64::from(profit.profit_probability_percent?);
    let weighted = if expected > 0 {
        expected * probability / 100
    } else {
        expected
    };
    let days = i64::from(demand.days_to_sell.unwrap_or(1_826).max(7));
    Some(weighted * 100 / days)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::KeepaMinutes;
    use proptest::prelude::*;

    #[test]
    fn a_constant_market_is_perfectly_stable() {
        let history = History::from(vec![0, 2_000]);
        let window = Window {
            from: KeepaMinutes(0),
            to: KeepaMinutes(100_000),
        };
        assert_eq!(stability(&history, window), Some(100));
    }

    proptest! {
        #[test]
        fn the_combined_score_never_falls_with_roi_or_velocity(roi in 0_i64..5_000, more in 0_i64..1_000, velocity in 0_u8..100) {
            let config = ScoreConfig::default();
            let at = |roi: i64, velocity| combined(Decimal::from(roi), velocity, &config);
            prop_assert!(at(roi + more, velocity) >= at(roi, velocity));
            prop_assert!(at(roi, velocity + 1) >= at(roi, velocity));
        }

        #[test]
        fn a_good_signal_never_lowers_a_blend_below_what_it_was(known in 0.0_f64..100.0) {
            let without = blend(&[(0.5, Some(known)), (0.5, None)]).unwrap();
            let with = blend(&[(0.5, Some(known)), (0.5, Some(100.0))]).unwrap();
            prop_assert!(with >= without);
        }
    }
}
