//! A book's offers as Keepa's offer objects, and who had its buy boxes.

use serde::Serialize;

use super::market::{Market, Moment, Offer};
use super::seller::Trader;
use crate::query::Parts;

/// The longest history of copies left: Keepa looks at stock at most once a day.
const STOCK_POINTS: usize = 100;

/// An offer object.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OfferObject {
    offer_id: i32,
    seller_id: String,
    condition: u8,
    condition_comment: Option<&'static str>,
    #[serde(rename = "offerCSV")]
    offer_csv: Vec<i32>,
    last_seen: i32,
    last_stock_update: i32,
    is_amazon: bool,
    #[serde(rename = "isFBA")]
    is_fba: bool,
    #[serde(rename = "isMAP")]
    is_map: bool,
    is_preorder: bool,
    is_prime: bool,
    is_prime_excl: bool,
    is_shippable: bool,
    is_warehouse_deal: bool,
    ships_from_china: bool,
    #[serde(rename = "stockCSV", skip_serializing_if = "Option::is_none")]
    stock_csv: Option<Vec<i32>>,
}

impl OfferObject {
    fn of(offer: &Offer, parts: Parts, looked_at: Moment, since: Moment) -> Self {
        let last_seen = offer.ended.unwrap_or(looked_at);
        let stock_csv = parts.stock.then(|| {
            let points = offer.stock_history.since(since);
            let last = points.len().saturating_sub(STOCK_POINTS);
            let kept = points.get(last..).unwrap_or_default();
            kept.iter()
                .flat_map(|point| [point.time, point.value])
                .collect()
        });
        let comment = match offer.condition.number() {
            2 => Some("Looks unread."),
            4 => Some("Some wear to the cover; pages are clean."),
            5 => Some("Highlighting, and a worn cover."),
            _ => None,
        };
        Self {
            offer_id: offer.id,
            seller_id: offer.trader.id().into_owned(),
            condition: offer.condition.number(),
            condition_comment: comment,
            offer_csv: offer.history.flat(since, true).unwrap_or_default(),
            last_seen,
            last_stock_update: if parts.stock { last_seen } else { 0 },
            is_amazon: offer.trader == Trader::Amazon,
            is_fba: offer.is_fba(),
            is_map: false,
            is_preorder: false,
            is_prime: offer.is_fba(),
            is_prime_excl: false,
            is_shippable: true,
            is_warehouse_deal: offer.trader == Trader::Warehouse,
            ships_from_china: false,
            stock_csv,
        }
    }
}

/// The offers of a market, and the places of the live ones in Amazon's order: the cheapest first.
pub(crate) fn objects(
    market: &Market,
    parts: Parts,
    looked_at: Moment,
    since: Moment,
) -> (Vec<OfferObject>, Vec<usize>) {
    let asked = parts
        .offers
        .map_or(0, |offers| usize::try_from(offers).unwrap_or(usize::MAX));
    let mut live: Vec<&Offer> = market.live.iter().collect();
    live.sort_by_key(|offer| (offer.landed(), offer.id));
    live.truncate(asked);
    let order = (0..live.len()).collect();
    let historical = market
        .ended
        .iter()
        .filter(|offer| !parts.only_live_offers && offer.ended >= Some(since));
    let objects = live
        .into_iter()
        .chain(historical)
        .map(|offer| OfferObject::of(offer, parts, looked_at, since))
        .collect();
    (objects, order)
}

/// `buyBoxSellerIdHistory`: time and seller, `-1` for nobody.
pub(crate) fn buy_box_history(market: &Market, since: Moment) -> Option<Vec<String>> {
    let told: Vec<String> = market
        .buy_box_holders
        .iter()
        .filter(|(time, _)| *time >= since)
        .flat_map(|(time, held)| {
            let id = held.map_or_else(|| "-1".to_owned(), |held| held.trader.id().into_owned());
            [time.to_string(), id]
        })
        .collect();
    (!told.is_empty()).then_some(told)
}

/// `buyBoxUsedHistory`: time, seller, condition and FBA, all but the time empty for nobody.
pub(crate) fn used_buy_box_history(market: &Market, since: Moment) -> Option<Vec<String>> {
    let told: Vec<String> = market
        .used_buy_box_holders
        .iter()
        .filter(|(time, _)| *time >= since)
        .flat_map(|(time, held)| match held {
            None => [
                time.to_string(),
                String::new(),
                String::new(),
                String::new(),
            ],
            Some(held) => [
                time.to_string(),
                held.trader.id().into_owned(),
                held.condition.number().to_string(),
                u8::from(held.is_fba).to_string(),
            ],
        })
        .collect();
    (!told.is_empty()).then_some(told)
}
