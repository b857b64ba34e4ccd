//! Season: in which months a price stands above its own level, every year again, and when to buy and to sell by that.
//!
//! The index of a month is how far its price stood from the level of its own year, over two to five years. A trend is no season: the level
//! follows it. Nor is a single good year: what one year does, the others must have done too.

mod index;
mod pattern;
mod plan;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use self::index::SeasonIndex;
pub use self::pattern::SeasonPattern;
use self::pattern::{Months, Shape, matching};
pub use self::plan::{DateRange, SeasonPlan};
use super::monthly_levels::MonthlyLevels;
use super::whole_percent;
use crate::acquisition::{Condition, Fulfilment};
use crate::market::MarketSnapshot;
use crate::price::{PriceSeries, candidates};
use crate::time::KeepaMinutes;

/// Years without which nothing is told: one year cannot repeat itself.
const LEAST_YEARS: usize = 2;
/// How alike the years must be, as a correlation of each with the others (grade M). Of 1,500 simulated prices that wander at random 5 % pass
/// with two years, 2 % with three and below 1 % with more; with as much drift toward the mean as prices have, 7 %, 2 % and 2 %.
const LEAST_AGREEMENT: f64 = 0.5;
/// Swing from trough to peak below which no season is worth a name: it would not pay the fees of waiting (grade M).
const LEAST_SWING: f64 = 0.05;
/// How unsure each month must be, as a logarithm, for a season to be hidden wholly in what the years differ in: then a month that is usually a
/// quarter dearer cannot be seen (grade M).
const HIDING_NOISE: f64 = 0.25;
/// How sure an answer is at best, by years known: two years can be alike by chance (grade M).
const BEST_CONFIDENCE: [f64; 6] = [0.0, 0.0, 0.7, 0.85, 0.95, 1.0];

/// The season of a price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Season {
    /// The series it rests on.
    pub series: PriceSeries,
    /// Years known, 2 to 5.
    pub years: u8,
    /// Which season it is.
    pub pattern: SeasonPattern,
    /// How sure the pattern is, in percent: by the years known, by how alike they are, and by how well the months fit the pattern. For
    /// [`SeasonPattern::None`] how sure it is that there is none: 0 where the price moves so much that a season would be hidden.
    pub confidence_percent: u8,
    /// How alike the years are, in percent: 100 when each foretells the others, 0 when they have nothing in common.
    pub agreement_percent: u8,
    /// The typical price of each month, January first, in percent of the level of its year.
    pub monthly_index_percent: Vec<u16>,
    /// The months of high prices, 1 for January; empty without a season.
    pub peak_months: Vec<u8>,
    /// The months of low prices; empty without a season.
    pub trough_months: Vec<u8>,
    /// By how many percent the peak months are dearer than the trough months; `None` without a season.
    pub swing_percent: Option<u16>,
    /// When to buy and to sell next; `None` without a season.
    pub plan: Option<SeasonPlan>,
}

/// Why no season can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE", tag = "code")]
#[non_exhaustive]
pub enum SeasonGap {
    /// Too few of the last five years are known: of a year nine months, and one of the last two years.
    #[error("{years} of the last five years are known well enough, and two are needed")]
    TooFewYears {
        /// Years known; 0 when neither of the last two is.
        years: u8,
    },
}

/// The season of the price of a condition, from the series of which the most years are known.
///
/// # Errors
/// Why nothing can be said.
pub fn price_season(
    snapshot: &MarketSnapshot,
    condition: Condition,
    fulfilment: Fulfilment,
    as_of: DateTime<Utc>,
) -> Result<Season, SeasonGap> {
    let now = KeepaMinutes::from_utc(as_of);
    let known_until = snapshot
        .observed_at
        .map(|observed| observed.min(now))
        .ok_or(SeasonGap::TooFewYears { years: 0 })?;
    let mut best: Option<(PriceSeries, SeasonIndex)> = None;
    for series in candidates(condition, fulfilment) {
        let index = snapshot
            .histories
            .price(series)
            .and_then(|history| MonthlyLevels::of(history, known_until))
            .map(|levels| SeasonIndex::of(&levels));
        if let Some(index) = index
            && best
                .as_ref()
                .is_none_or(|(_, best)| best.years < index.years)
        {
            best = Some((series, index));
        }
    }
    match best {
        Some((series, index)) if index.years >= LEAST_YEARS => {
            Ok(Season::new(series, &index, as_of))
        }
        best => Err(SeasonGap::TooFewYears {
            years: best.map_or(0, |(_, index)| u8::try_from(index.years).unwrap_or(u8::MAX)),
        }),
    }
}

impl Season {
    fn new(series: PriceSeries, index: &SeasonIndex, as_of: DateTime<Utc>) -> Self {
        let shape = Shape::of(&index.months);
        let agreement = index.agreement.clamp(0.0, 1.0);
        let best_confidence = BEST_CONFIDENCE
            .get(index.years)
            .copied()
            .unwrap_or_default();
        let is_season = agreement >= LEAST_AGREEMENT && shape.swing >= LEAST_SWING;
        let (pattern, confidence) = if is_season {
            let (pattern, fit) = matching(&shape, &index.months);
            (pattern, best_confidence * agreement * fit)
        } else {
            let likeness = agreement * (shape.swing / LEAST_SWING).min(1.0);
            let hidden = (index.noise / HIDING_NOISE).min(1.0);
            let confidence = best_confidence * (1.0 - likeness) * (1.0 - hidden);
            (SeasonPattern::None, confidence)
        };
        let listed = |months: Months| {
            let listed = is_season.then(|| months.iter().map(|month0| month0 + 1));
            listed.into_iter().flatten().collect()
        };
        let percent = |share: f64| u8::try_from(whole_percent(share)).unwrap_or(100);
        Self {
            series,
            years: u8::try_from(index.years).unwrap_or(u8::MAX),
            pattern,
            confidence_percent: percent(confidence),
            agreement_percent: percent(agreement),
            monthly_index_percent: index
                .months
                .iter()
                .map(|log| whole_percent(log.exp()))
                .collect(),
            peak_months: listed(shape.peaks),
            trough_months: listed(shape.troughs),
            swing_percent: is_season.then(|| whole_percent(shape.swing)),
            plan: is_season
                .then(|| SeasonPlan::new(&shape, as_of.date_naive()))
                .flatten(),
        }
    }
}

#[cfg(test)]
mod tests;
