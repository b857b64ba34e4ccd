//! Corridors, seasons and evergreens of recorded products, beside what a person says who looks at their charts.
//!
//! No chart shows a season or an evergreen: the books sell slowly, and their prices wander. So no answer may claim one.

use super::corridor::{CorridorConfidence, intrinsic_corridor};
use super::evergreen::evergreen;
use super::season::{SeasonPattern, price_season};
use crate::acquisition::{Condition, Fulfilment};
use crate::demand::{DemandConfig, estimate_demand};
use crate::market::{MarketSnapshot, SalesRankDrops};
use crate::price::PriceConfig;
use crate::recorded_tests::{recorded, say_skipped};
use crate::time::KeepaMinutes;

/// Every recorded product that was ever updated, with its time, for new and for used units. Keepa's counts of falls are not those of the
/// recording, so the falls of its history are counted.
fn markets() -> Option<impl Iterator<Item = (MarketSnapshot, KeepaMinutes, Condition)>> {
    let products = recorded()?.into_iter().filter_map(|product| {
        let product = MarketSnapshot {
            sales_rank_drops: SalesRankDrops::default(),
            ..product
        };
        Some((product.observed_at?, product))
    });
    Some(products.flat_map(|(at, product)| {
        [Condition::New, Condition::UsedGood].map(|condition| (product.clone(), at, condition))
    }))
}

#[test]
fn no_recorded_price_is_told_to_have_a_season_and_a_wild_one_is_not_told_to_have_none() {
    let Some(markets) = markets() else {
        return say_skipped();
    };
    let mut told = 0;
    for (product, at, condition) in markets {
        let season = price_season(&product, condition, Fulfilment::Fba, at.to_utc());
        let Ok(season) = season else { continue };
        told += 1;
        assert_eq!(season.pattern, SeasonPattern::None, "{season:?}");
        let moves = season.monthly_index_percent.iter();
        let farthest = moves.map(|percent| percent.abs_diff(100)).max();
        if farthest > Some(50) {
            assert_eq!(season.confidence_percent, 0, "{season:?}");
        }
    }
    assert!(told >= 8, "{told}");
}

#[test]
fn no_recorded_product_is_told_to_be_an_evergreen() {
    let Some(markets) = markets() else {
        return say_skipped();
    };
    let mut told = 0;
    for (product, at, condition) in markets {
        let (fulfilment, config) = (Fulfilment::Fba, DemandConfig::default());
        let demand = estimate_demand(&product, condition, fulfilment, at, &config);
        let judged = evergreen(
            &product,
            condition,
            fulfilment,
            demand.as_ref(),
            at.to_utc(),
        );
        let Ok(judged) = judged else { continue };
        told += 1;
        assert!(!judged.is_evergreen, "{judged:?}");
    }
    assert!(told >= 5, "{told}");
}

#[test]
fn recorded_corridors_are_in_order_and_a_sure_one_is_narrow() {
    let Some(markets) = markets() else {
        return say_skipped();
    };
    let mut sure = 0;
    for (product, at, condition) in markets {
        for window_days in [90, 365] {
            let config = PriceConfig {
                window_days,
                ..PriceConfig::default()
            };
            let corridor = intrinsic_corridor(&product, condition, Fulfilment::Fba, at, &config);
            let Ok(corridor) = corridor else { continue };
            let [low, median, high] =
                [corridor.low, corridor.median, corridor.high].map(|money| money.minor().unwrap());
            assert!(low <= median && median <= high, "{corridor:?}");
            if corridor.confidence == CorridorConfidence::High {
                sure += 1;
                assert!((high - low) * 2 < median, "{corridor:?}");
            }
        }
    }
    assert!(sure >= 10, "{sure}");
}
