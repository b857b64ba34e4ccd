//! `/query`, the Product Finder: ASINs of books with certain properties.

mod field;
pub(super) mod filter;

use std::cmp::Ordering;

use serde_json::{Map, Value, json};

use super::insights;
use crate::catalogue::listing::Listing;
use crate::envelope::KeepaError;
use crate::parameters::{invalid, out_of_range};
use crate::server::asked::{Asked, Found};
use crate::server::shared::Shared;
use field::Field;
use filter::Filter;

/// Tokens of a page, and of each 100 ASINs on it. Grade A: Keepa's documentation, as all figures here.
const COST: u32 = 10;
const COST_OF_100: u32 = 1;

/// Tokens of statistics, and of each million products that they count.
const STATS_COST: u32 = 30;
const COUNTED_FOR_A_TOKEN: usize = 1_000_000;

/// ASINs of a page: by default and at least, and at most.
const SMALLEST_PAGE: usize = 50;
const LARGEST_PAGE: usize = 10_000;

/// Products that can be reached by turning pages.
const MOST_PRODUCTS: usize = 10_000;

/// Fields to sort by.
const MOST_SORTS: usize = 3;

/// A selection.
#[derive(Debug)]
struct Selection {
    filters: Vec<Filter>,
    /// Fields, and whether the greatest comes first.
    sort: Vec<(Field, bool)>,
    page: usize,
    per_page: usize,
}

/// One page of what is found.
pub(in crate::server) fn answer(shared: &Shared, asked: &Asked) -> Result<Found, KeepaError> {
    let domain = asked.parameters.domain(false)?;
    let with_stats = asked.parameters.switch("stats", false)?;
    let selection = Selection::parse(object(asked)?, asked.seen)?;
    let overview = shared.overview(asked.seen)?;
    let mut found: Vec<&Listing> = overview
        .listings
        .iter()
        .filter(|listing| domain == 1 && selection.filters.iter().all(|f| f.holds(listing)))
        .collect();
    found.sort_by(|a, b| selection.order(a, b));
    let asins: Vec<&str> = found
        .iter()
        .skip(selection.page * selection.per_page)
        .take(selection.per_page)
        .map(|listing| listing.identity.asin.as_str())
        .collect();
    let returned = u32::try_from(asins.len().div_ceil(100)).unwrap_or(u32::MAX);
    let mut cost = COST + COST_OF_100 * returned;
    let mut payload = json!({ "asinList": asins, "totalResults": found.len() });
    if with_stats {
        let counted = u32::try_from(found.len().div_ceil(COUNTED_FOR_A_TOKEN));
        cost += STATS_COST + counted.unwrap_or(u32::MAX);
        if let Some(payload) = payload.as_object_mut() {
            let insights = insights::of_selection(&found);
            payload.insert("searchInsights".to_owned(), insights);
        }
    }
    Found::fields(cost, &payload)
}

/// The selection of a request: the body of a POST, or the parameter `selection`.
pub(super) fn object(asked: &Asked) -> Result<Map<String, Value>, KeepaError> {
    let text = match &asked.body {
        Some(body) => body.as_str(),
        None => asked.parameters.required("selection")?,
    };
    match serde_json::from_str(text) {
        Ok(Value::Object(selection)) => Ok(selection),
        Ok(_) => Err(invalid("the selection is no JSON object")),
        Err(error) => Err(invalid(format!("the selection is no JSON: {error}"))),
    }
}

impl Selection {
    fn parse(mut selection: Map<String, Value>, seen: i32) -> Result<Self, KeepaError> {
        let page = page(&mut selection, "page", 0)?;
        let per_page = page_size(&mut selection)?;
        if page > 0 && page.saturating_mul(per_page) > MOST_PRODUCTS {
            return Err(out_of_range("only 10,000 products can be reached by pages"));
        }
        let sort = sort(selection.remove("sort"), seen)?;
        if selection.is_empty() {
            return Err(invalid("a selection needs a filter"));
        }
        Ok(Self {
            filters: filter::parse(&selection, seen)?,
            sort,
            page,
            per_page,
        })
    }

    fn order(&self, a: &Listing, b: &Listing) -> Ordering {
        for (field, descending) in &self.sort {
            let (a, b) = (field.of(a), field.of(b));
            // What has no value comes last either way.
            let order = match (a, b) {
                (Some(a), Some(b)) if *descending => b.cmp(&a),
                (Some(a), Some(b)) => a.cmp(&b),
                (None, Some(_)) => Ordering::Greater,
                (Some(_), None) => Ordering::Less,
                (None, None) => Ordering::Equal,
            };
            if order != Ordering::Equal {
                return order;
            }
        }
        a.identity.index.cmp(&b.identity.index)
    }
}

/// A page's number, taken out of a selection.
pub(super) fn page(
    selection: &mut Map<String, Value>,
    name: &str,
    default: usize,
) -> Result<usize, KeepaError> {
    match selection.remove(name) {
        None | Some(Value::Null) => Ok(default),
        Some(value) => value
            .as_u64()
            .and_then(|number| usize::try_from(number).ok())
            .ok_or_else(|| invalid(format!("{name} is not a number from 0 on"))),
    }
}

fn page_size(selection: &mut Map<String, Value>) -> Result<usize, KeepaError> {
    let size = page(selection, "perPage", SMALLEST_PAGE)?;
    if (SMALLEST_PAGE..=LARGEST_PAGE).contains(&size) {
        Ok(size)
    } else {
        Err(out_of_range(format!(
            "perPage is {size}, from 50 to 10,000 are allowed"
        )))
    }
}

fn sort(sort: Option<Value>, seen: i32) -> Result<Vec<(Field, bool)>, KeepaError> {
    let Some(sort) = sort.filter(|sort| !sort.is_null()) else {
        let rank = Field::parse("current_SALES", seen);
        return Ok(rank.map(|rank| (rank, false)).into_iter().collect());
    };
    let wrong = || invalid("sort is a list of [field, \"asc\" or \"desc\"]");
    let items = sort.as_array().ok_or_else(wrong)?;
    if items.len() > MOST_SORTS {
        return Err(out_of_range("there are three fields to sort by at most"));
    }
    items
        .iter()
        .map(|item| {
            let name = item.get(0).and_then(Value::as_str).ok_or_else(wrong)?;
            let field = Field::parse(name, seen)
                .ok_or_else(|| invalid(format!("{name:?} is no field to sort by")))?;
            match item.get(1).and_then(Value::as_str) {
                Some("asc") => Ok((field, false)),
                Some("desc") => Ok((field, true)),
                _ => Err(wrong()),
            }
        })
        .collect()
}
