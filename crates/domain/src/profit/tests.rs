//! Worked examples, the predecessor's tables, and limits against a search over every price.

use proptest::prelude::*;
use rust_decimal::{Decimal, dec};

use super::*;
use crate::acquisition::Condition;
use crate::fees::{FeeCategory, FeeConfig, FeeInput};
use crate::market::Package;
use crate::marketplace::Marketplace;
use crate::money::Currency;

/// A media item without storage, sold in May 2026, when the fuel surcharge is charged.
fn item(sides_mm: [u32; 3], weight_g: u32) -> FeeInput {
    let [length, width, height] = sides_mm;
    FeeInput {
        marketplace: Marketplace::Us,
        sale_date: "2026-05-01".parse().unwrap(),
        fulfilment: Fulfilment::Fba,
        package: Package {
            length_mm: length.try_into().ok(),
            width_mm: width.try_into().ok(),
            height_mm: height.try_into().ok(),
            weight_g: weight_g.try_into().ok(),
        },
        category: FeeCategory::Media,
        observed: None,
        price_when_observed: None,
        holding_days: 0,
    }
}

fn paperback() -> FeeInput {
    item([228, 152, 25], 453)
}

/// The flat schedule of the predecessor, for a book of a pound and without tax.
fn flat() -> FeeSchedule {
    let input = FeeInput {
        marketplace: Marketplace::Fr,
        ..item([0, 0, 0], 454)
    };
    let config = FeeConfig {
        vat_percent: Some(Decimal::ZERO),
        ..FeeConfig::default()
    };
    FeeSchedule::new(&input, &config).unwrap()
}

fn schedule(input: &FeeInput) -> FeeSchedule {
    FeeSchedule::new(input, &FeeConfig::default()).unwrap()
}

fn no_extras() -> ProfitConfig {
    ProfitConfig {
        inbound_per_unit: Decimal::ZERO,
        prep_per_unit: Decimal::ZERO,
        ..ProfitConfig::default()
    }
}

fn breakdown(
    fees: &FeeSchedule,
    price: i64,
    buy_price: Option<i64>,
    config: &ProfitConfig,
) -> ProfitBreakdown {
    let input = ProfitInput {
        fees,
        prices: PriceDistribution::certain(price),
        buy_price: buy_price.map(|minor| Money::from_minor(minor, fees.currency())),
        quantity: 3,
    };
    profit(&input, config).unwrap()
}

fn text(amount: Option<Money>) -> String {
    amount.map_or_else(|| "none".to_owned(), |amount| amount.amount().to_string())
}

fn minor(amount: Option<Money>) -> Option<i64> {
    amount.and_then(|amount| amount.minor())
}

#[test]
fn the_worked_examples_hold() {
    // (package, price, buy price, profit, ROI, break-even and maximum buy price). The maximum is rounded down to the cent,
    // since a cent more misses the target.
    let hardcover = item([236, 157, 35], 680);
    let textbook = item([276, 218, 38], 1_360);
    let heavy = item([279, 220, 50], 2_358);
    let cheap = item([175, 106, 25], 204);
    let cases = [
        (
            paperback(),
            1_800,
            400,
            "4.74",
            dec!(118.50),
            "8.74",
            "6.72",
        ),
        (
            hardcover,
            2_500,
            600,
            "7.84",
            dec!(130.67),
            "13.84",
            "10.64",
        ),
        (
            textbook,
            5_000,
            2_000,
            "13.80",
            dec!(69.00),
            "33.80",
            "26.00",
        ),
        (heavy, 12_000, 5_500, "36.97", dec!(67.22), "91.97", "70.74"),
        (cheap, 899, 100, "1.60", dec!(160.00), "2.60", "2.00"),
    ];
    for (input, price, buy_price, earned, roi, break_even, most) in cases {
        let result = breakdown(&schedule(&input), price, Some(buy_price), &no_extras());
        assert_eq!(text(result.profit), earned, "at {price}");
        assert_eq!(
            result.roi_percent.map(|roi| roi.round_dp(2)),
            Some(roi),
            "at {price}"
        );
        assert_eq!(text(result.break_even_buy_price), break_even, "at {price}");
        assert_eq!(text(result.max_buy_price), most, "at {price}");
    }
}

