//! How long one analysis and the ranking of many take, and how often they allocate: `cargo bench -p arbitragevault-domain --bench analysis`.
//!
//! The products are made by a small generator without a random source, so every run measures the same work.

use std::cell::RefCell;
use std::hint::black_box;

use arbitragevault_domain::acquisition::{Acquisition, Condition, Fulfilment};
use arbitragevault_domain::analysis::{Analysis, analyze};
use arbitragevault_domain::config::AnalysisConfig;
use arbitragevault_domain::history::{Change, History};
use arbitragevault_domain::identifier::Asin;
use arbitragevault_domain::market::{DataSource, Histories, LiveOffers, MarketSnapshot, Package};
use arbitragevault_domain::money::{Currency, Money};
use arbitragevault_domain::ranking::Ranking;
use arbitragevault_domain::time::KeepaMinutes;
use arbitragevault_domain::verdict::Recommendation;
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

#[global_allocator]
static ALLOCATIONS: divan::AllocProfiler = divan::AllocProfiler::system();

fn main() {
    divan::main();
}

/// A typical book of the recorded answers holds 1,000 to 25,000 changes.
#[divan::bench(args = [1_000, 25_000])]
fn analyze_one_product(bencher: divan::Bencher<'_, '_>, changes: i32) {
    let as_of = as_of();
    let snapshot = product(as_of, changes);
    assert_eq!(
        snapshot.histories.changes(),
        usize::try_from(changes).unwrap_or_default()
    );
    let config = AnalysisConfig::default();
    bencher.bench(|| analyze(black_box(&snapshot), &offer(), &config, as_of));
}

/// Puts 100,000 analyses, shuffled before each round, into order.
#[divan::bench(args = [Ranking::Opportunity, Ranking::Roi], sample_count = 30, sample_size = 1)]
fn rank_100_000(bencher: divan::Bencher<'_, '_>, ranking: Ranking) {
    let list = RefCell::new(analyses(100_000));
    let shuffle = || {
        let mut list = list.borrow_mut();
        let mut pick = 1;
        for index in (1..list.len()).rev() {
            // A linear congruence after Knuth; the order is another one in each round, since it starts from the last.
            pick = (pick * 69_069 + 1) % (1 << 32);
            list.swap(index, pick % (index + 1));
        }
    };
    bencher
        .with_inputs(shuffle)
        .bench_local_values(|()| ranking.sort(&mut list.borrow_mut()));
}

fn as_of() -> DateTime<Utc> {
    DateTime::<Utc>::UNIX_EPOCH + chrono::TimeDelta::days(20_605)
}

fn offer() -> Acquisition {
    Acquisition {
        buy_price: Some(Money::from_minor(400, Currency::Usd)),
        quantity: 1,
        condition: Condition::UsedGood,
        fulfilment: Fulfilment::Fba,
    }
}

/// Analyses of as many products, with numbers that differ.
fn analyses(count: u32) -> Vec<Analysis> {
    let analysis = analyze(
        &product(as_of(), 1_000),
        &offer(),
        &AnalysisConfig::default(),
        as_of(),
    );
    let numbered = |number: u32| {
        let mut analysis = Analysis {
            asin: asin(&format!("B{number:09}")),
            ..analysis.clone()
        };
        let varied = i64::from(number * 7_919 % 10_007);
        analysis.scores.opportunity = Some(varied * varied % 5_003);
        if let Some(profit) = &mut analysis.profit {
            profit.roi_percent = Some(Decimal::from(varied) / Decimal::from(37));
        }
        if number.is_multiple_of(3) {
            analysis.recommendation = Recommendation::Pass;
        }
        analysis
    };
    (0..count).map(numbered).collect()
}

#[expect(
    clippy::expect_used,
    reason = "a benchmark stops when its input is wrong"
)]
fn asin(text: &str) -> Asin {
    Asin::parse(text).expect("a valid ASIN")
}

/// A book with `changes` changes over two years: half of them of the rank, the others of five prices.
fn product(as_of: DateTime<Utc>, changes: i32) -> MarketSnapshot {
    let now = KeepaMinutes::from_utc(as_of);
    let price = |middle| Some(walk(now, changes / 10, middle));
    MarketSnapshot {
        source: DataSource::Generated,
        observed_at: Some(now),
        product_group: Some("Book".to_owned()),
        root_category: Some(283_155),
        package: Package::measured([229, 152, 20], 430),
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
        ..MarketSnapshot::unknown(asin("0306406152"), as_of)
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
