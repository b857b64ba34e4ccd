//! The market: price, rank, sellers and buy box.

use super::{Evidence, Raise, RiskCode, Severity};
use crate::history::{History, Window};
use crate::money::Money;
use crate::price::days_between;
use crate::time::KeepaMinutes;

/// Sellers fulfilled by Amazon above this number make a price war likely (the predecessor's textbook strategy, grade C).
const MANY_FBA_SELLERS: u32 = 8;

/// A price this far above its median is a spike, in percent (judgement, grade M: in the season textbooks rise by 83 % in two weeks).
const SPIKE_PERCENT: i64 = 50;

/// A price falls and offers grow when the one lies this far below and the other above their medians, in percent (judgement, grade M).
const FALL_PERCENT: i64 = 20;

/// A rank that is this many times the typical one has collapsed (judgement, grade M: a sale lifts a slow book by as much, and it sinks again).
const COLLAPSE_FACTOR: u64 = 3;

pub(super) fn raise(evidence: &Evidence<'_>, raise: &mut Raise<'_>) {
    price_moves(evidence, raise);
    if let Some(demand) = evidence.demand
        && let (Some(current), Some(typical)) =
            (demand.current_sales_rank, demand.typical_sales_rank)
        && u64::from(current) > COLLAPSE_FACTOR * u64::from(typical)
    {
        raise(
            RiskCode::RankCollapse,
            Severity::Warning,
            format!("the sales rank is {current}, typical is {typical}"),
        );
    }
    let offers = evidence.snapshot.offers_at(evidence.known_until);
    if let Some(sellers) = offers.new_fba.filter(|count| *count > MANY_FBA_SELLERS) {
        raise(
            RiskCode::ManyFbaSellers,
            Severity::Warning,
            format!("{sellers} sellers are fulfilled by Amazon"),
        );
    }
    buy_box(evidence, raise);
}

/// The current price against its own 90 days, and against the number of offers.
fn price_moves(evidence: &Evidence<'_>, raise: &mut Raise<'_>) {
    let histories = &evidence.snapshot.histories;
    let now = evidence.known_until;
    let window = Window::days_before(now, 90);
    let against_median = |history: Option<&History>| {
        let history = history?;
        let [median] = history.quantiles(window, [0.5])?;
        Some((history.value_at(now)?, median))
    };
    let series = evidence.price.map(|price| price.series);
    let Some((price, usual)) = against_median(series.and_then(|s| histories.price(s))) else {
        return;
    };
    let is_above = |value: i32, other: i32, percent: i64| {
        i64::from(value) * 100 >= i64::from(other) * (100 + percent) && value > other
    };
    if is_above(price, usual, SPIKE_PERCENT) {
        let text = format!(
            "the current price of {} is a leap from the usual {} of the last 90 days",
            shown(evidence, price),
            shown(evidence, usual)
        );
        raise(RiskCode::PriceSpike, Severity::Warning, text);
    }
    let counts = if evidence.is_new {
        &histories.new_offer_count
    } else {
        &histories.used_offer_count
    };
    if let Some((offers, usual_offers)) = against_median(counts.as_ref())
        && is_above(usual, price, FALL_PERCENT)
        && is_above(offers, usual_offers, FALL_PERCENT)
    {
        let text = format!(
            "the price fell from the usual {} to {} while offers grew from {usual_offers} to {offers}",
            shown(evidence, usual),
            shown(evidence, price)
        );
        raise(RiskCode::PriceFalling, Severity::Warning, text);
    }
}

/// A buy box that its history says nobody has, while units of its kind are offered: buyers find them only behind a link.
fn buy_box(evidence: &Evidence<'_>, raise: &mut Raise<'_>) {
    let histories = &evidence.snapshot.histories;
    let now = evidence.known_until;
    let (buy_box, lowest, kind) = if evidence.is_new {
        (&histories.buy_box, &histories.new, "new")
    } else {
        (&histories.buy_box_used, &histories.used, "used")
    };
    let lost = buy_box.as_ref().and_then(|history| lost_at(history, now));
    let lowest = lowest.as_ref().and_then(|history| history.value_at(now));
    if let (Some(lost), Some(lowest)) = (lost, lowest) {
        let text = format!(
            "nobody has had the {kind} buy box for {} days, though it is offered {kind} at {}",
            days_between(lost, now),
            shown(evidence, lowest)
        );
        raise(RiskCode::NoBuyBox, Severity::Warning, text);
    }
}

/// Since when nothing has been offered; `None` when something is, and before the first change.
fn lost_at(history: &History, now: KeepaMinutes) -> Option<KeepaMinutes> {
    let known = history.changes().iter().rev();
    known
        .skip_while(|change| change.at > now)
        .take_while(|change| change.value.is_none())
        .last()
        .map(|change| change.at)
}

fn shown(evidence: &Evidence<'_>, minor: i32) -> rust_decimal::Decimal {
    Money::from_minor(minor.into(), evidence.snapshot.marketplace.currency()).amount()
}