#[test]
fn the_predecessors_profit_table_holds() {
    // (price, buy price, profit, ROI, margin, break-even buy price) with its buffer of 5 %.
    let cases = [
        (2_500, 1_000, "4.70", dec!(47), dec!(18.8), "14.70"),
        (10_000, 5_000, "24.70", dec!(49.4), dec!(24.7), "74.70"),
        (10_000, 6_000, "14.70", dec!(24.5), dec!(14.7), "74.70"),
        (4_000, 1_500, "11.70", dec!(78), dec!(29.25), "26.70"),
        (1_000, 500, "-2.30", dec!(-46), dec!(-23), "2.70"),
        (2_000, 800, "2.70", dec!(33.75), dec!(13.5), "10.70"),
        (5_000, 2_000, "14.70", dec!(73.5), dec!(29.4), "34.70"),
        (2_800, 1_563, "1.47", dec!(9.40), dec!(5.25), "17.10"),
    ];
    let config = ProfitConfig {
        buffer_percent: dec!(5),
        ..ProfitConfig::default()
    };
    for (price, buy_price, earned, roi, margin, break_even) in cases {
        let result = breakdown(&flat(), price, Some(buy_price), &config);
        assert_eq!(text(result.profit), earned, "at {price}");
        assert_eq!(
            result.roi_percent.map(|roi| roi.round_dp(2)),
            Some(roi),
            "at {price}"
        );
        assert_eq!(result.margin_percent, Some(margin), "at {price}");
        assert_eq!(text(result.break_even_buy_price), break_even, "at {price}");
    }
}

#[test]
fn the_predecessors_maximum_buy_prices_hold_rounded_down_to_the_cent() {
    let cases = [
        (800, ["1.11", "1.15", "1.00"]),
        (1_000, ["2.37", "2.46", "2.13"]),
        (1_500, ["5.51", "5.73", "4.96"]),
        (2_000, ["8.66", "9.00", "7.80"]),
        (2_500, ["11.81", "12.26", "10.63"]),
        (2_800, ["13.70", "14.23", "12.33"]),
        (3_000, ["14.96", "15.53", "13.46"]),
        (4_000, ["21.25", "22.07", "19.13"]),
        (5_000, ["27.55", "28.61", "24.80"]),
        (7_500, ["43.29", "44.96", "38.96"]),
        (10_000, ["59.03", "61.30", "53.13"]),
        (15_000, ["90.51", "94.00", "81.46"]),
        (500, ["none", "none", "none"]),
    ];
    let fees = flat();
    for (price, expected) in cases {
        let most = [dec!(35), dec!(30), dec!(50)].map(|target_roi_percent| {
            let config = ProfitConfig {
                target_roi_percent,
                ..ProfitConfig::default()
            };
            text(breakdown(&fees, price, None, &config).max_buy_price)
        });
        assert_eq!(most, expected, "at {price}");
    }
}

#[test]
fn every_maximum_buy_price_reaches_its_targets_and_a_cent_more_misses_one() {
    let taxed = ProfitConfig {
        purchase_tax_percent: dec!(8.25),
        buffer_percent: dec!(2.5),
        minimum_profit: dec!(3),
        ..ProfitConfig::default()
    };
    for config in [ProfitConfig::default(), taxed] {
        let least = config.minimum_profit_minor(Currency::Usd);
        let fees = schedule(&paperback());
        let reaches = |price, buy_price: i64| {
            let result = breakdown(&fees, price, Some(buy_price), &config);
            minor(result.profit).unwrap() >= least
                && result
                    .roi_percent
                    .is_none_or(|roi| roi >= config.target_roi_percent)
                && result.profit.unwrap().amount() >= Decimal::ZERO
        };
        for price in 100..=50_000 {
            match minor(breakdown(&fees, price, None, &config).max_buy_price) {
                Some(most) => {
                    assert!(reaches(price, most), "{most} at {price}");
                    assert!(!reaches(price, most + 1), "{most} + 0.01 at {price}");
                }
                None => assert!(!reaches(price, 0), "nothing at {price}"),
            }
        }
    }
}

#[test]
fn dead_zones_lie_just_above_ten_and_fifty_dollars() {
    // A higher price that leaves less than the last one of the cheaper band: (package, last price before, first price that leaves as much).
    let thin = item([228, 152, 19], 453);
    for (input, before, first_as_good) in [
        (paperback(), 999, 1_099),
        (paperback(), 5_000, 5_032),
        (thin, 999, 1_122),
    ] {
        let fees = schedule(&input);
        let net = |price| price - fees.total_minor_at(price);
        let worse: Vec<i64> = (before + 1..before + 500)
            .filter(|&price| net(price) < net(before))
            .collect();
        assert_eq!(worse, (before + 1..first_as_good).collect::<Vec<_>>());
    }
}

