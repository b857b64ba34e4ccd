//! Offers of a market: they come, change their price, and go.

use rand::Rng;

use crate::catalogue::market::Moment;
use crate::catalogue::market::character::AmazonHabit;
use crate::catalogue::market::offer::{Condition, Offer};
use crate::catalogue::market::regime::RegimeKind;
use crate::catalogue::seller::{THIRD_PARTIES, Trader};
use crate::catalogue::series::Series;
use crate::number::whole;

/// Offers of one kind at most, so that a history stays small.
const MOST_OFFERS: usize = 30;

/// The lowest landed price anybody asks, in cents. Grade M.
const LEAST_LANDED: i32 = 150;

impl super::Trade<'_> {
    pub(super) fn next_id(&mut self) -> i32 {
        self.offers_so_far += 1;
        self.offers_so_far
    }

    pub(super) fn put(
        &mut self,
        id: i32,
        trader: Trader,
        condition: Condition,
        (landed, stock): (i32, i32),
        time: Moment,
    ) {
        let mut offer = Offer {
            id,
            trader,
            traits: trader.traits(self.character.seed),
            condition,
            price: 0,
            shipping: 0,
            stock: 0,
            ended: None,
            history: Series::default(),
            stock_history: Series::default(),
        };
        offer.reprice(landed);
        offer.stock = stock;
        if self.keeps_offers {
            offer.note(time);
        }
        self.shelf.live.push(offer);
    }

    pub(super) fn end(&mut self, place: usize, time: Moment) {
        let mut offer = self.shelf.live.remove(place);
        if self.keeps_offers {
            offer.ended = Some(time);
            offer.stock = 0;
            offer.note(time);
            self.market.ended.push(offer);
        }
    }

    fn level(&self, condition: Condition) -> f64 {
        if condition.is_used() {
            self.used_level * condition.worth()
        } else {
            self.new_level
        }
    }

    /// The lowest landed price of the others, new or used alike.
    fn rival(&self, used: bool, but: Option<i32>) -> Option<i32> {
        self.shelf
            .live
            .iter()
            .filter(|offer| offer.condition.is_used() == used && Some(offer.id) != but)
            .map(Offer::landed)
            .min()
    }

    /// Returns whether anything changed, as the others do.
    pub(super) fn offer_comes(&mut self, used: bool, time: Moment) -> bool {
        let condition = if used {
            match self.rng.random_range(0..100) {
                0..15 => Condition::LikeNew,
                15..45 => Condition::VeryGood,
                45..82 => Condition::Good,
                _ => Condition::Acceptable,
            }
        } else {
            Condition::New
        };
        // Few sellers have most offers.
        let size = self.rng.random_range(0.0_f64..1.0).powf(2.5) * f64::from(THIRD_PARTIES);
        let number = u16::try_from(whole(size - 0.5)).unwrap_or_default();
        let has_warehouse = self.character.amazon != AmazonHabit::Never;
        let trader = if used && has_warehouse && self.rng.random_bool(0.05) {
            Trader::Warehouse
        } else {
            Trader::Third(number.min(THIRD_PARTIES - 1))
        };
        let landed = self.first_price(condition);
        // A seller of what sells often has more of it.
        let most = 1.0 + self.character.demand * if used { 6.0 } else { 25.0 };
        let stock = whole(1.0 + self.rng.random_range(0.0..1.0_f64).powi(2) * most);
        let held = self
            .shelf
            .live
            .iter_mut()
            .find(|offer| offer.trader == trader && offer.condition == condition);
        if let Some(offer) = held {
            offer.stock += stock;
            if self.keeps_offers {
                offer.note(time);
            }
            return false;
        }
        if self.shelf.count(used) >= MOST_OFFERS {
            return false;
        }
        let id = self.next_id();
        self.put(id, trader, condition, (landed, stock), time);
        true
    }

    fn first_price(&mut self, condition: Condition) -> i32 {
        let level = self.level(condition);
        let rival = self.rival(condition.is_used(), None);
        let price = match (self.rng.random_range(0..100), rival) {
            (0..50, Some(rival)) => f64::from(rival) * self.rng.random_range(0.96..1.02),
            (50..85, _) | (_, None) => level * self.rng.random_range(0.92..1.2),
            _ => level * self.rng.random_range(1.2..2.0),
        };
        self.sound(price, level)
    }

    /// A price that somebody would really ask, in whole cents, for a draw around the level of the market.
    fn sound(&self, drawn: f64, level: f64) -> i32 {
        whole(drawn.clamp(level * 0.55, level * 2.5)).max(LEAST_LANDED)
    }

    pub(super) fn offer_goes(&mut self, time: Moment) -> bool {
        let Some(place) = self.third_party() else {
            return false;
        };
        self.end(place, time);
        true
    }

    /// The place of some offer that is not Amazon's; new ones live shorter.
    fn third_party(&mut self) -> Option<usize> {
        let live = self.shelf.live.len();
        if live == 0 {
            return None;
        }
        let place = self.rng.random_range(0..live);
        let offer = self.shelf.live.get(place)?;
        (offer.trader != Trader::Amazon).then_some(place)
    }

    pub(super) fn offer_changes(&mut self, time: Moment) -> bool {
        let Some(place) = self.third_party() else {
            return false;
        };
        let Some((id, condition)) = self
            .shelf
            .live
            .get(place)
            .map(|offer| (offer.id, offer.condition))
        else {
            return false;
        };
        let level = self.level(condition);
        let at_war = self.regime.kind == RegimeKind::PriceWar;
        let price = match self.rival(condition.is_used(), Some(id)) {
            None => level * self.rng.random_range(1.1..1.9),
            Some(rival) if at_war => f64::from(rival) * self.rng.random_range(0.94..0.99),
            Some(rival) if self.rng.random_bool(0.6) => {
                f64::from(rival) * self.rng.random_range(0.97..1.01)
            }
            Some(_) => level * self.rng.random_range(0.92..1.15),
        };
        let landed = self.sound(price, level);
        if let Some(offer) = self.shelf.live.get_mut(place) {
            offer.reprice(landed);
            if self.keeps_offers {
                offer.note(time);
            }
        }
        true
    }
}
