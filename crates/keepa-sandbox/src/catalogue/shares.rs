//! Who had the buy boxes over a time, by seller.

use std::collections::BTreeMap;

use serde::Serialize;

use super::market::{Market, Moment, UsedBuyBox};
use super::seller::Trader;
use super::series::Series;
use super::window::mean;

/// Who had the buy boxes in the interval, by seller.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Shares {
    #[serde(skip_serializing_if = "Option::is_none")]
    buy_box_stats: Option<BTreeMap<String, Share>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    buy_box_used_stats: Option<BTreeMap<String, Share>>,
}

/// A seller's share of a buy box.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Share {
    percentage_won: f64,
    avg_price: i32,
    avg_new_offer_count: i32,
    avg_used_offer_count: i32,
    #[serde(rename = "isFBA")]
    is_fba: bool,
    last_seen: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<u8>,
}

impl Shares {
    /// The shares between two times.
    pub(super) fn of(market: &Market, from: Moment, to: Moment) -> Self {
        let new: Vec<_> = market
            .buy_box_holders
            .iter()
            .map(|(time, held)| (*time, held.map(|held| (held.trader, held.is_fba, None))))
            .collect();
        let used: Vec<_> = market
            .used_buy_box_holders
            .iter()
            .map(|(time, held)| {
                let holder =
                    |held: &UsedBuyBox| (held.trader, held.is_fba, Some(held.condition.number()));
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
