//! Defects of scores, statistics, demand, risks, review and verification.

use rust_decimal::Decimal;

use super::{answer, bought_at, good_seller_with};
use crate::acquisition::{Acquisition, Condition};
use crate::analysis::{Analysis, analyze};
use crate::config::AnalysisConfig;
use crate::demand::{DemandMethod, monthly_units_of_book_rank};
use crate::fees::FeeKind;
use crate::market::{DataSource, SalesRankDrops};
use crate::money::{Currency, Money};
use crate::review::{ReviewClass, ReviewConfig, ReviewInput, SeenOffer, Sighting, review};
use crate::risk::RiskCode;
use crate::scores::{Scores, TrendDirection, VelocityTier};
use crate::testing::{as_of, days_ago, good_seller, history, repeating, used_good};
use crate::verdict::{MissingInput, Recommendation};
use crate::verification::{VerificationConfig, VerificationStatus, verify};

/// The scores of a book that sold so many times in a month, and six times as often in half a year.
fn scores_at_falls(falls: u32) -> Scores {
    let snapshot = good_seller_with(|snapshot| {
        snapshot.sales_rank_drops.days_30 = Some(falls);
        snapshot.sales_rank_drops.days_180 = Some(falls * 6);
    });
    bought_at(&snapshot, Some(400)).scores
}

#[test]
fn defect_5_the_combined_score_fell_at_a_return_of_a_hundred_percent_and_never_falls() {
    // From dear to cheap, across a return of 100 %.
    let combined: Vec<_> = (200..1_400)
        .rev()
        .step_by(20)
        .map(|cents| bought_at(&good_seller(), Some(cents)).scores.combined)
        .collect();
    assert!(combined.is_sorted(), "{combined:?}");
}

#[test]
fn defect_6_weights_did_not_sum_to_one_and_a_blend_lies_between_its_parts() {
    for roi_weight_percent in 0..=100 {
        let mut config = AnalysisConfig::default();
        config.scores.roi_weight_percent = roi_weight_percent;
        let scores = analyze(&good_seller(), &used_good(Some(900)), &config, as_of()).scores;
        let parts = scores.components.combined.unwrap();
        let (low, high) = (parts.roi.min(parts.velocity), parts.roi.max(parts.velocity));
        assert!(
            (Some(low)..=Some(high)).contains(&scores.combined),
            "{scores:?}"
        );
    }
}

#[test]
fn defect_7_velocity_went_in_steps_to_at_most_97_and_goes_evenly_to_100() {
    let velocity: Vec<u8> = (0..30)
        .map(|falls| scores_at_falls(falls).velocity.unwrap())
        .collect();
    assert!(velocity.is_sorted(), "{velocity:?}");
    assert!(
        velocity.windows(2).all(|pair| pair[1] - pair[0] <= 5),
        "{velocity:?}"
    );
    let mut bestseller = good_seller();
    bestseller.histories.sales_rank = repeating(1, &[900, 1_100]);
    bestseller.sales_rank_drops.days_30 = Some(250);
    bestseller.sales_rank_drops.days_180 = Some(1_500);
    assert_eq!(bought_at(&bestseller, None).scores.velocity, Some(100));
}

#[test]
fn defect_8_a_slow_book_of_steady_rank_was_as_fast_as_a_bestseller_of_steady_rank() {
    let at_ranks = |every_days, ranks: &[i32]| {
        let snapshot = good_seller_with(|snapshot| {
            snapshot.histories.sales_rank = repeating(every_days, ranks);
            snapshot.sales_rank_drops = SalesRankDrops::default();
        });
        bought_at(&snapshot, None).scores
    };
    let slow = at_ranks(15, &[1_100_000, 900_000]);
    let fast = at_ranks(1, &[1_100, 900]);
    assert!(
        Some(30) > slow.velocity && slow.velocity < fast.velocity,
        "{slow:?} {fast:?}"
    );
    for scores in [slow, fast] {
        assert_eq!(
            scores.trend.map(|trend| trend.direction),
            Some(TrendDirection::Steady)
        );
    }
    assert_eq!(slow.velocity_tier, Some(VelocityTier::VerySlow));
}

