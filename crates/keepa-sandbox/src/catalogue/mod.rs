//! A catalogue of made-up books, computed from a seed and an index whenever one is asked for.

pub(crate) mod book;
pub(crate) mod category;
mod facts;
mod fee;
mod identity;
pub(crate) mod listing;
pub(crate) mod market;
pub(crate) mod offers;
mod overview;
pub(crate) mod product;
pub(crate) mod seller;
pub(crate) mod series;
mod shares;
pub(crate) mod slots;
mod stats;
mod truth;
pub(crate) mod window;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use book::Book;
pub use book::{BookKind, Gap};
use market::{Character, Market, Moment};
pub use market::{Regime, RegimeKind, Temper};
pub(crate) use overview::Overview;
use product::Identity;
pub(crate) use product::{Glance, Product};
pub use truth::{ComingSale, DaySales, Outlook, Truth};
use truth::{Known, OUTLOOK_DAYS};

use crate::clock::{self, DAY};

/// Books in the catalogue.
pub const BOOKS: u32 = 20_000;

/// The catalogue of a seed.
#[derive(Debug, Clone, Copy)]
pub struct Catalogue {
    seed: u64,
    books: u32,
}

/// What the sample list needs to know of a book; `None` is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quote {
    /// Lowest used price now, in cents.
    pub(crate) used: Option<u32>,
    /// Lowest new price now, in cents.
    pub(crate) new: Option<u32>,
}

/// A book that is there, and its market.
pub(crate) struct Told {
    pub(crate) identity: Identity,
    pub(crate) book: Book,
    pub(crate) market: Market,
}

