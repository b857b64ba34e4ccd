//! A made-up book as a Keepa product object.

use std::collections::BTreeMap;

use serde::Serialize;

use super::book::{Book, BookKind, Gap};
use super::market::Market;
use super::series::Series;
use super::stats::Stats;
use super::{
    AMAZON, BOOKS_CATEGORY, COUNT_NEW, COUNT_USED, CSV_SLOTS, LIST_PRICE, NEW, SALES, USED, fee,
};
use crate::clock::DAY;
use crate::query::Parts;

/// Age of the last rating update: beyond the 14 days within which `rating` costs a token.
const RATING_AGE_DAYS: i32 = 30;

/// When a product is looked at; Keepa minutes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    /// Now, the product's `lastUpdate`.
    pub(crate) now: i32,
    /// Midnight before, where histories and statistics end: the same all day.
    pub(crate) today: i32,
}

/// `fbaFees`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct FbaFees {
    last_update: i32,
    pick_and_pack_fee: i32,
}

/// `categoryTree[]`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CategoryNode {
    cat_id: i64,
    name: &'static str,
}

/// The product object.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Product {
    asin: String,
    domain_id: u8,
    product_type: u8,
    title: Option<String>,
    author: Option<String>,
    manufacturer: Option<&'static str>,
    binding: Option<&'static str>,
    product_group: Option<&'static str>,
    #[serde(rename = "type")]
    product_class: Option<&'static str>,
    root_category: i64,
    categories: Option<Vec<i64>>,
    category_tree: Option<Vec<CategoryNode>>,
    ean_list: Option<Vec<String>>,
    upc_list: Option<Vec<String>>,
    number_of_pages: i32,
    number_of_items: i32,
    publication_date: i32,
    release_date: i32,
    package_height: i32,
    package_length: i32,
    package_width: i32,
    package_weight: i32,
    package_quantity: i32,
    item_height: i32,
    item_length: i32,
    item_width: i32,
    item_weight: i32,
    languages: Option<Vec<[&'static str; 2]>>,
    availability_amazon: i32,
    tracking_since: i32,
    listed_since: i32,
    last_update: i32,
    last_price_change: i32,
    last_rating_update: i32,
    last_ebay_update: i32,
    is_adult_product: bool,
    #[serde(rename = "isRedirectASIN")]
    is_redirect_asin: bool,
    #[serde(rename = "isSNS")]
    is_sns: bool,
    launchpad: bool,
    has_reviews: bool,
    offers_successful: bool,
    fba_fees: Option<FbaFees>,
    referral_fee_percentage: Option<f64>,
    variable_closing_fee: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    monthly_sold: Option<i32>,
    sales_rank_reference: i64,
    sales_ranks: Option<BTreeMap<String, Vec<i32>>>,
    csv: Option<Vec<Option<Vec<i32>>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stats: Option<Stats>,
}

impl Product {
    /// What Keepa says of an ASIN it cannot find.
    pub(crate) fn invalid(asin: String, domain_id: u8, parts: Parts) -> Self {
        Self {
            asin,
            domain_id,
            product_type: 4,
            title: None,
            author: None,
            manufacturer: None,
            binding: None,
            product_group: None,
            product_class: None,
            root_category: 0,
            categories: None,
            category_tree: None,
            ean_list: None,
            upc_list: None,
            number_of_pages: -1,
            number_of_items: -1,
            publication_date: -1,
            release_date: -1,
            package_height: 0,
            package_length: 0,
            package_width: 0,
            package_weight: 0,
            package_quantity: 0,
            item_height: 0,
            item_length: 0,
            item_width: 0,
            item_weight: 0,
            languages: None,
            availability_amazon: -1,
            tracking_since: 0,
            listed_since: 0,
            last_update: 0,
            last_price_change: 0,
            last_rating_update: 0,
            last_ebay_update: -1,
            is_adult_product: false,
            is_redirect_asin: false,
            is_sns: false,
            launchpad: false,
            has_reviews: false,
            offers_successful: false,
            fba_fees: None,
            referral_fee_percentage: None,
            variable_closing_fee: None,
            monthly_sold: None,
            sales_rank_reference: -1,
            sales_ranks: None,
            csv: parts.history.then(|| vec![None; CSV_SLOTS]),
            stats: None,
        }
    }

