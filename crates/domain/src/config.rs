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

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<AnalysisConfig, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn the_defaults_are_sound_and_an_empty_document_means_them() {
        assert_eq!(AnalysisConfig::default().problems(), []);
        assert_eq!(read("{}").unwrap(), AnalysisConfig::default());
        let stored = serde_json::to_string(&AnalysisConfig::default()).unwrap();
        assert_eq!(read(&stored).unwrap(), AnalysisConfig::default());
    }

    #[test]
    fn an_unknown_key_is_refused_at_every_level() {
        assert!(read(r#"{"prices": {}}"#).is_err());
        assert!(read(r#"{"price": {"window": 30}}"#).is_err());
    }

    #[test]
    fn every_problem_is_named_at_once() {
        let config = read(
            r#"{
                "price": {"window_days": 3, "minimum_offered_percent": 101},
                "demand": {"holding_days": 0},
                "scores": {"roi_weight_percent": 120},
                "verdict": {"good": {"roi_percent": "50", "velocity": 90, "stability": 101, "confidence": 50}}
            }"#,
        )
        .unwrap();
        let paths: Vec<_> = config
            .problems()
            .into_iter()
            .map(|(path, _)| path)
            .collect();
        assert_eq!(
            paths,
            [
                "price.window_days",
                "price.minimum_offered_percent",
                "demand.holding_days",
                "scores.roi_weight_percent",
                "verdict.excellent.roi_percent",
                "verdict.excellent.velocity",
                "verdict.excellent.stability",
            ]
        );
    }
}
