//! A supplier's list of books of the catalogue, with what the supplier asks for them.

use std::fmt::Write as _;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::catalogue::{BOOKS, Catalogue};

/// Day of the prices that buy prices are set by (Keepa minute of 2026-01-01T00:00Z): a fixed one,
/// so that the list of a seed never changes.
const PRICED_AT: i32 = 7_889_760;

/// One book of a supplier's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleItem {
    /// ISBN-13, or the ISBN-10 of some.
    pub identifier: String,
    /// What the supplier asks for a copy, in US cents.
    pub buy_price_cents: u32,
}

/// A list of `n` books of the catalogue of `seed`; about a tenth are good buys.
#[must_use]
pub fn sample_list(seed: u64, n: usize) -> Vec<SampleItem> {
    let catalogue = Catalogue::new(seed);
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut index = rng.random_range(0..BOOKS);
    (0..n)
        .map(|_| {
            // A step that shares no factor with the number of books meets each one once a round.
            index = (index + 7_919) % BOOKS;
            let quote = catalogue.quote(index, PRICED_AT);
            let price = quote.used.or(quote.new).unwrap_or(1_200);
            // What is left after 15 % referral, the closing fee and about 5 dollars of fulfilment.
            let left = (price * 85 / 100).saturating_sub(180 + 500);
            let percent = if rng.random_bool(0.14) {
                rng.random_range(25..50)
            } else {
                rng.random_range(85..150)
            };
            let isbn10 = rng.random_bool(0.15);
            let asin = catalogue.asin(index);
            SampleItem {
                identifier: if isbn10 && !asin.starts_with('B') {
                    asin
                } else {
                    catalogue.isbn13(index)
                },
                buy_price_cents: (left * percent / 100).max(rng.random_range(75..400)),
            }
        })
        .collect()
}

/// The same list as a file: `isbn,cost,qty,condition`.
#[must_use]
pub fn sample_csv(seed: u64, n: usize) -> String {
    let mut rng = ChaCha8Rng::seed_from_u64(!seed);
    let mut text = String::from("isbn,cost,qty,condition\n");
    for item in sample_list(seed, n) {
        let cents = item.buy_price_cents;
        let condition = match rng.random_range(0..10) {
            0..2 => "New",
            2..4 => "Like New",
            4..7 => "Very Good",
            7..9 => "Good",
            _ => "Acceptable",
        };
        let quantity = if rng.random_bool(0.8) {
            1
        } else {
            rng.random_range(2..9)
        };
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{},{}.{:02},{quantity},{condition}",
            item.identifier,
            cents / 100,
            cents % 100
        );
    }
    text
}
