//! From a product of Keepa to the input of the calculation. Every sentinel becomes an option here.

use std::num::NonZeroU32;

use arbitragevault_domain::history::{Change, History};
use arbitragevault_domain::identifier::{Asin, IdentifierError};
use arbitragevault_domain::market::{
    BuyBox, DataSource, Histories, ListingKind, LiveOffers, MarketSnapshot, ObservedFee, Package,
    SalesRankDrops, UsedOffers,
};
use arbitragevault_domain::marketplace::Marketplace;
use arbitragevault_domain::time::KeepaMinutes;
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use crate::client::Origin;
use crate::csv_type::CsvType;
use crate::model::{self, OfferCondition, Product, ProductType, ReturnRate, Stats};

/// The histories that a market snapshot holds: [`ProductRequest::read_histories`](crate::ProductRequest::read_histories) need read no others.
pub const SNAPSHOT_SERIES: [CsvType; 17] = [
    CsvType::Amazon,
    CsvType::New,
    CsvType::Used,
    CsvType::SalesRank,
    CsvType::ListPrice,
    CsvType::NewFbmShipping,
    CsvType::NewFba,
    CsvType::CountNew,
    CsvType::CountUsed,
    CsvType::BuyBoxShipping,
    CsvType::UsedLikeNewShipping,
    CsvType::UsedVeryGoodShipping,
    CsvType::UsedGoodShipping,
    CsvType::UsedAcceptableShipping,
    CsvType::BuyBoxUsedShipping,
    CsvType::CountNewFba,
    CsvType::CountNewFbm,
];

/// The market snapshot of a product.
///
/// # Errors
/// When the ASIN of the product is none.
pub fn market_snapshot(
    product: &Product,
    origin: Origin,
    fetched_at: DateTime<Utc>,
) -> Result<MarketSnapshot, IdentifierError> {
    let no_stats = Stats::default();
    let stats = product.stats.as_ref().unwrap_or(&no_stats);
    let domain = product.domain_id.unwrap_or_default();
    Ok(MarketSnapshot {
        asin: Asin::parse(&product.asin)?,
        marketplace: Marketplace::from_keepa_domain(domain).unwrap_or_default(),
        source: data_source(origin),
        observed_at: product.last_update.and_then(known_time),
        fetched_at,
        kind: kind(product.product_type()),
        title: product.title.clone(),
        author: product.author.clone(),
        binding: product.binding.clone(),
        product_group: product.product_group.clone(),
        root_category: product.root_category.filter(|id| *id > 0),
        publication_date: product
            .publication_date
            .and_then(positive)
            .map(NonZeroU32::get),
        eans: product.ean_list.clone().unwrap_or_default(),
        package: Package {
            length_mm: product.package_length.and_then(positive),
            width_mm: product.package_width.and_then(positive),
            height_mm: product.package_height.and_then(positive),
            weight_g: product.package_weight.and_then(positive),
        },
        histories: histories(product),
        sales_rank_drops: SalesRankDrops {
            days_30: stats.sales_rank_drops30.and_then(count),
            days_90: stats.sales_rank_drops90.and_then(count),
            days_180: stats.sales_rank_drops180.and_then(count),
            days_365: stats.sales_rank_drops365.and_then(count),
        },
        monthly_sold: product.monthly_sold.and_then(positive).map(NonZeroU32::get),
        live_offers: live_offers(product, stats),
        buy_box: buy_box(stats),
        fulfilment_fee: product.fba_fees.as_ref().and_then(|fees| {
            Some(ObservedFee {
                minor: fees.pick_and_pack_fee.filter(|fee| *fee > 0)?,
                observed_at: fees.last_update.and_then(known_time),
            })
        }),
        referral_percent: product
            .referral_fee_percentage
            .and_then(Decimal::from_f64_retain)
            .map(|percent| percent.round_dp(2).normalize()),
        closing_fee_minor: product.variable_closing_fee.filter(|fee| *fee >= 0),
        is_hazardous: product
            .hazardous_materials
            .as_ref()
            .map(|hazards| !hazards.is_empty()),
        is_heat_sensitive: product.is_heat_sensitive,
        has_high_return_rate: product.return_rate.map(|rate| rate == ReturnRate::High),
    })
}

/// The calculation's name of who answered.
#[must_use]
pub const fn data_source(origin: Origin) -> DataSource {
    match origin {
        Origin::Keepa => DataSource::Keepa,
        Origin::SandboxRecorded => DataSource::Recorded,
        Origin::SandboxGenerated => DataSource::Generated,
    }
}

