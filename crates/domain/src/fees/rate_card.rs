//! Dated rate cards of US fulfilment (Fulfilment by Amazon, non-apparel, not dangerous goods), compiled in as data.
//!
//! `us_fba.json` holds the amounts in dollars. A list of one amount holds for every price, a list of three for the price bands below
//! 10, 10 to 50 and above 50 dollars. Sources: copies of Amazon's fee pages that agree number for
//! number (grade B; four to six of each card, two of the peak of 2026), but for the peak cards before 2026, which have one (grade C).

use std::sync::{Arc, LazyLock};

use chrono::NaiveDate;
use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, dec};
use serde::Deserialize;

use super::rate::{ByBand, Ppm};
use super::receipt::Grade;
use super::size_tier::{Parcel, SizeTier};
use crate::money::{Currency, Money};

/// A fee in cents for each price band.
type Fee = ByBand<i64>;

/// The cards of one marketplace.
pub(crate) struct RateCards {
    fuel_surcharge: FuelSurcharge,
    /// The earliest period, so that there is always one.
    first: Period,
    /// The others in the order of time.
    later: Vec<Period>,
}

/// The fuel and logistics surcharge on the fulfilment fee.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct FuelSurcharge {
    percent: Decimal,
    start: NaiveDate,
    grade: Grade,
}

/// The time in which a card is in force, both days included.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Dates {
    id: String,
    start: NaiveDate,
    end: NaiveDate,
}

struct Period {
    dates: Dates,
    grade: Grade,
    rates: Arc<Rates>,
}

/// The amounts of a card.
#[derive(PartialEq, Eq)]
struct Rates {
    small_standard: Vec<Fee>,
    large_standard: Vec<Fee>,
    large_standard_over_3_lb: Fee,
    small_bulky: Option<Fee>,
    large_bulky: Fee,
    extra_large: [Fee; 4],
}

/// The card of one day.
#[derive(Clone, Copy)]
pub(crate) struct CardOnDay<'a> {
    /// Id of the card.
    pub(crate) id: &'a str,
    /// Grade of the card; `Unverified` before the first and after the last.
    pub(crate) grade: Grade,
    /// Fuel surcharge of the day with its grade, `None` before it began.
    pub(crate) surcharge: Option<(Ppm, Grade)>,
    rates: &'a Arc<Rates>,
}

impl CardOnDay<'_> {
    /// `true` when both days charge the same: same amounts and same surcharge.
    pub(crate) fn charges_like(&self, other: &Self) -> bool {
        self.rates == other.rates && self.surcharge == other.surcharge
    }

    /// The fulfilment fee of a package in each price band, in cents, without surcharge.
    pub(crate) fn fulfilment(&self, parcel: &Parcel) -> Option<Fee> {
        self.rates.fulfilment(parcel)
    }

    /// The surcharge on a fulfilment fee, in cents, rounded half up after the multiplication (Amazon's own order is unknown, grade X).
    pub(crate) fn surcharge_on(&self, fulfilment: i64) -> i64 {
        self.surcharge.map_or(0, |(rate, _)| rate.of(fulfilment))
    }
}

/// A started step counts whole: pounds above `from`, in steps of `step` pounds.
fn steps(pounds: Decimal, from: Decimal, step: Decimal) -> i64 {
    ((pounds - from) / step)
        .ceil()
        .to_i64()
        .unwrap_or_default()
        .max(0)
}

/// The row of a weight whose brackets are `per_pound` to the pound and closed above.
fn bracket(rows: &[Fee], pounds: Decimal, per_pound: Decimal) -> Option<Fee> {
    let row = (pounds * per_pound).ceil().to_usize()?.saturating_sub(1);
    rows.get(row).copied()
}

impl Rates {
    fn fulfilment(&self, parcel: &Parcel) -> Option<Fee> {
        let pounds = parcel.billed_pounds;
        let [xl_50, xl_70, xl_150, xl_over] = self.extra_large;
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
                self.small_bulky.unwrap_or(self.large_bulky),
                38 * steps(pounds, dec!(1), dec!(1)),
            ),
            SizeTier::LargeBulky => (self.large_bulky, 38 * steps(pounds, dec!(1), dec!(1))),
            SizeTier::ExtraLarge50 => (xl_50, 38 * steps(pounds, dec!(1), dec!(1))),
            SizeTier::ExtraLarge70 => (xl_70, 75 * steps(pounds, dec!(51), dec!(1))),
            SizeTier::ExtraLarge150 => (xl_150, 75 * steps(pounds, dec!(71), dec!(1))),
            SizeTier::ExtraLargeOver150 => (xl_over, 19 * steps(pounds, dec!(151), dec!(1))),
        };
        Some(base.map(|fee| fee + steps))
    }
}

