//! Evergreens: products with steady demand at a steady price for two years, of which one keeps a stock.
//!
//! What a product is called plays no part in it: a steady novel is an evergreen, and a dictionary that nobody buys is none.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde::{Deserialize, Serialize};

use super::monthly_levels::MonthlyLevels;
use super::spread::Spread;
use super::whole_percent;
use crate::acquisition::{Condition, Fulfilment};
use crate::demand::DemandEstimate;
use crate::history::{History, Window};
use crate::market::MarketSnapshot;
use crate::price::{PriceSeries, candidates};
use crate::time::KeepaMinutes;

/// Months looked at: two years, so that each season counts twice.
const MONTHS: usize = 24;
/// Months of them in which price and rank must be known (grade M).
const LEAST_MONTHS: usize = 20;
/// Days of the price now, which is held against that of two years: a price that has just left its level is steady no more (grade M).
const RECENT_DAYS: i32 = 90;
/// Volatility of the price, or distance of the price now from that of two years, at which nothing is left of its steadiness. At 0.30, the
/// predecessor's limit of volatility (grade C), [`LEAST_COMPONENT`] is left.
const VOLATILITY_AT_NOTHING: f64 = 0.45;
/// Standard deviation of the logarithm of the monthly rank at which nothing is left of the steadiness of demand: then a month sells 2.7 times
/// what another does, or less than half of it (grade M).
const RANK_DEVIATION_AT_NOTHING: f64 = 1.0;
/// Units a month from which more demand counts no more (the predecessor's, grade C).
const FULL_DEMAND: f64 = 10.0;
/// Weights of price, steadiness of demand, level of demand and presence, in percent (grade M).
const WEIGHTS: [u32; 4] = [35, 30, 25, 10];
/// Score from which a product is an evergreen, and what no component may fall short of: one fault is not made good by three virtues
/// (grade M).
const LEAST_SCORE: u8 = 60;
const LEAST_COMPONENT: u8 = 33;
/// Months of your own sales that one keeps in stock, and the least stock (the predecessor's, grade C; it took the sales of the whole listing).
const STOCK_MONTHS: f64 = 2.5;
const LEAST_STOCK: u32 = 2;

/// The components of the score, each from 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct EvergreenComponents {
    /// How little the price moved in two years, and how near to it the price now is.
    pub price_steadiness: u8,
    /// How little the rank moved from month to month.
    pub demand_steadiness: u8,
    /// How much the listing sells.
    pub demand_level: u8,
    /// Share of the months in which it was offered and ranked.
    pub presence: u8,
}

/// Whether a product is an evergreen, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Evergreen {
    /// `true` from a score of 60 on when no component is below 33.
    pub is_evergreen: bool,
    /// The weighted mean of the components, from 0 to 100.
    pub score: u8,
    /// The components.
    pub components: EvergreenComponents,
    /// The series of the price.
    pub series: PriceSeries,
    /// Volatility of the price over two years, in percent.
    pub volatility_percent: u16,
    /// Median of the price of the last 90 days in percent of that of two years; `None` when nothing was offered in them.
    pub recent_price_percent: Option<u16>,
    /// Standard deviation of the logarithm of the monthly rank over two years, in percent.
    pub rank_deviation_percent: u16,
    /// Expected units a month of the listing.
    pub monthly_units: f64,
    /// Units to keep in stock: two and a half months of your share, at least 2; `None` for what is no evergreen.
    pub suggested_stock: Option<u32>,
}

/// Why nothing can be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE", tag = "code")]
#[non_exhaustive]
pub enum EvergreenGap {
    /// The demand now is unknown.
    #[error("how much it sells is unknown")]
    DemandUnknown,
    /// Price or rank are known for too short a time.
    #[error("price and rank are known for {months} of the last 24 months, and 20 are needed")]
    KnownTooBriefly {
        /// Months in which both are known.
        months: u8,
    },
}

