//! Keepa's `stats` block, computed from the histories it goes with.

use std::collections::BTreeMap;

use serde::Serialize;

use super::market::{Condition, Market, Moment};
use super::seller::Trader;
use super::series::Series;
use super::slots::{AMAZON, SALES, SLOTS, is_price};
use crate::clock::DAY;
use crate::query::{Parts, StatsInterval};

/// A fall of the rank that counts as a sale, in percent of the rank before. Grade C: measured on
/// recorded products (63 of 80 counts exact for slow sellers); Keepa documents no rule.
const DROP_PERCENT: i64 = 5;

/// Rank under which every fall counts. Grade C: as [`DROP_PERCENT`].
const EVERY_FALL_UNDER: i32 = 1_000;

/// Keepa's marker of offer data that was not asked for. Grade A: Keepa's documentation.
const NOT_COLLECTED: i32 = -2;

/// One number for each history.
type Row = Vec<i32>;

/// The block; arrays are indexed by csv type.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Stats {
    current: Row,
    avg: Row,
    avg30: Row,
    avg90: Row,
    avg180: Row,
    avg365: Row,
    at_interval_start: Row,
    min: Vec<Option<[i32; 2]>>,
    max: Vec<Option<[i32; 2]>>,
    min_in_interval: Vec<Option<[i32; 2]>>,
    max_in_interval: Vec<Option<[i32; 2]>>,
    is_lowest: Vec<bool>,
    is_lowest90: Vec<bool>,
    out_of_stock_percentage_in_interval: Row,
    out_of_stock_percentage30: Row,
    out_of_stock_percentage90: Row,
    out_of_stock_percentage180: Row,
    out_of_stock_percentage365: Row,
    out_of_stock_count_amazon30: usize,
    out_of_stock_count_amazon90: usize,
    #[serde(rename = "deltaPercent90_monthlySold")]
    delta_percent90_monthly_sold: i32,
    sales_rank_drops30: i32,
    sales_rank_drops90: i32,
    sales_rank_drops180: i32,
    sales_rank_drops365: i32,
    stock_amazon: i32,
    stock_buy_box: i32,
    trade_in_price: i32,
    last_offers_update: i32,
    lightning_deal_info: Option<[i32; 2]>,
    #[serde(flatten)]
    counts: Counts,
    #[serde(flatten)]
    buy_box: BuyBoxNow,
    #[serde(flatten)]
    shares: Shares,
}

/// Counts of live offers; [`NOT_COLLECTED`] without offers.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Counts {
    total_offer_count: i32,
    retrieved_offer_count: i32,
    #[serde(rename = "offerCountFBA")]
    offer_count_fba: i32,
    #[serde(rename = "offerCountFBM")]
    offer_count_fbm: i32,
    #[serde(rename = "sellerIdsLowestFBA")]
    seller_ids_lowest_fba: Option<Vec<String>>,
    #[serde(rename = "sellerIdsLowestFBM")]
    seller_ids_lowest_fbm: Option<Vec<String>>,
}

/// The buy boxes as they are now; null or [`NOT_COLLECTED`] when they were not asked for.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct BuyBoxNow {
    buy_box_price: i32,
    buy_box_shipping: i32,
    buy_box_seller_id: Option<String>,
    buy_box_condition: Option<u8>,
    buy_box_availability_message: Option<&'static str>,
    buy_box_is_amazon: Option<bool>,
    buy_box_is_backorder: Option<bool>,
    #[serde(rename = "buyBoxIsFBA")]
    buy_box_is_fba: Option<bool>,
    buy_box_is_free_shipping_eligible: Option<bool>,
    #[serde(rename = "buyBoxIsMAP")]
    buy_box_is_map: Option<bool>,
    buy_box_is_preorder: Option<bool>,
    buy_box_is_prime_eligible: Option<bool>,
    buy_box_is_prime_exclusive: Option<bool>,
    buy_box_is_prime_pantry: Option<bool>,
    buy_box_is_shippable: Option<bool>,
    buy_box_is_unqualified: Option<bool>,
    buy_box_is_used: Option<bool>,
    buy_box_is_warehouse_deal: Option<bool>,
    buy_box_min_order_quantity: Option<i32>,
    buy_box_max_order_quantity: Option<i32>,
    buy_box_shipping_country: Option<&'static str>,
    last_buy_box_update: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    buy_box_used_price: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    buy_box_used_shipping: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    buy_box_used_seller_id: Option<String>,
    #[serde(rename = "buyBoxUsedIsFBA", skip_serializing_if = "Option::is_none")]
    buy_box_used_is_fba: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    buy_box_used_condition: Option<u8>,
}

