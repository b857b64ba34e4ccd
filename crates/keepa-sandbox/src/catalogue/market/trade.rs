//! A book's market, day by day: buyers come, offers come, change and go.
//!
//! Every draw follows from the days before, never from the day on which the story ends: so the market
//! of tomorrow is that of today and a day more.

mod offers;

use chrono::Datelike;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::character::{AmazonHabit, Character, season, season_price};
use super::offer::Condition;
use super::rank::RankMemory;
use super::regime::{Regime, RegimeKind};
use super::shelf::Shelf;
use super::{LightningDeal, Market, Moment, Sale, VISIBLE_EVERY};
use crate::catalogue::book::{Book, BookKind};
use crate::catalogue::seller::Trader;
use crate::clock::{DAY, HOUR, date};
use crate::number::whole;

/// Days that an offer lives unless it sells out. Grade M.
const NEW_LIFE: f64 = 45.0;
const USED_LIFE: f64 = 120.0;

/// What a buyer would pay, as shares of what a copy is worth. Grade M.
const WILLING: std::ops::Range<f64> = 0.7..2.2;

/// Share of buyers who take the buy box of new copies, and of used ones. Grade M.
const TAKES_BUY_BOX: f64 = 0.75;
const TAKES_USED_BUY_BOX: f64 = 0.35;

/// Minutes of the day at which Amazon's deals begin, and for which they last. Grade M.
const LIGHTNING_STARTS: i32 = 9 * HOUR;
const LIGHTNING_LASTS: i32 = 6 * HOUR;

/// Reviews were counted until then: Keepa minute of 2025-04-09. Grade A: Keepa's changelog.
const REVIEWS_UNTIL: i32 = 7_505_280;

/// What happens within a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    OfferComes { used: bool },
    OfferGoes,
    OfferChanges,
    BuyerComes,
}

/// The story of a market.
struct Trade<'a> {
    book: &'a Book,
    character: &'a Character,
    /// Whether offers are kept with their histories, and after they ended.
    keeps_offers: bool,
    rng: ChaCha8Rng,
    shelf: Shelf,
    rank: RankMemory,
    market: Market,
    regime: Regime,
    /// What a copy is worth by the usual, as a factor that wanders.
    drift: f64,
    /// What new and used copies are worth today, in cents.
    new_level: f64,
    used_level: f64,
    offers_so_far: i32,
    amazon_in_stock: bool,
    amazon_changes: Moment,
    /// The month, and when the next one begins.
    month: u32,
    month_ends: Moment,
    /// Buyers a day that were last reckoned with, and e to the power of as many less.
    reckoned: (u64, f64),
    events: Vec<(Moment, Event)>,
    reviews: i32,
}

impl Market {
    /// The market from the first day of the book until a time.
    pub(crate) fn simulate(
        book: &Book,
        character: &Character,
        until: Moment,
        keeps_offers: bool,
        rng: &ChaCha8Rng,
    ) -> Self {
        let stream = |number: u64| {
            let mut stream = rng.clone();
            stream.set_stream(number);
            stream
        };
        let start = character.start;
        let mut rng = stream(2);
        let regime = Regime::first(start, &mut rng);
        let reviews = rng.random_range(0..400);
        let mut trade = Trade {
            book,
            character,
            keeps_offers,
            shelf: Shelf::default(),
            rank: RankMemory::new(character.demand),
            market: Self {
                regimes: vec![regime],
                ..Self::default()
            },
            regime,
            drift: 1.0,
            new_level: character.new_level,
            used_level: character.used_level,
            offers_so_far: 0,
            amazon_in_stock: rng.random_bool(0.5),
            amazon_changes: start,
            month: 1,
            month_ends: start,
            reckoned: (0, 1.0),
            events: Vec::new(),
            reviews,
            rng,
        };
        if start < until {
            trade.open();
        }
        let mut day = start;
        while day < until {
            trade.day(day, until);
            day += DAY;
        }
        trade.close()
    }
}

