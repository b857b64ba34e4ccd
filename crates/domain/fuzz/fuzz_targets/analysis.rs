//! Any product, offer, configuration and time: an answer, the same each time, whose numbers agree with each other.

#![no_main]

use arbitragevault_domain::acquisition::Acquisition;
use arbitragevault_domain::analysis::{Analysis, analyze};
use arbitragevault_domain::config::AnalysisConfig;
use arbitragevault_domain::demand::DemandEstimate;
use arbitragevault_domain::fees::FeeReceipt;
use arbitragevault_domain::market::MarketSnapshot;
use arbitragevault_domain::money::Money;
use arbitragevault_domain::price::SalePriceEstimate;
use arbitragevault_domain::profit::ProfitBreakdown;
use arbitragevault_domain::sourcing::condition_pricing::price_conditions;
use arbitragevault_domain::sourcing::corridor::intrinsic_corridor;
use arbitragevault_domain::sourcing::evergreen::evergreen;
use arbitragevault_domain::sourcing::season::price_season;
use arbitragevault_domain::sourcing::strategy::assess;
use arbitragevault_domain::time::KeepaMinutes;
use arbitragevault_domain_fuzz::Question;
use chrono::{DateTime, Utc};
use libfuzzer_sys::fuzz_target;
use rust_decimal::Decimal;

/// Amounts up to a billion add up exactly; beyond, sums stop at the end of their range.
const SUMMABLE: i64 = 100_000_000_000;

fuzz_target!(|question: Question| {
    let Question {
        snapshot,
        acquisition,
        config,
        as_of,
    } = question;
    let analysis = analyze(&snapshot, &acquisition, &config, as_of);
    assert!(!analysis.reasons.is_empty());
    if !config.problems().is_empty() {
        return;
    }
    assert_eq!(analysis, analyze(&snapshot, &acquisition, &config, as_of));
    if let Some(price) = &analysis.sale_price {
        check_price(price);
    }
    if let Some(receipt) = &analysis.fees {
        check_receipt(receipt);
    }
    if let Some(demand) = &analysis.demand {
        check_demand(demand);
    }
    if let Some(profit) = &analysis.profit {
        check_profit(profit, &acquisition);
        if let Some(most) = profit.max_buy_price {
            let offer = Acquisition {
                buy_price: Some(most),
                ..acquisition
            };
            let at_most = analyze(&snapshot, &offer, &config, as_of);
            check_limit(&at_most, config.profit.target_roi_percent);
        }
    }
    check_scores(&analysis);
    look_further(&snapshot, &analysis, &config, as_of);
});

/// What is computed beside the verdict: no panic, and amounts in their order.
fn look_further(
    snapshot: &MarketSnapshot,
    analysis: &Analysis,
    config: &AnalysisConfig,
    as_of: DateTime<Utc>,
) {
    let (condition, fulfilment) = (analysis.condition, analysis.fulfilment);
    let now = KeepaMinutes::from_utc(as_of);
    if let Ok(corridor) = intrinsic_corridor(snapshot, condition, fulfilment, now, &config.price) {
        assert!(minor(corridor.low) <= minor(corridor.median));
        assert!(minor(corridor.median) <= minor(corridor.high));
    }
    let _ = price_season(snapshot, condition, fulfilment, as_of);
    let _ = evergreen(snapshot, condition, fulfilment, analysis.demand.as_ref(), as_of);
    let _ = price_conditions(snapshot, &[], fulfilment, config, as_of);
    let _ = assess(snapshot, analysis, config);
}

fn minor(money: Money) -> i64 {
    money.minor().expect("amounts fit 64 bits")
}

fn check_price(price: &SalePriceEstimate) {
    let [low, likely, high] = [price.low, price.likely, price.high].map(minor);
    assert!(0 < low && low <= likely && likely <= high, "{price:?}");
    assert!(price.offered_percent <= 100, "{price:?}");
}

fn check_receipt(receipt: &FeeReceipt) {
    let sum: Decimal = receipt.lines.iter().map(|line| line.amount.amount()).sum();
    assert_eq!(sum, receipt.total.amount());
    assert!(
        receipt.lines.iter().all(|line| minor(line.amount) >= 0),
        "{receipt:?}"
    );
}

fn check_demand(demand: &DemandEstimate) {
    let DemandEstimate {
        monthly_units_low: low,
        monthly_units: likely,
        monthly_units_high: high,
        ..
    } = *demand;
    assert!(
        0.0 <= low && low <= likely && likely <= high && high.is_finite(),
        "{demand:?}"
    );
    assert!(
        (0.0..=likely + 0.01).contains(&demand.your_monthly_units),
        "{demand:?}"
    );
    for percent in [
        demand.sells_within_30_days_percent,
        demand.sells_within_holding_period_percent,
    ] {
        assert!((0.0..=100.0).contains(&percent), "{demand:?}");
    }
}

fn check_profit(profit: &ProfitBreakdown, acquisition: &Acquisition) {
    assert!(
        profit
            .profit_probability_percent
            .is_none_or(|percent| percent <= 100)
    );
    let (Some(earned), Some(buy_price)) = (profit.profit, acquisition.buy_price) else {
        assert_eq!(profit.profit, None);
        return;
    };
    let buy_price = minor(buy_price);
    if buy_price.saturating_abs() > SUMMABLE {
        return;
    }
    let earned = minor(earned);
    let spent = [profit.total_fees, profit.other_costs, profit.buffer].map(minor);
    assert_eq!(
        earned,
        minor(profit.sale_price) - spent.iter().sum::<i64>() - buy_price,
        "{profit:?}"
    );
    let whole = profit.profit_for_quantity.map(minor);
    assert_eq!(
        whole,
        Some(earned.saturating_mul(acquisition.quantity.into()))
    );
    for zone in &profit.loss_zones {
        assert!(zone.from.amount() <= zone.to.amount(), "{profit:?}");
    }
}

/// The highest buy price reaches the target.
fn check_limit(at_most: &Analysis, target: Decimal) {
    let profit = at_most
        .profit
        .as_ref()
        .expect("the same product has a profit");
    let roi = profit.roi_percent;
    // A configured target is rounded to 0.0001 %.
    let target = target - Decimal::new(1, 4);
    assert!(
        roi.is_none_or(|roi| roi >= target),
        "{roi:?} below {target}: {profit:?}"
    );
}

fn check_scores(analysis: &Analysis) {
    let scores = analysis.scores;
    for score in [
        scores.velocity,
        scores.stability,
        scores.confidence,
        scores.combined,
    ] {
        assert!(score.is_none_or(|score| score <= 100), "{scores:?}");
    }
}
