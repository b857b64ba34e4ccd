//! Rates of US fulfilment (Fulfilment by Amazon, non-apparel, not dangerous goods), compiled in as data.
//!
//! `us_fba.json` holds the amounts in dollars. A list of one amount holds for every price, a list of three for the price bands below
//! 10, 10 to 50 and above 50 dollars. Sources: copies of Amazon's fee pages that agree number for number (grade B; four to six of each
//! card, two of the peak of 2026), but for the peak cards before 2026 and the card of February 2024, which have one (grade C; the
//! latter without packages larger than standard size). Cards of apparel and dangerous goods are known from one source only or
//! disputed (grades C and X), so there are none: such products are charged as others are, which is too little (and unverified for clothing).

use std::sync::Arc;

use chrono::NaiveDate;
use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, dec};
use serde::Deserialize;

use super::rate::{BandLimits, ByBand};
use super::rate_card::{Billed, CardError, Charge, Dates, FuelSurcharge, Period, RateCards, Rates};
use super::receipt::Grade;
use super::size_tier::{SizeTier, UsParcel};
use crate::money::{Currency, Money};

/// A fee in cents for each price band.
type Fee = ByBand<i64>;

/// Below 10, 10 to 50, above 50 dollars (Amazon's cards, grade B; before 2026 only the limit of 10 dollars mattered).
const BANDS: BandLimits = BandLimits {
    standard_from: 1_000,
    high_from: 5_001,
};

/// The amounts of a card.
#[derive(PartialEq, Eq)]
pub(super) struct UsRates {
    small_standard: [Fee; 8],
    large_standard: [Fee; 12],
    large_standard_over_3_lb: Fee,
    small_bulky: Option<Fee>,
    large_bulky: Option<Fee>,
    extra_large: Option<[Fee; 4]>,
}

/// A started step counts whole: pounds above `from`, in steps of `step` pounds. What weighs more than 32 bits of steps counts as that many.
fn steps(pounds: Decimal, from: Decimal, step: Decimal) -> i64 {
    let steps = ((pounds - from) / step).ceil().to_i32();
    steps.unwrap_or(i32::MAX).max(0).into()
}

/// The row of a weight whose brackets are `per_pound` to the pound and closed above.
fn bracket(rows: &[Fee], pounds: Decimal, per_pound: Decimal) -> Option<Fee> {
    let row = (pounds * per_pound).ceil().to_usize()?.saturating_sub(1);
    rows.get(row).copied()
}

impl UsRates {
    /// What the card charges without surcharge; `None` where it has no amount for the tier.
    pub(super) fn charge(&self, parcel: &UsParcel) -> Option<Charge> {
        let pounds = parcel.billed_pounds;
        let by_pound = |cents, from| cents * steps(pounds, from, dec!(1));
        let extra_large = |index: usize| self.extra_large.as_ref()?.get(index).copied();
        let (base, steps) = match parcel.tier {
            SizeTier::SmallStandard => (bracket(&self.small_standard, pounds, dec!(8))?, 0),
            SizeTier::LargeStandard if pounds <= dec!(3) => {
                (bracket(&self.large_standard, pounds, dec!(4))?, 0)
            }
            SizeTier::LargeStandard => (
                self.large_standard_over_3_lb,
                8 * steps(pounds, dec!(3), dec!(0.25)),
            ),
            SizeTier::SmallBulky => (
                self.small_bulky.or(self.large_bulky)?,
                by_pound(38, dec!(1)),
            ),
            SizeTier::LargeBulky => (self.large_bulky?, by_pound(38, dec!(1))),
            SizeTier::ExtraLarge50 => (extra_large(0)?, by_pound(38, dec!(1))),
            SizeTier::ExtraLarge70 => (extra_large(1)?, by_pound(75, dec!(51))),
            SizeTier::ExtraLarge150 => (extra_large(2)?, by_pound(75, dec!(71))),
            SizeTier::ExtraLargeOver150 => (extra_large(3)?, by_pound(19, dec!(151))),
        };
        Some(Charge {
            fee: base.map(|fee| fee + steps),
            tier: parcel.tier.label(),
            billed: Billed::Pounds(pounds),
        })
    }
}

