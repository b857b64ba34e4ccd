//! A product.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    CategoryTreeNode, Csv, FbaFees, Format, HazardousMaterial, Image, KeepaMinutes, Offer, Point,
    ProductDeal, Promotion, RentalPrices, Reviews, Stats, UnitCount, Variation, Video,
};
use crate::csv_type::CsvType;
use crate::json::wire_object;
use crate::open_enum::number_enum;

number_enum! {
    /// What kind of listing it is; to be read before anything else.
    ProductType {
        /// Everything is accessible.
        Standard = 0,
        /// A download: no marketplace data.
        Downloadable = 1,
        /// An e-book: no offers.
        Ebook = 2,
        /// Keepa cannot read it.
        Inaccessible = 3,
        /// Removed, or it never existed: every other field is null.
        Invalid = 4,
        /// The parent of variations.
        VariationParent = 5,
    }
}

number_enum! {
    /// Amazon's own offer.
    AmazonAvailability {
        /// None.
        None = -1,
        /// In stock.
        InStock = 0,
        /// To be published yet.
        Preorder = 1,
        /// Not known.
        NotKnown = 2,
        /// Can be ordered, and ships later.
        Backorder = 3,
        /// Ships with a delay.
        Delayed = 4,
    }
}

number_enum! {
    /// How often buyers return it.
    ReturnRate {
        /// Seldom.
        Low = 1,
        /// Often.
        High = 2,
    }
}

