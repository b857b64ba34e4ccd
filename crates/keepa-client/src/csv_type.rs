//! The series that Keepa collects, which index histories, statistics, deals and selections.

macro_rules! csv_types {
    ($($(#[$meta:meta])* $variant:ident = $index:literal, $name:literal;)+) => {
        /// A series of Keepa. Names with "Shipping" are Keepa's and decide nothing: see [`CsvType::has_shipping`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum CsvType {
            $($(#[$meta])* $variant,)+
        }

        impl CsvType {
            /// Every series, in the order of their indexes.
            pub const ALL: [Self; 36] = [$(Self::$variant),+];

            /// The index in `csv` and in the arrays of `stats` and deals.
            #[must_use]
            pub const fn index(self) -> usize {
                match self {
                    $(Self::$variant => $index,)+
                }
            }

            /// Keepa's name of the series, in capitals.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

csv_types! {
    /// Amazon's own price.
    Amazon = 0, "AMAZON";
    /// The lowest new price of the marketplace; with shipping since February 2026.
    New = 1, "NEW";
    /// The lowest used price of the marketplace.
    Used = 2, "USED";
    /// Sales rank.
    SalesRank = 3, "SALES";
    /// List price.
    ListPrice = 4, "LISTPRICE";
    /// The lowest price of a collectible.
    Collectible = 5, "COLLECTIBLE";
    /// The lowest price of a refurbished one.
    Refurbished = 6, "REFURBISHED";
    /// The lowest new price of those who ship themselves.
    NewFbmShipping = 7, "NEW_FBM_SHIPPING";
    /// Price of a lightning deal; an active one ends with an entry in the future.
    LightningDeal = 8, "LIGHTNING_DEAL";
    /// Price of Amazon's own used offers.
    Warehouse = 9, "WAREHOUSE";
    /// The lowest new price of a third party that Amazon fulfils.
    NewFba = 10, "NEW_FBA";
    /// Count of new offers.
    CountNew = 11, "COUNT_NEW";
    /// Count of used offers.
    CountUsed = 12, "COUNT_USED";
    /// Count of refurbished offers.
    CountRefurbished = 13, "COUNT_REFURBISHED";
    /// Count of collectible offers.
    CountCollectible = 14, "COUNT_COLLECTIBLE";
    /// When offers were fetched, and how many; negative when there were more.
    ExtraInfoUpdates = 15, "EXTRA_INFO_UPDATES";
    /// Rating times ten.
    Rating = 16, "RATING";
    /// Count of reviews.
    CountReviews = 17, "COUNT_REVIEWS";
    /// Price of the buy box.
    BuyBoxShipping = 18, "BUY_BOX_SHIPPING";
    /// The lowest price of one like new.
    UsedLikeNewShipping = 19, "USED_NEW_SHIPPING";
    /// The lowest price of a very good one.
    UsedVeryGoodShipping = 20, "USED_VERY_GOOD_SHIPPING";
    /// The lowest price of a good one.
    UsedGoodShipping = 21, "USED_GOOD_SHIPPING";
    /// The lowest price of an acceptable one.
    UsedAcceptableShipping = 22, "USED_ACCEPTABLE_SHIPPING";
    /// The lowest price of a collectible like new.
    CollectibleLikeNewShipping = 23, "COLLECTIBLE_NEW_SHIPPING";
    /// The lowest price of a very good collectible.
    CollectibleVeryGoodShipping = 24, "COLLECTIBLE_VERY_GOOD_SHIPPING";
    /// The lowest price of a good collectible.
    CollectibleGoodShipping = 25, "COLLECTIBLE_GOOD_SHIPPING";
    /// The lowest price of an acceptable collectible.
    CollectibleAcceptableShipping = 26, "COLLECTIBLE_ACCEPTABLE_SHIPPING";
    /// The lowest price of a refurbished one, with shipping.
    RefurbishedShipping = 27, "REFURBISHED_SHIPPING";
    /// The lowest new price on eBay; no longer collected.
    EbayNewShipping = 28, "EBAY_NEW_SHIPPING";
    /// The lowest used price on eBay; no longer collected.
    EbayUsedShipping = 29, "EBAY_USED_SHIPPING";
    /// What Amazon pays for one; no longer collected.
    TradeIn = 30, "TRADE_IN";
    /// Price of renting one; no longer collected.
    Rent = 31, "RENT";
    /// Price of the used buy box.
    BuyBoxUsedShipping = 32, "BUY_BOX_USED_SHIPPING";
    /// The lowest price for members of Prime alone.
    PrimeExclusive = 33, "PRIME_EXCL";
    /// Count of new offers that Amazon fulfils; since April 2026.
    CountNewFba = 34, "COUNT_NEW_FBA";
    /// Count of new offers shipped by their sellers; since April 2026.
    CountNewFbm = 35, "COUNT_NEW_FBM";
}

impl CsvType {
    /// The series with this index.
    #[must_use]
    pub fn from_index(index: usize) -> Option<Self> {
        Self::ALL.get(index).copied()
    }

    /// `true` for triples of time, price and shipping: the indexes 7, 18 to 29 and 32 (grade A). Never decide by the name.
    #[must_use]
    pub const fn has_shipping(self) -> bool {
        matches!(self.index(), 7 | 18..=29 | 32)
    }
}

/// Some of the series: those whose histories are worth reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CsvSelection(u64);

impl CsvSelection {
    /// Every series, also one that this version does not know.
    pub const ALL: Self = Self(u64::MAX);
    /// None.
    pub const NONE: Self = Self(0);

    /// `true` when the series with this index is among them.
    #[must_use]
    pub const fn contains(self, index: usize) -> bool {
        if index < 64 {
            self.0 >> index & 1 == 1
        } else {
            self.0 == u64::MAX
        }
    }
}

impl Default for CsvSelection {
    fn default() -> Self {
        Self::ALL
    }
}

impl FromIterator<CsvType> for CsvSelection {
    fn from_iter<I: IntoIterator<Item = CsvType>>(series: I) -> Self {
        Self(
            series
                .into_iter()
                .fold(0, |bits, one| bits | 1 << one.index()),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_series_is_found_by_its_index() {
        for (index, series) in CsvType::ALL.into_iter().enumerate() {
            assert_eq!(series.index(), index, "{series:?}");
            assert_eq!(CsvType::from_index(index), Some(series));
        }
        assert_eq!(CsvType::from_index(36), None);
    }

    #[test]
    fn a_selection_holds_what_it_was_made_of() {
        let some: CsvSelection = [CsvType::Amazon, CsvType::CountNewFbm]
            .into_iter()
            .collect();
        let held: Vec<usize> = (0..70).filter(|index| some.contains(*index)).collect();
        assert_eq!(held, [0, 35]);
        assert!((0..70).all(|index| CsvSelection::ALL.contains(index)));
        assert!(!(0..70).any(|index| CsvSelection::NONE.contains(index)));
    }
}
