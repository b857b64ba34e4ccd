//! The filters of a selection. Names: grade A, Keepa's documentation and Java source.

use serde_json::{Map, Value};

use super::super::text::Keywords;
use super::field::Field;
use crate::catalogue::book::BookKind;
use crate::catalogue::category;
use crate::catalogue::listing::Listing;
use crate::catalogue::seller::Trader;
use crate::catalogue::slots;
use crate::envelope::KeepaError;
use crate::parameters::{invalid, out_of_range};

/// Values of which a property may have one. Grade A: Keepa's documentation.
const MOST_VALUES: usize = 50;

/// What excludes a value when it stands before it. Grade A: Keepa's documentation.
const EXCLUDES: char = '\u{271C}';

/// Properties of which a book has one of several texts. Of those without an arm in [`texts`] the
/// catalogue knows nothing.
pub(in super::super) const TEXTS: [&str; 48] = [
    "activeIngredients",
    "author",
    "binding",
    "brand",
    "brandStoreName",
    "brandStoreUrlName",
    "buyBoxSellerId",
    "buyBoxShippingCountry",
    "buyBoxStatsTopSellerId180",
    "buyBoxStatsTopSellerId30",
    "buyBoxStatsTopSellerId365",
    "buyBoxStatsTopSellerId90",
    "buyBoxUsedSellerId",
    "color",
    "dealType",
    "edition",
    "format",
    "genre",
    "historicalParentASIN",
    "historicalSellerIds",
    "itemForm",
    "itemTypeKeyword",
    "label",
    "languages",
    "manufacturer",
    "material",
    "model",
    "partNumber",
    "pattern",
    "platform",
    "productGroup",
    "publisher",
    "rootCategory",
    "scent",
    "sellerIds",
    "sellerIdsFBA",
    "sellerIdsFBM",
    "sellerIdsLowestFBA",
    "sellerIdsLowestFBM",
    "size",
    "specialIngredients",
    "studio",
    "style",
    "targetAudienceKeyword",
    "type",
    "unitType",
    "websiteDisplayGroup",
    "websiteDisplayGroupName",
];

/// Properties of which a book has one of several numbers.
const NUMBERS: [&str; 7] = [
    "availabilityAmazon",
    "buyBoxUsedCondition",
    "productType",
    "returnRate",
    "salesRankReference",
    "title_flag",
    "warehouseCondition",
];

/// Properties that a book has or has not. None of a made-up book has those without an arm in
/// [`flag`].
const FLAGS: [&str; 29] = [
    "batteriesIncluded",
    "batteriesRequired",
    "buyBoxIsAmazon",
    "buyBoxIsBackorder",
    "buyBoxIsFBA",
    "buyBoxIsPreorder",
    "buyBoxIsPrimeEligible",
    "buyBoxIsPrimeExclusive",
    "buyBoxIsUnqualified",
    "buyBoxUsedIsFBA",
    "hasAPlus",
    "hasAPlusFromManufacturer",
    "hasMainVideo",
    "hasParentASIN",
    "hasReviews",
    "isAdultProduct",
    "isDeal",
    "isEligibleForSuperSaverShipping",
    "isEligibleForTradeIn",
    "isHazMat",
    "isHeatSensitive",
    "isHighestOffer",
    "isLowestOffer",
    "isMerchOnDemand",
    "isPrimeExclusive",
    "isSNS",
    "launchpad",
    "newPriceIsMAP",
    "singleVariation",
];

/// A condition that every book of a selection meets.
#[derive(Debug)]
pub(super) enum Filter {
    AtLeast(Field, f64),
    AtMost(Field, f64, bool),
    OneOf(String, Texts),
    OneNumberOf(String, Vec<i64>),
    Flag(String, bool),
    SeriesFlag(SeriesFlag, usize, bool),
    Title(Keywords),
    InCategories(Vec<i64>, bool),
}

/// A property of a series that it has or has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SeriesFlag {
    BackInStock,
    IsLowest,
    IsLowest90,
}

/// Texts of which one is wanted, and texts that are excluded; in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Texts {
    wanted: Vec<String>,
    excluded: Vec<String>,
}

impl Texts {
    /// Reads a text or a list of them.
    pub(in super::super) fn parse(name: &str, value: &Value) -> Result<Self, KeepaError> {
        let (mut wanted, mut excluded) = (Vec::new(), Vec::new());
        for value in list(name, value)? {
            let text = match value {
                Value::String(text) => text.to_lowercase(),
                Value::Number(number) => number.to_string(),
                _ => return Err(invalid(format!("{name} is no list of texts"))),
            };
            match text.strip_prefix(EXCLUDES) {
                Some(text) => excluded.push(text.trim().to_owned()),
                None => wanted.push(text),
            }
        }
        Ok(Self { wanted, excluded })
    }

