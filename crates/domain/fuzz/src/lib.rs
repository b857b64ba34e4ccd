//! Questions to the analysis, made from any bytes: what a source, a user and a caller could hand over, the absurd included.

use std::num::NonZeroU32;

use arbitragevault_domain::acquisition::{Acquisition, Condition, Fulfilment};
use arbitragevault_domain::config::AnalysisConfig;
use arbitragevault_domain::fees::{FeeCategory, FeeConfig};
use arbitragevault_domain::history::{Change, History};
use arbitragevault_domain::identifier::Asin;
use arbitragevault_domain::market::{
    BuyBox, DataSource, Histories, ListingKind, LiveOffers, MarketSnapshot, ObservedFee, Package,
    SalesRankDrops, UsedOffers,
};
use arbitragevault_domain::marketplace::Marketplace;
use arbitragevault_domain::money::{Currency, Money};
use arbitragevault_domain::profit::ProfitConfig;
use arbitragevault_domain::time::KeepaMinutes;
use chrono::{DateTime, Utc};
use libfuzzer_sys::arbitrary::{Arbitrary, Result, Unstructured};
use rust_decimal::Decimal;

/// 2026-06-01T00:00:00Z, in seconds of the Unix clock.
const USUAL_TIME: i64 = 1_780_272_000;

/// Everything that an analysis is asked with.
#[derive(Debug)]
pub struct Question {
    /// The product.
    pub snapshot: MarketSnapshot,
    /// The offer.
    pub acquisition: Acquisition,
    /// The settings, which may have problems.
    pub config: AnalysisConfig,
    /// The time.
    pub as_of: DateTime<Utc>,
}

impl<'a> Arbitrary<'a> for Question {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let as_of = time(u)?;
        let marketplace = *u.choose(&Marketplace::ALL)?;
        Ok(Self {
            acquisition: acquisition(u, marketplace.currency())?,
            config: config(u)?,
            snapshot: snapshot(u, marketplace, as_of)?,
            as_of,
        })
    }
}

/// Mostly within some years of today, else any that there is.
fn time(u: &mut Unstructured<'_>) -> Result<DateTime<Utc>> {
    let seconds = if u.ratio(7, 8)? {
        USUAL_TIME + i64::from(u.arbitrary::<i32>()?) / 8
    } else {
        u.int_in_range(DateTime::<Utc>::MIN_UTC.timestamp()..=DateTime::<Utc>::MAX_UTC.timestamp())?
    };
    Ok(DateTime::from_timestamp(seconds, 0).unwrap_or_default())
}

fn acquisition(u: &mut Unstructured<'_>, currency: Currency) -> Result<Acquisition> {
    let minor = |u: &mut Unstructured<'_>| {
        Ok(if u.ratio(7, 8)? {
            i64::from(u.arbitrary::<u16>()?)
        } else {
            u.arbitrary()?
        })
    };
    let currency = if u.ratio(15, 16)? {
        currency
    } else {
        Currency::Jpy
    };
    Ok(Acquisition {
        buy_price: if u.ratio(7, 8)? {
            Some(Money::from_minor(minor(u)?, currency))
        } else {
            None
        },
        quantity: u.arbitrary()?,
        condition: *u.choose(&[
            Condition::New,
            Condition::UsedLikeNew,
            Condition::UsedVeryGood,
            Condition::UsedGood,
            Condition::UsedAcceptable,
        ])?,
        fulfilment: *u.choose(&[Fulfilment::Fba, Fulfilment::Fbm])?,
    })
}

/// Mostly from 0 to below `most`, with two decimal places; else any decimal number that there is.
fn decimal(u: &mut Unstructured<'_>, most: u16) -> Result<Decimal> {
    if u.ratio(15, 16)? {
        let hundredths = i64::from(most) * 100 * i64::from(u.arbitrary::<u16>()?) / 65_536;
        Ok(Decimal::new(hundredths, 2))
    } else {
        let number = i128::from_be_bytes(u.arbitrary()?) >> 32;
        Ok(Decimal::from_i128_with_scale(
            number,
            u.int_in_range(0..=28)?,
        ))
    }
}

