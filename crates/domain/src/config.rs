//! The effective configuration of an analysis: one section for each part of the calculation, defined beside that part.

use serde::{Deserialize, Serialize};

use crate::demand::DemandConfig;
use crate::fees::FeeConfig;
use crate::price::PriceConfig;
use crate::profit::ProfitConfig;
use crate::scores::ScoreConfig;
use crate::verdict::VerdictConfig;

/// Everything about the calculation that a user can set. Unknown keys are refused; what is absent has its default.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
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
    /// Gates of rating and recommendation.
    pub verdict: VerdictConfig,
}

impl AnalysisConfig {
    /// Every value that is out of range, as the path of the field and what is wrong; empty when the configuration is sound.
    #[must_use]
    pub fn problems(&self) -> Vec<(&'static str, &'static str)> {
        [
            self.fees.problems(),
            self.profit.problems(),
            self.price.problems(),
            self.demand.problems(),
            self.scores.problems(),
            self.verdict.problems(),
        ]
        .concat()
    }
}
