//! Defects of buy price, targets, fees and amounts.

use rust_decimal::{Decimal, dec};

use super::{answer, bought_at, good_seller_with, minor};
use crate::acquisition::{Acquisition, Condition, Fulfilment};
use crate::analysis::Analysis;
use crate::fees::{FeeCategory, FeeConfig, FeeInput, FeeKind, FeeSchedule};
use crate::marketplace::Marketplace;
use crate::money::{Currency, Money};
use crate::profit::{
    ConditionOffer, PriceDistribution, ProfitBreakdown, ProfitConfig, profit_by_condition,
};
use crate::ranking::Ranking;
use crate::testing::{good_seller, history, used_good};
use crate::verdict::Recommendation;

fn profit(analysis: &Analysis) -> &ProfitBreakdown {
    analysis.profit.as_ref().unwrap()
}

/// What a kind of fee takes from a sale.
fn fee(analysis: &Analysis, kind: FeeKind) -> Option<i64> {
    let lines = &analysis.fees.as_ref().unwrap().lines;
    let line = lines.iter().find(|line| line.kind == kind)?;
    line.amount.minor()
}

#[test]
fn defect_1_a_return_without_a_purchase_price_was_a_constant_and_is_unknown() {
    let unpriced = bought_at(&good_seller(), None);
    assert_eq!(profit(&unpriced).roi_percent, None);
    assert_eq!(
        (unpriced.scores.combined, unpriced.scores.opportunity),
        (None, None)
    );
    assert_eq!(unpriced.rating, None);
    // Nor does it rank before a return that is known, however low.
    let mut poor = bought_at(&good_seller(), Some(1_200));
    poor.recommendation = unpriced.recommendation;
    let mut list = [unpriced, poor.clone()];
    Ranking::Roi.sort(&mut list);
    assert_eq!(list[0], poor);
}

#[test]
fn defect_1_a_return_followed_from_the_sale_price_alone_and_now_from_the_purchase() {
    let roi = |cents| profit(&bought_at(&good_seller(), Some(cents))).roi_percent;
    assert!(roi(300) > roi(400) && roi(400) > roi(500));
}

#[test]
fn defect_2_a_book_that_cost_three_quarters_of_its_price_could_never_pass_and_the_limit_is_told() {
    let price = minor(bought_at(&good_seller(), None).sale_price.map(|p| p.likely)).unwrap();
    let dear = bought_at(&good_seller(), Some(price * 3 / 4));
    assert_eq!(dear.recommendation, Recommendation::Avoid);
    let limit = minor(profit(&dear).max_buy_price);
    let affordable = bought_at(&good_seller(), limit);
    assert!(profit(&affordable).roi_percent >= Some(dec!(30)));
}

#[test]
fn defect_3_the_target_buy_price_did_not_reach_the_target_and_reaches_it_to_the_cent() {
    // The limit does not depend on the buy price that was offered.
    let limit = |cents| minor(profit(&bought_at(&good_seller(), cents)).max_buy_price);
    assert_eq!(
        (limit(None), limit(Some(1_000))),
        (limit(Some(1)), limit(Some(1)))
    );
    let roi = |cents| profit(&bought_at(&good_seller(), cents)).roi_percent;
    assert!(roi(limit(None)) >= Some(dec!(30)));
    assert!(roi(limit(None).map(|cents| cents + 1)) < Some(dec!(30)));
}

#[test]
fn defect_4_return_was_taken_for_margin_and_each_has_its_own_denominator() {
    let analysis = bought_at(&good_seller(), Some(400));
    let profit = profit(&analysis);
    let percent = |whole: Money| {
        profit
            .profit
            .map(|earned| earned.amount() * Decimal::ONE_HUNDRED / whole.amount())
    };
    assert_eq!(profit.roi_percent, percent(analysis.buy_price.unwrap()));
    assert_eq!(profit.margin_percent, percent(profit.sale_price));
    assert!(profit.roi_percent > profit.margin_percent);
}

#[test]
fn defect_11_a_book_that_cannot_earn_got_half_its_price_as_cost_and_has_no_buy_price_at_all() {
    let hopeless = good_seller_with(|snapshot| {
        snapshot.histories.buy_box_used = history(&[(400, 500)]);
    });
    let unpriced = bought_at(&hopeless, None);
    assert_eq!(
        (
            profit(&unpriced).max_buy_price,
            profit(&unpriced).break_even_buy_price
        ),
        (None, None)
    );
    assert_eq!(unpriced.recommendation, Recommendation::Avoid);
    assert_eq!(
        unpriced.main_reason(),
        "no buy price reaches the target: fees eat the price"
    );
    assert_eq!(
        bought_at(&hopeless, Some(0)).recommendation,
        Recommendation::Avoid
    );
}

