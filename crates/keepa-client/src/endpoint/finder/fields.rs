//! The properties that a selection may name (grade A: Keepa's documentation and Java source).

use crate::csv_type::CsvType;
use crate::error::KeepaError;
use crate::limits;
use crate::open_enum::request_words;

/// Days over which a mean is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum AverageDays {
    One,
    Seven,
    Thirty,
    Ninety,
    HundredEighty,
    ThreeHundredSixtyFive,
}

/// Days over which a change is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum ChangeDays {
    One,
    Seven,
    Thirty,
    Ninety,
}

impl AverageDays {
    const fn days(self) -> u16 {
        match self {
            Self::One => 1,
            Self::Seven => 7,
            Self::Thirty => 30,
            Self::Ninety => 90,
            Self::HundredEighty => 180,
            Self::ThreeHundredSixtyFive => 365,
        }
    }
}

impl ChangeDays {
    const fn days(self) -> u16 {
        match self {
            Self::One => 1,
            Self::Seven => 7,
            Self::Thirty => 30,
            Self::Ninety => 90,
        }
    }
}

/// A property that is a number: of a series, or another. Prices are in the smallest unit of the locale, ratings times ten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FinderField {
    /// The value of a series now; -1 when there is none.
    Current(CsvType),
    /// The mean of a series.
    Avg(AverageDays, CsvType),
    /// The change of a series since the beginning of the days, in its unit.
    Delta(ChangeDays, CsvType),
    /// The change of a series since the beginning of the days, in percent.
    DeltaPercent(ChangeDays, CsvType),
    /// The last change of a series.
    DeltaLast(CsvType),
    /// When a series changed last, in Keepa minutes.
    LastPriceChange(CsvType),
    /// The mean sales rank of a month, in the numbering of Keepa's names, which it does not explain.
    SrAvg {
        /// The year, from 0 to 2.
        year: u8,
        /// The month, from 0 to 11.
        month: u8,
    },
    /// Any other.
    Integer(FinderInteger),
}

impl From<FinderInteger> for FinderField {
    fn from(field: FinderInteger) -> Self {
        Self::Integer(field)
    }
}

impl FinderField {
    /// Keepa's name.
    pub(super) fn name(self) -> String {
        match self {
            Self::Current(series) => format!("current_{}", series.name()),
            Self::Avg(days, series) => format!("avg{}_{}", days.days(), series.name()),
            Self::Delta(days, series) => format!("delta{}_{}", days.days(), series.name()),
            Self::DeltaPercent(days, series) => {
                format!("deltaPercent{}_{}", days.days(), series.name())
            }
            Self::DeltaLast(series) => format!("deltaLast_{}", series.name()),
            Self::LastPriceChange(series) => format!("lastPriceChange_{}", series.name()),
            Self::SrAvg { year, month } => format!("srAvg{year}{month:02}"),
            Self::Integer(field) => field.word().to_owned(),
        }
    }

    /// Checks the numbers of a month.
    pub(super) fn validate(self) -> Result<(), KeepaError> {
        if let Self::SrAvg { year, month } = self {
            limits::within("a year", year, 0, 2)?;
            limits::within("a month", month, 0, 11)?;
        }
        match self.series() {
            Some(series) => selectable(series),
            None => Ok(()),
        }
    }

    const fn series(self) -> Option<CsvType> {
        match self {
            Self::Current(series)
            | Self::Avg(_, series)
            | Self::Delta(_, series)
            | Self::DeltaPercent(_, series)
            | Self::DeltaLast(series)
            | Self::LastPriceChange(series) => Some(series),
            Self::SrAvg { .. } | Self::Integer(_) => None,
        }
    }
}

/// All series but the times of offers, the conditions of collectibles and the counts of 2026.
pub(super) fn selectable(series: CsvType) -> Result<(), KeepaError> {
    if matches!(series.index(), 15 | 23..=26 | 34..) {
        let name = series.name();
        return Err(limits::invalid(format!("{name} cannot be selected by")));
    }
    Ok(())
}

