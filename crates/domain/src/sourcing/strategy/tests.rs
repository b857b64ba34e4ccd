//! Presets, gates and the score of a strategy.

use proptest::prelude::*;
use rust_decimal::dec;
use serde_json::json;

use super::*;
use crate::acquisition::Acquisition;
use crate::analysis::analyze;
use crate::config::{ConfigLayers, ConfigPatch, Selection};
use crate::market::LiveOffers;
use crate::money::{Currency, Money};
use crate::testing::{as_of, good_seller, history, used_good};

fn config_of(layers: &ConfigLayers, preset: Preset) -> AnalysisConfig {
    let selection = Selection {
        strategy: Some(preset.name().parse().unwrap()),
        ..Selection::default()
    };
    layers.config(&selection).unwrap()
}

fn preset(preset: Preset) -> AnalysisConfig {
    config_of(&Preset::layers(), preset)
}

/// A book that passes every gate of every preset when it is bought for 5.00.
fn dream() -> MarketSnapshot {
    let steady = |cents| history(&[(730, cents)]);
    let mut snapshot = good_seller();
    snapshot.histories.buy_box_used = steady(6_000);
    snapshot.histories.sales_rank = crate::testing::repeating(1, &[20_000, 30_000]);
    snapshot.sales_rank_drops = crate::market::SalesRankDrops::default();
    snapshot.live_offers = LiveOffers {
        new_fba: Some(2),
        new: Some(0),
        used: Some(1),
        ..LiveOffers::default()
    };
    snapshot
}

fn assessed(
    snapshot: &MarketSnapshot,
    acquisition: &Acquisition,
    config: &AnalysisConfig,
) -> StrategyAssessment {
    let analysis = analyze(snapshot, acquisition, config, as_of());
    assess(snapshot, &analysis, config)
}

fn gate(assessment: &StrategyAssessment, kind: GateKind) -> GateResult {
    let gates = &assessment.gates;
    *gates.iter().find(|gate| gate.gate == kind).unwrap()
}

fn lines(assessment: &StrategyAssessment) -> String {
    let text = |value: Option<Decimal>| {
        value.map_or_else(
            || "unknown".to_owned(),
            |value| value.round_dp(2).normalize().to_string(),
        )
    };
    let gates = assessment.gates.iter().map(|gate| {
        let (value, limit) = (text(gate.value), gate.limit);
        format!("{:?} {value} of {limit}: {:?}", gate.gate, gate.outcome)
    });
    gates.collect::<Vec<_>>().join("\n")
}