fn optional(u: &mut Unstructured<'_>, most: u16) -> Result<Option<Decimal>> {
    Ok(if u.ratio(1, 4)? {
        Some(decimal(u, most)?)
    } else {
        None
    })
}

/// Half of the time the default.
fn config(u: &mut Unstructured<'_>) -> Result<AnalysisConfig> {
    let mut config = AnalysisConfig::default();
    if u.arbitrary()? {
        return Ok(config);
    }
    config.fees = FeeConfig {
        category: if u.ratio(1, 2)? {
            Some(*u.choose(&[
                FeeCategory::Media,
                FeeCategory::EverythingElse,
                FeeCategory::Clothing,
                FeeCategory::BeautyAndBaby,
                FeeCategory::Jewelry,
                FeeCategory::FineArt,
                FeeCategory::ElectronicsAccessories,
            ])?)
        } else {
            None
        },
        flat_referral_percent: optional(u, 45)?,
        flat_closing: optional(u, 10)?,
        flat_fulfilment_base: optional(u, 20)?,
        flat_fulfilment_per_pound: optional(u, 5)?,
        vat_percent: optional(u, 30)?,
        own_shipping_base: decimal(u, 20)?,
        own_shipping_per_pound: decimal(u, 5)?,
        inbound_placement: decimal(u, 5)?,
        inbound_placement_by_size: u.arbitrary()?,
        aged_inventory: u.arbitrary()?,
        removal_percent: decimal(u, 100)?,
        refund_percent: decimal(u, 100)?,
        return_allowance_percent: decimal(u, 10)?,
        central_europe_programme: u.arbitrary()?,
    };
    config.profit = ProfitConfig {
        target_roi_percent: decimal(u, 1_000)?,
        minimum_profit: decimal(u, 100)?,
        buffer_percent: decimal(u, 40)?,
        inbound_per_unit: decimal(u, 5)?,
        prep_per_unit: decimal(u, 5)?,
        purchase_tax_percent: decimal(u, 100)?,
    };
    config.price.window_days = u.arbitrary()?;
    config.price.fallback_window_days = u.arbitrary()?;
    config.price.minimum_offered_percent = u.arbitrary()?;
    config.price.maximum_gap_days = u.arbitrary()?;
    config.price.maximum_age_days = u.arbitrary()?;
    config.demand.holding_days = u.arbitrary()?;
    config.demand.competing_offers_at_most = u.arbitrary()?;
    config.demand.share_of_kind_percent = u.arbitrary()?;
    config.scores.roi_weight_percent = u.arbitrary()?;
    config.verdict.excellent.roi_percent = decimal(u, 1_000)?;
    config.verdict.minimum_profit_probability_percent = u.arbitrary()?;
    Ok(config)
}

