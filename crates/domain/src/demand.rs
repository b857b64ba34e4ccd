//! Demand: how many units a month the listing sells, and how many of them are yours.

mod config;
mod monthly_rate;
mod rank_curve;
mod rank_falls;
mod season;
mod share;

use serde::{Deserialize, Serialize};

use crate::acquisition::{Condition, Fulfilment};
use crate::history::Window;
use crate::market::MarketSnapshot;
use crate::rounding::nearest;
use crate::time::KeepaMinutes;
use monthly_rate::MonthlyRate;
use rank_falls::RankFalls;
use season::Season;
use share::your_share;

pub use config::DemandConfig;
pub use rank_curve::monthly_units_of_book_rank;
pub(crate) use share::amazon_sells;

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

/// Root category of books in the US.
const US_BOOKS: i64 = 283_155;

/// How far demand drifts within a month, as a share of it: chosen with the blend of windows, as one fifth beside the chance of counts.
const MONTHLY_DRIFT: f64 = 0.2;

/// How the rank falls of the past foretell those to come.
///
/// Chosen on recorded histories, coarsely (10 products, a cut every 60 days, truth = the rank falls of the next 30 days);
/// `docs/calculations.md` shows the errors, and those of a choice that had not seen the product.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct SalesMethod {
    /// The weight of the last month against the last half year.
    pub(crate) recent_share: f64,
    /// How much of the book trade's season a book has. Half: the trade's figures hold the college stores, where terms weigh more.
    pub(crate) season_share: f64,
}

impl Default for SalesMethod {
    fn default() -> Self {
        Self {
            recent_share: 0.3,
            season_share: 0.5,
        }
    }
}

/// Rank falls of a listing in the next 30 days, as low, likely (the median) and high; the limits are whole counts, since falls are. `None`
/// before the first rank. A listing without a rank for months is told from the falls it did not have, though its demand is unknown.
///
/// Below saturation a fall is a sale; above it sales are more, and [`estimate_demand`] tells those.
#[must_use]
pub fn expected_rank_falls(snapshot: &MarketSnapshot, as_of: KeepaMinutes) -> Option<[f64; 3]> {
    rank_falls_by(snapshot, as_of, SalesMethod::default())
}

/// The rank falls that a method expects.
pub(crate) fn rank_falls_by(
    snapshot: &MarketSnapshot,
    as_of: KeepaMinutes,
    method: SalesMethod,
) -> Option<[f64; 3]> {
    let known_until = snapshot.observed_at?.min(as_of);
    let ranks = snapshot.histories.sales_rank.as_ref()?;
    let typical_rank = ranks.log_moments(Window::days_before(known_until, 90));
    let curve = typical_rank
        .filter(|_| is_book(snapshot))
        .map(|(log_rank, _)| monthly_units_of_book_rank(log_rank.exp()));
    let counts = RankFalls::new(snapshot, ranks, known_until, method.recent_share);
    let season = Season::new(snapshot, known_until, method);
    let rate = season.over(counts.falls_rate(curve)?, 30);
    let [low, median, high] = rate.next_month(MONTHLY_DRIFT);
    Some([low.round(), rounded(median, 2), high.round()])
}