    /// The object of a book that is there, with the parts asked for.
    pub(crate) fn of(
        asin: String,
        isbn13: String,
        book: Book,
        market: Market,
        moment: Moment,
        parts: Parts,
    ) -> Self {
        let ebook = book.kind == BookKind::Ebook;
        let since = parts.days.map_or(i32::MIN, |days| {
            moment.now.saturating_sub(days.saturating_mul(DAY))
        });
        let start = market
            .list_price
            .points()
            .first()
            .or(market.rank.points().first())
            .map_or(0, |point| point.0);
        let last_price_change = [&market.amazon, &market.new, &market.used]
            .into_iter()
            .filter_map(|series| series.points().last())
            .map(|point| point.0)
            .max()
            .unwrap_or(-1);
        let sold = market
            .sales
            .iter()
            .filter(|time| **time > moment.today - 30 * DAY)
            .count();
        let rank = market.rank.flat(since);
        let amazon_now = market.amazon.current().unwrap_or(-1);
        let has_rank = market.rank.current().is_some();
        let has_size = !ebook && book.gap != Gap::PackageSize;
        let [height, length, width] = if has_size { book.package_mm } else { [0; 3] };
        let weight = if has_size { book.weight_g } else { 0 };
        let inner = |outer: i32, wrapping: i32| (outer - wrapping).max(0);
        let csv = slots(market);
        let stats = parts.stats.then(|| Stats::of(&csv, moment.today));
        let histories = parts.history.then(|| {
            csv.iter()
                .map(|series| series.as_ref().and_then(|series| series.flat(since)))
                .collect()
        });
        Self {
            product_type: if ebook { 2 } else { 0 },
            title: Some(book.title),
            author: Some(book.author),
            manufacturer: Some(book.publisher),
            binding: Some(match (ebook, book.hardcover) {
                (true, _) => "Kindle Edition",
                (false, true) => "Hardcover",
                (false, false) => "Paperback",
            }),
            product_group: Some(if ebook { "eBooks" } else { "Book" }),
            product_class: Some(if ebook { "ABIS_EBOOKS" } else { "ABIS_BOOK" }),
            root_category: BOOKS_CATEGORY,
            categories: Some(vec![BOOKS_CATEGORY]),
            category_tree: Some(vec![CategoryNode {
                cat_id: BOOKS_CATEGORY,
                name: "Books",
            }]),
            ean_list: Some(vec![isbn13]),
            number_of_pages: book.pages,
            number_of_items: 1,
            publication_date: book.published,
            package_height: height,
            package_length: length,
            package_width: width,
            package_weight: weight,
            package_quantity: 1,
            item_height: inner(height, 4),
            item_length: inner(length, 8),
            item_width: inner(width, 8),
            item_weight: inner(weight, 30),
            languages: Some(vec![["English", "Published"]]),
            availability_amazon: if amazon_now >= 0 { 0 } else { -1 },
            tracking_since: start,
            listed_since: start,
            last_update: moment.now,
            last_price_change,
            last_rating_update: moment.now - RATING_AGE_DAYS * DAY,
            fba_fees: (has_size && book.has_fee).then(|| FbaFees {
                last_update: moment.today,
                pick_and_pack_fee: fee::pick_and_pack(book.package_mm, book.weight_g),
            }),
            referral_fee_percentage: Some(15.0),
            variable_closing_fee: Some(180),
            monthly_sold: if has_rank { monthly_sold(sold) } else { None },
            sales_rank_reference: if has_rank { BOOKS_CATEGORY } else { -1 },
            sales_ranks: rank
                .filter(|_| parts.history)
                .map(|rank| BTreeMap::from([(BOOKS_CATEGORY.to_string(), rank)])),
            csv: histories,
            stats,
            ..Self::invalid(asin, 1, parts)
        }
    }
}

/// The histories in Keepa's order; `None` where there is none.
fn slots(market: Market) -> Vec<Option<Series>> {
    let mut by_slot = BTreeMap::from([
        (AMAZON, market.amazon),
        (NEW, market.new),
        (USED, market.used),
        (SALES, market.rank),
        (LIST_PRICE, market.list_price),
        (COUNT_NEW, market.count_new),
        (COUNT_USED, market.count_used),
    ]);
    (0..CSV_SLOTS)
        .map(|slot| {
            by_slot
                .remove(&slot)
                .filter(|series| !series.points().is_empty())
        })
        .collect()
}

/// Amazon's "bought in past month": shown from 50 on, rounded down to its steps. Grade C: observed
/// on product pages.
fn monthly_sold(sold: usize) -> Option<i32> {
    let sold = i32::try_from(sold).ok()?;
    (sold >= 50).then_some(if sold < 100 { 50 } else { sold / 100 * 100 })
}