#[test]
fn defect_9_a_price_of_an_hour_counted_like_one_of_a_year_and_counts_an_hour() {
    let steady = good_seller_with(|snapshot| {
        snapshot.histories.buy_box_used = history(&[(400, 2_500)]);
    });
    let mut restless = steady.clone();
    let mut changes = vec![days_ago(400).0, 2_500];
    for minute in 0..60 {
        changes.extend([days_ago(40).0 + minute, 9_000 + minute]);
    }
    changes.extend([days_ago(40).0 + 60, 2_500]);
    restless.histories.buy_box_used = Some(changes.into());
    let [steady, restless] = [steady, restless].map(|snapshot| bought_at(&snapshot, Some(400)));
    let likely = |analysis: &Analysis| analysis.sale_price.as_ref().map(|price| price.likely);
    assert_eq!(likely(&restless), likely(&steady));
    assert!(
        restless.scores.stability >= Some(95),
        "{:?}",
        restless.scores
    );
}

#[test]
fn defect_10_a_price_that_never_changed_looked_unreliable_and_is_trusted() {
    let confidence = |prices: &[i32]| {
        let snapshot = good_seller_with(|snapshot| {
            snapshot.histories.buy_box_used = repeating(1, prices);
        });
        bought_at(&snapshot, None).scores.confidence
    };
    assert!(confidence(&[2_500]) >= confidence(&[2_500, 2_600, 2_400]));
    assert_eq!(confidence(&[2_500]), Some(100));
}

#[test]
fn defect_10_age_counted_the_same_always_and_costs_confidence() {
    let at_age = |days| {
        let snapshot = good_seller_with(|snapshot| snapshot.observed_at = Some(days_ago(days)));
        bought_at(&snapshot, None).scores.confidence
    };
    assert!(at_age(0) > at_age(10) && at_age(10) > at_age(25));
}

#[test]
fn defect_14_a_better_rank_and_a_higher_price_were_critical_and_alarm_nobody() {
    let before = bought_at(&good_seller(), Some(400));
    let better = good_seller_with(|snapshot| {
        snapshot.histories.sales_rank = repeating(3, &[18_000, 26_000, 38_000, 12_000]);
        snapshot.histories.buy_box_used = repeating(15, &[3_500, 3_450, 3_550]);
        snapshot.live_offers.used = Some(2);
    });
    let verification = verify(
        &before,
        &bought_at(&better, Some(400)),
        &VerificationConfig::default(),
    )
    .unwrap();
    assert_eq!(
        (verification.status, verification.changes),
        (VerificationStatus::Ok, vec![])
    );
}

#[test]
fn defect_15_every_book_took_ninety_days_and_each_takes_its_own() {
    let days: Vec<_> = [1, 5, 10, 25]
        .map(|falls| {
            let snapshot = good_seller_with(|snapshot| {
                snapshot.sales_rank_drops.days_30 = Some(falls);
                snapshot.sales_rank_drops.days_180 = Some(falls * 6);
            });
            bought_at(&snapshot, None).demand.unwrap().days_to_sell
        })
        .into();
    assert!(days.windows(2).all(|pair| pair[0] > pair[1]), "{days:?}");
}

#[test]
fn defect_15_sales_came_from_the_rank_alone_and_are_counted() {
    let demand = |falls| {
        let snapshot = good_seller_with(|snapshot| {
            snapshot.sales_rank_drops.days_30 = Some(falls);
            snapshot.sales_rank_drops.days_180 = Some(falls * 6);
        });
        bought_at(&snapshot, None).demand.unwrap()
    };
    let (few, many) = (demand(2), demand(20));
    assert_eq!(few.typical_sales_rank, many.typical_sales_rank);
    assert!(5.0 * few.monthly_units < many.monthly_units);
    assert_eq!(few.method, DemandMethod::RankDropsAndCurve);
}

