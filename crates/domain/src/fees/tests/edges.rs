//! Every edge of every card: weight, sides, price band. What a card should charge is read from its file, row by row.

use proptest::prelude::*;
use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, dec};
use serde_json::Value;

use super::super::parcel::Parcel;
use super::super::rate::PriceBand;
use super::super::rate_card::{DE, GB, RateCards, US};
use super::super::size_tier::{Measures, SizeTier, UsParcel};
use super::*;

fn cards_of(json: &str) -> Vec<Value> {
    let file: Value = serde_json::from_str(json).unwrap();
    file["cards"].as_array().unwrap().clone()
}

fn us_cards() -> Vec<Value> {
    cards_of(include_str!("../us_fba.json"))
}

fn cents(amount: &Value) -> i64 {
    let amount: Decimal = amount.as_str().unwrap().parse().unwrap();
    (amount * Decimal::ONE_HUNDRED).to_i64().unwrap()
}

/// The three columns of a row, a low-price discount taken off.
fn columns(row: &Value, card: &Value) -> [i64; 3] {
    match row.as_array().unwrap().as_slice() {
        [every] => {
            let discount = &card["low_price_discount"];
            let discount = if discount.is_null() {
                0
            } else {
                cents(discount)
            };
            [cents(every) - discount, cents(every), cents(every)]
        }
        bands => [cents(&bands[0]), cents(&bands[1]), cents(&bands[2])],
    }
}

fn us_charge(card: &Value, sides: [Decimal; 3], pounds: Decimal) -> [i64; 3] {
    let on = day(card["periods"][0]["start"].as_str().unwrap());
    let parcel = UsParcel::measured(&Measures::new(sides, pounds));
    let fee = US.on(on).charge(&Parcel::Us(parcel)).unwrap().fee;
    PriceBand::ALL.map(|band| fee.get(band))
}