#[test]
fn a_jump_of_fees_above_a_profitable_price_is_a_loss_zone_below_the_break_even() {
    // At 9.99 a sale leaves 2.78: bought for 2.70 without extras it earns from 9.91 to 9.99, loses up to 10.88, and earns again.
    let result = breakdown(&schedule(&paperback()), 1_800, Some(270), &no_extras());
    let zones: Vec<_> = result
        .loss_zones
        .iter()
        .map(|zone| (zone.from.minor(), zone.to.minor()))
        .collect();
    let net = |price| {
        minor(breakdown(&schedule(&paperback()), price, Some(270), &no_extras()).profit).unwrap()
    };
    assert!(net(999) > 0 && net(1_000) < 0);
    assert_eq!(zones, [(Some(1_000), Some(1_088))]);
    assert_eq!(minor(result.break_even_sale_price), Some(1_090));
    assert_eq!(
        (net(1_088), net(1_089), net(1_090), net(1_091)),
        (-1, 0, 0, 1)
    );
}

#[test]
fn a_book_that_cannot_earn_says_so() {
    let result = breakdown(
        &schedule(&paperback()),
        500,
        Some(100),
        &ProfitConfig::default(),
    );
    assert_eq!(result.max_buy_price, None);
    assert_eq!(result.break_even_buy_price, None);
    assert_eq!(result.profit_probability_percent, Some(0));
    assert_eq!(text(result.profit), "-3.06");
    assert_eq!(text(result.profit_for_quantity), "-9.18");
}

#[test]
fn without_a_buy_price_only_the_limits_are_told() {
    let result = breakdown(
        &schedule(&paperback()),
        1_800,
        None,
        &ProfitConfig::default(),
    );
    assert_eq!(text(result.max_buy_price), "6.26");
    assert_eq!(text(result.break_even_buy_price), "8.14");
    assert_eq!(
        (
            result.profit,
            result.roi_percent,
            result.break_even_sale_price
        ),
        (None, None, None)
    );
    assert_eq!(
        (result.expected_profit, result.profit_probability_percent),
        (None, None)
    );
}

#[test]
fn a_gift_has_no_return_on_its_price_but_one_on_all_costs() {
    let result = breakdown(
        &schedule(&paperback()),
        1_800,
        Some(0),
        &ProfitConfig::default(),
    );
    assert_eq!(result.roi_percent, None);
    assert_eq!(
        result.roi_on_all_costs_percent.map(|roi| roi.round_dp(2)),
        Some(dec!(1356.67))
    );
}

#[test]
fn a_seller_who_ships_pays_neither_inbound_shipping_nor_preparation() {
    let input = FeeInput {
        fulfilment: Fulfilment::Fbm,
        ..paperback()
    };
    let result = breakdown(
        &schedule(&input),
        1_800,
        Some(400),
        &ProfitConfig::default(),
    );
    assert_eq!(text(Some(result.other_costs)), "0.00");
}

#[test]
fn a_buy_price_in_a_foreign_currency_is_refused() {
    let fees = schedule(&paperback());
    let input = ProfitInput {
        fees: &fees,
        prices: PriceDistribution::certain(1_800),
        buy_price: Some(Money::from_minor(400, Currency::Eur)),
        quantity: 1,
    };
    let wrong = FeeError::Currency {
        expected: Currency::Usd,
        given: Currency::Eur,
    };
    assert_eq!(profit(&input, &ProfitConfig::default()), Err(wrong));
}

#[test]
fn a_configuration_out_of_range_names_the_value() {
    let config = ProfitConfig {
        buffer_percent: dec!(40.5),
        prep_per_unit: dec!(-0.01),
        ..ProfitConfig::default()
    };
    let problems = [
        ("profit.buffer_percent", "must be from 0 to 40"),
        ("profit.prep_per_unit", "must be from 0 to 1000000"),
    ];
    assert_eq!(config.problems(), problems);
    assert_eq!(ProfitConfig::default().problems(), []);
}

