//! Keepa's numbering of the histories, and which of them a request pays for.

use super::market::Market;
use super::series::Series;
use crate::query::Parts;

/// Histories in `csv`. Grade A: Keepa's changelog of 2026-04-20.
pub(crate) const SLOTS: usize = 36;

// Positions in `csv`. Grade A: Keepa's product object documentation.
pub(crate) const AMAZON: usize = 0;
pub(crate) const NEW: usize = 1;
pub(crate) const USED: usize = 2;
pub(crate) const SALES: usize = 3;
pub(crate) const LIST_PRICE: usize = 4;
pub(crate) const LIGHTNING: usize = 8;
pub(crate) const WAREHOUSE: usize = 9;
pub(crate) const COUNT_NEW: usize = 11;
pub(crate) const COUNT_USED: usize = 12;
pub(crate) const RATING: usize = 16;
pub(crate) const REVIEWS: usize = 17;
pub(crate) const BUY_BOX: usize = 18;
pub(crate) const BUY_BOX_USED: usize = 32;

/// Names in the order of the positions, by which selections name them. Grade A: Keepa's Java source.
pub(crate) const NAMES: [&str; SLOTS] = [
    "AMAZON",
    "NEW",
    "USED",
    "SALES",
    "LISTPRICE",
    "COLLECTIBLE",
    "REFURBISHED",
    "NEW_FBM_SHIPPING",
    "LIGHTNING_DEAL",
    "WAREHOUSE",
    "NEW_FBA",
    "COUNT_NEW",
    "COUNT_USED",
    "COUNT_REFURBISHED",
    "COUNT_COLLECTIBLE",
    "EXTRA_INFO_UPDATES",
    "RATING",
    "COUNT_REVIEWS",
    "BUY_BOX_SHIPPING",
    "USED_NEW_SHIPPING",
    "USED_VERY_GOOD_SHIPPING",
    "USED_GOOD_SHIPPING",
    "USED_ACCEPTABLE_SHIPPING",
    "COLLECTIBLE_NEW_SHIPPING",
    "COLLECTIBLE_VERY_GOOD_SHIPPING",
    "COLLECTIBLE_GOOD_SHIPPING",
    "COLLECTIBLE_ACCEPTABLE_SHIPPING",
    "REFURBISHED_SHIPPING",
    "EBAY_NEW_SHIPPING",
    "EBAY_USED_SHIPPING",
    "TRADE_IN",
    "RENT",
    "BUY_BOX_USED_SHIPPING",
    "PRIME_EXCL",
    "COUNT_NEW_FBA",
    "COUNT_NEW_FBM",
];

/// The position of a name; `None` for those that no selection may name.
pub(crate) fn selectable(name: &str) -> Option<usize> {
    let slot = NAMES.iter().position(|known| *known == name)?;
    (!matches!(slot, 15 | 23..=26 | 34..)).then_some(slot)
}

/// Whether a history has shipping apart from the price. Grade A: as above.
pub(crate) fn has_shipping(slot: usize) -> bool {
    matches!(slot, 7 | 18..=29 | 32)
}

/// Whether a history is of prices: ranks, counts and ratings are not.
pub(crate) fn is_price(slot: usize) -> bool {
    !matches!(slot, SALES | 11..=17 | 34..)
}

/// Whether a request gets a history: some come only with offers, ratings or the buy box. Grade A:
/// Keepa's documentation.
pub(crate) fn is_paid(slot: usize, parts: Parts) -> bool {
    let offers = parts.offers.is_some();
    match slot {
        RATING | REVIEWS => offers || parts.rating,
        BUY_BOX | BUY_BOX_USED => offers || parts.buybox,
        7 | 9 | 10 | 15 | 19..=27 | 31 | 33 => offers,
        _ => true,
    }
}

impl Market {
    /// The history at a position; `None` where there is none.
    pub(crate) fn history(&self, slot: usize) -> Option<&Series> {
        let series = match slot {
            AMAZON => &self.amazon,
            NEW => &self.new,
            USED => &self.used,
            SALES => &self.rank,
            LIST_PRICE => &self.list_price,
            7 => &self.new_fbm,
            LIGHTNING => &self.lightning,
            WAREHOUSE => &self.warehouse,
            10 => &self.new_fba,
            COUNT_NEW => &self.count_new,
            COUNT_USED => &self.count_used,
            15 => &self.offers_fetched,
            RATING => &self.rating,
            REVIEWS => &self.reviews,
            BUY_BOX => &self.buy_box,
            19..=22 => self.used_by_condition.get(slot - 19)?,
            BUY_BOX_USED => &self.used_buy_box,
            34 => &self.count_new_fba,
            35 => &self.count_new_fbm,
            _ => return None,
        };
        let never = match series.points() {
            [] => true,
            [only] => only.value < 0 && slot > USED,
            _ => false,
        };
        (!never).then_some(series)
    }

    /// The histories that a request gets, by position.
    pub(crate) fn histories(&self, parts: Parts) -> [Option<&Series>; SLOTS] {
        std::array::from_fn(|slot| {
            if is_paid(slot, parts) {
                self.history(slot)
            } else {
                None
            }
        })
    }
}
