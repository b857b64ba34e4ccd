//! Sale price: what one unit will likely sell for, as a distribution.

mod config;
mod forecast;
mod series;

use serde::{Deserialize, Serialize};

pub use self::config::PriceConfig;
use self::forecast::Forecast;
pub(crate) use self::forecast::{Temper, Tempers};
pub use self::series::PriceSeries;
pub(crate) use self::series::{candidates, lowest_offer};

use crate::acquisition::{Condition, Fulfilment};
use crate::history::{History, Window};
use crate::market::MarketSnapshot;
use crate::money::Money;
use crate::rounding::nearest;
use crate::time::KeepaMinutes;

/// The price of one unit over the expected holding period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct SalePriceEstimate {
    /// 10 % of the time the price will be lower.
    pub low: Money,
    /// Half of the time it will be lower.
    pub likely: Money,
    /// 10 % of the time it will be higher.
    pub high: Money,
    /// The series it rests on.
    pub series: PriceSeries,
    /// `true` when a better series or a fresher window exists for this condition and fulfilment, but was not usable.
    pub is_fallback: bool,
    /// Current value of the series, `None` when nothing is offered now.
    pub current: Option<Money>,
    /// Days of history looked at.
    pub window_days: u16,
    /// Share of the window in which the series had an offer, in percent.
    pub offered_percent: u8,
    /// Changes of the series within the window.
    pub changes: u32,
    /// Days since the series was last known to have an offer.
    pub age_days: u32,
    /// The method, in words.
    pub method: String,
}

/// The estimate of the sale price, from the best series that was offered for long enough and not too long ago; where there is none,
/// from the best one that was offered at all within a year, named as a fallback with its age.
///
/// The likely price is the current one, fallen back half of the way to its level when it is a spike; low and high are its log-normal
/// quantiles. `None` when no series is usable: then the price is unknown. It knows no season, and a book with one seller has the price
/// this seller dreams of.
#[must_use]
pub fn estimate_sale_price(
    snapshot: &MarketSnapshot,
    condition: Condition,
    fulfilment: Fulfilment,
    as_of: KeepaMinutes,
    config: &PriceConfig,
) -> Option<SalePriceEstimate> {
    let candidates = candidates(condition, fulfilment);
    estimate_from(snapshot, candidates, as_of, config, &Tempers::default())
}

/// The estimate from the first usable of some series, best first, for markets of a temper.
pub(crate) fn estimate_from(
    snapshot: &MarketSnapshot,
    candidates: [PriceSeries; 3],
    as_of: KeepaMinutes,
    config: &PriceConfig,
    tempers: &Tempers,
) -> Option<SalePriceEstimate> {
    let known_until = snapshot.observed_at?.min(as_of);
    let snapshot_age = days_between(known_until, as_of);
    if snapshot_age > config.maximum_age_days {
        return None;
    }
    let observed = |days: u16| {
        candidates.into_iter().filter_map(move |series| {
            let history = snapshot.histories.price(series)?;
            Observed::new(series, history, known_until, days)
        })
    };
    let usable = observed(config.window_days).find(|series| series.is_usable(config));
    let is_fallback = usable
        .as_ref()
        .is_none_or(|chosen| candidates.first() != Some(&chosen.series));
    let chosen = usable.or_else(|| observed(config.fallback_window_days).next())?;
    let temper = tempers.of(chosen.series);
    let forecast = temper.forecast(chosen.history, known_until, chosen.window)?;
    let money = |minor: i32| Money::from_minor(i64::from(minor), snapshot.marketplace.currency());
    Some(SalePriceEstimate {
        low: money(forecast.low),
        likely: money(forecast.likely),
        high: money(forecast.high),
        series: chosen.series,
        is_fallback,
        current: chosen.current.map(money),
        window_days: chosen.window_days,
        offered_percent: chosen.offered_percent,
        changes: chosen.changes(),
        age_days: snapshot_age.saturating_add(chosen.gap_days),
        method: chosen.method(temper, forecast),
    })
}