#[test]
fn each_condition_is_judged_by_its_own_buy_price_and_one_without_an_offer_by_its_limits() {
    let fees = schedule(&paperback());
    let offer = |condition, price, buy_price: Option<i64>| ConditionOffer {
        condition,
        prices: PriceDistribution::certain(price),
        buy_price: buy_price.map(|minor| Money::from_minor(minor, Currency::Usd)),
        quantity: 2,
    };
    let offers = [
        offer(Condition::New, 2_600, Some(1_200)),
        offer(Condition::UsedLikeNew, 2_200, None),
        offer(Condition::UsedGood, 1_800, Some(400)),
    ];
    let told: Vec<_> = profit_by_condition(&fees, &offers, &no_extras())
        .unwrap()
        .into_iter()
        .map(|each| {
            let ProfitBreakdown {
                profit,
                profit_for_quantity,
                max_buy_price,
                ..
            } = each.profit;
            let amounts = [profit, profit_for_quantity, max_buy_price].map(text);
            (each.condition, amounts.join(" "))
        })
        .collect();
    let expected = [
        (Condition::New, "3.54 7.08 11.95"),
        (Condition::UsedLikeNew, "none none 9.33"),
        (Condition::UsedGood, "4.74 9.48 6.72"),
    ];
    assert_eq!(
        told,
        expected.map(|(condition, text)| (condition, text.to_owned()))
    );
}

#[test]
fn a_price_spread_around_a_fee_jump_counts_the_loss_zone_as_loss() {
    // Bought for 2.70 it earns at 9.91 to 9.99, nine of the thirty cents of the lowest tenth, and from 10.91 on, nearly all of the
    // highest tenth (see the loss zone above).
    let fees = schedule(&paperback());
    let at = |low, likely, high| {
        let input = ProfitInput {
            fees: &fees,
            prices: PriceDistribution { low, likely, high },
            buy_price: Some(Money::from_minor(270, Currency::Usd)),
            quantity: 1,
        };
        let result = profit(&input, &no_extras()).unwrap();
        (
            result.profit_probability_percent,
            text(result.expected_profit),
        )
    };
    assert_eq!(at(1_500, 1_800, 2_100), (Some(100), "6.04".to_owned()));
    assert_eq!(at(1_000, 1_040, 1_088), (Some(12), "-0.31".to_owned()));
}

/// Every kind of fee function: referral bands, minimum, price bands, tax, refunds with their maximum, none of them.
fn any_fees() -> impl Strategy<Value = FeeSchedule> {
    let category = prop::sample::select(vec![
        FeeCategory::Media,
        FeeCategory::EverythingElse,
        FeeCategory::Clothing,
        FeeCategory::BeautyAndBaby,
        FeeCategory::Jewelry,
        FeeCategory::FineArt,
        FeeCategory::ElectronicsAccessories,
    ]);
    let marketplace = prop::sample::select(vec![
        Marketplace::Us,
        Marketplace::Us,
        Marketplace::Gb,
        Marketplace::De,
        Marketplace::Fr,
    ]);
    let fulfilment = prop::sample::select(vec![Fulfilment::Fba, Fulfilment::Fbm]);
    let shares = (0_i64..=1_000, prop::sample::select(vec![0, 0, 300, 3_000]));
    (category, marketplace, fulfilment, 50_u32..4_000, shares).prop_map(
        |(category, marketplace, fulfilment, grams, (returns, refunds))| {
            let input = FeeInput {
                marketplace,
                category,
                fulfilment,
                ..item([228, 152, 25], grams)
            };
            let config = FeeConfig {
                return_allowance_percent: Decimal::new(returns, 2),
                refund_percent: Decimal::new(refunds, 2),
                ..FeeConfig::default()
            };
            FeeSchedule::new(&input, &config).unwrap()
        },
    )
}

fn any_config() -> impl Strategy<Value = ProfitConfig> {
    (0_i64..=4_000).prop_map(|buffer| ProfitConfig {
        buffer_percent: Decimal::new(buffer, 2),
        ..ProfitConfig::default()
    })
}

