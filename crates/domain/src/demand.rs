//! Demand: how many units a month the listing sells, and how many of them are yours.

mod monthly_rate;
mod rank_curve;
mod rank_falls;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde::{Deserialize, Serialize};

use crate::acquisition::{Condition, Fulfilment};
use crate::history::{History, Window};
use crate::market::{LiveOffers, MarketSnapshot};
use crate::time::KeepaMinutes;
use rank_falls::RankFalls;

pub use rank_curve::monthly_units_of_book_rank;

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

/// Root category of books in the US.
const US_BOOKS: i64 = 283_155;

/// How far demand drifts within a month, as a share of it: chosen with the weights of the periods, as one fifth beside the chance of counts.
const MONTHLY_DRIFT: f64 = 0.2;

/// Rank falls of a listing in the next 30 days, as low, likely and high; the limits are whole counts, since falls are. `None` as for the
/// demand.
///
/// Below saturation a fall is a sale; above it sales are more, and [`estimate_demand`] tells those.
#[must_use]
pub fn expected_rank_falls(snapshot: &MarketSnapshot, as_of: KeepaMinutes) -> Option<[f64; 3]> {
    let known_until = snapshot.observed_at?.min(as_of);
    let ranks = snapshot.histories.sales_rank.as_ref()?;
    let (log_rank, _) = ranks.log_moments(Window::days_before(known_until, 90))?;
    let curve = is_book(snapshot).then(|| monthly_units_of_book_rank(log_rank.exp()));
    let rate = RankFalls::new(snapshot, ranks, known_until).falls_rate(curve)?;
    let [low, high] = rate.next_month(MONTHLY_DRIFT);
    Some([low.round(), rounded(rate.mean(), 2), high.round()])
}

/// Demand of the listing and your share of it; `None` when it had no sales rank in the last 90 days, and when nothing tells the demand.
///
/// Rank falls of a month and of half a year are Poisson counts, with a Gamma prior around the curve of rank (books only). Where they saturate,
/// the estimate goes over to the curve; `monthlySold` is a floor. Sales are not split by condition, and it knows no season.
#[must_use]
pub fn estimate_demand(
    snapshot: &MarketSnapshot,
    condition: Condition,
    fulfilment: Fulfilment,
    as_of: KeepaMinutes,
    config: &DemandConfig,
) -> Option<DemandEstimate> {
    let known_until = snapshot.observed_at?.min(as_of);
    let ranks = snapshot.histories.sales_rank.as_ref()?;
    let (log_rank, _) = ranks.log_moments(Window::days_before(known_until, 90))?;
    let typical_rank = log_rank.exp();
    let curve = is_book(snapshot).then(|| monthly_units_of_book_rank(typical_rank));
    let counts = RankFalls::new(snapshot, ranks, known_until);
    let (rate, method) = counts.monthly_rate(curve)?;
    // Live figures belong to the time at which Keepa looked, and say nothing about an earlier one.
    let floor = snapshot
        .monthly_sold
        .filter(|_| snapshot.is_live_at(as_of))
        .map(f64::from)
        .filter(|floor| *floor > rate.mean());
    let rate = floor.map_or(rate, |floor| rate.with_mean(floor));
    let [low, high] = rate.next_month(MONTHLY_DRIFT);
    let share = your_share(snapshot, condition, fulfilment, as_of, config);
    let yours = rate.mean() * share.of_sales;
    let sells_within = |days: f64| {
        let probability = rate.probability_of_sale(share.of_sales * days / 30.0);
        rounded(probability * 100.0, 1)
    };
    Some(DemandEstimate {
        monthly_units_low: rounded(low, 2),
        monthly_units: rounded(rate.mean(), 2),
        monthly_units_high: rounded(high, 2),
        method: floor.map_or(method, |_| DemandMethod::MonthlySoldFloor),
        competing_offers: share.competing_offers,
        your_monthly_units: rounded(yours, 3),
        days_to_sell: days(30.0 / yours),
        sells_within_30_days_percent: sells_within(30.0),
        sells_within_holding_period_percent: sells_within(f64::from(config.holding_days)),
        typical_sales_rank: decimal(typical_rank).and_then(|rank| rank.round().to_u32()),
        current_sales_rank: ranks
            .value_at(known_until)
            .and_then(|rank| u32::try_from(rank).ok()),
    })
}

/// By Amazon's product group, since a children's book may be listed among toys; where it is unknown, by the root category of the US.
fn is_book(snapshot: &MarketSnapshot) -> bool {
    match snapshot.product_group.as_deref().map(str::trim) {
        Some(group) if !group.is_empty() => group.eq_ignore_ascii_case("book"),
        _ => snapshot.root_category == Some(US_BOOKS),
    }
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
    let offers = if snapshot.is_live_at(now) {
        snapshot.live_offers
    } else {
        counted_offers(snapshot, now)
    };
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
    let amazon = amazon_sells(snapshot, now) || snapshot.amazon_holds_buy_box(now);
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

/// The number of offers that the histories give for a time.
fn counted_offers(snapshot: &MarketSnapshot, at: KeepaMinutes) -> LiveOffers {
    let count = |history: &Option<History>| {
        let value = history.as_ref().and_then(|history| history.value_at(at));
        value.and_then(|count| u32::try_from(count).ok())
    };
    let histories = &snapshot.histories;
    LiveOffers {
        new_fba: count(&histories.new_fba_offer_count),
        new_fbm: count(&histories.new_fbm_offer_count),
        new: count(&histories.new_offer_count),
        used: count(&histories.used_offer_count),
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
        assert!((9.5..11.0).contains(&demand.monthly_units), "{demand:?}");
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
        assert!((2.3..3.0).contains(&demand.monthly_units), "{demand:?}");
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
        assert!((850.0..950.0).contains(&demand.monthly_units), "{demand:?}");
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
