//! Keepa's `stats` block, computed from the histories it goes with.

use serde::Serialize;

use super::series::Series;
use super::{AMAZON, CSV_SLOTS, SALES, is_price};
use crate::clock::DAY;

/// A fall of the rank that counts as a sale, in percent of the rank before. Grade C: measured on
/// recorded products (63 of 80 counts exact for slow sellers); Keepa documents no rule.
const DROP_PERCENT: i64 = 5;

/// Rank under which every fall counts. Grade C: as [`DROP_PERCENT`].
const EVERY_FALL_UNDER: i32 = 1_000;

/// Keepa's marker of offer data that was not asked for. Grade A: Keepa's documentation.
const NOT_COLLECTED: i32 = -2;

/// The block; arrays are indexed by csv type.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Stats {
    current: Vec<i32>,
    avg: Vec<i32>,
    avg30: Vec<i32>,
    avg90: Vec<i32>,
    avg180: Vec<i32>,
    avg365: Vec<i32>,
    min: Vec<Option<[i32; 2]>>,
    max: Vec<Option<[i32; 2]>>,
    is_lowest: Vec<bool>,
    out_of_stock_percentage30: Vec<i32>,
    out_of_stock_percentage90: Vec<i32>,
    out_of_stock_count_amazon30: usize,
    out_of_stock_count_amazon90: usize,
    sales_rank_drops30: i32,
    sales_rank_drops90: i32,
    sales_rank_drops180: i32,
    sales_rank_drops365: i32,
    total_offer_count: i32,
    retrieved_offer_count: i32,
    #[serde(rename = "offerCountFBA")]
    offer_count_fba: i32,
    #[serde(rename = "offerCountFBM")]
    offer_count_fbm: i32,
    stock_amazon: i32,
    stock_buy_box: i32,
    buy_box_price: i32,
    buy_box_shipping: i32,
    trade_in_price: i32,
    last_offers_update: i32,
}

impl Stats {
    /// The block of a product's histories as of `now` (Keepa minutes).
    pub(crate) fn of(csv: &[Option<Series>], now: i32) -> Self {
        let each = |f: &dyn Fn(&Series) -> i32| -> Vec<i32> {
            csv.iter()
                .map(|series| series.as_ref().map_or(-1, f))
                .collect()
        };
        let average = |days: i32| each(&|series| mean(series, now - days * DAY, now));
        let out_of_stock = |days: i32| -> Vec<i32> {
            csv.iter()
                .enumerate()
                .map(|(slot, series)| match series {
                    Some(series) if is_price(slot) => absent_percent(series, now - days * DAY, now),
                    _ => -1,
                })
                .collect()
        };
        let slot = |index: usize| csv.get(index).and_then(Option::as_ref);
        let drops = |days: i32| slot(SALES).map_or(-1, |rank| falls(rank, now - days * DAY));
        let vanished =
            |days: i32| slot(AMAZON).map_or(0, |amazon| departures(amazon, now - days * DAY));
        let min = extremes(csv, |value, best| value < best);
        let current = each(&|series| series.current().unwrap_or(-1));
        let is_lowest = current
            .iter()
            .zip(&min)
            .map(|(current, min)| min.is_some_and(|[_, value]| value == *current))
            .collect();
        debug_assert_eq!(csv.len(), CSV_SLOTS, "one series per csv type");
        Self {
            current,
            avg: each(&|series| mean(series, i32::MIN / 2, now)),
            avg30: average(30),
            avg90: average(90),
            avg180: average(180),
            avg365: average(365),
            max: extremes(csv, |value, best| value > best),
            min,
            is_lowest,
            out_of_stock_percentage30: out_of_stock(30),
            out_of_stock_percentage90: out_of_stock(90),
            out_of_stock_count_amazon30: vanished(30),
            out_of_stock_count_amazon90: vanished(90),
            sales_rank_drops30: drops(30),
            sales_rank_drops90: drops(90),
            sales_rank_drops180: drops(180),
            sales_rank_drops365: drops(365),
            total_offer_count: NOT_COLLECTED,
            retrieved_offer_count: NOT_COLLECTED,
            offer_count_fba: NOT_COLLECTED,
            offer_count_fbm: NOT_COLLECTED,
            stock_amazon: NOT_COLLECTED,
            stock_buy_box: NOT_COLLECTED,
            buy_box_price: NOT_COLLECTED,
            buy_box_shipping: NOT_COLLECTED,
            trade_in_price: NOT_COLLECTED,
            last_offers_update: -1,
        }
    }
}

/// Time-weighted mean of the values that were there, -1 without any.
fn mean(series: &Series, from: i32, to: i32) -> i32 {
    let (sum, minutes) = series
        .spans(from, to)
        .filter(|&(value, _)| value >= 0)
        .fold((0_i64, 0_i64), |(sum, total), (value, minutes)| {
            (
                sum + i64::from(value) * i64::from(minutes),
                total + i64::from(minutes),
            )
        });
    if minutes == 0 {
        -1
    } else {
        i32::try_from((sum + minutes / 2) / minutes).unwrap_or(i32::MAX)
    }
}

/// Share of the time without a value, 0-100; -1 without any time known.
fn absent_percent(series: &Series, from: i32, to: i32) -> i32 {
    let (absent, known) =
        series
            .spans(from, to)
            .fold((0_i64, 0_i64), |(absent, known), (value, minutes)| {
                let minutes = i64::from(minutes);
                (
                    absent + if value < 0 { minutes } else { 0 },
                    known + minutes,
                )
            });
    if known == 0 {
        -1
    } else {
        i32::try_from(absent * 100 / known).unwrap_or(100)
    }
}

fn falls(rank: &Series, since: i32) -> i32 {
    let count = rank
        .points()
        .windows(2)
        .filter(|pair| match pair {
            [(_, before), (time, after)] if *time >= since && *before > 0 && *after > 0 => {
                let fall = i64::from(before - after);
                fall > 0
                    && (*before < EVERY_FALL_UNDER
                        || fall * 100 >= i64::from(*before) * DROP_PERCENT)
            }
            _ => false,
        })
        .count();
    i32::try_from(count).unwrap_or(i32::MAX)
}

fn departures(amazon: &Series, since: i32) -> usize {
    amazon
        .points()
        .windows(2)
        .filter(|pair| matches!(pair, [(_, before), (time, -1)] if *time >= since && *before >= 0))
        .count()
}

fn extremes(csv: &[Option<Series>], better: fn(i32, i32) -> bool) -> Vec<Option<[i32; 2]>> {
    csv.iter()
        .map(|series| {
            let points = series.as_ref()?.points();
            points.iter().filter(|(_, value)| *value >= 0).fold(
                None,
                |best: Option<[i32; 2]>, &(time, value)| match best {
                    Some([_, held]) if !better(value, held) => best,
                    _ => Some([time, value]),
                },
            )
        })
        .collect()
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
