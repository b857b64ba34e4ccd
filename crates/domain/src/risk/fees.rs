//! The fees: where they are unsure, and where they jump.

use rust_decimal::Decimal;

use super::{Evidence, Raise, RiskCode, Severity};
use crate::fees::FeeReceipt;

/// A sale price within this part of itself from the edge of a loss zone is near it: 5 % (judgement, grade M).
const NEAR_PART: i64 = 20;

pub(super) fn raise(evidence: &Evidence<'_>, raise: &mut Raise<'_>) {
    if let Some(receipt) = evidence.receipt
        && let (Some(observed), Some(card)) = (receipt.observed_fulfilment, receipt.card_fulfilment)
    {
        raise(
            RiskCode::FeeMismatch,
            Severity::Warning,
            format!(
                "Keepa saw a fulfilment fee of {} where the rate card gives {}",
                observed.amount(),
                card.amount()
            ),
        );
    }
    if evidence
        .schedule
        .is_some_and(|schedule| !schedule.is_verified())
    {
        raise(
            RiskCode::UnverifiedFees,
            Severity::Warning,
            unverified(evidence.receipt),
        );
    }
    if let Some(profit) = evidence.profit {
        let price = profit.sale_price.amount();
        let near = |edge: Decimal| (price - edge).abs() * Decimal::from(NEAR_PART) <= price;
        if let Some(zone) = profit
            .loss_zones
            .iter()
            .find(|zone| near(zone.from.amount()) || near(zone.to.amount()))
        {
            raise(
                RiskCode::NearLossZone,
                Severity::Warning,
                format!(
                    "it is likely to sell at {price}: from {} to {} fees jump and one loses",
                    zone.from.amount(),
                    zone.to.amount()
                ),
            );
        }
    }
}

/// Names the rate cards that are not verified, where a receipt tells them.
fn unverified(receipt: Option<&FeeReceipt>) -> String {
    let mut cards: Vec<&str> = receipt
        .into_iter()
        .flat_map(|receipt| &receipt.lines)
        .filter(|line| !line.grade.is_verified())
        .map(|line| line.rate_card.as_str())
        .collect();
    cards.sort_unstable();
    cards.dedup();
    let text = "no verified rate card holds on the expected day of sale";
    if cards.is_empty() {
        text.to_owned()
    } else {
        format!("{text}: {} was taken", cards.join(", "))
    }
}