/// Whether a product is an evergreen, from two years of price and rank and the demand of an analysis.
///
/// # Errors
/// Why nothing can be said.
pub fn evergreen(
    snapshot: &MarketSnapshot,
    condition: Condition,
    fulfilment: Fulfilment,
    demand: Option<&DemandEstimate>,
    as_of: DateTime<Utc>,
) -> Result<Evergreen, EvergreenGap> {
    let demand = demand.ok_or(EvergreenGap::DemandUnknown)?;
    let past = Past::of(
        snapshot,
        condition,
        fulfilment,
        KeepaMinutes::from_utc(as_of),
    )
    .ok_or(EvergreenGap::KnownTooBriefly { months: 0 })?;
    if past.months < LEAST_MONTHS {
        let months = u8::try_from(past.months).unwrap_or(u8::MAX);
        return Err(EvergreenGap::KnownTooBriefly { months });
    }
    let presence = u32::try_from(past.months).map_or(1.0, |months| f64::from(months) / 24.0);
    let components = EvergreenComponents {
        price_steadiness: score(1.0 - past.price_movement() / VOLATILITY_AT_NOTHING),
        demand_steadiness: score(1.0 - past.rank_deviation / RANK_DEVIATION_AT_NOTHING),
        demand_level: score(demand.monthly_units / FULL_DEMAND),
        presence: score(presence),
    };
    let score = components.score();
    let is_evergreen = score >= LEAST_SCORE && components.least() >= LEAST_COMPONENT;
    Ok(Evergreen {
        is_evergreen,
        score,
        components,
        series: past.series,
        volatility_percent: whole_percent(past.volatility),
        recent_price_percent: past.recent_level.map(whole_percent),
        rank_deviation_percent: whole_percent(past.rank_deviation),
        monthly_units: demand.monthly_units,
        suggested_stock: is_evergreen.then(|| stock(demand.your_monthly_units)),
    })
}

impl EvergreenComponents {
    const fn all(&self) -> [u8; 4] {
        [
            self.price_steadiness,
            self.demand_steadiness,
            self.demand_level,
            self.presence,
        ]
    }

    fn score(&self) -> u8 {
        let weighted = self.all().into_iter().zip(WEIGHTS);
        let sum: u32 = weighted
            .map(|(component, weight)| u32::from(component) * weight)
            .sum();
        u8::try_from((sum + 50) / 100).unwrap_or(100)
    }

    fn least(&self) -> u8 {
        self.all().into_iter().min().unwrap_or_default()
    }
}

/// A share from 0 to 1 as a score.
fn score(share: f64) -> u8 {
    u8::try_from(whole_percent(share.min(1.0))).unwrap_or(100)
}

fn stock(your_monthly_units: f64) -> u32 {
    Decimal::from_f64_retain(your_monthly_units * STOCK_MONTHS)
        .and_then(|units| units.floor().to_u32())
        .unwrap_or_default()
        .max(LEAST_STOCK)
}

/// Two years of price and rank.
struct Past {
    series: PriceSeries,
    /// Months in which both are known.
    months: usize,
    volatility: f64,
    /// The median of the last days as a share of that of two years; no amount.
    recent_level: Option<f64>,
    rank_deviation: f64,
}

impl Past {
    /// Volatility, or how far the price has left its level, whichever is more.
    fn price_movement(&self) -> f64 {
        let distance = self.recent_level.map_or(0.0, |recent| (recent - 1.0).abs());
        self.volatility.max(distance)
    }

    /// The past of the series that is known, with the rank, for the most months.
    fn of(
        snapshot: &MarketSnapshot,
        condition: Condition,
        fulfilment: Fulfilment,
        now: KeepaMinutes,
    ) -> Option<Self> {
        let known_until = snapshot.observed_at?.min(now);
        let ranks = MonthlyLevels::of(snapshot.histories.sales_rank.as_ref()?, known_until)?;
        let ranks = ranks.last(MONTHS);
        let both_known = |history: &History| {
            let prices = MonthlyLevels::of(history, known_until)?;
            let months = prices.last(MONTHS).iter().zip(ranks);
            let known = months.filter(|(price, rank)| price.is_some() && rank.is_some());
            Some(known.count())
        };
        let mut best: Option<(usize, PriceSeries, &History)> = None;
        for series in candidates(condition, fulfilment) {
            let history = snapshot.histories.price(series);
            let months = history.and_then(both_known);
            if let (Some(history), Some(months)) = (history, months)
                && best.is_none_or(|(most, ..)| most < months)
            {
                best = Some((months, series, history));
            }
        }
        let (months, series, history) = best?;
        let spread = Spread::of(history, Window::days_before(known_until, 730))?;
        let [_, median, _] = spread.quartiles;
        let recent = history.quantiles(Window::days_before(known_until, RECENT_DAYS), [0.5]);
        Some(Self {
            series,
            months,
            volatility: spread.volatility,
            recent_level: recent
                .filter(|_| median > 0)
                .map(|[recent]| f64::from(recent) / f64::from(median)),
            rank_deviation: deviation(ranks),
        })
    }
}

/// The standard deviation of the known levels.
fn deviation(levels: &[Option<f64>]) -> f64 {
    let known = || levels.iter().flatten();
    let count = known().fold(0.0, |count, _| count + 1.0);
    let mean = known().sum::<f64>() / f64::max(count, 1.0);
    let squares: f64 = known().map(|level| (level - mean).powi(2)).sum();
    (squares / f64::max(count, 1.0)).sqrt()
}

#[cfg(test)]
mod tests;
