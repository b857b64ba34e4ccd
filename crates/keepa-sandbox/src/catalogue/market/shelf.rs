//! The live offers of a book, and what Keepa sees of them: lowest prices, counts and buy boxes.

use super::offer::{Condition, Offer};
use super::{BuyBox, Market, UsedBuyBox};
use crate::catalogue::seller::Trader;
use crate::catalogue::series::Series;

/// From when the history of new prices includes shipping: Keepa minute of 2026-02-16. Grade A: Keepa's
/// changelog.
pub(super) const SHIPPING_IN_NEW_SINCE: i32 = 7_956_000;

/// From when new offers are counted by who ships them: Keepa minute of 2026-04-20. Grade A: as above.
const SPLIT_COUNTS_SINCE: i32 = 8_046_720;

/// What a seller who ships himself has to be cheaper by to have the buy box, in percent. Grade M.
const BUY_BOX_HANDICAP: i32 = 8;

/// What Amazon may be dearer by, in percent. Grade M.
const AMAZON_ADVANTAGE: i32 = 3;

/// In percent of the list price: nobody has the buy box above it. Grade M.
const BUY_BOX_CEILING: i32 = 130;

/// What a buyer of the used buy box would pay more for each better condition, in percent. Grade M.
const CONDITION_STEP: i32 = 6;

/// An offer of the front: price, shipping.
type Asked = Option<(i32, i32)>;

/// The live offers.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    pub(super) live: Vec<Offer>,
}

fn lower(held: &mut Asked, offer: &Offer) {
    if held.is_none_or(|(price, shipping)| offer.landed() < price + shipping) {
        *held = Some((offer.price, offer.shipping));
    }
}

fn push(series: &mut Series, time: i32, asked: Asked) {
    let (price, shipping) = asked.unwrap_or((-1, 0));
    series.push_shipped(time, price, shipping);
}

/// The price that decides who has the buy box; lower wins.
fn contest(offer: &Offer) -> Option<i32> {
    let percent = match offer.trader {
        Trader::Amazon => 100 - AMAZON_ADVANTAGE,
        _ if !offer.traits.is_eligible() => return None,
        _ if offer.is_fba() => 100,
        _ => 100 + BUY_BOX_HANDICAP,
    };
    let better = 5 - i32::from(offer.condition.number());
    let worth = if offer.condition.is_used() {
        100 - better * CONDITION_STEP
    } else {
        100
    };
    Some(offer.landed() * percent / 100 * worth / 100)
}

impl Shelf {
    /// The offer that has the buy box of new or used copies.
    pub(super) fn buy_box(&self, used: bool, list_price: i32) -> Option<&Offer> {
        let ceiling = list_price * BUY_BOX_CEILING / 100;
        self.live
            .iter()
            .filter(|offer| offer.condition.is_used() == used && offer.landed() <= ceiling)
            .filter_map(|offer| Some((contest(offer)?, offer)))
            .min_by_key(|(price, offer)| (*price, offer.id))
            .map(|(_, offer)| offer)
    }

    /// The place of the cheapest offer of new or used copies.
    pub(super) fn cheapest(&self, used: bool) -> Option<usize> {
        self.live
            .iter()
            .enumerate()
            .filter(|(_, offer)| offer.condition.is_used() == used)
            .min_by_key(|(_, offer)| (offer.landed(), offer.id))
            .map(|(place, _)| place)
    }

    /// The offers of new or used copies.
    pub(super) fn count(&self, used: bool) -> usize {
        let is_such = |offer: &&Offer| offer.condition.is_used() == used;
        self.live.iter().filter(is_such).count()
    }

    /// Writes down what Keepa sees.
    pub(super) fn observe(&self, market: &mut Market, list_price: i32, time: i32) {
        let (mut new, mut new_price, mut fba, mut fbm) = (None, None, None, None);
        let (mut used_price, mut warehouse) = (None, None);
        let mut by_condition: [Asked; 4] = [None; 4];
        let (mut new_fba, mut new_fbm, mut used) = (0, 0, 0);
        for offer in &self.live {
            let cheaper = |held: Option<i32>| held.is_none_or(|price| offer.price < price);
            if offer.condition == Condition::New {
                lower(&mut new, offer);
                if cheaper(new_price) {
                    new_price = Some(offer.price);
                }
                *(if offer.is_fba() {
                    &mut new_fba
                } else {
                    &mut new_fbm
                }) += 1;
                match offer.trader {
                    Trader::Amazon => {}
                    _ if offer.is_fba() => lower(&mut fba, offer),
                    _ => lower(&mut fbm, offer),
                }
            } else {
                used += 1;
                if cheaper(used_price) {
                    used_price = Some(offer.price);
                }
                if offer.trader == Trader::Warehouse {
                    lower(&mut warehouse, offer);
                }
                let nth = usize::from(offer.condition.number()).saturating_sub(2);
                if let Some(held) = by_condition.get_mut(nth) {
                    lower(held, offer);
                }
            }
        }
        let new_shown = if time < SHIPPING_IN_NEW_SINCE {
            new_price
        } else {
            new.map(|(price, shipping)| price + shipping)
        };
        market.new.push(time, new_shown.unwrap_or(-1));
        market.used.push(time, used_price.unwrap_or(-1));
        market
            .warehouse
            .push(time, warehouse.map_or(-1, |(price, _)| price));
        market
            .new_fba
            .push(time, fba.map_or(-1, |(price, shipping)| price + shipping));
        push(&mut market.new_fbm, time, fbm);
        for (series, asked) in market.used_by_condition.iter_mut().zip(by_condition) {
            push(series, time, asked);
        }
        market.count_new.push(time, new_fba + new_fbm);
        market.count_used.push(time, used);
        if time >= SPLIT_COUNTS_SINCE {
            market.count_new_fba.push(time, new_fba);
            market.count_new_fbm.push(time, new_fbm);
        }
        let holder = self.buy_box(false, list_price);
        push(
            &mut market.buy_box,
            time,
            holder.map(|offer| (offer.price, offer.shipping)),
        );
        let holder = holder.map(|offer| BuyBox {
            trader: offer.trader,
            is_fba: offer.is_fba(),
        });
        if market.buy_box_holders.last().map(|(_, held)| *held) != Some(holder) {
            market.buy_box_holders.push((time, holder));
        }
        let holder = self.buy_box(true, list_price);
        push(
            &mut market.used_buy_box,
            time,
            holder.map(|offer| (offer.price, offer.shipping)),
        );
        let holder = holder.map(|offer| UsedBuyBox {
            trader: offer.trader,
            is_fba: offer.is_fba(),
            condition: offer.condition,
        });
        if market.used_buy_box_holders.last().map(|(_, held)| *held) != Some(holder) {
            market.used_buy_box_holders.push((time, holder));
        }
    }
}
