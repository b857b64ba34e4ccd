//! The US rate cards as dated data.

use std::sync::LazyLock;

use chrono::NaiveDate;
use serde::Deserialize;

use super::Grade;
use super::size_tier::{MeasuredPackage, SizeTier};

/// Fees in cents by price: below 10.00, from 10.00 to 50.00, above 50.00.
type Bands = [i64; 3];

/// The first price of the middle band, in cents (grade B).
pub(super) const MIDDLE_BAND_FROM: i64 = 1_000;
/// The first price of the upper band, in cents (grade B).
pub(super) const UPPER_BAND_FROM: i64 = 5_001;

#[derive(Debug, Deserialize)]
struct RateCards {
    surcharge: Surcharge,
    cards: Vec<RateCard>,
}

/// The fuel and logistics surcharge on fulfilment fees (grade B).
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct Surcharge {
    from: NaiveDate,
    per_mille: i64,
}

/// One rate card of fulfilment fees.
#[derive(Debug, Deserialize)]
pub(super) struct RateCard {
    pub(super) id: String,
    from: NaiveDate,
    to: NaiveDate,
    grade: Grade,
    small_standard: [Bands; 8],
    large_standard: [Bands; 12],
    over_three_pounds: Bands,
    small_bulky: Option<Bands>,
    large_bulky: Bands,
    extra_large: [Bands; 4],
}

static CARDS: LazyLock<RateCards> = LazyLock::new(|| {
    #[expect(
        clippy::expect_used,
        reason = "the data is compiled in, and a test reads it"
    )]
    serde_json::from_str(include_str!("us_fba.json")).expect("the compiled rate cards can be read")
});

/// The card that holds on a date, and whether the date lies within it. Before the first card that is the first one, past the last card
/// the last one.
pub(super) fn card_on(date: NaiveDate) -> (&'static RateCard, bool) {
    let cards = &CARDS.cards;
    let index = cards
        .partition_point(|card| card.from <= date)
        .saturating_sub(1);
    #[expect(
        clippy::indexing_slicing,
        reason = "there is a card, and the index is below their number"
    )]
    let card = &cards[index];
    (card, (card.from..=card.to).contains(&date))
}

/// The surcharge on a fulfilment fee on a date, in cents, rounded half up after multiplication.
pub(super) fn surcharge(fee: i64, date: NaiveDate) -> i64 {
    let Surcharge { from, per_mille } = CARDS.surcharge;
    if date < from {
        return 0;
    }
    (fee * per_mille + 500) / 1_000
}

/// The index of the price band of a price in cents.
pub(super) const fn band(price: i64) -> usize {
    if price < MIDDLE_BAND_FROM {
        0
    } else if price < UPPER_BAND_FROM {
        1
    } else {
        2
    }
}

impl RateCard {
    pub(super) const fn grade(&self) -> Grade {
        self.grade
    }

    /// The size tier of a package on this card.
    pub(super) fn tier(&self, package: &MeasuredPackage) -> SizeTier {
        package.tier(self.small_bulky.is_some()).0
    }

