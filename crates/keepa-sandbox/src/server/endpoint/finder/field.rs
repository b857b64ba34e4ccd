//! The fields of a selection that are numbers. Names: grade A, Keepa's documentation and Java source.

use chrono::{Datelike, Months};

use crate::catalogue::listing::{Listing, MONTHS, SlotFacts};
use crate::catalogue::slots;
use crate::clock::date;

/// Fields of no series. Of those without an arm in [`integer`] the catalogue knows nothing, so that
/// nothing is found by them.
const INTEGERS: [&str; 78] = [
    "availabilityAmazonMinDelayInDays",
    "businessDiscount",
    "buyBoxEligibleOfferCountsNewFBA",
    "buyBoxEligibleOfferCountsNewFBM",
    "buyBoxEligibleOfferCountsUsedFBA",
    "buyBoxEligibleOfferCountsUsedFBM",
    "buyBoxStandardDeviation30",
    "buyBoxStandardDeviation90",
    "buyBoxStandardDeviation365",
    "buyBoxStatsAmazon30",
    "buyBoxStatsAmazon90",
    "buyBoxStatsAmazon180",
    "buyBoxStatsAmazon365",
    "buyBoxStatsSellerCount30",
    "buyBoxStatsSellerCount90",
    "buyBoxStatsSellerCount180",
    "buyBoxStatsSellerCount365",
    "buyBoxStatsTopSeller30",
    "buyBoxStatsTopSeller90",
    "buyBoxStatsTopSeller180",
    "buyBoxStatsTopSeller365",
    "couponOneTimeAbsolute",
    "couponOneTimePercent",
    "couponSNSPercent",
    "deltaPercent90_monthlySold",
    "fbaFees",
    "flipability30",
    "flipability90",
    "flipability365",
    "imageCount",
    "itemDimension",
    "itemHeight",
    "itemLength",
    "itemWeight",
    "itemWidth",
    "lastBusinessDiscountUpdate",
    "lastOffersUpdate",
    "lastPriceChange",
    "lastRatingUpdate",
    "lastUpdate",
    "lightningEnd",
    "lightningStart",
    "listedSince",
    "monthlySold",
    "nextUpdate",
    "numberOfItems",
    "numberOfPages",
    "numberOfTrackings",
    "offerCountFBA",
    "offerCountFBM",
    "outOfStockCountAmazon30",
    "outOfStockCountAmazon90",
    "outOfStockPercentage90",
    "outOfStockPercentage90_BB",
    "outOfStockPercentage90_BB_USED",
    "outOfStockPercentage90_NEW",
    "outOfStockPercentage90_USED",
    "outOfStockPercentageInInterval",
    "packageDimension",
    "packageHeight",
    "packageLength",
    "packageQuantity",
    "packageWeight",
    "packageWidth",
    "publicationDate",
    "releaseDate",
    "salesRankDrops30",
    "salesRankDrops90",
    "salesRankDrops180",
    "salesRankDrops365",
    "salesRankTopPct",
    "totalOfferCount",
    "trackingSince",
    "unitValue",
    "variationCount",
    "variationRatingCount",
    "variationReviewCount",
    "videoCount",
];

/// What of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    Current,
    /// The mean of days.
    Mean(i32),
    /// By how much it fell below the mean of days.
    Fall(i32),
    FallPercent(i32),
    LastFall,
    Changed,
}

/// A field that is a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Series(Measure, usize),
    /// The mean rank of a month, by its place among those that are known; `None` for an older one or
    /// one to come.
    Month(Option<usize>),
    Integer(&'static str),
}

