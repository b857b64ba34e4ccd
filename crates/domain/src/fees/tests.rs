//! Whole receipts: the flat schedule of the predecessor, Keepa's observations, recorded books.

mod edges;
mod options;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::*;
use crate::acquisition::Fulfilment;
use crate::market::{ObservedFee, Package};
use crate::marketplace::Marketplace;
use crate::money::{Currency, Money};
use crate::time::KeepaMinutes;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn package(sides_mm: [u32; 3], weight_g: u32) -> Package {
    let [length, width, height] = sides_mm;
    Package {
        length_mm: length.try_into().ok(),
        width_mm: width.try_into().ok(),
        height_mm: height.try_into().ok(),
        weight_g: weight_g.try_into().ok(),
    }
}

/// A trade paperback of just below a pound, sold in May 2026.
fn paperback() -> FeeInput {
    FeeInput {
        marketplace: Marketplace::Us,
        sale_date: day("2026-05-01"),
        fulfilment: Fulfilment::Fba,
        package: package([228, 152, 25], 453),
        category: FeeCategory::Media,
        observed: None,
        price_when_observed: None,
        holding_days: 0,
    }
}

fn observed(minor: i32, on: &str) -> Option<ObservedFee> {
    let noon = day(on).and_hms_opt(12, 0, 0).unwrap().and_utc();
    Some(ObservedFee {
        minor,
        observed_at: Some(KeepaMinutes::from_utc(noon)),
    })
}

fn schedule(input: &FeeInput) -> FeeSchedule {
    FeeSchedule::new(input, &FeeConfig::default()).unwrap()
}

/// Fulfilment with surcharge at a price, in cents.
fn fulfilment_at(input: &FeeInput, price: i64) -> i64 {
    schedule(input)
        .receipt_at(price)
        .lines
        .iter()
        .filter(|line| matches!(line.kind, FeeKind::Fulfilment | FeeKind::FuelSurcharge))
        .map(|line| line.amount.minor().unwrap())
        .sum()
}

