//! How long one analysis takes: `cargo bench -p arbitragevault-domain --bench analysis`.
//!
//! The products are made by a small generator without a random source, so every run measures the same work.

use std::hint::black_box;
use std::num::NonZeroU32;

use arbitragevault_domain::acquisition::{Acquisition, Condition, Fulfilment};
use arbitragevault_domain::analysis::analyze;
use arbitragevault_domain::config::AnalysisConfig;
use arbitragevault_domain::history::{Change, History};
use arbitragevault_domain::identifier::Asin;
use arbitragevault_domain::market::{DataSource, Histories, LiveOffers, MarketSnapshot, Package};
use arbitragevault_domain::money::{Currency, Money};
use arbitragevault_domain::sourcing::corridor::intrinsic_corridor;
use arbitragevault_domain::sourcing::evergreen::evergreen;
use arbitragevault_domain::sourcing::season::price_season;
use arbitragevault_domain::time::KeepaMinutes;
use chrono::{DateTime, Utc};

fn main() {
    divan::main();
}

/// A used book, bought for 4.00.
fn acquisition() -> Acquisition {
    Acquisition {
        buy_price: Some(Money::from_minor(400, Currency::Usd)),
        quantity: 1,
        condition: Condition::UsedGood,
        fulfilment: Fulfilment::Fba,
    }
}

fn as_of() -> DateTime<Utc> {
    DateTime::<Utc>::UNIX_EPOCH + chrono::TimeDelta::days(20_605)
}

/// A typical book of the recorded answers holds 1,000 to 25,000 changes.
#[divan::bench(args = [1_000, 25_000])]
fn analyze_one_product(bencher: divan::Bencher<'_, '_>, changes: i32) {
    let snapshot = product(as_of(), changes);
    let (acquisition, config) = (acquisition(), AnalysisConfig::default());
    bencher.bench(|| analyze(black_box(&snapshot), &acquisition, &config, as_of()));
}

/// Corridor, season and evergreen of an analysed product.
#[divan::bench(args = [1_000, 25_000])]
fn look_at_the_past_of_one_product(bencher: divan::Bencher<'_, '_>, changes: i32) {
    let (as_of, config) = (as_of(), AnalysisConfig::default());
    let snapshot = product(as_of, changes);
    let analysis = analyze(&snapshot, &acquisition(), &config, as_of);
    let (condition, fulfilment) = (analysis.condition, analysis.fulfilment);
    let now = KeepaMinutes::from_utc(as_of);
    bencher.bench(|| {
        let snapshot = black_box(&snapshot);
        (
            intrinsic_corridor(snapshot, condition, fulfilment, now, &config.price),
            price_season(snapshot, condition, fulfilment, as_of),
            evergreen(
                snapshot,
                condition,
                fulfilment,
                analysis.demand.as_ref(),
                as_of,
            ),
        )
    });
}

/// A book with `changes` changes over two years: half of them of the rank, the others of five prices.
#[expect(
    clippy::expect_used,
    reason = "a benchmark stops when its input is wrong"
)]
fn product(as_of: DateTime<Utc>, changes: i32) -> MarketSnapshot {
    let asin = Asin::parse("0306406152").expect("an ISBN-10 with its check digit");
    let now = KeepaMinutes::from_utc(as_of);
    let price = |middle| Some(walk(now, changes / 10, middle));
    MarketSnapshot {
        source: DataSource::Generated,
        observed_at: Some(now),
        product_group: Some("Book".to_owned()),
        root_category: Some(283_155),
        package: Package {
            length_mm: NonZeroU32::new(229),
            width_mm: NonZeroU32::new(152),
            height_mm: NonZeroU32::new(20),
            weight_g: NonZeroU32::new(430),
        },
        histories: Histories {
            new: price(3_200),
            used: price(2_000),
            buy_box: price(3_300),
            buy_box_used: price(2_500),
            used_good: price(2_300),
            sales_rank: Some(walk(now, changes / 2, 200_000)),
            ..Histories::default()
        },
        live_offers: LiveOffers {
            used: Some(12),
            new: Some(8),
            ..LiveOffers::default()
        },
        ..MarketSnapshot::unknown(asin, as_of)
    }
}

/// `changes` changes over the two years before `now`, within a fifth of `middle`.
fn walk(now: KeepaMinutes, changes: i32, middle: i32) -> History {
    let step = 730 * KeepaMinutes::DAY / changes;
    History::new((0..changes).map(|index| Change {
        at: KeepaMinutes(now.0 - step * (changes - index)),
        // A linear congruence: 7,919 and 10,007 are primes, so the values do not repeat within a history.
        value: Some(middle + middle / 5 * (index * 7_919 % 10_007 - 5_003) / 5_003),
    }))
}
