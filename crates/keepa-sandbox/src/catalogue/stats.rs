//! Keepa's `stats` block, computed from the histories it goes with.

use serde::Serialize;

use super::market::{Condition, Market, Moment};
use super::seller::Trader;
use super::series::Series;
use super::shares::Shares;
use super::slots::{AMAZON, SALES, SLOTS, is_price};
use super::window::{Extreme, Tally, Windows, departures, falls};
use crate::clock::DAY;
use crate::query::{Parts, StatsInterval};

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

fn count(items: usize) -> i32 {
    i32::try_from(items).unwrap_or(i32::MAX)
}