#[test]
fn a_receipt_names_the_rule_and_the_card_of_every_line() {
    let input = FeeInput {
        holding_days: 60,
        sale_date: day("2026-10-31"),
        ..paperback()
    };
    let receipt = schedule(&input).receipt_at(1_800);
    let lines: Vec<String> = receipt
        .lines
        .iter()
        .map(|line| {
            let kind = serde_json::to_value(line.kind).unwrap();
            let (amount, grade) = (line.amount.amount(), line.grade);
            format!(
                "{amount} {kind} {} [{}, {grade:?}]",
                line.rule, line.rate_card
            )
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    2.70 "REFERRAL" 15 % of 18.00, media [us-referral-2024, B]
    1.80 "CLOSING" closing fee of media [us-closing-2017-03-01, A]
    4.89 "FULFILMENT" large standard, 1.00 lb billed, price 10.00 to 50.00 [us-fba-2026-10-15-peak, B]
    0.17 "FUEL_SURCHARGE" 3.5 % of 4.89 [us-fba-2026-10-15-peak, B]
    0.10 "STORAGE" 0.0306 cubic feet, 30 days from January to September and 30 from October to December [us-storage-2024-04-01, A]
    "#);
}

#[test]
fn the_lines_add_up_to_the_total_at_every_price() {
    let config = FeeConfig {
        inbound_placement: Decimal::new(27, 2),
        return_allowance_percent: Decimal::TWO,
        ..FeeConfig::default()
    };
    for category in [
        FeeCategory::Media,
        FeeCategory::Clothing,
        FeeCategory::Jewelry,
    ] {
        for fulfilment in [Fulfilment::Fba, Fulfilment::Fbm] {
            let input = FeeInput {
                category,
                fulfilment,
                holding_days: 45,
                ..paperback()
            };
            let schedule = FeeSchedule::new(&input, &config).unwrap();
            for price in (0..60_000).step_by(37) {
                let receipt = schedule.receipt_at(price);
                let sum: Decimal = receipt.lines.iter().map(|line| line.amount.amount()).sum();
                assert_eq!(sum, receipt.total.amount());
                assert_eq!(receipt.total.minor(), Some(schedule.total_minor_at(price)));
            }
        }
    }
}

#[test]
fn the_predecessors_fee_table_comes_out_of_the_flat_schedule() {
    // (category, price, grams, total without its inbound shipping and preparation). Its closing fee on what is no media was a mistake.
    let books = [
        (2_500, 454, 845),
        (10_000, 454, 1_970),
        (0, 454, 470),
        (1_500, 227, 675),
        (4_000, 1_361, 1_150),
        (1_000, 454, 620),
    ];
    let config = FeeConfig {
        vat_percent: Some(Decimal::ZERO),
        ..FeeConfig::default()
    };
    let total = |category, price, grams, config: &FeeConfig| {
        let input = FeeInput {
            marketplace: Marketplace::Fr,
            package: package([0, 0, 0], grams),
            category,
            ..paperback()
        };
        FeeSchedule::new(&input, config)
            .unwrap()
            .total_minor_at(price)
    };
    for (price, grams, expected) in books {
        assert_eq!(
            total(FeeCategory::Media, price, grams, &config),
            expected,
            "at {price}"
        );
    }
    let other = FeeConfig {
        flat_fulfilment_base: Some(Decimal::new(300, 2)),
        flat_fulfilment_per_pound: Some(Decimal::new(50, 2)),
        ..config
    };
    for (price, grams, expected) in [
        (2_500, 454, 725),
        (10_000, 454, 1_850),
        (4_000, 1_361, 1_050),
    ] {
        assert_eq!(
            total(FeeCategory::EverythingElse, price, grams, &other),
            expected,
            "at {price}"
        );
    }
}

#[test]
fn a_flat_schedule_is_unverified_until_every_value_of_it_is_configured() {
    let input = FeeInput {
        marketplace: Marketplace::It,
        ..paperback()
    };
    let partly = FeeConfig {
        flat_referral_percent: Some(Decimal::new(15, 0)),
        flat_closing: Some(Decimal::ONE),
        flat_fulfilment_base: Some(Decimal::new(3, 0)),
        vat_percent: Some(Decimal::new(4, 0)),
        ..FeeConfig::default()
    };
    for config in [&FeeConfig::default(), &partly] {
        let schedule = FeeSchedule::new(&input, config).unwrap();
        assert!(!schedule.is_verified());
        assert_eq!(schedule.currency(), Currency::Eur);
    }
    let wholly = FeeConfig {
        flat_fulfilment_per_pound: Some(Decimal::ZERO),
        ..partly
    };
    let configured = FeeSchedule::new(&input, &wholly).unwrap();
    assert!(configured.is_verified());
    let grades: Vec<Grade> = configured
        .receipt_at(2_000)
        .lines
        .iter()
        .map(|l| l.grade)
        .collect();
    assert_eq!(grades, [Grade::Configured; 4]);
}

#[test]
fn an_observed_fee_of_the_same_card_stands_in_its_own_price_band_only() {
    // Three cents off the card's 4.76: explained by it, and seen between 10 and 50 dollars.
    let input = FeeInput {
        observed: observed(479, "2026-05-20"),
        ..paperback()
    };
    let at = |price| fulfilment_at(&input, price);
    assert_eq!(
        [at(999), at(1_000), at(5_000), at(5_001)],
        [391, 479, 479, 503]
    );
    let receipt = schedule(&input).receipt_at(1_800);
    assert_eq!(receipt.observed_fulfilment, None);
}

#[test]
fn an_observed_fee_of_another_card_or_before_the_surcharge_gives_way_to_the_card() {
    for on in ["2026-02-01", "2025-12-01", "2024-06-01"] {
        let input = FeeInput {
            observed: observed(479, on),
            ..paperback()
        };
        assert_eq!(fulfilment_at(&input, 1_800), 476, "seen on {on}");
    }
    // The rates of 2025 are those of 2024.
    let input = FeeInput {
        sale_date: day("2025-06-01"),
        observed: observed(458, "2024-06-01"),
        ..paperback()
    };
    assert_eq!(fulfilment_at(&input, 1_800), 458);
    let undated = Some(ObservedFee {
        minor: 479,
        observed_at: None,
    });
    let input = FeeInput {
        observed: undated,
        ..paperback()
    };
    assert_eq!(fulfilment_at(&input, 1_800), 476);
}

#[test]
fn an_observed_fee_that_no_band_explains_is_reported_beside_the_cards() {
    let input = FeeInput {
        observed: observed(623, "2026-05-20"),
        ..paperback()
    };
    let receipt = schedule(&input).receipt_at(1_800);
    let money = |minor| Some(Money::from_minor(minor, Currency::Usd));
    assert_eq!(receipt.observed_fulfilment, money(623));
    assert_eq!(receipt.card_fulfilment, money(476));
    // Without a price it counts as seen between 10 and 50 dollars, else in the band of the price.
    assert_eq!(fulfilment_at(&input, 1_800), 623);
    assert_eq!(fulfilment_at(&input, 999), 391);
    let input = FeeInput {
        price_when_observed: Some(6_000),
        ..input
    };
    assert_eq!(fulfilment_at(&input, 1_800), 476);
    assert_eq!(fulfilment_at(&input, 6_000), 623);
    // Where no card of its day is known, nothing can be said.
    for observed in [
        observed(623, "2023-05-20"),
        Some(ObservedFee {
            minor: 623,
            observed_at: None,
        }),
    ] {
        let input = FeeInput {
            observed,
            ..paperback()
        };
        assert_eq!(schedule(&input).receipt_at(1_800).observed_fulfilment, None);
    }
    // Another season's fee is compared with its own card.
    let input = FeeInput {
        observed: observed(489, "2025-12-01"),
        ..paperback()
    };
    assert_eq!(schedule(&input).receipt_at(1_800).observed_fulfilment, None);
}

#[test]
fn without_a_package_an_observed_fee_of_the_same_card_is_used_and_else_nothing_is_guessed() {
    let unknown = FeeInput {
        package: Package::default(),
        ..paperback()
    };
    let new = |input: &FeeInput| FeeSchedule::new(input, &FeeConfig::default());
    assert_eq!(new(&unknown), Err(FeeError::PackageUnknown));
    let seen = FeeInput {
        observed: observed(537, "2026-05-20"),
        ..unknown
    };
    assert_eq!(fulfilment_at(&seen, 1_800), 537);
    let stale = FeeInput {
        observed: observed(537, "2025-05-20"),
        ..unknown
    };
    assert_eq!(new(&stale), Err(FeeError::PackageUnknown));
}

#[test]
fn a_seller_who_ships_pays_by_started_pound_and_no_fulfilment() {
    let input = FeeInput {
        fulfilment: Fulfilment::Fbm,
        holding_days: 90,
        ..paperback()
    };
    let kinds: Vec<FeeKind> = schedule(&input)
        .receipt_at(1_800)
        .lines
        .iter()
        .map(|l| l.kind)
        .collect();
    assert_eq!(
        kinds,
        [FeeKind::Referral, FeeKind::Closing, FeeKind::OwnShipping]
    );
    let total = |grams| {
        let input = FeeInput {
            package: package([0, 0, 0], grams),
            ..input
        };
        schedule(&input).total_minor_at(1_800)
    };
    assert_eq!(total(453), 270 + 180 + 460);
    assert_eq!(total(454), 270 + 180 + 540);
}

#[test]
fn an_amount_in_a_foreign_currency_is_refused() {
    let schedule = schedule(&paperback());
    let pounds = Money::from_minor(500, Currency::Gbp);
    let wrong = FeeError::Currency {
        expected: Currency::Usd,
        given: Currency::Gbp,
    };
    assert_eq!(schedule.minor(pounds), Err(wrong));
    assert_eq!(
        schedule.minor(Money::from_minor(500, Currency::Usd)),
        Ok(500)
    );
    let absurd = Money::from_minor(i64::MIN, Currency::Usd);
    assert_eq!(schedule.minor(absurd), Err(FeeError::AmountOutOfRange));
}

#[test]
fn a_configuration_out_of_range_names_the_value() {
    let config = FeeConfig {
        flat_referral_percent: Some(Decimal::from(46)),
        inbound_placement: -Decimal::ONE,
        ..FeeConfig::default()
    };
    let problems = [
        ("fees.inbound_placement", "must be from 0 to 1000000"),
        ("fees.flat_referral_percent", "must be from 0 to 45"),
    ];
    assert_eq!(config.problems(), problems);
    assert_eq!(FeeConfig::default().problems(), []);
}

/// Recorded Keepa answers: `product/` holds bare products, `response/` whole answers.
fn recorded_products() -> Option<Vec<serde_json::Value>> {
    let folder = std::path::PathBuf::from(std::env::var_os("KEEPA_CORPUS")?);
    let mut products = Vec::new();
    for kind in ["product", "response"] {
        for entry in std::fs::read_dir(folder.join(kind)).unwrap() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            let mut answer: serde_json::Value = serde_json::from_str(&text).unwrap();
            match answer.get_mut("products").map(serde_json::Value::take) {
                Some(serde_json::Value::Array(several)) => products.extend(several),
                _ => products.push(answer),
            }
        }
    }
    Some(products)
}

#[test]
fn the_cards_reproduce_keepas_fee_of_every_recorded_book_to_the_cent() {
    let Some(products) = recorded_products() else {
        eprintln!("skipped: KEEPA_CORPUS is not set");
        return;
    };
    let mut books = 0;
    for product in &products {
        let number = |value: &serde_json::Value| value.as_i64().filter(|n| *n > 0);
        let fees = &product["fbaFees"];
        let (Some(fee), Some(at)) = (number(&fees["pickAndPackFee"]), number(&fees["lastUpdate"]))
        else {
            continue;
        };
        if product["productGroup"] != "Book" || product["domainId"] != 1 {
            continue;
        }
        let side = |name: &str| u32::try_from(product[name].as_i64().unwrap()).unwrap();
        let new = product["csv"][1]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        let price = new
            .chunks_exact(2)
            .take_while(|change| change[0].as_i64().unwrap() <= at)
            .last()
            .and_then(|change| number(&change[1]))
            // Without an offer Keepa's value is that of the band from 10 to 50 dollars.
            .unwrap_or(2_000);
        let input = FeeInput {
            sale_date: KeepaMinutes(at.try_into().unwrap()).to_utc().date_naive(),
            package: package(
                [
                    side("packageLength"),
                    side("packageWidth"),
                    side("packageHeight"),
                ],
                side("packageWeight"),
            ),
            category: FeeCategory::of(Some("Book"), None),
            ..paperback()
        };
        assert_eq!(fulfilment_at(&input, price), fee, "{}", product["asin"]);
        books += 1;
    }
    assert!(books >= 8, "only {books} recorded books have a fee");
}
