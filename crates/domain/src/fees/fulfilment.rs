//! What Amazon takes for fulfilment: by rate card, by Keepa's observation, or by the flat schedule.
//!
//! Keepa's observation already contains price band, season and surcharge of its day (21 of 23 recorded observations of 2024 to 2026 and every
//! book among them agree with the card of their day to the cent: grade B). So it stands only where the same
//! card and surcharge hold on the day of the sale, only in the price band that it was seen in, and no surcharge is added to it. Which
//! band that was, Keepa does not say. It is the band whose card explains the observation within five cents; failing that, the
//! band of the market's price at that time; failing that, 10 to 50 dollars, where recorded observations without any offer lie. Bands in
//! which the card charges the same count as one. Clothing has cards of its own that are not known, so its fee is unverified.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::category::FeeCategory;
use super::config::{self, FeeConfig};
use super::error::FeeError;
use super::flat::{FlatFulfilment, FlatSchedule, checked_minor};
use super::input::FeeInput;
use super::parcel::Parcel;
use super::rate::{BandLimits, ByBand, Ppm, PriceBand};
use super::rate_card::{Billed, CardOnDay, Charge, RateCards};
use super::receipt::{FeeKind, FeeLine, Grade};
use super::size_tier;
use crate::money::{Currency, Money};

/// A card explains an observation that differs by no more than this: five cents, as recorded ones agree to the cent.
const TOLERANCE: i64 = 5;
/// The name of Keepa's observation where a receipt names a rate card.
const OBSERVED: &str = "keepa-observed";

/// A fulfilment fee of one price band, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct BandFee {
    fulfilment: i64,
    /// 0 where the fulfilment fee contains it already, or none is charged.
    surcharge: i64,
    is_observed: bool,
}

/// An observation that the card does not explain; both in minor units, for the day of the observation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mismatch {
    pub(super) observed: i64,
    pub(super) card: i64,
}

/// What a fee rests on that is not observed.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Basis {
    Card {
        id: &'static str,
        grade: Grade,
        surcharge: Option<(Ppm, Grade)>,
        charge: Charge,
    },
    Flat {
        schedule: FlatFulfilment,
        pounds: Decimal,
    },
    /// Nothing: every band is observed.
    None,
}

/// The fulfilment fee in every price band.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FulfilmentFees {
    /// Where the price bands begin.
    pub(super) limits: BandLimits,
    bands: ByBand<BandFee>,
    basis: Basis,
    observed_on: Option<NaiveDate>,
    pub(super) mismatch: Option<Mismatch>,
}

/// An observation with its day.
#[derive(Debug, Clone, Copy)]
struct Observation {
    minor: i64,
    day: Option<NaiveDate>,
}

impl FulfilmentFees {
    /// The fees of a product that Amazon ships.
    pub(super) fn new(
        input: &FeeInput,
        parcel: Option<&Parcel>,
        config: &FeeConfig,
    ) -> Result<Self, FeeError> {
        let observation = input.observed.filter(|fee| fee.minor > 0);
        let observation = observation.map(|fee| Observation {
            minor: fee.minor.into(),
            day: fee.observed_at.map(|at| at.to_utc().date_naive()),
        });
        match RateCards::of(input.marketplace) {
            Some(cards) => Self::by_card(cards, input, parcel, observation, config),
            None => Self::flat(input, config, observation),
        }
    }

    /// By the dated cards, or by an observation of the same card.
    fn by_card(
        cards: &'static RateCards,
        input: &FeeInput,
        parcel: Option<&Parcel>,
        observation: Option<Observation>,
        config: &FeeConfig,
    ) -> Result<Self, FeeError> {
        let then = observation
            .and_then(|seen| seen.day)
            .map(|day| cards.on(day));
        let today = cards.on(input.sale_date);
        let usable = observation.filter(|_| then.is_some_and(|then| then.charges_like(&today)));
        let Some(parcel) = parcel else {
            return usable
                .map(Self::observed_only)
                .ok_or(FeeError::PackageUnknown);
        };
        let Some((card, charge)) = cards.charge(input.sale_date, parcel) else {
            return Self::flat(input, config, usable);
        };
        let mut bands = charge.fee.map(|fulfilment| BandFee {
            fulfilment,
            surcharge: card.surcharge_on(fulfilment),
            is_observed: false,
        });
        // A day without a verified card tells nothing about the package.
        let judged = observation.zip(then.filter(|then| then.grade != Grade::Unverified));
        let band_of = |seen: Observation, fees: &ByBand<i64>| {
            let price = input.price_when_observed.map(|price| cards.bands.of(price));
            band_of(seen.minor, fees, price)
        };
        let mismatch = judged.and_then(|(seen, then)| {
            let fees = with_surcharge(&then, parcel)?;
            let card = fees.get(band_of(seen, &fees));
            let differs = seen.minor.abs_diff(card) > TOLERANCE.unsigned_abs();
            differs.then_some(Mismatch {
                observed: seen.minor,
                card,
            })
        });
        if let Some(seen) = usable {
            let fees = bands.map(|fee| fee.fulfilment + fee.surcharge);
            let band = band_of(seen, &fees);
            bands = bands.map(|fee| {
                if fee.fulfilment + fee.surcharge == fees.get(band) {
                    seen.fee()
                } else {
                    fee
                }
            });
        }
        let CardOnDay {
            id,
            grade,
            surcharge,
            ..
        } = card;
        Ok(Self {
            limits: cards.bands,
            bands,
            basis: Basis::Card {
                id,
                grade: if input.category == FeeCategory::Clothing {
                    Grade::Unverified
                } else {
                    grade
                },
                surcharge,
                charge,
            },
            observed_on: usable.and_then(|seen| seen.day),
            mismatch,
        })
    }

