//! Statistics of a product: Keepa's own, and time-weighted where they are averages.

use std::collections::BTreeMap;

use super::{BuyBoxShare, KeepaMinutes, OfferCondition};
use crate::csv_type::CsvType;
use crate::json::wire_object;
use crate::reading::Reading;

wire_object! {
    /// Statistics of a product. Vectors are indexed by [`CsvType`]; prices are in the smallest unit of the locale.
    pub struct Stats {
        /// Now, landed for series with shipping; -1 none, -2 not collected.
        current: Option<Vec<i32>> = b"current",
        /// Mean over the interval that was asked for.
        avg: Option<Vec<i32>> = b"avg",
        /// Mean over 30 days.
        avg30: Option<Vec<i32>> = b"avg30",
        /// Mean over 90 days.
        avg90: Option<Vec<i32>> = b"avg90",
        /// Mean over 180 days.
        avg180: Option<Vec<i32>> = b"avg180",
        /// Mean over 365 days.
        avg365: Option<Vec<i32>> = b"avg365",
        /// At the start of the interval.
        at_interval_start: Option<Vec<i32>> = b"atIntervalStart",
        /// Lowest ever, as time and value.
        min: Option<Vec<Option<Vec<i32>>>> = b"min",
        /// Highest ever, as time and value.
        max: Option<Vec<Option<Vec<i32>>>> = b"max",
        /// Lowest of the interval, as time and value; -1 and -1 when there was none.
        min_in_interval: Option<Vec<Option<Vec<i32>>>> = b"minInInterval",
        /// Highest of the interval, as time and value; -1 and -1 when there was none.
        max_in_interval: Option<Vec<Option<Vec<i32>>>> = b"maxInInterval",
        /// `true` where the current value is the lowest ever.
        is_lowest: Option<Vec<bool>> = b"isLowest",
        /// `true` where it is the lowest of 90 days.
        is_lowest90: Option<Vec<bool>> = b"isLowest90",
        /// Percent of the interval without an offer, 0 to 100; -1 unknown.
        out_of_stock_percentage_in_interval: Option<Vec<i32>> = b"outOfStockPercentageInInterval",
        /// Percent of 30 days without an offer; -1 unknown.
        out_of_stock_percentage30: Option<Vec<i32>> = b"outOfStockPercentage30",
        /// Percent of 90 days without an offer; -1 unknown.
        out_of_stock_percentage90: Option<Vec<i32>> = b"outOfStockPercentage90",
        /// Percent of 180 days without an offer; -1 unknown.
        out_of_stock_percentage180: Option<Vec<i32>> = b"outOfStockPercentage180",
        /// Percent of 365 days without an offer; -1 unknown.
        out_of_stock_percentage365: Option<Vec<i32>> = b"outOfStockPercentage365",
        /// How often Amazon ran out of stock in 30 days.
        out_of_stock_count_amazon30: Option<i32> = b"outOfStockCountAmazon30",
        /// How often Amazon ran out of stock in 90 days.
        out_of_stock_count_amazon90: Option<i32> = b"outOfStockCountAmazon90",
        /// By how many percent `monthly_sold` changed in 90 days.
        delta_percent90_monthly_sold: Option<i32> = b"deltaPercent90_monthlySold",
        /// Rank falls that indicate sales in 30 days; -1 unknown.
        sales_rank_drops30: Option<i32> = b"salesRankDrops30",
        /// Rank falls that indicate sales in 90 days; -1 unknown.
        sales_rank_drops90: Option<i32> = b"salesRankDrops90",
        /// Rank falls that indicate sales in 180 days; -1 unknown.
        sales_rank_drops180: Option<i32> = b"salesRankDrops180",
        /// Rank falls that indicate sales in 365 days; -1 unknown.
        sales_rank_drops365: Option<i32> = b"salesRankDrops365",
        /// Offers in all conditions; -2 unless offers were asked for.
        total_offer_count: Option<i32> = b"totalOfferCount",
        /// Offers that Keepa fetched; -2 unless offers were asked for.
        retrieved_offer_count: Option<i32> = b"retrievedOfferCount",
        /// New offers fulfilled by Amazon; -2 unless offers were asked for.
        offer_count_fba: Option<i32> = b"offerCountFBA",
        /// New offers shipped by their sellers; -2 unless offers were asked for.
        offer_count_fbm: Option<i32> = b"offerCountFBM",
        /// When offers were looked at; -1 never.
        last_offers_update: Option<KeepaMinutes> = b"lastOffersUpdate",
        /// Units that Amazon has, 10 at most; -2 unknown.
        stock_amazon: Option<i32> = b"stockAmazon",
        /// Units that the holder of the buy box has, 10 at most; -2 unknown.
        stock_buy_box: Option<i32> = b"stockBuyBox",
        /// Units of third parties that Amazon ships, by [`OfferCondition`] (inferred from data).
        stock_per_condition_fba: Option<Vec<i32>> = b"stockPerCondition3rdFBA",
        /// Units of third parties that ship themselves, by [`OfferCondition`] (inferred from data).
        stock_per_condition_fbm: Option<Vec<i32>> = b"stockPerConditionFBM",
        /// What Amazon pays for one; -2; no longer collected.
        trade_in_price: Option<i32> = b"tradeInPrice",
        /// Start and end of a lightning deal, also of one long past.
        lightning_deal_info: Option<Vec<i32>> = b"lightningDealInfo",
        /// Sellers with the lowest new price that Amazon fulfils.
        seller_ids_lowest_fba: Option<Vec<String>> = b"sellerIdsLowestFBA",
        /// Sellers with the lowest new price that ship themselves.
        seller_ids_lowest_fbm: Option<Vec<String>> = b"sellerIdsLowestFBM",
        /// Only with other goods.
        is_addon_item: Option<bool> = b"isAddonItem",
        /// Price of the buy box; -2 unless it was asked for, -1 when nobody has it.
        buy_box_price: Option<i32> = b"buyBoxPrice",
        /// Its shipping; -1 none, -2 not asked for.
        buy_box_shipping: Option<i32> = b"buyBoxShipping",
        /// Who has it; "-1" nobody, "-2" unknown.
        buy_box_seller_id: Option<String> = b"buyBoxSellerId",
        /// When it was looked at.
        last_buy_box_update: Option<KeepaMinutes> = b"lastBuyBoxUpdate",
        /// Its condition.
        buy_box_condition: Option<OfferCondition> = b"buyBoxCondition",
        /// When it can be had: `IN_STOCK`, `BACKORDER_NO_ETA`, `BACKORDER_WITH_ETA` since April 2026, Amazon's own words before.
        buy_box_availability_message: Option<String> = b"buyBoxAvailabilityMessage",
        /// From which country it ships.
        buy_box_shipping_country: Option<String> = b"buyBoxShippingCountry",
        /// Hours until it arrives, from and to.
        buy_box_shipping_time: Option<Vec<i32>> = b"buyBoxShippingTime",
        /// Least units of an order.
        buy_box_min_order_quantity: Option<i32> = b"buyBoxMinOrderQuantity",
        /// Most units of an order.
        buy_box_max_order_quantity: Option<i32> = b"buyBoxMaxOrderQuantity",
        /// The price that it is compared with.
        buy_box_saving_basis: Option<i32> = b"buyBoxSavingBasis",
        /// What that price is: list price, lowest of 30 days.
        buy_box_saving_basis_type: Option<String> = b"buyBoxSavingBasisType",
        /// Percent below it.
        buy_box_saving_percentage: Option<i32> = b"buyBoxSavingPercentage",
        /// Amazon has the buy box; meaningless without [`Stats::buy_box_price`].
        buy_box_is_amazon: Option<bool> = b"buyBoxIsAmazon",
        /// Amazon ships for the holder of the buy box.
        buy_box_is_fba: Option<bool> = b"buyBoxIsFBA",
        /// It can be ordered, and ships later.
        buy_box_is_backorder: Option<bool> = b"buyBoxIsBackorder",
        /// It ships for nothing.
        buy_box_is_free_shipping_eligible: Option<bool> = b"buyBoxIsFreeShippingEligible",
        /// The price is below what the maker allows to show.
        buy_box_is_map: Option<bool> = b"buyBoxIsMAP",
        /// To be published yet.
        buy_box_is_preorder: Option<bool> = b"buyBoxIsPreorder",
        /// Prime.
        buy_box_is_prime_eligible: Option<bool> = b"buyBoxIsPrimeEligible",
        /// For members of Prime alone.
        buy_box_is_prime_exclusive: Option<bool> = b"buyBoxIsPrimeExclusive",
        /// Prime Pantry.
        buy_box_is_prime_pantry: Option<bool> = b"buyBoxIsPrimePantry",
        /// It can be shipped.
        buy_box_is_shippable: Option<bool> = b"buyBoxIsShippable",
        /// No seller qualifies for it.
        buy_box_is_unqualified: Option<bool> = b"buyBoxIsUnqualified",
        /// It is used.
        buy_box_is_used: Option<bool> = b"buyBoxIsUsed",
        /// It is Amazon's own used offer.
        buy_box_is_warehouse_deal: Option<bool> = b"buyBoxIsWarehouseDeal",
        /// How sellers did in the buy box, by seller id.
        buy_box_stats: Option<BTreeMap<String, BuyBoxShare>> = b"buyBoxStats",
        /// Price of the used buy box; absent when nobody has it.
        buy_box_used_price: Option<i32> = b"buyBoxUsedPrice",
        /// Its shipping.
        buy_box_used_shipping: Option<i32> = b"buyBoxUsedShipping",
        /// Who has it; "-1" nobody.
        buy_box_used_seller_id: Option<String> = b"buyBoxUsedSellerId",
        /// Amazon ships for its holder.
        buy_box_used_is_fba: Option<bool> = b"buyBoxUsedIsFBA",
        /// Its condition.
        buy_box_used_condition: Option<OfferCondition> = b"buyBoxUsedCondition",
        /// How sellers did in the used buy box, by seller id.
        buy_box_used_stats: Option<BTreeMap<String, BuyBoxShare>> = b"buyBoxUsedStats",
    }
}

impl Stats {
    /// What a series is at now; `None` when Keepa told nothing of it.
    #[must_use]
    pub fn current(&self, series: CsvType) -> Option<Reading> {
        let current = self.current.as_ref()?;
        current.get(series.index()).copied().map(Reading::from)
    }
}