/// Who had the buy boxes in the interval, by seller.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Shares {
    #[serde(skip_serializing_if = "Option::is_none")]
    buy_box_stats: Option<BTreeMap<String, Share>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    buy_box_used_stats: Option<BTreeMap<String, Share>>,
}

/// A seller's share of a buy box.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Share {
    pub(crate) percentage_won: f64,
    pub(crate) avg_price: i32,
    pub(crate) avg_new_offer_count: i32,
    pub(crate) avg_used_offer_count: i32,
    #[serde(rename = "isFBA")]
    pub(crate) is_fba: bool,
    pub(crate) last_seen: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) condition: Option<u8>,
}

impl Stats {
    /// The block of a product without any history.
    pub(crate) fn empty(parts: Parts) -> Self {
        Self::of(&Market::default(), parts, 0)
    }

    /// The block of a market as of `now` (Keepa minutes), over the interval that was asked for.
    pub(crate) fn of(market: &Market, parts: Parts, now: Moment) -> Self {
        let csv = market.histories(parts);
        let (from, to) = match parts.stats {
            Some(StatsInterval::Between(from, to)) => (from, to.min(now)),
            Some(StatsInterval::Days(days)) => (now.saturating_sub(days.saturating_mul(DAY)), now),
            None => (now, now),
        };
        let each = |f: &dyn Fn(&Series) -> i32| -> Row {
            csv.iter().map(|series| series.map_or(-1, f)).collect()
        };
        let windows: [Option<Windows>; SLOTS] =
            csv.map(|series| series.map(|series| Windows::of(series, (from, to), now)));
        let mean_of = |f: &dyn Fn(&Windows) -> Tally| -> Row {
            let windows = windows.iter().map(Option::as_ref);
            windows
                .map(|windows| windows.map_or(-1, |windows| f(windows).mean()))
                .collect()
        };
        let absent_of = |f: &dyn Fn(&Windows) -> Tally| -> Row {
            let windows = windows.iter().enumerate();
            windows
                .map(|(slot, windows)| match windows {
                    Some(windows) if is_price(slot) => f(windows).absent_percent(),
                    _ => -1,
                })
                .collect()
        };
        let drops = |days: i32| {
            market
                .history(SALES)
                .map_or(-1, |rank| falls(rank, now - days * DAY))
        };
        let vanished = |days: i32| {
            market
                .history(AMAZON)
                .map_or(0, |amazon| departures(amazon, now - days * DAY))
        };
        let extremes = |of: &dyn Fn(&Windows) -> Option<Extreme>, none: Option<[i32; 2]>| {
            windows
                .iter()
                .map(|windows| windows.as_ref().and_then(|w| of(w).or(none)))
                .collect::<Vec<_>>()
        };
        let is_lowest = |of: &dyn Fn(&Windows) -> Option<Extreme>| -> Vec<bool> {
            windows
                .iter()
                .map(|windows| {
                    let Some(windows) = windows else { return false };
                    of(windows).is_some_and(|[_, least]| least == windows.current)
                })
                .collect()
        };
        let buy_box = parts.buybox || parts.offers.is_some();
        Self {
            current: each(&|series| series.at(now).unwrap_or(-1)),
            avg: mean_of(&|windows| windows.interval),
            avg30: mean_of(&|windows| windows.last[0]),
            avg90: mean_of(&|windows| windows.last[1]),
            avg180: mean_of(&|windows| windows.last[2]),
            avg365: mean_of(&|windows| windows.last[3]),
            at_interval_start: each(&|series| series.at(from).unwrap_or(-1)),
            is_lowest: is_lowest(&|windows| windows.ever[0]),
            is_lowest90: is_lowest(&|windows| windows.lowest90),
            min: extremes(&|windows| windows.ever[0], None),
            max: extremes(&|windows| windows.ever[1], None),
            min_in_interval: extremes(&|windows| windows.within[0], Some([-1, -1])),
            max_in_interval: extremes(&|windows| windows.within[1], Some([-1, -1])),
            out_of_stock_percentage_in_interval: absent_of(&|windows| windows.interval),
            out_of_stock_percentage30: absent_of(&|windows| windows.last[0]),
            out_of_stock_percentage90: absent_of(&|windows| windows.last[1]),
            out_of_stock_percentage180: absent_of(&|windows| windows.last[2]),
            out_of_stock_percentage365: absent_of(&|windows| windows.last[3]),
            out_of_stock_count_amazon30: vanished(30),
            out_of_stock_count_amazon90: vanished(90),
            delta_percent90_monthly_sold: 0,
            sales_rank_drops30: drops(30),
            sales_rank_drops90: drops(90),
            sales_rank_drops180: drops(180),
            sales_rank_drops365: drops(365),
            stock_amazon: NOT_COLLECTED,
            stock_buy_box: NOT_COLLECTED,
            trade_in_price: NOT_COLLECTED,
            last_offers_update: market.offers_fetched.points().last().map_or(-1, |p| p.time),
            lightning_deal_info: market
                .lightning_deals
                .last()
                .map(|deal| [deal.starts, deal.ends]),
            counts: Counts::of(market, parts),
            buy_box: BuyBoxNow::of(market, buy_box, now),
            shares: if buy_box {
                Shares::of(market, from, to)
            } else {
                Shares::default()
            },
        }
    }
}