/// Profit by its definition.
fn earned(fees: &FeeSchedule, config: &ProfitConfig, price: i64, buy_price: i64) -> i64 {
    let handling = match fees.fulfilled_by() {
        Fulfilment::Fba => 60,
        Fulfilment::Fbm => 0,
    };
    let buffer = Ppm::from_percent(config.buffer_percent).of(price);
    price - fees.total_minor_at(price) - buffer - buy_price - handling
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn break_even_and_loss_zones_are_those_of_a_search_over_every_price(
        fees in any_fees(),
        config in any_config(),
        buy_price in 0_i64..6_000,
    ) {
        let bound = 60_000;
        let result = breakdown(&fees, 2_000, Some(buy_price), &config);
        let earned = |price| earned(&fees, &config, price, buy_price);
        let unprofitable = (0..=bound).rev().find(|&price| earned(price) <= 0).unwrap();
        prop_assume!(unprofitable < bound);
        let expected = if earned(unprofitable) == 0 { unprofitable } else { unprofitable + 1 };
        prop_assert_eq!(minor(result.break_even_sale_price), Some(expected));
        let mut zones: Vec<(i64, i64)> = Vec::new();
        for price in (0..bound).skip_while(|&price| earned(price) <= 0) {
            if earned(price) < 0 {
                match zones.last_mut() {
                    Some((_, to)) if *to == price - 1 => *to = price,
                    _ => zones.push((price, price)),
                }
            }
        }
        let computed: Vec<_> = result
            .loss_zones
            .iter()
            .map(|zone| (zone.from.minor().unwrap(), zone.to.minor().unwrap()))
            .collect();
        prop_assert_eq!(computed, zones);
    }

    #[test]
    fn probability_and_mean_are_those_of_a_sum_over_every_price(
        fees in any_fees(),
        config in any_config(),
        buy_price in 0_i64..6_000,
        low in 0_i64..6_000,
        up in 0_i64..3_000,
        further in 0_i64..3_000,
    ) {
        let (likely, high) = (low + up, low + up + further);
        let input = ProfitInput {
            fees: &fees,
            prices: PriceDistribution { low, likely, high },
            buy_price: Some(Money::from_minor(buy_price, fees.currency())),
            quantity: 1,
        };
        let result = profit(&input, &config).unwrap();
        let earned = |price| earned(&fees, &config, price, buy_price);
        let lowest = (low - up * 3 / 4).max(0);
        let pieces = [
            (lowest, low, 0.1),
            (low, likely, 0.4),
            (likely, high, 0.4),
            (high, high + further * 3 / 4, 0.1),
        ];
        let (mut probability, mut mean) = (0.0, 0.0);
        for (from, to, share) in pieces {
            let (mut good, mut sum, mut total) = (0.0, 0.0, 0.0);
            for price in from..=to {
                let weight = if from != to && (price == from || price == to) { 0.5 } else { 1.0 };
                let profit = earned(price);
                total += weight;
                good += if profit > 0 { weight } else { 0.0 };
                #[expect(clippy::as_conversions, reason = "a sum to compare with, far below 2^53")]
                {
                    sum += weight * profit as f64;
                }
            }
            probability += share * good / total;
            mean += share * sum / total;
        }
        let told = f64::from(result.profit_probability_percent.unwrap());
        prop_assert!((told..told + 1.000_001).contains(&(probability * 100.0 + 1e-7)), "{told} for {probability}");
        #[expect(clippy::as_conversions, reason = "to compare with a sum far below 2^53")]
        let expected = minor(result.expected_profit).unwrap() as f64;
        prop_assert!((expected - mean).abs() <= 0.500_001, "{expected} for {mean}");
    }
}

#[test]
fn the_mean_of_prices_up_to_the_highest_lies_between_the_profits_of_the_ends() {
    let input = FeeInput {
        category: FeeCategory::BeautyAndBaby,
        holding_days: 730,
        ..item([756, 4_129_968_797, 2_449_775_293], 384)
    };
    let config = FeeConfig {
        refund_percent: dec!(35.99),
        return_allowance_percent: dec!(7.49),
        ..FeeConfig::default()
    };
    let fees = FeeSchedule::new(&input, &config).unwrap();
    let highest = i64::from(i32::MAX);
    for (low, likely, high) in [
        (1, highest / 2, highest),
        (1, 2, 3),
        (highest, highest, highest),
    ] {
        let input = ProfitInput {
            fees: &fees,
            prices: PriceDistribution { low, likely, high },
            buy_price: Some(Money::from_minor(0, Currency::Usd)),
            quantity: 1,
        };
        let mean = minor(profit(&input, &no_extras()).unwrap().expected_profit).unwrap();
        let at = |price| earned(&fees, &no_extras(), price, 0) + 60;
        assert!(at(0) > -3_000_000_000_000_000, "storage of a country");
        assert!(
            (at(0)..=at(highest)).contains(&mean),
            "{mean} not from {} to {}",
            at(0),
            at(highest)
        );
    }
}
