//! Rank falls as counts of sales, and the rate that follows from them and from the curve of rank.

use super::DemandMethod;
use super::monthly_rate::MonthlyRate;
use crate::history::{History, Window};
use crate::market::{MarketSnapshot, SalesRankDrops};
use crate::price::days_between;
use crate::time::KeepaMinutes;

/// How many sales the curve is worth against counted rank falls: the shape of the Gamma prior around it.
///
/// This, the weights of the periods and the drift are chosen on recorded histories (10 products, a cut every 60 days, truth = the rank falls
/// of the next 30 days), coarsely, and no product was held out: below saturation the mean error of log(1 + n) is 0.491, against 0.493 of a
/// third of the last 90 days' falls. The interval holds 94 % of the truths instead of 80 %, as one of small counts must hold more.
const CURVE_WEIGHT: f64 = 0.5;

/// Days back, and how much a fall counts that happened since then but after the period before.
const PERIODS: [(u16, f64); 4] = [(30, 1.0), (90, 0.5), (180, 0.3), (365, 0.1)];

/// Above this many falls a month rank falls undercount sales, since several sales fall between two readings of the rank (grade M).
const SATURATION: f64 = 30.0;

/// Rank falls, discounted by their age, and the discounted months in which they were counted.
pub(super) struct RankFalls {
    falls: f64,
    months: f64,
}

impl RankFalls {
    /// Keepa's own counts where there are any and they belong to `now`, else counted from the history.
    pub(super) fn new(snapshot: &MarketSnapshot, ranks: &History, now: KeepaMinutes) -> Self {
        let keepas = if snapshot.is_live_at(now) {
            snapshot.sales_rank_drops
        } else {
            SalesRankDrops::default()
        };
        let known_days = ranks
            .changes()
            .first()
            .map_or(0, |first| days_between(first.at, now));
        let mut sum = Self {
            falls: 0.0,
            months: 0.0,
        };
        let (mut inner_falls, mut inner_days) = (0, 0);
        for (days, weight) in PERIODS {
            let counted = match days {
                30 => keepas.days_30,
                90 => keepas.days_90,
                180 => keepas.days_180,
                _ => keepas.days_365,
            };
            let falls = counted
                .unwrap_or_else(|| ranks.falls(Window::days_before(now, i32::from(days))))
                .max(inner_falls);
            let known = known_days.min(u32::from(days));
            sum.falls += weight * f64::from(falls - inner_falls);
            sum.months += weight * f64::from(known - inner_days) / 30.0;
            (inner_falls, inner_days) = (falls, known);
        }
        sum
    }

    /// The listing's rate, and how it was told; `None` without anything to tell it from.
    pub(super) fn monthly_rate(&self, curve: Option<f64>) -> Option<(MonthlyRate, DemandMethod)> {
        let Some(curve) = curve else {
            // Without a curve: Jeffreys' prior of a Poisson rate adds half a fall.
            let rate = MonthlyRate::new(0.5 + self.falls, self.months)?;
            return Some((rate, DemandMethod::RankDrops));
        };
        let rate = MonthlyRate::new(
            CURVE_WEIGHT + self.falls,
            CURVE_WEIGHT / curve + self.months,
        )?;
        if self.months <= 0.0 {
            return Some((rate, DemandMethod::RankCurve));
        }
        // From saturation to three times of it the estimate goes over to the curve, and never below the falls.
        let counted = rate.mean().ln();
        let beyond = ((counted - SATURATION.ln()) / 3.0_f64.ln()).clamp(0.0, 1.0);
        let unsaturated = counted + beyond * (curve.ln() - counted).max(0.0);
        let rate = rate.with_mean(unsaturated.exp());
        Some((rate, DemandMethod::RankDropsAndCurve))
    }
}
