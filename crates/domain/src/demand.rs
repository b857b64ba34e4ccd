//! Demand: how many units a month the listing sells, and how many of them are yours.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde::{Deserialize, Serialize};

use crate::acquisition::{Condition, Fulfilment};
use crate::history::Window;
use crate::market::MarketSnapshot;
use crate::time::KeepaMinutes;

/// How the demand was estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DemandMethod {
    /// Rank falls as counts, shrunk towards the curve of rank.
    RankDropsAndCurve,
    /// The curve of rank alone.
    RankCurve,
    /// Rank falls alone: there is no curve for this category.
    RankDrops,
    /// Amazon's "bought in past month" raised the estimate.
    MonthlySoldFloor,
}

/// Units a month of the listing, and your share.
///
/// Rates are estimates with an error of a factor 1.5 to 2, so floats are right here: they are never money.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct DemandEstimate {
    /// Units a month of the whole listing that are exceeded in 90 % of cases.
    pub monthly_units_low: f64,
    /// Expected units a month of the whole listing.
    pub monthly_units: f64,
    /// Units a month of the whole listing that are exceeded in 10 % of cases.
    pub monthly_units_high: f64,
    /// How it was estimated.
    pub method: DemandMethod,
    /// Offers that compete with yours, you included; `None` when unknown.
    pub competing_offers: Option<u32>,
    /// Your expected units a month.
    pub your_monthly_units: f64,
    /// Expected days until one of your units is sold; `None` when no sale is expected within five years.
    pub days_to_sell: Option<u32>,
    /// Probability, in percent, that one of your units sells within 30 days.
    pub sells_within_30_days_percent: f64,
    /// Probability, in percent, that one of your units sells within the configured holding period.
    pub sells_within_holding_period_percent: f64,
    /// The time-weighted geometric mean of the sales rank over the last 90 days; `None` when unranked.
    pub typical_sales_rank: Option<u32>,
    /// The current sales rank; `None` when unranked.
    pub current_sales_rank: Option<u32>,
}

/// What a user can set about demand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DemandConfig {
    /// Days that a unit may wait for its buyer.
    pub holding_days: u16,
    /// Offers beyond this number do not take buyers from yours: they are priced too far away.
    pub competing_offers_at_most: u32,
    /// The share of all sales that goes to units of your kind (new or used) when both are offered, in percent.
    pub share_of_kind_percent: u8,
}

impl Default for DemandConfig {
    /// 90 days is the upper bound of the predecessor's textbook strategy (grade C). Ten offers are what a buyer sees on the first page, and
    /// an even split of new and used is an assumption: both grade M.
    fn default() -> Self {
        Self {
            holding_days: 90,
            competing_offers_at_most: 10,
            share_of_kind_percent: 50,
        }
    }
}

impl DemandConfig {
    /// Every value that is out of range, as the name of the field and what is wrong.
    #[must_use]
    pub fn problems(&self) -> Vec<(&'static str, &'static str)> {
        let mut problems = Vec::new();
        if !(1..=730).contains(&self.holding_days) {
            problems.push(("demand.holding_days", "must be from 1 to 730"));
        }
        if self.share_of_kind_percent > 100 {
            problems.push(("demand.share_of_kind_percent", "must be from 0 to 100"));
        }
        problems
    }
}

/// Rank of a US book against units a month. From rank 50,000 on: the trigger table of a book scanner, its 180-day counts read as days with
/// a sale of a Poisson process (grade A for the table, M for the reading). Below: copies a day of a book sourcing school (grade A), times 30.
const BOOK_CURVE: [(f64, f64); 16] = [
    (1.0, 300_000.0),
    (10.0, 12_000.0),
    (100.0, 2_100.0),
    (1_000.0, 900.0),
    (5_000.0, 450.0),
    (10_000.0, 300.0),
    (50_000.0, 54.8),
    (125_000.0, 30.6),
    (250_000.0, 15.1),
    (500_000.0, 8.9),
    (900_000.0, 4.5),
    (1_400_000.0, 2.3),
    (2_100_000.0, 1.02),
    (3_000_000.0, 0.50),
    (6_000_000.0, 0.17),
    (12_000_000.0, 0.056),
];