    /// Whether a book with these texts meets them.
    pub(in super::super) fn meet(&self, texts: &[String]) -> bool {
        let has = |wanted: &String| texts.iter().any(|text| text.to_lowercase() == *wanted);
        (self.wanted.is_empty() || self.wanted.iter().any(has)) && !self.excluded.iter().any(has)
    }
}

/// Reads all filters of a selection.
pub(super) fn parse(selection: &Map<String, Value>, seen: i32) -> Result<Vec<Filter>, KeepaError> {
    selection
        .iter()
        .map(|(name, value)| filter(selection, name, value, seen))
        .collect()
}

fn filter(
    selection: &Map<String, Value>,
    name: &str,
    value: &Value,
    seen: i32,
) -> Result<Filter, KeepaError> {
    let number = || {
        value
            .as_f64()
            .ok_or_else(|| invalid(format!("{name} is no number")))
    };
    if let Some(field) = name
        .strip_suffix("_gte")
        .and_then(|n| Field::parse(n, seen))
    {
        return Ok(Filter::AtLeast(field, number()?));
    }
    if let Some((stem, field)) = name
        .strip_suffix("_lte")
        .and_then(|stem| Some((stem, Field::parse(stem, seen)?)))
    {
        let most = number()?;
        let least = selection
            .get(&format!("{stem}_gte"))
            .and_then(Value::as_f64);
        if least.is_some_and(|least| least > most) {
            return Err(out_of_range(format!("{stem} ends before it begins")));
        }
        return Ok(Filter::AtMost(field, most, least.is_some() || most < 0.0));
    }
    let flag = || {
        value
            .as_bool()
            .ok_or_else(|| invalid(format!("{name} is neither true nor false")))
    };
    for (prefix, what) in [
        ("backInStock_", SeriesFlag::BackInStock),
        ("isLowest_", SeriesFlag::IsLowest),
        ("isLowest90_", SeriesFlag::IsLowest90),
    ] {
        if let Some(slot) = name.strip_prefix(prefix).and_then(slots::selectable) {
            return Ok(Filter::SeriesFlag(what, slot, flag()?));
        }
    }
    if TEXTS.contains(&name) {
        return Ok(Filter::OneOf(name.to_owned(), Texts::parse(name, value)?));
    }
    if NUMBERS.contains(&name) {
        return Ok(Filter::OneNumberOf(name.to_owned(), numbers(name, value)?));
    }
    if FLAGS.contains(&name) {
        return Ok(Filter::Flag(name.to_owned(), flag()?));
    }
    match name {
        "title" => {
            let text = value.as_str().ok_or_else(|| invalid("title is no text"))?;
            Ok(Filter::Title(Keywords::parse(text)?))
        }
        "categories_include" => Ok(Filter::InCategories(numbers(name, value)?, true)),
        "categories_exclude" => Ok(Filter::InCategories(numbers(name, value)?, false)),
        _ => Err(invalid(format!("{name:?} is no field of a selection"))),
    }
}

/// The values of a list, or a value alone.
fn list<'a>(name: &str, value: &'a Value) -> Result<&'a [Value], KeepaError> {
    let values = match value {
        Value::Array(values) => values.as_slice(),
        value => std::slice::from_ref(value),
    };
    if values.is_empty() || values.len() > MOST_VALUES {
        let count = values.len();
        return Err(out_of_range(format!(
            "{name} has {count} values, from 1 to 50 are allowed"
        )));
    }
    Ok(values)
}

fn numbers(name: &str, value: &Value) -> Result<Vec<i64>, KeepaError> {
    list(name, value)?
        .iter()
        .map(|value| {
            let text = || value.as_str().and_then(|text| text.parse().ok());
            value
                .as_i64()
                .or_else(text)
                .ok_or_else(|| invalid(format!("{name} is no list of numbers")))
        })
        .collect()
}

impl Filter {
    /// Whether a book meets it.
    pub(super) fn holds(&self, listing: &Listing) -> bool {
        // Numbers of a catalogue are far below what a double holds exactly.
        let double = |value: i64| value.to_string().parse::<f64>().unwrap_or_default();
        match self {
            Self::AtLeast(field, least) => field
                .told(listing)
                .is_some_and(|value| double(value) >= *least),
            Self::AtMost(field, most, with_none) => {
                let value = if *with_none {
                    field.told(listing)
                } else {
                    field.of(listing)
                };
                value.is_some_and(|value| double(value) <= *most)
            }
            Self::OneOf(name, wanted) => wanted.meet(&texts(listing, name)),
            Self::OneNumberOf(name, wanted) => {
                let number = number(listing, name);
                number.is_some_and(|number| wanted.contains(&number))
            }
            Self::Flag(name, wanted) => flag(listing, name) == *wanted,
            Self::SeriesFlag(what, slot, wanted) => {
                let has = listing.slot(*slot).is_some_and(|facts| match what {
                    SeriesFlag::BackInStock => facts.before < 0 && facts.current >= 0,
                    SeriesFlag::IsLowest => facts.is_lowest,
                    SeriesFlag::IsLowest90 => facts.is_lowest90,
                });
                has == *wanted
            }
            Self::Title(keywords) => keywords.are_in(&listing.book.title),
            Self::InCategories(ids, wanted) => {
                listing.categories.iter().any(|id| ids.contains(id)) == *wanted
            }
        }
    }
}

