//! Sale price: what one unit will likely sell for, as a distribution.

use rust_decimal::prelude::ToPrimitive as _;
use serde::{Deserialize, Serialize};

use crate::acquisition::{Condition, Fulfilment};
use crate::history::{History, Window};
use crate::market::MarketSnapshot;
use crate::money::Money;
use crate::time::KeepaMinutes;

/// The series of the market on which an estimate rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PriceSeries {
    /// New buy box.
    BuyBox,
    /// Lowest new offer fulfilled by Amazon.
    NewFba,
    /// Lowest new offer.
    New,
    /// Used buy box.
    BuyBoxUsed,
    /// Lowest used offer, like new.
    UsedLikeNew,
    /// Lowest used offer, very good.
    UsedVeryGood,
    /// Lowest used offer, good.
    UsedGood,
    /// Lowest used offer, acceptable.
    UsedAcceptable,
    /// Lowest used offer.
    Used,
}

impl PriceSeries {
    /// The name on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BuyBox => "BUY_BOX",
            Self::NewFba => "NEW_FBA",
            Self::New => "NEW",
            Self::BuyBoxUsed => "BUY_BOX_USED",
            Self::UsedLikeNew => "USED_LIKE_NEW",
            Self::UsedVeryGood => "USED_VERY_GOOD",
            Self::UsedGood => "USED_GOOD",
            Self::UsedAcceptable => "USED_ACCEPTABLE",
            Self::Used => "USED",
        }
    }

    /// `true` when it tells the price of used units.
    #[must_use]
    pub const fn is_used(self) -> bool {
        !matches!(self, Self::BuyBox | Self::NewFba | Self::New)
    }
}

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

/// What a user can set about the sale price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PriceConfig {
    /// Days of history looked at.
    pub window_days: u16,
    /// Days of history looked at when no series is usable within the window.
    pub fallback_window_days: u16,
    /// A series must have been offered for this share of the window, in percent.
    pub minimum_offered_percent: u8,
    /// A series that nobody offers for longer is not used, in days; the fallback window takes it nevertheless.
    pub maximum_gap_days: u16,
    /// A snapshot that nobody updated for longer is not used, in days.
    pub maximum_age_days: u32,
}

impl Default for PriceConfig {
    /// 90 days is the window of the tools of the trade (grade C); a fifth of it keeps one lucky week from being a price. A year and a
    /// month without an offer are judgements (grade M).
    fn default() -> Self {
        Self {
            window_days: 90,
            fallback_window_days: 365,
            minimum_offered_percent: 20,
            maximum_gap_days: 30,
            maximum_age_days: 180,
        }
    }
}

impl PriceConfig {
    /// Every value that is out of range, as the name of the field and what is wrong.
    #[must_use]
    pub fn problems(&self) -> Vec<(&'static str, &'static str)> {
        let mut problems = Vec::new();
        if !(7..=1_825).contains(&self.window_days) {
            problems.push(("price.window_days", "must be from 7 to 1825"));
        }
        if !(self.window_days..=3_650).contains(&self.fallback_window_days) {
            let problem = "must be from window_days to 3650";
            problems.push(("price.fallback_window_days", problem));
        }
        if self.maximum_gap_days > 365 {
            problems.push(("price.maximum_gap_days", "must be from 0 to 365"));
        }
        if self.minimum_offered_percent > 100 {
            problems.push(("price.minimum_offered_percent", "must be from 0 to 100"));
        }
        problems
    }
}

/// How much of the way to its level a price above it falls back: half, since of the prices that rose some are spikes and some stay.
/// One below its level is believed: a price that fell seldom recovers.
///
/// This and the constants below are chosen on recorded histories, coarsely (10 products, a cut every 60 days, truth = the time-weighted
/// median of the next 90 days); `docs/calculations.md` shows the errors, and those on products that the choice had not seen.
const FALL_BACK: f64 = 0.5;

/// The level to which a price falls back is the quarter of the time in which it was lowest: the price that returns when the one seller with
/// a higher one is gone.
const LEVEL_SHARE: f64 = 0.25;

/// How much of the fall-back is doubt.
const FALL_BACK_DOUBT: f64 = 0.7;

/// How a market of new or used units moves.
struct Temper {
    /// Days of which the level is taken.
    level_days: u16,
    /// Least standard deviation of the logarithm of the coming price: a quiet past does not promise a quiet future.
    least_deviation: f64,
}

/// New units are alike and many sell them: a price that held for two weeks is the market's.
const NEW: Temper = Temper {
    level_days: 14,
    least_deviation: 0.04,
};

/// Used units are few, and the lowest offer is the price: when one sells, it jumps for weeks.
const USED: Temper = Temper {
    level_days: 90,
    least_deviation: 0.15,
};

/// Greatest standard deviation: high is 3.6 times the likely price, more would say nothing.
const GREATEST_DEVIATION: f64 = 1.0;

/// The 90 % quantile of the normal distribution.
const Z_90: f64 = 1.281_552;

