//! What lasts in a book's market: how fast it sells, what it is worth, and what Amazon does with it.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use crate::catalogue::book::{Book, BookKind};
use crate::clock::DAY;

/// How fast a book sells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum Temper {
    /// About once a year, whatever it costs.
    Dead,
    /// Less often than every tenth day.
    Slow,
    /// Up to a few times a day.
    Steady,
    /// Up to dozens of times a day.
    Fast,
}

/// Whether Amazon itself sells a book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AmazonHabit {
    /// Never.
    Never,
    /// In spells: sold out between them.
    InSpells,
    /// Almost always.
    Always,
}

/// The first day of the earliest history (Keepa minute of 2023-12-01T00:00Z), and days after it
/// within which the others begin.
const FIRST_DAY: i32 = 4_717 * DAY;
const STARTS_WITHIN: i32 = 365;

/// What lasts in a book's market.
#[derive(Debug, Clone)]
pub(crate) struct Character {
    pub(crate) temper: Temper,
    /// Seed of the catalogue, from which the traits of traders follow.
    pub(crate) seed: u64,
    /// When it was first listed; Keepa minute of a midnight.
    pub(crate) start: i32,
    /// Buyers per day through the year, of whom not all find what they would pay for.
    pub(crate) demand: f64,
    /// Share of the buyers who want a used copy.
    pub(crate) wants_used: f64,
    /// What a new copy is worth, in cents.
    pub(crate) new_level: f64,
    /// What a used copy in good condition is worth, in cents.
    pub(crate) used_level: f64,
    /// New offers, usually.
    pub(crate) usual_new: usize,
    /// Used offers, usually.
    pub(crate) usual_used: usize,
    /// Probability that one offer is repriced on a day.
    pub(crate) restless: f64,
    pub(crate) amazon: AmazonHabit,
}

impl Character {
    /// The character of a book, from a stream of its own.
    pub(crate) fn draw(book: &Book, seed: u64, rng: &mut ChaCha8Rng) -> Self {
        let (temper, demand) = match rng.random_range(0..100) {
            0..12 => (Temper::Dead, 0.003),
            12..18 => (Temper::Fast, (book.sales_per_day * 6.0).clamp(3.0, 15.0)),
            _ if book.sales_per_day < 0.1 => (Temper::Slow, book.sales_per_day),
            _ => (Temper::Steady, book.sales_per_day),
        };
        let list = f64::from(book.list_price);
        Self {
            temper,
            seed,
            start: FIRST_DAY + rng.random_range(0..STARTS_WITHIN) * DAY,
            demand,
            wants_used: match book.kind {
                BookKind::Textbook => 0.7,
                BookKind::Fiction => 0.5,
                _ => 0.6,
            },
            new_level: list * rng.random_range(0.55..0.95),
            used_level: (list * rng.random_range(0.18..0.5)).max(450.0),
            usual_new: rng.random_range(1..=6),
            usual_used: rng.random_range(1..=14),
            restless: (0.06 + demand * 0.08).min(0.3),
            amazon: match rng.random_range(0..4) {
                0 => AmazonHabit::Always,
                1 => AmazonHabit::InSpells,
                _ => AmazonHabit::Never,
            },
        }
    }
}

/// How much of the yearly demand falls into a month: course books sell before the terms.
pub(super) fn season(kind: BookKind, month: u32) -> f64 {
    match (kind, month) {
        (BookKind::Textbook, 1 | 8) => 2.4,
        (BookKind::Textbook, 9) => 1.6,
        (BookKind::Textbook, 5..=7) => 0.5,
        (BookKind::Textbook, _) => 0.7,
        (_, 12) => 1.7,
        (_, 11) => 1.3,
        _ => 0.9,
    }
}

/// How the season moves what a copy is worth.
pub(super) fn season_price(kind: BookKind, month: u32) -> f64 {
    match (kind, month) {
        (BookKind::Textbook, 1 | 8) => 1.15,
        (BookKind::Textbook, 5..=7) => 0.92,
        _ => 1.0,
    }
}