impl Trade<'_> {
    /// The offers with which the story begins.
    fn open(&mut self) {
        let start = self.character.start;
        self.market.list_price.push(start, self.book.list_price);
        for used in [false, true] {
            let usual = if used {
                self.character.usual_used
            } else {
                self.character.usual_new
            };
            for _ in 0..usual {
                self.offer_comes(used, start);
            }
        }
        if self.character.amazon == AmazonHabit::Never {
            self.market.amazon.push(start, -1);
        }
        let rating = self.rng.random_range(36..50);
        self.market.rating.push(start, rating);
        self.market.reviews.push(start, self.reviews);
        self.shelf
            .observe(&mut self.market, self.book.list_price, start);
    }

    fn close(mut self) -> Market {
        self.market.rank = self.rank.into_series();
        self.market.live = self.shelf.live;
        self.market
    }

    /// One day, up to a time within it.
    fn day(&mut self, day: Moment, until: Moment) {
        if day >= self.month_ends {
            let date = date(day);
            self.month = date.month();
            let left = date.num_days_in_month() - u8::try_from(date.day0()).unwrap_or(0);
            self.month_ends = day + i32::from(left) * DAY;
        }
        let month = self.month;
        if day >= self.regime.until {
            self.regime = self.regime.next(self.book.kind, &mut self.rng);
            self.market.regimes.push(self.regime);
        }
        self.set_levels(day, month);
        let opened = day + self.rng.random_range(0..60);
        self.rank.begin_day(opened);
        self.amazon_decides(day + 90);
        self.lightning(day, until);
        self.plan_day(day, month);
        let mut events = std::mem::take(&mut self.events);
        let mut sold_at = None;
        for &(time, event) in &events {
            if time >= until {
                break;
            }
            if let Some(sold) = sold_at
                && time / VISIBLE_EVERY != sold / VISIBLE_EVERY
            {
                self.rank.show(sold);
                sold_at = None;
            }
            let seen = match event {
                Event::OfferComes { used } => self.offer_comes(used, time),
                Event::OfferGoes => self.offer_goes(time),
                Event::OfferChanges => self.offer_changes(time),
                Event::BuyerComes => match self.buyer_comes(time) {
                    Some(sold_out) => {
                        self.rank.sell();
                        sold_at = Some(time);
                        sold_out
                    }
                    None => false,
                },
            };
            if seen {
                self.shelf
                    .observe(&mut self.market, self.book.list_price, time);
            }
        }
        if let Some(sold) = sold_at {
            self.rank.show(sold);
        }
        events.clear();
        self.events = events;
        if (day / DAY) % 7 == 0 {
            self.look_closely(opened);
        }
    }

    /// Some days Amazon has a deal for six hours; it is shown, but moves no sale.
    fn lightning(&mut self, day: Moment, until: Moment) {
        let deals = self.character.amazon != AmazonHabit::Never && self.rng.random_ratio(1, 120);
        let starts = day + LIGHTNING_STARTS;
        if !deals || starts >= until {
            return;
        }
        let Some(usual_price) = self.market.amazon.current().filter(|price| *price > 0) else {
            return;
        };
        let deal = LightningDeal {
            starts,
            ends: starts + LIGHTNING_LASTS,
            price: usual_price * 8 / 10,
            usual_price,
        };
        self.market.lightning.push(deal.starts, deal.price);
        self.market.lightning.push(deal.ends, -1);
        self.market.lightning_deals.push(deal);
    }

    fn set_levels(&mut self, day: Moment, month: u32) {
        if (day / DAY) % 7 == 0 {
            self.drift = self.drift.powf(0.98) * self.rng.random_range(0.985..1.015);
        }
        let factor = self.drift * self.regime.worth * season_price(self.book.kind, month);
        self.new_level = self.character.new_level * factor;
        self.used_level = self.character.used_level * factor;
    }

    /// Once a week Keepa fetches all offers and reads the ratings.
    fn look_closely(&mut self, time: Moment) {
        let offers = i32::try_from(self.shelf.live.len()).unwrap_or(i32::MAX);
        self.market.offers_fetched.push(time, offers.min(100));
        if time < REVIEWS_UNTIL {
            self.market.reviews.push(time, self.reviews);
        }
    }

    /// Draws what will happen, in the order of time.
    fn plan_day(&mut self, day: Moment, month: u32) {
        let demand = self.character.demand * season(self.book.kind, month) * self.regime.demand;
        if self.reckoned.0 != demand.to_bits() {
            self.reckoned = (demand.to_bits(), (-demand).exp());
        }
        let buyers = poisson(self.reckoned.1, &mut self.rng);
        for _ in 0..buyers {
            self.plan(day, Event::BuyerComes);
        }
        for used in [false, true] {
            let (usual, life) = if used {
                (self.character.usual_used, USED_LIFE)
            } else {
                (self.character.usual_new, NEW_LIFE)
            };
            let count = self.shelf.count(used);
            let pull = match count {
                0 => 3.0,
                _ if count < usual => 1.6,
                _ => 0.6,
            };
            let usual = f64::from(u32::try_from(usual).unwrap_or(u32::MAX));
            let chance = usual / life * pull * self.regime.arrivals
                + if count < 3 {
                    (demand * 0.15).min(0.5)
                } else {
                    0.0
                };
            if self.rng.random_bool(chance.clamp(0.0, 0.95)) {
                self.plan(day, Event::OfferComes { used });
            }
        }
        let live = u32::try_from(self.shelf.live.len()).unwrap_or(u32::MAX);
        if self.rng.random_bool((f64::from(live) / 100.0).min(0.9)) {
            self.plan(day, Event::OfferGoes);
        }
        let restless = if self.regime.kind == RegimeKind::PriceWar {
            0.9
        } else {
            self.character.restless
        };
        if self.rng.random_bool(restless) {
            self.plan(day, Event::OfferChanges);
        }
        self.events.sort_unstable();
    }

    fn plan(&mut self, day: Moment, event: Event) {
        let time = day + self.rng.random_range(100..DAY);
        self.events.push((time, event));
    }

    /// Amazon runs out, comes back, or asks another price.
    fn amazon_decides(&mut self, time: Moment) {
        if self.character.amazon == AmazonHabit::Never || time < self.amazon_changes {
            return;
        }
        self.amazon_changes = time + self.rng.random_range(6..60) * DAY;
        let stays = match self.character.amazon {
            AmazonHabit::Always => 0.97,
            _ => 0.7,
        };
        self.amazon_in_stock = if self.amazon_in_stock {
            self.rng.random_bool(stays)
        } else {
            self.rng.random_bool(0.85)
        };
        let price = whole(f64::from(self.book.list_price) * self.rng.random_range(0.68..1.0));
        let place = self
            .shelf
            .live
            .iter()
            .position(|offer| offer.trader == Trader::Amazon);
        match (place, self.amazon_in_stock) {
            (Some(place), true) => {
                if let Some(offer) = self.shelf.live.get_mut(place) {
                    offer.reprice(price);
                    if self.keeps_offers {
                        offer.note(time);
                    }
                }
            }
            (Some(place), false) => self.end(place, time),
            (None, true) => {
                let id = self.next_id();
                self.put(id, Trader::Amazon, Condition::New, (price, 999), time);
            }
            (None, false) => {}
        }
        self.market
            .amazon
            .push(time, if self.amazon_in_stock { price } else { -1 });
        self.shelf
            .observe(&mut self.market, self.book.list_price, time);
    }

    /// A buyer takes a copy or none; returns whether its offer sold out.
    fn buyer_comes(&mut self, time: Moment) -> Option<bool> {
        let wants_used = self.rng.random_bool(self.character.wants_used);
        let willing = self.rng.random_range(WILLING);
        let takes_buy_box = self.rng.random::<f64>();
        let settles = self.rng.random_bool(0.5);
        if self.book.kind == BookKind::Ebook {
            self.market.sales.push(Sale {
                time,
                condition: Condition::New,
                landed: None,
                was_cheapest: true,
                trader: Trader::Amazon,
            });
            return Some(false);
        }
        let used = if self.shelf.cheapest(wants_used).is_some() {
            wants_used
        } else if settles {
            !wants_used
        } else {
            return None;
        };
        let cheapest = self.shelf.cheapest(used)?;
        let share = if used {
            TAKES_USED_BUY_BOX
        } else {
            TAKES_BUY_BOX
        };
        let in_box = self.shelf.buy_box(used).filter(|_| takes_buy_box < share);
        let place = in_box.unwrap_or(cheapest);
        let lowest = self.shelf.live.get(cheapest)?.landed();
        let level = if used {
            self.used_level
        } else {
            self.new_level
        };
        let offer = self.shelf.live.get_mut(place)?;
        if f64::from(offer.landed()) > level * willing * offer.condition.worth() {
            return None;
        }
        self.market.sales.push(Sale {
            time,
            condition: offer.condition,
            landed: Some(offer.landed()),
            was_cheapest: offer.landed() == lowest,
            trader: offer.trader,
        });
        // One in fifty buyers rates what they bought.
        if self.market.sales.len().is_multiple_of(50) {
            self.reviews += 1;
        }
        let amazons = offer.trader == Trader::Amazon;
        if !amazons {
            offer.stock -= 1;
            if self.keeps_offers {
                offer.note(time);
            }
        }
        let sold_out = !amazons && offer.stock <= 0;
        if sold_out {
            self.end(place, time);
        }
        Some(sold_out)
    }
}

/// A draw from Poisson's distribution by Knuth's product of uniforms, for means of a few; `limit` is e to
/// the power of the mean negated.
fn poisson(limit: f64, rng: &mut ChaCha8Rng) -> i32 {
    let mut product = rng.random::<f64>();
    let mut count = 0;
    while product > limit {
        product *= rng.random::<f64>();
        count += 1;
    }
    count
}