fn snapshot(
    u: &mut Unstructured<'_>,
    marketplace: Marketplace,
    as_of: DateTime<Utc>,
) -> Result<MarketSnapshot> {
    let now = KeepaMinutes::from_utc(as_of);
    let asin = Asin::parse("0306406152").expect("a valid ASIN");
    Ok(MarketSnapshot {
        marketplace,
        source: *u.choose(&[
            DataSource::Keepa,
            DataSource::Recorded,
            DataSource::Generated,
        ])?,
        observed_at: if u.ratio(15, 16)? {
            Some(near(u, now)?)
        } else {
            None
        },
        kind: if u.ratio(15, 16)? {
            ListingKind::Standard
        } else {
            ListingKind::Ebook
        },
        product_group: u
            .choose(&[None, Some("Book"), Some("Apparel")])?
            .map(str::to_owned),
        root_category: *u.choose(&[None, Some(283_155), Some(266_239)])?,
        package: Package {
            length_mm: side(u)?,
            width_mm: side(u)?,
            height_mm: side(u)?,
            weight_g: side(u)?,
        },
        histories: histories(u, now)?,
        sales_rank_drops: SalesRankDrops {
            days_30: u.arbitrary()?,
            days_90: u.arbitrary()?,
            days_180: u.arbitrary()?,
            days_365: u.arbitrary()?,
        },
        monthly_sold: u.arbitrary()?,
        live_offers: LiveOffers {
            new_fba: u.arbitrary()?,
            new_fbm: u.arbitrary()?,
            new: u.arbitrary()?,
            used: u.arbitrary()?,
            used_by_condition: UsedOffers {
                like_new: u.arbitrary()?,
                very_good: u.arbitrary()?,
                good: u.arbitrary()?,
                acceptable: u.arbitrary()?,
            },
        },
        buy_box: BuyBox {
            is_amazon: u.arbitrary()?,
            is_fba: u.arbitrary()?,
        },
        fulfilment_fee: if u.ratio(1, 4)? {
            Some(ObservedFee {
                minor: u.arbitrary()?,
                observed_at: if u.arbitrary()? {
                    Some(near(u, now)?)
                } else {
                    None
                },
            })
        } else {
            None
        },
        is_hazardous: u.arbitrary()?,
        is_heat_sensitive: u.arbitrary()?,
        has_high_return_rate: u.arbitrary()?,
        ..MarketSnapshot::unknown(asin, as_of)
    })
}

/// Mostly within some weeks, else any time that there is.
fn near(u: &mut Unstructured<'_>, now: KeepaMinutes) -> Result<KeepaMinutes> {
    Ok(KeepaMinutes(if u.ratio(15, 16)? {
        now.0.saturating_add(i32::from(u.arbitrary::<i16>()?))
    } else {
        u.arbitrary()?
    }))
}

/// Millimetres or grams: mostly those of a book, sometimes unknown, sometimes absurd.
fn side(u: &mut Unstructured<'_>) -> Result<Option<NonZeroU32>> {
    Ok(NonZeroU32::new(match u.arbitrary::<u8>()? {
        0..=15 => 0,
        16..=31 => u.arbitrary()?,
        32..=63 => u.arbitrary::<u16>()?.into(),
        usual => u32::from(usual) * 4,
    }))
}

fn histories(u: &mut Unstructured<'_>, now: KeepaMinutes) -> Result<Histories> {
    Ok(Histories {
        sales_rank: history(u, now)?,
        buy_box_used: history(u, now)?,
        used: history(u, now)?,
        new: history(u, now)?,
        buy_box: history(u, now)?,
        used_good: history(u, now)?,
        amazon: history(u, now)?,
        new_fba: history(u, now)?,
        used_offer_count: history(u, now)?,
        new_offer_count: history(u, now)?,
        monthly_sold: history(u, now)?,
        ..Histories::default()
    })
}

/// Changes by the bytes: mostly hours apart and up to today, of any value that the source can hold.
fn history(u: &mut Unstructured<'_>, now: KeepaMinutes) -> Result<Option<History>> {
    if !u.ratio(3, 4)? {
        return Ok(None);
    }
    let count = u.int_in_range(0..=40)?;
    let mut changes = Vec::new();
    let mut at = now.0;
    for _ in 0..count {
        at = at.saturating_sub(i32::from(u.arbitrary::<u16>()?) - 100);
        let value = match u.arbitrary::<u8>()? {
            0..=31 => None,
            32..=63 => Some(u.arbitrary()?),
            _ => Some(u.arbitrary::<u16>()?.into()),
        };
        changes.push(Change {
            at: KeepaMinutes(at),
            value,
        });
    }
    changes.sort_by_key(|change| change.at);
    Ok(Some(History::new(changes)))
}