impl Counts {
    fn of(market: &Market, parts: Parts) -> Self {
        let Some(asked) = parts.offers else {
            return Self {
                total_offer_count: NOT_COLLECTED,
                retrieved_offer_count: NOT_COLLECTED,
                offer_count_fba: NOT_COLLECTED,
                offer_count_fbm: NOT_COLLECTED,
                seller_ids_lowest_fba: None,
                seller_ids_lowest_fbm: None,
            };
        };
        let total = count(market.live.len());
        let new_by = |is_fba: bool| {
            market
                .live
                .iter()
                .filter(move |offer| offer.condition == Condition::New && offer.is_fba() == is_fba)
        };
        let lowest = |is_fba: bool| -> Option<Vec<String>> {
            let least = new_by(is_fba).map(|offer| offer.landed()).min()?;
            let cheapest = new_by(is_fba).filter(|offer| offer.landed() == least);
            Some(
                cheapest
                    .map(|offer| offer.trader.id().into_owned())
                    .collect(),
            )
        };
        Self {
            total_offer_count: total,
            retrieved_offer_count: total.min(i32::try_from(asked).unwrap_or(i32::MAX)),
            offer_count_fba: count(new_by(true).count()),
            offer_count_fbm: count(new_by(false).count()),
            seller_ids_lowest_fba: lowest(true),
            seller_ids_lowest_fbm: lowest(false),
        }
    }
}

impl BuyBoxNow {
    fn of(market: &Market, asked: bool, now: Moment) -> Self {
        if !asked {
            return Self {
                buy_box_price: NOT_COLLECTED,
                buy_box_shipping: NOT_COLLECTED,
                ..Self::default()
            };
        }
        let last = market.buy_box.points().last();
        let mut told =
            Self {
                buy_box_price: last.map_or(-1, |point| point.value),
                buy_box_shipping: last.map_or(-1, |point| {
                    if point.value < 0 { -1 } else { point.shipping }
                }),
                last_buy_box_update: last.map(|_| now),
                ..Self::default()
            };
        match market.buy_box_holders.last() {
            Some((_, Some(holder))) => {
                told.buy_box_seller_id = Some(holder.trader.id().into_owned());
                told.buy_box_condition = Some(Condition::New.number());
                told.buy_box_availability_message = Some("IN_STOCK");
                told.buy_box_is_amazon = Some(holder.trader == Trader::Amazon);
                told.buy_box_is_fba = Some(holder.is_fba);
                told.buy_box_is_free_shipping_eligible = Some(holder.is_fba);
                told.buy_box_is_prime_eligible = Some(holder.is_fba);
                told.buy_box_shipping_country = Some("US");
                told.buy_box_is_shippable = Some(true);
                for flag in [
                    &mut told.buy_box_is_backorder,
                    &mut told.buy_box_is_map,
                    &mut told.buy_box_is_preorder,
                    &mut told.buy_box_is_prime_exclusive,
                    &mut told.buy_box_is_prime_pantry,
                    &mut told.buy_box_is_unqualified,
                    &mut told.buy_box_is_used,
                    &mut told.buy_box_is_warehouse_deal,
                ] {
                    *flag = Some(false);
                }
            }
            Some((_, None)) => {
                told.buy_box_seller_id = Some("-1".to_owned());
                told.buy_box_is_unqualified = Some(false);
            }
            None => {}
        }
        if let (Some((_, Some(holder))), Some(point)) = (
            market.used_buy_box_holders.last(),
            market.used_buy_box.points().last(),
        ) {
            told.buy_box_used_price = Some(point.value);
            told.buy_box_used_shipping = Some(point.shipping);
            told.buy_box_used_seller_id = Some(holder.trader.id().into_owned());
            told.buy_box_used_is_fba = Some(holder.is_fba);
            told.buy_box_used_condition = Some(holder.condition.number());
        }
        told
    }
}