#[test]
fn defect_12_one_buy_price_served_all_conditions_and_each_has_its_own_or_none() {
    let book = FeeInput {
        marketplace: Marketplace::Us,
        sale_date: "2026-06-01".parse().unwrap(),
        fulfilment: Fulfilment::Fba,
        package: good_seller().package,
        category: FeeCategory::Media,
        observed: None,
        price_when_observed: None,
        holding_days: 0,
    };
    let fees = FeeSchedule::new(&book, &FeeConfig::default()).unwrap();
    let usd = |cents| Money::from_minor(cents, Currency::Usd);
    let offers = [
        (Condition::New, 3_200, None),
        (Condition::UsedLikeNew, 2_800, Some(600)),
        (Condition::UsedGood, 2_400, Some(300)),
    ]
    .map(|(condition, price, cents)| ConditionOffer {
        condition,
        prices: PriceDistribution::certain(price),
        buy_price: cents.map(usd),
        quantity: 1,
    });
    let results = profit_by_condition(&fees, &offers, &ProfitConfig::default()).unwrap();
    let best = results
        .iter()
        .max_by_key(|result| result.profit.roi_percent);
    // Not the dearest: that one has no offer, and the others are told from theirs.
    assert_eq!(best.map(|best| best.condition), Some(Condition::UsedGood));
    let profits: Vec<_> = results
        .iter()
        .map(|result| minor(result.profit.profit))
        .collect();
    assert_eq!(profits, [None, Some(1_064), Some(1_024)]);
}

#[test]
fn defect_13_every_book_weighed_a_pound_and_weight_and_size_decide() {
    let with_package = |height_mm: u32, weight_g: u32| {
        let snapshot = good_seller_with(|snapshot| {
            snapshot.package.height_mm = height_mm.try_into().ok();
            snapshot.package.weight_g = weight_g.try_into().ok();
        });
        fee(&bought_at(&snapshot, None), FeeKind::Fulfilment)
    };
    let thin = with_package(19, 400);
    let thick = with_package(20, 400);
    let heavy = with_package(20, 1_300);
    assert!(
        thin < thick && thick < heavy,
        "{thin:?} {thick:?} {heavy:?}"
    );
}

#[test]
fn defect_13_fees_knew_neither_storage_nor_what_is_no_book() {
    let book = bought_at(&good_seller(), None);
    assert!(fee(&book, FeeKind::Storage) > Some(0));
    assert_eq!(fee(&book, FeeKind::Closing), Some(180));
    let kettle = bought_at(
        &good_seller_with(|snapshot| snapshot.product_group = Some("Kitchen".to_owned())),
        None,
    );
    assert_eq!(fee(&kettle, FeeKind::Closing), None);
    // Fifteen percent of a dollar are less than the minimum.
    let trinket = bought_at(
        &good_seller_with(|snapshot| {
            snapshot.product_group = Some("Kitchen".to_owned());
            snapshot.histories.buy_box_used = history(&[(400, 100)]);
        }),
        None,
    );
    assert_eq!(fee(&trinket, FeeKind::Referral), Some(30));
}

#[test]
fn defect_24_a_loss_was_bought_and_is_avoided_whatever_else_is_good() {
    let bestseller = good_seller_with(|snapshot| {
        snapshot.sales_rank_drops.days_30 = Some(250);
        snapshot.sales_rank_drops.days_180 = Some(1_500);
    });
    let loss = bought_at(&bestseller, Some(2_000));
    assert!(profit(&loss).roi_percent < Some(Decimal::ZERO));
    assert_eq!(loss.recommendation, Recommendation::Avoid);
}

#[test]
fn defect_24_a_return_ignored_fees_and_counts_all_of_them() {
    let analysis = bought_at(&good_seller(), Some(400));
    let profit = profit(&analysis);
    let left = profit.sale_price.amount()
        - profit.total_fees.amount()
        - profit.other_costs.amount()
        - profit.buffer.amount()
        - analysis.buy_price.unwrap().amount();
    assert_eq!(profit.profit.map(|money| money.amount()), Some(left));
    assert_eq!(
        Some(profit.total_fees),
        analysis.fees.map(|fees| fees.total)
    );
}

#[test]
fn defect_25_a_return_of_a_thousand_percent_overflowed_and_is_told() {
    let cheap = bought_at(&good_seller(), Some(1));
    let roi = profit(&cheap).roi_percent;
    assert!(roi > Some(dec!(100_000)));
    let read: Analysis = serde_json::from_str(&serde_json::to_string(&cheap).unwrap()).unwrap();
    assert_eq!(profit(&read).roi_percent, roi);
    // Amounts add up without a rounding error, however many units.
    let thousand = Acquisition {
        quantity: 1_000,
        ..used_good(Some(333))
    };
    let many = answer(&good_seller(), &thousand);
    assert_eq!(
        minor(profit(&many).profit_for_quantity),
        minor(profit(&many).profit).map(|one| one * 1_000)
    );
}
