//! What a user can switch on, and who ships.

use rust_decimal::dec;

use super::*;

/// The lines of a receipt as amount, kind and rule.
fn lines(input: &FeeInput, config: &FeeConfig, price: i64) -> String {
    let schedule = FeeSchedule::new(input, config).unwrap();
    let shown = |line: &FeeLine| {
        let kind = serde_json::to_value(line.kind).unwrap();
        format!(
            "{} {} {} [{}, {:?}]",
            line.amount.amount(),
            kind.as_str().unwrap(),
            line.rule,
            line.rate_card,
            line.grade
        )
    };
    let receipt = schedule.receipt_at(price);
    let lines: Vec<String> = receipt.lines.iter().map(shown).collect();
    lines.join("\n")
}

#[test]
fn a_british_book_pays_no_tax_and_a_german_one_seven_percent() {
    let input = |marketplace| FeeInput {
        marketplace,
        ..paperback()
    };
    let config = FeeConfig::default();
    insta::assert_snapshot!(lines(&input(Marketplace::Gb), &config, 1_200), @r"
    1.80 REFERRAL 15 % of 12.00, media [uk-referral-2026, B]
    1.00 CLOSING closing fee of media [configuration, Unverified]
    2.16 FULFILMENT standard envelope, 453 g billed, price from 10.01 [uk-fba-2026, B]
    ");
    insta::assert_snapshot!(lines(&input(Marketplace::Gb), &config, 1_000), @r"
    1.50 REFERRAL 15 % of 10.00, media [uk-referral-2026, B]
    1.00 CLOSING closing fee of media [configuration, Unverified]
    1.87 FULFILMENT standard envelope, 453 g billed, price below 10.01 [uk-fba-2026, B]
    ");
    insta::assert_snapshot!(lines(&input(Marketplace::De), &config, 1_200), @r"
    1.80 REFERRAL 15 % of 12.00, media [de-referral-2026, M]
    1.01 CLOSING closing fee of media [configuration, Unverified]
    0.26 NETWORK_SURCHARGE outside of the Central Europe programme [de-fba-2026, C]
    2.68 FULFILMENT standard envelope, 453 g billed [de-fba-2026, C]
    0.79 VALUE_ADDED_TAX 7 % value-added tax contained in 12.00 [vat-2026, M]
    ");
    let programme = FeeConfig {
        central_europe_programme: true,
        ..config
    };
    let total = |config| {
        let schedule = FeeSchedule::new(&input(Marketplace::De), config).unwrap();
        schedule.total_minor_at(1_200)
    };
    assert_eq!(total(&FeeConfig::default()) - total(&programme), 26);
}

#[test]
fn a_european_package_larger_than_a_parcel_pays_the_flat_schedule_unverified() {
    let input = FeeInput {
        marketplace: Marketplace::De,
        package: package([600, 300, 200], 4_000),
        ..paperback()
    };
    let schedule = schedule(&input);
    assert!(schedule.is_oversize() && !schedule.is_verified());
    let receipt = schedule.receipt_at(3_000);
    let line = receipt
        .lines
        .iter()
        .find(|line| line.kind == FeeKind::Fulfilment)
        .unwrap();
    assert_eq!(line.rule, "2.50 and 0.40 for each of 8.82 lb");
    assert_eq!(line.grade, Grade::Unverified);
}

#[test]
fn a_marketplace_of_unknown_fees_is_refused_until_its_flat_schedule_is_configured() {
    for marketplace in [Marketplace::In, Marketplace::Mx, Marketplace::Br] {
        let input = FeeInput {
            marketplace,
            ..paperback()
        };
        let unknown = FeeSchedule::new(&input, &FeeConfig::default());
        assert_eq!(unknown, Err(FeeError::ScheduleUnknown), "{marketplace}");
        let config = FeeConfig {
            flat_referral_percent: Some(dec!(12)),
            flat_closing: Some(dec!(30)),
            flat_fulfilment_base: Some(dec!(60)),
            flat_fulfilment_per_pound: Some(dec!(10)),
            ..FeeConfig::default()
        };
        let known = FeeSchedule::new(&input, &config).unwrap();
        // 12 % of 500, 30, and 60 with 10 for each of 0.9987 pounds.
        assert_eq!(known.total_minor_at(50_000), 6_000 + 3_000 + 6_999);
    }
}

#[test]
fn the_yen_has_a_flat_schedule_of_its_own_size() {
    let input = FeeInput {
        marketplace: Marketplace::Jp,
        ..paperback()
    };
    assert_eq!(schedule(&input).total_minor_at(2_000), 300 + 80 + 430);
}

#[test]
fn every_optional_charge_is_a_line_of_its_own_and_off_by_default() {
    let textbook = FeeInput {
        package: package([277, 218, 38], 1_360),
        sale_date: day("2026-09-16"),
        holding_days: 258,
        ..paperback()
    };
    let plain = lines(&textbook, &FeeConfig::default(), 5_000);
    let config = FeeConfig {
        inbound_placement_by_size: true,
        aged_inventory: true,
        removal_percent: dec!(10),
        refund_percent: dec!(5),
        return_allowance_percent: dec!(1),
        ..FeeConfig::default()
    };
    let all = lines(&textbook, &config, 5_000);
    let added: Vec<&str> = all
        .lines()
        .filter(|line| !plain.lines().any(|before| before == *line))
        .collect();
    insta::assert_snapshot!(added.join("\n"), @r"
    0.24 AGED_INVENTORY stored for more than 180 days at 3 stocktakings [us-aged-inventory-2024, Unverified]
    0.41 INBOUND_PLACEMENT inbound placement of a minimally split shipment [us-placement-2026, C]
    0.40 REMOVAL_ALLOWANCE 10 % of units removed at 3.95 [us-removal-2026, Configured]
    0.35 REFUND_ALLOWANCE 5 % of sales refunded, fulfilment and refund administration [configuration, Configured]
    0.50 RETURN_ALLOWANCE 1 % of 50.00 [configuration, Configured]
    ");
}

#[test]
fn a_refund_of_what_is_no_media_costs_a_fifth_of_the_referral_fee_and_at_most_five_dollars() {
    let toy = FeeInput {
        category: FeeCategory::EverythingElse,
        fulfilment: Fulfilment::Fbm,
        ..paperback()
    };
    let refunds = |refund_percent, price| {
        let config = FeeConfig {
            refund_percent,
            ..FeeConfig::default()
        };
        FeeSchedule::new(&toy, &config)
            .unwrap()
            .total_minor_at(price)
    };
    let one_refund = |price| refunds(dec!(100), price) - refunds(dec!(0), price);
    // The maximum is reached where the referral fee is 25.00.
    assert_eq!(
        [2_000, 16_660, 16_667, 50_000].map(one_refund),
        [60, 500, 500, 500]
    );
}

#[test]
fn a_book_of_unknown_weight_is_shipped_by_the_seller_at_a_flat_cost_where_one_is_configured() {
    let unknown = FeeInput {
        fulfilment: Fulfilment::Fbm,
        package: Package::default(),
        ..paperback()
    };
    assert_eq!(
        FeeSchedule::new(&unknown, &FeeConfig::default()),
        Err(FeeError::WeightUnknown)
    );
    let flat = FeeConfig {
        own_shipping_base: dec!(4.13),
        own_shipping_per_pound: dec!(0),
        ..FeeConfig::default()
    };
    insta::assert_snapshot!(lines(&unknown, &flat, 1_800), @r"
    2.70 REFERRAL 15 % of 18.00, media [us-referral-2024, B]
    1.80 CLOSING closing fee of media [us-closing-2017-03-01, A]
    4.13 OWN_SHIPPING own shipping of one unit [configuration, Configured]
    ");
}

#[test]
fn the_weight_alone_is_enough_to_ship_oneself() {
    let input = FeeInput {
        fulfilment: Fulfilment::Fbm,
        package: package([0, 0, 0], 454),
        ..paperback()
    };
    assert_eq!(schedule(&input).total_minor_at(1_800), 270 + 180 + 540);
}

#[test]
fn the_configured_category_decides_before_group_and_root() {
    let config = FeeConfig {
        category: Some(FeeCategory::Furniture),
        ..FeeConfig::default()
    };
    assert_eq!(
        config.category_of(Some("Book"), None),
        FeeCategory::Furniture
    );
    assert_eq!(
        FeeConfig::default().category_of(Some("Book"), None),
        FeeCategory::Media
    );
}

#[test]
fn clothing_is_charged_by_a_card_that_is_not_its_own_and_so_unverified() {
    let shirt = FeeInput {
        category: FeeCategory::Clothing,
        ..paperback()
    };
    assert!(!schedule(&shirt).is_verified());
    assert!(schedule(&paperback()).is_verified());
}

#[test]
fn a_package_of_any_size_pays_no_less_than_a_smaller_one_and_overflows_nothing() {
    let fee = |side: u32| {
        fulfilment_at(
            &FeeInput {
                package: package([side; 3], 60_000),
                ..paperback()
            },
            2_000,
        )
    };
    let fees = [1_000, 100_000, 10_000_000, u32::MAX].map(fee);
    assert!(fees.is_sorted(), "{fees:?}");
}

#[test]
fn a_setting_that_no_configuration_may_hold_counts_as_none_or_is_refused() {
    let config = FeeConfig {
        inbound_placement: -Decimal::MAX,
        removal_percent: Decimal::MAX,
        refund_percent: Decimal::from(-5),
        vat_percent: Some(Decimal::from(100_000)),
        ..FeeConfig::default()
    };
    let with = FeeSchedule::new(&paperback(), &config).unwrap();
    assert_eq!(
        with.total_minor_at(1_800),
        schedule(&paperback()).total_minor_at(1_800)
    );
    let heavy = FeeInput {
        fulfilment: Fulfilment::Fbm,
        package: package([0, 0, 0], u32::MAX),
        ..paperback()
    };
    let dear = FeeConfig {
        own_shipping_per_pound: Decimal::from(1_000_000_000),
        ..FeeConfig::default()
    };
    assert_eq!(
        FeeSchedule::new(&heavy, &dear),
        Err(FeeError::AmountOutOfRange)
    );
}
