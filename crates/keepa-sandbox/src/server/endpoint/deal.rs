//! `/deal`: books of which a price, rank or count fell, or rose when asked for.

use std::cmp::Reverse;

use serde_json::{Map, Value, json};

use super::finder;
use super::finder::filter::{Texts, texts};
use super::text::Keywords;
use crate::catalogue::Overview;
use crate::catalogue::category;
use crate::catalogue::listing::{Listing, SlotFacts};
use crate::catalogue::seller::Trader;
use crate::catalogue::slots::{AMAZON, NEW, RATING, REVIEWS, SALES, SLOTS};
use crate::clock::DAY;
use crate::envelope::KeepaError;
use crate::parameters::{invalid, out_of_range};
use crate::server::asked::{Asked, Found};
use crate::server::shared::Shared;

/// Tokens of a page. Grade A: Keepa's documentation and Java source, as all figures here.
const COST: u32 = 5;

/// Deals of a page, and deals that can be reached by turning pages.
const PAGE: usize = 150;
const MOST_DEALS: usize = 10_000;

/// Histories whose deals can be browsed since July 2026.
const PRICE_TYPES: [usize; 17] = [0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 18, 19, 20, 21, 22, 32, 33];

/// Days of the intervals by their number: day, week, month, 90 days.
const INTERVALS: [i32; 4] = [1, 7, 31, 90];

/// Categories that may be included, and as many excluded.
const MOST_CATEGORIES: usize = 500;

/// The least percentage that can be asked for, of ranks and of all else.
const LEAST_PERCENT_OF_RANK: i64 = 80;
const LEAST_PERCENT: i64 = 10;

/// Ranges, used when `isRangeEnabled` is true.
const RANGES: [&str; 5] = [
    "currentRange",
    "deltaRange",
    "deltaPercentRange",
    "deltaLastRange",
    "salesRankRange",
];

/// Switches, used when `isFilterEnabled` is true.
const SWITCHES: [&str; 13] = [
    "isLowest",
    "isLowest90",
    "isLowestOffer",
    "isHighest",
    "isRisers",
    "isOutOfStock",
    "isBackInStock",
    "isPrimeExclusive",
    "hasReviews",
    "filterErotic",
    "singleVariation",
    "mustHaveAmazonOffer",
    "mustNotHaveAmazonOffer",
];

/// Lists of texts, used when `isFilterEnabled` is true.
const TEXTS: [&str; 25] = [
    "author",
    "binding",
    "brand",
    "brandStoreName",
    "brandStoreUrlName",
    "color",
    "edition",
    "format",
    "itemForm",
    "itemTypeKeyword",
    "languages",
    "manufacturer",
    "material",
    "model",
    "pattern",
    "productGroup",
    "salesRankDisplayGroup",
    "scent",
    "size",
    "style",
    "targetAudienceKeyword",
    "type",
    "unitType",
    "websiteDisplayGroup",
    "websiteDisplayGroupName",
];

