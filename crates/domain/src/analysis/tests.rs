//! Whole analyses of made-up products under snapshots, and properties that hold for any product.

use proptest::prelude::*;

use super::*;
use crate::market::SalesRankDrops;
use crate::money::Currency;
use crate::testing::{as_of, good_seller, history, repeating, used_good};
use crate::verdict::ReasonCode;

fn answer(snapshot: &MarketSnapshot, acquisition: &Acquisition) -> Analysis {
    analyze(snapshot, acquisition, &AnalysisConfig::default(), as_of())
}

#[test]
fn a_good_seller_bought_cheaply_is_bought() {
    let analysis = answer(&good_seller(), &used_good(Some(400)));
    assert!(analysis.recommendation >= Recommendation::Consider);
    insta::assert_json_snapshot!(analysis);
}

#[test]
fn a_dead_book_is_passed_for_its_speed() {
    let mut snapshot = good_seller();
    snapshot.histories.sales_rank = history(&[(700, 9_000_000)]);
    snapshot.sales_rank_drops = SalesRankDrops {
        days_30: Some(0),
        days_90: Some(0),
        days_180: Some(0),
        days_365: Some(0),
    };
    let analysis = answer(&snapshot, &used_good(Some(400)));
    assert!(analysis.scores.velocity < Some(5));
    assert_eq!(analysis.recommendation, Recommendation::Pass);
    insta::assert_json_snapshot!(analysis);
}

#[test]
fn a_new_unit_against_amazon_in_the_buy_box_is_avoided() {
    let mut snapshot = good_seller();
    snapshot.histories.amazon = history(&[(400, 3_100)]);
    snapshot.buy_box.is_amazon = Some(true);
    let acquisition = Acquisition {
        condition: Condition::New,
        ..used_good(Some(400))
    };
    let analysis = answer(&snapshot, &acquisition);
    assert_eq!(analysis.recommendation, Recommendation::Avoid);
    insta::assert_json_snapshot!(analysis);
}

#[test]
fn a_price_that_tripled_yesterday_is_not_believed() {
    let mut snapshot = good_seller();
    snapshot.histories.buy_box_used = history(&[(400, 2_000), (1, 6_000)]);
    let analysis = answer(&snapshot, &used_good(Some(400)));
    insta::assert_json_snapshot!(analysis);
}

#[test]
fn without_a_package_the_fees_are_missing_and_nothing_is_guessed() {
    let mut snapshot = good_seller();
    snapshot.package = crate::market::Package::default();
    let analysis = answer(&snapshot, &used_good(Some(400)));
    assert_eq!(analysis.recommendation, Recommendation::InsufficientData);
    insta::assert_json_snapshot!(analysis);
}

#[test]
fn each_way_of_lacking_fees_names_what_is_missing() {
    let mut snapshot = good_seller();
    snapshot.package = crate::market::Package::default();
    let own_shipping = Acquisition {
        fulfilment: Fulfilment::Fbm,
        ..used_good(Some(400))
    };
    assert_eq!(
        answer(&snapshot, &own_shipping).missing,
        [MissingInput::PackageWeight]
    );
    let mut config = AnalysisConfig::default();
    config.fees.own_shipping_per_pound = rust_decimal::Decimal::ZERO;
    assert_eq!(
        analyze(&snapshot, &own_shipping, &config, as_of()).missing,
        []
    );
    let indian = MarketSnapshot {
        marketplace: Marketplace::In,
        ..good_seller()
    };
    assert_eq!(
        answer(&indian, &used_good(None)).missing,
        [MissingInput::FeeSchedule, MissingInput::BuyPrice]
    );
}

#[test]
fn without_a_rank_price_and_profit_are_told_and_the_verdict_is_not() {
    let mut snapshot = good_seller();
    snapshot.histories.sales_rank = None;
    snapshot.sales_rank_drops = SalesRankDrops::default();
    let analysis = answer(&snapshot, &used_good(Some(400)));
    assert_eq!(analysis.missing, [MissingInput::SalesRank]);
    assert!(analysis.profit.is_some());
    insta::assert_json_snapshot!(analysis);
}

