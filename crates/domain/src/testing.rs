//! Made-up snapshots for the tests of this crate.

use chrono::{DateTime, Utc};

use crate::acquisition::{Acquisition, Condition, Fulfilment};
use crate::history::{Change, History};
use crate::identifier::Asin;
use crate::market::{
    BuyBox, DataSource, Histories, LiveOffers, MarketSnapshot, Package, SalesRankDrops, UsedOffers,
};
use crate::money::{Currency, Money};
use crate::time::KeepaMinutes;

/// The time of every test.
pub(crate) fn as_of() -> DateTime<Utc> {
    DateTime::from_timestamp(1_780_272_000, 0).unwrap()
}

/// `days` days before [`as_of`].
pub(crate) fn days_ago(days: i32) -> KeepaMinutes {
    KeepaMinutes::from_utc(as_of()).plus_days(-days)
}

/// A history from values and the days ago at which each began to hold; -1 for nothing offered.
pub(crate) fn history(changes: &[(i32, i32)]) -> Option<History> {
    let changes = changes.iter().map(|&(days, value)| Change {
        at: days_ago(days),
        value: (value >= 0).then_some(value),
    });
    Some(History::new(changes))
}

/// A history that repeats `values` every `every_days` days over two years.
pub(crate) fn repeating(every_days: usize, values: &[i32]) -> Option<History> {
    let changes = (0..=730)
        .rev()
        .step_by(every_days)
        .zip(values.iter().cycle());
    history(
        &changes
            .map(|(days, &value)| (days, value))
            .collect::<Vec<_>>(),
    )
}

/// A used book that sells about ten times a month at a steady 25.00, with twelve used offers and without Amazon.
pub(crate) fn good_seller() -> MarketSnapshot {
    let count = |count: i32| history(&[(730, count)]);
    MarketSnapshot {
        source: DataSource::Recorded,
        observed_at: Some(days_ago(0)),
        title: Some("A Field Guide to Quiet Rivers".to_owned()),
        author: Some("Ada Brook".to_owned()),
        binding: Some("Paperback".to_owned()),
        product_group: Some("Book".to_owned()),
        root_category: Some(283_155),
        publication_date: Some(20_180_401),
        eans: vec!["9780306406157".to_owned()],
        package: Package {
            length_mm: std::num::NonZeroU32::new(229),
            width_mm: std::num::NonZeroU32::new(152),
            height_mm: std::num::NonZeroU32::new(20),
            weight_g: std::num::NonZeroU32::new(430),
        },
        histories: Histories {
            amazon: history(&[(730, -1)]),
            new: repeating(30, &[3_200, 3_100]),
            used: repeating(20, &[2_100, 2_000, 2_050]),
            sales_rank: repeating(3, &[180_000, 260_000, 380_000, 120_000]),
            buy_box: repeating(30, &[3_300, 3_200]),
            buy_box_used: repeating(15, &[2_500, 2_450, 2_550]),
            used_good: repeating(15, &[2_300, 2_350]),
            new_offer_count: count(8),
            used_offer_count: count(12),
            ..Histories::default()
        },
        sales_rank_drops: SalesRankDrops {
            days_30: Some(10),
            days_90: Some(31),
            days_180: Some(60),
            days_365: Some(119),
        },
        live_offers: LiveOffers {
            new_fba: Some(3),
            new_fbm: Some(5),
            new: Some(8),
            used: Some(12),
            used_by_condition: UsedOffers::default(),
        },
        buy_box: BuyBox {
            is_amazon: Some(false),
            is_fba: Some(true),
        },
        ..MarketSnapshot::unknown(Asin::parse("0306406152").unwrap(), as_of())
    }
}

/// One used copy in good condition for FBA, at a buy price in cents.
pub(crate) fn used_good(cents: Option<i64>) -> Acquisition {
    Acquisition {
        buy_price: cents.map(|cents| Money::from_minor(cents, Currency::Usd)),
        quantity: 1,
        condition: Condition::UsedGood,
        fulfilment: Fulfilment::Fba,
    }
}
