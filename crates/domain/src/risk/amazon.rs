//! Amazon as a competitor. Against it a new unit hardly sells, and a used one sells below its new price.

use super::{Evidence, Raise, RiskCode, Severity};
use crate::demand::amazon_sells;
use crate::history::Window;
use crate::money::Money;
use crate::price::percent;

pub(super) fn raise(evidence: &Evidence<'_>, raise: &mut Raise<'_>) {
    let snapshot = evidence.snapshot;
    let now = evidence.known_until;
    let severity = if evidence.is_new {
        Severity::Critical
    } else {
        Severity::Warning
    };
    if snapshot.amazon_holds_buy_box(now) {
        let buy_box = snapshot.histories.buy_box.as_ref();
        let price = buy_box.and_then(|history| history.value_at(now));
        let at = price.map_or_else(String::new, |price| {
            let currency = snapshot.marketplace.currency();
            format!(" at {}", Money::from_minor(price.into(), currency).amount())
        });
        raise(
            RiskCode::AmazonHoldsBuyBox,
            severity,
            format!("Amazon holds the buy box{at}"),
        );
    }
    let amazon = snapshot.histories.amazon.as_ref();
    let share = amazon
        .and_then(|history| history.offered_share(Window::days_before(now, 90)))
        .map(percent);
    let for_share = |share: u8| format!("for {share} % of the last 90 days");
    if amazon_sells(snapshot, now) {
        let until_now = share.map_or_else(String::new, |share| {
            format!(", and did {}", for_share(share))
        });
        raise(
            RiskCode::AmazonSells,
            severity,
            format!("Amazon sells it now{until_now}"),
        );
    } else if let Some(share) = share.filter(|share| *share > 0) {
        raise(
            RiskCode::AmazonSoldRecently,
            Severity::Warning,
            format!("Amazon sold it {}", for_share(share)),
        );
    }
}
