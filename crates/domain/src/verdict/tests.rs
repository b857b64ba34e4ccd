//! The gates, and what no combination of numbers may ever come to.

use proptest::prelude::*;

use super::*;
use crate::acquisition::{Condition, Fulfilment};
use crate::demand::{DemandConfig, estimate_demand};
use crate::money::Currency;
use crate::risk::RiskCode;
use crate::testing::{days_ago, good_seller};

/// The numbers of which a verdict is made.
#[derive(Debug, Clone)]
struct Numbers {
    /// Buy price in cents; `None` when none is given.
    buy_price: Option<i64>,
    /// Profit in percent of the buy price.
    roi: i64,
    probability: u8,
    velocity: u8,
    stability: u8,
    confidence: u8,
    flags: Vec<(RiskCode, Severity)>,
    missing: Vec<MissingInput>,
}

impl Numbers {
    /// ROI, velocity, stability and confidence of a unit for 10.00 that is sure to earn, without a risk.
    fn scored([roi, velocity, stability, confidence]: [u8; 4]) -> Self {
        Self {
            buy_price: Some(1_000),
            roi: roi.into(),
            probability: 100,
            velocity,
            stability,
            confidence,
            flags: vec![],
            missing: vec![],
        }
    }

    fn verdict(&self) -> Verdict {
        let usd = |minor| Money::from_minor(minor, Currency::Usd);
        let profit = self.buy_price.map(|buy_price| buy_price * self.roi / 100);
        let breakdown = ProfitBreakdown {
            sale_price: usd(2_500),
            total_fees: usd(900),
            other_costs: usd(60),
            buffer: usd(0),
            profit: profit.map(usd),
            profit_for_quantity: profit.map(usd),
            roi_percent: profit.map(|_| Decimal::from(self.roi)),
            roi_on_all_costs_percent: None,
            margin_percent: None,
            expected_profit: profit.map(usd),
            profit_probability_percent: profit.map(|_| self.probability),
            max_buy_price: Some(usd(self.buy_price.unwrap_or(1_000))),
            break_even_buy_price: Some(usd(1_500)),
            break_even_sale_price: None,
            loss_zones: vec![],
        };
        let demand = estimate_demand(
            &good_seller(),
            Condition::UsedGood,
            Fulfilment::Fba,
            days_ago(0),
            &DemandConfig::default(),
        );
        let flags: Vec<RiskFlag> = self
            .flags
            .iter()
            .map(|&(code, severity)| RiskFlag {
                code,
                severity,
                detail: "a risk".to_owned(),
            })
            .collect();
        let evidence = Evidence {
            profit: Some(&breakdown),
            demand: demand.as_ref(),
            scores: &Scores {
                velocity: Some(self.velocity),
                stability: Some(self.stability),
                confidence: Some(self.confidence),
                ..Scores::default()
            },
            flags: &flags,
            missing: &self.missing,
            buy_price: self.buy_price.map(usd),
        };
        decide(&evidence, &VerdictConfig::default())
    }

    fn recommendation(&self) -> Recommendation {
        self.verdict().recommendation
    }
}

#[test]
fn a_rating_passes_all_of_its_gates() {
    use Rating::{Excellent, Fair, Good, Pass};
    use Recommendation::{Buy, Consider, StrongBuy};
    let cases = [
        ([35, 70, 70, 80], Excellent),
        ([34, 70, 70, 80], Good),
        ([35, 69, 70, 80], Good),
        ([35, 70, 69, 80], Good),
        ([35, 70, 70, 79], Good),
        ([25, 50, 50, 60], Good),
        ([24, 50, 50, 60], Fair),
        ([25, 50, 50, 59], Fair),
        ([15, 30, 30, 40], Fair),
        ([14, 90, 90, 90], Pass),
        ([100, 29, 90, 90], Pass),
        ([100, 90, 29, 90], Pass),
        ([100, 90, 90, 39], Pass),
        ([50, 69, 90, 90], Good),
        ([50, 90, 90, 79], Good),
    ];
    for (scores, rating) in cases {
        let verdict = Numbers::scored(scores).verdict();
        assert_eq!(verdict.rating, Some(rating), "{scores:?}");
        let recommendation = match rating {
            Excellent => StrongBuy,
            Good => Buy,
            Fair => Consider,
            Pass => Recommendation::Pass,
        };
        assert_eq!(verdict.recommendation, recommendation, "{scores:?}");
    }
}

#[test]
fn a_rating_of_pass_says_what_it_lacks() {
    let says = |scores, code| {
        let reasons = Numbers::scored(scores).verdict().reasons;
        reasons.iter().any(|reason| reason.code == code)
    };
    assert!(says([14, 90, 90, 90], ReasonCode::LowRoi));
    assert!(says([100, 29, 90, 90], ReasonCode::SlowSeller));
    assert!(says([100, 90, 29, 90], ReasonCode::VolatilePrice));
    assert!(says([100, 90, 90, 39], ReasonCode::LowConfidence));
}

#[test]
fn a_critical_risk_is_never_bought_however_good_the_numbers() {
    let mut numbers = Numbers::scored([100, 100, 100, 100]);
    numbers.flags = vec![(RiskCode::Hazardous, Severity::Critical)];
    assert_eq!(numbers.recommendation(), Recommendation::Avoid);
}