request_words! {
    /// A property that is a number and of no series.
    FinderInteger {
        /// Days until Amazon ships at the least.
        AvailabilityAmazonMinDelayInDays = "availabilityAmazonMinDelayInDays",
        /// Discount for businesses in percent.
        BusinessDiscount = "businessDiscount",
        /// New offers fulfilled by Amazon that may have the buy box.
        BuyBoxEligibleOfferCountsNewFba = "buyBoxEligibleOfferCountsNewFBA",
        /// New offers shipped by their sellers that may have the buy box.
        BuyBoxEligibleOfferCountsNewFbm = "buyBoxEligibleOfferCountsNewFBM",
        /// Used offers fulfilled by Amazon that may have the buy box.
        BuyBoxEligibleOfferCountsUsedFba = "buyBoxEligibleOfferCountsUsedFBA",
        /// Used offers shipped by their sellers that may have the buy box.
        BuyBoxEligibleOfferCountsUsedFbm = "buyBoxEligibleOfferCountsUsedFBM",
        /// Standard deviation of the buy box price over 30 days, in the smallest unit of the locale.
        BuyBoxStandardDeviation30 = "buyBoxStandardDeviation30",
        /// Standard deviation of the buy box price over 90 days, in the smallest unit of the locale.
        BuyBoxStandardDeviation90 = "buyBoxStandardDeviation90",
        /// Standard deviation of the buy box price over 365 days, in the smallest unit of the locale.
        BuyBoxStandardDeviation365 = "buyBoxStandardDeviation365",
        /// Amazon's share of the buy box over 30 days in percent.
        BuyBoxStatsAmazon30 = "buyBoxStatsAmazon30",
        /// Amazon's share of the buy box over 90 days in percent.
        BuyBoxStatsAmazon90 = "buyBoxStatsAmazon90",
        /// Amazon's share of the buy box over 180 days in percent.
        BuyBoxStatsAmazon180 = "buyBoxStatsAmazon180",
        /// Amazon's share of the buy box over 365 days in percent.
        BuyBoxStatsAmazon365 = "buyBoxStatsAmazon365",
        /// Sellers that had the buy box in 30 days.
        BuyBoxStatsSellerCount30 = "buyBoxStatsSellerCount30",
        /// Sellers that had the buy box in 90 days.
        BuyBoxStatsSellerCount90 = "buyBoxStatsSellerCount90",
        /// Sellers that had the buy box in 180 days.
        BuyBoxStatsSellerCount180 = "buyBoxStatsSellerCount180",
        /// Sellers that had the buy box in 365 days.
        BuyBoxStatsSellerCount365 = "buyBoxStatsSellerCount365",
        /// Share of the buy box of the seller with most of it over 30 days in percent.
        BuyBoxStatsTopSeller30 = "buyBoxStatsTopSeller30",
        /// Share of the buy box of the seller with most of it over 90 days in percent.
        BuyBoxStatsTopSeller90 = "buyBoxStatsTopSeller90",
        /// Share of the buy box of the seller with most of it over 180 days in percent.
        BuyBoxStatsTopSeller180 = "buyBoxStatsTopSeller180",
        /// Share of the buy box of the seller with most of it over 365 days in percent.
        BuyBoxStatsTopSeller365 = "buyBoxStatsTopSeller365",
        /// Coupon for one purchase, in the smallest unit of the locale.
        CouponOneTimeAbsolute = "couponOneTimeAbsolute",
        /// Coupon for one purchase in percent.
        CouponOneTimePercent = "couponOneTimePercent",
        /// Coupon for a subscription in percent.
        CouponSnsPercent = "couponSNSPercent",
        /// Change of the monthly sales over 90 days in percent.
        DeltaPercent90MonthlySold = "deltaPercent90_monthlySold",
        /// Fulfilment fee, in the smallest unit of the locale.
        FbaFees = "fbaFees",
        /// Keepa's measure of how well it resells, over 30 days.
        Flipability30 = "flipability30",
        /// Keepa's measure of how well it resells, over 90 days.
        Flipability90 = "flipability90",
        /// Keepa's measure of how well it resells, over 365 days.
        Flipability365 = "flipability365",
        /// Count of images.
        ImageCount = "imageCount",
        /// Size of the item in all; Keepa does not tell its unit.
        ItemDimension = "itemDimension",
        /// Height of the item in millimetres.
        ItemHeight = "itemHeight",
        /// Length of the item in millimetres.
        ItemLength = "itemLength",
        /// Weight of the item in grams.
        ItemWeight = "itemWeight",
        /// Width of the item in millimetres.
        ItemWidth = "itemWidth",
        /// When the discount for businesses was looked at, in Keepa minutes.
        LastBusinessDiscountUpdate = "lastBusinessDiscountUpdate",
        /// When offers were fetched, in Keepa minutes.
        LastOffersUpdate = "lastOffersUpdate",
        /// When a price changed, in Keepa minutes.
        LastPriceChange = "lastPriceChange",
        /// When ratings were looked at, in Keepa minutes.
        LastRatingUpdate = "lastRatingUpdate",
        /// When Keepa looked last, in Keepa minutes.
        LastUpdate = "lastUpdate",
        /// When a lightning deal ends, in Keepa minutes.
        LightningEnd = "lightningEnd",
        /// When a lightning deal begins, in Keepa minutes.
        LightningStart = "lightningStart",
        /// Since when Amazon lists it, in Keepa minutes.
        ListedSince = "listedSince",
        /// Amazon's "bought in past month", a lower bound.
        MonthlySold = "monthlySold",
        /// When Keepa looks next, in Keepa minutes.
        NextUpdate = "nextUpdate",
        /// Count of items.
        NumberOfItems = "numberOfItems",
        /// Count of pages.
        NumberOfPages = "numberOfPages",
        /// How many users of Keepa track it.
        NumberOfTrackings = "numberOfTrackings",
        /// New offers fulfilled by Amazon.
        OfferCountFba = "offerCountFBA",
        /// New offers shipped by their sellers.
        OfferCountFbm = "offerCountFBM",
        /// How often Amazon ran out of it in 30 days.
        OutOfStockCountAmazon30 = "outOfStockCountAmazon30",
        /// How often Amazon ran out of it in 90 days.
        OutOfStockCountAmazon90 = "outOfStockCountAmazon90",
        /// How long Amazon was out of it in 90 days, in percent.
        OutOfStockPercentage90 = "outOfStockPercentage90",
        /// How long there was no buy box in 90 days, in percent.
        OutOfStockPercentage90Bb = "outOfStockPercentage90_BB",
        /// How long there was no used buy box in 90 days, in percent.
        OutOfStockPercentage90BbUsed = "outOfStockPercentage90_BB_USED",
        /// How long there was no new offer in 90 days, in percent.
        OutOfStockPercentage90New = "outOfStockPercentage90_NEW",
        /// How long there was no used offer in 90 days, in percent.
        OutOfStockPercentage90Used = "outOfStockPercentage90_USED",
        /// How long Amazon was out of it, in percent.
        OutOfStockPercentageInInterval = "outOfStockPercentageInInterval",
        /// Size of the package in all; Keepa does not tell its unit.
        PackageDimension = "packageDimension",
        /// Height of the package in millimetres.
        PackageHeight = "packageHeight",
        /// Length of the package in millimetres.
        PackageLength = "packageLength",
        /// Count of pieces in the package.
        PackageQuantity = "packageQuantity",
        /// Weight of the package in grams.
        PackageWeight = "packageWeight",
        /// Width of the package in millimetres.
        PackageWidth = "packageWidth",
        /// When it was published, in Keepa minutes; in products it is a calendar date.
        PublicationDate = "publicationDate",
        /// When it was released, in Keepa minutes; in products it is a calendar date.
        ReleaseDate = "releaseDate",
        /// Rank falls that indicate sales in 30 days.
        SalesRankDrops30 = "salesRankDrops30",
        /// Rank falls that indicate sales in 90 days.
        SalesRankDrops90 = "salesRankDrops90",
        /// Rank falls that indicate sales in 180 days.
        SalesRankDrops180 = "salesRankDrops180",
        /// Rank falls that indicate sales in 365 days.
        SalesRankDrops365 = "salesRankDrops365",
        /// Rank within its category in percent.
        SalesRankTopPct = "salesRankTopPct",
        /// Count of all offers.
        TotalOfferCount = "totalOfferCount",
        /// Since when Keepa tracks it, in Keepa minutes; slices a selection of more than 10,000 products.
        TrackingSince = "trackingSince",
        /// Count of variations.
        VariationCount = "variationCount",
        /// Ratings of the variation.
        VariationRatingCount = "variationRatingCount",
        /// Reviews of the variation.
        VariationReviewCount = "variationReviewCount",
        /// Count of videos.
        VideoCount = "videoCount",
    }
}

