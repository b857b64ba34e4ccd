//! What each score is made of: the numbers from which it can be computed again by hand.
//!
//! A signal is a whole number from 0 to 100. A blended score is the mean of its signals by their weights, rounded; a signal that is unknown
//! is left out, and the rest weighs more.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde::{Deserialize, Serialize};

use super::ScoreConfig;
use crate::demand::{DemandEstimate, rounded};
use crate::history::{History, Window};
use crate::money::Money;
use crate::price::SalePriceEstimate;
use crate::profit::ProfitBreakdown;
use crate::rounding::nearest;

/// The components of all scores; those of a score that is unknown are `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct ScoreComponents {
    /// Of the velocity.
    pub velocity: Option<VelocityComponents>,
    /// Of the stability.
    pub stability: Option<StabilityComponents>,
    /// Of the confidence.
    pub confidence: Option<ConfidenceComponents>,
    /// Of the combined score.
    pub combined: Option<CombinedComponents>,
    /// Of the opportunity.
    pub opportunity: Option<OpportunityComponents>,
}

/// What velocity is made of: the sales of the listing, and how many of them are yours.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct VelocityComponents {
    /// Expected units a month of the whole listing.
    pub monthly_units: f64,
    /// Your part of them, in percent.
    pub your_share_percent: f64,
    /// Probability, in percent, that one of your units sells within 30 days: the score before it is rounded.
    pub sells_within_30_days_percent: f64,
}

/// What stability is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct StabilityComponents {
    /// 100 for a price that never moved, 0 from a standard deviation of its logarithm of 0.5 on. Weight 50 %.
    pub dispersion: u8,
    /// The price that was undercut in 5 % of the time, in percent of the median. Weight 25 %.
    pub drawdown: u8,
    /// Share of the time in which it was offered, in percent. Weight 25 %.
    pub offered: u8,
}

/// What confidence is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct ConfidenceComponents {
    /// 100 for an offer seen today or yesterday, 0 from a month on. Weight 25 %.
    pub freshness: u8,
    /// Share of the window in which the price was offered, in percent. Weight 20 %.
    pub offered: u8,
    /// Length of the price history: 100 from a year on. Weight 20 %.
    pub history: u8,
    /// Changes of the sales rank in 90 days: 100 from 30 on; `None` without a rank. Weight 20 %.
    pub sample: Option<u8>,
    /// How near the current price is to the likely one; `None` where nothing is offered now. Weight 15 %.
    pub agreement: Option<u8>,
    /// Points taken off because the price is not from the best series.
    pub fallback_penalty: u8,
}

/// What the combined score is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct CombinedComponents {
    /// ROI on a scale that saturates but never falls: 60 % counts 63, 180 % counts 95.
    pub roi: u8,
    /// The velocity score.
    pub velocity: u8,
    /// Weight of ROI in percent, as configured; velocity has the rest.
    pub roi_weight_percent: u8,
}

/// What opportunity is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct OpportunityComponents {
    /// Mean profit of one unit over the distribution of the sale price.
    pub expected_profit: Money,
    /// Probability of a profit, in percent. It weighs a gain; a loss counts whole.
    pub profit_probability_percent: u8,
    /// Days for which the capital is bound, at least 7.
    pub days_bound: u32,
}

/// A unit is bound for a week at least: it has to be received and shipped (judgement, grade M).
const FEWEST_DAYS_BOUND: u32 = 7;

/// A unit that is never expected to sell binds for five years, the horizon of the demand estimate.
const MOST_DAYS_BOUND: u32 = 1_826;

/// Points of confidence that a fallback series costs (judgement, grade M).
const FALLBACK_PENALTY: u8 = 15;

/// The standard deviation of the logarithm from which on a price has no stability: it swings by a factor of 1.6 either way (grade M).
const NO_STABILITY: f64 = 0.5;

impl VelocityComponents {
    pub(super) fn of(demand: &DemandEstimate) -> Self {
        let share = if demand.monthly_units > 0.0 {
            demand.your_monthly_units / demand.monthly_units * 100.0
        } else {
            0.0
        };
        Self {
            monthly_units: demand.monthly_units,
            your_share_percent: rounded(share, 1),
            sells_within_30_days_percent: demand.sells_within_30_days_percent,
        }
    }

    pub(super) fn score(&self) -> u8 {
        signal(self.sells_within_30_days_percent)
    }
}

