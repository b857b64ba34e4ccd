//! Prices of the conditions of one product.

use super::*;
use crate::analysis::analyze;
use crate::market::UsedOffers;
use crate::money::Currency;
use crate::testing::{as_of, days_ago, good_seller, history};

fn usd(minor: i64) -> Money {
    Money::from_minor(minor, Currency::Usd)
}

/// Each condition steady at a price of its own, without a used buy box.
fn tidy() -> MarketSnapshot {
    let steady = |cents| history(&[(730, cents)]);
    let mut snapshot = good_seller();
    snapshot.histories.buy_box = steady(4_000);
    snapshot.histories.new = steady(3_900);
    snapshot.histories.buy_box_used = None;
    snapshot.histories.used_like_new = steady(3_000);
    snapshot.histories.used_very_good = steady(2_500);
    snapshot.histories.used_good = steady(2_000);
    snapshot.histories.used_acceptable = steady(1_500);
    snapshot.histories.used = steady(1_500);
    snapshot.live_offers.used_by_condition = UsedOffers {
        like_new: Some(1),
        very_good: Some(4),
        good: Some(6),
        acceptable: None,
    };
    snapshot
}

fn supply(condition: Condition, cents: i64) -> Supply {
    Supply {
        condition,
        buy_price: usd(cents),
        quantity: 2,
    }
}

fn prices(snapshot: &MarketSnapshot, supplies: &[Supply]) -> ConditionPrices {
    let config = AnalysisConfig::default();
    price_conditions(snapshot, supplies, Fulfilment::Fba, &config, as_of()).unwrap()
}

fn lines(prices: &ConditionPrices) -> String {
    let text = |money: Option<Money>| {
        money.map_or_else(|| "-".to_owned(), |money| money.amount().to_string())
    };
    let line = |price: &ConditionPrice| {
        let profit = price.profit.as_ref();
        format!(
            "{:?}: sells {} ({}), fees {}, pay at most {}, buy {}, profit {}, roi {}, others {}, from {}",
            price.condition,
            text(price.sale_price.as_ref().map(|price| price.likely)),
            price
                .sale_price
                .as_ref()
                .map_or("-", |price| price.series.as_str()),
            text(profit.map(|profit| profit.total_fees)),
            text(profit.and_then(|profit| profit.max_buy_price)),
            text(price.buy_price),
            text(profit.and_then(|profit| profit.profit)),
            profit
                .and_then(|profit| profit.roi_percent)
                .map_or_else(|| "-".to_owned(), |roi| roi.round_dp(1).to_string()),
            price
                .live_offers
                .map_or_else(|| "-".to_owned(), |count| count.to_string()),
            text(price.lowest_offer),
        )
    };
    let lines: Vec<_> = prices.conditions.iter().map(line).collect();
    lines.join("\n")
}