request_words! {
    /// A property of which a product has one of several numbers.
    FinderIntegers {
        /// Amazon's own offer: -1 none, 0 in stock, 1 preorder, 2 unknown, 3 backorder, 4 delayed.
        AvailabilityAmazon = "availabilityAmazon",
        /// Condition in the used buy box: 2 like new, 3 very good, 4 good, 5 acceptable.
        BuyBoxUsedCondition = "buyBoxUsedCondition",
        /// Kind of listing, by Keepa's number.
        ProductType = "productType",
        /// 1 low, 2 high.
        ReturnRate = "returnRate",
        /// Condition of Amazon's own used offer: 2 like new, 3 very good, 4 good, 5 acceptable.
        WarehouseCondition = "warehouseCondition",
    }
}

request_words! {
    /// A property of which a product has one of several texts.
    #[expect(missing_docs, reason = "the names are Keepa's own")]
    FinderTexts {
        ActiveIngredients = "activeIngredients",
        Author = "author",
        Binding = "binding",
        Brand = "brand",
        BrandStoreName = "brandStoreName",
        BrandStoreUrlName = "brandStoreUrlName",
        BuyBoxSellerId = "buyBoxSellerId",
        BuyBoxShippingCountry = "buyBoxShippingCountry",
        BuyBoxStatsTopSellerId180 = "buyBoxStatsTopSellerId180",
        BuyBoxStatsTopSellerId30 = "buyBoxStatsTopSellerId30",
        BuyBoxStatsTopSellerId365 = "buyBoxStatsTopSellerId365",
        BuyBoxStatsTopSellerId90 = "buyBoxStatsTopSellerId90",
        Color = "color",
        DealType = "dealType",
        Edition = "edition",
        Format = "format",
        Genre = "genre",
        HistoricalSellerIds = "historicalSellerIds",
        ItemForm = "itemForm",
        ItemTypeKeyword = "itemTypeKeyword",
        Label = "label",
        Languages = "languages",
        Manufacturer = "manufacturer",
        Model = "model",
        PartNumber = "partNumber",
        Platform = "platform",
        ProductGroup = "productGroup",
        Publisher = "publisher",
        RootCategory = "rootCategory",
        SellerIds = "sellerIds",
        SellerIdsFba = "sellerIdsFBA",
        SellerIdsFbm = "sellerIdsFBM",
        SellerIdsLowestFba = "sellerIdsLowestFBA",
        SellerIdsLowestFbm = "sellerIdsLowestFBM",
        Size = "size",
        SpecialIngredients = "specialIngredients",
        Studio = "studio",
        TargetAudienceKeyword = "targetAudienceKeyword",
        Type = "type",
        WebsiteDisplayGroup = "websiteDisplayGroup",
        WebsiteDisplayGroupName = "websiteDisplayGroupName",
    }
}

