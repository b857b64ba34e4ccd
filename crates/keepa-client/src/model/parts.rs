//! The small objects that a product holds.

use super::KeepaMinutes;
use crate::json::wire_object;
use crate::model::OfferCondition;
use crate::reading::Reading;

wire_object! {
    /// A fulfilment fee that Keepa observed. It contains price band, season and surcharge of that day.
    pub struct FbaFees {
        /// When; absent or 0 when unknown.
        last_update: Option<KeepaMinutes> = b"lastUpdate",
        /// The fee in the smallest unit of the locale.
        pick_and_pack_fee: Option<i32> = b"pickAndPackFee",
        /// Tax on it, in the smallest unit.
        pick_and_pack_fee_tax: Option<i32> = b"pickAndPackFeeTax",
        /// Storage fee, in the smallest unit.
        storage_fee: Option<i32> = b"storageFee",
        /// Tax on it, in the smallest unit.
        storage_fee_tax: Option<i32> = b"storageFeeTax",
    }
}

wire_object! {
    /// A category on the way from the root to the product's own.
    pub struct CategoryTreeNode {
        /// Its id.
        cat_id: Option<i64> = b"catId",
        /// Its name.
        name: Option<String> = b"name",
    }
}

wire_object! {
    /// An image, as names of files under Amazon's image server.
    pub struct Image {
        /// The large one.
        large: Option<String> = b"l",
        /// Its height in pixels.
        large_height: Option<i32> = b"lH",
        /// Its width in pixels.
        large_width: Option<i32> = b"lW",
        /// The medium one.
        medium: Option<String> = b"m",
        /// Its height in pixels.
        medium_height: Option<i32> = b"mH",
        /// Its width in pixels.
        medium_width: Option<i32> = b"mW",
        /// Which side it shows; since August 2026.
        variant: Option<String> = b"variant",
    }
}

wire_object! {
    /// A video.
    pub struct Video {
        /// Title.
        title: Option<String> = b"title",
        /// Its preview image.
        image: Option<String> = b"image",
        /// Seconds.
        duration: Option<i32> = b"duration",
        /// What kind of maker it has: the seller, a customer, an influencer.
        creator: Option<String> = b"creator",
        /// The maker's name.
        name: Option<String> = b"name",
        /// Where it is.
        url: Option<String> = b"url",
    }
}

wire_object! {
    /// A promotion.
    pub struct Promotion {
        /// Its kind.
        kind: Option<String> = b"type",
        /// Amount off, in the smallest unit.
        amount: Option<i32> = b"amount",
        /// Percent off.
        discount_percent: Option<i32> = b"discountPercent",
        /// Percent off for a subscription of many.
        sns_bulk_discount_percent: Option<i32> = b"snsBulkDiscountPercent",
        /// Who gives it.
        seller_id: Option<String> = b"sellerId",
        /// Its id.
        promotion_id: Option<String> = b"promotionId",
    }
}

wire_object! {
    /// A deal that Amazon shows with the product.
    pub struct ProductDeal {
        /// Who may have it.
        access_type: Option<String> = b"accessType",
        /// When it ends.
        end_time: Option<KeepaMinutes> = b"endTime",
        /// Amazon's words for it.
        badge: Option<String> = b"badge",
        /// Its kind.
        deal_type: Option<String> = b"dealType",
    }
}

wire_object! {
    /// A variation of the same parent.
    pub struct Variation {
        /// ASIN.
        asin: Option<String> = b"asin",
        /// Its image.
        image: Option<String> = b"image",
        /// What tells it from its siblings.
        attributes: Option<Vec<VariationAttribute>> = b"attributes",
    }
}

wire_object! {
    /// What tells a variation from its siblings.
    pub struct VariationAttribute {
        /// In what they differ: size, colour.
        dimension: Option<String> = b"dimension",
        /// Its own.
        value: Option<String> = b"value",
    }
}

wire_object! {
    /// The same book in another format.
    pub struct Format {
        /// ASIN.
        asin: Option<String> = b"asin",
        /// Paperback, Kindle Edition, and so on.
        format: Option<String> = b"format",
    }
}

wire_object! {
    /// How much of something one unit is.
    pub struct UnitCount {
        /// How much.
        unit_value: Option<f64> = b"unitValue",
        /// Of what: ounce, count.
        unit_type: Option<String> = b"unitType",
        /// How much each of several holds.
        each_unit_count: Option<f64> = b"eachUnitCount",
    }
}

wire_object! {
    /// A hazard that Amazon lists.
    pub struct HazardousMaterial {
        /// What is told of it.
        aspect: Option<String> = b"aspect",
        /// What it is.
        value: Option<String> = b"value",
    }
}

wire_object! {
    /// Ratings and reviews; the history of rating counts has not grown since April 2025.
    pub struct Reviews {
        /// When.
        last_update: Option<KeepaMinutes> = b"lastUpdate",
        /// Counts of ratings, as pairs of time and count.
        rating_count: Option<Vec<i32>> = b"ratingCount",
        /// Counts of reviews, as pairs of time and count.
        review_count: Option<Vec<i32>> = b"reviewCount",
    }
}

wire_object! {
    /// Prices of renting; no longer collected.
    pub struct RentalPrices {
        /// Of the first period, in the smallest unit.
        initial_price: Option<i32> = b"initialPrice",
        /// Of a short extension.
        short_extension_price: Option<i32> = b"shortExtnPrice",
        /// Of a long extension.
        long_extension_price: Option<i32> = b"longExtnPrice",
        /// Of the whole term.
        full_price: Option<i32> = b"fullPrice",
    }
}

wire_object! {
    /// How a seller did in the buy box.
    pub struct BuyBoxShare {
        /// Share of the time in which the seller had it, 0 to 100 percent.
        percentage_won: Option<f64> = b"percentageWon",
        /// Mean price, in the smallest unit; -1 when unknown.
        avg_price: Option<Reading> = b"avgPrice",
        /// Mean count of new offers; -1 when unknown.
        avg_new_offer_count: Option<Reading> = b"avgNewOfferCount",
        /// Mean count of used offers; -1 when unknown.
        avg_used_offer_count: Option<Reading> = b"avgUsedOfferCount",
        /// `true` when Amazon ships.
        is_fba: Option<bool> = b"isFBA",
        /// When the seller had it last.
        last_seen: Option<KeepaMinutes> = b"lastSeen",
        /// Condition, in the used buy box.
        condition: Option<OfferCondition> = b"condition",
    }
}