#[test]
fn every_condition_has_its_own_price_limit_competition_and_buy_price_or_none() {
    let supplies = [
        supply(Condition::UsedLikeNew, 900),
        supply(Condition::UsedGood, 500),
        supply(Condition::UsedGood, 300),
    ];
    insta::assert_snapshot!(lines(&prices(&tidy(), &supplies)), @"
    New: sells 40.00 (BUY_BOX), fees 12.58, pay at most 20.63, buy -, profit -, roi -, others 8, from 39.00
    UsedLikeNew: sells 30.00 (USED_LIKE_NEW), fees 11.10, pay at most 14.07, buy 9.00, profit 9.30, roi 103.3, others 1, from 30.00
    UsedVeryGood: sells 25.00 (USED_VERY_GOOD), fees 10.35, pay at most 10.80, buy -, profit -, roi -, others 4, from 25.00
    UsedGood: sells 20.00 (USED_GOOD), fees 9.60, pay at most 7.53, buy 3.00, profit 6.80, roi 226.7, others 6, from 20.00
    UsedAcceptable: sells 15.00 (USED_ACCEPTABLE), fees 8.85, pay at most 4.26, buy -, profit -, roi -, others -, from 15.00
    ");
}

#[test]
fn where_the_condition_has_only_its_own_series_its_price_is_that_of_its_analysis() {
    let snapshot = tidy();
    let config = AnalysisConfig::default();
    for condition in Condition::ALL {
        for fulfilment in [Fulfilment::Fba, Fulfilment::Fbm] {
            let supplies = [supply(condition, 400)];
            let prices = price_conditions(&snapshot, &supplies, fulfilment, &config, as_of());
            let prices = prices.unwrap();
            let own = prices.conditions.iter().find(|p| p.condition == condition);
            let own = own.unwrap();
            let acquisition = Acquisition {
                buy_price: Some(usd(400)),
                quantity: 2,
                condition,
                fulfilment,
            };
            let analysis = analyze(&snapshot, &acquisition, &config, as_of());
            assert_eq!(own.profit, analysis.profit, "{condition:?} {fulfilment:?}");
            assert_eq!(own.opportunity, analysis.scores.opportunity);
            let likely = |price: &Option<SalePriceEstimate>| price.as_ref().map(|p| p.likely);
            assert_eq!(likely(&own.sale_price), likely(&analysis.sale_price));
        }
    }
}

#[test]
fn a_condition_without_offers_of_its_own_falls_back_and_says_so() {
    let mut snapshot = tidy();
    snapshot.histories.used_like_new = None;
    snapshot.histories.buy_box_used = history(&[(730, 2_200)]);
    let prices = prices(&snapshot, &[]);
    let like_new = prices.conditions.get(1).unwrap();
    let sale_price = like_new.sale_price.as_ref().unwrap();
    assert_eq!(
        (
            sale_price.series,
            sale_price.is_fallback,
            like_new.lowest_offer
        ),
        (PriceSeries::BuyBoxUsed, true, None)
    );
}

#[test]
fn competition_of_another_time_is_none() {
    let mut snapshot = tidy();
    snapshot.histories.used_good = history(&[(730, 2_000), (3, -1)]);
    let now = prices(&snapshot, &[]);
    let good = now.conditions.get(3).unwrap();
    // Six are counted by Keepa, though the lowest price is gone: both are told as they are.
    assert_eq!((good.live_offers, good.lowest_offer), (Some(6), None));
    let earlier = price_conditions(
        &snapshot,
        &[],
        Fulfilment::Fba,
        &AnalysisConfig::default(),
        days_ago(10).to_utc(),
    );
    let earlier = earlier.unwrap();
    let good = earlier.conditions.get(3).unwrap();
    assert_eq!((good.live_offers, good.lowest_offer), (None, None));
}

#[test]
fn the_best_condition_is_the_one_that_earns_the_most_for_its_time() {
    let best = |supplies: &[Supply]| best_condition(&prices(&tidy(), supplies));
    assert_eq!(best(&[]), None);
    let (like_new, good) = (Condition::UsedLikeNew, Condition::UsedGood);
    let dear = [supply(like_new, 1_900), supply(good, 200)];
    assert_eq!(best(&dear), Some(good));
    let cheap = [supply(like_new, 200), supply(good, 200)];
    assert_eq!(best(&cheap), Some(like_new));
    let hopeless = [supply(like_new, 9_000), supply(good, 9_000)];
    assert_eq!(best(&hopeless), None);
}

#[test]
fn what_is_missing_is_named_and_another_currency_is_refused() {
    let mut snapshot = tidy();
    snapshot.package = crate::market::Package::default();
    let unmeasured = prices(&snapshot, &[]);
    assert_eq!(unmeasured.missing, Some(MissingInput::PackageSize));
    assert!(
        unmeasured
            .conditions
            .iter()
            .all(|p| p.profit.is_none() && p.sale_price.is_some())
    );
    snapshot.kind = ListingKind::Ebook;
    let ebook = prices(&snapshot, &[]);
    assert_eq!(
        (ebook.conditions.len(), ebook.missing),
        (0, Some(MissingInput::Product))
    );
    let pounds = Supply {
        buy_price: Money::from_minor(100, Currency::Gbp),
        ..supply(Condition::UsedGood, 0)
    };
    let config = AnalysisConfig::default();
    let refused = price_conditions(&tidy(), &[pounds], Fulfilment::Fba, &config, as_of());
    assert!(matches!(refused, Err(FeeError::Currency { .. })));
}
