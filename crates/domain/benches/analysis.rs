//! How long one analysis and the ranking of many take, and how often they allocate: `cargo bench -p arbitragevault-domain --bench analysis`.
//!
//! The products are made by a small generator without a random source, so every run measures the same work.

use std::borrow::Borrow;
use std::cell::RefCell;
use std::hint::black_box;

use arbitragevault_domain::prelude::*;
use arbitragevault_domain::sourcing::corridor::intrinsic_corridor;
use arbitragevault_domain::sourcing::evergreen::evergreen;
use arbitragevault_domain::sourcing::season::price_season;

use self::product::{as_of, asin, offer, product};

mod product;

#[global_allocator]
static ALLOCATIONS: divan::AllocProfiler = divan::AllocProfiler::system();

fn main() {
    divan::main();
}

/// A typical book of the recorded answers holds 1,000 to 25,000 changes.
#[divan::bench(args = [1_000, 25_000])]
fn analyze_one_product(bencher: divan::Bencher<'_, '_>, changes: i32) {
    let snapshot = product(changes);
    assert_eq!(
        snapshot.histories.changes(),
        usize::try_from(changes).unwrap_or_default()
    );
    let (config, offer, as_of) = (AnalysisConfig::default(), offer(), as_of());
    bencher.bench(|| analyze(black_box(&snapshot), &offer, &config, as_of));
}

/// Corridor, season and evergreen of an analysed product.
#[divan::bench(args = [1_000, 25_000])]
fn look_at_the_past_of_one_product(bencher: divan::Bencher<'_, '_>, changes: i32) {
    let (as_of, config, snapshot) = (as_of(), AnalysisConfig::default(), product(changes));
    let analysis = analyze(&snapshot, &offer(), &config, as_of);
    let (condition, fulfilment) = (analysis.condition, analysis.fulfilment);
    let (now, demand) = (KeepaMinutes::from_utc(as_of), analysis.demand.as_ref());
    bencher.bench(|| {
        let snapshot = black_box(&snapshot);
        (
            intrinsic_corridor(snapshot, condition, fulfilment, now, &config.price),
            price_season(snapshot, condition, fulfilment, as_of),
            evergreen(snapshot, condition, fulfilment, demand, as_of),
        )
    });
}

/// Puts 100,000 analyses into order.
#[divan::bench(args = [Ranking::Opportunity, Ranking::Roi], sample_count = 30, sample_size = 1)]
fn rank_100_000(bencher: divan::Bencher<'_, '_>, ranking: Ranking) {
    rank(bencher, ranking, &mut analyses(100_000));
}

/// Puts references to 100,000 analyses into order.
#[divan::bench(args = [Ranking::Opportunity, Ranking::Roi], sample_count = 30, sample_size = 1)]
fn rank_100_000_references(bencher: divan::Bencher<'_, '_>, ranking: Ranking) {
    let analyses = analyses(100_000);
    rank(bencher, ranking, &mut analyses.iter().collect::<Vec<_>>());
}

/// Each round starts from another order, since the list is shuffled as the last round left it.
fn rank<T: Borrow<Analysis>>(bencher: divan::Bencher<'_, '_>, ranking: Ranking, list: &mut [T]) {
    let list = RefCell::new(list);
    let shuffle = || {
        let mut list = list.borrow_mut();
        let mut pick = 1;
        for index in (1..list.len()).rev() {
            // A linear congruence of Marsaglia's.
            pick = (pick * 69_069 + 1) % (1 << 32);
            list.swap(index, pick % (index + 1));
        }
    };
    bencher
        .with_inputs(shuffle)
        .bench_local_values(|()| ranking.sort(&mut list.borrow_mut()));
}

/// Analyses of as many products, with numbers that differ.
fn analyses(count: u32) -> Vec<Analysis> {
    let analysis = analyze(
        &product(1_000),
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
