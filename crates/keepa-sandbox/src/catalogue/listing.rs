//! A book with everything by which it can be selected, computed once for all who ask.

use super::book::{Book, BookKind, Gap};
use super::facts::{self, PublishedBook};
use super::market::{BuyBox, Condition, Market, Moment, UsedBuyBox};
use super::product::Identity;
use super::seller::Trader;
use super::series::Series;
use super::slots::{self, SLOTS};
use super::{Told, category, fee, window};
use crate::clock::{DAY, midnight};

/// Days over which means are taken, in the order of [`SlotFacts::avg`].
pub(crate) const MEANS: [i32; 7] = [1, 7, 30, 31, 90, 180, 365];

/// Months whose mean rank is known, the current one last.
pub(crate) const MONTHS: usize = 37;

/// What is known of one history.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SlotFacts {
    /// What holds now; -1 for nothing.
    pub(crate) current: i32,
    /// Means by [`MEANS`], -1 for none.
    pub(crate) avg: [i32; 7],
    /// When it changed last.
    pub(crate) changed: Moment,
    /// What it was before that; -1 for nothing.
    pub(crate) before: i32,
    pub(crate) is_lowest: bool,
    pub(crate) is_highest: bool,
    pub(crate) is_lowest90: bool,
    /// Time of the last 90 days without a value, in percent.
    pub(crate) absent90: i32,
}

impl SlotFacts {
    fn of(series: &Series, seen: Moment) -> Self {
        let points = series.points();
        let current = series.at(seen).unwrap_or(-1);
        let before = points
            .iter()
            .rev()
            .nth(1)
            .map_or(-1, |point| point.landed());
        let is_current = |extreme: Option<[i32; 2]>| extreme.is_some_and(|[_, v]| v == current);
        let [lowest, highest] = window::extremes_of(series, i32::MIN, seen);
        let [lowest90, _] = window::extremes_of(series, seen - 90 * DAY, seen);
        Self {
            current,
            avg: MEANS.map(|days| window::mean(series, seen - days * DAY, seen)),
            changed: points.last().map_or(-1, |point| point.time),
            before,
            is_lowest: is_current(lowest),
            is_highest: is_current(highest),
            is_lowest90: is_current(lowest90),
            absent90: window::absent_percent(series, seen - 90 * DAY, seen),
        }
    }

    /// The mean of so many days, -1 for none.
    pub(crate) fn mean(&self, days: i32) -> i32 {
        let place = MEANS.iter().position(|known| *known == days);
        place
            .and_then(|place| self.avg.get(place))
            .copied()
            .unwrap_or(-1)
    }

    /// By how much it fell below the mean of so many days; `None` when either is missing.
    pub(crate) fn fall(&self, days: i32) -> Option<i32> {
        let mean = self.mean(days);
        (mean >= 0 && self.current >= 0).then(|| mean - self.current)
    }

    /// The same in percent of the mean.
    pub(crate) fn fall_percent(&self, days: i32) -> Option<i32> {
        let fall = i64::from(self.fall(days)?);
        let mean = i64::from(self.mean(days));
        // Rounded to the nearest, halves away from zero.
        let half = if fall < 0 { -mean / 2 } else { mean / 2 };
        i32::try_from((fall * 100 + half).checked_div(mean)?).ok()
    }

    /// By how much it fell at the last change; `None` when there was nothing before or after.
    pub(crate) fn last_fall(&self) -> Option<i32> {
        (self.before >= 0 && self.current >= 0).then(|| self.before - self.current)
    }
}

/// A live offer, as far as selections ask.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LiveOffer {
    pub(crate) trader: Trader,
    pub(crate) condition: Condition,
    pub(crate) is_fba: bool,
    pub(crate) landed: i32,
}

/// A book with everything by which it can be selected.
#[derive(Debug)]
pub(crate) struct Listing {
    pub(crate) identity: Identity,
    pub(crate) book: Book,
    pub(crate) published: Moment,
    /// The root first.
    pub(crate) categories: [i64; 3],
    pub(crate) listed_since: Moment,
    pub(crate) facts: [Option<SlotFacts>; SLOTS],
    /// In 30, 90, 180 and 365 days; `None` without a rank.
    pub(crate) rank_drops: Option<[i32; 4]>,
    /// Mean ranks of months, the current one last; -1 for none.
    pub(crate) month_ranks: [i32; MONTHS],
    pub(crate) monthly_sold: Option<i32>,
    pub(crate) availability: i32,
    pub(crate) amazon_departures: [i32; 2],
    pub(crate) last_price_change: Moment,
    pub(crate) last_offers_update: Moment,
    pub(crate) fba_fee: Option<i32>,
    pub(crate) eligible: Option<[i32; 8]>,
    pub(crate) offers: Vec<LiveOffer>,
    pub(crate) former_traders: Vec<Trader>,
    pub(crate) buy_box: Option<BuyBox>,
    pub(crate) used_buy_box: Option<UsedBuyBox>,
    pub(crate) lightning: Option<super::market::LightningDeal>,
}