impl Shares {
    fn of(market: &Market, from: Moment, to: Moment) -> Self {
        let new: Vec<_> = market
            .buy_box_holders
            .iter()
            .map(|(time, held)| (*time, held.map(|held| (held.trader, held.is_fba, None))))
            .collect();
        let used: Vec<_> = market
            .used_buy_box_holders
            .iter()
            .map(|(time, held)| {
                let holder = |held: &super::market::UsedBuyBox| {
                    (held.trader, held.is_fba, Some(held.condition.number()))
                };
                (*time, held.as_ref().map(holder))
            })
            .collect();
        let some = |map: BTreeMap<String, Share>| (!map.is_empty()).then_some(map);
        Self {
            buy_box_stats: some(shares(&new, &market.buy_box, market, (from, to))),
            buy_box_used_stats: some(shares(&used, &market.used_buy_box, market, (from, to))),
        }
    }
}

/// Who held a buy box from a time on: trader, FBA, condition.
type Held = (Moment, Option<(Trader, bool, Option<u8>)>);

fn shares(
    holders: &[Held],
    prices: &Series,
    market: &Market,
    (from, to): (Moment, Moment),
) -> BTreeMap<String, Share> {
    let mut won: BTreeMap<Trader, (i32, i64, i32, bool, Option<u8>)> = BTreeMap::new();
    let mut known = 0;
    let ends = holders.iter().skip(1).map(|(time, _)| *time);
    for (&(begin, holder), end) in holders.iter().zip(ends.chain(std::iter::once(to))) {
        let (begin, end) = (begin.max(from), end.min(to));
        if end <= begin {
            continue;
        }
        known += end - begin;
        let Some((trader, is_fba, condition)) = holder else {
            continue;
        };
        let paid: i64 = prices
            .spans(begin, end)
            .map(|(price, minutes)| i64::from(price.max(0)) * i64::from(minutes))
            .sum();
        let entry = won.entry(trader).or_insert((0, 0, 0, is_fba, condition));
        entry.0 += end - begin;
        entry.1 += paid;
        entry.2 = end;
        entry.4 = condition;
    }
    won.into_iter()
        .map(|(trader, (minutes, paid, last_seen, is_fba, condition))| {
            let share = Share {
                percentage_won: (f64::from(minutes) * 10_000.0 / f64::from(known)).round() / 100.0,
                avg_price: i32::try_from(paid / i64::from(minutes)).unwrap_or(i32::MAX),
                avg_new_offer_count: mean(&market.count_new, from, to),
                avg_used_offer_count: mean(&market.count_used, from, to),
                is_fba,
                last_seen,
                condition,
            };
            (trader.id().into_owned(), share)
        })
        .collect()
}

fn count(items: usize) -> i32 {
    i32::try_from(items).unwrap_or(i32::MAX)
}

/// When a value began to hold, and the value.
type Extreme = [i32; 2];

/// What a series was in the windows of the block.
#[derive(Debug)]
struct Windows {
    current: i32,
    /// The last 30, 90, 180 and 365 days.
    last: [Tally; 4],
    interval: Tally,
    /// The lowest and the highest, ever and within the interval.
    ever: [Option<Extreme>; 2],
    within: [Option<Extreme>; 2],
    lowest90: Option<Extreme>,
}

impl Windows {
    fn of(series: &Series, (from, to): (i32, i32), now: i32) -> Self {
        let day = |days: i32| now - days * DAY;
        let month = Tally::of(series, day(30), now);
        let quarter = month.plus(Tally::of(series, day(90), day(30)));
        let half = quarter.plus(Tally::of(series, day(180), day(90)));
        let year = half.plus(Tally::of(series, day(365), day(180)));
        Self {
            current: series.at(now).unwrap_or(-1),
            last: [month, quarter, half, year],
            interval: Tally::of(series, from, to),
            ever: extremes_of(series, i32::MIN, now),
            within: extremes_of(series, from, to),
            lowest90: extremes_of(series, day(90), now)[0],
        }
    }
}

/// How long a series had which values, and how long none.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    /// Values times minutes.
    sum: i64,
    present: i64,
    absent: i64,
}