#[test]
fn defect_15_the_curve_of_rank_jumped_and_falls_evenly_from_thousands_to_a_fraction() {
    let ranks = (0..1_400).map(|step| 1.01_f64.powi(step));
    let units: Vec<f64> = ranks.map(monthly_units_of_book_rank).collect();
    // A rank of one percent more never sells more, and never several percent less.
    assert!(
        units
            .windows(2)
            .all(|pair| pair[1] <= pair[0] && pair[1] > 0.97 * pair[0])
    );
    assert!(monthly_units_of_book_rank(1.0) > 10.0 * 30.0);
    assert!(monthly_units_of_book_rank(3_000_000.0) < 1.0);
}

#[test]
fn defect_16_words_matched_inside_others_and_a_notebook_is_no_book() {
    for group in ["Notebook", "Bookshelf", "Books and more"] {
        let snapshot = good_seller_with(|snapshot| snapshot.product_group = Some(group.to_owned()));
        let analysis = bought_at(&snapshot, None);
        assert_eq!(analysis.demand.unwrap().method, DemandMethod::RankDrops);
        let closing = FeeKind::Closing;
        assert!(
            analysis
                .fees
                .unwrap()
                .lines
                .iter()
                .all(|line| line.kind != closing)
        );
    }
}

fn sighting(days_ago: i64) -> Sighting {
    let usd = |cents| Money::from_minor(cents, Currency::Usd);
    Sighting {
        seen_at: as_of() - chrono::TimeDelta::days(days_ago),
        offer: Some(SeenOffer {
            buy_price: usd(1_000),
            profit: usd(190),
        }),
        sales_rank: Some(150_000),
        critical_risk: None,
        has_weak_condition_signal: false,
    }
}

fn class(judged: &Sighting, sightings: &[Sighting]) -> Option<ReviewClass> {
    let searches: Vec<_> = (0..40).map(|days| sighting(days).seen_at).collect();
    let input = ReviewInput {
        judged,
        sightings,
        searches: &searches,
    };
    review(&input, &ReviewConfig::default()).class
}

#[test]
fn defect_18_a_pick_was_in_its_own_history_and_a_first_sighting_is_a_fluke() {
    let today = sighting(0);
    assert_eq!(class(&today, &[today]), Some(ReviewClass::Fluke));
}

#[test]
fn defect_18_what_was_seen_again_within_a_week_was_dropped_and_makes_it_stable() {
    let today = sighting(0);
    let history = [today, sighting(1), sighting(2)];
    assert_eq!(class(&today, &history), Some(ReviewClass::Stable));
}

#[test]
fn defect_18_a_product_could_not_come_back_after_a_day_and_does() {
    let today = sighting(0);
    assert_eq!(
        class(&today, &[today, sighting(2)]),
        Some(ReviewClass::Revenant)
    );
}

#[test]
fn defect_19_a_weak_signal_was_judged_by_a_limit_of_five_and_is_by_the_configured_twenty() {
    let weak = Sighting {
        has_weak_condition_signal: true,
        ..sighting(0)
    };
    let history = [sighting(1), sighting(2)];
    assert_eq!(class(&weak, &history), Some(ReviewClass::Reject));
    assert_eq!(class(&sighting(0), &history), Some(ReviewClass::Stable));
}

#[test]
fn defect_19_the_number_of_used_offers_was_never_known_and_shares_the_sales() {
    let yours = |used| {
        let snapshot = good_seller_with(|snapshot| snapshot.live_offers.used = Some(used));
        let demand = bought_at(&snapshot, None).demand.unwrap();
        (demand.competing_offers, demand.your_monthly_units)
    };
    assert_eq!(yours(4).0, Some(5));
    assert!(yours(0).1 > 4.0 * yours(4).1);
}

#[test]
fn defect_20_a_missing_rank_passed_and_is_a_missing_input() {
    let snapshot = good_seller_with(|snapshot| {
        snapshot.histories.sales_rank = history(&[(700, -1)]);
        snapshot.sales_rank_drops = SalesRankDrops::default();
    });
    let analysis = bought_at(&snapshot, Some(400));
    assert_eq!(analysis.missing, [MissingInput::SalesRank]);
    assert_eq!(analysis.recommendation, Recommendation::InsufficientData);
    assert_eq!(
        (analysis.scores.velocity, analysis.scores.combined),
        (None, None)
    );
}

