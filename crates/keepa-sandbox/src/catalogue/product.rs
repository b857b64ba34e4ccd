//! A made-up book as a Keepa product object.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::book::{Book, BookKind, Gap};
use super::facts::{PublishedBook, availability, eligible, last_price_change, monthly_sold};
use super::market::{Market, Moment};
use super::offers::{self, OfferObject};
use super::seller::scatter;
use super::slots::{SALES, SLOTS, has_shipping};
use super::stats::Stats;
use super::{category, fee, identity};
use crate::clock::DAY;
use crate::query::Parts;

/// One in so many books is a variation of a parent.
const EVERY_VARIATION: u32 = 40;

/// When a product is looked at; Keepa minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Glance {
    /// The product's `lastUpdate`.
    pub(crate) updated: Moment,
    /// Where histories and statistics end: the last moment at which the market became visible.
    pub(crate) seen: Moment,
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
    name: String,
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
    brand: Option<&'static str>,
    manufacturer: Option<&'static str>,
    binding: Option<&'static str>,
    product_group: Option<&'static str>,
    #[serde(rename = "type")]
    product_class: Option<&'static str>,
    color: Option<String>,
    description: Option<String>,
    edition: Option<String>,
    format: Option<String>,
    model: Option<String>,
    part_number: Option<String>,
    size: Option<String>,
    parent_asin: Option<String>,
    website_display_group: Option<&'static str>,
    sales_rank_display_group: Option<&'static str>,
    item_type_keyword: Option<&'static str>,
    features: Option<Vec<String>>,
    frequently_bought_together: Option<Vec<String>>,
    contributors: Option<Vec<[String; 2]>>,
    promotions: Option<Vec<Value>>,
    variations: Option<Vec<Value>>,
    ebay_listing_ids: Option<Vec<i64>>,
    coupon: Option<[i32; 2]>,
    images: Option<Vec<Image>>,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    last_stock_update: Option<i32>,
    is_adult_product: bool,
    is_eligible_for_super_saver_shipping: bool,
    is_eligible_for_trade_in: bool,
    #[serde(rename = "isRedirectASIN")]
    is_redirect_asin: bool,
    #[serde(rename = "isSNS")]
    is_sns: bool,
    #[serde(rename = "newPriceIsMAP")]
    new_price_is_map: bool,
    launchpad: bool,
    has_reviews: bool,
    offers_successful: bool,
    fba_fees: Option<FbaFees>,
    referral_fee_percentage: Option<f64>,
    variable_closing_fee: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    monthly_sold: Option<i32>,
    sales_rank_reference: i64,
    buy_box_eligible_offer_counts: Option<[i32; 8]>,
    live_offers_order: Option<Vec<usize>>,
    offers: Option<Vec<OfferObject>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    videos: Option<Vec<Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    a_plus: Option<Vec<Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    historical_variations: Option<Vec<String>>,
    csv: Option<Vec<Option<Vec<i32>>>>,
    #[serde(flatten)]
    histories: Option<Histories>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stats: Option<Stats>,
}

/// `images[]`; the files do not exist.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Image {
    l: String,
    l_h: i32,
    l_w: i32,
    m: String,
    m_h: i32,
    m_w: i32,
}

/// What `history=0` leaves out beside `csv`.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Histories {
    sales_ranks: Option<BTreeMap<String, Vec<i32>>>,
    sales_rank_reference_history: Option<Vec<i64>>,
    buy_box_seller_id_history: Option<Vec<String>>,
    buy_box_used_history: Option<Vec<String>>,
}

/// What may be known of a product beside its market.
#[derive(Debug)]
pub(crate) struct Identity {
    pub(crate) index: u32,
    pub(crate) asin: String,
    pub(crate) isbn13: String,
    pub(crate) seed: u64,
}

impl Identity {
    /// The parent that the book is a variation of.
    pub(crate) fn parent(&self) -> Option<String> {
        (self.index % EVERY_VARIATION == EVERY_VARIATION / 2).then(|| identity::parent(self.index))
    }