/// Root category of books in the US.
const US_BOOKS: i64 = 283_155;

/// How many sales the curve is worth against counted rank falls: its error of a factor 1.5 to 2 is that of a count of two.
const CURVE_WEIGHT: f64 = 2.0;

/// Above this many falls a month rank falls undercount sales, since several sales fall between two readings of the rank (grade M).
const SATURATION: f64 = 30.0;

/// Units a month at a rank, by straight lines between the points of the curve in logarithms; past its end the last slope goes on.
#[must_use]
pub fn monthly_units_of_book_rank(rank: f64) -> f64 {
    let log = rank.max(1.0).ln();
    let segment = BOOK_CURVE
        .windows(2)
        .find(|pair| matches!(pair, [_, (to, _)] if rank <= *to))
        .or_else(|| BOOK_CURVE.windows(2).last());
    match segment {
        Some([(from, above), (to, below)]) => {
            let share = (log - from.ln()) / (to.ln() - from.ln());
            (above.ln() + share * (below.ln() - above.ln())).exp()
        }
        _ => 0.0,
    }
}

/// Demand of the listing and your share of it; `None` when there is neither a rank history nor a count to go by.
#[must_use]
pub fn estimate_demand(
    snapshot: &MarketSnapshot,
    condition: Condition,
    fulfilment: Fulfilment,
    as_of: KeepaMinutes,
    config: &DemandConfig,
) -> Option<DemandEstimate> {
    let known_until = snapshot.observed_at?.min(as_of);
    let window = Window::days_before(known_until, 90);
    let ranks = snapshot
        .histories
        .sales_rank
        .as_ref()
        .filter(|ranks| !ranks.is_empty());
    let typical_rank = ranks
        .and_then(|r| r.log_moments(window))
        .map(|(mean, _)| mean.exp());
    let is_book = snapshot.root_category == Some(US_BOOKS);
    let curve = typical_rank
        .filter(|_| is_book)
        .map(monthly_units_of_book_rank);
    let drops = snapshot
        .sales_rank_drops
        .days_90
        .or_else(|| ranks.map(|r| r.falls(window)));
    let (counted, method, shape, rate) = match (drops.map(f64::from), curve) {
        (Some(drops), Some(curve)) => {
            let shape = CURVE_WEIGHT + drops;
            let rate = CURVE_WEIGHT / curve.max(1e-6) + 3.0;
            (drops, DemandMethod::RankDropsAndCurve, shape, rate)
        }
        (Some(drops), None) if typical_rank.is_some() || drops > 0.0 => {
            (drops, DemandMethod::RankDrops, 0.5 + drops, 3.0)
        }
        (None, Some(curve)) => (
            0.0,
            DemandMethod::RankCurve,
            CURVE_WEIGHT,
            CURVE_WEIGHT / curve.max(1e-6),
        ),
        _ => return None,
    };
    let mut method = method;
    let [mut low, mut likely, mut high] = gamma_quantiles(shape, rate);
    if counted / 3.0 > SATURATION
        && let Some(curve) = curve.filter(|curve| *curve > likely)
    {
        (likely, high) = (curve, curve * 2.0);
    }
    if let Some(floor) = snapshot
        .monthly_sold
        .map(f64::from)
        .filter(|floor| *floor > likely)
    {
        method = DemandMethod::MonthlySoldFloor;
        (low, likely, high) = (low.max(floor), floor, high.max(floor * 2.0));
    }
    let share = your_share(snapshot, condition, fulfilment, known_until, config);
    let yours = likely * share.of_sales;
    let sells_within = |days: f64| rounded((1.0 - (-yours * days / 30.0).exp()) * 100.0, 1);
    Some(DemandEstimate {
        monthly_units_low: rounded(low, 2),
        monthly_units: rounded(likely, 2),
        monthly_units_high: rounded(high, 2),
        method,
        competing_offers: share.competing_offers,
        your_monthly_units: rounded(yours, 3),
        days_to_sell: days(30.0 / yours),
        sells_within_30_days_percent: sells_within(30.0),
        sells_within_holding_period_percent: sells_within(f64::from(config.holding_days)),
        typical_sales_rank: typical_rank.and_then(|rank| decimal(rank)?.round().to_u32()),
        current_sales_rank: ranks
            .and_then(|ranks| ranks.value_at(known_until))
            .and_then(|rank| u32::try_from(rank).ok()),
    })
}

