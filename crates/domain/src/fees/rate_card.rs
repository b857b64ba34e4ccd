//! Dated rate cards of fulfilment: which card holds on a day, and what it charges.

use std::sync::{Arc, LazyLock};

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Deserialize;

use super::european_card::{self, EuropeanRates};
use super::parcel::Parcel;
use super::rate::{BandLimits, ByBand, Ppm};
use super::receipt::Grade;
use super::us_card::{self, UsRates};
use crate::marketplace::Marketplace;

/// The cards of one marketplace.
pub(super) struct RateCards {
    /// Where its price bands begin.
    pub(super) bands: BandLimits,
    fuel_surcharge: Option<FuelSurcharge>,
    /// The earliest period, so that there is always one.
    first: Period,
    /// The others in the order of time.
    later: Vec<Period>,
}

/// The fuel and logistics surcharge on the fulfilment fee, from a day on.
pub(super) struct FuelSurcharge {
    rate: Ppm,
    start: NaiveDate,
    grade: Grade,
}

/// The time in which a card is in force, both days included.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Dates {
    id: String,
    start: NaiveDate,
    end: NaiveDate,
}

/// A card in force.
pub(super) struct Period {
    dates: Dates,
    grade: Grade,
    rates: Arc<Rates>,
}

/// The amounts of a card, in the shape of its marketplace.
#[derive(PartialEq, Eq)]
pub(super) enum Rates {
    Us(Box<UsRates>),
    European(EuropeanRates),
}

/// What a card charges for a parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Charge {
    /// In minor units, without surcharge.
    pub(super) fee: ByBand<i64>,
    /// Name of the size tier.
    pub(super) tier: &'static str,
    /// The weight that the fee is charged on.
    pub(super) billed: Billed,
}

/// A billed weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Billed {
    Pounds(Decimal),
    Grams(u64),
}

/// The card of one day.
#[derive(Clone, Copy)]
pub(super) struct CardOnDay {
    /// Id of the card.
    pub(super) id: &'static str,
    /// Grade of the card; `Unverified` on a day that it is not in force.
    pub(super) grade: Grade,
    /// Fuel surcharge of the day with its grade, `None` where there is none.
    pub(super) surcharge: Option<(Ppm, Grade)>,
    rates: &'static Arc<Rates>,
}

impl CardOnDay {
    /// `true` when both days charge the same: same amounts and same surcharge.
    pub(super) fn charges_like(&self, other: &Self) -> bool {
        self.rates == other.rates && self.surcharge == other.surcharge
    }

    /// What it charges for a parcel; `None` where it has no amount for its size.
    pub(super) fn charge(&self, parcel: &Parcel) -> Option<Charge> {
        match (&**self.rates, parcel) {
            (Rates::Us(rates), Parcel::Us(parcel)) => rates.charge(parcel),
            (Rates::European(rates), Parcel::Metric(parcel)) => rates.charge(parcel),
            _ => None,
        }
    }

    /// The surcharge on a fulfilment fee in minor units, rounded half up after the multiplication (Amazon's own order is unknown, grade X).
    pub(super) fn surcharge_on(&self, fulfilment: i64) -> i64 {
        self.surcharge.map_or(0, |(rate, _)| rate.of(fulfilment))
    }
}

impl FuelSurcharge {
    pub(super) fn new(percent: Decimal, start: NaiveDate, grade: Grade) -> Self {
        Self {
            rate: Ppm::from_percent(percent),
            start,
            grade,
        }
    }
}

impl Period {
    pub(super) const fn new(dates: Dates, grade: Grade, rates: Arc<Rates>) -> Self {
        Self {
            dates,
            grade,
            rates,
        }
    }

    /// How many days lie between a day and the time of the card; 0 on its own days.
    fn distance(&self, day: NaiveDate) -> i64 {
        let before = (self.dates.start - day).num_days();
        let after = (day - self.dates.end).num_days();
        before.max(after).max(0)
    }
}

impl RateCards {
    /// Cards in any order.
    pub(super) fn new(
        bands: BandLimits,
        fuel_surcharge: Option<FuelSurcharge>,
        mut periods: Vec<Period>,
    ) -> Result<Self, CardError> {
        periods.sort_by_key(|period| period.dates.start);
        let mut later = periods.into_iter();
        Ok(Self {
            bands,
            fuel_surcharge,
            first: later.next().ok_or(CardError::Empty)?,
            later: later.collect(),
        })
    }

