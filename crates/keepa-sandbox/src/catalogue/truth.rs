//! What really happened to a book and will happen, which Keepa does not tell: what an estimate can be
//! held against.

use serde::Serialize;

use super::market::{Condition, Market, Moment, Regime, Sale, Temper};
use crate::clock::DAY;

/// Days of the future that are told.
pub(crate) const OUTLOOK_DAYS: i32 = 90;

/// Copies sold on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct DaySales {
    /// Keepa minute of the day's midnight.
    pub day: i32,
    /// New copies.
    pub new: u32,
    /// Used copies.
    pub used: u32,
}

/// A copy that will be sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ComingSale {
    /// Keepa minute.
    pub time: i32,
    /// Keepa's number of the condition, 1 new to 5 acceptable.
    pub condition: u8,
    /// What the buyer pays with shipping, in cents.
    pub landed: i32,
    /// Whether nothing cheaper is offered then, new or used as it is.
    pub is_lowest_offer: bool,
}

/// What will be sold of new or used copies in the next 90 days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Outlook {
    /// The lowest landed price now, in cents; `None` when nothing is offered.
    pub lowest_now: Option<i32>,
    /// The first sale of the then lowest offer: the price at which the lowest offer will sell.
    pub lowest_offer_sells: Option<ComingSale>,
    /// The median landed price of all sales, in cents; `None` without a sale.
    pub median_landed: Option<i32>,
    /// The least and the greatest landed price of all sales, in cents.
    pub landed_range: Option<(i32, i32)>,
    /// Copies sold in 30, 60 and 90 days.
    pub sold: [usize; 3],
}

/// What really happened to a book and will happen.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Truth {
    /// ASIN.
    pub asin: String,
    /// The last moment that Keepa sees; what comes later is the future. Keepa minutes.
    pub as_of: i32,
    /// How fast it sells.
    pub temper: Temper,
    /// Buyers per day through the year, of whom not all buy.
    pub demand: f64,
    /// When it was first listed; Keepa minutes.
    pub listed_since: i32,
    /// Copies sold by day until now, the oldest first; days without a sale are there too.
    pub past: Vec<DaySales>,
    /// Copies that will be sold by day, from now for 90 days.
    pub future: Vec<DaySales>,
    /// New copies in the next 90 days.
    pub new: Outlook,
    /// Used copies in the next 90 days.
    pub used: Outlook,
    /// Times that differ, until the end of the 90 days.
    pub regimes: Vec<Regime>,
}

/// A book's lasting facts that the truth repeats.
pub(super) struct Known {
    pub(super) asin: String,
    pub(super) temper: Temper,
    pub(super) demand: f64,
    pub(super) start: Moment,
}

impl Truth {
    /// The truth of a market that was told until the end of the outlook, as of a moment at which
    /// `now` was the market.
    pub(super) fn of(known: Known, now: &Market, told: &Market, as_of: Moment) -> Self {
        let split = told.sales.partition_point(|sale| sale.time < as_of);
        let (past, future) = told.sales.split_at(split);
        let outlook = |used: bool| {
            let lowest = now
                .live
                .iter()
                .filter(|offer| offer.condition.is_used() == used)
                .map(super::market::Offer::landed)
                .min();
            Outlook::of(future, used, lowest, as_of)
        };
        let today = as_of - as_of.rem_euclid(DAY);
        Self {
            asin: known.asin,
            as_of,
            temper: known.temper,
            demand: known.demand,
            listed_since: known.start,
            past: by_day(past, known.start, today + DAY),
            future: by_day(future, today, as_of + OUTLOOK_DAYS * DAY),
            new: outlook(false),
            used: outlook(true),
            regimes: told.regimes.clone(),
        }
    }
}

impl Outlook {
    fn of(future: &[Sale], used: bool, lowest_now: Option<i32>, as_of: Moment) -> Self {
        let sales: Vec<&Sale> = future
            .iter()
            .filter(|sale| sale.condition.is_used() == used)
            .collect();
        let mut prices: Vec<i32> = sales.iter().filter_map(|sale| sale.landed).collect();
        prices.sort_unstable();
        let within = |days: i32| {
            let until = as_of + days * DAY;
            sales.iter().filter(|sale| sale.time < until).count()
        };
        Self {
            lowest_now,
            lowest_offer_sells: sales
                .iter()
                .filter(|sale| sale.was_cheapest)
                .find_map(|sale| ComingSale::of(sale)),
            median_landed: prices.get(prices.len() / 2).copied(),
            landed_range: prices.first().copied().zip(prices.last().copied()),
            sold: [30, 60, 90].map(within),
        }
    }
}

impl ComingSale {
    fn of(sale: &Sale) -> Option<Self> {
        Some(Self {
            time: sale.time,
            condition: sale.condition.number(),
            landed: sale.landed?,
            is_lowest_offer: sale.was_cheapest,
        })
    }
}

fn by_day(sales: &[Sale], from: Moment, until: Moment) -> Vec<DaySales> {
    let mut days: Vec<DaySales> = Vec::new();
    let mut rest = sales.iter().peekable();
    let mut day = from;
    while day < until {
        let mut sold = DaySales {
            day,
            new: 0,
            used: 0,
        };
        while let Some(sale) = rest.next_if(|sale| sale.time < day + DAY) {
            *(if sale.condition == Condition::New {
                &mut sold.new
            } else {
                &mut sold.used
            }) += 1;
        }
        days.push(sold);
        day += DAY;
    }
    days
}