/// The estimate of the sale price, from the best series that was offered for long enough and not too long ago; where there is none,
/// from the best one that was offered at all within a year, named as a fallback with its age.
///
/// The likely price is the current one, fallen back half of the way to its level when it lies above; low and high are its log-normal
/// quantiles. `None` when no series is usable: then the price is unknown. It knows no season, and a book with one seller has the price this seller dreams of.
#[must_use]
pub fn estimate_sale_price(
    snapshot: &MarketSnapshot,
    condition: Condition,
    fulfilment: Fulfilment,
    as_of: KeepaMinutes,
    config: &PriceConfig,
) -> Option<SalePriceEstimate> {
    let known_until = snapshot.observed_at?.min(as_of);
    let snapshot_age = days_between(known_until, as_of);
    if snapshot_age > config.maximum_age_days {
        return None;
    }
    let candidates = candidates(condition, fulfilment);
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
    let [low, likely, high] = chosen.distribution()?;
    let money = |minor: i32| Money::from_minor(i64::from(minor), snapshot.marketplace.currency());
    Some(SalePriceEstimate {
        low: money(low),
        likely: money(likely),
        high: money(high),
        series: chosen.series,
        is_fallback,
        current: chosen.current.map(money),
        window_days: chosen.window_days,
        offered_percent: chosen.offered_percent,
        changes: chosen.changes(),
        age_days: snapshot_age.saturating_add(chosen.gap_days),
        method: chosen.method(),
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

    /// Low, likely and high of the coming price.
    ///
    /// The logarithm of a price is a statistic, not an amount: the float is rounded to the smallest unit before anything is computed
    /// with it.
    fn distribution(&self) -> Option<[i32; 3]> {
        let temper = if self.series.is_used() { USED } else { NEW };
        let (likely, fall) = match self.current.zip(self.level(&temper)) {
            Some((current, level)) => {
                let fall = FALL_BACK * (log(current) - log(level)).max(0.0);
                (log(current) - fall, fall)
            }
            None => {
                let [median] = self.history.quantiles(self.window, [0.5])?;
                (log(median), 0.0)
            }
        };
        let (_, dispersion) = self.history.log_moments(self.window).unwrap_or_default();
        let deviation = dispersion
            .hypot(FALL_BACK_DOUBT * fall)
            .hypot(temper.least_deviation)
            .min(GREATEST_DEVIATION);
        let at = |z: f64| to_minor((likely + z * deviation).exp()).max(1);
        Some([at(-Z_90), at(0.0), at(Z_90)])
    }

    /// The level to which a price above it falls back; `None` when nothing was offered of late.
    fn level(&self, temper: &Temper) -> Option<i32> {
        let days = temper.level_days.min(self.window_days);
        let window = Window::days_before(self.window.to, i32::from(days));
        let [level] = self.history.quantiles(window, [LEVEL_SHARE])?;
        Some(level)
    }

    fn method(&self) -> String {
        let temper = if self.series.is_used() { USED } else { NEW };
        let days = temper.level_days.min(self.window_days);
        match self.current.zip(self.level(&temper)) {
            Some((current, level)) if current > level => {
                format!("geometric mean of the current price and the lower quartile of {days} days")
            }
            Some(_) => format!("current price, not above the lower quartile of {days} days"),
            None => {
                let days = self.window_days;
                format!("time-weighted median of {days} days; nothing is offered now")
            }
        }
    }
}

/// The natural logarithm of a price; one of nothing counts as the smallest unit.
fn log(minor: i32) -> f64 {
    f64::from(minor.max(1)).ln()
}

/// The series that tell the price of a unit, best first.
const fn candidates(condition: Condition, fulfilment: Fulfilment) -> [PriceSeries; 3] {
    let own = match condition {
        Condition::New if matches!(fulfilment, Fulfilment::Fba) => {
            return [PriceSeries::BuyBox, PriceSeries::NewFba, PriceSeries::New];
        }
        Condition::New => return [PriceSeries::BuyBox, PriceSeries::New, PriceSeries::NewFba],
        Condition::UsedLikeNew => PriceSeries::UsedLikeNew,
        Condition::UsedVeryGood => PriceSeries::UsedVeryGood,
        Condition::UsedGood => PriceSeries::UsedGood,
        Condition::UsedAcceptable => PriceSeries::UsedAcceptable,
    };
    [PriceSeries::BuyBoxUsed, own, PriceSeries::Used]
}

/// The nearest amount in minor units.
fn to_minor(value: f64) -> i32 {
    rust_decimal::Decimal::from_f64_retain(value)
        .and_then(|value| value.round().to_i32())
        .unwrap_or(i32::MAX)
}

/// A share from 0 to 1 in whole percent, rounded down.
pub(crate) fn percent(share: f64) -> u8 {
    rust_decimal::Decimal::from_f64_retain(share * 100.0)
        .and_then(|value| value.trunc().to_u8())
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
        assert!(low < 2_000 && high > 8_000, "{low} {high}");
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