    /// The cards of a marketplace, where any are known.
    pub(super) fn of(marketplace: Marketplace) -> Option<&'static Self> {
        match marketplace {
            Marketplace::Us => Some(&US),
            Marketplace::Gb => Some(&GB),
            Marketplace::De => Some(&DE),
            _ => None,
        }
    }

    fn periods(&self) -> impl Iterator<Item = &Period> {
        std::iter::once(&self.first).chain(&self.later)
    }

    fn card(&'static self, period: &'static Period, day: NaiveDate) -> CardOnDay {
        let fuel = self.fuel_surcharge.as_ref();
        CardOnDay {
            id: &period.dates.id,
            grade: if period.distance(day) == 0 {
                period.grade
            } else {
                Grade::Unverified
            },
            surcharge: fuel
                .filter(|fuel| day >= fuel.start)
                .map(|fuel| (fuel.rate, fuel.grade)),
            rates: &period.rates,
        }
    }

    /// The card of a day. Outside all cards it is the nearest one, and unverified.
    pub(super) fn on(&'static self, day: NaiveDate) -> CardOnDay {
        let nearest = self.later.iter().fold(&self.first, |nearest, period| {
            if period.distance(day) < nearest.distance(day) {
                period
            } else {
                nearest
            }
        });
        self.card(nearest, day)
    }

    /// The card nearest to a day that has an amount for the parcel, with that amount; `None` where no card has one.
    pub(super) fn charge(
        &'static self,
        day: NaiveDate,
        parcel: &Parcel,
    ) -> Option<(CardOnDay, Charge)> {
        let of_the_day = self.on(day);
        if let Some(charge) = of_the_day.charge(parcel) {
            return Some((of_the_day, charge));
        }
        self.periods()
            .filter_map(|period| {
                let card = self.card(period, day);
                Some((period.distance(day), card, card.charge(parcel)?))
            })
            .min_by_key(|(distance, ..)| *distance)
            .map(|(_, card, charge)| (card, charge))
    }
}

/// Data that holds no card.
#[derive(Debug, thiserror::Error)]
pub(super) enum CardError {
    #[error("the rate cards are not well formed")]
    Json(#[from] serde_json::Error),
    #[error("there is no rate card")]
    Empty,
}

/// The US cards.
#[expect(
    clippy::expect_used,
    reason = "the data is compiled in, and every test of this module parses it"
)]
pub(super) static US: LazyLock<RateCards> = LazyLock::new(|| {
    us_card::parse(include_str!("us_fba.json")).expect("us_fba.json is well formed")
});

/// The cards of the United Kingdom.
#[expect(
    clippy::expect_used,
    reason = "the data is compiled in, and every test of this module parses it"
)]
pub(super) static GB: LazyLock<RateCards> = LazyLock::new(|| {
    european_card::parse(include_str!("uk_fba.json")).expect("uk_fba.json is well formed")
});

/// The German cards.
#[expect(
    clippy::expect_used,
    reason = "the data is compiled in, and every test of this module parses it"
)]
pub(super) static DE: LazyLock<RateCards> = LazyLock::new(|| {
    european_card::parse(include_str!("de_fba.json")).expect("de_fba.json is well formed")
});

#[cfg(test)]
mod tests {
    use chrono::Days;
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn all_cards() -> [&'static RateCards; 3] {
        [&US, &GB, &DE]
    }

    #[test]
    fn the_cards_follow_each_other_without_gap_or_overlap() {
        for cards in all_cards() {
            assert!(cards.first.dates.start <= cards.first.dates.end);
            for (before, Period { dates, .. }) in cards.periods().zip(&cards.later) {
                let next_day = before.dates.end.checked_add_days(Days::new(1));
                assert_eq!(Some(dates.start), next_day, "{}", dates.id);
                assert!(dates.start <= dates.end, "{}", dates.id);
            }
        }
    }

    #[test]
    fn every_card_has_an_id_of_its_own() {
        let mut ids: Vec<&str> = all_cards()
            .into_iter()
            .flat_map(RateCards::periods)
            .map(|period| period.dates.id.as_str())
            .collect();
        ids.sort_unstable();
        assert!(ids.windows(2).all(|pair| pair[0] != pair[1]), "{ids:?}");
    }

    #[test]
    fn a_day_picks_its_card_and_outside_of_every_card_the_nearest_unverified() {
        let cases = [
            ("2019-01-01", "us-fba-2024-02-05", Grade::Unverified),
            ("2024-02-04", "us-fba-2024-02-05", Grade::Unverified),
            ("2024-02-05", "us-fba-2024-02-05", Grade::C),
            ("2024-04-14", "us-fba-2024-02-05", Grade::C),
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
        for (cards, id, grade) in [
            (&GB, "uk-fba-2026", Grade::B),
            (&DE, "de-fba-2026", Grade::C),
        ] {
            for (on, grade) in [
                ("2025-12-31", Grade::Unverified),
                ("2026-01-01", grade),
                ("2026-12-31", grade),
                ("2027-01-01", Grade::Unverified),
            ] {
                let card = cards.on(day(on));
                assert_eq!((card.id, card.grade), (id, grade), "on {on}");
            }
        }
    }

    #[test]
    fn the_fuel_surcharge_begins_on_the_seventeenth_of_april_2026() {
        assert_eq!(US.on(day("2026-04-16")).surcharge_on(460), 0);
        assert_eq!(US.on(day("2026-04-17")).surcharge_on(460), 16);
        assert_eq!(GB.on(day("2026-04-17")).surcharge_on(460), 0);
    }

    proptest! {
        #[test]
        fn any_day_has_a_card_that_is_verified_exactly_on_its_own_days(
            days in 0_u64..20_000,
            index in 0_usize..3,
        ) {
            let on = day("2000-01-01") + Days::new(days);
            let cards = all_cards()[index];
            let card = cards.on(on);
            let in_force: Vec<&Period> =
                cards.periods().filter(|period| period.dates.start <= on && on <= period.dates.end).collect();
            prop_assert!(in_force.len() <= 1);
            prop_assert_eq!(card.grade == Grade::Unverified, in_force.is_empty());
            if let [period] = in_force.as_slice() {
                prop_assert_eq!(card.id, period.dates.id.as_str());
            }
        }
    }
}
