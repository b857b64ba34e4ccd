//! Which products a request gets, and what each costs.

use std::collections::HashMap;

use serde_json::Value;

use super::shared::{Refreshed, Shared};
use crate::catalogue::{Catalogue, Glance, Product, Told};
use crate::clock::{DAY, HOUR};
use crate::query::{Parts, ProductQuery, Wanted};
use crate::recorded::Recorded;

/// Tokens of a product without offers. Grade A: Keepa's documentation, as all costs here.
const BASE: u32 = 1;
/// Tokens of each page of ten offers that is found, in place of the base.
const OFFERS_PAGE: u32 = 6;
/// Tokens of offers that are newer than `update` asks for, however many.
const FRESH_OFFERS: u32 = 5;
/// Tokens of `buybox`.
const BUY_BOX: u32 = 2;
/// Tokens of `update=0` for a product updated within the hour.
const LIVE_UPDATE: u32 = 1;
/// Tokens of `rating` when ratings were read within [`RATING_DAYS`].
const RATING: u32 = 1;
const RATING_DAYS: i32 = 14;
/// Tokens of `stock` when copies were counted within [`STOCK_DAYS`].
const STOCK: u32 = 2;
const STOCK_DAYS: i32 = 7;
/// Tokens of `historical-variations` for a product with a parent.
const VARIATIONS: u32 = 1;

/// Hours after which a product is refreshed when nothing is said.
const UPDATE_HOURS: i32 = 1;

/// Where products come from.
#[derive(Debug)]
pub(super) enum Source {
    /// Made up.
    Generated(Catalogue),
    /// Recorded from the real API.
    Recorded(Recorded),
}

/// A product of an answer.
#[derive(Debug)]
pub(super) struct Served {
    /// Its ASIN.
    pub(super) asin: String,
    /// Its JSON.
    pub(super) body: Vec<u8>,
    /// Tokens.
    pub(super) cost: u32,
}

/// When a request came; Keepa minutes.
#[derive(Debug, Clone, Copy)]
pub(super) struct When {
    pub(super) now: i32,
    pub(super) seen: i32,
}

impl Shared {
    /// The products of a request, in its order.
    pub(super) fn serve(
        &self,
        query: &ProductQuery,
        when: When,
    ) -> Result<Vec<Served>, serde_json::Error> {
        let asins = match &query.wanted {
            Wanted::Asins(asins) => asins.clone(),
            Wanted::Codes(codes) => codes
                .iter()
                .flat_map(|code| {
                    let limit = query
                        .code_limit
                        .and_then(|limit| usize::try_from(limit).ok());
                    let mut asins = self.source.asins_of(code);
                    asins.truncate(limit.unwrap_or(usize::MAX));
                    asins
                })
                .collect(),
        };
        let mut served = Vec::with_capacity(asins.len());
        for asin in asins {
            served.extend(self.one(asin, query, when)?);
        }
        Ok(served)
    }

    fn one(
        &self,
        asin: String,
        query: &ProductQuery,
        when: When,
    ) -> Result<Option<Served>, serde_json::Error> {
        let parts = query.parts;
        let found = match &self.source {
            Source::Generated(catalogue) => {
                let index = catalogue.index_of_asin(&asin);
                let index = index.filter(|_| query.domain == 1);
                match index
                    .and_then(|index| catalogue.told(index, when.seen, parts.offers.is_some()))
                {
                    Some(told) => {
                        let refresh = self.refresh(&asin, query, when);
                        let cost = generated_cost(&told, query, refresh, when);
                        let glance = Glance {
                            updated: refresh.after,
                            seen: when.seen,
                        };
                        let Told {
                            identity,
                            book,
                            market,
                        } = told;
                        let product = Product::of(&identity, book, &market, glance, parts);
                        Some((serde_json::to_vec(&product)?, cost))
                    }
                    None => None,
                }
            }
            Source::Recorded(recorded) => match recorded.product(&asin, query.domain, parts) {
                Some(product) => Some((
                    serde_json::to_vec(&product)?,
                    recorded_cost(&product, parts),
                )),
                None => None,
            },
        };
        Ok(match found {
            Some((body, cost)) => Some(Served { asin, body, cost }),
            // Keepa does not look up an ASIN it has never seen when told not to refresh.
            None if query.update == Some(-1) => None,
            None => {
                let product = Product::invalid(asin.clone(), query.domain, parts);
                let body = serde_json::to_vec(&product)?;
                Some(Served {
                    asin,
                    body,
                    cost: BASE,
                })
            }
        })
    }

