//! The parameters of `/product`.

use std::collections::HashMap;

use crate::envelope::KeepaError;

/// Products asked for in one request, at most. Grade A: Keepa's documentation.
const MAX_IDENTIFIERS: usize = 100;

/// How the products are named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// By ASIN.
    Asins(Vec<String>),
    /// By UPC, EAN or ISBN-13.
    Codes(Vec<String>),
}

/// A request for products.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ProductQuery {
    /// Amazon locale, 1 = amazon.com.
    pub(crate) domain: u8,
    /// Which products.
    pub(crate) wanted: Wanted,
    /// What goes into each product.
    pub(crate) parts: Parts,
    /// Hours: 0 live, -1 never refreshed.
    pub(crate) update: i32,
}

/// What goes into a product, and what is paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Parts {
    /// Whether `stats` is filled.
    pub(crate) stats: bool,
    /// Whether histories are sent.
    pub(crate) history: bool,
    /// Histories of the last days only.
    pub(crate) days: Option<i32>,
    /// Offers asked for, 20-100.
    pub(crate) offers: Option<u32>,
    /// Whether historical offers are left out.
    pub(crate) only_live_offers: bool,
    /// Whether rating histories are sent.
    pub(crate) rating: bool,
    /// Whether buy box histories are sent.
    pub(crate) buybox: bool,
}

impl ProductQuery {
    /// Reads the parameters; unknown ones are ignored, as Keepa does.
    pub(crate) fn parse(query: &HashMap<String, String>) -> Result<Self, KeepaError> {
        let domain = match number::<u8>(query, "domain")? {
            Some(domain @ (1..=6 | 8..=12)) => domain,
            Some(domain) => return Err(invalid(format!("domain {domain} does not exist"))),
            None => return Err(invalid("domain is missing")),
        };
        let wanted = match (list(query, "asin"), list(query, "code")) {
            (Some(asins), None) => Wanted::Asins(asins),
            (None, Some(codes)) => Wanted::Codes(codes),
            (Some(_), Some(_)) => return Err(invalid("asin and code exclude each other")),
            (None, None) => return Err(invalid("asin or code is missing")),
        };
        let (Wanted::Asins(list) | Wanted::Codes(list)) = &wanted;
        if list.len() > MAX_IDENTIFIERS {
            return Err(invalid(format!(
                "{} products asked for, at most 100",
                list.len()
            )));
        }
        let offers = number::<u32>(query, "offers")?;
        if offers.is_some_and(|offers| !(20..=100).contains(&offers)) {
            return Err(invalid("offers is not between 20 and 100"));
        }
        let days = number::<i32>(query, "days")?;
        if days.is_some_and(|days| days <= 0) {
            return Err(invalid("days is not positive"));
        }
        let parts = Parts {
            stats: query.get("stats").is_some_and(|stats| !stats.is_empty()),
            history: switch(query, "history", true)?,
            days,
            offers,
            only_live_offers: switch(query, "only-live-offers", false)?,
            rating: switch(query, "rating", false)?,
            buybox: switch(query, "buybox", false)?,
        };
        Ok(Self {
            domain,
            wanted,
            parts,
            update: number(query, "update")?.unwrap_or(1),
        })
    }
}

fn invalid(message: impl Into<String>) -> KeepaError {
    KeepaError::invalid_parameter(message)
}

fn list(query: &HashMap<String, String>, name: &str) -> Option<Vec<String>> {
    let items: Vec<String> = query
        .get(name)?
        .split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
        .map(str::to_owned)
        .collect();
    (!items.is_empty()).then_some(items)
}

fn number<T: std::str::FromStr>(
    query: &HashMap<String, String>,
    name: &str,
) -> Result<Option<T>, KeepaError> {
    query
        .get(name)
        .map(|text| {
            text.parse()
                .map_err(|_| invalid(format!("{name} is not a number in range")))
        })
        .transpose()
}

fn switch(query: &HashMap<String, String>, name: &str, default: bool) -> Result<bool, KeepaError> {
    match query.get(name).map(String::as_str) {
        None => Ok(default),
        Some("1") => Ok(true),
        Some("0") => Ok(false),
        Some(_) => Err(invalid(format!("{name} is neither 0 nor 1"))),
    }
}
