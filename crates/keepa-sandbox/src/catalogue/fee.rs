//! The fulfilment fee Keepa would state for a made-up book, by its package.

/// Ounces and cents of large standard size, price 10-50 dollars, peak card from 2026-10-15, before
/// the surcharge. Grade B: Amazon's US rate card as published for 2026-10-15 to 2027-01-14.
const LARGE_STANDARD: [(i32, i32); 12] = [
    (4, 397),
    (8, 421),
    (12, 448),
    (16, 489),
    (20, 534),
    (24, 573),
    (28, 589),
    (32, 615),
    (36, 629),
    (40, 649),
    (44, 666),
    (48, 708),
];

/// Cents of large standard size at three pounds, to which [`STEP_CENTS`] are added. Source as above.
const OVER_THREE_POUNDS: i32 = 751;

/// Cents for each four ounces begun above three pounds. Source as above.
const STEP_CENTS: i32 = 8;

/// Fuel and logistics surcharge on the fee, in thousandths. Grade B: in force from 2026-04-17.
const SURCHARGE_PER_MILLE: i32 = 35;

/// Cubic millimetres per ounce of dimensional weight: 139 cubic inches per pound. Grade A: Amazon's
/// fee schedule.
const MM3_PER_OUNCE: i64 = 139 * 16_387 / 16;

/// Cents of pick and pack for a package, by the greater of its weight and dimensional weight.
///
/// The price band is the middle one for every book: Keepa states one fee, which a client has to
/// doubt when the price lies elsewhere.
pub(super) fn pick_and_pack(package_mm: [i32; 3], weight_g: i32) -> i32 {
    let volume: i64 = package_mm.into_iter().map(i64::from).product();
    let dimensional =
        i32::try_from((volume + MM3_PER_OUNCE - 1) / MM3_PER_OUNCE).unwrap_or(i32::MAX);
    // An ounce is 28.35 g.
    let ounces = (weight_g * 100 / 2_835 + 1).max(dimensional);
    let base = LARGE_STANDARD
        .into_iter()
        .find(|(most, _)| ounces <= *most)
        .map_or_else(
            || OVER_THREE_POUNDS + (ounces - 48 + 3) / 4 * STEP_CENTS,
            |(_, cents)| cents,
        );
    (base * (1_000 + SURCHARGE_PER_MILLE) + 500) / 1_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fees_follow_the_weight_that_counts() {
        assert_eq!(pick_and_pack([20, 200, 130], 300), 464, "11 oz");
        assert_eq!(
            pick_and_pack([60, 280, 220], 500),
            610,
            "18 oz, yet as large as 26 oz"
        );
        assert_eq!(pick_and_pack([40, 280, 220], 2_000), 827, "71 oz");
    }
}
