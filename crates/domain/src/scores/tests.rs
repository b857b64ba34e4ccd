//! Properties of the scores: what must never raise them, and what must never lower them.

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::components::blend;
use super::*;
use crate::analysis::{Analysis, analyze};
use crate::config::AnalysisConfig;
use crate::market::{MarketSnapshot, SalesRankDrops};
use crate::money::{Currency, Money};
use crate::price::PriceSeries;
use crate::testing::{as_of, good_seller, history, used_good};

fn answer(snapshot: &MarketSnapshot) -> Analysis {
    let config = AnalysisConfig::default();
    analyze(snapshot, &used_good(Some(400)), &config, as_of())
}

/// A good seller with these sales ranks, of which Keepa counted no falls.
fn ranked(ranks: &[(i32, i32)]) -> MarketSnapshot {
    MarketSnapshot {
        sales_rank_drops: SalesRankDrops::default(),
        histories: Histories {
            sales_rank: history(ranks),
            ..good_seller().histories
        },
        ..good_seller()
    }
}

#[test]
fn every_score_of_a_good_seller_shows_what_it_is_made_of() {
    insta::assert_json_snapshot!(answer(&good_seller()).scores, @r#"
    {
      "velocity": 34,
      "velocity_tier": "VERY_SLOW",
      "stability": 98,
      "confidence": 100,
      "combined": 72,
      "opportunity": 1481,
      "trend": {
        "direction": "STEADY",
        "recent_sales_rank": 226008,
        "earlier_sales_rank": 212784
      },
      "components": {
        "velocity": {
          "monthly_units": 9.22,
          "your_share_percent": 4.5,
          "sells_within_30_days_percent": 34.1
        },
        "stability": {
          "dispersion": 97,
          "drawdown": 98,
          "offered": 100
        },
        "confidence": {
          "freshness": 100,
          "offered": 100,
          "history": 100,
          "sample": 100,
          "agreement": 99,
          "fallback_penalty": 0
        },
        "combined": {
          "roi": 98,
          "velocity": 34,
          "roi_weight_percent": 60
        },
        "opportunity": {
          "expected_profit": {
            "amount": "10.22",
            "currency": "USD"
          },
          "profit_probability_percent": 100,
          "days_bound": 69
        }
      }
    }
    "#);
}

#[test]
fn a_dead_book_whose_rank_improves_is_as_slow_as_one_whose_rank_stands_still() {
    let still = answer(&ranked(&[(700, 6_000_000)])).scores;
    // Steps of 4 %, of which none is a sale.
    let ranks = std::iter::successors(Some(6_000_000), |rank| Some(rank / 25 * 24));
    let steps: Vec<(i32, i32)> = (0..20).map(|step| 190 - 10 * step).zip(ranks).collect();
    let improving = answer(&ranked(&steps)).scores;
    assert_eq!(
        improving.trend.map(|trend| trend.direction),
        Some(TrendDirection::Improving)
    );
    assert_eq!(improving.velocity_tier, Some(VelocityTier::VerySlow));
    assert!(improving.velocity <= Some(5), "{improving:?}");
    assert!(
        improving
            .velocity
            .zip(still.velocity)
            .is_some_and(|(a, b)| a.abs_diff(b) <= 3)
    );
}

#[test]
fn stored_scores_from_before_there_were_components_still_read() {
    let stored = r#"{"velocity":97,"velocity_tier":"FAST","stability":100,"confidence":100,"combined":92,"opportunity":8000}"#;
    let read: Scores = serde_json::from_str(stored).unwrap();
    let expected = Scores {
        velocity: Some(97),
        velocity_tier: Some(VelocityTier::Fast),
        stability: Some(100),
        confidence: Some(100),
        combined: Some(92),
        opportunity: Some(8_000),
        trend: None,
        components: ScoreComponents::default(),
    };
    assert_eq!(read, expected);
}

#[test]
fn a_tier_begins_at_its_score() {
    let tiers = [0, 39, 40, 59, 60, 79, 80, 100].map(VelocityTier::of);
    use VelocityTier::{Fast, Medium, Slow, VerySlow};
    assert_eq!(
        tiers,
        [VerySlow, VerySlow, Slow, Slow, Medium, Medium, Fast, Fast]
    );
}

#[test]
fn a_price_that_is_no_longer_than_a_day_old_and_known_for_a_year_is_trusted_whole() {
    let with = |change: fn(&mut SalePriceEstimate)| {
        let mut price = price();
        change(&mut price);
        ConfidenceComponents::of(&price, 365, Some(30)).score()
    };
    assert_eq!(with(|_| {}), 100);
    assert_eq!(with(|price| price.age_days = 1), 100);
    assert_eq!(with(|price| price.age_days = 31), 75);
    assert_eq!(with(|price| price.is_fallback = true), 85);
    assert_eq!(with(|price| price.offered_percent = 0), 80);
    // Nothing is offered now: the signal is left out, and the rest weighs more.
    assert_eq!(with(|price| price.current = None), 100);
}

/// A price that stands at 25.00 and is offered all the time.
fn price() -> SalePriceEstimate {
    let usd = Money::from_minor(2_500, Currency::Usd);
    SalePriceEstimate {
        low: usd,
        likely: usd,
        high: usd,
        series: PriceSeries::BuyBoxUsed,
        is_fallback: false,
        current: Some(usd),
        window_days: 90,
        offered_percent: 100,
        changes: 0,
        age_days: 0,
        method: String::new(),
    }
}

proptest! {
    #[test]
    fn a_constant_market_is_perfectly_stable(cents in 1_i32..1_000_000, days in 91_i32..2_000) {
        let mut snapshot = good_seller();
        snapshot.histories.buy_box_used = history(&[(days, cents)]);
        prop_assert_eq!(answer(&snapshot).scores.stability, Some(100));
    }

    #[test]
    fn the_combined_score_never_falls_with_roi_or_velocity(
        roi in -500_i64..5_000, more in 0_i64..1_000, velocity in 0_u8..100, roi_weight_percent in 0_u8..=100
    ) {
        let config = ScoreConfig { roi_weight_percent };
        let at = |roi: i64, velocity| CombinedComponents::of(Decimal::from(roi), velocity, &config).score();
        prop_assert!(at(roi + more, velocity) >= at(roi, velocity));
        prop_assert!(at(roi, velocity + 1) >= at(roi, velocity));
    }

    #[test]
    fn a_signal_that_is_no_worse_than_the_score_never_lowers_it(
        signals in prop::collection::vec((0_u32..100, prop::option::of(0_u8..=100)), 1..6),
        weight in 0_u32..100,
        better in 0_u8..=100,
    ) {
        let before = blend(&signals);
        let mut more = signals;
        more.push((weight, Some(before.max(better))));
        prop_assert!(blend(&more) >= before);
    }

    #[test]
    fn a_signal_that_grows_never_lowers_a_score(
        signals in prop::collection::vec((0_u32..100, 0_u8..=100), 1..6), which in any::<prop::sample::Index>(), growth in 0_u8..=100,
    ) {
        let known = |signals: &[(u32, u8)]| blend(&signals.iter().map(|&(weight, signal)| (weight, Some(signal))).collect::<Vec<_>>());
        let mut grown = signals.clone();
        let grows = which.get(&signals).1.saturating_add(growth).min(100);
        grown[which.index(signals.len())].1 = grows;
        prop_assert!(known(&grown) >= known(&signals));
    }

    #[test]
    fn fresher_longer_and_more_data_never_lowers_confidence(
        age_days in 0_u32..60, fresher in 0_u32..60,
        offered_percent in 0_u8..=100, more_offered in 0_u8..=100,
        history_days in 0_u32..800, longer in 0_u32..800,
        changes in 0_u32..60, more_changes in 0_u32..60,
        is_fallback in any::<bool>(),
    ) {
        let worse = SalePriceEstimate { age_days, offered_percent, is_fallback, ..price() };
        let better = SalePriceEstimate {
            age_days: age_days.saturating_sub(fresher),
            offered_percent: offered_percent.saturating_add(more_offered).min(100),
            is_fallback: false,
            ..price()
        };
        let before = ConfidenceComponents::of(&worse, history_days, Some(changes)).score();
        prop_assert!(ConfidenceComponents::of(&better, history_days, Some(changes)).score() >= before);
        prop_assert!(ConfidenceComponents::of(&worse, history_days + longer, Some(changes)).score() >= before);
        prop_assert!(ConfidenceComponents::of(&worse, history_days, Some(changes + more_changes)).score() >= before);
    }

    #[test]
    fn a_sale_more_never_lowers_velocity_nor_the_combined_score(falls in 0_u32..80, more in 0_u32..40) {
        let with = |falls: u32| {
            let mut snapshot = good_seller();
            snapshot.sales_rank_drops.days_30 = Some(falls);
            snapshot.sales_rank_drops.days_180 = Some(falls * 6);
            answer(&snapshot).scores
        };
        prop_assert!(with(falls + more).velocity >= with(falls).velocity);
        prop_assert!(with(falls + more).combined >= with(falls).combined);
    }

    #[test]
    fn a_slow_book_is_slow_whatever_its_rank_did_in_small_steps(
        steps in prop::collection::vec(-40_i32..40, 0..60)
    ) {
        let mut rank = 5_000_000_i32;
        let ranks: Vec<(i32, i32)> = std::iter::once((400, rank))
            .chain(steps.iter().zip((1..=300).rev().step_by(5)).map(|(permille, days)| {
                rank += rank / 1_000 * permille;
                (days, rank)
            }))
            .collect();
        let scores = answer(&ranked(&ranks)).scores;
        prop_assert!(scores.velocity <= Some(5), "{:?}", scores);
    }
}
