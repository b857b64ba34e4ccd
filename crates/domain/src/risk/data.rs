//! The data: how old, how thin, and whether it is real.

use super::{Evidence, Raise, RiskCode, Severity};
use crate::market::DataSource;
use crate::price::days_between;

/// Market data older than this is stale, in days (judgement, grade M).
const STALE_AFTER_DAYS: u32 = 7;

/// A price that was offered for less of its window, in percent, rests on little (judgement, grade M).
const THIN_BELOW_OFFERED_PERCENT: u8 = 50;

/// A sales rank that is known for fewer days tells little of sales: the window in which its typical rank is taken.
const THIN_BELOW_RANK_DAYS: u32 = 90;

pub(super) fn raise(evidence: &Evidence<'_>, raise: &mut Raise<'_>) {
    let snapshot_age = days_between(evidence.known_until, evidence.now);
    let stale = match evidence.price {
        Some(price) if price.age_days > STALE_AFTER_DAYS => Some(format!(
            "the price rests on an offer of {} days ago",
            price.age_days
        )),
        None if snapshot_age > STALE_AFTER_DAYS => Some(format!(
            "nobody has looked at its market for {snapshot_age} days"
        )),
        _ => None,
    };
    if let Some(text) = stale {
        raise(RiskCode::StaleData, Severity::Warning, text);
    }
    let offered = evidence
        .price
        .filter(|price| price.offered_percent < THIN_BELOW_OFFERED_PERCENT)
        .map(|price| {
            format!(
                "it was offered for {} % of the last {} days",
                price.offered_percent, price.window_days
            )
        });
    let thin: Vec<String> = offered.into_iter().chain(young_rank(evidence)).collect();
    if !thin.is_empty() {
        raise(RiskCode::ThinData, Severity::Warning, thin.join("; "));
    }
    if evidence.snapshot.source == DataSource::Generated {
        raise(
            RiskCode::GeneratedData,
            Severity::Info,
            "the sandbox made this product up".to_owned(),
        );
    }
}

/// Where demand rests on a rank that is known for a short time.
fn young_rank(evidence: &Evidence<'_>) -> Option<String> {
    evidence.demand?;
    let ranks = evidence.snapshot.histories.sales_rank.as_ref()?;
    let first = ranks.changes().first()?;
    let days = days_between(first.at, evidence.known_until);
    (days < THIN_BELOW_RANK_DAYS).then(|| format!("its sales rank is known for {days} days"))
}
