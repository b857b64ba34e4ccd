//! `/seller` and `/topseller`: who sells, and what.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::catalogue::Overview;
use crate::catalogue::listing::Listing;
use crate::catalogue::seller::Trader;
use crate::catalogue::slots::{AMAZON, SALES};
use crate::clock::DAY;
use crate::envelope::KeepaError;
use crate::number::whole;
use crate::parameters::{invalid, out_of_range};
use crate::server::asked::{Asked, Found};
use crate::server::shared::Shared;

/// Tokens of a seller that is known, and of a storefront of two books or more on top. Grade A: Keepa's
/// documentation, as all figures here.
const COST: u32 = 1;
const STOREFRONT_COST: u32 = 9;

/// Tokens of the list of top sellers.
const TOP_COST: u32 = 50;

/// Sellers that one request may name.
const MOST_SELLERS: usize = 100;

/// ASINs of a storefront, and ids of the list of top sellers.
const MOST_LISTED: usize = 100_000;

/// Categories and competitors that are named.
const MOST_NAMED: usize = 10;

/// Since when Keepa tracks the made-up sellers: Keepa minute of 2023-12-01.
const TRACKED_SINCE: i32 = 4_717 * DAY;

/// Sellers by id.
pub(in crate::server) fn answer(shared: &Shared, asked: &Asked) -> Result<Found, KeepaError> {
    let parameters = &asked.parameters;
    let domain = parameters.domain(false)?;
    let Some(ids) = parameters.list("seller") else {
        return Err(invalid("seller is missing"));
    };
    let storefront = parameters.switch("storefront", false)?;
    if ids.len() > MOST_SELLERS {
        return Err(out_of_range(format!("{} sellers, at most 100", ids.len())));
    }
    if storefront && ids.len() > 1 {
        return Err(invalid("a storefront is of one seller"));
    }
    if let Some(id) = ids
        .iter()
        .find(|id| !id.bytes().all(|b| b.is_ascii_alphanumeric()))
    {
        return Err(invalid(format!("{id:?} is no seller id")));
    }
    let overview = shared.overview(asked.seen)?;
    let seed = shared.catalogue()?.seed();
    let (mut sellers, mut cost) = (Map::new(), 0);
    for id in &ids {
        let Some(trader) = Trader::of_id(id).filter(|_| domain == 1) else {
            continue;
        };
        let books: Vec<&Listing> = overview.storefront(trader).collect();
        cost += COST;
        if storefront && books.len() >= 2 {
            cost += STOREFRONT_COST;
        }
        let seller = object(trader, seed, &books, &overview, storefront);
        sellers.insert(id.clone(), seller);
    }
    Found::fields(cost, &json!({ "sellers": sellers }))
}

/// The ids of the sellers with most ratings, in their order.
pub(in crate::server) fn top(shared: &Shared, asked: &Asked) -> Result<Found, KeepaError> {
    let domain = asked.parameters.domain(false)?;
    let seed = shared.catalogue()?.seed();
    if domain != 1 {
        return Err(KeepaError::not_found(
            "There is no such list of this locale.",
        ));
    }
    let mut traders: Vec<Trader> = Trader::all()
        .filter(|trader| matches!(trader, Trader::Third(_)))
        .collect();
    traders.sort_by_key(|trader| (std::cmp::Reverse(trader.traits(seed).ratings), *trader));
    let ids: Vec<_> = traders
        .iter()
        .take(MOST_LISTED)
        .map(|trader| trader.id())
        .collect();
    Found::fields(TOP_COST, &json!({ "sellerIdList": ids }))
}

