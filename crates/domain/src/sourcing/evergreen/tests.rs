//! Evergreens and what only looks like one.

use proptest::prelude::*;

use super::*;
use crate::demand::{DemandConfig, estimate_demand};
use crate::market::{Histories, SalesRankDrops};
use crate::testing::{as_of, days_ago, good_seller, history, repeating};

/// A book at a steady price whose rank falls every other day, for two and a half years.
fn steady() -> MarketSnapshot {
    MarketSnapshot {
        histories: Histories {
            used: history(&[(900, 2_500)]),
            used_offer_count: history(&[(900, 3)]),
            new_offer_count: history(&[(900, 0)]),
            sales_rank: repeating_for(900, 2, &[60_000, 90_000]),
            ..Histories::default()
        },
        sales_rank_drops: SalesRankDrops::default(),
        live_offers: crate::market::LiveOffers {
            used: Some(3),
            new: Some(0),
            ..Default::default()
        },
        ..good_seller()
    }
}

fn repeating_for(days: i32, step: usize, values: &[i32]) -> Option<History> {
    let changes: Vec<_> = (1..=days)
        .rev()
        .step_by(step)
        .zip(values.iter().copied().cycle())
        .collect();
    history(&changes)
}

fn judged(snapshot: &MarketSnapshot) -> Result<Evergreen, EvergreenGap> {
    let (condition, fulfilment) = (Condition::UsedGood, Fulfilment::Fba);
    let now = KeepaMinutes::from_utc(as_of());
    let config = DemandConfig::default();
    let demand = estimate_demand(snapshot, condition, fulfilment, now, &config);
    evergreen(snapshot, condition, fulfilment, demand.as_ref(), as_of())
}

#[test]
fn a_steady_book_is_an_evergreen_with_two_and_a_half_months_of_your_own_sales_in_stock() {
    insta::assert_json_snapshot!(judged(&steady()).unwrap(), @r#"
    {
      "is_evergreen": true,
      "score": 92,
      "components": {
        "price_steadiness": 100,
        "demand_steadiness": 99,
        "demand_level": 68,
        "presence": 100
      },
      "series": "USED",
      "volatility_percent": 0,
      "recent_price_percent": 100,
      "rank_deviation_percent": 1,
      "monthly_units": 6.81,
      "suggested_stock": 4
    }
    "#);
}

type Fault = fn(&mut MarketSnapshot);

#[test]
fn each_fault_alone_is_enough_not_to_be_one() {
    let with = |change: Fault| {
        let mut snapshot = steady();
        change(&mut snapshot);
        let judged = judged(&snapshot).unwrap();
        (judged.is_evergreen, judged.suggested_stock)
    };
    let cases: [(&str, Fault); 5] = [
        ("a price that swings", |s| {
            s.histories.used = repeating(30, &[1_500, 3_500])
        }),
        ("a price that doubled a year ago", |s| {
            s.histories.used = history(&[(900, 1_500), (365, 3_500)]);
        }),
        ("a price that has just fallen by a third", |s| {
            s.histories.used = history(&[(900, 2_500), (60, 1_650)]);
        }),
        ("a demand that died half a year ago", |s| {
            s.histories.sales_rank = history(&[
                (900, 60_000),
                (180, 2_000_000),
                (60, 1_900_000),
                (10, 1_800_000),
            ]);
        }),
        ("a steady book that hardly sells", |s| {
            s.histories.sales_rank = history(&[(900, 2_500_000), (20, 2_300_000)]);
        }),
    ];
    for (name, change) in cases {
        assert_eq!(with(change), (false, None), "{name}");
    }
}

#[test]
fn less_than_two_years_or_an_unknown_demand_tell_nothing() {
    let mut young = steady();
    young.histories.sales_rank = repeating_for(500, 2, &[60_000, 90_000]);
    assert_eq!(
        judged(&young),
        Err(EvergreenGap::KnownTooBriefly { months: 16 })
    );
    let mut unoffered = steady();
    unoffered.histories.used = None;
    assert_eq!(
        judged(&unoffered),
        Err(EvergreenGap::KnownTooBriefly { months: 0 })
    );
    let mut unranked = steady();
    unranked.histories.sales_rank = None;
    assert_eq!(judged(&unranked), Err(EvergreenGap::DemandUnknown));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_price_or_demand_that_moves_more_never_scores_higher(swing in 0_i32..2_000, more in 0_i32..400) {
        let score = |swing: i32| {
            let mut snapshot = steady();
            snapshot.histories.used = repeating(30, &[2_500 - swing, 2_500 + swing]);
            judged(&snapshot).unwrap().score
        };
        prop_assert!(score(swing + more) <= score(swing));
    }

    #[test]
    fn the_score_stays_within_100_and_stock_belongs_to_evergreens(
        price in prop::collection::vec(1_i32..100_000, 1..40),
        ranks in prop::collection::vec(1_i32..5_000_000, 1..40),
    ) {
        let mut snapshot = steady();
        let spread = |values: &[i32]| {
            let changes: Vec<_> = values.iter().zip(0..).map(|(value, n)| (900 - n * 22, *value)).collect();
            history(&changes)
        };
        snapshot.histories.used = spread(&price);
        snapshot.histories.sales_rank = spread(&ranks);
        let judged = judged(&snapshot).unwrap();
        prop_assert!(judged.score <= 100);
        prop_assert_eq!(judged.suggested_stock.is_some(), judged.is_evergreen);
        prop_assert!(judged.suggested_stock.is_none_or(|stock| stock >= 2));
        prop_assert!(!judged.is_evergreen || judged.volatility_percent <= 30);
    }
}

#[test]
fn a_history_that_ends_in_the_past_is_judged_as_of_its_end() {
    let mut snapshot = steady();
    snapshot.observed_at = Some(days_ago(40));
    let mut later = snapshot.clone();
    later.histories.used = history(&[(900, 2_500), (20, 9_000)]);
    assert_eq!(judged(&snapshot), judged(&later));
}