wire_object! {
    /// A product. Histories that `history=0` leaves out are marked *history*; sizes of 0 or below are unknown.
    pub struct Product {
        /// ASIN.
        asin: String = b"asin",
        /// Locale, as [`Domain::number`](super::Domain::number) has it.
        domain_id: Option<u8> = b"domainId",
        /// Kind of listing; absent counts as standard, see [`Product::product_type`].
        declared_type: Option<ProductType> = b"productType",
        /// Title.
        title: Option<String> = b"title",
        /// Title of the parent of its variations.
        parent_title: Option<String> = b"parentTitle",
        /// Description.
        description: Option<String> = b"description",
        /// Short description.
        short_description: Option<String> = b"shortDescription",
        /// Author.
        author: Option<String> = b"author",
        /// Who made it, as pairs of name and role.
        contributors: Option<Vec<Option<Vec<Option<String>>>>> = b"contributors",
        /// Binding.
        binding: Option<String> = b"binding",
        /// Edition.
        edition: Option<String> = b"edition",
        /// Format.
        format: Option<String> = b"format",
        /// The same in other formats.
        formats: Option<Vec<Format>> = b"formats",
        /// Languages: name, what it is the language of, and sometimes audio format.
        languages: Option<Vec<Option<Vec<Option<String>>>>> = b"languages",
        /// Publication date as YYYY, YYYYMM or YYYYMMDD; 0 or -1 when unknown.
        publication_date: Option<i32> = b"publicationDate",
        /// Release date as YYYY, YYYYMM or YYYYMMDD; 0 or -1 when unknown.
        release_date: Option<i32> = b"releaseDate",
        /// Pages.
        number_of_pages: Option<i32> = b"numberOfPages",
        /// Items.
        number_of_items: Option<i32> = b"numberOfItems",
        /// Brand.
        brand: Option<String> = b"brand",
        /// Name of the brand's store.
        brand_store_name: Option<String> = b"brandStoreName",
        /// Address of the brand's store.
        brand_store_url: Option<String> = b"brandStoreUrl",
        /// Its name in that address.
        brand_store_url_name: Option<String> = b"brandStoreUrlName",
        /// Maker.
        manufacturer: Option<String> = b"manufacturer",
        /// Model.
        model: Option<String> = b"model",
        /// Number of the part.
        part_number: Option<String> = b"partNumber",
        /// Colour.
        color: Option<String> = b"color",
        /// Size.
        size: Option<String> = b"size",
        /// Style.
        style: Option<String> = b"style",
        /// Pattern.
        pattern: Option<String> = b"pattern",
        /// Scent.
        scent: Option<String> = b"scent",
        /// Material.
        material: Option<String> = b"material",
        /// Materials.
        materials: Option<Vec<String>> = b"materials",
        /// Form of the item.
        item_form: Option<String> = b"itemForm",
        /// Amazon's word for what it is.
        item_type_keyword: Option<String> = b"itemTypeKeyword",
        /// For whom it is.
        target_audience_keyword: Option<String> = b"targetAudienceKeyword",
        /// Amazon's type, `ABIS_BOOK` for example.
        kind: Option<String> = b"type",
        /// Product group, `Book` for example.
        product_group: Option<String> = b"productGroup",
        /// Display group of the website.
        website_display_group: Option<String> = b"websiteDisplayGroup",
        /// Its name.
        website_display_group_name: Option<String> = b"websiteDisplayGroupName",
        /// Features.
        features: Option<Vec<String>> = b"features",
        /// Special features.
        special_features: Option<Vec<String>> = b"specialFeatures",
        /// Uses for which the maker recommends it.
        recommended_uses: Option<String> = b"recommendedUsesForProduct",
        /// Uses.
        specific_uses: Option<Vec<String>> = b"specificUsesForProduct",
        /// Benefit.
        product_benefit: Option<String> = b"productBenefit",
        /// Warning.
        safety_warning: Option<String> = b"safetyWarning",
        /// Ingredients.
        ingredients: Option<String> = b"ingredients",
        /// Active ingredients.
        active_ingredients: Option<String> = b"activeIngredients",
        /// Special ingredients.
        special_ingredients: Option<String> = b"specialIngredients",
        /// What comes with it.
        included_components: Option<Value> = b"includedComponents",
        /// Rating of the audience.
        audience_rating: Option<String> = b"audienceRating",
        /// How much one unit is.
        unit_count: Option<UnitCount> = b"unitCount",
        /// The last part of Amazon's address of it.
        url_slug: Option<String> = b"urlSlug",
        /// Images.
        images: Option<Vec<Image>> = b"images",
        /// Images, as one line; until April 2026.
        images_csv: Option<String> = b"imagesCSV",
        /// Videos, when asked for.
        videos: Option<Vec<Video>> = b"videos",
        /// A+ content, when asked for.
        a_plus: Option<Vec<Value>> = b"aPlus",
        /// EAN codes.
        ean_list: Option<Vec<String>> = b"eanList",
        /// UPC codes.
        upc_list: Option<Vec<String>> = b"upcList",
        /// GTIN codes.
        gtin_list: Option<Vec<String>> = b"gtinList",
        /// ASIN of the parent of its variations.
        parent_asin: Option<String> = b"parentAsin",
        /// Its parents, as pairs of time and ASIN. *History.*
        parent_asin_history: Option<Vec<String>> = b"parentAsinHistory",
        /// Variations.
        variations: Option<Vec<Variation>> = b"variations",
        /// ASINs of the variations, as one line; legacy.
        variation_csv: Option<String> = b"variationCSV",
        /// ASINs that were variations, when asked for.
        historical_variations: Option<Vec<String>> = b"historicalVariations",
        /// ASINs of a bundle.
        bundle_items: Option<Vec<String>> = b"bundleItems",
        /// ASINs that are bought with it.
        frequently_bought_together: Option<Vec<String>> = b"frequentlyBoughtTogether",
        /// Root browse category; 0 when there is none.
        root_category: Option<i64> = b"rootCategory",
        /// Categories.
        categories: Option<Vec<i64>> = b"categories",
        /// The way from the root to its category.
        category_tree: Option<Vec<CategoryTreeNode>> = b"categoryTree",
        /// Length of the package in millimetres.
        package_length: Option<i32> = b"packageLength",
        /// Width of the package in millimetres.
        package_width: Option<i32> = b"packageWidth",
        /// Height of the package in millimetres.
        package_height: Option<i32> = b"packageHeight",
        /// Weight of the package in grams.
        package_weight: Option<i32> = b"packageWeight",
        /// Units in the package.
        package_quantity: Option<i32> = b"packageQuantity",
        /// Length of the item in millimetres.
        item_length: Option<i32> = b"itemLength",
        /// Width of the item in millimetres.
        item_width: Option<i32> = b"itemWidth",
        /// Height of the item in millimetres.
        item_height: Option<i32> = b"itemHeight",
        /// Weight of the item in grams.
        item_weight: Option<i32> = b"itemWeight",
        /// When Keepa began to track it.
        tracking_since: Option<KeepaMinutes> = b"trackingSince",
        /// When Amazon listed it; may be negative.
        listed_since: Option<KeepaMinutes> = b"listedSince",
        /// The last update.
        last_update: Option<KeepaMinutes> = b"lastUpdate",
        /// The last change of a price.
        last_price_change: Option<KeepaMinutes> = b"lastPriceChange",
        /// The last update of the rating.
        last_rating_update: Option<KeepaMinutes> = b"lastRatingUpdate",
        /// The last update from eBay; negative when never.
        last_ebay_update: Option<KeepaMinutes> = b"lastEbayUpdate",
        /// When one was sold last, as far as stock tells.
        last_sold_update: Option<KeepaMinutes> = b"lastSoldUpdate",
        /// When stock was looked at.
        last_stock_update: Option<KeepaMinutes> = b"lastStockUpdate",
        /// When the business discount was looked at.
        last_business_discount_update: Option<KeepaMinutes> = b"lastBusinessDiscountUpdate",
        /// When a Prime deal ends.
        prime_deal_end_time: Option<KeepaMinutes> = b"primeDealEndTime",
        /// Histories by [`CsvType`]. *History.*
        csv: Option<Csv> = b"csv",
        /// Statistics, when asked for.
        stats: Option<Stats> = b"stats",
        /// Offers, when asked for, most of them of the past; see [`Product::live_offers`].
        offers: Option<Vec<Offer>> = b"offers",
        /// Indexes of the live ones in Amazon's order.
        live_offers_order: Option<Vec<i32>> = b"liveOffersOrder",
        /// `false` when Keepa could not collect them.
        offers_successful: Option<bool> = b"offersSuccessful",
        /// Offers that may have the buy box: new, used, collectible and refurbished, of each those Amazon ships and the others.
        buy_box_eligible_offer_counts: Option<Vec<i32>> = b"buyBoxEligibleOfferCounts",
        /// Who had the buy box, as pairs of time and seller id; "-1" nobody qualified, "-2" unknown. *History.*
        buy_box_seller_id_history: Option<Vec<String>> = b"buyBoxSellerIdHistory",
        /// Who had the used buy box: time, seller id, condition, `1` when Amazon ships; empty for nobody. *History.*
        buy_box_used_history: Option<Vec<String>> = b"buyBoxUsedHistory",
        /// Category whose rank is the sales rank; -1 none, -2 a launchpad.
        sales_rank_reference: Option<i64> = b"salesRankReference",
        /// Which category that was, as pairs of time and id. *History.*
        sales_rank_reference_history: Option<Vec<i64>> = b"salesRankReferenceHistory",
        /// Ranks by category id, as pairs of time and rank. *History.*
        sales_ranks: Option<BTreeMap<i64, Vec<i32>>> = b"salesRanks",
        /// Display group of the sales rank.
        sales_rank_display_group: Option<String> = b"salesRankDisplayGroup",
        /// Amazon's "bought in past month", a lower bound; absent when Amazon shows none.
        monthly_sold: Option<i32> = b"monthlySold",
        /// Its history, as pairs; -1 where it went away. *History.*
        monthly_sold_history: Option<Vec<i32>> = b"monthlySoldHistory",
        /// Amazon's own offer.
        availability_amazon: Option<AmazonAvailability> = b"availabilityAmazon",
        /// Hours until Amazon ships, from and to.
        availability_amazon_delay: Option<Vec<i32>> = b"availabilityAmazonDelay",
        /// Fulfilment fee as observed.
        fba_fees: Option<FbaFees> = b"fbaFees",
        /// Closing fee of media in the smallest unit.
        variable_closing_fee: Option<i32> = b"variableClosingFee",
        /// Referral fee in percent at the current price, or the one before, or 100.00; 15.01 was seen where 15 is meant.
        referral_fee_percentage: Option<f64> = b"referralFeePercentage",
        /// The same in whole percent; legacy.
        referral_fee_percent: Option<i32> = b"referralFeePercent",
        /// The price above which Amazon holds the buy box back, in the smallest unit.
        competitive_price_threshold: Option<i32> = b"competitivePriceThreshold",
        /// A lower price that Amazon suggests, in the smallest unit.
        suggested_lower_price: Option<i32> = b"suggestedLowerPrice",
        /// The new price is below what the maker allows to show.
        new_price_is_map: Option<bool> = b"newPriceIsMAP",
        /// Coupon: one-time, then for a subscription; above 0 an amount, below 0 percent, 0 none.
        coupon: Option<Vec<i32>> = b"coupon",
        /// Coupons as triples of time and both of them. *History.*
        coupon_history: Option<Vec<i32>> = b"couponHistory",
        /// Percent off for businesses.
        business_discount: Option<i32> = b"businessDiscount",
        /// Promotions.
        promotions: Option<Vec<Promotion>> = b"promotions",
        /// Deals.
        deals: Option<Vec<ProductDeal>> = b"deals",
        /// Prices of renting; no longer collected.
        rental_prices: Option<RentalPrices> = b"rentalPrices",
        /// Listings on eBay; no longer collected.
        ebay_listing_ids: Option<Vec<i64>> = b"ebayListingIds",
        /// Ratings and reviews.
        reviews: Option<Reviews> = b"reviews",
        /// How often buyers return it.
        return_rate: Option<ReturnRate> = b"returnRate",
        /// Hazards.
        hazardous_materials: Option<Vec<HazardousMaterial>> = b"hazardousMaterials",
        /// Heat harms it.
        is_heat_sensitive: Option<bool> = b"isHeatSensitive",
        /// Batteries belong to it.
        batteries_required: Option<bool> = b"batteriesRequired",
        /// Batteries come with it.
        batteries_included: Option<bool> = b"batteriesIncluded",
        /// It has reviews.
        has_reviews: Option<bool> = b"hasReviews",
        /// For adults.
        is_adult_product: Option<bool> = b"isAdultProduct",
        /// For businesses.
        is_b2b: Option<bool> = b"isB2B",
        /// Amazon takes it in.
        is_eligible_for_trade_in: Option<bool> = b"isEligibleForTradeIn",
        /// It ships for nothing.
        is_eligible_for_super_saver_shipping: Option<bool> = b"isEligibleForSuperSaverShipping",
        /// Amazon Haul.
        is_haul: Option<bool> = b"isHaul",
        /// Printed when it is ordered.
        is_merch_on_demand: Option<bool> = b"isMerchOnDemand",
        /// The ASIN that was asked for leads to this one.
        is_redirect_asin: Option<bool> = b"isRedirectASIN",
        /// Can be subscribed.
        is_sns: Option<bool> = b"isSNS",
        /// Amazon Launchpad.
        launchpad: Option<bool> = b"launchpad",
    }
}

