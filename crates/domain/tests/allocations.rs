//! How often an analysis allocates: a test program of its own, since the counts are of the whole process.

use arbitragevault_domain::prelude::*;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

use self::product::{as_of, offer, product};

#[path = "../benches/product/mod.rs"]
mod product;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<std::alloc::System> = &INSTRUMENTED_SYSTEM;

/// How often memory is asked for, or asked to grow, while a product of `changes` changes is analysed.
fn allocations(changes: i32) -> usize {
    let (snapshot, offer, config) = (product(changes), offer(), AnalysisConfig::default());
    let region = Region::new(ALLOCATOR);
    let analysis = analyze(&snapshot, &offer, &config, as_of());
    let counted = region.change();
    assert_eq!(analysis.missing, []);
    counted.allocations + counted.reallocations
}

#[test]
fn a_history_of_any_length_takes_the_same_few_allocations() {
    // The first analysis of a process reads the rate cards.
    allocations(1_000);
    let [short, long] = [1_000, 25_000].map(allocations);
    // What differs is how many warnings and digits the answer holds.
    assert!(short < 64 && short.abs_diff(long) < 16, "{short} {long}");
}
