//! What Amazon takes for fulfilment: by rate card, by Keepa's observation, or by the flat schedule.
//!
//! Keepa's observation already contains price band, season and surcharge of its day (21 of 23 recorded observations of 2024 to 2026 and every
//! book among them agree with the card of their day to the cent: grade B). So it stands only where the same
//! card and surcharge hold on the day of the sale, only in the price band that it was seen in, and no surcharge is added to it. Which
//! band that was, Keepa does not say. It is the band whose card explains the observation within five cents; failing that, the
//! band of the market's price at that time; failing that, 10 to 50 dollars, where recorded observations without any offer lie. Bands in
//! which the card charges the same count as one.

use chrono::NaiveDate;

use super::config::{self, FeeConfig};
use super::error::FeeError;
use super::input::FeeInput;
use super::rate::{ByBand, Ppm, PriceBand};
use super::rate_card::{self, CardOnDay};
use super::receipt::{FeeKind, FeeLine, Grade};
use super::size_tier::{self, Parcel};
use crate::marketplace::Marketplace;
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
        parcel: Parcel,
    },
    Flat {
        grade: Grade,
        rule: String,
    },
    /// Nothing: every band is observed.
    None,
}

/// The fulfilment fee in every price band.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FulfilmentFees {
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
        match input.marketplace {
            Marketplace::Us => Self::us(input, parcel, observation),
            _ => Self::flat(input, config, observation),
        }
        .ok_or(FeeError::PackageUnknown)
    }

    /// By the dated cards, or by an observation of the same card.
    fn us(
        input: &FeeInput,
        parcel: Option<&Parcel>,
        observation: Option<Observation>,
    ) -> Option<Self> {
        let card = rate_card::US.on(input.sale_date);
        let then = observation
            .and_then(|seen| seen.day)
            .map(|day| rate_card::US.on(day));
        let usable = observation.filter(|_| then.is_some_and(|then| then.charges_like(&card)));
        let Some(parcel) = parcel else {
            return usable.map(Self::observed_only);
        };
        let mut bands = card.fulfilment(parcel)?.map(|fulfilment| BandFee {
            fulfilment,
            surcharge: card.surcharge_on(fulfilment),
            is_observed: false,
        });
        // A day without a verified card tells nothing about the package.
        let judged = observation.zip(then.filter(|then| then.grade != Grade::Unverified));
        let mismatch = judged.and_then(|(seen, then)| {
            let fees = with_surcharge(&then, parcel)?;
            let card = fees.get(band_of(seen.minor, &fees, input.price_when_observed));
            let differs = seen.minor.abs_diff(card) > TOLERANCE.unsigned_abs();
            differs.then_some(Mismatch {
                observed: seen.minor,
                card,
            })
        });
        if let Some(seen) = usable {
            let fees = bands.map(|fee| fee.fulfilment + fee.surcharge);
            let band = band_of(seen.minor, &fees, input.price_when_observed);
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
        Some(Self {
            bands,
            basis: Basis::Card {
                id,
                grade,
                surcharge,
                parcel: *parcel,
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
    ) -> Option<Self> {
        if let Some(seen) = observation {
            return Some(Self::observed_only(seen));
        }
        let pounds = size_tier::pounds(&input.package)?;
        let amount =
            config.flat_fulfilment_base + config.flat_fulfilment_per_pound.checked_mul(pounds)?;
        let fee = BandFee {
            fulfilment: Money::new(amount, input.marketplace.currency()).minor()?,
            surcharge: 0,
            is_observed: false,
        };
        Some(Self {
            bands: ByBand::all(fee),
            basis: Basis::Flat {
                grade: config.flat_grade(),
                rule: format!(
                    "{} and {} for each of {} lb",
                    config.flat_fulfilment_base,
                    config.flat_fulfilment_per_pound,
                    pounds.round_dp(2)
                ),
            },
            observed_on: None,
            mismatch: None,
        })
    }

    /// An observation is all that is known: it stands at every price.
    fn observed_only(seen: Observation) -> Self {
        Self {
            bands: ByBand::all(seen.fee()),
            basis: Basis::None,
            observed_on: seen.day,
            mismatch: None,
        }
    }

    /// `true` when no amount rests on a card past its end or on a flat schedule that nobody verified.
    pub(super) fn is_verified(&self) -> bool {
        match self.basis {
            Basis::Card { grade, .. } | Basis::Flat { grade, .. } => grade != Grade::Unverified,
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
        let (fulfilment, surcharge) = match &self.basis {
            Basis::Card {
                id,
                grade,
                surcharge,
                parcel,
            } if !fee.is_observed => {
                let Parcel {
                    tier,
                    billed_pounds,
                    ..
                } = parcel;
                let rule = format!(
                    "{}, {} lb billed, {}",
                    tier.label(),
                    billed_pounds.round_dp(2),
                    band.label()
                );
                let surcharge = surcharge.map(|(rate, grade)| {
                    let base = Money::from_minor(fee.fulfilment, currency).amount();
                    let rule = format!("{} % of {base}", rate.percent());
                    line(FeeKind::FuelSurcharge, fee.surcharge, rule, id, grade)
                });
                let fulfilment = line(FeeKind::Fulfilment, fee.fulfilment, rule, id, *grade);
                (fulfilment, surcharge)
            }
            Basis::Flat { grade, rule } => {
                let rule = rule.clone();
                (
                    line(
                        FeeKind::Fulfilment,
                        fee.fulfilment,
                        rule,
                        config::SCHEDULE,
                        *grade,
                    ),
                    None,
                )
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
                (
                    line(FeeKind::Fulfilment, fee.fulfilment, rule, OBSERVED, grade),
                    None,
                )
            }
        };
        std::iter::once(fulfilment).chain(surcharge)
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
fn with_surcharge(card: &CardOnDay<'_>, parcel: &Parcel) -> Option<ByBand<i64>> {
    let fees = card.fulfilment(parcel)?;
    Some(fees.map(|fee| fee + card.surcharge_on(fee)))
}

/// The band in which an observation was made; see the module's documentation.
fn band_of(observed: i64, card: &ByBand<i64>, price: Option<i64>) -> PriceBand {
    let distance = |band: &PriceBand| card.get(*band).abs_diff(observed);
    PriceBand::ALL
        .into_iter()
        .filter(|band| distance(band) <= TOLERANCE.unsigned_abs())
        .min_by_key(distance)
        .unwrap_or_else(|| price.map_or(PriceBand::Standard, PriceBand::of))
}