impl Product {
    /// What kind of listing it is.
    #[must_use]
    pub fn product_type(&self) -> ProductType {
        self.declared_type.unwrap_or(ProductType::Standard)
    }

    /// The points of a series, in order of time; `None` when it was not collected, not asked for or not selected.
    #[must_use]
    pub fn points(
        &self,
        series: CsvType,
    ) -> Option<impl DoubleEndedIterator<Item = Point> + ExactSizeIterator> {
        self.csv.as_ref()?.points(series)
    }

    /// The flat history of a series, as Keepa sends it.
    #[must_use]
    pub fn csv_series(&self, series: CsvType) -> Option<&[i32]> {
        self.csv.as_ref()?.flat(series)
    }

    /// The history of the sales rank in the reference category, as flat pairs.
    #[must_use]
    pub fn sales_rank_pairs(&self) -> Option<&[i32]> {
        let reference = self.sales_rank_reference.filter(|id| *id > 0);
        reference
            .and_then(|id| self.sales_ranks.as_ref()?.get(&id))
            .map(Vec::as_slice)
            .or_else(|| self.csv_series(CsvType::SalesRank))
    }

    /// The offers that stand, in Amazon's order; `None` unless offers were asked for.
    #[must_use]
    pub fn live_offers(&self) -> Option<impl Iterator<Item = &Offer>> {
        let offers = self.offers.as_ref()?;
        let order = self.live_offers_order.as_deref().unwrap_or_default();
        let indexes = order
            .iter()
            .filter_map(|index| usize::try_from(*index).ok());
        Some(indexes.filter_map(|index| offers.get(index)))
    }
}