fn object(
    trader: Trader,
    seed: u64,
    books: &[&Listing],
    overview: &Overview,
    storefront: bool,
) -> Value {
    let traits = trader.traits(seed);
    let seen = overview.seen;
    let share = |of_used: bool| {
        let holds = |book: &&&Listing| {
            let holder = if of_used {
                book.used_buy_box.map(|held| held.trader)
            } else {
                book.buy_box.map(|held| held.trader)
            };
            holder == Some(trader)
        };
        let offered = books
            .iter()
            .filter(|book| {
                book.offers
                    .iter()
                    .any(|offer| offer.trader == trader && offer.condition.is_used() == of_used)
            })
            .count();
        let held = books.iter().filter(holds).count();
        percent(held, offered)
    };
    let mut seller = json!({
        "sellerId": trader.id(),
        "sellerName": trader.name(),
        "domainId": 1,
        "trackedSince": TRACKED_SINCE,
        "lastUpdate": seen,
        "shipsFromChina": false,
        "hasFBA": traits.is_fba,
        "csv": [[TRACKED_SINCE, traits.rating], [TRACKED_SINCE, traits.ratings]],
        "totalStorefrontAsins": [seen, books.len()],
        "sellerCategoryStatistics": categories(books),
        "sellerBrandStatistics": brands(books),
        "avgBuyBoxCompetitors": competitors_on_average(books),
        "buyBoxNewOwnershipRate": share(false),
        "buyBoxUsedOwnershipRate": share(true),
        "competitors": competitors(trader, books),
        "lastRatingUpdate": seen,
        "currentRating": traits.rating,
        "currentRatingCount": traits.ratings,
        "ratingsLast30Days": traits.ratings / 100,
        "positiveRating": vec![traits.rating; 4],
        "neutralRating": vec![(100 - traits.rating) / 2; 4],
        "negativeRating": vec![100 - traits.rating - (100 - traits.rating) / 2; 4],
        "ratingCount": [traits.ratings / 100, traits.ratings / 33, traits.ratings / 8, traits.ratings],
        "address": Value::Null,
        "recentFeedback": Value::Null,
    });
    if let Some(seller) = seller.as_object_mut().filter(|_| storefront) {
        let listed = || books.iter().take(MOST_LISTED);
        let asins: Vec<&str> = listed().map(|book| book.identity.asin.as_str()).collect();
        let last_seen: Vec<i32> = listed().map(|_| seen).collect();
        seller.insert("asinList".to_owned(), json!(asins));
        seller.insert("asinListLastSeen".to_owned(), json!(last_seen));
        let csv = json!([seen, books.len()]);
        seller.insert("totalStorefrontAsinsCSV".to_owned(), csv);
    }
    seller
}

fn percent(part: usize, whole: usize) -> f64 {
    let number = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    if whole == 0 {
        0.0
    } else {
        (number(part) * 1_000.0 / number(whole)).round() / 10.0
    }
}

/// Counts, mean ranks and Amazon's share of groups of books, the largest first.
fn statistics(name: &str, groups: BTreeMap<Group, Vec<&Listing>>) -> Value {
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by(|(a, few), (b, many)| many.len().cmp(&few.len()).then(a.cmp(b)));
    groups
        .into_iter()
        .take(MOST_NAMED)
        .map(|(group, books)| {
            let ranks = books
                .iter()
                .filter_map(|book| Some(book.slot(SALES)?.mean(30)))
                .filter(|rank| *rank > 0);
            let (sum, count) = ranks.fold((0.0, 0.0), |(sum, count), rank| {
                (sum + f64::from(rank), count + 1.0)
            });
            let mean = if count > 0.0 { whole(sum / count) } else { -1 };
            let group = match group {
                Group::Id(id) => json!(id),
                Group::Name(name) => json!(name),
            };
            json!({
                name: group,
                "productCount": books.len(),
                "avg30SalesRank": mean,
                "productCountWithAmazonOffer":
                    books.iter().filter(|book| book.current(AMAZON) >= 0).count(),
            })
        })
        .collect()
}

/// What books are grouped by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    Id(i64),
    Name(String),
}

fn categories(books: &[&Listing]) -> Value {
    let mut groups: BTreeMap<Group, Vec<&Listing>> = BTreeMap::new();
    for book in books {
        let [_, _, leaf] = book.categories;
        groups.entry(Group::Id(leaf)).or_default().push(book);
    }
    statistics("catId", groups)
}

fn brands(books: &[&Listing]) -> Value {
    let mut groups: BTreeMap<Group, Vec<&Listing>> = BTreeMap::new();
    for book in books {
        let brand = Group::Name(book.book.publisher.to_lowercase());
        groups.entry(brand).or_default().push(book);
    }
    statistics("brand", groups)
}

/// Other sellers with offers of the same books, and in what share of these.
fn competitors(trader: Trader, books: &[&Listing]) -> Value {
    let mut counts: BTreeMap<Trader, usize> = BTreeMap::new();
    for book in books {
        let mut others: Vec<Trader> = book.offers.iter().map(|offer| offer.trader).collect();
        others.sort_unstable();
        others.dedup();
        for other in others.into_iter().filter(|other| *other != trader) {
            *counts.entry(other).or_default() += 1;
        }
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(other, count)| (std::cmp::Reverse(*count), *other));
    counts
        .into_iter()
        .take(MOST_NAMED)
        .map(|(other, count)| {
            json!({ "sellerId": other.id(), "percent": percent(count, books.len()) })
        })
        .collect()
}

fn competitors_on_average(books: &[&Listing]) -> f64 {
    let eligible = books
        .iter()
        .map(|book| book.eligible.map_or(0, |counts| counts.iter().sum::<i32>()))
        .map(|count| usize::try_from((count - 1).max(0)).unwrap_or_default())
        .sum::<usize>();
    percent(eligible, books.len()) / 100.0
}
