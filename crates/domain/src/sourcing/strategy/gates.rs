//! The gates of a configuration, held against an analysis.

use rust_decimal::Decimal;

use super::{GateKind, GateOutcome, GateResult};
use crate::analysis::Analysis;
use crate::config::AnalysisConfig;
use crate::demand::DemandEstimate;
use crate::market::MarketSnapshot;
use crate::money::Money;
use crate::sourcing::corridor::intrinsic_corridor;
use crate::time::KeepaMinutes;

/// Every gate that is set, in the order of their kinds.
pub(super) fn gates(
    snapshot: &MarketSnapshot,
    analysis: &Analysis,
    config: &AnalysisConfig,
) -> Vec<GateResult> {
    let as_of = KeepaMinutes::from_utc(analysis.as_of);
    let strategy = &config.strategy;
    let amount = |money: Money| money.amount();
    let demand = analysis.demand.as_ref();
    let profit = analysis.profit.as_ref();
    let intrinsic = strategy.minimum_intrinsic_price.map(|limit| {
        let corridor = intrinsic_corridor(
            snapshot,
            analysis.condition,
            analysis.fulfilment,
            as_of,
            &config.price,
        );
        let median = corridor.ok().map(|corridor| amount(corridor.median));
        at_least(GateKind::IntrinsicPrice, limit, median)
    });
    let sale_price = analysis.sale_price.as_ref();
    [
        Some(roi(analysis, config.profit.target_roi_percent)),
        Some(at_least(
            GateKind::Profit,
            config.profit.minimum_profit,
            profit.and_then(|profit| profit.profit).map(amount),
        )),
        strategy.minimum_sale_price.map(|limit| {
            let likely = sale_price.map(|price| amount(price.likely));
            at_least(GateKind::SalePrice, limit, likely)
        }),
        intrinsic,
        strategy.sales_rank_at_most.map(|limit| {
            let rank = demand.and_then(|demand| demand.typical_sales_rank);
            at_most(GateKind::SalesRank, limit, rank)
        }),
        strategy
            .fba_sellers_at_most
            .map(|limit| fba_sellers(snapshot, as_of, limit)),
        Some(holding_days(demand, config.demand.holding_days.into())),
        strategy.minimum_velocity.map(|limit| {
            let velocity = analysis.scores.velocity.map(Decimal::from);
            at_least(GateKind::Velocity, limit.into(), velocity)
        }),
        strategy.minimum_stability.map(|limit| {
            let stability = analysis.scores.stability.map(Decimal::from);
            at_least(GateKind::Stability, limit.into(), stability)
        }),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn at_least(gate: GateKind, limit: Decimal, value: Option<Decimal>) -> GateResult {
    GateResult {
        gate,
        outcome: outcome(value.map(|value| value >= limit)),
        limit,
        value,
    }
}

fn at_most(gate: GateKind, limit: u32, value: Option<u32>) -> GateResult {
    GateResult {
        gate,
        outcome: outcome(value.map(|value| value <= limit)),
        limit: limit.into(),
        value: value.map(Decimal::from),
    }
}

fn outcome(passes: Option<bool>) -> GateOutcome {
    match passes {
        Some(true) => GateOutcome::Passed,
        Some(false) => GateOutcome::Failed,
        None => GateOutcome::Unknown,
    }
}

/// A gift has no ROI, and reaches every one if it loses nothing.
fn roi(analysis: &Analysis, limit: Decimal) -> GateResult {
    let profit = analysis.profit.as_ref();
    let roi = profit.and_then(|profit| profit.roi_percent);
    let is_gift = analysis
        .buy_price
        .is_some_and(|price| price.amount().is_zero());
    let of_gift = profit
        .and_then(|profit| profit.profit)
        .filter(|_| is_gift)
        .map(|profit| !profit.amount().is_sign_negative());
    GateResult {
        outcome: outcome(roi.map(|roi| roi >= limit).or(of_gift)),
        ..at_least(GateKind::Roi, limit, roi)
    }
}

/// A unit of which no sale is expected within five years has no days, and that is known.
fn holding_days(demand: Option<&DemandEstimate>, limit: u32) -> GateResult {
    let days = demand.and_then(|demand| demand.days_to_sell);
    GateResult {
        outcome: outcome(demand.map(|_| days.is_some_and(|days| days <= limit))),
        ..at_most(GateKind::HoldingDays, limit, days)
    }
}

/// Where the offers fulfilled by Amazon are not counted, there are at most as many as new offers: few of these pass, many say nothing.
fn fba_sellers(snapshot: &MarketSnapshot, as_of: KeepaMinutes, limit: u32) -> GateResult {
    let offers = snapshot.offers_at(as_of);
    let bound = offers.new.filter(|bound| *bound <= limit);
    at_most(GateKind::FbaSellers, limit, offers.new_fba.or(bound))
}