impl Field {
    /// The field of a name; `None` for a name that Keepa does not have.
    pub(super) fn parse(name: &str, seen: i32) -> Option<Self> {
        if let Some(known) = INTEGERS.iter().find(|known| **known == name) {
            return Some(Self::Integer(known));
        }
        if let Some(digits) = name.strip_prefix("srAvg") {
            return month(digits, seen).map(Self::Month);
        }
        let (measure, series) = name.split_once('_')?;
        let slot = slots::selectable(series)?;
        let days = |text: &str, known: &[i32]| {
            let days = text.parse().ok()?;
            known.contains(&days).then_some(days)
        };
        const CHANGES: [i32; 4] = [1, 7, 30, 90];
        let measure = match measure {
            "current" => Measure::Current,
            "deltaLast" => Measure::LastFall,
            "lastPriceChange" => Measure::Changed,
            _ => {
                if let Some(text) = measure.strip_prefix("avg") {
                    Measure::Mean(days(text, &[1, 7, 30, 90, 180, 365])?)
                } else if let Some(text) = measure.strip_prefix("deltaPercent") {
                    Measure::FallPercent(days(text, &CHANGES)?)
                } else {
                    Measure::Fall(days(measure.strip_prefix("delta")?, &CHANGES)?)
                }
            }
        };
        Some(Self::Series(measure, slot))
    }

    /// Whether a value below zero is a value like others: changes may be, all else stands for nothing.
    pub(super) fn may_be_negative(self) -> bool {
        matches!(
            self,
            Self::Series(
                Measure::Fall(_) | Measure::FallPercent(_) | Measure::LastFall,
                _
            )
        )
    }

    /// The value of a book; `None` when it has none.
    pub(super) fn of(self, listing: &Listing) -> Option<i64> {
        self.told(listing)
            .filter(|value| *value >= 0 || self.may_be_negative())
    }

    /// The same with -1 where a series has no value.
    pub(super) fn told(self, listing: &Listing) -> Option<i64> {
        match self {
            Self::Series(measure, slot) => {
                let Some(facts) = listing.slot(slot) else {
                    let of_series = matches!(measure, Measure::Current | Measure::Mean(_));
                    return of_series.then_some(-1);
                };
                measure.of(facts).map(i64::from)
            }
            Self::Month(place) => listing.month_ranks.get(place?).map(|rank| i64::from(*rank)),
            Self::Integer(name) => integer(listing, name),
        }
    }
}

impl Measure {
    fn of(self, facts: &SlotFacts) -> Option<i32> {
        match self {
            Self::Current => Some(facts.current),
            Self::Mean(days) => Some(facts.mean(days)),
            Self::Fall(days) => facts.fall(days),
            Self::FallPercent(days) => facts.fall_percent(days),
            Self::LastFall => facts.last_fall(),
            Self::Changed => Some(facts.changed),
        }
    }
}

/// The place of a month from its digits, the years back and then the month from 00 for January, among
/// those that are known.
fn month(digits: &str, seen: i32) -> Option<Option<usize>> {
    let number = |text: Option<&str>| text?.parse::<u32>().ok();
    let (years, month) = (number(digits.get(..1))?, number(digits.get(1..))?);
    if digits.len() != 3 || years > 2 || month > 11 {
        return None;
    }
    let first = date(seen).with_day(1).unwrap_or_default();
    let year = first.year() - i32::try_from(years).unwrap_or_default();
    Some((0..MONTHS).find(|place| {
        let back = u32::try_from(MONTHS - 1 - place).unwrap_or_default();
        let begin = first
            .checked_sub_months(Months::new(back))
            .unwrap_or_default();
        (begin.year(), begin.month0()) == (year, month)
    }))
}

