//! Strategies: what a buyer looks for, as gates that an analysis passes or does not, and as weights of one score.
//!
//! A strategy is configuration and nothing else. Its gates and weights are a section of the one document
//! ([`AnalysisConfig::strategy`]), the return and the profit that it asks for are the target of the maximum buy price
//! (`profit.target_roi_percent`, `profit.minimum_profit`), and its patience is `demand.holding_days`: so the price that an analysis names as
//! the most to pay is the one at which the gates of return and profit still hold, and nothing stands twice. A preset is a
//! [`ConfigPatch`](crate::config::ConfigPatch) for the scope `strategy:NAME`, which an organisation overrides, extends, versions and audits as it does any other. The alternative, a preset
//! type beside the configuration, would have needed a second way to do all of that.

mod config;
mod gates;
mod preset;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

pub use self::config::StrategyConfig;
use self::gates::gates;
pub use self::preset::Preset;
use crate::analysis::Analysis;
use crate::config::AnalysisConfig;
use crate::market::MarketSnapshot;
use crate::scores::roi_score;
use crate::sourcing::whole_percent;

/// What a gate looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum GateKind {
    /// ROI after every fee, in percent, at least `profit.target_roi_percent`.
    Roi,
    /// Profit of one unit after every fee, at least `profit.minimum_profit`.
    Profit,
    /// Likely sale price, at least.
    SalePrice,
    /// Median of the intrinsic corridor, at least.
    IntrinsicPrice,
    /// Typical sales rank of the last 90 days, at most. Not the current one: a sale an hour ago makes a dead book look alive.
    SalesRank,
    /// New offers fulfilled by Amazon, at most.
    FbaSellers,
    /// Expected days until one of your units sells, at most `demand.holding_days`.
    HoldingDays,
    /// Velocity score, at least.
    Velocity,
    /// Stability score, at least.
    Stability,
}

/// Whether a gate is passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum GateOutcome {
    /// It is.
    Passed,
    /// It is not.
    Failed,
    /// The number is unknown; an unknown number passes no gate.
    Unknown,
}

/// One gate with its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct GateResult {
    /// What it looks at.
    pub gate: GateKind,
    /// Whether it is passed.
    pub outcome: GateOutcome,
    /// The least or the most that passes: percent, an amount in the main unit of the currency, a rank, a number, days, or a score.
    #[cfg_attr(feature = "utoipa", schema(value_type = String))]
    pub limit: Decimal,
    /// The number, in the same unit; `None` when unknown. Where only an upper bound is known and it passes, the bound.
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>))]
    pub value: Option<Decimal>,
}

/// What a strategy makes of an analysis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct StrategyAssessment {
    /// `true` when every gate is passed.
    pub is_match: bool,
    /// The gates that are set, in a fixed order.
    pub gates: Vec<GateResult>,
    /// Return, velocity and stability by the weights of the strategy, from 0 to 100; `None` when one that counts is unknown.
    pub score: Option<u8>,
}

/// Which gates of a configuration an analysis passes. The analysis must be one of this snapshot under this configuration.
#[must_use]
pub fn assess(
    snapshot: &MarketSnapshot,
    analysis: &Analysis,
    config: &AnalysisConfig,
) -> StrategyAssessment {
    let gates = gates(snapshot, analysis, config);
    StrategyAssessment {
        is_match: gates.iter().all(|gate| gate.outcome == GateOutcome::Passed),
        gates,
        score: score(analysis, &config.strategy),
    }
}

/// Signals from 0 to 100 by weights that sum to 100; `None` when one that has a weight is unknown.
fn score(analysis: &Analysis, config: &StrategyConfig) -> Option<u8> {
    let profit = analysis.profit.as_ref();
    let roi = profit.and_then(|profit| profit.roi_percent);
    let signals = [
        (config.roi_weight_percent, roi.map(roi_score)),
        (
            config.velocity_weight_percent,
            analysis.scores.velocity.map(f64::from),
        ),
        (
            config.stability_weight_percent(),
            analysis.scores.stability.map(f64::from),
        ),
    ];
    let weighted = signals.into_iter().filter(|(weight, _)| *weight > 0);
    let sum: Option<f64> = weighted
        .map(|(weight, signal)| Some(f64::from(weight) * signal?))
        .sum();
    u8::try_from(whole_percent(sum? / 10_000.0)).ok()
}

#[cfg(test)]
mod tests;