    /// Days within which something of the book is looked at again, and how long ago that was.
    fn days_ago(&self, what: u64, every: u64, seen: Moment) -> Moment {
        let phase = scatter(self.seed ^ what, self.index.into()) % every;
        let today = u64::try_from(seen / DAY).unwrap_or_default();
        seen - i32::try_from((today + phase) % every).unwrap_or_default() * DAY
    }

    /// When the ratings were read; half of the books monthly, the others every other month.
    pub(crate) fn ratings_read(&self, seen: Moment) -> Moment {
        let every = if scatter(self.seed, self.index.into()).is_multiple_of(2) {
            30
        } else {
            60
        };
        self.days_ago(0x7A7E, every, seen)
    }

    /// When copies left were counted: every other week.
    pub(crate) fn stock_counted(&self, seen: Moment) -> Moment {
        self.days_ago(0x570C, 14, seen)
    }

    /// The file name of the image.
    pub(crate) fn image(&self) -> String {
        format!("sb{:08}.jpg", self.index)
    }
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
            brand: None,
            manufacturer: None,
            binding: None,
            product_group: None,
            product_class: None,
            color: None,
            description: None,
            edition: None,
            format: None,
            model: None,
            part_number: None,
            size: None,
            parent_asin: None,
            website_display_group: None,
            sales_rank_display_group: None,
            item_type_keyword: None,
            features: None,
            frequently_bought_together: None,
            contributors: None,
            promotions: None,
            variations: None,
            ebay_listing_ids: None,
            coupon: None,
            images: None,
            root_category: 0,
            categories: None,
            category_tree: None,
            ean_list: None,
            upc_list: None,
            number_of_pages: -1,
            number_of_items: -1,
            publication_date: -1,
            release_date: -1,
            package_height: -1,
            package_length: -1,
            package_width: -1,
            package_weight: -1,
            package_quantity: -1,
            item_height: -1,
            item_length: -1,
            item_width: -1,
            item_weight: -1,
            languages: None,
            availability_amazon: -1,
            tracking_since: 0,
            listed_since: 0,
            last_update: 0,
            last_price_change: -1,
            last_rating_update: -1,
            last_ebay_update: 0,
            last_stock_update: None,
            is_adult_product: false,
            is_eligible_for_super_saver_shipping: false,
            is_eligible_for_trade_in: false,
            is_redirect_asin: false,
            is_sns: false,
            new_price_is_map: false,
            launchpad: false,
            has_reviews: false,
            offers_successful: false,
            fba_fees: None,
            referral_fee_percentage: None,
            variable_closing_fee: None,
            monthly_sold: None,
            sales_rank_reference: -1,
            buy_box_eligible_offer_counts: None,
            live_offers_order: None,
            offers: None,
            videos: None,
            a_plus: None,
            historical_variations: None,
            csv: parts.history.then(|| vec![None; SLOTS]),
            histories: parts.history.then(Histories::default),
            stats: parts.stats.map(|_| Stats::empty(parts)),
        }
    }

    /// The object of a book that is there, with the parts asked for.
    pub(crate) fn of(
        identity: &Identity,
        book: Book,
        market: &Market,
        glance: Glance,
        parts: Parts,
    ) -> Self {
        let ebook = book.kind == BookKind::Ebook;
        let since = parts.days.map_or(i32::MIN, |days| {
            glance.seen.saturating_sub(days.saturating_mul(DAY))
        });
        let has_rank = market.rank.current().is_some();
        let has_size = !ebook && book.gap != Gap::PackageSize;
        let [height, length, width] = if has_size { book.package_mm } else { [0; 3] };
        let weight = if has_size { book.weight_g } else { 0 };
        let inner = |outer: i32, wrapping: i32| (outer - wrapping).max(0);
        let start = market.regimes.first().map_or(0, |regime| regime.from);
        let path = category::path(&book);
        let published = PublishedBook::of(&book);
        let found_offers = parts.offers.is_some() && !ebook;
        let (offers, live_offers_order) = if found_offers {
            let (offers, order) = offers::objects(market, parts, glance.seen, since);
            (Some(offers), Some(order))
        } else {
            (None, None)
        };
        let parent = identity.parent();
        Self {
            product_type: if ebook { 2 } else { 0 },
            author: Some(book.author.clone()),
            contributors: Some(vec![[book.author, "Author".to_owned()]]),
            title: Some(book.title),
            brand: Some(book.publisher),
            manufacturer: Some(book.publisher),
            binding: Some(published.binding),
            product_group: Some(published.group),
            product_class: Some(published.class),
            website_display_group: Some(published.display_group),
            sales_rank_display_group: Some(published.display_group),
            item_type_keyword: Some("book"),
            part_number: Some(identity.isbn13.clone()),
            images: Some(vec![Image {
                l: identity.image(),
                l_h: 1_500,
                l_w: 1_000,
                m: format!("m{}", identity.image()),
                m_h: 500,
                m_w: 333,
            }]),
            historical_variations: parent
                .as_ref()
                .filter(|_| parts.historical_variations)
                .map(|_| vec![identity.asin.clone()]),
            parent_asin: parent,
            root_category: category::BOOKS,
            categories: path.last().map(|leaf| vec![leaf.id]),
            category_tree: Some(
                path.into_iter()
                    .map(|node| CategoryNode {
                        cat_id: node.id,
                        name: node.name,
                    })
                    .collect(),
            ),
            ean_list: Some(vec![identity.isbn13.clone()]),
            number_of_pages: book.pages,
            number_of_items: 1,
            publication_date: book.published,
            release_date: book.published,
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
            availability_amazon: availability(market),
            tracking_since: start,
            listed_since: start,
            last_update: glance.updated,
            last_price_change: last_price_change(market),
            last_rating_update: identity.ratings_read(glance.seen),
            last_stock_update: (!ebook).then(|| identity.stock_counted(glance.seen)),
            has_reviews: market.reviews.current().is_some_and(|count| count > 0),
            offers_successful: found_offers,
            fba_fees: (has_size && book.has_fee).then(|| FbaFees {
                last_update: glance.seen,
                pick_and_pack_fee: fee::pick_and_pack(book.package_mm, book.weight_g),
            }),
            referral_fee_percentage: Some(15.0),
            variable_closing_fee: Some(180),
            monthly_sold: if has_rank {
                monthly_sold(market.sold_within(30, glance.seen))
            } else {
                None
            },
            sales_rank_reference: if has_rank { category::BOOKS } else { -1 },
            buy_box_eligible_offer_counts: eligible(market),
            videos: parts.videos.then(Vec::new),
            a_plus: parts.aplus.then(Vec::new),
            offers,
            live_offers_order,
            csv: parts.history.then(|| {
                let histories = market.histories(parts).into_iter().enumerate();
                histories
                    .map(|(slot, series)| series.and_then(|s| s.flat(since, has_shipping(slot))))
                    .collect()
            }),
            histories: parts
                .history
                .then(|| Histories::of(market, has_rank, parts, since)),
            stats: parts.stats.map(|_| Stats::of(market, parts, glance.seen)),
            ..Self::invalid(identity.asin.clone(), 1, parts.without_market())
        }
    }
}

impl Histories {
    fn of(market: &Market, has_rank: bool, parts: Parts, since: Moment) -> Self {
        let rank = market
            .history(SALES)
            .and_then(|rank| rank.flat(since, false));
        let buy_box = parts.buybox || parts.offers.is_some();
        let started = market.rank.points().first();
        Self {
            sales_ranks: rank.map(|rank| BTreeMap::from([(category::BOOKS.to_string(), rank)])),
            sales_rank_reference_history: started
                .filter(|point| has_rank && point.time >= since)
                .map(|point| vec![i64::from(point.time), category::BOOKS]),
            buy_box_seller_id_history: if buy_box {
                offers::buy_box_history(market, since)
            } else {
                None
            },
            buy_box_used_history: if buy_box {
                offers::used_buy_box_history(market, since)
            } else {
                None
            },
        }
    }
}