/// A field of no series.
fn integer(listing: &Listing, name: &str) -> Option<i64> {
    let book = &listing.book;
    let size = |of: fn([i32; 3], i32) -> i32| {
        let value = of(book.package_mm, book.weight_g);
        listing.has_size().then(|| i64::from(value.max(0)))
    };
    let absent = |slot: usize| listing.slot(slot).map(|facts| i64::from(facts.absent90));
    let drops = |place: usize| {
        let drops = listing.rank_drops?;
        drops.get(place).map(|count| i64::from(*count))
    };
    let eligible = |place: usize| {
        let counts = listing.eligible?;
        counts.get(place).map(|count| i64::from(*count))
    };
    let new_offers = |is_fba: bool| {
        let offers = listing.offers.iter();
        let count = offers
            .filter(|offer| !offer.condition.is_used() && offer.is_fba == is_fba)
            .count();
        i64::try_from(count).ok()
    };
    match name {
        "buyBoxEligibleOfferCountsNewFBA" => eligible(0),
        "buyBoxEligibleOfferCountsNewFBM" => eligible(1),
        "buyBoxEligibleOfferCountsUsedFBA" => eligible(2),
        "buyBoxEligibleOfferCountsUsedFBM" => eligible(3),
        "deltaPercent90_monthlySold" => listing.monthly_sold.map(|_| 0),
        "fbaFees" => listing.fba_fee.map(i64::from),
        "imageCount" | "numberOfItems" | "packageQuantity" => Some(1),
        "itemHeight" => size(|[height, _, _], _| height - 4),
        "itemLength" => size(|[_, length, _], _| length - 8),
        "itemWidth" => size(|[_, _, width], _| width - 8),
        "itemWeight" => size(|_, weight| weight - 30),
        "packageHeight" => size(|[height, _, _], _| height),
        "packageLength" => size(|[_, length, _], _| length),
        "packageWidth" => size(|[_, _, width], _| width),
        "packageWeight" => size(|_, weight| weight),
        "lastOffersUpdate" => Some(listing.last_offers_update.into()),
        "lastPriceChange" => Some(listing.last_price_change.into()),
        "lightningStart" => listing.lightning.map(|deal| deal.starts.into()),
        "lightningEnd" => listing.lightning.map(|deal| deal.ends.into()),
        "listedSince" | "trackingSince" => Some(listing.listed_since.into()),
        "monthlySold" => listing.monthly_sold.map(i64::from),
        "numberOfPages" => Some(book.pages.into()),
        "offerCountFBA" => new_offers(true),
        "offerCountFBM" => new_offers(false),
        "outOfStockCountAmazon30" => listing.amazon_departures.first().map(|c| i64::from(*c)),
        "outOfStockCountAmazon90" => listing.amazon_departures.get(1).map(|c| i64::from(*c)),
        "outOfStockPercentage90" => absent(slots::AMAZON),
        "outOfStockPercentage90_BB" => absent(slots::BUY_BOX),
        "outOfStockPercentage90_BB_USED" => absent(slots::BUY_BOX_USED),
        "outOfStockPercentage90_NEW" => absent(slots::NEW),
        "outOfStockPercentage90_USED" => absent(slots::USED),
        "publicationDate" | "releaseDate" => Some(listing.published.into()),
        "salesRankDrops30" => drops(0),
        "salesRankDrops90" => drops(1),
        "salesRankDrops180" => drops(2),
        "salesRankDrops365" => drops(3),
        "totalOfferCount" => i64::try_from(listing.offers.len()).ok(),
        "videoCount" => Some(0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::midnight;

    #[test]
    fn names_of_keepa_are_known_and_others_are_not() {
        let seen = midnight(2026, 11, 28).unwrap();
        for known in [
            "current_SALES",
            "avg365_BUY_BOX_USED_SHIPPING",
            "delta7_USED",
            "deltaPercent90_NEW",
            "deltaLast_AMAZON",
            "lastPriceChange_NEW",
            "srAvg111",
            "monthlySold",
        ] {
            assert!(Field::parse(known, seen).is_some(), "{known}");
        }
        for unknown in [
            "current_SALE",
            "avg2_USED",
            "delta365_USED",
            "current_COUNT_NEW_FBA",
            "srAvg312",
            "srAvg012x",
            "sales",
            "",
        ] {
            assert_eq!(Field::parse(unknown, seen), None, "{unknown}");
        }
        assert_eq!(
            Field::parse("srAvg010", seen),
            Some(Field::Month(Some(MONTHS - 1)))
        );
        assert_eq!(Field::parse("srAvg011", seen), Some(Field::Month(None)));
    }
}
