//! Which products a request gets, and what each costs.

use serde_json::Value;

use crate::catalogue::{Catalogue, Product};
use crate::query::{Parts, ProductQuery, Wanted};
use crate::recorded::Recorded;

/// Tokens of a product without offers. Grade A: Keepa's documentation, as all costs here.
const BASE: u32 = 1;
/// Tokens of each page of ten offers, in place of the base.
const OFFERS_PAGE: u32 = 6;
/// Tokens of `buybox`.
const BUY_BOX: u32 = 2;
/// Tokens of `update=0` for a product updated within the hour.
const LIVE_UPDATE: u32 = 1;

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

impl Source {
    /// The products of a request, in its order.
    pub(super) fn serve(&self, query: &ProductQuery) -> Result<Vec<Served>, serde_json::Error> {
        let asins = match &query.wanted {
            Wanted::Asins(asins) => asins.clone(),
            Wanted::Codes(codes) => codes.iter().flat_map(|code| self.asins_of(code)).collect(),
        };
        let mut served = Vec::with_capacity(asins.len());
        for asin in asins {
            served.extend(self.one(asin, query)?);
        }
        Ok(served)
    }

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

    fn one(&self, asin: String, query: &ProductQuery) -> Result<Option<Served>, serde_json::Error> {
        let parts = query.parts;
        let found = match self {
            Self::Generated(catalogue) => match catalogue.index_of_asin(&asin) {
                Some(index) if query.domain == 1 => {
                    // A made-up product is always fresh and has no offers to collect.
                    let live = if query.update == 0 { LIVE_UPDATE } else { 0 };
                    let buy_box = if parts.buybox && parts.offers.is_none() {
                        BUY_BOX
                    } else {
                        0
                    };
                    let body = serde_json::to_vec(&catalogue.product(index, parts))?;
                    Some((body, BASE + live + buy_box))
                }
                _ => None,
            },
            Self::Recorded(recorded) => match recorded.product(&asin, query.domain, parts) {
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
            None if query.update == -1 => None,
            None => {
                let body =
                    serde_json::to_vec(&Product::invalid(asin.clone(), query.domain, parts))?;
                Some(Served {
                    asin,
                    body,
                    cost: BASE,
                })
            }
        })
    }
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
