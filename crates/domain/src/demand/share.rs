//! Your part of what a listing sells.

use super::DemandConfig;
use crate::acquisition::{Condition, Fulfilment};
use crate::market::MarketSnapshot;
use crate::time::KeepaMinutes;

pub(super) struct Share {
    pub(super) of_sales: f64,
    /// Offers of your kind, yours included; `None` when unknown.
    pub(super) competing_offers: Option<u32>,
}

/// Your share of the listing's sales: an even part among the offers of your kind that are near your price. Against Amazon's own new offer
/// a new unit gets none.
pub(super) fn your_share(
    snapshot: &MarketSnapshot,
    condition: Condition,
    fulfilment: Fulfilment,
    now: KeepaMinutes,
    config: &DemandConfig,
) -> Share {
    let offers = snapshot.offers_at(now);
    let (same, other) = if condition.is_used() {
        (offers.used, offers.new)
    } else {
        let fba = (fulfilment == Fulfilment::Fba)
            .then_some(offers.new_fba)
            .flatten();
        (fba.or(offers.new), offers.used)
    };
    let others = same.map(|count| count.min(config.competing_offers_at_most));
    let of_kind = if other.is_some_and(|count| count > 0) {
        f64::from(config.share_of_kind_percent) / 100.0
    } else {
        1.0
    };
    // How many compete is unknown where Keepa counts no offers: then as many as can.
    let rivals = others.unwrap_or(config.competing_offers_at_most);
    let amazon = amazon_sells(snapshot, now) || snapshot.amazon_holds_buy_box(now);
    let of_sales = if !condition.is_used() && amazon {
        0.0
    } else {
        of_kind / (f64::from(rivals) + 1.0)
    };
    Share {
        of_sales,
        competing_offers: same.map(|count| count.saturating_add(1)),
    }
}

/// `true` when Amazon itself offers the product at a time.
pub(crate) fn amazon_sells(snapshot: &MarketSnapshot, at: KeepaMinutes) -> bool {
    snapshot
        .histories
        .amazon
        .as_ref()
        .is_some_and(|amazon| amazon.value_at(at).is_some())
}