/// A series that had an offer within a window.
struct Observed<'a> {
    series: PriceSeries,
    history: &'a History,
    window: Window,
    window_days: u16,
    current: Option<i32>,
    offered_percent: u8,
    /// Days since it last had an offer.
    gap_days: u32,
}

impl<'a> Observed<'a> {
    fn new(
        series: PriceSeries,
        history: &'a History,
        now: KeepaMinutes,
        days: u16,
    ) -> Option<Self> {
        let window = Window::days_before(now, i32::from(days));
        let (mut offered, mut gap) = (0_i64, 0_i64);
        for segment in history.segments(window) {
            if segment.value.is_some() {
                offered += segment.minutes;
                gap = 0;
            } else {
                gap += segment.minutes;
            }
        }
        let length = i64::from(days) * i64::from(KeepaMinutes::DAY);
        (offered > 0).then(|| Self {
            series,
            history,
            window,
            window_days: days,
            current: history.value_at(now),
            offered_percent: u8::try_from(offered * 100 / length.max(1)).unwrap_or(100),
            gap_days: u32::try_from(gap / i64::from(KeepaMinutes::DAY)).unwrap_or(u32::MAX),
        })
    }

    fn is_usable(&self, config: &PriceConfig) -> bool {
        self.offered_percent >= config.minimum_offered_percent
            && self.gap_days <= u32::from(config.maximum_gap_days)
    }

    fn changes(&self) -> u32 {
        u32::try_from(self.history.changes_in(self.window).len()).unwrap_or(u32::MAX)
    }

    fn method(&self, temper: Temper, forecast: Forecast) -> String {
        let (level_days, window_days) = (temper.level_days, self.window_days);
        if forecast.is_fall_expected {
            format!(
                "half of the way from the current price back to the lower quartile of {level_days} days"
            )
        } else if self.current.is_some() {
            format!("current price, no spike above the lower quartile of {level_days} days")
        } else {
            format!("time-weighted median of {window_days} days; nothing is offered now")
        }
    }
}

/// A share from 0 to 1 in whole percent, rounded down.
pub(crate) fn percent(share: f64) -> u8 {
    nearest((share * 100.0).trunc())
        .and_then(|percent| u8::try_from(percent).ok())
        .unwrap_or(0)
        .min(100)
}