/// Demand of the listing and your share of it; `None` when it had no sales rank in the last 90 days, and when nothing tells the demand.
///
/// Rank falls of a month and of half a year are Poisson counts, with a Gamma prior around the curve of rank (books only), and books of the US
/// follow half of the season of their trade. Where falls saturate, the estimate goes over to the curve; `monthlySold` is a floor. Sales are
/// not split by condition.
#[must_use]
pub fn estimate_demand(
    snapshot: &MarketSnapshot,
    condition: Condition,
    fulfilment: Fulfilment,
    as_of: KeepaMinutes,
    config: &DemandConfig,
) -> Option<DemandEstimate> {
    let sales = SalesMethod::default();
    let known_until = snapshot.observed_at?.min(as_of);
    let ranks = snapshot.histories.sales_rank.as_ref()?;
    let (log_rank, _) = ranks.log_moments(Window::days_before(known_until, 90))?;
    let typical_rank = log_rank.exp();
    let curve = is_book(snapshot).then(|| monthly_units_of_book_rank(typical_rank));
    let counts = RankFalls::new(snapshot, ranks, known_until, sales.recent_share);
    let (counted, method) = counts.monthly_rate(curve)?;
    let season = Season::new(snapshot, known_until, sales);
    // Live figures belong to the time at which Keepa looked, and say nothing about an earlier one.
    let floor = snapshot
        .monthly_sold
        .filter(|_| snapshot.is_live_at(as_of))
        .map(f64::from);
    let at_least_floor = |rate: MonthlyRate| match floor {
        Some(floor) if floor > rate.mean() => rate.with_mean(floor),
        _ => rate,
    };
    let over = |days: u16| at_least_floor(season.over(counted, days));
    let counted_in_month = season.over(counted, 30);
    let month = at_least_floor(counted_in_month);
    let [low, _, high] = month.next_month(MONTHLY_DRIFT);
    let share = your_share(snapshot, condition, fulfilment, as_of, config);
    let sells_within = |days: u16, rate: MonthlyRate| {
        let probability = rate.probability_of_sale(share.of_sales * f64::from(days) / 30.0);
        rounded(probability * 100.0, 1)
    };
    let holding_days = config.holding_days;
    let is_floor = floor.is_some_and(|floor| floor > counted_in_month.mean());
    Some(DemandEstimate {
        monthly_units_low: rounded(low.min(month.mean()), 2),
        monthly_units: rounded(month.mean(), 2),
        monthly_units_high: rounded(high.max(month.mean()), 2),
        method: if is_floor {
            DemandMethod::MonthlySoldFloor
        } else {
            method
        },
        competing_offers: share.competing_offers,
        your_monthly_units: rounded(month.mean() * share.of_sales, 3),
        days_to_sell: days_to_sell(month.mean() * share.of_sales, |days| {
            over(days).mean() * share.of_sales
        }),
        sells_within_30_days_percent: sells_within(30, month),
        sells_within_holding_period_percent: sells_within(holding_days, over(holding_days)),
        typical_sales_rank: nearest(typical_rank).and_then(|rank| u32::try_from(rank).ok()),
        current_sales_rank: ranks
            .value_at(known_until)
            .and_then(|rank| u32::try_from(rank).ok()),
    })
}

/// Expected days until a sale at a monthly rate that is told for a number of coming days: first that of a month, then that of as long as it
/// takes, up to a year, in which every season lies. `None` beyond five years.
fn days_to_sell(over_a_month: f64, monthly_over: impl Fn(u16) -> f64) -> Option<u32> {
    const YEAR: u32 = 365;
    const FIVE_YEARS: f64 = 1_826.0;
    let at = |monthly: f64| {
        let days = 30.0 / monthly;
        nearest(days.ceil())
            .filter(|_| days <= FIVE_YEARS)
            .and_then(|days| u32::try_from(days).ok())
    };
    let first = at(over_a_month).unwrap_or(YEAR).clamp(30, YEAR);
    at(monthly_over(u16::try_from(first).ok()?))
}

/// By Amazon's product group, since a children's book may be listed among toys; where it is unknown, by the root category of the US.
fn is_book(snapshot: &MarketSnapshot) -> bool {
    match snapshot.product_group.as_deref().map(str::trim) {
        Some(group) if !group.is_empty() => group.eq_ignore_ascii_case("book"),
        _ => snapshot.root_category == Some(US_BOOKS),
    }
}

