//! One seller's offer of a product.

use super::{KeepaMinutes, Point};
use crate::json::wire_object;
use crate::open_enum::number_enum;
use crate::reading::Reading;

number_enum! {
    /// The condition of an offer.
    OfferCondition {
        /// Not told.
        Unspecified = 0,
        /// New.
        New = 1,
        /// Used, like new.
        UsedLikeNew = 2,
        /// Used, very good.
        UsedVeryGood = 3,
        /// Used, good.
        UsedGood = 4,
        /// Used, acceptable.
        UsedAcceptable = 5,
        /// Refurbished.
        Refurbished = 6,
        /// Collectible, like new.
        CollectibleLikeNew = 7,
        /// Collectible, very good.
        CollectibleVeryGood = 8,
        /// Collectible, good.
        CollectibleGood = 9,
        /// Collectible, acceptable.
        CollectibleAcceptable = 10,
        /// For rent; no longer collected.
        Rental = 11,
    }
}

wire_object! {
    /// An offer. Most are of the past: [`Product::live_offers`](super::Product::live_offers) tells those that stand.
    pub struct Offer {
        /// Its number within the product; not the same from answer to answer.
        offer_id: Option<i32> = b"offerId",
        /// Who sells.
        seller_id: Option<String> = b"sellerId",
        /// Condition.
        condition: Option<OfferCondition> = b"condition",
        /// What the seller writes of the condition.
        condition_comment: Option<String> = b"conditionComment",
        /// Prices as triples of time, price and shipping, in the smallest unit: -2 unknown, -1 not shippable. The newest stands last.
        offer_csv: Option<Vec<i32>> = b"offerCSV",
        /// When it was seen last.
        last_seen: Option<KeepaMinutes> = b"lastSeen",
        /// When the stock was looked at; 0 for never.
        last_stock_update: Option<KeepaMinutes> = b"lastStockUpdate",
        /// Amazon sells.
        is_amazon: Option<bool> = b"isAmazon",
        /// Amazon ships.
        is_fba: Option<bool> = b"isFBA",
        /// The price is below what the maker allows to show.
        is_map: Option<bool> = b"isMAP",
        /// To be published yet.
        is_preorder: Option<bool> = b"isPreorder",
        /// Prime.
        is_prime: Option<bool> = b"isPrime",
        /// For members of Prime alone.
        is_prime_exclusive: Option<bool> = b"isPrimeExcl",
        /// Can be shipped.
        is_shippable: Option<bool> = b"isShippable",
        /// Amazon's own used offer.
        is_warehouse_deal: Option<bool> = b"isWarehouseDeal",
        /// Ships from China.
        ships_from_china: Option<bool> = b"shipsFromChina",
        /// Only with other goods; until February 2026.
        is_addon_item: Option<bool> = b"isAddonItem",
        /// Keepa took it for a fraud; until February 2026.
        is_scam: Option<bool> = b"isScam",
        /// Least units of an order.
        min_order_quantity: Option<i32> = b"minOrderQty",
        /// Coupon: one-time, then for a subscription; above 0 an amount, below 0 percent, 0 none.
        coupon: Option<Vec<i32>> = b"coupon",
        /// Coupons as triples of time and both of them.
        coupon_history: Option<Vec<i32>> = b"couponHistory",
        /// Units in stock, as pairs of time and count.
        stock_csv: Option<Vec<i32>> = b"stockCSV",
        /// Most units of an order, as pairs of time and count.
        stock_limit: Option<Vec<i32>> = b"stockLimit",
        /// Prices for members of Prime, as pairs.
        prime_exclusive_csv: Option<Vec<i32>> = b"primeExclCSV",
        /// More offers of the same seller in the same condition.
        offer_duplicates: Option<Vec<OfferDuplicate>> = b"offerDuplicates",
    }
}

wire_object! {
    /// One more offer of the same seller in the same condition.
    pub struct OfferDuplicate {
        /// Price in the smallest unit.
        price: Option<Reading> = b"price",
        /// Shipping in the smallest unit.
        shipping: Option<Reading> = b"shipping",
        /// What the seller writes of the condition.
        condition_comment: Option<String> = b"conditionComment",
    }
}

impl Offer {
    /// The prices it had, in order of time.
    pub fn prices(&self) -> impl DoubleEndedIterator<Item = Point> + ExactSizeIterator {
        let flat = self.offer_csv.as_deref().unwrap_or_default();
        flat.chunks_exact(3).map(Point::of)
    }

    /// The price that it has, or had last.
    #[must_use]
    pub fn last_price(&self) -> Option<Point> {
        self.prices().next_back()
    }
}