    /// Without a card: Amazon's own fee where Keepa saw one, else the flat schedule by weight.
    fn flat(
        input: &FeeInput,
        config: &FeeConfig,
        observation: Option<Observation>,
    ) -> Result<Self, FeeError> {
        if let Some(seen) = observation {
            return Ok(Self::observed_only(seen));
        }
        let schedule = FlatSchedule::new(config, input.marketplace)
            .fulfilment()
            .ok_or(FeeError::ScheduleUnknown)?;
        let pounds = size_tier::pounds(&input.package).ok_or(FeeError::PackageUnknown)?;
        let amount = schedule
            .per_pound
            .checked_mul(pounds)
            .and_then(|by_weight| by_weight.checked_add(schedule.base))
            .and_then(|amount| checked_minor(amount, input.marketplace.currency()))
            .ok_or(FeeError::AmountOutOfRange)?;
        Ok(Self {
            limits: BandLimits::NONE,
            bands: ByBand::all(BandFee {
                fulfilment: amount,
                surcharge: 0,
                is_observed: false,
            }),
            basis: Basis::Flat { schedule, pounds },
            observed_on: None,
            mismatch: None,
        })
    }

    /// An observation is all that is known: it stands at every price.
    fn observed_only(seen: Observation) -> Self {
        Self {
            limits: BandLimits::NONE,
            bands: ByBand::all(seen.fee()),
            basis: Basis::None,
            observed_on: seen.day,
            mismatch: None,
        }
    }

    /// `true` when no amount rests on a card past its end or on a flat schedule that nobody verified.
    pub(super) fn is_verified(&self) -> bool {
        match self.basis {
            Basis::Card { grade, .. } => grade.is_verified(),
            Basis::Flat { schedule, .. } => schedule.grade.is_verified(),
            Basis::None => true,
        }
    }

    /// What each price band pays in all.
    pub(super) fn totals(&self) -> ByBand<i64> {
        self.bands.map(|fee| fee.fulfilment + fee.surcharge)
    }

    /// The lines of the receipt in a price band.
    pub(super) fn lines(
        &self,
        band: PriceBand,
        currency: Currency,
    ) -> impl Iterator<Item = FeeLine> {
        let fee = self.bands.get(band);
        let line = |kind, minor, rule, rate_card: &str, grade| FeeLine {
            kind,
            amount: Money::from_minor(minor, currency),
            rule,
            rate_card: rate_card.to_owned(),
            grade,
        };
        let fulfilment = |rule, rate_card, grade| {
            line(FeeKind::Fulfilment, fee.fulfilment, rule, rate_card, grade)
        };
        let (fulfilment, surcharge) = match &self.basis {
            Basis::Card {
                id,
                grade,
                surcharge,
                charge,
            } if !fee.is_observed => {
                let surcharge = surcharge.map(|(rate, grade)| {
                    let base = Money::from_minor(fee.fulfilment, currency).amount();
                    let rule = format!("{} % of {base}", rate.percent());
                    line(FeeKind::FuelSurcharge, fee.surcharge, rule, id, grade)
                });
                let rule = self.describe(charge, band, currency);
                (fulfilment(rule, *id, *grade), surcharge)
            }
            Basis::Flat { schedule, pounds } => {
                let rule = format!(
                    "{} and {} for each of {} lb",
                    schedule.base,
                    schedule.per_pound,
                    pounds.round_dp(2)
                );
                (fulfilment(rule, config::SCHEDULE, schedule.grade), None)
            }
            // Recorded observations agree with the card to the cent (grade B); without one to compare, there is one source.
            basis @ (Basis::Card { .. } | Basis::None) => {
                let grade = if *basis == Basis::None {
                    Grade::C
                } else {
                    Grade::B
                };
                let rule = self.observed_on.map_or_else(
                    || "observed by Keepa".to_owned(),
                    |day| format!("observed by Keepa on {day}"),
                );
                (fulfilment(rule, OBSERVED, grade), None)
            }
        };
        std::iter::once(fulfilment).chain(surcharge)
    }

    /// The rule of a card in words.
    fn describe(&self, charge: &Charge, band: PriceBand, currency: Currency) -> String {
        let weight = match charge.billed {
            Billed::Pounds(pounds) => format!("{} lb", pounds.round_dp(2)),
            Billed::Grams(grams) => format!("{grams} g"),
        };
        let mut rule = format!("{}, {weight} billed", charge.tier);
        if let Some(band) = self.limits.label(band, currency) {
            rule.push_str(", ");
            rule.push_str(&band);
        }
        rule
    }
}

impl Observation {
    const fn fee(self) -> BandFee {
        BandFee {
            fulfilment: self.minor,
            surcharge: 0,
            is_observed: true,
        }
    }
}

/// The fees of a card with the surcharge of its day, as Keepa would see them.
fn with_surcharge(card: &CardOnDay, parcel: &Parcel) -> Option<ByBand<i64>> {
    let fees = card.charge(parcel)?.fee;
    Some(fees.map(|fee| fee + card.surcharge_on(fee)))
}

/// The band in which an observation was made; see the module's documentation.
fn band_of(observed: i64, card: &ByBand<i64>, of_price: Option<PriceBand>) -> PriceBand {
    let distance = |band: &PriceBand| card.get(*band).abs_diff(observed);
    PriceBand::ALL
        .into_iter()
        .filter(|band| distance(band) <= TOLERANCE.unsigned_abs())
        .min_by_key(distance)
        .unwrap_or_else(|| of_price.unwrap_or(PriceBand::Standard))
}
