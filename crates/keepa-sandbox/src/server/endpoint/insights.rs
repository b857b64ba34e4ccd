//! Averages over many books, as categories and selections have them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::catalogue::listing::Listing;
use crate::catalogue::seller::Trader;
use crate::catalogue::slots::{AMAZON, BUY_BOX, COUNT_NEW, COUNT_USED, RATING, REVIEWS};
use crate::number::whole;

/// Sellers and brands that are named.
const MOST_NAMED: usize = 10;

/// The mean of what is there; -1 for nothing.
fn mean(values: impl Iterator<Item = i32>) -> f64 {
    let (sum, count) = values.fold((0_i64, 0_u32), |(sum, count), value| {
        (sum + i64::from(value), count + 1)
    });
    if count == 0 {
        return -1.0;
    }
    // Sums of a catalogue's prices are far below what a double holds exactly.
    let sum: f64 = sum.to_string().parse().unwrap_or_default();
    sum / f64::from(count)
}

fn rounded(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// What share of the books is such, in percent.
fn percent(books: &[&Listing], is_such: impl Fn(&Listing) -> bool) -> f64 {
    let count = u32::try_from(books.iter().filter(|book| is_such(book)).count());
    let all = u32::try_from(books.len()).unwrap_or(u32::MAX).max(1);
    rounded(f64::from(count.unwrap_or(u32::MAX)) * 100.0 / f64::from(all))
}

/// Averages, by Keepa's names.
pub(super) fn averages(books: &[&Listing]) -> Map<String, Value> {
    let known = |values: &dyn Fn(&Listing) -> i32| -> i32 {
        whole(mean(
            books
                .iter()
                .map(|book| values(book))
                .filter(|value| *value >= 0),
        ))
    };
    let buy_box =
        |days: i32| known(&|book| book.slot(BUY_BOX).map_or(-1, |facts| facts.mean(days)));
    let deviation = {
        let prices = || {
            books
                .iter()
                .map(|book| book.current(BUY_BOX))
                .filter(|p| *p >= 0)
        };
        let middle = mean(prices());
        let squares = prices().map(|price| whole((f64::from(price) - middle).powi(2).min(2e9)));
        whole(mean(squares).max(0.0).sqrt())
    };
    let count = |slot: usize| {
        rounded(mean(
            books
                .iter()
                .map(|book| book.current(slot))
                .filter(|c| *c >= 0),
        ))
    };
    let sellers: BTreeSet<Trader> = books
        .iter()
        .flat_map(|book| book.offers.iter().map(|offer| offer.trader))
        .collect();
    let brands: BTreeSet<&str> = books.iter().map(|book| book.book.publisher).collect();
    let object = json!({
        "avgBuyBox": known(&|book| book.current(BUY_BOX)),
        "avgBuyBox90": buy_box(90),
        "avgBuyBox365": buy_box(365),
        "avgBuyBoxDeviation": deviation,
        "avgReviewCount": known(&|book| book.current(REVIEWS)),
        "avgRating": known(&|book| book.current(RATING)),
        "isFBAPercent": percent(books, |book| book.offers.iter().any(|offer| offer.is_fba)),
        "soldByAmazonPercent": percent(books, |book| book.current(AMAZON) >= 0),
        "hasCouponPercent": 0.0,
        "avgOfferCountNew": count(COUNT_NEW),
        "avgOfferCountUsed": count(COUNT_USED),
        "sellerCount": sellers.len(),
        "brandCount": brands.len(),
    });
    match object {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// Names, and of how many books.
pub(super) type Counted = Vec<(String, usize)>;

/// The sellers and brands with most of the books, and in how many.
pub(super) fn leaders(books: &[&Listing]) -> (Counted, Counted) {
    let (mut sellers, mut brands) = (BTreeMap::new(), BTreeMap::new());
    for book in books {
        *brands.entry(book.book.publisher.to_owned()).or_insert(0) += 1;
        let traders: BTreeSet<Trader> = book.offers.iter().map(|offer| offer.trader).collect();
        for trader in traders {
            *sellers.entry(trader.id().into_owned()).or_insert(0) += 1;
        }
    }
    let most = |counted: BTreeMap<String, usize>| {
        let mut counted: Vec<_> = counted.into_iter().collect();
        counted.sort_by(|(a, many), (b, more)| more.cmp(many).then(a.cmp(b)));
        counted.truncate(MOST_NAMED);
        counted
    };
    (most(sellers), most(brands))
}

/// `searchInsights` of a selection.
pub(super) fn of_selection(books: &[&Listing]) -> Value {
    let mut insights = averages(books);
    let change = |slot: usize, days: i32| {
        let changes = books
            .iter()
            .filter_map(|book| book.slot(slot)?.fall_percent(days));
        // A change is positive when the price rose, other than the fall of selections.
        json!(rounded(-mean(
            changes.map(|fall| fall.clamp(-1_000, 1_000))
        )))
    };
    let (sellers, brands) = leaders(books);
    let counts = |named: Counted| -> Value {
        named
            .into_iter()
            .map(|(name, count)| (name, json!(count)))
            .collect()
    };
    let mut categories: BTreeMap<String, usize> = BTreeMap::new();
    for book in books {
        if let Some(leaf) = book.categories.last() {
            *categories.entry(leaf.to_string()).or_default() += 1;
        }
    }
    insights.extend([
        ("avgDeltaPercent30BuyBox".to_owned(), change(BUY_BOX, 30)),
        ("avgDeltaPercent90BuyBox".to_owned(), change(BUY_BOX, 90)),
        ("avgDeltaPercent30Amazon".to_owned(), change(AMAZON, 30)),
        ("avgDeltaPercent90Amazon".to_owned(), change(AMAZON, 90)),
        ("topSellersWithCounts".to_owned(), counts(sellers)),
        ("topBrandsWithCounts".to_owned(), counts(brands)),
        ("relatedCategories".to_owned(), json!(categories)),
    ]);
    Value::Object(insights)
}