#[test]
fn defect_20_all_new_offers_were_taken_for_sellers_fulfilled_by_amazon() {
    let snapshot = good_seller_with(|snapshot| {
        snapshot.live_offers.new_fba = None;
        snapshot.live_offers.new = Some(40);
    });
    let flags = bought_at(&snapshot, None).flags;
    assert!(
        flags
            .iter()
            .all(|flag| flag.code != RiskCode::ManyFbaSellers)
    );
}

#[test]
fn defect_20_minus_one_scored_points_and_stands_for_nothing_offered() {
    let snapshot = good_seller_with(|snapshot| {
        snapshot.histories.buy_box = history(&[(400, -1)]);
        snapshot.histories.new = history(&[(400, -1)]);
    });
    let acquisition = Acquisition {
        condition: Condition::New,
        ..used_good(Some(400))
    };
    let analysis = answer(&snapshot, &acquisition);
    assert_eq!(analysis.sale_price, None);
    assert_eq!(
        (analysis.scores.stability, analysis.scores.confidence),
        (None, None)
    );
    assert_eq!(analysis.missing, [MissingInput::SalePrice]);
}

#[test]
fn defect_21_whatever_amazon_sold_was_removed_and_a_used_copy_is_told_of_it() {
    let mut bestseller = good_seller_with(|snapshot| {
        snapshot.histories.amazon = history(&[(400, 3_000)]);
        snapshot.live_offers.used = Some(1);
    });
    bestseller.histories.sales_rank = repeating(1, &[900, 1_100]);
    bestseller.sales_rank_drops = SalesRankDrops::default();
    let analysis = bought_at(&bestseller, Some(400));
    assert!(analysis.recommendation >= Recommendation::Buy);
    assert!(
        analysis
            .flags
            .iter()
            .any(|flag| flag.code == RiskCode::AmazonSells)
    );
}

#[test]
fn defect_22_estimates_looked_like_facts_and_name_their_method_and_their_source() {
    let snapshot = good_seller_with(|snapshot| snapshot.source = DataSource::Generated);
    let analysis = bought_at(&snapshot, Some(400));
    assert_eq!(analysis.source, DataSource::Generated);
    assert!(
        analysis
            .flags
            .iter()
            .any(|flag| flag.code == RiskCode::GeneratedData)
    );
    assert!(!analysis.sale_price.as_ref().unwrap().method.is_empty());
    // Nor is anything random.
    assert_eq!(bought_at(&snapshot, Some(400)), analysis);
}

#[test]
fn defect_23_a_trend_had_the_wrong_sign_and_a_lower_rank_is_an_improvement() {
    let direction = |ranks: &[(i32, i32)]| {
        let snapshot = good_seller_with(|snapshot| snapshot.histories.sales_rank = history(ranks));
        bought_at(&snapshot, None).scores.trend.unwrap().direction
    };
    assert_eq!(
        direction(&[(400, 400_000), (20, 100_000)]),
        TrendDirection::Improving
    );
    assert_eq!(
        direction(&[(400, 100_000), (20, 400_000)]),
        TrendDirection::Worsening
    );
}

#[test]
fn defect_23_days_were_no_time_and_opportunity_is_profit_by_days() {
    let scores = scores_at_falls(10);
    let parts = scores.components.opportunity.unwrap();
    let demand = bought_at(&good_seller(), Some(400)).demand.unwrap();
    assert_eq!(Some(parts.days_bound), demand.days_to_sell);
    let per_hundred_days = parts.expected_profit.amount()
        * Decimal::from(parts.profit_probability_percent)
        * Decimal::ONE_HUNDRED
        / Decimal::from(parts.days_bound);
    assert_eq!(
        scores.opportunity.map(Decimal::from),
        Some(per_hundred_days.trunc())
    );
}