impl Tally {
    fn of(series: &Series, from: i32, to: i32) -> Self {
        let mut tally = Self::default();
        for (value, minutes) in series.spans(from, to) {
            if value < 0 {
                tally.absent += i64::from(minutes);
            } else {
                tally.present += i64::from(minutes);
                tally.sum += i64::from(value) * i64::from(minutes);
            }
        }
        tally
    }

    fn plus(self, other: Self) -> Self {
        Self {
            sum: self.sum + other.sum,
            present: self.present + other.present,
            absent: self.absent + other.absent,
        }
    }

    /// The mean of the values that were there, -1 without any.
    fn mean(self) -> i32 {
        let rounded = (self.sum + self.present / 2).checked_div(self.present);
        rounded.map_or(-1, |mean| i32::try_from(mean).unwrap_or(i32::MAX))
    }

    /// Share of the time without a value, 0-100; -1 without any time known.
    fn absent_percent(self) -> i32 {
        let percent = (self.absent * 100).checked_div(self.absent + self.present);
        percent.map_or(-1, |percent| i32::try_from(percent).unwrap_or(100))
    }
}

/// Time-weighted mean of the values that were there, -1 without any.
pub(crate) fn mean(series: &Series, from: i32, to: i32) -> i32 {
    Tally::of(series, from, to).mean()
}

/// Share of the time without a value, 0-100; -1 without any time known.
pub(crate) fn absent_percent(series: &Series, from: i32, to: i32) -> i32 {
    Tally::of(series, from, to).absent_percent()
}

/// Falls of a rank since a time that count as sales.
pub(crate) fn falls(rank: &Series, since: i32) -> i32 {
    let points = rank.points();
    let first = points.partition_point(|point| point.time < since);
    let window = points.get(first.saturating_sub(1)..).unwrap_or_default();
    let falls = window
        .windows(2)
        .filter(|pair| match pair {
            [before, after] if after.time >= since && before.value > 0 && after.value > 0 => {
                let fall = i64::from(before.value - after.value);
                fall > 0
                    && (before.value < EVERY_FALL_UNDER
                        || fall * 100 >= i64::from(before.value) * DROP_PERCENT)
            }
            _ => false,
        })
        .count();
    count(falls)
}

/// How often a price vanished since a time.
pub(crate) fn departures(series: &Series, since: i32) -> usize {
    series
        .points()
        .windows(2)
        .filter(|pair| match pair {
            [before, after] => after.time >= since && before.value >= 0 && after.value < 0,
            _ => false,
        })
        .count()
}

/// The lowest and the highest value that held between two times, and since when.
pub(crate) fn extremes_of(series: &Series, from: i32, to: i32) -> [Option<Extreme>; 2] {
    let next = series.points().partition_point(|point| point.time <= from);
    let held = series.points().get(next.saturating_sub(1)..);
    let mut found: Option<(Extreme, Extreme)> = None;
    for point in held.unwrap_or_default() {
        if point.time >= to {
            break;
        }
        let value = point.landed();
        if value < 0 {
            continue;
        }
        let told = [point.time, value];
        found = Some(match found {
            None => (told, told),
            Some((least, greatest)) => (
                if value < least[1] { told } else { least },
                if value > greatest[1] { told } else { greatest },
            ),
        });
    }
    [
        found.map(|(least, _)| least),
        found.map(|(_, greatest)| greatest),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn averages_are_weighted_by_time_and_skip_absence() {
        let mut series = Series::default();
        for (time, value) in [(0, 1_000), (100, 2_000), (150, -1)] {
            series.push(time, value);
        }
        assert_eq!(mean(&series, 0, 200), 1_333);
        assert_eq!(mean(&series, 90, 200), 1_833);
        assert_eq!(mean(&series, 160, 200), -1);
        assert_eq!(absent_percent(&series, 0, 200), 25);
        assert_eq!(
            extremes_of(&series, 0, 200),
            [Some([0, 1_000]), Some([100, 2_000])]
        );
        assert_eq!(extremes_of(&series, 120, 140), [Some([100, 2_000]); 2]);
        assert_eq!(extremes_of(&series, 160, 200), [None; 2]);
    }

    #[test]
    fn only_marked_falls_of_the_rank_are_sales() {
        let mut rank = Series::default();
        for (time, value) in [
            (0, 100_000),
            (10, 96_000),
            (20, 90_000),
            (30, 95_000),
            (40, 50_000),
        ] {
            rank.push(time, value);
        }
        assert_eq!(falls(&rank, 0), 2);
        assert_eq!(falls(&rank, 30), 1);
    }
}