request_words! {
    /// A property that is one text.
    #[expect(missing_docs, reason = "the names are Keepa's own")]
    FinderText {
        BuyBoxUsedSellerId = "buyBoxUsedSellerId",
        HistoricalParentAsin = "historicalParentASIN",
        Material = "material",
        Pattern = "pattern",
        Scent = "scent",
        Style = "style",
        Title = "title",
        TitleFlag = "title_flag",
        UnitType = "unitType",
    }
}

request_words! {
    /// A property that a product has or has not.
    #[expect(missing_docs, reason = "the names are Keepa's own")]
    FinderBool {
        BatteriesIncluded = "batteriesIncluded",
        BatteriesRequired = "batteriesRequired",
        BuyBoxIsAmazon = "buyBoxIsAmazon",
        BuyBoxIsBackorder = "buyBoxIsBackorder",
        BuyBoxIsFba = "buyBoxIsFBA",
        BuyBoxIsPreorder = "buyBoxIsPreorder",
        BuyBoxIsPrimeEligible = "buyBoxIsPrimeEligible",
        BuyBoxIsPrimeExclusive = "buyBoxIsPrimeExclusive",
        BuyBoxIsUnqualified = "buyBoxIsUnqualified",
        BuyBoxUsedIsFba = "buyBoxUsedIsFBA",
        HasAPlus = "hasAPlus",
        HasAPlusFromManufacturer = "hasAPlusFromManufacturer",
        HasMainVideo = "hasMainVideo",
        HasParentAsin = "hasParentASIN",
        HasReviews = "hasReviews",
        IsAdultProduct = "isAdultProduct",
        IsDeal = "isDeal",
        IsEligibleForSuperSaverShipping = "isEligibleForSuperSaverShipping",
        IsEligibleForTradeIn = "isEligibleForTradeIn",
        IsHazMat = "isHazMat",
        IsHeatSensitive = "isHeatSensitive",
        IsHighestOffer = "isHighestOffer",
        IsLowestOffer = "isLowestOffer",
        IsMerchOnDemand = "isMerchOnDemand",
        IsPrimeExclusive = "isPrimeExclusive",
        IsSns = "isSNS",
        Launchpad = "launchpad",
        NewPriceIsMap = "newPriceIsMAP",
        SingleVariation = "singleVariation",
    }
}
