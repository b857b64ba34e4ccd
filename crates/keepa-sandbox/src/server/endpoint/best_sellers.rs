//! `/bestsellers`: the ASINs of a category or product group, the best rank first.

use chrono::{Datelike, Months};
use serde_json::json;

use crate::catalogue::category;
use crate::catalogue::listing::{Listing, MONTHS};
use crate::catalogue::slots::SALES;
use crate::clock::date;
use crate::envelope::KeepaError;
use crate::parameters::{Parameters, invalid, out_of_range};
use crate::server::asked::{Asked, Found};
use crate::server::shared::Shared;

/// Tokens of a list, none when there is none. Grade A: Keepa's documentation, as all figures here.
const COST: u32 = 50;

/// ASINs of a root category, another category and a product group.
const MOST_OF_ROOT: usize = 500_000;
const MOST_OF_CATEGORY: usize = 10_000;
const MOST_OF_GROUP: usize = 100_000;

/// Over which time a list ranks.
#[derive(Debug, Clone, Copy)]
enum Period {
    Now,
    Days(i32),
    /// By the place among the months that are known.
    Month(usize),
}

/// A list of best sellers.
pub(in crate::server) fn answer(shared: &Shared, asked: &Asked) -> Result<Found, KeepaError> {
    let parameters = &asked.parameters;
    let domain = parameters.domain(false)?;
    let wanted = parameters.required("category")?;
    let period = period(parameters, asked.seen)?;
    // Made-up books have no variations to fold, and rank within a category as in its root.
    let _ = parameters.switch("variations", false)?;
    let sublist = parameters.switch("sublist", false)?;
    if sublist
        && ["range", "month", "year"]
            .iter()
            .any(|name| parameters.text(name).is_some())
    {
        return Err(invalid("sublist excludes range, month and year"));
    }
    let id = wanted.parse::<i64>().ok();
    let most = match id {
        Some(category::BOOKS) => MOST_OF_ROOT,
        Some(_) => MOST_OF_CATEGORY,
        None => MOST_OF_GROUP,
    };
    let overview = shared.overview(asked.seen)?;
    let mut ranked: Vec<(i32, &Listing)> = overview
        .listings
        .iter()
        .filter(|listing| match id {
            Some(id) => listing.categories.contains(&id),
            None => listing.names().group.eq_ignore_ascii_case(wanted),
        })
        .map(|listing| (rank(listing, period), listing))
        .filter(|(rank, _)| domain == 1 && *rank > 0)
        .collect();
    if ranked.is_empty() {
        return Ok(Found::nothing());
    }
    ranked.sort_by_key(|(rank, listing)| (*rank, listing.identity.index));
    let asins: Vec<&str> = ranked
        .iter()
        .take(most)
        .map(|(_, listing)| listing.identity.asin.as_str())
        .collect();
    let list = json!({
        "domainId": domain,
        "lastUpdate": overview.seen,
        "categoryId": id.unwrap_or(category::BOOKS),
        "asinList": asins,
    });
    Found::fields(COST, &json!({ "bestSellersList": list }))
}

fn rank(listing: &Listing, period: Period) -> i32 {
    match period {
        Period::Now => listing.current(SALES),
        Period::Days(days) => listing.slot(SALES).map_or(-1, |facts| facts.mean(days)),
        Period::Month(place) => listing.month_ranks.get(place).copied().unwrap_or(-1),
    }
}

fn period(parameters: &Parameters, seen: i32) -> Result<Period, KeepaError> {
    let range = parameters.number::<i32>("range")?;
    let month = parameters.number::<u32>("month")?;
    let year = parameters.number::<i32>("year")?;
    match (range, month, year) {
        (None | Some(0), None, None) => Ok(Period::Now),
        (Some(days @ (30 | 90 | 180)), None, None) => Ok(Period::Days(days)),
        (Some(_), None, None) => Err(out_of_range("range is not 0, 30, 90 or 180")),
        (Some(_), _, _) => Err(invalid("range excludes month and year")),
        (None, Some(month), Some(year)) => {
            let first = date(seen).with_day(1).unwrap_or_default();
            (1..MONTHS)
                .find(|back| {
                    let back = Months::new(u32::try_from(*back).unwrap_or(u32::MAX));
                    let begin = first.checked_sub_months(back).unwrap_or_default();
                    (begin.year(), begin.month()) == (year, month)
                })
                .map(|back| Period::Month(MONTHS - 1 - back))
                .ok_or_else(|| out_of_range("the month is not one of the last 36"))
        }
        (None, _, _) => Err(invalid("month and year go together")),
    }
}
