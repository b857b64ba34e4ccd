//! The intrinsic corridor: between which prices a product stood for half of the time, how much it moved, and how sure that is.
//!
//! It describes the past of one series and foretells nothing: what a unit will sell for is [`price`](crate::price)'s to say. A price that
//! lasted a year counts a year, and confidence follows from the time known and the volatility, never from the number of changes: a price
//! that does not move has few of them and is the surest of all.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::spread::{Spread, offered_days};
use super::whole_percent;
use crate::acquisition::{Condition, Fulfilment};
use crate::history::Window;
use crate::market::MarketSnapshot;
use crate::money::Money;
use crate::price::{PriceConfig, PriceSeries, candidates, days_between};
use crate::time::KeepaMinutes;

/// Days offered without which there is no corridor: the predecessor's ten daily prices (grade C). A longer window asks for the share of it
/// that a price needs as well.
const LEAST_DAYS: u32 = 10;
/// Days offered and volatility of HIGH and MEDIUM: the predecessor's 30 and 15 daily prices, below 0.20 and 0.35 (grade C).
const HIGH: (u32, f64) = (30, 0.20);
const MEDIUM: (u32, f64) = (15, 0.35);
/// The part of the window that HIGH asks for is a half, MEDIUM a quarter: a month does not tell a year (grade M).
const HIGH_PART: u32 = 2;
const MEDIUM_PART: u32 = 4;

/// How sure a corridor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CorridorConfidence {
    /// Little time known, or a price that moves a lot.
    Low,
    /// A quarter of the window known, and a volatility below 35 %.
    Medium,
    /// Half of the window known, and a volatility below 20 %.
    High,
}

/// The corridor of a price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Corridor {
    /// A quarter of the time the price was not above this.
    pub low: Money,
    /// Half of the time it was not above this.
    pub median: Money,
    /// Three quarters of the time it was not above this.
    pub high: Money,
    /// The series it describes.
    pub series: PriceSeries,
    /// Standard deviation in percent of the mean, without the outer twentieths.
    pub volatility_percent: u16,
    /// How sure it is.
    pub confidence: CorridorConfidence,
    /// Days of history looked at.
    pub window_days: u16,
    /// Days of them in which something was offered.
    pub offered_days: u32,
    /// The price now; `None` when nothing is offered.
    pub current: Option<Money>,
    /// By how many percent of the median the price now lies above it (below: negative); `None` without either.
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<f64>))]
    #[serde(with = "crate::percent::option")]
    pub current_above_median_percent: Option<Decimal>,
}

/// Why there is no corridor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE", tag = "code")]
#[non_exhaustive]
pub enum CorridorGap {
    /// Nobody updated the market data for too long, or ever.
    #[error("the market data is too old to tell a price")]
    Stale,
    /// No series was offered for long enough.
    #[error("it was offered for {offered_days} days, and {needed_days} are needed")]
    OfferedTooBriefly {
        /// Days offered, of the series with the most.
        offered_days: u32,
        /// Days needed.
        needed_days: u32,
    },
}

/// The corridor of the best series of a condition that was offered for long enough within the window of the configuration.
///
/// # Errors
/// Why nothing can be said.
pub fn intrinsic_corridor(
    snapshot: &MarketSnapshot,
    condition: Condition,
    fulfilment: Fulfilment,
    as_of: KeepaMinutes,
    config: &PriceConfig,
) -> Result<Corridor, CorridorGap> {
    let observed = snapshot.observed_at.ok_or(CorridorGap::Stale)?;
    let known_until = observed.min(as_of);
    if days_between(known_until, as_of) > config.maximum_age_days {
        return Err(CorridorGap::Stale);
    }
    let window_days = config.window_days;
    let window = Window::days_before(known_until, i32::from(window_days));
    let share = u32::from(window_days) * u32::from(config.minimum_offered_percent) / 100;
    let needed_days = LEAST_DAYS.max(share);
    let series = candidates(condition, fulfilment)
        .into_iter()
        .filter_map(|series| Some((series, snapshot.histories.price(series)?)));
    let mut longest = 0;
    for (series, history) in series {
        longest = longest.max(offered_days(history, window));
        let Some(spread) =
            Spread::of(history, window).filter(|spread| spread.offered_days >= needed_days)
        else {
            continue;
        };
        let [low, median, high] = spread.quartiles.map(i64::from);
        let current = history.value_at(known_until).map(i64::from);
        let money = |minor| Money::from_minor(minor, snapshot.marketplace.currency());
        return Ok(Corridor {
            low: money(low),
            median: money(median),
            high: money(high),
            series,
            volatility_percent: whole_percent(spread.volatility),
            confidence: confidence(&spread, window_days),
            window_days,
            offered_days: spread.offered_days,
            current: current.map(money),
            current_above_median_percent: current.filter(|_| median > 0).map(|current| {
                Decimal::from(current - median) * Decimal::ONE_HUNDRED / Decimal::from(median)
            }),
        });
    }
    Err(CorridorGap::OfferedTooBriefly {
        offered_days: longest,
        needed_days,
    })
}

fn confidence(spread: &Spread, window_days: u16) -> CorridorConfidence {
    let reaches = |(days, volatility): (u32, f64), part: u32| {
        let needed = days.max(u32::from(window_days) / part);
        spread.offered_days >= needed && spread.volatility < volatility
    };
    if reaches(HIGH, HIGH_PART) {
        CorridorConfidence::High
    } else if reaches(MEDIUM, MEDIUM_PART) {
        CorridorConfidence::Medium
    } else {
        CorridorConfidence::Low
    }
}

#[cfg(test)]
mod tests;
