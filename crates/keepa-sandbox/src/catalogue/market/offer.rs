//! An offer of a book, from its coming to its end.

use crate::catalogue::market::Moment;
use crate::catalogue::seller::{Trader, Traits};
use crate::catalogue::series::Series;

/// Condition of a copy, numbered as Keepa does. Grade A: Keepa's offer object documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Condition {
    New,
    LikeNew,
    VeryGood,
    Good,
    Acceptable,
}

impl Condition {
    /// Keepa's number.
    pub(crate) fn number(self) -> u8 {
        match self {
            Self::New => 1,
            Self::LikeNew => 2,
            Self::VeryGood => 3,
            Self::Good => 4,
            Self::Acceptable => 5,
        }
    }

    /// Whether a copy was owned before.
    pub(crate) fn is_used(self) -> bool {
        self != Self::New
    }

    /// What such a copy is worth, as a share of one in good condition. Grade M.
    pub(super) fn worth(self) -> f64 {
        match self {
            Self::New => 1.0,
            Self::LikeNew => 1.28,
            Self::VeryGood => 1.12,
            Self::Good => 1.0,
            Self::Acceptable => 0.86,
        }
    }
}

/// An offer.
#[derive(Debug, Clone)]
pub(crate) struct Offer {
    /// Its number among the offers of the book, from 1.
    pub(crate) id: i32,
    pub(crate) trader: Trader,
    pub(crate) traits: Traits,
    pub(crate) condition: Condition,
    /// Cents.
    pub(crate) price: i32,
    /// Cents on top.
    pub(crate) shipping: i32,
    /// Copies left.
    pub(crate) stock: i32,
    /// When it ended; `None` for one that lives.
    pub(crate) ended: Option<Moment>,
    /// Price and shipping; empty unless offers are kept.
    pub(crate) history: Series,
    /// Copies left; empty unless offers are kept.
    pub(crate) stock_history: Series,
}

/// Shipping that sellers who ship themselves ask for a used book, in cents. Grade B: the usual figure
/// in recorded offers.
pub(super) const USED_SHIPPING: i32 = 399;

/// The least landed price at which shipping is asked for separately, in cents. Grade M.
const SHIPS_SEPARATELY_FROM: i32 = 700;

impl Offer {
    /// What a buyer pays, in cents.
    pub(crate) fn landed(&self) -> i32 {
        self.price + self.shipping
    }

    /// Whether Amazon stores and ships it.
    pub(crate) fn is_fba(&self) -> bool {
        self.traits.is_fba
    }

    /// Asks for another landed price.
    pub(super) fn reprice(&mut self, landed: i32) {
        let separately =
            !self.is_fba() && self.condition.is_used() && landed >= SHIPS_SEPARATELY_FROM;
        self.shipping = if separately { USED_SHIPPING } else { 0 };
        self.price = landed - self.shipping;
    }

    /// Writes down what it asks and how many copies are left.
    pub(super) fn note(&mut self, time: i32) {
        self.history.push_shipped(time, self.price, self.shipping);
        self.stock_history.push(time, self.stock);
    }
}