impl StabilityComponents {
    /// Of a price within a window; `None` when nothing was offered in it.
    pub(super) fn of(history: &History, window: Window) -> Option<Self> {
        let (_, deviation) = history.log_moments(window)?;
        let [low, median] = history.quantiles(window, [0.05, 0.5])?;
        Some(Self {
            dispersion: signal(100.0 * (1.0 - deviation / NO_STABILITY)),
            drawdown: signal(100.0 * f64::from(low) / f64::from(median.max(1))),
            offered: signal(100.0 * history.offered_share(window)?),
        })
    }

    pub(super) fn score(&self) -> u8 {
        blend(&[
            (50, Some(self.dispersion)),
            (25, Some(self.drawdown)),
            (25, Some(self.offered)),
        ])
    }
}

impl ConfidenceComponents {
    /// Of a price estimate, the days since the first change of its series, and the rank's changes in the last 90 days.
    pub(super) fn of(
        price: &SalePriceEstimate,
        history_days: u32,
        rank_changes: Option<u32>,
    ) -> Self {
        let share = |part: u32, whole: u32| 100.0 * f64::from(part.min(whole)) / f64::from(whole);
        Self {
            freshness: signal(100.0 - share(price.age_days.saturating_sub(1), 30)),
            offered: price.offered_percent.min(100),
            history: signal(share(history_days, 365)),
            sample: rank_changes.map(|changes| signal(share(changes, 30))),
            agreement: price.current.and_then(|current| agreement(current, price)),
            fallback_penalty: if price.is_fallback {
                FALLBACK_PENALTY
            } else {
                0
            },
        }
    }

    pub(super) fn score(&self) -> u8 {
        blend(&[
            (25, Some(self.freshness)),
            (20, Some(self.offered)),
            (20, Some(self.history)),
            (20, self.sample),
            (15, self.agreement),
        ])
        .saturating_sub(self.fallback_penalty)
    }
}

/// 100 where both prices are the same, 0 where one is e times the other.
fn agreement(current: Money, price: &SalePriceEstimate) -> Option<u8> {
    let ratio = (current.amount() / price.likely.amount().max(Decimal::new(1, 2))).to_f64()?;
    Some(signal(100.0 * (1.0 - ratio.max(1e-6).ln().abs())))
}

impl CombinedComponents {
    pub(super) fn of(roi_percent: Decimal, velocity: u8, config: &ScoreConfig) -> Self {
        Self {
            roi: roi_signal(roi_percent),
            velocity,
            roi_weight_percent: config.roi_weight_percent,
        }
    }

    pub(super) fn score(&self) -> u8 {
        let weight = u32::from(self.roi_weight_percent.min(100));
        blend(&[
            (weight, Some(self.roi)),
            (100 - weight, Some(self.velocity)),
        ])
    }
}

impl OpportunityComponents {
    /// `None` without a buy price.
    pub(crate) fn of(profit: &ProfitBreakdown, demand: &DemandEstimate) -> Option<Self> {
        Some(Self {
            expected_profit: profit.expected_profit?,
            profit_probability_percent: profit.profit_probability_percent?,
            days_bound: demand
                .days_to_sell
                .unwrap_or(MOST_DAYS_BOUND)
                .max(FEWEST_DAYS_BOUND),
        })
    }

    /// Expected profit times its probability, for a hundred days of bound capital, in minor units. An expected loss counts whole.
    pub(crate) fn score(&self) -> Option<i64> {
        let expected = self.expected_profit.minor()?;
        let weighted = if expected > 0 {
            expected.saturating_mul(i64::from(self.profit_probability_percent)) / 100
        } else {
            expected
        };
        Some(weighted.saturating_mul(100) / i64::from(self.days_bound))
    }
}

/// ROI from 0 to 100: it saturates, but never falls.
pub(crate) fn roi_signal(roi_percent: Decimal) -> u8 {
    let roi = roi_percent.to_f64().unwrap_or_default().max(0.0);
    signal(100.0 * (1.0 - (-roi / 60.0).exp()))
}

/// A number as a signal from 0 to 100.
fn signal(value: f64) -> u8 {
    nearest(value.clamp(0.0, 100.0))
        .and_then(|value| u8::try_from(value).ok())
        .unwrap_or(0)
}

/// The mean of the signals that are known by their weights, rounded half up; 0 when none weighs anything.
pub(crate) fn blend(signals: &[(u32, Option<u8>)]) -> u8 {
    let known = signals
        .iter()
        .filter_map(|(weight, signal)| Some((*weight, u32::from((*signal)?))));
    let (sum, weights) = known.fold((0, 0), |(sum, weights), (weight, signal)| {
        (sum + weight * signal, weights + weight)
    });
    let rounded = (2 * sum + weights).checked_div(2 * weights);
    rounded
        .and_then(|mean| u8::try_from(mean).ok())
        .unwrap_or(0)
}