#[test]
fn a_removed_listing_is_an_unknown_product() {
    let mut snapshot = good_seller();
    snapshot.kind = ListingKind::Invalid;
    let analysis = answer(&snapshot, &used_good(Some(400)));
    assert_eq!(analysis.missing, [MissingInput::Product]);
    insta::assert_json_snapshot!(analysis);
}

#[test]
fn without_a_buy_price_the_answer_is_what_to_pay_at_most() {
    let analysis = answer(&good_seller(), &used_good(None));
    assert_eq!(
        analysis.reasons.first().map(|r| r.code),
        Some(ReasonCode::NoBuyPrice)
    );
    assert!(analysis.recommendation < Recommendation::Buy);
    insta::assert_json_snapshot!(analysis);
}

#[test]
fn a_dead_book_without_a_buy_price_is_no_candidate() {
    let mut snapshot = good_seller();
    snapshot.histories.sales_rank = history(&[(700, 9_000_000)]);
    snapshot.sales_rank_drops = SalesRankDrops::default();
    let analysis = answer(&snapshot, &used_good(None));
    assert_eq!(analysis.recommendation, Recommendation::Pass);
    assert_eq!(
        analysis.reasons.first().map(|r| r.code),
        Some(ReasonCode::SlowSeller)
    );
}

/// A book that sells many times a day with one other offer: excellent at a low price.
fn bestseller() -> MarketSnapshot {
    let mut snapshot = good_seller();
    snapshot.histories.sales_rank = repeating(1, &[900, 1_100]);
    snapshot.sales_rank_drops.days_30 = Some(250);
    snapshot.sales_rank_drops.days_180 = Some(1_500);
    snapshot
}

#[test]
fn an_excellent_book_is_bought_at_once_but_not_against_amazon_and_not_above_the_limit() {
    let analysis = answer(&bestseller(), &used_good(Some(400)));
    assert_eq!(analysis.recommendation, Recommendation::StrongBuy);
    assert_eq!(
        analysis.main_reason(),
        "ROI 247 % on 4.00, profit of 9.88 a unit"
    );

    let mut against_amazon = bestseller();
    against_amazon.buy_box.is_amazon = Some(true);
    let analysis = answer(&against_amazon, &used_good(Some(400)));
    assert_eq!(analysis.recommendation, Recommendation::Buy);
    assert!(analysis.reasons.iter().any(|r| r.code == ReasonCode::Risk));

    let analysis = answer(&bestseller(), &used_good(Some(1_200)));
    assert_eq!(analysis.recommendation, Recommendation::Pass);
    assert_eq!(
        analysis.reasons.first().map(|r| r.code),
        Some(ReasonCode::LowProfit)
    );
}

#[test]
fn the_first_reason_of_a_refusal_is_what_speaks_against_it() {
    let mut snapshot = good_seller();
    snapshot.histories.sales_rank = history(&[(700, 9_000_000)]);
    snapshot.sales_rank_drops = SalesRankDrops::default();
    let analysis = answer(&snapshot, &used_good(Some(400)));
    assert_eq!(analysis.main_reason(), "hardly ever sells");
}

#[test]
fn a_price_that_falls_while_offers_grow_and_one_that_leaps_are_flagged() {
    let codes = |price: &[(i32, i32)], offers: &[(i32, i32)]| {
        let mut snapshot = good_seller();
        snapshot.histories.buy_box_used = history(price);
        snapshot.histories.used_offer_count = history(offers);
        let flags = answer(&snapshot, &used_good(Some(400))).flags;
        flags.into_iter().map(|flag| flag.code).collect::<Vec<_>>()
    };
    let steady = [(400, 12)];
    let grown = [(400, 12), (20, 30)];
    assert_eq!(codes(&[(400, 2_500)], &grown), []);
    assert_eq!(codes(&[(400, 2_500), (9, 1_600)], &steady), []);
    assert_eq!(
        codes(&[(400, 2_500), (9, 1_600)], &grown),
        [risk::RiskCode::PriceFalling]
    );
    assert_eq!(
        codes(&[(400, 2_500), (9, 4_000)], &steady),
        [risk::RiskCode::PriceSpike]
    );
}

#[test]
fn an_analysis_survives_its_stored_form() {
    let analysis = answer(&good_seller(), &used_good(Some(400)));
    let stored = serde_json::to_string(&analysis).unwrap();
    let read: Analysis = serde_json::from_str(&stored).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), stored);
}

