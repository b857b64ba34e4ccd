//! What one may pay at most. Fees do not depend on the buy price, so the limit follows in closed form.

use crate::fees::{Ppm, WHOLE};

/// What a sale leaves for buying, and the tax on buying.
#[derive(Debug, Clone, Copy)]
pub(super) struct BuyLimit {
    /// What is left of the sale price before the purchase, in minor units.
    pub(super) available: i64,
    /// Tax on the buy price.
    pub(super) purchase_tax: Ppm,
}

impl BuyLimit {
    /// The profit at a buy price.
    pub(super) fn profit_at(&self, buy_price: i64) -> i64 {
        self.available
            .saturating_sub(buy_price)
            .saturating_sub(self.purchase_tax.of(buy_price))
    }

    /// The highest buy price whose profit is at least `target_roi` of it and at least `minimum_profit`; `None` when not even a gift
    /// reaches the minimum.
    pub(super) fn highest(&self, target_roi: Ppm, minimum_profit: i64) -> Option<i64> {
        let reaches = |buy_price: i64| {
            let profit = self.profit_at(buy_price);
            profit >= minimum_profit
                && i128::from(profit) * i128::from(WHOLE)
                    >= i128::from(target_roi.0) * i128::from(buy_price)
        };
        if !reaches(0) {
            return None;
        }
        let share = |available: i64, parts: i64| available.saturating_mul(WHOLE) / parts;
        let for_roi = share(self.available, WHOLE + self.purchase_tax.0 + target_roi.0);
        let above_minimum = self.available.saturating_sub(minimum_profit);
        let for_profit = share(above_minimum, WHOLE + self.purchase_tax.0);
        // The rounding of the tax moves the limit by less than one unit upwards, and by less than two downwards.
        let estimate = for_roi.min(for_profit) + 1;
        (0..=estimate).rev().find(|&buy_price| reaches(buy_price))
    }
}
