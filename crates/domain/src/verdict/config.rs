//! What a user can set about the verdict.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// One gate of the rating: every score must reach its minimum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// ROI in percent.
    #[serde(with = "crate::percent::setting")]
    #[cfg_attr(feature = "utoipa", schema(value_type = f64))]
    pub roi_percent: Decimal,
    /// Velocity score.
    pub velocity: u8,
    /// Stability score.
    pub stability: u8,
    /// Confidence score.
    pub confidence: u8,
}

/// What a user can set about the verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct VerdictConfig {
    /// Gate of EXCELLENT.
    pub excellent: Gate,
    /// Gate of GOOD.
    pub good: Gate,
    /// Gate of FAIR.
    pub fair: Gate,
    /// A purchase is recommended only when profit is at least this probable, in percent.
    pub minimum_profit_probability_percent: u8,
}

impl Default for VerdictConfig {
    /// The gates of the predecessor (35/70/70/80, 25/50/50/60, 15/30/30/40; grade C). Three chances in four keep an even bet from being
    /// recommended.
    fn default() -> Self {
        let gate = |roi: i64, velocity, stability, confidence| Gate {
            roi_percent: Decimal::from(roi),
            velocity,
            stability,
            confidence,
        };
        Self {
            excellent: gate(35, 70, 70, 80),
            good: gate(25, 50, 50, 60),
            fair: gate(15, 30, 30, 40),
            minimum_profit_probability_percent: 75,
        }
    }
}

impl VerdictConfig {
    /// Every value that is out of range or out of order, as the name of the field and what is wrong.
    #[must_use]
    pub fn problems(&self) -> Vec<(&'static str, &'static str)> {
        let ordered = [
            (
                self.excellent.roi_percent >= self.good.roi_percent,
                "verdict.excellent.roi_percent",
            ),
            (
                self.excellent.velocity >= self.good.velocity,
                "verdict.excellent.velocity",
            ),
            (
                self.excellent.stability >= self.good.stability,
                "verdict.excellent.stability",
            ),
            (
                self.excellent.confidence >= self.good.confidence,
                "verdict.excellent.confidence",
            ),
        ]
        .map(|(holds, path)| (holds, path, "must not be below that of good"));
        let good_ordered = [
            (
                self.good.roi_percent >= self.fair.roi_percent,
                "verdict.good.roi_percent",
            ),
            (
                self.good.velocity >= self.fair.velocity,
                "verdict.good.velocity",
            ),
            (
                self.good.stability >= self.fair.stability,
                "verdict.good.stability",
            ),
            (
                self.good.confidence >= self.fair.confidence,
                "verdict.good.confidence",
            ),
        ]
        .map(|(holds, path)| (holds, path, "must not be below that of fair"));
        let highest = [
            (self.excellent.velocity <= 100, "verdict.excellent.velocity"),
            (
                self.excellent.stability <= 100,
                "verdict.excellent.stability",
            ),
            (
                self.excellent.confidence <= 100,
                "verdict.excellent.confidence",
            ),
        ]
        .map(|(holds, path)| (holds, path, "must be from 0 to 100"));
        let mut problems: Vec<(&'static str, &'static str)> = ordered
            .into_iter()
            .chain(good_ordered)
            .chain(highest)
            .filter_map(|(holds, path, problem)| (!holds).then_some((path, problem)))
            .collect();
        if self.minimum_profit_probability_percent > 100 {
            problems.push((
                "verdict.minimum_profit_probability_percent",
                "must be from 0 to 100",
            ));
        }
        problems
    }
}