#[test]
fn slow_and_poor_is_passed_or_avoided() {
    assert_eq!(
        Numbers::scored([14, 29, 100, 100]).recommendation(),
        Recommendation::Pass
    );
}

#[test]
fn all_good_is_bought() {
    assert_eq!(
        Numbers::scored([100, 100, 100, 100]).recommendation(),
        Recommendation::StrongBuy
    );
    assert_eq!(
        Numbers::scored([30, 60, 60, 70]).recommendation(),
        Recommendation::Buy
    );
}

#[test]
fn amazon_in_the_buy_box_is_avoided_for_a_new_unit_and_never_a_strong_buy_for_a_used_one() {
    let against_amazon = |severity| {
        let mut numbers = Numbers::scored([100, 100, 100, 100]);
        numbers.flags = vec![(RiskCode::AmazonHoldsBuyBox, severity)];
        numbers.recommendation()
    };
    assert_eq!(against_amazon(Severity::Critical), Recommendation::Avoid);
    assert_eq!(against_amazon(Severity::Warning), Recommendation::Buy);
}

#[test]
fn an_unsure_profit_is_at_most_worth_a_look() {
    let with = |probability| {
        let numbers = Numbers {
            probability,
            ..Numbers::scored([100, 100, 100, 100])
        };
        numbers.recommendation()
    };
    assert_eq!(with(75), Recommendation::StrongBuy);
    assert_eq!(with(74), Recommendation::Consider);
}

const UNKNOWN: [MissingInput; 6] = [
    MissingInput::Product,
    MissingInput::SalePrice,
    MissingInput::PackageSize,
    MissingInput::PackageWeight,
    MissingInput::FeeSchedule,
    MissingInput::SalesRank,
];

const RISKS: [(RiskCode, Severity); 5] = [
    (RiskCode::AmazonHoldsBuyBox, Severity::Critical),
    (RiskCode::AmazonHoldsBuyBox, Severity::Warning),
    (RiskCode::AmazonSells, Severity::Warning),
    (RiskCode::Hazardous, Severity::Critical),
    (RiskCode::GeneratedData, Severity::Info),
];

prop_compose! {
    fn any_numbers()(
        buy_price in prop::option::weighted(0.9, 1_i64..5_000),
        roi in -100_i64..200,
        [probability, velocity, stability, confidence] in prop::array::uniform4(0_u8..=100),
        flags in prop::sample::subsequence(RISKS.to_vec(), 0..=2),
        missing in prop::sample::subsequence(UNKNOWN.to_vec(), 0..=1),
    ) -> Numbers {
        Numbers { buy_price, roi, probability, velocity, stability, confidence, flags, missing }
    }
}

proptest! {
    #[test]
    fn a_strong_buy_is_sure_to_earn_without_amazon_and_without_a_critical_risk(
        numbers in any_numbers(),
        roi in 30_i64..200,
        [probability, velocity, stability, confidence] in prop::array::uniform4(65_u8..=100),
    ) {
        // Near the gates and above, where a strong buy is likely.
        let numbers = Numbers { roi, probability, velocity, stability, confidence, ..numbers };
        let verdict = numbers.verdict();
        if verdict.recommendation == Recommendation::StrongBuy {
            prop_assert!(numbers.probability >= VerdictConfig::default().minimum_profit_probability_percent);
            let is_harmless = |&(code, severity): &(RiskCode, Severity)| code != RiskCode::AmazonHoldsBuyBox && severity < Severity::Critical;
            prop_assert!(numbers.flags.iter().all(is_harmless));
            prop_assert!(numbers.buy_price.is_some() && numbers.roi > 0);
        }
    }

    #[test]
    fn what_is_unknown_is_named_and_never_guessed(numbers in any_numbers()) {
        let verdict = numbers.verdict();
        let is_unknown = verdict.recommendation == Recommendation::InsufficientData;
        prop_assert_eq!(is_unknown, !numbers.missing.is_empty());
        prop_assert!(!is_unknown || verdict.rating.is_none());
        prop_assert!(!is_unknown || verdict.reasons.iter().all(|reason| reason.code == ReasonCode::MissingInput));
        prop_assert!(!verdict.reasons.is_empty());
        prop_assert!(numbers.buy_price.is_some() || verdict.recommendation < Recommendation::Buy);
    }

    #[test]
    fn slow_and_poor_is_never_recommended(numbers in any_numbers(), velocity in 0_u8..30, roi in -100_i64..15) {
        let numbers = Numbers { velocity, roi, ..numbers };
        prop_assert!(numbers.recommendation() <= Recommendation::Pass);
    }

    #[test]
    fn a_better_number_or_a_risk_less_never_lowers_a_recommendation(
        numbers in any_numbers(),
        [probable, faster, steadier, surer] in prop::array::uniform4(0_u8..=100),
        richer in 0_i64..100,
    ) {
        let grown = |score: u8, growth: u8| score.saturating_add(growth).min(100);
        let better = Numbers {
            roi: numbers.roi + richer,
            probability: grown(numbers.probability, probable),
            velocity: grown(numbers.velocity, faster),
            stability: grown(numbers.stability, steadier),
            confidence: grown(numbers.confidence, surer),
            flags: numbers.flags.iter().skip(1).copied().collect(),
            ..numbers.clone()
        };
        prop_assert!(better.recommendation() >= numbers.recommendation());
    }
}
