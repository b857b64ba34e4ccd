//! The condition signal: whether used units of a product are worth the look, from what they return and how many compete.
//!
//! It answers for used units as a whole, before a single offer is at hand. What is unknown decides nothing: the signal is UNKNOWN where the
//! known number leaves more than one answer open.

use rust_decimal::{Decimal, dec};
use serde::{Deserialize, Serialize};

use crate::analysis::Analysis;

/// How good used units of a product are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ConditionSignal {
    /// A high return against few others.
    Strong,
    /// A fair return against some others.
    Moderate,
    /// A low return, or many others.
    Weak,
    /// Return or competition are unknown, and it depends on them.
    Unknown,
}

/// What a user can set about the condition signal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct ConditionSignalConfig {
    /// ROI of used units from which the signal can be STRONG, in percent.
    #[serde(with = "crate::percent::setting")]
    #[cfg_attr(feature = "utoipa", schema(value_type = f64))]
    pub strong_roi_percent: Decimal,
    /// Other used offers up to which it can be STRONG.
    pub strong_offers_at_most: u32,
    /// ROI from which it can be MODERATE, in percent.
    #[serde(with = "crate::percent::setting")]
    #[cfg_attr(feature = "utoipa", schema(value_type = f64))]
    pub moderate_roi_percent: Decimal,
    /// Other used offers up to which it can be MODERATE.
    pub moderate_offers_at_most: u32,
    /// Whether a WEAK product is rejected.
    pub reject_weak: bool,
    /// ROI from which a WEAK product is not rejected nevertheless, in percent.
    #[serde(with = "crate::percent::setting")]
    #[cfg_attr(feature = "utoipa", schema(value_type = f64))]
    pub weak_roi_percent: Decimal,
}

impl Default for ConditionSignalConfig {
    /// The predecessor's rules, which it read and never passed on (grade C).
    fn default() -> Self {
        Self {
            strong_roi_percent: dec!(25),
            strong_offers_at_most: 10,
            moderate_roi_percent: dec!(10),
            moderate_offers_at_most: 25,
            reject_weak: true,
            weak_roi_percent: dec!(20),
        }
    }
}

impl ConditionSignalConfig {
    /// Every value that is out of range or out of order, as the name of the field and what is wrong.
    #[must_use]
    pub fn problems(&self) -> Vec<(&'static str, &'static str)> {
        let outside = |percent: Decimal| percent.is_sign_negative() || percent > dec!(1000);
        [
            (
                outside(self.strong_roi_percent),
                "condition_signal.strong_roi_percent",
                "must be from 0 to 1000",
            ),
            (
                outside(self.moderate_roi_percent)
                    || self.moderate_roi_percent > self.strong_roi_percent,
                "condition_signal.moderate_roi_percent",
                "must be from 0 to strong_roi_percent",
            ),
            (
                self.moderate_offers_at_most < self.strong_offers_at_most,
                "condition_signal.moderate_offers_at_most",
                "must not be below strong_offers_at_most",
            ),
            (
                outside(self.weak_roi_percent),
                "condition_signal.weak_roi_percent",
                "must be from 0 to 1000",
            ),
        ]
        .into_iter()
        .filter_map(|(is_wrong, path, problem)| is_wrong.then_some((path, problem)))
        .collect()
    }
}

/// A signal with the numbers that it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct ConditionSignalReport {
    /// The signal.
    pub signal: ConditionSignal,
    /// ROI of a used unit, in percent; `None` when unknown.
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<f64>))]
    #[serde(with = "crate::percent::option")]
    pub roi_percent: Option<Decimal>,
    /// Used offers of others; `None` when unknown.
    pub offers: Option<u32>,
    /// `true` when the signal is WEAK, weak products are rejected, and the ROI is known not to make up for it.
    pub is_rejected: bool,
}

/// The signal of a return and a number of competing offers.
#[must_use]
pub fn condition_signal(
    roi_percent: Option<Decimal>,
    offers: Option<u32>,
    config: &ConditionSignalConfig,
) -> ConditionSignalReport {
    let reaches = |roi: Decimal, offers_at_most: u32| {
        both(
            roi_percent.map(|known| known >= roi),
            offers.map(|known| known <= offers_at_most),
        )
    };
    let strong = reaches(config.strong_roi_percent, config.strong_offers_at_most);
    let moderate = reaches(config.moderate_roi_percent, config.moderate_offers_at_most);
    let signal = match (strong, moderate) {
        (Some(true), _) => ConditionSignal::Strong,
        (Some(false), Some(true)) => ConditionSignal::Moderate,
        (_, Some(false)) => ConditionSignal::Weak,
        (None, _) | (_, None) => ConditionSignal::Unknown,
    };
    let is_too_low = roi_percent.is_some_and(|roi| roi < config.weak_roi_percent);
    ConditionSignalReport {
        signal,
        roi_percent,
        offers,
        is_rejected: config.reject_weak && signal == ConditionSignal::Weak && is_too_low,
    }
}