fn any_series() -> impl Strategy<Value = Option<crate::history::History>> {
    let changes = prop::collection::vec((-30_i32..800, -1_i32..i32::MAX), 0..12);
    prop::option::of(changes).prop_map(|changes| {
        let mut changes = changes?;
        changes.sort_by_key(|&(days, _)| std::cmp::Reverse(days));
        history(&changes)
    })
}

prop_compose! {
    fn any_snapshot()(
        series in prop::array::uniform12(any_series()),
        observed_days_ago in prop::option::of(-10_i32..500),
        kind in prop::sample::select(vec![ListingKind::Standard, ListingKind::Standard, ListingKind::Ebook, ListingKind::Invalid]),
        marketplace in prop::sample::select(Marketplace::ALL.to_vec()),
        package in prop::array::uniform4(prop::option::of(1_u32..5_000)),
        counts in prop::array::uniform8(prop::option::of(any::<u32>())),
        is_amazon in any::<Option<bool>>(),
        is_book in any::<bool>(),
    ) -> MarketSnapshot {
        let [amazon, new, used, sales_rank, new_fba, new_fbm, buy_box, buy_box_used, used_good, new_offer_count, used_offer_count, monthly_sold] = series;
        let [length_mm, width_mm, height_mm, weight_g] = package.map(|n| n.and_then(std::num::NonZeroU32::new));
        let [days_30, days_90, days_180, days_365, sold, offers_fba, offers_new, offers_used] = counts;
        MarketSnapshot {
            observed_at: observed_days_ago.map(crate::testing::days_ago),
            kind,
            marketplace,
            package: crate::market::Package { length_mm, width_mm, height_mm, weight_g },
            histories: crate::market::Histories {
                amazon, new, used, sales_rank, new_fba, new_fbm, buy_box, buy_box_used, used_good,
                new_offer_count, used_offer_count, monthly_sold,
                ..Default::default()
            },
            sales_rank_drops: SalesRankDrops { days_30, days_90, days_180, days_365 },
            monthly_sold: sold,
            live_offers: crate::market::LiveOffers { new_fba: offers_fba, new_fbm: None, new: offers_new, used: offers_used, used_by_condition: crate::market::UsedOffers::default() },
            buy_box: crate::market::BuyBox { is_amazon, is_fba: None },
            product_group: is_book.then(|| "Book".to_owned()),
            root_category: is_book.then_some(283_155),
            ..good_seller()
        }
    }
}

prop_compose! {
    fn any_acquisition(marketplace: Marketplace)(
        cents in prop::option::of(0_i64..10_000_000),
        quantity in 1_u32..100_000,
        condition in prop::sample::select(vec![Condition::New, Condition::UsedLikeNew, Condition::UsedGood, Condition::UsedAcceptable]),
        fulfilment in prop::sample::select(vec![Fulfilment::Fba, Fulfilment::Fbm]),
    ) -> Acquisition {
        let buy_price = cents.map(|cents| Money::from_minor(cents, marketplace.currency()));
        Acquisition { buy_price, quantity, condition, fulfilment }
    }
}

#[test]
fn a_buy_price_in_a_foreign_currency_or_beyond_reason_is_missing_and_the_limit_is_told() {
    let foreign = Money::from_minor(400, Currency::Jpy);
    let absurd = Money::from_minor(i64::MAX, Currency::Usd);
    for buy_price in [foreign, absurd] {
        let offer = Acquisition {
            buy_price: Some(buy_price),
            ..used_good(None)
        };
        let analysis = answer(&good_seller(), &offer);
        assert_eq!(analysis.missing, [MissingInput::BuyPrice]);
        let without = answer(&good_seller(), &used_good(None));
        assert_eq!(analysis.profit, without.profit);
        assert_eq!(analysis.reasons, without.reasons);
    }
}

#[test]
fn the_last_moment_of_the_calendar_is_a_time_like_any_other() {
    let as_of = DateTime::<Utc>::MAX_UTC;
    let snapshot = MarketSnapshot {
        observed_at: Some(KeepaMinutes::from_utc(as_of)),
        ..good_seller()
    };
    let config = AnalysisConfig::default();
    let analysis = analyze(&snapshot, &used_good(Some(400)), &config, as_of);
    assert_eq!(analysis.as_of, as_of);
    assert!(!analysis.reasons.is_empty());
}

