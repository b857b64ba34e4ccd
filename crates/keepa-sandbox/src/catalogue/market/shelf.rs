//! The live offers of a book, and what Keepa sees of them: lowest prices, counts and buy boxes.

use super::offer::Offer;
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

/// The best of some offers by a number, and its place among the live ones; lower is better, and of two
/// alike the older one.
#[derive(Debug, Clone, Copy, Default)]
struct Best(Option<(i32, usize)>);

impl Best {
    fn offer(&mut self, number: i32, place: usize) {
        if self.0.is_none_or(|(best, _)| number < best) {
            self.0 = Some((number, place));
        }
    }
}

/// The live offers, in the order in which they came, and their front as it was last observed.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    pub(super) live: Vec<Offer>,
    new: Front,
    used: Front,
}

/// What buyers of new or of used copies look at.
#[derive(Debug, Clone, Copy, Default)]
struct Front {
    cheapest: Best,
    buy_box: Best,
    count: usize,
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
    let worth = if offer.condition.is_used() {
        100 - (5 - i32::from(offer.condition.number())) * CONDITION_STEP
    } else {
        100
    };
    Some(offer.landed() * percent / 100 * worth / 100)
}

impl Shelf {
    fn front(&self, used: bool) -> &Front {
        if used { &self.used } else { &self.new }
    }

    /// The place of the offer that has the buy box of new or used copies.
    pub(super) fn buy_box(&self, used: bool) -> Option<usize> {
        self.front(used).buy_box.0.map(|(_, place)| place)
    }

    /// The place of the cheapest offer of new or used copies.
    pub(super) fn cheapest(&self, used: bool) -> Option<usize> {
        self.front(used).cheapest.0.map(|(_, place)| place)
    }

    /// The offers of new or used copies.
    pub(super) fn count(&self, used: bool) -> usize {
        self.front(used).count
    }

    /// Looks at the offers after they changed, and writes down what Keepa sees.
    pub(super) fn observe(&mut self, market: &mut Market, list_price: i32, time: i32) {
        let ceiling = list_price * BUY_BOX_CEILING / 100;
        let (mut new, mut used) = (Front::default(), Front::default());
        let (mut new_price, mut fba, mut fbm) = (None, None, None);
        let (mut used_price, mut warehouse) = (None, None);
        let mut by_condition: [Asked; 4] = [None; 4];
        let mut new_fba = 0;
        for (place, offer) in self.live.iter().enumerate() {
            let is_used = offer.condition.is_used();
            let front = if is_used { &mut used } else { &mut new };
            front.count += 1;
            front.cheapest.offer(offer.landed(), place);
            if offer.landed() <= ceiling
                && let Some(price) = contest(offer)
            {
                front.buy_box.offer(price, place);
            }
            let lowest_price = if is_used {
                &mut used_price
            } else {
                &mut new_price
            };
            if lowest_price.is_none_or(|price| offer.price < price) {
                *lowest_price = Some(offer.price);
            }
            if is_used {
                if offer.trader == Trader::Warehouse {
                    lower(&mut warehouse, offer);
                }
                let nth = usize::from(offer.condition.number()).saturating_sub(2);
                if let Some(held) = by_condition.get_mut(nth) {
                    lower(held, offer);
                }
            } else {
                new_fba += i32::from(offer.is_fba());
                match offer.trader {
                    Trader::Amazon => {}
                    _ if offer.is_fba() => lower(&mut fba, offer),
                    _ => lower(&mut fbm, offer),
                }
            }
        }
        (self.new, self.used) = (new, used);
        let landed = |asked: Asked| asked.map_or(-1, |(price, shipping)| price + shipping);
        let new_shown = if time < SHIPPING_IN_NEW_SINCE {
            new_price
        } else {
            new.cheapest.0.map(|(landed, _)| landed)
        };
        market.new.push(time, new_shown.unwrap_or(-1));
        market.used.push(time, used_price.unwrap_or(-1));
        market.warehouse.push(time, landed(warehouse));
        market.new_fba.push(time, landed(fba));
        push(&mut market.new_fbm, time, fbm);
        for (series, asked) in market.used_by_condition.iter_mut().zip(by_condition) {
            push(series, time, asked);
        }
        let count = |front: Front| i32::try_from(front.count).unwrap_or(i32::MAX);
        market.count_new.push(time, count(new));
        market.count_used.push(time, count(used));
        if time >= SPLIT_COUNTS_SINCE {
            market.count_new_fba.push(time, new_fba);
            market.count_new_fbm.push(time, count(new) - new_fba);
        }
        self.observe_buy_boxes(market, time);
    }

    fn observe_buy_boxes(&self, market: &mut Market, time: i32) {
        let held = |used: bool| self.live.get(self.buy_box(used)?);
        let asked = |offer: Option<&Offer>| offer.map(|offer| (offer.price, offer.shipping));
        let (new, used) = (held(false), held(true));
        push(&mut market.buy_box, time, asked(new));
        push(&mut market.used_buy_box, time, asked(used));
        let new = new.map(|offer| BuyBox {
            trader: offer.trader,
            is_fba: offer.is_fba(),
        });
        if market.buy_box_holders.last().map(|(_, held)| *held) != Some(new) {
            market.buy_box_holders.push((time, new));
        }
        let used = used.map(|offer| UsedBuyBox {
            trader: offer.trader,
            is_fba: offer.is_fba(),
            condition: offer.condition,
        });
        if market.used_buy_box_holders.last().map(|(_, held)| *held) != Some(used) {
            market.used_buy_box_holders.push((time, used));
        }
    }
}