/// The signal of a product of which a used unit was analysed; `None` for an analysis of a new one.
#[must_use]
pub fn signal_of(
    analysis: &Analysis,
    config: &ConditionSignalConfig,
) -> Option<ConditionSignalReport> {
    analysis.condition.is_used().then(|| {
        let roi = analysis
            .profit
            .as_ref()
            .and_then(|profit| profit.roi_percent);
        // The analysis counts your own offer as well.
        let offers = analysis
            .demand
            .as_ref()
            .and_then(|demand| demand.competing_offers)
            .map(|offers| offers.saturating_sub(1));
        condition_signal(roi, offers, config)
    })
}

/// Whether both hold: not when one is known not to, unknown when the other is.
const fn both(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    match (one, other) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        (None, _) | (_, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::acquisition::{Acquisition, Condition};
    use crate::analysis::analyze;
    use crate::config::AnalysisConfig;
    use crate::testing::{as_of, good_seller, used_good};

    fn of(roi: Option<i64>, offers: Option<u32>) -> (ConditionSignal, bool) {
        let report = condition_signal(
            roi.map(Decimal::from),
            offers,
            &ConditionSignalConfig::default(),
        );
        (report.signal, report.is_rejected)
    }

    #[test]
    fn return_and_competition_decide_together_and_what_is_unknown_only_where_it_matters() {
        use ConditionSignal::{Moderate, Strong, Unknown, Weak};
        let cases = [
            (Some(25), Some(10), Strong, false),
            (Some(25), Some(11), Moderate, false),
            (Some(24), Some(10), Moderate, false),
            (Some(10), Some(25), Moderate, false),
            (Some(9), Some(0), Weak, true),
            (Some(19), Some(26), Weak, true),
            (Some(20), Some(26), Weak, false),
            (Some(-40), None, Weak, true),
            (None, Some(26), Weak, false),
            (Some(30), None, Unknown, false),
            (Some(12), None, Unknown, false),
            (None, Some(3), Unknown, false),
            (None, None, Unknown, false),
        ];
        for (roi, offers, signal, rejected) in cases {
            assert_eq!(of(roi, offers), (signal, rejected), "{roi:?} {offers:?}");
        }
    }

    #[test]
    fn weak_products_are_kept_when_the_configuration_says_so() {
        let config = ConditionSignalConfig {
            reject_weak: false,
            ..ConditionSignalConfig::default()
        };
        let report = condition_signal(Some(dec!(-5)), Some(3), &config);
        assert_eq!(
            (report.signal, report.is_rejected),
            (ConditionSignal::Weak, false)
        );
    }

    #[test]
    fn the_signal_of_an_analysis_counts_the_offers_of_others_and_a_new_unit_has_none() {
        let signal = |acquisition: &Acquisition| {
            let config = AnalysisConfig::default();
            let analysis = analyze(&good_seller(), acquisition, &config, as_of());
            signal_of(&analysis, &ConditionSignalConfig::default())
        };
        let used = signal(&used_good(Some(400))).unwrap();
        assert_eq!(
            (used.signal, used.offers),
            (ConditionSignal::Moderate, Some(12))
        );
        let unknown = signal(&used_good(None)).unwrap();
        assert_eq!(unknown.signal, ConditionSignal::Unknown);
        let new = Acquisition {
            condition: Condition::New,
            ..used_good(Some(400))
        };
        assert_eq!(signal(&new), None);
    }

    #[test]
    fn thresholds_out_of_order_are_named() {
        let config = ConditionSignalConfig {
            moderate_roi_percent: dec!(30),
            moderate_offers_at_most: 5,
            weak_roi_percent: dec!(-1),
            ..ConditionSignalConfig::default()
        };
        let paths: Vec<_> = config
            .problems()
            .into_iter()
            .map(|(path, _)| path)
            .collect();
        assert_eq!(
            paths,
            [
                "condition_signal.moderate_roi_percent",
                "condition_signal.moderate_offers_at_most",
                "condition_signal.weak_roi_percent"
            ]
        );
    }

    proptest! {
        #[test]
        fn more_return_and_fewer_offers_never_weaken_the_signal(
            roi in -100_i64..100, more in 0_i64..100, offers in 0_u32..40, fewer in 0_u32..40
        ) {
            let strength = |signal| match signal {
                ConditionSignal::Weak => 0,
                ConditionSignal::Moderate => 1,
                ConditionSignal::Strong => 2,
                ConditionSignal::Unknown => panic!("both are known"),
            };
            let worse = strength(of(Some(roi), Some(offers)).0);
            let better = strength(of(Some(roi + more), Some(offers.saturating_sub(fewer))).0);
            prop_assert!(better >= worse);
        }
    }
}