/// What deals are asked for.
#[derive(Debug)]
struct Selection {
    domain: i64,
    slot: usize,
    interval: usize,
    page: usize,
    sort: i64,
    ranges: Vec<(&'static str, i64, i64)>,
    switches: Vec<&'static str>,
    texts: Vec<(&'static str, Texts)>,
    included: Vec<i64>,
    excluded: Vec<i64>,
    least_rating: i64,
    warehouse_conditions: Vec<i64>,
    title: Option<Keywords>,
}

/// One page of deals.
pub(in crate::server) fn answer(shared: &Shared, asked: &Asked) -> Result<Found, KeepaError> {
    let selection = Selection::parse(finder::object(asked)?)?;
    let overview = shared.overview(asked.seen)?;
    let mut all: Vec<(&Listing, &SlotFacts)> = overview
        .listings
        .iter()
        .filter(|_| selection.domain == 1)
        .filter_map(|listing| Some((listing, listing.slot(selection.slot)?)))
        .filter(|(listing, facts)| selection.holds(listing, facts, overview.seen))
        .collect();
    // The totals of categories ignore the filters of categories; the one root is "Books".
    let total = all.len();
    all.retain(|(listing, _)| selection.is_in_categories(listing));
    selection.sort(&mut all);
    let deals: Vec<Value> = all
        .iter()
        .skip(selection.page * PAGE)
        .take(PAGE)
        .map(|(listing, _)| selection.object(listing, &overview))
        .collect();
    let roots = if total == 0 { 0 } else { 1 };
    let payload = json!({
        "deals": {
            "dr": deals,
            "drDateIndex": [],
            "categoryIds": vec![category::BOOKS; roots],
            "categoryNames": vec!["Books"; roots],
            "categoryCount": vec![total; roots],
        },
        "dealsCached": false,
    });
    Found::fields(COST, &payload)
}

fn integers(name: &str, value: &Value) -> Result<Vec<i64>, KeepaError> {
    let wrong = || invalid(format!("{name} is no list of numbers"));
    let values = value.as_array().ok_or_else(wrong)?;
    values
        .iter()
        .map(|value| value.as_i64().ok_or_else(wrong))
        .collect()
}

impl Selection {
    fn parse(mut object: Map<String, Value>) -> Result<Self, KeepaError> {
        let page = finder::page(&mut object, "page", 0)?;
        if page.saturating_mul(PAGE) >= MOST_DEALS {
            return Err(out_of_range("only 10,000 deals can be reached by pages"));
        }
        let mut number = |name: &str| match object.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => match value.as_i64() {
                Some(number) => Ok(Some(number)),
                None => Err(invalid(format!("{name} is no number"))),
            },
        };
        let domain = number("domainId")?.ok_or_else(|| invalid("domainId is missing"))?;
        let interval = number("dateRange")?.unwrap_or(0);
        let sort = number("sortType")?.unwrap_or(1);
        let least_rating = number("minRating")?.unwrap_or(-1);
        if !matches!(domain, 1..=6 | 8..=11) {
            return Err(out_of_range(format!("domain {domain} does not exist here")));
        }
        let interval = usize::try_from(interval)
            .ok()
            .filter(|interval| *interval < INTERVALS.len())
            .ok_or_else(|| out_of_range("dateRange is not from 0 to 3"))?;
        if !matches!(sort, 1 | 2 | 3 | 4 | -2 | -3 | -4) {
            return Err(out_of_range("sortType is not 1, 2, 3, 4, -2, -3 or -4"));
        }
        if !(-1..=50).contains(&least_rating) {
            return Err(out_of_range("minRating is not from -1 to 50"));
        }
        let slot = price_type(object.remove("priceTypes").as_ref())?;
        let mut enabled = |name: &str| match object.remove(name) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(on)) => Ok(on),
            Some(_) => Err(invalid(format!("{name} is neither true nor false"))),
        };
        let (with_ranges, with_filters) = (enabled("isRangeEnabled")?, enabled("isFilterEnabled")?);
        let mut selection = Self {
            domain,
            slot,
            interval,
            page,
            sort,
            ranges: Vec::new(),
            switches: Vec::new(),
            texts: Vec::new(),
            included: Vec::new(),
            excluded: Vec::new(),
            least_rating,
            warehouse_conditions: Vec::new(),
            title: None,
        };
        for (name, value) in object.iter().filter(|(_, value)| !value.is_null()) {
            selection.add(name, value)?;
        }
        if !with_ranges {
            selection.ranges.clear();
        }
        if !with_filters {
            selection = Self {
                switches: Vec::new(),
                texts: Vec::new(),
                included: Vec::new(),
                excluded: Vec::new(),
                least_rating: -1,
                warehouse_conditions: Vec::new(),
                title: None,
                ..selection
            };
        }
        Ok(selection)
    }

    /// Adds a range or filter by its name.
    fn add(&mut self, name: &str, value: &Value) -> Result<(), KeepaError> {
        if let Some(known) = RANGES.into_iter().find(|known| *known == name) {
            let range = integers(name, value)?;
            let [least, most] = range.as_slice() else {
                return Err(invalid(format!("{name} is not [from, to]")));
            };
            let (least, most) = (*least, *most);
            if known == "deltaPercentRange" {
                let lowest = if self.slot == SALES {
                    LEAST_PERCENT_OF_RANK
                } else {
                    LEAST_PERCENT
                };
                if least < lowest {
                    return Err(out_of_range(format!("{name} begins below {lowest}")));
                }
            }
            if most != -1 && least > most {
                return Err(out_of_range(format!("{name} ends before it begins")));
            }
            self.ranges.push((known, least, most));
        } else if let Some(known) = SWITCHES.into_iter().find(|known| *known == name) {
            let on = value.as_bool();
            let wrong = || invalid(format!("{name} is neither true nor false"));
            if on.ok_or_else(wrong)? {
                self.switches.push(known);
            }
        } else if let Some(known) = TEXTS.into_iter().find(|known| *known == name) {
            self.texts.push((known, Texts::parse(name, value)?));
        } else {
            match name {
                "includeCategories" | "excludeCategories" => {
                    let ids = integers(name, value)?;
                    if ids.len() > MOST_CATEGORIES {
                        return Err(out_of_range(format!("{name} has more than 500 ids")));
                    }
                    if name == "includeCategories" {
                        self.included = ids;
                    } else {
                        self.excluded = ids;
                    }
                }
                "warehouseConditions" => self.warehouse_conditions = integers(name, value)?,
                "titleSearch" => {
                    let text = value
                        .as_str()
                        .ok_or_else(|| invalid("titleSearch is no text"))?;
                    if !text.trim().is_empty() {
                        self.title = Some(Keywords::parse(text)?);
                    }
                }
                _ => return Err(invalid(format!("{name:?} is no field of a deal request"))),
            }
        }
        Ok(())
    }

    fn days(&self) -> i32 {
        INTERVALS.get(self.interval).copied().unwrap_or(1)
    }

    fn asks(&self, switch: &str) -> bool {
        self.switches.contains(&switch)
    }

    fn holds(&self, listing: &Listing, facts: &SlotFacts, seen: i32) -> bool {
        let within = |days: i32| facts.changed >= seen - days * DAY;
        if !within(self.days()) {
            return false;
        }
        if self.asks("isOutOfStock") {
            return facts.current < 0
                && facts.before >= 0
                && within(1)
                && self.meets(listing, facts);
        }
        let Some(fall) = facts.fall(self.days()) else {
            return false;
        };
        let back = facts.before < 0 && facts.current >= 0 && within(1);
        let moved = match (self.asks("isRisers"), self.asks("isBackInStock")) {
            (_, true) => back,
            (true, false) => fall < 0,
            (false, false) => fall > 0,
        };
        moved && self.meets(listing, facts)
    }

    fn meets(&self, listing: &Listing, facts: &SlotFacts) -> bool {
        let in_range = |(name, least, most): &(&str, i64, i64)| {
            let value = match *name {
                "currentRange" => Some(facts.current),
                // Falls and rises are both asked for as positive numbers.
                "deltaRange" => facts.fall(self.days()).map(i32::abs),
                "deltaPercentRange" => facts.fall_percent(self.days()).map(i32::abs),
                "deltaLastRange" => facts.last_fall().map(i32::abs),
                _ => Some(listing.current(SALES)).filter(|rank| *rank > 0),
            };
            value.is_some_and(|value| {
                let value = i64::from(value);
                value >= *least && (value <= *most || *most == -1)
            })
        };
        let amazon = listing.current(AMAZON) >= 0;
        let rating = i64::from(listing.current(RATING));
        let is_such = |switch: &&str| match *switch {
            "isLowest" => facts.is_lowest,
            "isLowest90" => facts.is_lowest90,
            "isHighest" => facts.is_highest,
            "isLowestOffer" => facts.current == listing.current(NEW),
            "hasReviews" => listing.current(REVIEWS) > 0,
            "mustHaveAmazonOffer" => amazon,
            "mustNotHaveAmazonOffer" => !amazon,
            "isPrimeExclusive" => false,
            // The others are met by every book, or decide what counts as a deal.
            _ => true,
        };
        self.ranges.iter().all(in_range)
            && self.switches.iter().all(is_such)
            && self
                .texts
                .iter()
                .all(|(name, wanted)| wanted.meet(&texts(listing, name)))
            && (self.least_rating < 0 || rating >= self.least_rating)
            && (self.warehouse_conditions.is_empty()
                || self
                    .warehouse_conditions
                    .contains(&warehouse_condition(listing)))
            && self
                .title
                .as_ref()
                .is_none_or(|title| title.are_in(&listing.book.title))
    }

    fn is_in_categories(&self, listing: &Listing) -> bool {
        let is_in = |ids: &[i64]| listing.categories.iter().any(|id| ids.contains(id));
        (self.included.is_empty() || is_in(&self.included)) && !is_in(&self.excluded)
    }

    fn sort(&self, deals: &mut [(&Listing, &SlotFacts)]) {
        let days = self.days();
        let fall = |facts: &SlotFacts| facts.fall(days).unwrap_or(0).abs();
        let percent = |facts: &SlotFacts| facts.fall_percent(days).unwrap_or(0).abs();
        let rank = |listing: &Listing| {
            let rank = listing.current(SALES);
            if rank > 0 { rank } else { i32::MAX }
        };
        match self.sort {
            2 => deals.sort_by_key(|(_, facts)| Reverse(fall(facts))),
            -2 => deals.sort_by_key(|(_, facts)| fall(facts)),
            3 => deals.sort_by_key(|(listing, _)| rank(listing)),
            -3 => deals.sort_by_key(|(listing, _)| Reverse(rank(listing))),
            4 => deals.sort_by_key(|(_, facts)| Reverse(percent(facts))),
            -4 => deals.sort_by_key(|(_, facts)| percent(facts)),
            _ => deals.sort_by_key(|(_, facts)| Reverse(facts.changed)),
        }
    }

    fn object(&self, listing: &Listing, overview: &Overview) -> Value {
        let each = |of: &dyn Fn(&SlotFacts) -> i32, none: i32| -> Vec<i32> {
            (0..SLOTS)
                .map(|slot| listing.slot(slot).map_or(none, of))
                .collect()
        };
        let by_interval = |of: &dyn Fn(&SlotFacts, i32) -> i32, none: i32| -> Vec<Vec<i32>> {
            INTERVALS
                .iter()
                .map(|days| each(&|facts| of(facts, *days), none))
                .collect()
        };
        let back_in_stock: Vec<bool> = (0..SLOTS)
            .map(|slot| {
                let facts = listing.slot(slot);
                facts.is_some_and(|facts| facts.before < 0 && facts.current >= 0)
            })
            .collect();
        let changed = listing.slot(self.slot).map_or(-1, |facts| facts.changed);
        let drops = |place: usize| {
            let drops = listing.rank_drops;
            drops
                .and_then(|drops| drops.get(place).copied())
                .unwrap_or(-1)
        };
        let lightning = listing.lightning;
        json!({
            "asin": listing.identity.asin,
            "title": listing.book.title,
            "rootCat": category::BOOKS,
            "categories": listing.categories.last().map(|leaf| [leaf]),
            "image": listing.identity.image().bytes().collect::<Vec<u8>>(),
            "creationDate": changed,
            "lastUpdate": overview.seen,
            "lightningStart": lightning.map_or(0, |deal| deal.starts),
            "lightningEnd": lightning.map_or(0, |deal| deal.ends),
            "warehouseCondition": warehouse_condition(listing),
            "warehouseConditionComment": Value::Null,
            "flags": Value::Null,
            "dateIntervalIndex": self.interval,
            "backInStock": back_in_stock,
            "current": each(&|facts| facts.current, -1),
            "currentSince": each(&|facts| facts.changed, -1),
            "deltaLast": each(&|facts| facts.last_fall().unwrap_or(0), 0),
            "delta": by_interval(&|facts, days| facts.fall(days).unwrap_or(0), 0),
            "deltaPercent": by_interval(&|facts, days| facts.fall_percent(days).unwrap_or(0), 0),
            "avg": by_interval(&SlotFacts::mean, -2),
            "salesRankDrops30": drops(0),
            "salesRankDrops90": drops(1),
            "salesRankDrops180": drops(2),
            "salesRankDrops365": drops(3),
        })
    }
}

fn price_type(value: Option<&Value>) -> Result<usize, KeepaError> {
    let Some(value) = value else {
        return Err(invalid("priceTypes is missing"));
    };
    let types = integers("priceTypes", value)?;
    let [only] = types.as_slice() else {
        return Err(invalid("priceTypes has not exactly one element"));
    };
    usize::try_from(*only)
        .ok()
        .filter(|slot| PRICE_TYPES.contains(slot))
        .ok_or_else(|| invalid(format!("there are no deals of price type {only}")))
}

/// Keepa's number of the condition of the warehouse's offer; 0 without one.
fn warehouse_condition(listing: &Listing) -> i64 {
    listing
        .offers
        .iter()
        .find(|offer| offer.trader == Trader::Warehouse)
        .map_or(0, |offer| offer.condition.number().into())
}
