//! Times in which a book's market is not as usual.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use crate::catalogue::book::BookKind;
use crate::clock::DAY;

/// What a time is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum RegimeKind {
    /// As usual.
    Usual,
    /// Sellers undercut each other every day.
    PriceWar,
    /// Few new offers come, and copies are worth more.
    Shortage,
    /// Everybody talks about it.
    Craze,
    /// A newer edition took its place for good.
    Superseded,
}

/// A time and how it differs from the usual.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Regime {
    /// First day; Keepa minute of midnight.
    pub from: i32,
    /// The day after the last; Keepa minute of midnight, [`i32::MAX`] for ever.
    pub until: i32,
    /// What it is.
    pub kind: RegimeKind,
    /// Factor on the buyers per day.
    pub demand: f64,
    /// Factor on what a copy is worth.
    pub worth: f64,
    /// Factor on how often offers come.
    pub arrivals: f64,
}

impl Regime {
    /// The usual, which every market begins with.
    pub(super) fn first(from: i32, rng: &mut ChaCha8Rng) -> Self {
        Self::new(RegimeKind::Usual, from, rng.random_range(30..240))
    }

    /// What follows a time: the unusual ones end in the usual.
    pub(super) fn next(self, book: BookKind, rng: &mut ChaCha8Rng) -> Self {
        if self.kind != RegimeKind::Usual {
            let days = rng.random_range(60..300);
            return Self::new(RegimeKind::Usual, self.until, days);
        }
        let (kind, days) = match (rng.random_range(0..100), book) {
            (0..35, _) => (RegimeKind::PriceWar, rng.random_range(15..50)),
            (35..65, _) => (RegimeKind::Shortage, rng.random_range(30..100)),
            (65..80, BookKind::Textbook) => (RegimeKind::Superseded, i32::MAX / DAY),
            (65..80, _) => (RegimeKind::Craze, rng.random_range(14..45)),
            _ => (RegimeKind::Usual, rng.random_range(60..300)),
        };
        Self::new(kind, self.until, days)
    }

    fn new(kind: RegimeKind, from: i32, days: i32) -> Self {
        let (demand, worth, arrivals) = match kind {
            RegimeKind::Usual => (1.0, 1.0, 1.0),
            RegimeKind::PriceWar => (1.1, 0.85, 1.4),
            RegimeKind::Shortage => (1.2, 1.35, 0.3),
            RegimeKind::Craze => (4.0, 1.2, 1.2),
            RegimeKind::Superseded => (0.35, 0.6, 0.8),
        };
        Self {
            from,
            until: from.saturating_add(days.saturating_mul(DAY)),
            kind,
            demand,
            worth,
            arrivals,
        }
    }
}
