//! The walk is strict about time, and its errors are those of a market that is known.

use super::*;
use crate::testing::{days_ago, good_seller, history};

#[test]
fn cuts_go_from_half_a_year_after_the_first_rank_to_a_quarter_before_the_end() {
    let product = good_seller();
    let cuts: Vec<_> = cuts(&product, 60).collect();
    assert_eq!(cuts.first(), Some(&days_ago(730 - 180)));
    assert_eq!(cuts.len(), 8);
    assert!(cuts.iter().all(|cut| *cut <= days_ago(90)));
}

#[test]
fn a_prediction_does_not_change_with_what_came_later() {
    let product = good_seller();
    let mut changed = good_seller();
    let cut = days_ago(300);
    for later in [
        &mut changed.histories.new,
        &mut changed.histories.used,
        &mut changed.histories.sales_rank,
    ] {
        let known = later.as_ref().map(|history| history.until(cut));
        let other = history(&[(299, 7), (200, 9_000), (100, 3)]).unwrap_or_default();
        *later =
            known.map(|known| History::new(known.changes().iter().chain(other.changes()).copied()));
    }
    let at_cut = |product: &MarketSnapshot| -> Vec<Prediction> {
        let mut all = predictions(product, 10);
        all.retain(|prediction| prediction.cut <= cut);
        all
    };
    assert!(at_cut(&product).len() > 20);
    assert_eq!(at_cut(&product), at_cut(&changed));
}

#[test]
fn a_market_that_never_moves_is_foretold_without_error() {
    let mut product = good_seller();
    product.histories.new = history(&[(730, 3_000)]);
    product.histories.used = history(&[(730, 2_000)]);
    let report = evaluate([&product], 60);
    assert_eq!(report.prices.len(), 4);
    for price in &report.prices {
        assert_eq!(price.cuts, 8);
        assert!(price.error.abs() < 1e-9 && price.error_of_median.abs() < 1e-9);
        assert!((price.covered - 1.0).abs() < 1e-9);
    }
    assert!(report.sales.is_some_and(|sales| sales.covered > 0.99));
}

#[test]
fn without_products_there_is_nothing_to_report() {
    assert_eq!(evaluate([], 60), Report::default());
    assert!(
        predictions(
            &MarketSnapshot::unknown(good_seller().asin, crate::testing::as_of()),
            60
        )
        .is_empty()
    );
}