impl Catalogue {
    /// The catalogue of a seed; costs nothing.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed, books: BOOKS }
    }

    /// The first books of the catalogue of a seed, [`BOOKS`] at most: selections among few are quick.
    #[must_use]
    pub fn with_books(seed: u64, books: u32) -> Self {
        Self {
            seed,
            books: books.clamp(1, BOOKS),
        }
    }

    /// How many books it has.
    #[must_use]
    pub fn books(&self) -> u32 {
        self.books
    }

    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }

    /// The ISBN-13 of a book; indices from [`BOOKS`] on begin again at 0.
    #[must_use]
    pub fn isbn13(&self, index: u32) -> String {
        identity::isbn13(index % BOOKS)
    }

    /// The ASIN of a book: its ISBN-10, or a `B0` ASIN for each fiftieth book.
    #[must_use]
    pub fn asin(&self, index: u32) -> String {
        identity::asin(index % BOOKS)
    }

    /// The index of an ASIN, if it is of this catalogue.
    #[must_use]
    pub fn index_of_asin(&self, asin: &str) -> Option<u32> {
        identity::index_of_asin(asin).filter(|index| *index < self.books)
    }

    /// The index of an ISBN-13, if it is of this catalogue.
    #[must_use]
    pub fn index_of_code(&self, code: &str) -> Option<u32> {
        identity::index_of_code(code).filter(|index| *index < self.books)
    }

    /// What kind of listing a book is.
    #[must_use]
    pub fn kind(&self, index: u32) -> BookKind {
        Book::draw(&mut self.rng(index)).kind
    }

    /// What is unknown of a book.
    #[must_use]
    pub fn gap(&self, index: u32) -> Gap {
        Book::draw(&mut self.rng(index)).gap
    }

    /// When the book truly sold until now (Keepa minutes, ascending), which Keepa does not tell.
    /// Empty for a removed book.
    #[must_use]
    pub fn sales(&self, index: u32) -> Vec<i32> {
        let seen = market::visible(clock::keepa_minute(clock::system_millis()));
        let told = self.told(index, seen, false);
        told.map_or_else(Vec::new, |told| {
            told.market.sales.iter().map(|sale| sale.time).collect()
        })
    }

    /// What really happened to a book and will happen, as of now; `None` for an ASIN of another
    /// catalogue and for a removed book.
    #[must_use]
    pub fn truth(&self, asin: &str) -> Option<Truth> {
        self.truth_at(asin, clock::system_millis())
    }

    /// The same as of another time, in Unix milliseconds.
    #[must_use]
    pub fn truth_at(&self, asin: &str, unix_millis: i64) -> Option<Truth> {
        let index = self.index_of_asin(asin)?;
        let mut rng = self.rng(index);
        let book = Book::draw(&mut rng);
        if book.kind == BookKind::Removed {
            return None;
        }
        let character = self.character(&book, &rng);
        let seen = market::visible(clock::keepa_minute(unix_millis));
        let [now, told] = [seen, seen + OUTLOOK_DAYS * DAY]
            .map(|until| Market::simulate(&book, &character, until, false, &rng));
        let known = Known {
            asin: asin.to_owned(),
            temper: character.temper,
            demand: character.demand,
            start: character.start,
        };
        Some(Truth::of(known, &now, &told, seen))
    }

    /// A book and its market until a moment, as far as Keepa sees it, with the histories of its offers
    /// or without; `None` when it is removed or not listed yet.
    pub(crate) fn told(&self, index: u32, until: Moment, keeps_offers: bool) -> Option<Told> {
        let mut rng = self.rng(index);
        let book = Book::draw(&mut rng);
        let character = self.character(&book, &rng);
        if book.kind == BookKind::Removed || until <= character.start {
            return None;
        }
        let mut market = Market::simulate(&book, &character, until, keeps_offers, &rng);
        market.hide(&book);
        Some(Told {
            identity: self.identity(index),
            book,
            market,
        })
    }

    /// What is known of a book without its market.
    pub(crate) fn identity(&self, index: u32) -> Identity {
        Identity {
            index,
            asin: self.asin(index),
            isbn13: self.isbn13(index),
            seed: self.seed,
        }
    }

    /// The prices of a book on a day (Keepa minute of its midnight).
    pub(crate) fn quote(&self, index: u32, today: i32) -> Quote {
        let told = self.told(index, today, false);
        let price = |series: fn(&Market) -> &series::Series| {
            let market = &told.as_ref()?.market;
            u32::try_from(series(market).current()?).ok()
        };
        Quote {
            used: price(|market| &market.used),
            new: price(|market| &market.new),
        }
    }

    fn character(&self, book: &Book, rng: &ChaCha8Rng) -> Character {
        let mut stream = rng.clone();
        stream.set_stream(1);
        Character::draw(book, self.seed, &mut stream)
    }

    fn rng(&self, index: u32) -> ChaCha8Rng {
        // An odd factor spreads seeds apart, so that neighbours share no books.
        let key = self
            .seed
            .wrapping_mul(0x9E37_79B9_7F4A_7C15)
            .wrapping_add(u64::from(index % BOOKS));
        ChaCha8Rng::seed_from_u64(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tomorrow_s_market_is_today_s_and_a_day_more() {
        let catalogue = Catalogue::new(1);
        let today = 5_800 * DAY;
        for index in 0..40 {
            let told = [0, 360, 1_440].map(|later| catalogue.told(index, today + later, true));
            let [Some(now), Some(soon), Some(later)] = told else {
                continue;
            };
            for (now, later) in [(&now.market, &soon.market), (&now.market, &later.market)] {
                for slot in 0..slots::SLOTS {
                    let points = |market: &Market| {
                        let series = market.history(slot);
                        series.map_or_else(Vec::new, |series| series.points().to_vec())
                    };
                    let (now, later) = (points(now), points(later));
                    assert!(later.starts_with(&now), "book {index}, history {slot}");
                }
                assert!(later.sales.starts_with(&now.sales), "book {index}");
                assert!(later.regimes.starts_with(&now.regimes), "book {index}");
                assert!(later.buy_box_holders.starts_with(&now.buy_box_holders));
            }
        }
    }
}