proptest! {
    #[test]
    fn any_product_gets_an_answer_with_reasons_and_the_same_input_the_same_bytes(
        (snapshot, acquisition) in any_snapshot().prop_flat_map(|snapshot| {
            let acquisition = any_acquisition(snapshot.marketplace);
            (Just(snapshot), acquisition)
        })
    ) {
        let analysis = answer(&snapshot, &acquisition);
        prop_assert!(!analysis.reasons.is_empty());
        prop_assert!(analysis.reasons.iter().all(|reason| !reason.text.is_empty()));
        prop_assert!(analysis.flags.is_sorted_by(|a, b| a.severity >= b.severity));
        let needed = analysis.missing.iter().any(|input| *input != MissingInput::BuyPrice);
        prop_assert_eq!(needed, analysis.recommendation == Recommendation::InsufficientData);
        let critical = analysis.flags.iter().any(|flag| flag.severity == risk::Severity::Critical);
        prop_assert!(!critical || analysis.recommendation <= Recommendation::Pass);
        prop_assert!(acquisition.buy_price.is_some() || analysis.recommendation < Recommendation::Buy);
        if analysis.recommendation == Recommendation::StrongBuy {
            prop_assert!(analysis.flags.iter().all(|flag| flag.code != risk::RiskCode::AmazonHoldsBuyBox));
            let probability = analysis.profit.as_ref().and_then(|profit| profit.profit_probability_percent);
            prop_assert!(probability >= Some(75));
        }
        for score in [analysis.scores.velocity, analysis.scores.stability, analysis.scores.confidence, analysis.scores.combined] {
            prop_assert!(score.is_none_or(|score| score <= 100));
        }
        if let Some(demand) = &analysis.demand {
            prop_assert!(demand.monthly_units.is_finite() && demand.monthly_units >= 0.0);
            prop_assert!(demand.monthly_units_low <= demand.monthly_units && demand.monthly_units <= demand.monthly_units_high);
        }
        let bytes = |analysis: &Analysis| serde_json::to_vec(analysis).unwrap();
        prop_assert_eq!(bytes(&analysis), bytes(&answer(&snapshot, &acquisition)));
    }

    #[test]
    fn a_lower_buy_price_never_lowers_profit_or_opportunity(cents in 0_i64..5_000, less in 0_i64..5_000) {
        let at = |cents: i64| answer(&good_seller(), &used_good(Some(cents.max(0))));
        let (dear, cheap) = (at(cents), at(cents - less));
        prop_assert!(cheap.scores.opportunity >= dear.scores.opportunity);
        let profit = |analysis: &Analysis| analysis.profit.as_ref().and_then(|p| p.profit?.minor());
        prop_assert!(profit(&cheap) >= profit(&dear));
    }

    #[test]
    fn a_swinging_price_is_never_steadier_than_a_constant_one(low in 100_i32..5_000, swing in 0_i32..5_000) {
        let stability = |values: &[i32]| {
            let mut snapshot = good_seller();
            snapshot.histories.buy_box_used = repeating(10, values);
            answer(&snapshot, &used_good(Some(400))).scores.stability
        };
        prop_assert!(stability(&[low, low + swing]) <= stability(&[low]));
    }
}

#[test]
fn a_buy_price_in_another_currency_is_none() {
    let acquisition = Acquisition {
        buy_price: Some(Money::from_minor(400, Currency::Eur)),
        ..used_good(None)
    };
    let analysis = answer(&good_seller(), &acquisition);
    let expected = Analysis {
        buy_price: acquisition.buy_price,
        ..answer(&good_seller(), &used_good(None))
    };
    assert_eq!(analysis, expected);
}

#[test]
fn money_of_an_answer_is_in_the_currency_of_the_marketplace() {
    let mut snapshot = good_seller();
    snapshot.marketplace = Marketplace::Gb;
    let acquisition = Acquisition {
        buy_price: Some(Money::from_minor(400, Currency::Gbp)),
        ..used_good(None)
    };
    let analysis = answer(&snapshot, &acquisition);
    let price = analysis.sale_price.unwrap().likely;
    assert_eq!(price.currency(), Currency::Gbp);
    assert_eq!(analysis.fees.unwrap().total.currency(), Currency::Gbp);
}