/// The file as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    fuel_surcharge: FuelData,
    cards: Vec<CardData>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FuelData {
    percent: Decimal,
    start: NaiveDate,
    grade: Grade,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CardData {
    periods: Vec<Dates>,
    grade: Grade,
    small_standard: [Columns; 8],
    large_standard: [Columns; 12],
    large_standard_over_3_lb: Columns,
    small_bulky: Option<Columns>,
    large_bulky: Option<Columns>,
    extra_large: Option<[Columns; 4]>,
    low_price_discount: Option<Decimal>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(untagged)]
enum Columns {
    Banded([Decimal; 3]),
    Same([Decimal; 1]),
}

impl Columns {
    /// In cents; a card without bands takes its low price discount off below 10 dollars.
    fn fee(self, low_price_discount: Option<Decimal>) -> Fee {
        let cents = |dollars| {
            Money::new(dollars, Currency::Usd)
                .minor()
                .unwrap_or_default()
        };
        match self {
            Self::Banded([low, standard, high]) => ByBand {
                low,
                standard,
                high,
            }
            .map(cents),
            Self::Same([every]) => {
                let mut fee = ByBand::all(cents(every));
                fee.low -= low_price_discount.map_or(0, cents);
                fee
            }
        }
    }
}

/// The cards of a file.
pub(super) fn parse(json: &str) -> Result<RateCards, CardError> {
    let file: File = serde_json::from_str(json)?;
    let mut periods = Vec::new();
    for card in file.cards {
        let fee = |columns: Columns| columns.fee(card.low_price_discount);
        let rates = Arc::new(Rates::Us(Box::new(UsRates {
            small_standard: card.small_standard.map(fee),
            large_standard: card.large_standard.map(fee),
            large_standard_over_3_lb: fee(card.large_standard_over_3_lb),
            small_bulky: card.small_bulky.map(fee),
            large_bulky: card.large_bulky.map(fee),
            extra_large: card.extra_large.map(|tiers| tiers.map(fee)),
        })));
        periods.extend(
            card.periods
                .into_iter()
                .map(|dates| Period::new(dates, card.grade, Arc::clone(&rates))),
        );
    }
    let FuelData {
        percent,
        start,
        grade,
    } = file.fuel_surcharge;
    RateCards::new(
        BANDS,
        Some(FuelSurcharge::new(percent, start, grade)),
        periods,
    )
}

#[cfg(test)]
mod tests {
    use super::super::parcel::Parcel;
    use super::super::rate_card::US;
    use super::super::size_tier::Measures;
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn data_without_a_card_is_refused() {
        let empty =
            r#"{"fuel_surcharge":{"percent":"3.5","start":"2026-04-17","grade":"B"},"cards":[]}"#;
        assert!(matches!(parse(empty), Err(CardError::Empty)));
        assert!(matches!(parse("{}"), Err(CardError::Json(_))));
    }

    #[test]
    fn every_value_of_the_golden_table_holds() {
        let mut computed = vec![];
        let mut golden = vec![];
        let mut reader = csv::Reader::from_reader(include_str!("us_fba_golden.csv").as_bytes());
        for record in reader.records() {
            let record = record.unwrap();
            let number = |column: usize| record[column].parse::<Decimal>().unwrap();
            let sides: Vec<Decimal> = record[1].split('x').map(|s| s.parse().unwrap()).collect();
            let measures = Measures::new(sides.try_into().unwrap(), number(2));
            let parcel = UsParcel::measured(&measures);
            let band = BANDS.of((number(3) * Decimal::ONE_HUNDRED).to_i64().unwrap());
            let tier = match parcel.tier {
                SizeTier::SmallStandard => "small_standard",
                SizeTier::LargeStandard => "large_standard",
                SizeTier::SmallBulky => "small_bulky",
                SizeTier::LargeBulky => "large_bulky",
                SizeTier::ExtraLarge50 => "xl_0_50",
                other => panic!("{other:?} is not in the table"),
            };
            let billed = parcel
                .billed_pounds
                .round_dp_with_strategy(4, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
            let mut row = vec![tier.to_owned(), billed.normalize().to_string()];
            for (on, fuelled) in [
                ("2025-03-01", false),
                ("2025-12-01", false),
                ("2026-02-01", false),
                ("2026-05-01", true),
                ("2026-11-01", false),
                ("2026-11-01", true),
            ] {
                let card = US.on(day(on));
                let fee = card.charge(&Parcel::Us(parcel)).unwrap().fee.get(band);
                let surcharge = if fuelled { card.surcharge_on(fee) } else { 0 };
                row.push(Decimal::new(fee + surcharge, 2).to_string());
            }
            computed.push((record[0].to_owned(), row));
            let mut expected: Vec<String> = record.iter().skip(4).map(str::to_owned).collect();
            expected[1] = number(5).normalize().to_string();
            golden.push((record[0].to_owned(), expected));
        }
        assert_eq!(computed, golden);
        assert_eq!(golden.len(), 25);
    }
}