/// Something between nothing and a hundredth.
fn a_hair() -> impl Strategy<Value = Decimal> {
    (1_i64..10_000).prop_map(|millionths| Decimal::new(millionths, 6))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_standard_package_at_a_weight_edge_pays_the_lower_row_and_a_hair_more_the_next(
        hair in a_hair(),
        short in 1_i64..=75,
    ) {
        let thin = [dec!(9), dec!(6), Decimal::new(short, 2)];
        // Light enough in its volume that the unit weight decides.
        let thick = [dec!(6), dec!(4), dec!(0.76)];
        for card in us_cards() {
            for (sides, rows, ounces) in
                [(thin, &card["small_standard"], 2), (thick, &card["large_standard"], 4)]
            {
                let rows = rows.as_array().unwrap();
                for (index, row) in (1..).zip(rows) {
                    let edge = Decimal::from(index * ounces) / dec!(16);
                    prop_assert_eq!(us_charge(&card, sides, edge), columns(row, &card));
                    let below = edge - hair;
                    prop_assert_eq!(us_charge(&card, sides, below), columns(row, &card));
                }
                for (index, row) in (1..).zip(rows.iter().skip(1)) {
                    let above = Decimal::from(index * ounces) / dec!(16) + hair;
                    prop_assert_eq!(us_charge(&card, sides, above), columns(row, &card));
                }
            }
            // A hair above a pound a thin package is large standard too.
            let seventeenth = &card["large_standard"][4];
            prop_assert_eq!(us_charge(&card, thin, dec!(1) + hair), columns(seventeenth, &card));
        }
    }

    #[test]
    fn above_its_base_weight_every_started_step_counts(hair in a_hair(), steps in 0_i64..60) {
        let started = steps + 1;
        let count = Decimal::from(steps);
        for card in us_cards() {
            let large = columns(&card["large_standard_over_3_lb"], &card);
            // Small enough that the unit weight exceeds the dimensional weight.
            let book = [dec!(10), dec!(8), dec!(4)];
            let pounds = dec!(3) + count * dec!(0.25) + hair;
            prop_assert_eq!(us_charge(&card, book, pounds), large.map(|fee| fee + 8 * started));
            if steps > 0 {
                let edge = pounds - hair;
                prop_assert_eq!(us_charge(&card, book, edge), large.map(|fee| fee + 8 * steps));
            }
            if card["large_bulky"].is_null() || steps >= 49 {
                continue;
            }
            let rod = [dec!(20), dec!(2), dec!(2)];
            let small = &card["small_bulky"];
            let row = if small.is_null() { &card["large_bulky"] } else { small };
            let bulky = columns(row, &card);
            let pounds = dec!(1) + count + hair;
            prop_assert_eq!(us_charge(&card, rod, pounds), bulky.map(|fee| fee + 38 * started));
        }
    }

    #[test]
    fn a_side_on_its_limit_stays_in_the_tier_and_a_hair_more_leaves_it(hair in a_hair()) {
        use SizeTier::{ExtraLarge50, LargeBulky, LargeStandard, SmallBulky, SmallStandard};
        let tier = |sides| UsParcel::measured(&Measures::new(sides, dec!(0.5))).tier;
        let tiers = [
            ([dec!(15), dec!(12), dec!(0.75)], SmallStandard, [LargeStandard; 3]),
            ([dec!(18), dec!(10), dec!(2)], LargeStandard, [SmallBulky, LargeStandard, LargeStandard]),
            ([dec!(15), dec!(14), dec!(2)], LargeStandard, [LargeStandard, SmallBulky, LargeStandard]),
            ([dec!(12), dec!(10), dec!(8)], LargeStandard, [LargeStandard, LargeStandard, SmallBulky]),
            ([dec!(37), dec!(5), dec!(5)], SmallBulky, [LargeBulky, SmallBulky, SmallBulky]),
            ([dec!(30), dec!(28), dec!(2)], SmallBulky, [SmallBulky, LargeBulky, SmallBulky]),
            ([dec!(59), dec!(5), dec!(5)], LargeBulky, [ExtraLarge50, LargeBulky, LargeBulky]),
            ([dec!(40), dec!(33), dec!(2)], LargeBulky, [LargeBulky, ExtraLarge50, LargeBulky]),
            // 58 + 2 · (33 + 3) = 130 inches of length and girth.
            ([dec!(58), dec!(33), dec!(3)], LargeBulky, [ExtraLarge50; 3]),
        ];
        for (sides, within, beyond) in tiers {
            prop_assert_eq!(tier(sides), within, "{:?}", sides);
            for (side, beyond) in beyond.into_iter().enumerate() {
                let mut longer = sides;
                longer[side] += hair;
                prop_assert_eq!(tier(longer), beyond, "{:?}", longer);
            }
        }
    }

    #[test]
    fn the_price_decides_by_its_band_alone(
        grams in 20_u32..9_000,
        thickness in 3_u32..120,
        price in 0_i64..20_000,
        card in prop::sample::select(us_cards()),
    ) {
        let input = FeeInput {
            package: package([280, 215, thickness], grams),
            sale_date: day(card["periods"][0]["start"].as_str().unwrap()),
            ..paperback()
        };
        let edge = match price {
            0..1_000 => 999,
            1_000..=5_000 => 5_000,
            _ => 5_001,
        };
        prop_assert_eq!(fulfilment_at(&input, price), fulfilment_at(&input, edge));
    }

    #[test]
    fn a_heavier_package_never_pays_less(
        length in 100_u32..900,
        width in 50_u32..600,
        height in 5_u32..400,
        grams in 20_u32..20_000,
        more in 0_u32..2_000,
        price in 0_i64..10_000,
    ) {
        for marketplace in [Marketplace::Us, Marketplace::Gb, Marketplace::De, Marketplace::Fr] {
            let fee = |grams| {
                let package = package([length, width, height], grams);
                fulfilment_at(&FeeInput { marketplace, package, ..paperback() }, price)
            };
            // Extra-large tiers start cheaper than the one below ends, so they say nothing; and neither does the step to the flat schedule.
            let cards = RateCards::of(marketplace);
            let known = |grams| {
                let package = package([length, width, height], grams);
                let parcel = Parcel::of(marketplace, &package).unwrap();
                cards.is_none_or(|cards| cards.charge(paperback().sale_date, &parcel).is_some_and(
                    |(_, charge)| !charge.tier.starts_with("extra-large "),
                ))
            };
            let are_known = known(grams) && known(grams + more);
            prop_assert!(!are_known || fee(grams) <= fee(grams + more), "on {marketplace}");
        }
    }
}

