//! Rates of European fulfilment (Fulfilment by Amazon), compiled in as data: envelopes and parcels by weight.
//!
//! `uk_fba.json` and `de_fba.json` hold the amounts in pounds and euros; the rows of a tier are closed above, and a row may have an
//! amount for low prices. Sources: United Kingdom, copies that agree (grade B; rows that the first copies leave out come from a further
//! one, which agrees with them everywhere else); Germany, one copy (grade C). Both are known for the year 2026 only, which is taken as
//! the time of the card. In the United Kingdom prices up to 10.00 are low ones; that some categories, never books, count up to 20.00 is
//! left out. Packages larger than a standard parcel, seasons and surcharges are not known.

use std::sync::Arc;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::Deserialize;

use super::parcel::MetricParcel;
use super::rate::{BandLimits, ByBand};
use super::rate_card::{Billed, CardError, Charge, Dates, Period, RateCards, Rates};
use super::receipt::Grade;

/// Cubic millimetres that weigh a gram in dimensional weight: 5,000 cubic centimetres to the kilogram (grade B).
const CUBIC_MM_PER_GRAM: u64 = 5_000;

/// The amounts of a card.
#[derive(PartialEq, Eq)]
pub(super) struct EuropeanRates {
    /// From the smallest to the largest.
    tiers: Vec<Tier>,
}

#[derive(PartialEq, Eq)]
struct Tier {
    name: String,
    /// Greatest sides, falling.
    sides_mm: [u32; 3],
    /// Billed by the greater of weight and dimensional weight; else by weight.
    by_volume: bool,
    rows: Vec<Row>,
}

#[derive(PartialEq, Eq)]
struct Row {
    up_to_g: u64,
    fee: ByBand<i64>,
}

impl EuropeanRates {
    /// What the card charges: by the first tier that holds the parcel and its weight.
    pub(super) fn charge(&'static self, parcel: &MetricParcel) -> Option<Charge> {
        self.tiers
            .iter()
            .filter(|tier| parcel.fits(tier.sides_mm))
            .find_map(|tier| {
                let grams = u64::from(parcel.grams);
                let grams = if tier.by_volume {
                    grams.max(parcel.volume().div_ceil(CUBIC_MM_PER_GRAM))
                } else {
                    grams
                };
                let row = tier.rows.iter().find(|row| grams <= row.up_to_g)?;
                Some(Charge {
                    fee: row.fee,
                    tier: &tier.name,
                    billed: Billed::Grams(grams),
                })
            })
    }
}

/// The file as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Greatest price of the low-price column.
    low_price_up_to: Option<Decimal>,
    cards: Vec<CardData>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CardData {
    period: Dates,
    grade: Grade,
    tiers: Vec<TierData>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TierData {
    name: String,
    sides_mm: [u32; 3],
    by_volume: bool,
    rows: Vec<RowData>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RowData {
    up_to_g: u64,
    fee: Decimal,
    low_price_fee: Option<Decimal>,
}

/// Cents of euros or pence of pounds.
fn minor(amount: Decimal) -> i64 {
    (amount * Decimal::ONE_HUNDRED).to_i64().unwrap_or_default()
}

impl From<RowData> for Row {
    fn from(row: RowData) -> Self {
        let mut fee = ByBand::all(minor(row.fee));
        fee.low = row.low_price_fee.map_or(fee.low, minor);
        Self {
            up_to_g: row.up_to_g,
            fee,
        }
    }
}

impl From<TierData> for Tier {
    fn from(tier: TierData) -> Self {
        Self {
            name: tier.name,
            sides_mm: tier.sides_mm,
            by_volume: tier.by_volume,
            rows: tier.rows.into_iter().map(Row::from).collect(),
        }
    }
}

/// The cards of a file.
pub(super) fn parse(json: &str) -> Result<RateCards, CardError> {
    let file: File = serde_json::from_str(json)?;
    let bands = file
        .low_price_up_to
        .map_or(BandLimits::NONE, |up_to| BandLimits {
            standard_from: minor(up_to) + 1,
            high_from: i64::MAX,
        });
    let periods = file.cards.into_iter().map(|card| {
        let tiers = card.tiers.into_iter().map(Tier::from).collect();
        let rates = Arc::new(Rates::European(EuropeanRates { tiers }));
        Period::new(card.period, card.grade, rates)
    });
    RateCards::new(bands, None, periods.collect())
}
