//! Rank falls as counts of sales, and the rate that follows from them and from the curve of rank.

use super::DemandMethod;
use super::monthly_rate::MonthlyRate;
use crate::history::{History, Window};
use crate::market::{MarketSnapshot, SalesRankDrops};
use crate::price::days_between;
use crate::time::KeepaMinutes;

/// How many sales the curve is worth against counted rank falls: the shape of the Gamma prior around it. Half a sale, as in Jeffreys'
/// prior: it decides where nothing was counted, and next to nothing else.
const CURVE_WEIGHT: f64 = 0.5;

/// Days of the last month and of the last half year: the first tells what is new, the second what is usual.
pub(super) const RECENT_DAYS: u16 = 30;
pub(super) const USUAL_DAYS: u16 = 180;

/// Above this many falls a month rank falls undercount sales, since several sales fall between two readings of the rank (grade M).
const SATURATION: f64 = 30.0;

/// Rank falls of a listing.
pub(super) struct RankFalls {
    /// Falls a month, a geometric mean over the periods.
    monthly: f64,
    /// Months of the longest period of which the ranks are known.
    months: f64,
}

impl RankFalls {
    /// Keepa's own counts where there are any and they belong to `now`, else counted from the history. The last month weighs `recent_share`.
    pub(super) fn new(
        snapshot: &MarketSnapshot,
        ranks: &History,
        now: KeepaMinutes,
        recent_share: f64,
    ) -> Self {
        let keepas = if snapshot.is_live_at(now) {
            snapshot.sales_rank_drops
        } else {
            SalesRankDrops::default()
        };
        let known_days = ranks
            .changes()
            .first()
            .map_or(0, |first| days_between(first.at, now));
        let months = |days: u16| f64::from(known_days.min(u32::from(days))) / 30.0;
        let log_monthly = |days: u16, counted: Option<u32>| {
            let falls =
                counted.unwrap_or_else(|| ranks.falls(Window::days_before(now, i32::from(days))));
            if months(days) > 0.0 {
                (f64::from(falls) / months(days)).ln_1p()
            } else {
                0.0
            }
        };
        let log = recent_share * log_monthly(RECENT_DAYS, keepas.days_30)
            + (1.0 - recent_share) * log_monthly(USUAL_DAYS, keepas.days_180);
        Self {
            monthly: log.exp_m1(),
            months: months(USUAL_DAYS),
        }
    }

    /// The rate of rank falls; `None` without anything to tell it from.
    pub(super) fn falls_rate(&self, curve: Option<f64>) -> Option<MonthlyRate> {
        // Without a curve the prior has no months of its own: it adds half a fall.
        let prior_months = curve.map_or(0.0, |curve| CURVE_WEIGHT / curve);
        MonthlyRate::new(
            CURVE_WEIGHT + self.monthly * self.months,
            prior_months + self.months,
        )
    }

    /// The listing's rate of sales, and how it was told; `None` without anything to tell it from.
    pub(super) fn monthly_rate(&self, curve: Option<f64>) -> Option<(MonthlyRate, DemandMethod)> {
        let rate = self.falls_rate(curve)?;
        let Some(curve) = curve else {
            return Some((rate, DemandMethod::RankDrops));
        };
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