const fn kind(product_type: ProductType) -> ListingKind {
    match product_type {
        ProductType::Standard => ListingKind::Standard,
        ProductType::Downloadable => ListingKind::Downloadable,
        ProductType::Ebook => ListingKind::Ebook,
        ProductType::Inaccessible | ProductType::Unknown(_) => ListingKind::Inaccessible,
        ProductType::Invalid => ListingKind::Invalid,
        ProductType::VariationParent => ListingKind::VariationParent,
    }
}

fn histories(product: &Product) -> Histories {
    let of = |series| history(product, series);
    Histories {
        amazon: of(CsvType::Amazon),
        new: of(CsvType::New),
        used: of(CsvType::Used),
        list_price: of(CsvType::ListPrice),
        sales_rank: product
            .sales_rank_pairs()
            .map(|pairs| History::from(pairs.to_vec())),
        new_fba: of(CsvType::NewFba),
        new_fbm: of(CsvType::NewFbmShipping),
        buy_box: of(CsvType::BuyBoxShipping),
        buy_box_used: of(CsvType::BuyBoxUsedShipping),
        used_like_new: of(CsvType::UsedLikeNewShipping),
        used_very_good: of(CsvType::UsedVeryGoodShipping),
        used_good: of(CsvType::UsedGoodShipping),
        used_acceptable: of(CsvType::UsedAcceptableShipping),
        new_offer_count: of(CsvType::CountNew),
        used_offer_count: of(CsvType::CountUsed),
        new_fba_offer_count: of(CsvType::CountNewFba),
        new_fbm_offer_count: of(CsvType::CountNewFbm),
        monthly_sold: product.monthly_sold_history.clone().map(History::from),
    }
}

/// The history of a series, landed where it has shipping. An offer whose shipping is unknown counts as none, since its landed price is.
fn history(product: &Product, series: CsvType) -> Option<History> {
    let changes = product.points(series)?.map(|point| Change {
        at: KeepaMinutes(point.at.0),
        value: point.landed().and_then(|value| i32::try_from(value).ok()),
    });
    Some(History::new(changes))
}

/// Live counts: Keepa's own where offers were asked for, else the last value of the count histories. A count history that ends with "nothing"
/// counts zero offers.
fn live_offers(product: &Product, stats: &Stats) -> LiveOffers {
    let last = |series| {
        let history = product.csv_series(series)?;
        let [.., _, value] = history else { return None };
        u32::try_from((*value).max(0)).ok()
    };
    LiveOffers {
        new_fba: stats
            .offer_count_fba
            .and_then(count)
            .or_else(|| last(CsvType::CountNewFba)),
        new_fbm: stats
            .offer_count_fbm
            .and_then(count)
            .or_else(|| last(CsvType::CountNewFbm)),
        new: last(CsvType::CountNew),
        used: last(CsvType::CountUsed),
        used_by_condition: used_by_condition(product),
    }
}

/// Live used offers by condition, known only when offers were asked for and Keepa told which of them are live.
fn used_by_condition(product: &Product) -> UsedOffers {
    let of = |condition| {
        product.live_offers_order.as_ref()?;
        let offers = product.live_offers()?;
        let counted = offers
            .filter(|offer| offer.condition == Some(condition))
            .count();
        u32::try_from(counted).ok()
    };
    UsedOffers {
        like_new: of(OfferCondition::UsedLikeNew),
        very_good: of(OfferCondition::UsedVeryGood),
        good: of(OfferCondition::UsedGood),
        acceptable: of(OfferCondition::UsedAcceptable),
    }
}

/// The holder of the buy box, known only when the buy box was asked for (-2 otherwise) and somebody has it (-1 otherwise).
fn buy_box(stats: &Stats) -> BuyBox {
    if stats.buy_box_price.is_some_and(|price| price >= 0) {
        BuyBox {
            is_amazon: stats.buy_box_is_amazon,
            is_fba: stats.buy_box_is_fba,
        }
    } else {
        BuyBox::default()
    }
}

/// A time, of which 0 and below mean unknown.
fn known_time(at: model::KeepaMinutes) -> Option<KeepaMinutes> {
    (at.0 > 0).then_some(KeepaMinutes(at.0))
}

/// A measure, of which 0 and below mean unknown.
fn positive(value: i32) -> Option<NonZeroU32> {
    u32::try_from(value).ok().and_then(NonZeroU32::new)
}

/// A count, of which below 0 means unknown.
fn count(value: i32) -> Option<u32> {
    u32::try_from(value).ok()
}
