//! Which referral rule a category has on a marketplace.
//!
//! United States: Amazon's table, unchanged from 2024 to 2026 (grade B for the percentages, grade C for whether a band takes the whole
//! price or its portion). Books, DVD, music and video, video games and accessories, consoles and grocery have no minimum: sources conflict for books (grade
//! X), and it could only matter below a price of 2.00.
//!
//! United Kingdom: 15 % of books with a minimum of 0.25 pounds (grade B, the minimum M); Germany: 15 % of books (grade M). Other
//! categories of theirs and other marketplaces pay the flat schedule.

use super::category::FeeCategory;
use super::config;
use super::flat::FlatSchedule;
use super::rate::{Ppm, WHOLE};
use super::receipt::Grade;
use super::referral::{Band, MAX_BANDS, Mode, NO_LIMIT, ReferralRule};
use crate::marketplace::Marketplace;

const fn band(up_to: i64, percent: i64) -> Band {
    Band {
        up_to,
        rate: Ppm(percent * WHOLE / 100),
    }
}

const fn flat(percent: i64) -> [Band; MAX_BANDS] {
    [band(NO_LIMIT, percent); MAX_BANDS]
}

const fn two(first: i64, up_to: i64, then: i64) -> [Band; MAX_BANDS] {
    let last = band(NO_LIMIT, then);
    [band(up_to, first), last, last, last]
}

/// The minimum referral fee of most categories: 0.30 (Amazon's fee table, grade B).
const MINIMUM: i64 = 30;

/// The rule of a category; `None` where neither a table nor the configuration holds one.
pub(super) fn rule(
    category: FeeCategory,
    flat_schedule: FlatSchedule<'_>,
    marketplace: Marketplace,
) -> Option<ReferralRule> {
    let books = |schedule, minimum, grade| ReferralRule {
        bands: flat(15),
        mode: Mode::Whole,
        minimum,
        schedule,
        grade,
    };
    match (marketplace, category) {
        (Marketplace::Us, _) => Some(us(category)),
        (Marketplace::Gb, FeeCategory::Media) => Some(books("uk-referral-2026", 25, Grade::B)),
        (Marketplace::De, FeeCategory::Media) => Some(books("de-referral-2026", 0, Grade::M)),
        _ => flat_schedule.referral().map(|(rate, grade)| ReferralRule {
            bands: [Band {
                up_to: NO_LIMIT,
                rate,
            }; MAX_BANDS],
            mode: Mode::Whole,
            minimum: 0,
            schedule: config::SCHEDULE,
            grade,
        }),
    }
}

