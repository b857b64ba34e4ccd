//! Corridors, seasons and evergreens of recorded products, beside what a person says who looks at their charts.

use super::corridor::{CorridorConfidence, intrinsic_corridor};
use super::evergreen::evergreen;
use super::season::{SeasonPattern, price_season};
use crate::acquisition::{Condition, Fulfilment};
use crate::config::AnalysisConfig;
use crate::demand::estimate_demand;
use crate::market::{MarketSnapshot, SalesRankDrops};
use crate::price::PriceConfig;
use crate::recorded_tests::{recorded, say_skipped};
use crate::testing::repeating;

#[test]
fn look() {
    let Some(products) = recorded() else {
        return say_skipped();
    };
    for snapshot in &products {
        let Some(now) = snapshot.observed_at else {
            continue;
        };
        let as_of = now.to_utc();
        let snapshot = &MarketSnapshot {
            sales_rank_drops: SalesRankDrops::default(),
            ..snapshot.clone()
        };
        eprintln!(
            "== {:?} ranks {:?}",
            snapshot
                .histories
                .sales_rank
                .as_ref()
                .map(|h| h.changes().first().map(|c| c.at.to_utc())),
            snapshot
                .histories
                .sales_rank
                .as_ref()
                .map(|h| h.changes().len())
        );
        let config = AnalysisConfig::default();
        for condition in [Condition::New, Condition::UsedGood] {
            for days in [90, 365] {
                let price = PriceConfig {
                    window_days: days,
                    ..config.price.clone()
                };
                match intrinsic_corridor(snapshot, condition, Fulfilment::Fba, now, &price) {
                    Ok(c) => eprintln!(
                        "{condition:?} corridor {days} {}-{}-{} vol {} {:?} days {}",
                        c.low, c.median, c.high, c.volatility_percent, c.confidence, c.offered_days
                    ),
                    Err(e) => eprintln!("{condition:?} corridor {days} {e}"),
                }
            }
            match price_season(snapshot, condition, Fulfilment::Fba, as_of) {
                Ok(s) => eprintln!(
                    "{condition:?} season {:?} conf {} agree {} years {} {:?} peaks {:?} troughs {:?} swing {:?} {:?}",
                    s.pattern,
                    s.confidence_percent,
                    s.agreement_percent,
                    s.years,
                    s.monthly_index_percent,
                    s.peak_months,
                    s.trough_months,
                    s.swing_percent,
                    s.plan
                ),
                Err(e) => eprintln!("{condition:?} season {e}"),
            }
            let demand = estimate_demand(snapshot, condition, Fulfilment::Fba, now, &config.demand);
            match evergreen(snapshot, condition, Fulfilment::Fba, demand.as_ref(), as_of) {
                Ok(e) => eprintln!("{condition:?} evergreen {e:?}"),
                Err(e) => eprintln!("{condition:?} evergreen {e}"),
            }
        }
    }
    let _ = (
        repeating(1, &[1]),
        CorridorConfidence::High,
        SeasonPattern::None,
    );
}