/// The texts that a book has under a name.
pub(in super::super) fn texts(listing: &Listing, name: &str) -> Vec<String> {
    let names = listing.names();
    let ids = |offers: &mut dyn Iterator<Item = Trader>| {
        offers.map(|trader| trader.id().into_owned()).collect()
    };
    let offers = || listing.offers.iter();
    let new = |is_fba: bool| {
        offers().filter(move |offer| !offer.condition.is_used() && offer.is_fba == is_fba)
    };
    let lowest = |is_fba: bool| {
        let least = new(is_fba).map(|offer| offer.landed).min();
        ids(&mut new(is_fba)
            .filter(|offer| Some(offer.landed) == least)
            .map(|offer| offer.trader))
    };
    match name {
        "author" => vec![listing.book.author.clone()],
        "binding" => vec![names.binding.to_owned()],
        "brand" | "manufacturer" | "publisher" | "label" | "studio" => {
            vec![listing.book.publisher.to_owned()]
        }
        "productGroup" => vec![names.group.to_owned()],
        "type" => vec![names.class.to_owned()],
        "websiteDisplayGroup" | "salesRankDisplayGroup" => vec![names.display_group.to_owned()],
        "websiteDisplayGroupName" => vec![names.group.to_owned()],
        "itemTypeKeyword" => vec!["book".to_owned()],
        "languages" => vec!["English".to_owned()],
        "partNumber" => vec![listing.identity.isbn13.clone()],
        "rootCategory" => vec![category::BOOKS.to_string()],
        "historicalParentASIN" => listing.identity.parent().into_iter().collect(),
        "buyBoxShippingCountry" => listing
            .buy_box
            .map(|_| "US".to_owned())
            .into_iter()
            .collect(),
        "buyBoxSellerId" => ids(&mut listing.buy_box.map(|held| held.trader).into_iter()),
        "buyBoxUsedSellerId" => ids(&mut listing.used_buy_box.map(|held| held.trader).into_iter()),
        "sellerIds" => ids(&mut offers().map(|offer| offer.trader)),
        "sellerIdsFBA" => ids(&mut offers().filter(|o| o.is_fba).map(|offer| offer.trader)),
        "sellerIdsFBM" => ids(&mut offers().filter(|o| !o.is_fba).map(|offer| offer.trader)),
        "sellerIdsLowestFBA" => lowest(true),
        "sellerIdsLowestFBM" => lowest(false),
        "historicalSellerIds" => ids(&mut listing.former_traders.iter().copied()),
        _ => Vec::new(),
    }
}

fn number(listing: &Listing, name: &str) -> Option<i64> {
    match name {
        "availabilityAmazon" => Some(listing.availability.into()),
        "productType" => Some(if listing.book.kind == BookKind::Ebook {
            2
        } else {
            0
        }),
        "buyBoxUsedCondition" => listing
            .used_buy_box
            .map(|held| held.condition.number().into()),
        "warehouseCondition" => listing
            .offers
            .iter()
            .find(|offer| offer.trader == Trader::Warehouse)
            .map(|offer| offer.condition.number().into()),
        "salesRankReference" => listing.slot(slots::SALES).map(|_| category::BOOKS),
        _ => None,
    }
}

fn flag(listing: &Listing, name: &str) -> bool {
    match name {
        "buyBoxIsAmazon" => listing
            .buy_box
            .is_some_and(|held| held.trader == Trader::Amazon),
        "buyBoxIsFBA" | "buyBoxIsPrimeEligible" => listing.buy_box.is_some_and(|held| held.is_fba),
        "buyBoxUsedIsFBA" => listing.used_buy_box.is_some_and(|held| held.is_fba),
        "hasParentASIN" => listing.identity.parent().is_some(),
        "hasReviews" => listing.current(slots::REVIEWS) > 0,
        "isLowestOffer" => listing
            .slot(slots::NEW)
            .is_some_and(|facts| facts.is_lowest),
        "isHighestOffer" => listing
            .slot(slots::NEW)
            .is_some_and(|facts| facts.is_highest),
        "singleVariation" => true,
        _ => false,
    }
}
