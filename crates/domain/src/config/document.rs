//! The effective document: what the calculation reads.

use serde::{Deserialize, Serialize};

use super::problem::{ConfigProblem, ConfigProblemCode};
use crate::demand::DemandConfig;
use crate::fees::FeeConfig;
use crate::price::PriceConfig;
use crate::profit::ProfitConfig;
use crate::review::ReviewConfig;
use crate::scores::ScoreConfig;
use crate::sourcing::condition_signal::ConditionSignalConfig;
use crate::sourcing::strategy::StrategyConfig;
use crate::verdict::VerdictConfig;
use crate::verification::VerificationConfig;

/// Everything about the calculation that a user can set. Unknown keys are refused; what is absent has its default.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct AnalysisConfig {
    /// Fees that no rate card gives.
    pub fees: FeeConfig,
    /// Target, costs and buffer.
    pub profit: ProfitConfig,
    /// Sale price.
    pub price: PriceConfig,
    /// Demand.
    pub demand: DemandConfig,
    /// Weights of the scores.
    pub scores: ScoreConfig,
    /// What makes a class of the daily review. No analysis reads it.
    pub review: ReviewConfig,
    /// From where on a change counts, when an analysis is verified. No analysis reads it.
    pub verification: VerificationConfig,
    /// Gates of rating and recommendation.
    pub verdict: VerdictConfig,
    /// Gates and weights of the strategy.
    pub strategy: StrategyConfig,
    /// Thresholds of the condition signal.
    pub condition_signal: ConditionSignalConfig,
}

impl AnalysisConfig {
    /// Every value that is out of range or out of order, in the order of the sections; empty when the configuration is sound.
    #[must_use]
    pub fn problems(&self) -> Vec<ConfigProblem> {
        [
            self.fees.problems(),
            self.profit.problems(),
            self.price.problems(),
            self.demand.problems(),
            self.scores.problems(),
            self.review.problems(),
            self.verification.problems(),
            self.verdict.problems(),
            self.strategy.problems(),
            self.condition_signal.problems(),
        ]
        .into_iter()
        .flatten()
        .map(|(path, wrong)| ConfigProblem {
            pointer: format!("/{}", path.replace('.', "/")),
            code: ConfigProblemCode::OutOfRange,
            detail: format!("{} {wrong}", path.rsplit('.').next().unwrap_or(path)),
        })
        .collect()
    }
}