const fn us(category: FeeCategory) -> ReferralRule {
    use FeeCategory as C;
    let (bands, mode, minimum, grade) = match category {
        C::Media | C::VideoGames => (flat(15), Mode::Whole, 0, Grade::B),
        C::GameConsoles => (flat(8), Mode::Whole, 0, Grade::B),
        C::EverythingElse => (flat(15), Mode::Whole, MINIMUM, Grade::B),
        C::VeterinaryDiets => (flat(22), Mode::Whole, MINIMUM, Grade::B),
        C::Electronics => (flat(8), Mode::Whole, MINIMUM, Grade::B),
        C::AutomotiveAndIndustrial => (flat(12), Mode::Whole, MINIMUM, Grade::B),
        C::Tires => (flat(10), Mode::Whole, MINIMUM, Grade::B),
        C::AmazonDeviceAccessories => (flat(45), Mode::Whole, MINIMUM, Grade::B),
        C::GiftCards => (flat(20), Mode::Whole, MINIMUM, Grade::C),
        C::CompactAppliances => (two(15, 30_000, 8), Mode::Portion, MINIMUM, Grade::C),
        C::ElectronicsAccessories => (two(15, 10_000, 8), Mode::Portion, MINIMUM, Grade::C),
        C::Furniture => (two(15, 20_000, 10), Mode::Portion, MINIMUM, Grade::C),
        C::Jewelry => (two(20, 25_000, 5), Mode::Portion, MINIMUM, Grade::C),
        C::Watches => (two(16, 150_000, 3), Mode::Portion, MINIMUM, Grade::C),
        C::FineArt => (
            [
                band(10_000, 20),
                band(100_000, 15),
                band(500_000, 10),
                band(NO_LIMIT, 5),
            ],
            Mode::Portion,
            MINIMUM,
            Grade::C,
        ),
        C::BeautyAndBaby => (two(8, 1_000, 15), Mode::Whole, MINIMUM, Grade::C),
        C::Grocery => (two(8, 1_500, 15), Mode::Whole, 0, Grade::C),
        C::LawnMowers => (two(15, 50_000, 8), Mode::Whole, MINIMUM, Grade::C),
        C::Clothing => {
            let last = band(NO_LIMIT, 17);
            let bands = [band(1_500, 5), band(2_000, 10), last, last];
            (bands, Mode::Whole, MINIMUM, Grade::C)
        }
    };
    ReferralRule {
        bands,
        mode,
        minimum,
        schedule: "us-referral-2024",
        grade,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn referral_fees_follow_every_row_of_the_table_with_its_bands_and_minimums() {
        use FeeCategory as C;
        let cases = [
            (C::Media, 1_800, 270),
            (C::Media, 899, 135),
            (C::Media, 100, 15),
            (C::Media, 0, 0),
            (C::VideoGames, 100, 15),
            (C::GameConsoles, 30_000, 2_400),
            (C::GameConsoles, 100, 8),
            (C::EverythingElse, 100, 30),
            (C::EverythingElse, 200, 30),
            (C::EverythingElse, 210, 32),
            (C::VeterinaryDiets, 5_000, 1_100),
            (C::VeterinaryDiets, 100, 30),
            (C::Electronics, 10_000, 800),
            (C::Electronics, 300, 30),
            (C::AutomotiveAndIndustrial, 5_000, 600),
            (C::Tires, 12_000, 1_200),
            (C::AmazonDeviceAccessories, 2_000, 900),
            (C::GiftCards, 2_500, 500),
            (C::CompactAppliances, 30_000, 4_500),
            (C::CompactAppliances, 40_000, 5_300),
            (C::ElectronicsAccessories, 10_000, 1_500),
            (C::ElectronicsAccessories, 15_000, 1_900),
            (C::Furniture, 20_000, 3_000),
            (C::Furniture, 30_000, 4_000),
            (C::Jewelry, 25_000, 5_000),
            (C::Jewelry, 100_000, 8_750),
            (C::Watches, 150_000, 24_000),
            (C::Watches, 200_000, 25_500),
            (C::FineArt, 10_000, 2_000),
            (C::FineArt, 100_000, 15_500),
            (C::FineArt, 500_000, 55_500),
            (C::FineArt, 1_000_000, 80_500),
            (C::BeautyAndBaby, 1_000, 80),
            (C::BeautyAndBaby, 1_001, 150),
            (C::Grocery, 1_500, 120),
            (C::Grocery, 1_501, 225),
            (C::Grocery, 100, 8),
            (C::LawnMowers, 50_000, 7_500),
            (C::LawnMowers, 50_001, 4_000),
            (C::Clothing, 1_500, 75),
            (C::Clothing, 2_000, 200),
            (C::Clothing, 2_001, 340),
        ];
        for (category, price, fee) in cases {
            assert_eq!(us(category).amount(price), fee, "{category:?} at {price}");
        }
    }

    /// One minor unit on either side of every edge of a rule.
    fn edges(rule: &ReferralRule) -> Vec<i64> {
        rule.changes()
            .flat_map(|edge| [edge - 1, edge, edge + 1])
            .collect()
    }

    fn any_category() -> impl Strategy<Value = FeeCategory> {
        prop::sample::select(vec![
            FeeCategory::Media,
            FeeCategory::EverythingElse,
            FeeCategory::CompactAppliances,
            FeeCategory::ElectronicsAccessories,
            FeeCategory::Furniture,
            FeeCategory::Jewelry,
            FeeCategory::Watches,
            FeeCategory::FineArt,
            FeeCategory::BeautyAndBaby,
            FeeCategory::Grocery,
            FeeCategory::LawnMowers,
            FeeCategory::Clothing,
        ])
    }

    proptest! {
        #[test]
        fn a_fee_by_portions_never_falls_nor_jumps_and_a_whole_price_fee_jumps_at_its_bands_only(
            category in any_category(),
            anywhere in 0_i64..1_000_000,
        ) {
            let rule = us(category);
            let bands: Vec<i64> = rule.bands.iter().map(|band| band.up_to).collect();
            for price in edges(&rule).into_iter().chain([anywhere]).filter(|price| *price >= 0) {
                let step = rule.amount(price + 1) - rule.amount(price);
                if rule.mode == Mode::Portion || !bands.contains(&price) {
                    prop_assert!((0..=1).contains(&step), "{step} after {price}");
                }
                prop_assert!(rule.amount(price) >= rule.minimum);
            }
        }

        #[test]
        fn between_two_changes_the_fee_is_a_straight_line_but_for_rounding(
            category in any_category(),
            start in 0_i64..600_000,
            length in 0_i64..5_000,
        ) {
            let rule = us(category);
            let next = rule.changes().filter(|change| *change > start).min().unwrap_or(NO_LIMIT);
            let end = (start + length).min(next - 1);
            let grown = rule.slope(start).0 / WHOLE * (end - start) / WHOLE;
            let is = rule.amount(end) - rule.amount(start);
            prop_assert!((is - grown).abs() <= 2, "{is} and not {grown} from {start} to {end}");
        }
    }
}