/// Whole days from one time to a later one, 0 when it is not later.
pub(crate) fn days_between(from: KeepaMinutes, to: KeepaMinutes) -> u32 {
    let minutes = i64::from(to.0) - i64::from(from.0);
    u32::try_from(minutes.max(0) / i64::from(KeepaMinutes::DAY)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{as_of, days_ago, good_seller, history};

    fn at(snapshot: &MarketSnapshot, time: KeepaMinutes) -> Option<SalePriceEstimate> {
        let config = PriceConfig::default();
        estimate_sale_price(
            snapshot,
            Condition::UsedGood,
            Fulfilment::Fba,
            time,
            &config,
        )
    }

    fn estimate(snapshot: &MarketSnapshot) -> Option<SalePriceEstimate> {
        at(snapshot, KeepaMinutes::from_utc(as_of()))
    }

    fn amounts(estimate: &SalePriceEstimate) -> [i64; 3] {
        [estimate.low, estimate.likely, estimate.high].map(|money| money.minor().unwrap())
    }

    #[test]
    fn a_steady_used_buy_box_gives_its_price_with_an_interval_around_it() {
        let estimate = estimate(&good_seller()).unwrap();
        assert_eq!(estimate.series, PriceSeries::BuyBoxUsed);
        assert_eq!((estimate.is_fallback, estimate.age_days), (false, 0));
        let [low, likely, high] = amounts(&estimate);
        assert!((2_450..=2_550).contains(&likely), "{estimate:?}");
        assert!(low < 2_100 && high > 3_000, "{estimate:?}");
    }

    #[test]
    fn a_price_above_its_level_is_pulled_back_with_doubt_and_one_below_is_believed() {
        let with_last = |price| {
            let mut snapshot = good_seller();
            snapshot.histories.buy_box_used = history(&[(400, 2_000), (2, price)]);
            amounts(&estimate(&snapshot).unwrap())
        };
        let [_, fallen, _] = with_last(1_000);
        assert_eq!(fallen, 1_000);
        let [low, risen, high] = with_last(8_000);
        assert_eq!(risen, 4_000);
        assert!(low < 2_200 && high > 7_500, "{low} {high}");
    }

    #[test]
    fn a_new_price_a_little_above_its_level_is_no_spike() {
        let with_last = |price| {
            let mut snapshot = good_seller();
            snapshot.histories.new = history(&[(400, 2_000), (2, price)]);
            let config = PriceConfig::default();
            let (now, series) = (KeepaMinutes::from_utc(as_of()), [PriceSeries::New; 3]);
            let estimate = estimate_from(&snapshot, series, now, &config, &Tempers::default());
            amounts(&estimate.unwrap())
        };
        assert_eq!(with_last(2_300)[1], 2_300);
        // Half of what lies more than a fifth above: the rest may stay.
        let [_, risen, _] = with_last(8_000);
        assert_eq!(risen, 4_421);
    }

    #[test]
    fn a_weaker_series_is_named_and_called_a_fallback() {
        let mut snapshot = good_seller();
        snapshot.histories.buy_box_used = history(&[(500, 2_500), (80, -1)]);
        let weaker = estimate(&snapshot).unwrap();
        assert_eq!(
            (weaker.series, weaker.is_fallback),
            (PriceSeries::UsedGood, true)
        );
        snapshot.histories.used_good = None;
        let weakest = estimate(&snapshot).unwrap();
        assert_eq!(
            (weakest.series, weakest.is_fallback),
            (PriceSeries::Used, true)
        );
    }

    #[test]
    fn what_was_offered_only_months_ago_is_a_fallback_with_its_age() {
        let mut snapshot = good_seller();
        snapshot.histories.used = None;
        snapshot.histories.used_good = None;
        snapshot.histories.buy_box_used = history(&[(500, 2_500), (120, -1)]);
        let old = estimate(&snapshot).unwrap();
        assert_eq!(
            (old.is_fallback, old.age_days, old.window_days),
            (true, 120, 365)
        );
        assert_eq!((old.current, old.likely.minor()), (None, Some(2_500)));
        snapshot.histories.buy_box_used = history(&[(900, 2_500), (400, -1)]);
        assert_eq!(estimate(&snapshot), None);
    }

    #[test]
    fn a_price_of_yesterday_is_not_one_of_the_whole_window() {
        let mut snapshot = good_seller();
        snapshot.histories.buy_box_used = history(&[(3, 9_000)]);
        let estimate = estimate(&snapshot).unwrap();
        assert_eq!(estimate.series, PriceSeries::UsedGood);
    }

    #[test]
    fn nothing_after_as_of_and_nothing_after_the_last_look_is_used() {
        let mut snapshot = good_seller();
        snapshot.histories.buy_box_used = history(&[(400, 2_000), (10, 4_000)]);
        let before = at(&snapshot, days_ago(11)).unwrap();
        assert_eq!(before.likely.minor(), Some(2_000));
        snapshot.observed_at = Some(days_ago(20));
        let stale = estimate(&snapshot).unwrap();
        assert_eq!((stale.likely.minor(), stale.age_days), (Some(2_000), 20));
    }

    proptest! {
        #[test]
        fn low_likely_and_high_are_in_order_and_above_zero(
            changes in prop::collection::vec((0_i32..300, 0_i32..200_000), 1..30)
        ) {
            let mut changes = changes;
            changes.sort_by_key(|&(days, _)| std::cmp::Reverse(days));
            let mut snapshot = good_seller();
            snapshot.histories.used_good = None;
            snapshot.histories.used = None;
            snapshot.histories.buy_box_used = history(&changes);
            if let Some(estimate) = estimate(&snapshot) {
                let [low, likely, high] = amounts(&estimate);
                prop_assert!(0 < low && low <= likely && likely <= high);
            }
        }
    }
}