#[test]
fn a_european_package_pays_the_row_that_holds_its_weight_and_above_the_last_row_the_next_tier() {
    for (marketplace, json) in [
        (Marketplace::Gb, include_str!("../uk_fba.json")),
        (Marketplace::De, include_str!("../de_fba.json")),
    ] {
        let charge = |sides: [u32; 3], grams: u64| {
            let package = package(sides, u32::try_from(grams).unwrap());
            let parcel = Parcel::of(marketplace, &package).unwrap();
            let cards = RateCards::of(marketplace).unwrap();
            let (_, charge) = cards.charge(paperback().sale_date, &parcel)?;
            Some((
                charge.tier,
                [charge.fee.low, charge.fee.standard, charge.fee.high],
            ))
        };
        let card = cards_of(json).remove(0);
        let tiers = card["tiers"].as_array().unwrap();
        // Of each tier one that no smaller tier holds, small enough that weight decides and not volume.
        let examples = [
            [330, 10, 2],
            [330, 10, 2],
            [330, 26, 26],
            [330, 41, 41],
            [331, 10, 2],
            [351, 10, 2],
        ];
        assert_eq!(tiers.len(), examples.len());
        for (index, (tier, sides)) in tiers.iter().zip(examples).enumerate() {
            let name = tier["name"].as_str().unwrap();
            let mut from = 1;
            for row in tier["rows"].as_array().unwrap() {
                let up_to = row["up_to_g"].as_u64().unwrap();
                let fee = cents(&row["fee"]);
                let low = row.get("low_price_fee").map_or(fee, cents);
                for grams in [from, up_to] {
                    let told = charge(sides, grams).unwrap();
                    // A lighter tier of the same sides holds the first grams.
                    if told.0 == name {
                        assert_eq!(told.1, [low, fee, fee], "{marketplace} {name} {grams} g");
                    } else {
                        assert!(index > 0 && grams < up_to, "{marketplace} {name} {grams} g");
                    }
                }
                assert_eq!(charge(sides, up_to).unwrap().0, name);
                from = up_to + 1;
            }
            let next = charge(sides, from).map(|(tier, _)| tier);
            assert_ne!(next, Some(name));
            assert_eq!(
                next.is_none(),
                index + 1 == tiers.len(),
                "{marketplace} {name}"
            );
        }
        for (sides, name) in [
            ([330, 230, 25], "light envelope"),
            ([330, 230, 26], "large envelope"),
            ([330, 230, 40], "large envelope"),
            ([330, 230, 41], "extra-large envelope"),
            ([331, 230, 25], "small parcel"),
            ([330, 231, 25], "small parcel"),
            ([350, 250, 120], "small parcel"),
            ([351, 250, 120], "standard parcel"),
            ([450, 340, 260], "standard parcel"),
        ] {
            assert_eq!(
                charge(sides, 50).unwrap().0,
                name,
                "{marketplace} {sides:?}"
            );
        }
        assert_eq!(charge([451, 340, 260], 50), None);
    }
}

#[test]
fn a_light_but_large_parcel_pays_by_its_volume() {
    // 350 · 250 · 120 mm are 2,100 g of dimensional weight.
    for (cards, fee) in [(&GB, 327), (&DE, 454)] {
        let light = package([350, 250, 120], 300);
        let parcel = Parcel::of(Marketplace::Gb, &light).unwrap();
        let (_, charge) = cards.charge(paperback().sale_date, &parcel).unwrap();
        assert_eq!(charge.fee.standard, fee);
    }
}

#[test]
fn a_package_that_its_card_does_not_know_pays_by_the_nearest_card_unverified() {
    let bulky = FeeInput {
        package: package([480, 200, 50], 900),
        sale_date: day("2024-03-01"),
        ..paperback()
    };
    let receipt = schedule(&bulky).receipt_at(2_000);
    let line = receipt
        .lines
        .iter()
        .find(|line| line.kind == FeeKind::Fulfilment)
        .unwrap();
    assert_eq!(
        (line.rate_card.as_str(), line.grade),
        ("us-fba-2024-04-15", Grade::Unverified)
    );
}