/// A rate or probability as it is shown: more places would only pretend.
pub(crate) fn rounded(value: f64, places: i32) -> f64 {
    let unit = 10.0_f64.powi(places);
    (value * unit).round_ties_even() / unit
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::SalesRankDrops;
    use crate::testing::{as_of, days_ago, good_seller, history, repeating};

    fn estimate(snapshot: &MarketSnapshot, condition: Condition) -> Option<DemandEstimate> {
        let now = KeepaMinutes::from_utc(as_of());
        estimate_demand(
            snapshot,
            condition,
            Fulfilment::Fba,
            now,
            &DemandConfig::default(),
        )
    }

    #[test]
    fn counted_falls_decide_and_the_offers_share_them() {
        let demand = estimate(&good_seller(), Condition::UsedGood).unwrap();
        assert_eq!(demand.method, DemandMethod::RankDropsAndCurve);
        // Ten falls a month, of which June is 8 % short.
        assert!((9.0..9.5).contains(&demand.monthly_units), "{demand:?}");
        assert!(demand.monthly_units_low < 7.0 && demand.monthly_units_high > 14.0);
        assert_eq!(demand.competing_offers, Some(13));
        // Half of the sales are of used copies, and ten of the twelve other offers count.
        assert!((demand.your_monthly_units - demand.monthly_units / 22.0).abs() < 0.01);
    }

    #[test]
    fn without_keepas_counts_the_falls_of_the_history_are_counted() {
        let mut snapshot = good_seller();
        // The rank falls once in twelve days.
        snapshot.histories.sales_rank = repeating(3, &[120_000, 200_000, 300_000, 400_000]);
        snapshot.sales_rank_drops = SalesRankDrops::default();
        let demand = estimate(&snapshot, Condition::UsedGood).unwrap();
        assert!((2.1..2.5).contains(&demand.monthly_units), "{demand:?}");
    }

    #[test]
    fn a_bestseller_is_told_from_the_curve_because_its_falls_saturate() {
        let mut snapshot = good_seller();
        snapshot.histories.sales_rank = repeating(1, &[900, 1_100]);
        snapshot.sales_rank_drops = SalesRankDrops {
            days_30: Some(250),
            days_90: Some(750),
            days_180: Some(1_500),
            days_365: Some(3_000),
        };
        let demand = estimate(&snapshot, Condition::UsedGood).unwrap();
        assert!((800.0..950.0).contains(&demand.monthly_units), "{demand:?}");
    }

    #[test]
    fn bought_in_past_month_is_a_floor() {
        let mut snapshot = good_seller();
        snapshot.monthly_sold = Some(50);
        let demand = estimate(&snapshot, Condition::UsedGood).unwrap();
        assert_eq!(demand.method, DemandMethod::MonthlySoldFloor);
        assert!((demand.monthly_units - 50.0).abs() < 0.01, "{demand:?}");
        snapshot.monthly_sold = Some(1);
        let demand = estimate(&snapshot, Condition::UsedGood).unwrap();
        assert_eq!(demand.method, DemandMethod::RankDropsAndCurve);
    }

    #[test]
    fn a_book_of_the_us_sells_better_before_term_and_what_is_no_book_does_not() {
        let at = |date: &str, group: &str| {
            let now = KeepaMinutes::from_utc(date.parse().unwrap());
            let mut snapshot = good_seller();
            snapshot.observed_at = Some(now);
            snapshot.product_group = Some(group.to_owned());
            let config = DemandConfig::default();
            estimate_demand(
                &snapshot,
                Condition::UsedGood,
                Fulfilment::Fba,
                now,
                &config,
            )
            .unwrap()
            .monthly_units
        };
        let (june, august) = ("2025-06-01T00:00:00Z", "2025-08-01T00:00:00Z");
        assert!(at(august, "Book") > 1.3 * at(june, "Book"));
        assert!((at(august, "Kitchen") - at(june, "Kitchen")).abs() < 0.01);
    }

    #[test]
    fn another_category_has_no_curve_and_says_so() {
        let mut snapshot = good_seller();
        snapshot.product_group = Some("Kitchen".to_owned());
        let demand = estimate(&snapshot, Condition::New).unwrap();
        assert_eq!(demand.method, DemandMethod::RankDrops);
        assert!((9.5..11.5).contains(&demand.monthly_units), "{demand:?}");
    }

    #[test]
    fn live_figures_say_nothing_about_an_earlier_time() {
        let mut snapshot = good_seller();
        snapshot.live_offers.used = Some(3);
        snapshot.monthly_sold = Some(500);
        let at = |days| {
            let config = DemandConfig::default();
            let now = days_ago(days);
            estimate_demand(
                &snapshot,
                Condition::UsedGood,
                Fulfilment::Fba,
                now,
                &config,
            )
            .unwrap()
        };
        assert_eq!(
            (at(0).competing_offers, at(5).competing_offers),
            (Some(4), Some(13))
        );
        assert_eq!(at(5).method, DemandMethod::RankDropsAndCurve);
    }

    #[test]
    fn without_a_rank_there_is_no_estimate() {
        let mut snapshot = good_seller();
        snapshot.histories.sales_rank = history(&[(400, 100_000), (200, -1)]);
        assert_eq!(estimate(&snapshot, Condition::UsedGood), None);
        snapshot.histories.sales_rank = None;
        assert_eq!(estimate(&snapshot, Condition::UsedGood), None);
    }
}