impl RateCards {
    /// The card of a day. Outside all cards it is the nearest one, and unverified.
    pub(crate) fn on(&self, day: NaiveDate) -> CardOnDay<'_> {
        let mut latest_first = self.later.iter().rev();
        let period = latest_first
            .find(|period| period.dates.start <= day)
            .unwrap_or(&self.first);
        let covered = period.dates.start <= day && day <= period.dates.end;
        let fuel = &self.fuel_surcharge;
        CardOnDay {
            id: &period.dates.id,
            grade: if covered {
                period.grade
            } else {
                Grade::Unverified
            },
            surcharge: (day >= fuel.start).then(|| (Ppm::from_percent(fuel.percent), fuel.grade)),
            rates: &period.rates,
        }
    }
}

/// The file as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    fuel_surcharge: FuelSurcharge,
    cards: Vec<CardData>,
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
    large_bulky: Columns,
    extra_large: [Columns; 4],
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

/// Data that holds no card.
#[derive(Debug, thiserror::Error)]
enum CardError {
    #[error("the rate cards are not well formed")]
    Json(#[from] serde_json::Error),
    #[error("there is no rate card")]
    Empty,
}

fn parse(json: &str) -> Result<RateCards, CardError> {
    let file: File = serde_json::from_str(json)?;
    let mut periods = Vec::new();
    for card in file.cards {
        let fee = |columns: Columns| columns.fee(card.low_price_discount);
        let rates = Arc::new(Rates {
            small_standard: card.small_standard.map(fee).to_vec(),
            large_standard: card.large_standard.map(fee).to_vec(),
            large_standard_over_3_lb: fee(card.large_standard_over_3_lb),
            small_bulky: card.small_bulky.map(fee),
            large_bulky: fee(card.large_bulky),
            extra_large: card.extra_large.map(fee),
        });
        periods.extend(card.periods.into_iter().map(|dates| Period {
            dates,
            grade: card.grade,
            rates: Arc::clone(&rates),
        }));
    }
    periods.sort_by_key(|period| period.dates.start);
    let mut later = periods.into_iter();
    Ok(RateCards {
        fuel_surcharge: file.fuel_surcharge,
        first: later.next().ok_or(CardError::Empty)?,
        later: later.collect(),
    })
}

/// The US cards.
#[expect(
    clippy::expect_used,
    reason = "the data is compiled in, and every test of this module parses it"
)]
pub(crate) static US: LazyLock<RateCards> =
    LazyLock::new(|| parse(include_str!("us_fba.json")).expect("us_fba.json is well formed"));

#[cfg(test)]
mod tests {
    use chrono::Days;

    use super::super::rate::PriceBand;
    use super::super::size_tier::Measures;
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_cards_follow_each_other_without_gap_or_overlap() {
        let mut end = US.first.dates.end;
        assert!(US.first.dates.start <= end);
        for Period { dates, .. } in &US.later {
            assert_eq!(
                Some(dates.start),
                end.checked_add_days(Days::new(1)),
                "{}",
                dates.id
            );
            assert!(dates.start <= dates.end, "{}", dates.id);
            end = dates.end;
        }
    }

    #[test]
    fn a_day_picks_its_card_and_outside_of_every_card_the_nearest_unverified() {
        let cases = [
            ("2019-01-01", "us-fba-2024-04-15", Grade::Unverified),
            ("2024-04-15", "us-fba-2024-04-15", Grade::B),
            ("2024-10-15", "us-fba-2024-10-15-peak", Grade::C),
            ("2025-01-14", "us-fba-2024-10-15-peak", Grade::C),
            ("2025-01-15", "us-fba-2025-01-15", Grade::B),
            ("2025-12-24", "us-fba-2025-10-15-peak", Grade::C),
            ("2026-01-15", "us-fba-2026-01-15", Grade::B),
            ("2026-10-14", "us-fba-2026-01-15", Grade::B),
            ("2026-10-15", "us-fba-2026-10-15-peak", Grade::B),
            ("2027-01-14", "us-fba-2026-10-15-peak", Grade::B),
            ("2027-01-15", "us-fba-2026-10-15-peak", Grade::Unverified),
        ];
        for (on, id, grade) in cases {
            let card = US.on(day(on));
            assert_eq!((card.id, card.grade), (id, grade), "on {on}");
        }
    }

    #[test]
    fn the_fuel_surcharge_begins_on_the_seventeenth_of_april_2026() {
        assert_eq!(US.on(day("2026-04-16")).surcharge_on(460), 0);
        assert_eq!(US.on(day("2026-04-17")).surcharge_on(460), 16);
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
            let parcel = Parcel::measured(&measures);
            let band = PriceBand::of((number(3) * Decimal::ONE_HUNDRED).to_i64().unwrap());
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
                let fee = card.fulfilment(&parcel).unwrap().get(band);
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