    /// The fulfilment fees of a package in the three price bands, in cents, without surcharge.
    pub(super) fn fees(&self, package: &MeasuredPackage) -> Bands {
        let (tier, weight) = package.tier(self.small_bulky.is_some());
        let bracket = |table: &[Bands], ounces: i64| -> Bands {
            let index = usize::try_from(weight.steps_up(ounces) - 1).unwrap_or(0);
            table
                .get(index)
                .or(table.last())
                .copied()
                .unwrap_or_default()
        };
        let plus = |base: Bands, extra: i64| base.map(|fee| fee + extra);
        let [xl_50, xl_70, xl_150, xl_over] = self.extra_large;
        let pounds = weight.pounds_up();
        match tier {
            SizeTier::SmallStandard => bracket(&self.small_standard, 2),
            // 0.08 for each 4 oz or part above 3 lb.
            SizeTier::LargeStandard if weight.ounces_up() > 48 => {
                plus(self.over_three_pounds, (weight.steps_up(4) - 12) * 8)
            }
            SizeTier::LargeStandard => bracket(&self.large_standard, 4),
            // 0.38 for each pound or part above the first.
            SizeTier::SmallBulky => plus(
                self.small_bulky.unwrap_or(self.large_bulky),
                (pounds - 1) * 38,
            ),
            SizeTier::LargeBulky => plus(self.large_bulky, (pounds - 1) * 38),
            SizeTier::ExtraLarge50 => plus(xl_50, (pounds - 1) * 38),
            // 0.75 for each pound or part above 51 and 71, 0.19 above 151.
            SizeTier::ExtraLarge70 => plus(xl_70, (pounds - 51).max(0) * 75),
            SizeTier::ExtraLarge150 => plus(xl_150, (pounds - 71).max(0) * 75),
            SizeTier::ExtraLargeOver150 => plus(xl_over, (pounds - 151).max(0) * 19),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    #[test]
    fn the_cards_follow_each_other_without_gap_or_overlap() {
        for pair in CARDS.cards.windows(2) {
            assert_eq!(
                pair[0].to + TimeDelta::days(1),
                pair[1].from,
                "{}",
                pair[1].id
            );
        }
    }

    #[test]
    fn a_date_outside_of_every_card_is_answered_with_the_nearest_and_said_so() {
        let date = |text: &str| text.parse::<NaiveDate>().unwrap();
        let answer = |text: &str| {
            let (card, verified) = card_on(date(text));
            (card.id.as_str(), verified)
        };
        assert_eq!(answer("2019-01-01"), ("us-fba-2024-04-15", false));
        assert_eq!(answer("2026-11-23"), ("us-fba-2026-10-15-peak", true));
        assert_eq!(answer("2027-01-15"), ("us-fba-2026-10-15-peak", false));
    }

    #[test]
    fn every_value_of_the_golden_table_holds() {
        let mut cases = 0;
        let mut reader = csv::Reader::from_reader(include_str!("us_fba_golden.csv").as_bytes());
        for record in reader.records() {
            let record = record.unwrap();
            let case = &record[0];
            let exact = |text: &str, unit: i64| -> i64 {
                let value: rust_decimal::Decimal = text.parse().unwrap();
                i64::try_from((value * rust_decimal::Decimal::from(unit)).round()).unwrap()
            };
            let sides: Vec<i64> = record[1].split('x').map(|side| exact(side, INCH)).collect();
            const INCH: i64 = 25_400;
            let weight = exact(&record[2], 453_592_370_000);
            let package = MeasuredPackage::from_exact(sides.try_into().unwrap(), weight).unwrap();
            let price = exact(&record[3], 100);
            let (tier, billable) = package.tier(true);
            let expected_tier = match &record[4] {
                "xl_0_50" => "EXTRA_LARGE50".to_owned(),
                other => other.to_uppercase(),
            };
            assert_eq!(serde_json::to_value(tier).unwrap(), expected_tier, "{case}");
            assert_eq!(billable.milli_pounds(), exact(&record[5], 1_000), "{case}");
            let fee = |date: &str, with_surcharge: bool| {
                let date: NaiveDate = date.parse().unwrap();
                let base = card_on(date).0.fees(&package)[band(price)];
                let extra = if with_surcharge {
                    surcharge(base, date)
                } else {
                    0
                };
                rust_decimal::Decimal::new(base + extra, 2).to_string()
            };
            let computed = [
                fee("2025-03-01", false),
                fee("2025-12-01", false),
                fee("2026-02-01", false),
                fee("2026-05-01", true),
                fee("2026-11-01", false),
                fee("2026-11-01", true),
            ];
            let expected: Vec<&str> = record.iter().skip(6).collect();
            assert_eq!(computed.to_vec(), expected, "{case}");
            cases += 1;
        }
        assert_eq!(cases, 25);
    }
}
