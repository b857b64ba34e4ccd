//! The market of a book: what was sold, by whom and for how much, and what Keepa sees of it.
//!
//! `MODEL.md` beside the crate's manifest describes the model.

mod character;
mod offer;
mod rank;
mod regime;
mod shelf;
mod trade;

use super::book::{Book, BookKind, Gap};
use super::seller::Trader;
use super::series::Series;
use crate::clock::{DAY, HOUR};

pub(crate) use character::Character;
pub use character::Temper;
pub(crate) use offer::{Condition, Offer};
pub use regime::{Regime, RegimeKind};

/// A time in Keepa minutes.
pub(crate) type Moment = i32;

/// Minutes after which what happened becomes visible: a quarter of a day, so that a test which asks
/// twice is answered alike, unless it runs across one of four moments a day.
pub(crate) const VISIBLE_EVERY: i32 = 6 * HOUR;

/// The last moment at which the market became visible.
pub(crate) fn visible(now: Moment) -> Moment {
    now - now.rem_euclid(VISIBLE_EVERY)
}

/// Who has the buy box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BuyBox {
    pub(crate) trader: Trader,
    pub(crate) is_fba: bool,
}

/// Who has the buy box of used copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct UsedBuyBox {
    pub(crate) trader: Trader,
    pub(crate) is_fba: bool,
    pub(crate) condition: Condition,
}

/// A deal of Amazon for some hours of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LightningDeal {
    pub(crate) starts: Moment,
    pub(crate) ends: Moment,
    /// Cents, and what Amazon asks otherwise.
    pub(crate) price: i32,
    pub(crate) usual_price: i32,
}

/// A copy sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sale {
    pub(crate) time: Moment,
    pub(crate) condition: Condition,
    /// What the buyer paid, in cents; `None` where the catalogue has no offers.
    pub(crate) landed: Option<i32>,
    /// Whether nothing cheaper was offered, new or used as it was.
    pub(crate) was_cheapest: bool,
    pub(crate) trader: Trader,
}

/// What happened in a market, and its histories as Keepa keeps them.
#[derive(Debug, Default)]
pub(crate) struct Market {
    pub(crate) amazon: Series,
    pub(crate) new: Series,
    pub(crate) used: Series,
    pub(crate) rank: Series,
    pub(crate) list_price: Series,
    /// Third parties that ship themselves.
    pub(crate) new_fbm: Series,
    /// Third parties for whom Amazon ships.
    pub(crate) new_fba: Series,
    pub(crate) warehouse: Series,
    /// Deals of Amazon; the end of the last may lie ahead.
    pub(crate) lightning: Series,
    pub(crate) lightning_deals: Vec<LightningDeal>,
    pub(crate) count_new: Series,
    pub(crate) count_used: Series,
    pub(crate) count_new_fba: Series,
    pub(crate) count_new_fbm: Series,
    pub(crate) offers_fetched: Series,
    pub(crate) rating: Series,
    pub(crate) reviews: Series,
    pub(crate) buy_box: Series,
    pub(crate) used_buy_box: Series,
    /// Like new, very good, good and acceptable.
    pub(crate) used_by_condition: [Series; 4],
    pub(crate) buy_box_holders: Vec<(Moment, Option<BuyBox>)>,
    pub(crate) used_buy_box_holders: Vec<(Moment, Option<UsedBuyBox>)>,
    /// Offers that live, in the order in which they came.
    pub(crate) live: Vec<Offer>,
    /// Offers that ended, in that order.
    pub(crate) ended: Vec<Offer>,
    /// The truth behind the rank, which Keepa does not know.
    pub(crate) sales: Vec<Sale>,
    /// Times that differ, the last of which may reach into the future.
    pub(crate) regimes: Vec<Regime>,
}

impl Market {
    /// Takes out what Keepa does not see: a rank that was never there, offers of an e-book.
    pub(crate) fn hide(&mut self, book: &Book) {
        if book.gap == Gap::Rank {
            self.rank = Series::default();
        }
        if book.gap == Gap::Price || book.kind == BookKind::Ebook {
            *self = Self {
                rank: std::mem::take(&mut self.rank),
                rating: std::mem::take(&mut self.rating),
                reviews: std::mem::take(&mut self.reviews),
                sales: std::mem::take(&mut self.sales),
                regimes: std::mem::take(&mut self.regimes),
                ..Self::default()
            };
        }
    }

    /// Copies sold in the days before a time.
    pub(crate) fn sold_within(&self, days: i32, until: Moment) -> usize {
        let from = until - days * DAY;
        let first = self.sales.partition_point(|sale| sale.time < from);
        let end = self.sales.partition_point(|sale| sale.time < until);
        end.saturating_sub(first)
    }
}
