//! Each class with its edges, what makes a history, and the summary of a list.

use proptest::prelude::*;

use super::*;
use crate::acquisition::{Acquisition, Condition};
use crate::analysis::analyze;
use crate::config::AnalysisConfig;
use crate::identifier::Asin;
use crate::money::Currency;
use crate::testing::{as_of, good_seller, history, used_good};

fn usd(minor: i64) -> Money {
    Money::from_minor(minor, Currency::Usd)
}

fn hours_ago(hours: i64) -> DateTime<Utc> {
    as_of() - TimeDelta::hours(hours)
}

/// A product that costs 10.00 and is seen now, at a return in tenths of a percent.
fn seen_at_roi(permille: i64) -> Sighting {
    Sighting {
        seen_at: as_of(),
        offer: Some(SeenOffer {
            buy_price: usd(1_000),
            profit: usd(permille),
        }),
        sales_rank: Some(150_000),
        critical_risk: None,
        has_weak_condition_signal: false,
    }
}

/// The review of a sighting, after others so many hours before it, with a search every hour.
fn reviewed(judged: &Sighting, earlier_hours: &[i64]) -> Review {
    let sightings: Vec<Sighting> = earlier_hours
        .iter()
        .map(|hours| Sighting {
            seen_at: hours_ago(*hours),
            ..*judged
        })
        .collect();
    let searches: Vec<_> = (0..2_000).map(hours_ago).collect();
    let input = ReviewInput {
        judged,
        sightings: &sightings,
        searches: &searches,
    };
    review(&input, &ReviewConfig::default())
}

fn class(judged: &Sighting, earlier_hours: &[i64]) -> Option<ReviewClass> {
    reviewed(judged, earlier_hours).class
}

#[test]
fn each_class_begins_at_its_edge() {
    use ReviewClass::{Fluke, Jackpot, Reject, Revenant, Stable};
    let weak = |permille| Sighting {
        has_weak_condition_signal: true,
        ..seen_at_roi(permille)
    };
    let twice = &[10, 20][..];
    let cases = [
        (seen_at_roi(801), twice, Jackpot),
        (seen_at_roi(800), twice, Stable),
        (seen_at_roi(150), twice, Stable),
        (seen_at_roi(149), twice, Fluke),
        (seen_at_roi(0), twice, Fluke),
        (seen_at_roi(-1), twice, Reject),
        (weak(199), twice, Reject),
        (weak(200), twice, Stable),
        (seen_at_roi(300), &[25, 30], Revenant),
        (seen_at_roi(300), &[24, 30], Stable),
        (seen_at_roi(300), &[10], Fluke),
        (seen_at_roi(300), &[], Fluke),
        // Too good, and never seen before: not believed.
        (seen_at_roi(2_000), &[], Fluke),
        (seen_at_roi(2_000), &[25], Jackpot),
        // At the edge of the thirty days, and beyond it.
        (seen_at_roi(300), &[720, 10], Stable),
        (seen_at_roi(300), &[721, 10], Fluke),
    ];
    for (judged, earlier, expected) in cases {
        let review = reviewed(&judged, earlier);
        assert_eq!(review.class, Some(expected), "{judged:?} {earlier:?}");
        assert_eq!(review.action, Some(expected.action()));
    }
}

#[test]
fn what_cannot_be_sold_is_rejected_whatever_it_returns() {
    let amazon = Sighting {
        critical_risk: Some(RiskCode::AmazonSells),
        ..seen_at_roi(500)
    };
    let unranked = Sighting {
        sales_rank: None,
        ..seen_at_roi(500)
    };
    // Also without an offer, of which no return could be told.
    for judged in [amazon, unranked] {
        for offer in [judged.offer, None] {
            let judged = Sighting { offer, ..judged };
            assert_eq!(class(&judged, &[10, 20]), Some(ReviewClass::Reject));
        }
    }
}