struct Share {
    of_sales: f64,
    competing_offers: Option<u32>,
}

/// Your share of the listing's sales: an even part among the offers of your kind that are near your price. Against Amazon's own new offer
/// a new unit gets none.
fn your_share(
    snapshot: &MarketSnapshot,
    condition: Condition,
    fulfilment: Fulfilment,
    now: KeepaMinutes,
    config: &DemandConfig,
) -> Share {
    let offers = &snapshot.live_offers;
    let (same, other) = if condition.is_used() {
        (offers.used, offers.new)
    } else {
        let fba = (fulfilment == Fulfilment::Fba)
            .then_some(offers.new_fba)
            .flatten();
        (fba.or(offers.new), offers.used)
    };
    let others = same.map(|count| count.min(config.competing_offers_at_most));
    let of_kind = if other.is_some_and(|count| count > 0) {
        f64::from(config.share_of_kind_percent) / 100.0
    } else {
        1.0
    };
    // How many compete is unknown where Keepa counts no offers: then as many as can.
    let rivals = others.unwrap_or(config.competing_offers_at_most);
    let amazon = amazon_sells(snapshot, now) || snapshot.buy_box.is_amazon == Some(true);
    let of_sales = if !condition.is_used() && amazon {
        0.0
    } else {
        of_kind / (f64::from(rivals) + 1.0)
    };
    Share {
        of_sales,
        competing_offers: same.map(|count| count.saturating_add(1)),
    }
}

/// `true` when Amazon itself offers the product at a time.
pub(crate) fn amazon_sells(snapshot: &MarketSnapshot, at: KeepaMinutes) -> bool {
    snapshot
        .histories
        .amazon
        .as_ref()
        .is_some_and(|amazon| amazon.value_at(at).is_some())
}

/// The 10 % quantile, mean and 90 % quantile of a gamma distribution, by the approximation of Wilson and Hilferty (error below 2 % for a
/// shape of 2 and more).
fn gamma_quantiles(shape: f64, rate: f64) -> [f64; 3] {
    /// The 90 % quantile of the normal distribution.
    const Z: f64 = 1.281_552;
    let mean = shape / rate;
    let spread = 1.0 / (9.0 * shape);
    let at = |z: f64| mean * (1.0 - spread + z * spread.sqrt()).max(0.0).powi(3);
    [at(-Z), mean, at(Z)]
}

fn days(days: f64) -> Option<u32> {
    const FIVE_YEARS: f64 = 1_826.0;
    (days <= FIVE_YEARS)
        .then_some(days)
        .and_then(|days| decimal(days)?.ceil().to_u32())
}

fn decimal(value: f64) -> Option<Decimal> {
    Decimal::from_f64_retain(value)
}

/// A rate or probability as it is shown: more places would only pretend.
fn rounded(value: f64, places: u32) -> f64 {
    decimal(value)
        .and_then(|value| value.round_dp(places).to_f64())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_meets_its_points_and_falls_everywhere() {
        for (rank, units) in BOOK_CURVE {
            let computed = monthly_units_of_book_rank(rank);
            assert!(
                (computed / units - 1.0).abs() < 1e-9,
                "rank {rank}: {computed}"
            );
        }
        let mut before = f64::INFINITY;
        for step in 0..200 {
            let units = monthly_units_of_book_rank(1.09_f64.powi(step));
            assert!(units < before && units > 0.0);
            before = units;
        }
    }

    #[test]
    fn an_interval_holds_its_mean_and_narrows_with_the_count() {
        let [low, mean, high] = gamma_quantiles(4.0, 2.0);
        assert!(low < mean && mean < high);
        let [many_low, _, many_high] = gamma_quantiles(400.0, 200.0);
        assert!(many_high - many_low < high - low);
    }
}