#[test]
fn every_preset_is_a_sound_patch_of_the_configuration() {
    assert_eq!(Preset::layers().problems(), []);
    assert_eq!(Preset::layers().scopes().count(), Preset::ALL.len());
    for preset in Preset::ALL {
        assert!(!preset.patch().is_empty(), "{preset:?}");
    }
    insta::assert_json_snapshot!(Preset::Textbook.patch(), @r#"
    {
      "demand": {
        "holding_days": 90
      },
      "price": {
        "window_days": 365
      },
      "profit": {
        "minimum_profit": "12",
        "target_roi_percent": 35
      },
      "scores": {
        "roi_weight_percent": 75
      },
      "strategy": {
        "fba_sellers_at_most": 8,
        "minimum_intrinsic_price": "35",
        "minimum_sale_price": "30",
        "minimum_stability": 60,
        "minimum_velocity": 20,
        "roi_weight_percent": 60,
        "sales_rank_at_most": 250000,
        "velocity_weight_percent": 20
      }
    }
    "#);
    insta::assert_json_snapshot!(Preset::Aggressive.patch(), @r#"
    {
      "profit": {
        "target_roi_percent": 40
      },
      "scores": {
        "roi_weight_percent": 60
      },
      "strategy": {
        "minimum_stability": 80,
        "minimum_velocity": 70,
        "roi_weight_percent": 46,
        "velocity_weight_percent": 31
      }
    }
    "#);
}

#[test]
fn the_table_of_presets() {
    let line = |of: Preset| {
        let config = preset(of);
        let s = &config.strategy;
        let option = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
        format!(
            "{:12} roi {} profit {} price {} intrinsic {} rank {} fba {} velocity {} stability {} days {} window {} weights {}/{}/{} combined {}",
            of.name(),
            config.profit.target_roi_percent,
            config.profit.minimum_profit,
            option(s.minimum_sale_price.map(|v| v.to_string())),
            option(s.minimum_intrinsic_price.map(|v| v.to_string())),
            option(s.sales_rank_at_most.map(|v| v.to_string())),
            option(s.fba_sellers_at_most.map(|v| v.to_string())),
            option(s.minimum_velocity.map(|v| v.to_string())),
            option(s.minimum_stability.map(|v| v.to_string())),
            config.demand.holding_days,
            config.price.window_days,
            s.roi_weight_percent,
            s.velocity_weight_percent,
            s.stability_weight_percent(),
            config.scores.roi_weight_percent,
        )
    };
    insta::assert_snapshot!(Preset::ALL.map(line).join("\n"), @"
    textbook     roi 35 profit 12 price 30 intrinsic 35 rank 250000 fba 8 velocity 20 stability 60 days 90 window 365 weights 60/20/20 combined 75
    velocity     roi 30 profit 8 price 18 intrinsic 20 rank 75000 fba 5 velocity 60 stability 40 days 30 window 90 weights 30/50/20 combined 38
    balanced     roi 30 profit 10 price 20 intrinsic 22 rank 100000 fba 6 velocity 40 stability 50 days 60 window 90 weights 40/35/25 combined 53
    aggressive   roi 40 profit 0 price - intrinsic - rank - fba - velocity 70 stability 80 days 90 window 90 weights 46/31/23 combined 60
    conservative roi 35 profit 0 price - intrinsic - rank - fba - velocity 60 stability 85 days 90 window 90 weights 31/23/46 combined 57
    ");
}

#[test]
fn a_dream_passes_every_gate_of_every_preset_and_a_dear_one_fails_where_it_is_dear() {
    for of in Preset::ALL {
        let config = preset(of);
        let cheap = assessed(&dream(), &used_good(Some(500)), &config);
        assert!(cheap.is_match, "{of:?}\n{}", lines(&cheap));
        let dear = assessed(&dream(), &used_good(Some(4_000)), &config);
        assert!(!dear.is_match);
        assert_eq!(gate(&dear, GateKind::Roi).outcome, GateOutcome::Failed);
    }
}

#[test]
fn the_gates_of_an_ordinary_book_with_their_numbers() {
    let textbook = assessed(
        &good_seller(),
        &used_good(Some(400)),
        &preset(Preset::Textbook),
    );
    insta::assert_snapshot!(lines(&textbook), @"
    Roi 246 of 35: Passed
    Profit 9.84 of 12: Failed
    SalePrice 24.75 of 30: Failed
    IntrinsicPrice 25 of 35: Failed
    SalesRank 218563 of 250000: Passed
    FbaSellers 3 of 8: Passed
    HoldingDays 69 of 90: Passed
    Velocity 34 of 20: Passed
    Stability 98 of 60: Passed
    ");
}

#[test]
fn without_a_strategy_only_return_profit_and_patience_are_asked_for() {
    let config = AnalysisConfig::default();
    let gates = assessed(&dream(), &used_good(Some(500)), &config).gates;
    let kinds: Vec<_> = gates.iter().map(|gate| gate.gate).collect();
    assert_eq!(
        kinds,
        [GateKind::Roi, GateKind::Profit, GateKind::HoldingDays]
    );
}

#[test]
fn what_is_unknown_passes_no_gate() {
    let mut unknown = dream();
    unknown.histories.sales_rank = None;
    unknown.live_offers = LiveOffers::default();
    unknown.package = crate::market::Package::default();
    let assessment = assessed(&unknown, &used_good(None), &preset(Preset::Textbook));
    assert!(!assessment.is_match);
    assert_eq!(assessment.score, None);
    insta::assert_snapshot!(lines(&assessment), @"
    Roi unknown of 35: Unknown
    Profit unknown of 12: Unknown
    SalePrice 60 of 30: Passed
    IntrinsicPrice 60 of 35: Passed
    SalesRank unknown of 250000: Unknown
    FbaSellers unknown of 8: Unknown
    HoldingDays unknown of 90: Unknown
    Velocity unknown of 20: Unknown
    Stability 100 of 60: Passed
    ");
}

#[test]
fn few_new_offers_are_few_sellers_with_amazons_fulfilment_and_many_say_nothing() {
    let sellers = |new_fba, new| {
        let mut snapshot = dream();
        snapshot.live_offers.new_fba = new_fba;
        snapshot.live_offers.new = new;
        let config = preset(Preset::Textbook);
        let gate = gate(
            &assessed(&snapshot, &used_good(Some(500)), &config),
            GateKind::FbaSellers,
        );
        (gate.outcome, gate.value)
    };
    let number = |count: u32| Some(Decimal::from(count));
    assert_eq!(sellers(Some(9), Some(3)), (GateOutcome::Failed, number(9)));
    assert_eq!(sellers(Some(8), Some(30)), (GateOutcome::Passed, number(8)));
    assert_eq!(sellers(None, Some(8)), (GateOutcome::Passed, number(8)));
    assert_eq!(sellers(None, Some(9)), (GateOutcome::Unknown, None));
    assert_eq!(sellers(None, None), (GateOutcome::Unknown, None));
}

#[test]
fn a_gift_reaches_every_return_if_it_loses_nothing() {
    let config = preset(Preset::Textbook);
    let of = |snapshot: &MarketSnapshot| {
        gate(
            &assessed(snapshot, &used_good(Some(0)), &config),
            GateKind::Roi,
        )
    };
    let gift = of(&dream());
    assert_eq!((gift.outcome, gift.value), (GateOutcome::Passed, None));
    let mut worthless = dream();
    worthless.histories.buy_box_used = history(&[(730, 300)]);
    assert_eq!(of(&worthless).outcome, GateOutcome::Failed);
}

#[test]
fn an_organisation_changes_a_preset_as_any_other_scope() {
    let mut layers = Preset::layers();
    let scope = Preset::Textbook.scope().unwrap();
    let changed = layers.get(&scope).unwrap().changed(json!({
        "strategy": {"sales_rank_at_most": 400_000, "minimum_stability": null},
    }));
    layers.set(scope, changed.unwrap());
    layers.set(
        "global".parse().unwrap(),
        ConfigPatch::new(json!({"strategy": {"minimum_sale_price": "5"}})).unwrap(),
    );
    let textbook = config_of(&layers, Preset::Textbook).strategy;
    assert_eq!(textbook.sales_rank_at_most, Some(400_000));
    assert_eq!(textbook.minimum_stability, None);
    assert_eq!(textbook.minimum_sale_price, Some(dec!(30)));
    // What a preset does not tell is left to the other scopes.
    let aggressive = config_of(&layers, Preset::Aggressive).strategy;
    assert_eq!(aggressive.minimum_sale_price, Some(dec!(5)));
}

#[test]
fn weights_and_gates_out_of_range_are_named() {
    let config = StrategyConfig {
        minimum_sale_price: Some(dec!(-1)),
        sales_rank_at_most: Some(0),
        minimum_velocity: Some(101),
        roi_weight_percent: 60,
        velocity_weight_percent: 41,
        ..StrategyConfig::default()
    };
    let paths: Vec<_> = config
        .problems()
        .into_iter()
        .map(|(path, _)| path)
        .collect();
    assert_eq!(
        paths,
        [
            "strategy.minimum_sale_price",
            "strategy.sales_rank_at_most",
            "strategy.minimum_velocity",
            "strategy.roi_weight_percent"
        ]
    );
}

fn score(roi: i64, velocity: u8, stability: u8, weights: (u8, u8)) -> Option<u8> {
    let mut config = AnalysisConfig::default();
    config.strategy.roi_weight_percent = weights.0;
    config.strategy.velocity_weight_percent = weights.1;
    let mut analysis = analyze(&dream(), &used_good(Some(500)), &config, as_of());
    analysis.scores.velocity = Some(velocity);
    analysis.scores.stability = Some(stability);
    if let Some(profit) = &mut analysis.profit {
        profit.roi_percent = Some(Decimal::from(roi));
    }
    assess(&dream(), &analysis, &config).score
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn weights_of_every_accepted_strategy_sum_to_one(roi in 0_u8..=100, velocity in 0_u8..=100) {
        let config = StrategyConfig {
            roi_weight_percent: roi,
            velocity_weight_percent: velocity,
            ..StrategyConfig::default()
        };
        let sum = u32::from(roi) + u32::from(velocity) + u32::from(config.stability_weight_percent());
        prop_assert_eq!(config.problems().is_empty(), sum == 100);
    }

    #[test]
    fn the_score_never_falls_with_return_velocity_or_stability_and_stays_within_100(
        roi in -100_i64..1_000, more in 0_i64..500, velocity in 0_u8..100, stability in 0_u8..100,
        weights in (0_u8..=50, 0_u8..=50),
    ) {
        let base = score(roi, velocity, stability, weights);
        prop_assert!(base.is_some_and(|score| score <= 100));
        prop_assert!(score(roi + more, velocity, stability, weights) >= base);
        prop_assert!(score(roi, velocity + 1, stability, weights) >= base);
        prop_assert!(score(roi, velocity, stability + 1, weights) >= base);
    }

    #[test]
    fn the_most_to_pay_is_the_dearest_price_that_passes_the_gates_of_return_and_profit(cents in 1_000_i32..20_000) {
        let mut snapshot = dream();
        snapshot.histories.buy_box_used = history(&[(730, cents)]);
        for of in Preset::ALL {
            let config = preset(of);
            let at = |price: Option<Money>| {
                let acquisition = Acquisition { buy_price: price, ..used_good(None) };
                analyze(&snapshot, &acquisition, &config, as_of())
            };
            let Some(limit) = at(None).profit.and_then(|profit| profit.max_buy_price) else { continue };
            let passes = |minor: i64| {
                let analysis = at(Some(Money::from_minor(minor, Currency::Usd)));
                let assessment = assess(&snapshot, &analysis, &config);
                [GateKind::Roi, GateKind::Profit]
                    .iter()
                    .all(|kind| gate(&assessment, *kind).outcome == GateOutcome::Passed)
            };
            let limit = limit.minor().unwrap();
            prop_assert!(passes(limit), "{of:?} {limit}");
            prop_assert!(!passes(limit + 1), "{of:?} {limit}");
        }
    }
}