#[test]
fn without_an_offer_there_is_no_return_and_no_class() {
    let judged = Sighting {
        offer: None,
        ..seen_at_roi(0)
    };
    let expected = Review {
        class: None,
        action: None,
        earlier_sightings: 2,
        last_seen_at: Some(hours_ago(10)),
        reason: "nothing tells its return: no offer".to_owned(),
    };
    assert_eq!(reviewed(&judged, &[10, 20]), expected);
}

#[test]
fn what_costs_nothing_and_earns_is_looked_at_by_hand() {
    let free = |profit| Sighting {
        offer: Some(SeenOffer {
            buy_price: usd(0),
            profit: usd(profit),
        }),
        ..seen_at_roi(0)
    };
    assert_eq!(class(&free(1), &[10, 20]), Some(ReviewClass::Jackpot));
    assert_eq!(class(&free(-1), &[10, 20]), Some(ReviewClass::Reject));
}

#[test]
fn the_judged_sighting_is_no_part_of_its_own_history() {
    let judged = seen_at_roi(300);
    let later = Sighting {
        seen_at: hours_ago(-5),
        ..judged
    };
    let input = ReviewInput {
        judged: &judged,
        sightings: &[judged, later, judged],
        searches: &[],
    };
    let review = review(&input, &ReviewConfig::default());
    assert_eq!(
        (review.class, review.earlier_sightings, review.last_seen_at),
        (Some(ReviewClass::Fluke), 0, None)
    );
}

#[test]
fn two_sightings_of_one_time_are_one() {
    assert_eq!(
        class(&seen_at_roi(300), &[10, 10]),
        Some(ReviewClass::Fluke)
    );
}

#[test]
fn a_product_is_back_only_when_somebody_looked_while_it_was_gone() {
    let judged = seen_at_roi(300);
    let sightings = [48, 72].map(|hours| Sighting {
        seen_at: hours_ago(hours),
        ..judged
    });
    let with = |searches: &[DateTime<Utc>]| {
        let input = ReviewInput {
            judged: &judged,
            sightings: &sightings,
            searches,
        };
        review(&input, &ReviewConfig::default())
    };
    // The searches that found it say nothing about the time between them.
    let found = [hours_ago(0), hours_ago(48), hours_ago(72)];
    assert_eq!(with(&found).class, Some(ReviewClass::Stable));
    let missed = [hours_ago(0), hours_ago(20), hours_ago(48)];
    assert_eq!(
        with(&missed),
        Review {
            class: Some(ReviewClass::Revenant),
            action: Some(ReviewAction::Watch),
            earlier_sightings: 2,
            last_seen_at: Some(hours_ago(48)),
            reason: "ROI 30 %, back after 2 days".to_owned(),
        }
    );
}

#[test]
fn a_sighting_is_taken_of_an_analysis() {
    let analysis = |cents| {
        let config = AnalysisConfig::default();
        analyze(&good_seller(), &used_good(cents), &config, as_of())
    };
    assert_eq!(
        Sighting::of(&analysis(Some(400)), true),
        Sighting {
            seen_at: as_of(),
            offer: Some(SeenOffer {
                buy_price: usd(400),
                profit: usd(984),
            }),
            sales_rank: Some(120_000),
            critical_risk: None,
            has_weak_condition_signal: true,
        }
    );
    assert_eq!(Sighting::of(&analysis(None), false).offer, None);
}

#[test]
fn amazon_rejects_a_new_unit_and_warns_of_a_used_one() {
    let mut against_amazon = good_seller();
    against_amazon.histories.amazon = history(&[(400, 3_000)]);
    let critical_risk = |condition| {
        let acquisition = Acquisition {
            condition,
            ..used_good(Some(400))
        };
        let config = AnalysisConfig::default();
        let analysis = analyze(&against_amazon, &acquisition, &config, as_of());
        Sighting::of(&analysis, false).critical_risk
    };
    assert_eq!(critical_risk(Condition::UsedGood), None);
    assert_eq!(critical_risk(Condition::New), Some(RiskCode::AmazonSells));
}