impl Listing {
    /// The listing of a book as of a moment, with the beginnings of the months that are known.
    pub(crate) fn of(told: Told, seen: Moment, months: &[Moment; MONTHS]) -> Self {
        let Told {
            identity,
            book,
            market,
        } = told;
        let rank = market.history(slots::SALES);
        let ends = months.iter().skip(1).copied().chain([seen]);
        let mut month_ranks = [-1; MONTHS];
        if let Some(rank) = rank {
            for ((mean, begin), end) in month_ranks.iter_mut().zip(months).zip(ends) {
                *mean = window::mean(rank, *begin, end);
            }
        }
        let ebook = book.kind == BookKind::Ebook;
        let has_size = !ebook && book.gap != Gap::PackageSize;
        let mut former_traders: Vec<Trader> =
            market.ended.iter().map(|offer| offer.trader).collect();
        former_traders.sort_unstable();
        former_traders.dedup();
        Self {
            published: published(book.published),
            categories: category::path(&book).map(|node| node.id),
            listed_since: market.regimes.first().map_or(0, |regime| regime.from),
            facts: std::array::from_fn(|slot| {
                market
                    .history(slot)
                    .map(|series| SlotFacts::of(series, seen))
            }),
            rank_drops: rank
                .map(|rank| [30, 90, 180, 365].map(|days| window::falls(rank, seen - days * DAY))),
            month_ranks,
            monthly_sold: rank.and_then(|_| facts::monthly_sold(market.sold_within(30, seen))),
            availability: facts::availability(&market),
            amazon_departures: [30, 90].map(|days| {
                let count = window::departures(&market.amazon, seen - days * DAY);
                i32::try_from(count).unwrap_or(i32::MAX)
            }),
            last_price_change: facts::last_price_change(&market),
            last_offers_update: market.offers_fetched.points().last().map_or(-1, |p| p.time),
            fba_fee: (has_size && book.has_fee)
                .then(|| fee::pick_and_pack(book.package_mm, book.weight_g)),
            eligible: facts::eligible(&market),
            offers: live(&market),
            former_traders,
            buy_box: market.buy_box_holders.last().and_then(|(_, held)| *held),
            used_buy_box: market
                .used_buy_box_holders
                .last()
                .and_then(|(_, held)| *held),
            lightning: market.lightning_deals.last().copied(),
            identity,
            book,
        }
    }

    /// What is known of a history.
    pub(crate) fn slot(&self, slot: usize) -> Option<&SlotFacts> {
        self.facts.get(slot)?.as_ref()
    }

    /// What holds in a history; -1 for nothing.
    pub(crate) fn current(&self, slot: usize) -> i32 {
        self.slot(slot).map_or(-1, |facts| facts.current)
    }

    /// Whether it is sold on paper, hence has a size when that is known.
    pub(crate) fn has_size(&self) -> bool {
        self.book.kind != BookKind::Ebook && self.book.gap != Gap::PackageSize
    }

    /// What its kind of book is called.
    pub(crate) fn names(&self) -> PublishedBook {
        PublishedBook::of(&self.book)
    }
}

fn live(market: &Market) -> Vec<LiveOffer> {
    let mut offers: Vec<LiveOffer> = market
        .live
        .iter()
        .map(|offer| LiveOffer {
            trader: offer.trader,
            condition: offer.condition,
            is_fba: offer.is_fba(),
            landed: offer.landed(),
        })
        .collect();
    offers.sort_by_key(|offer| offer.landed);
    offers
}

/// The Keepa minute of a date as `YYYYMMDD`; -1 for none.
fn published(date: i32) -> Moment {
    let part = |number: i32| u32::try_from(number).unwrap_or_default();
    midnight(date / 10_000, part(date / 100 % 100), part(date % 100)).unwrap_or(-1)
}
