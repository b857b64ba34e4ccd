//! Corridors of made-up prices, the predecessor's table among them.

use proptest::prelude::*;

use super::*;
use crate::history::{Change, History};
use crate::market::Histories;
use crate::testing::{as_of, days_ago, good_seller, history};

fn corridor_of(used: Option<History>, window_days: u16) -> Result<Corridor, CorridorGap> {
    let snapshot = MarketSnapshot {
        histories: Histories {
            used,
            ..Histories::default()
        },
        ..good_seller()
    };
    let config = PriceConfig {
        window_days,
        ..PriceConfig::default()
    };
    intrinsic_corridor(
        &snapshot,
        Condition::UsedGood,
        Fulfilment::Fba,
        KeepaMinutes::from_utc(as_of()),
        &config,
    )
}

/// One price a day, in dollars, the last one today's.
fn daily(prices: &[i32]) -> Option<History> {
    let days = (1..).take(prices.len());
    let changes = prices.iter().rev().zip(days).map(|(price, days)| Change {
        at: days_ago(days),
        value: Some(price * 100),
    });
    let mut changes: Vec<_> = changes.collect();
    changes.reverse();
    Some(History::new(changes))
}

fn repeated(prices: &[i32], times: usize) -> Vec<i32> {
    prices.repeat(times)
}

#[test]
fn the_predecessors_table_weighted_by_time() {
    let mut spikes = vec![50; 38];
    spikes.extend([500, 1]);
    let tests: [(&str, Vec<i32>); 8] = [
        ("1 to 40", (1..=40).collect()),
        ("50 for 40 days", vec![50; 40]),
        ("45 to 55, 30 days", repeated(&[45, 48, 50, 52, 55], 6)),
        ("45 to 55, 15 days", repeated(&[45, 48, 50, 52, 55], 3)),
        ("45 to 55, 10 days", repeated(&[45, 48, 50, 52, 55], 2)),
        ("20 to 80, 40 days", repeated(&[20, 40, 60, 80], 10)),
        ("50 with two spikes", spikes),
        ("20 to 39", (20..=39).collect()),
    ];
    let lines: Vec<_> = tests
        .into_iter()
        .map(|(name, prices)| {
            let corridor = corridor_of(daily(&prices), u16::try_from(prices.len()).unwrap());
            let c = corridor.unwrap();
            let [low, median, high] = [c.low, c.median, c.high].map(|money| money.amount());
            let (volatility, confidence) = (c.volatility_percent, c.confidence);
            format!("{name}: {low} {median} {high}, {volatility} %, {confidence:?}")
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    1 to 40: 10.00 20.00 30.00, 56 %, Low
    50 for 40 days: 50.00 50.00 50.00, 0 %, High
    45 to 55, 30 days: 48.00 50.00 52.00, 7 %, High
    45 to 55, 15 days: 48.00 50.00 52.00, 7 %, Medium
    45 to 55, 10 days: 48.00 50.00 52.00, 7 %, Low
    20 to 80, 40 days: 20.00 40.00 60.00, 45 %, Low
    50 with two spikes: 50.00 50.00 50.00, 0 %, High
    20 to 39: 24.00 29.00 34.00, 19 %, Medium
    ");
}

#[test]
fn without_enough_time_the_answer_is_the_time_that_is_missing() {
    let gap = |offered_days, needed_days| {
        Err(CorridorGap::OfferedTooBriefly {
            offered_days,
            needed_days,
        })
    };
    assert_eq!(corridor_of(daily(&[50; 9]), 20), gap(9, 10));
    assert_eq!(corridor_of(daily(&[50; 40]), 365), gap(40, 73));
    assert_eq!(corridor_of(None, 90), gap(0, 18));
    assert_eq!(
        corridor_of(history(&[(400, 5_000), (200, -1)]), 90),
        gap(0, 18)
    );
    let mut snapshot = good_seller();
    snapshot.observed_at = Some(days_ago(181));
    let now = KeepaMinutes::from_utc(as_of());
    let config = PriceConfig::default();
    let stale = |snapshot: &MarketSnapshot| {
        intrinsic_corridor(snapshot, Condition::New, Fulfilment::Fba, now, &config)
    };
    assert_eq!(stale(&snapshot), Err(CorridorGap::Stale));
    snapshot.observed_at = None;
    assert_eq!(stale(&snapshot), Err(CorridorGap::Stale));
}

#[test]
fn the_current_price_stands_beside_the_median() {
    let c = corridor_of(history(&[(400, 3_000), (2, 3_500)]), 90).unwrap();
    assert_eq!(c.median.amount().to_string(), "30.00");
    let above = c.current_above_median_percent.unwrap();
    assert_eq!(above.round_dp(1).to_string(), "16.7");
    let out_of_stock = corridor_of(history(&[(400, 3_000), (2, -1)]), 90).unwrap();
    assert_eq!(
        (
            out_of_stock.current,
            out_of_stock.current_above_median_percent
        ),
        (None, None)
    );
}

#[test]
fn the_series_of_the_condition_is_taken_when_it_was_offered_for_long_enough() {
    let snapshot = good_seller();
    let series = |condition| {
        let now = KeepaMinutes::from_utc(as_of());
        let config = PriceConfig::default();
        intrinsic_corridor(&snapshot, condition, Fulfilment::Fba, now, &config)
            .unwrap()
            .series
    };
    assert_eq!(series(Condition::New), PriceSeries::BuyBox);
    assert_eq!(series(Condition::UsedGood), PriceSeries::BuyBoxUsed);
}

proptest! {
    #[test]
    fn the_corridor_is_in_order_and_surer_the_less_a_price_moves(
        prices in prop::collection::vec(100_i32..10_000, 1..40),
    ) {
        let step = 90 / i32::try_from(prices.len()).unwrap();
        let changes: Vec<_> = prices.iter().zip(0..).map(|(price, n)| (90 - n * step, *price)).collect();
        let moving = corridor_of(history(&changes), 90).unwrap();
        let still = corridor_of(history(&[(90, prices[0])]), 90).unwrap();
        let amounts = [moving.low, moving.median, moving.high].map(|money| money.amount());
        prop_assert!(amounts.is_sorted());
        prop_assert_eq!((still.confidence, still.volatility_percent), (CorridorConfidence::High, 0));
        prop_assert!(moving.confidence <= still.confidence);
    }

    #[test]
    fn more_days_of_the_same_price_never_lower_confidence(days in 10_i32..90, more in 0_i32..90) {
        let confidence = |days: i32| {
            let config = corridor_of(history(&[(days.min(90), 2_000)]), 90);
            config.map_or(None, |corridor| Some(corridor.confidence))
        };
        prop_assert!(confidence(days + more) >= confidence(days));
    }
}