    /// Refreshes a product when it is older than asked for.
    fn refresh(&self, asin: &str, query: &ProductQuery, when: When) -> Refresh {
        let mut state = self.state();
        let held = state.refreshed.get(asin).copied();
        // A clock that was set back makes nothing newer than now.
        let before = held.map_or(when.seen, |held| {
            held.product.clamp(when.seen, when.now.max(when.seen))
        });
        let offers_before = held
            .and_then(|held| held.offers)
            .filter(|at| *at <= when.now);
        let hours = query.update.unwrap_or(UPDATE_HOURS);
        let stale = hours >= 0 && when.now - before >= hours.saturating_mul(HOUR);
        let after = if stale { when.now } else { before };
        let newest_offers = query.parts.offers.map(|_| after).or(offers_before);
        if stale || newest_offers != offers_before {
            let refreshed = Refreshed {
                product: after,
                offers: newest_offers,
            };
            forget_some(&mut state.refreshed, when.now);
            state.refreshed.insert(asin.to_owned(), refreshed);
        }
        Refresh {
            before,
            after,
            offers_before,
        }
    }
}

/// What a request did to a product's freshness; Keepa minutes.
#[derive(Debug, Clone, Copy)]
struct Refresh {
    before: i32,
    after: i32,
    offers_before: Option<i32>,
}

/// Products whose refreshes are remembered.
const MOST_REMEMBERED: usize = 50_000;

/// Forgets refreshes of more than a day ago when there are too many.
fn forget_some(refreshed: &mut HashMap<String, Refreshed>, now: i32) {
    if refreshed.len() >= MOST_REMEMBERED {
        refreshed.retain(|_, held| held.product > now - DAY);
    }
}

impl Source {
    fn asins_of(&self, code: &str) -> Vec<String> {
        match self {
            Self::Generated(catalogue) => catalogue
                .index_of_code(code)
                .map(|index| catalogue.asin(index))
                .into_iter()
                .collect(),
            Self::Recorded(recorded) => recorded.asins_of(code).to_vec(),
        }
    }
}

fn generated_cost(told: &Told, query: &ProductQuery, refresh: Refresh, when: When) -> u32 {
    let parts = query.parts;
    let mut cost = match parts.offers {
        Some(asked) => {
            let found = u32::try_from(told.market.live.len()).unwrap_or(u32::MAX);
            let fresh = query.update.is_some_and(|hours| {
                let newest = when.now - hours.max(0).saturating_mul(HOUR);
                hours > 0 && refresh.offers_before.is_some_and(|at| at > newest)
            });
            match found.min(asked).div_ceil(10) {
                0 => BASE,
                _ if fresh => FRESH_OFFERS,
                pages => pages * OFFERS_PAGE,
            }
        }
        None => BASE,
    };
    if parts.offers.is_none() {
        let read = told.identity.ratings_read(when.seen);
        if parts.rating && when.now - read < RATING_DAYS * DAY {
            cost += RATING;
        }
        if parts.buybox {
            cost += BUY_BOX;
        }
    } else if parts.stock {
        let counted = told.identity.stock_counted(when.seen);
        if when.now - counted < STOCK_DAYS * DAY {
            cost += STOCK;
        }
    }
    if query.update == Some(0) && when.now - refresh.before < HOUR {
        cost += LIVE_UPDATE;
    }
    if parts.historical_variations && told.identity.parent().is_some() {
        cost += VARIATIONS;
    }
    cost
}

fn recorded_cost(product: &serde_json::Map<String, Value>, parts: Parts) -> u32 {
    let Some(asked) = parts.offers else {
        return BASE + if parts.buybox { BUY_BOX } else { 0 };
    };
    let found = product
        .get("liveOffersOrder")
        .and_then(Value::as_array)
        .and_then(|live| u32::try_from(live.len()).ok())
        .filter(|live| *live > 0);
    found.map_or(BASE, |live| live.min(asked).div_ceil(10) * OFFERS_PAGE)
}
