//! Your part of what a listing sells.

use super::DemandConfig;
use crate::acquisition::{Condition, Fulfilment};
use crate::history::History;
use crate::market::{LiveOffers, MarketSnapshot, UsedOffers};
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
    let offers = offers_at(snapshot, now);
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

/// The number of offers at a time: the live one where it holds, else what the histories give.
pub(crate) fn offers_at(snapshot: &MarketSnapshot, at: KeepaMinutes) -> LiveOffers {
    if snapshot.is_live_at(at) {
        snapshot.live_offers
    } else {
        counted_offers(snapshot, at)
    }
}

/// The number of offers that the histories give for a time.
fn counted_offers(snapshot: &MarketSnapshot, at: KeepaMinutes) -> LiveOffers {
    let count = |history: &Option<History>| {
        let value = history.as_ref().and_then(|history| history.value_at(at));
        value.and_then(|count| u32::try_from(count).ok())
    };
    let histories = &snapshot.histories;
    LiveOffers {
        new_fba: count(&histories.new_fba_offer_count),
        new_fbm: count(&histories.new_fbm_offer_count),
        new: count(&histories.new_offer_count),
        used: count(&histories.used_offer_count),
        used_by_condition: UsedOffers::default(),
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
