//! A catalogue of made-up books, computed from a seed and an index whenever one is asked for.

mod book;
mod fee;
mod identity;
mod market;
mod product;
mod series;
mod stats;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use book::Book;
pub use book::{BookKind, Gap};
use market::Market;
use product::Moment;
pub(crate) use product::Product;

use crate::clock::{self, DAY};
use crate::query::Parts;

/// Books in the catalogue.
pub const BOOKS: u32 = 20_000;

/// Histories in `csv`. Grade A: Keepa's changelog of 2026-04-20.
const CSV_SLOTS: usize = 36;

// Positions in `csv`. Grade A: Keepa's product object documentation.
const AMAZON: usize = 0;
const NEW: usize = 1;
const USED: usize = 2;
const SALES: usize = 3;
const LIST_PRICE: usize = 4;
const COUNT_NEW: usize = 11;
const COUNT_USED: usize = 12;

/// Category "Books" of amazon.com. Grade A: recorded products.
const BOOKS_CATEGORY: i64 = 283_155;

/// Whether a position of `csv` that the catalogue fills is a price.
fn is_price(slot: usize) -> bool {
    matches!(slot, AMAZON | NEW | USED | LIST_PRICE)
}

/// The catalogue of a seed.
#[derive(Debug, Clone, Copy)]
pub struct Catalogue {
    seed: u64,
}

/// What the sample list needs to know of a book; `None` is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quote {
    /// Lowest used price now, in cents.
    pub(crate) used: Option<u32>,
    /// Lowest new price now, in cents.
    pub(crate) new: Option<u32>,
}

impl Catalogue {
    /// The catalogue of a seed; costs nothing.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed }
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
        identity::index_of_asin(asin)
    }

    /// The index of an ISBN-13, if it is of this catalogue.
    #[must_use]
    pub fn index_of_code(&self, code: &str) -> Option<u32> {
        identity::index_of_code(code)
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

    /// When the book truly sold (Keepa minutes, ascending), which Keepa does not tell: what an
    /// estimate from the rank can be held against. Empty for a removed book.
    #[must_use]
    pub fn sales(&self, index: u32) -> Vec<i32> {
        let mut rng = self.rng(index);
        let book = Book::draw(&mut rng);
        if book.kind == BookKind::Removed {
            return Vec::new();
        }
        Market::simulate(&book, moment().today, &rng).sales
    }

    /// The product object of a book, as of now.
    pub(crate) fn product(&self, index: u32, parts: Parts) -> Product {
        let mut rng = self.rng(index);
        let book = Book::draw(&mut rng);
        if book.kind == BookKind::Removed {
            return Product::invalid(self.asin(index), 1, parts);
        }
        let moment = moment();
        let market = Market::simulate(&book, moment.today, &rng);
        Product::of(
            self.asin(index),
            self.isbn13(index),
            book,
            market,
            moment,
            parts,
        )
    }

    /// The prices of a book on a day (Keepa minute of its midnight).
    pub(crate) fn quote(&self, index: u32, today: i32) -> Quote {
        let mut rng = self.rng(index);
        let book = Book::draw(&mut rng);
        if book.kind == BookKind::Removed {
            return Quote {
                used: None,
                new: None,
            };
        }
        let market = Market::simulate(&book, today, &rng);
        let price =
            |series: &series::Series| series.current().and_then(|price| u32::try_from(price).ok());
        Quote {
            used: price(&market.used),
            new: price(&market.new),
        }
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

fn moment() -> Moment {
    let now = clock::keepa_minute(clock::unix_millis());
    Moment {
        now,
        today: now - now.rem_euclid(DAY),
    }
}