fn one(asin: &str, judged: &Sighting, earlier_hours: &[i64]) -> Reviewed {
    Reviewed {
        asin: Asin::parse(asin).unwrap(),
        offer: judged.offer,
        review: reviewed(judged, earlier_hours),
    }
}

#[test]
fn a_summary_counts_every_class_and_names_the_best() {
    let no_offer = Sighting {
        offer: None,
        ..seen_at_roi(0)
    };
    let list = [
        one("B000000001", &seen_at_roi(300), &[10, 20]),
        one("B000000002", &seen_at_roi(900), &[10, 20]),
        one("B000000003", &seen_at_roi(400), &[50]),
        one("B000000004", &seen_at_roi(3_000), &[]),
        one("B000000005", &seen_at_roi(-10), &[10, 20]),
        one("B000000006", &no_offer, &[10, 20]),
        one("B000000000", &seen_at_roi(300), &[10, 20]),
        one("B000000007", &seen_at_roi(700), &[10, 20]),
    ];
    let summary = summarize(&list, &ReviewConfig::default());
    let asins = |list: &[Reviewed]| {
        let asins = list.iter().map(|one| one.asin.to_string());
        asins.collect::<Vec<_>>()
    };
    assert_eq!(
        asins(&summary.top),
        ["B000000002", "B000000007", "B000000003"]
    );
    assert_eq!(
        asins(&summary.buy),
        ["B000000007", "B000000000", "B000000001"]
    );
    let counts = ReviewSummary {
        top: vec![],
        buy: vec![],
        ..summary
    };
    assert_eq!(
        counts,
        ReviewSummary {
            stable: 3,
            jackpots: 1,
            revenants: 1,
            flukes: 1,
            rejects: 1,
            unjudged: 1,
            mean_roi_percent: Some(Decimal::from(52)),
            top: vec![],
            buy: vec![],
        }
    );
}

#[test]
fn an_empty_list_has_no_mean() {
    let summary = summarize(&[], &ReviewConfig::default());
    assert_eq!((summary.mean_roi_percent, summary.top), (None, vec![]));
}

#[test]
fn thresholds_out_of_order_are_problems() {
    let mut config = ReviewConfig::default();
    assert_eq!(config.problems(), []);
    config.stable_roi_percent = Decimal::from(81);
    config.stable_sightings = 0;
    config.window_days = 0;
    assert_eq!(
        config.problems(),
        [
            ("review.window_days", "must be from 1 to 365"),
            (
                "review.stable_roi_percent",
                "must be from 0 to jackpot_above_roi_percent"
            ),
            ("review.stable_sightings", "must be at least 1"),
        ]
    );
}

proptest! {
    #[test]
    fn no_class_but_a_rejection_comes_without_a_real_offer_and_no_belief_without_a_history(
        permille in prop::option::of(-3_000_i64..3_000),
        earlier in prop::collection::vec(1_i64..1_500, 0..6),
        is_ranked in any::<bool>(), is_hazardous in any::<bool>(), has_weak_condition_signal in any::<bool>(),
    ) {
        let judged = Sighting {
            offer: permille.and_then(|permille| seen_at_roi(permille).offer),
            sales_rank: is_ranked.then_some(1),
            critical_risk: is_hazardous.then_some(RiskCode::Hazardous),
            has_weak_condition_signal,
            ..seen_at_roi(0)
        };
        let review = reviewed(&judged, &earlier);
        let rejected = review.class == Some(ReviewClass::Reject);
        prop_assert!(judged.offer.is_some() || rejected || review.class.is_none());
        prop_assert!(rejected || (is_ranked && !is_hazardous));
        let is_believed = review.class.is_some_and(ReviewClass::is_opportunity);
        prop_assert!(!is_believed || review.earlier_sightings > 0);
        prop_assert!(!is_believed || permille.is_some_and(|permille| permille >= 0));
    }
}
