//! Products recorded from the real API, served again.

use std::collections::HashMap;
use std::path::Path;

use serde_json::{Map, Value};

use crate::catalogue::slots;
use crate::clock::DAY;
use crate::config::SandboxError;
use crate::query::Parts;

/// Fields that `history=0` leaves out. Grade A: Keepa's documentation of `/product`.
const HISTORIES: [&str; 8] = [
    "csv",
    "salesRanks",
    "monthlySoldHistory",
    "parentAsinHistory",
    "couponHistory",
    "buyBoxSellerIdHistory",
    "buyBoxUsedHistory",
    "salesRankReferenceHistory",
];

/// The recorded products.
#[derive(Debug)]
pub(crate) struct Recorded {
    products: HashMap<String, Map<String, Value>>,
    codes: HashMap<String, Vec<String>>,
}

impl Recorded {
    /// Reads a corpus: bare products in `product/`, envelopes in `response/product_*.json`.
    pub(crate) fn load(folder: &Path) -> Result<Self, SandboxError> {
        // The folder itself is read first, so that a wrong path is told from an empty corpus.
        json_files(folder, "")?;
        let mut recorded = Self {
            products: HashMap::new(),
            codes: HashMap::new(),
        };
        for (sub, prefix) in [("response", "product_"), ("product", "")] {
            let sub = folder.join(sub);
            if !sub.is_dir() {
                continue;
            }
            for path in json_files(&sub, prefix)? {
                recorded.add_file(&path)?;
            }
        }
        if recorded.products.is_empty() {
            return Err(SandboxError::CorpusEmpty {
                path: folder.to_owned(),
            });
        }
        Ok(recorded)
    }

    fn add_file(&mut self, path: &Path) -> Result<(), SandboxError> {
        let invalid = |reason: String| SandboxError::CorpusInvalid {
            path: path.to_owned(),
            reason,
        };
        let bytes = std::fs::read(path).map_err(|source| SandboxError::CorpusUnreadable {
            path: path.to_owned(),
            source,
        })?;
        let Value::Object(mut object) =
            serde_json::from_slice(&bytes).map_err(|error| invalid(error.to_string()))?
        else {
            return Err(invalid("not an object".into()));
        };
        match object.remove("products") {
            Some(Value::Array(products)) => {
                for product in products {
                    if let Value::Object(product) = product {
                        self.add(product);
                    }
                }
            }
            Some(_) => return Err(invalid("products is not a list".into())),
            None if object.contains_key("asin") => self.add(object),
            None => return Err(invalid("neither asin nor products".into())),
        }
        Ok(())
    }

    fn add(&mut self, product: Map<String, Value>) {
        let Some(asin) = product
            .get("asin")
            .and_then(Value::as_str)
            .map(str::to_owned)
        else {
            return;
        };
        for list in ["eanList", "upcList"] {
            for code in product
                .get(list)
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
            {
                if let Some(code) = code.as_str() {
                    let asins = self.codes.entry(code.to_owned()).or_default();
                    if !asins.contains(&asin) {
                        asins.push(asin.clone());
                    }
                }
            }
        }
        self.products.insert(asin, product);
    }

    /// The ASINs of a code, of which there may be several.
    pub(crate) fn asins_of(&self, code: &str) -> &[String] {
        self.codes.get(code).map_or(&[], Vec::as_slice)
    }

    /// The product of an ASIN with the parts asked for.
    pub(crate) fn product(
        &self,
        asin: &str,
        domain: u8,
        parts: Parts,
    ) -> Option<Map<String, Value>> {
        let mut product = self
            .products
            .get(asin)
            .filter(|product| {
                product.get("domainId").and_then(Value::as_u64) == Some(domain.into())
            })?
            .clone();
        if parts.stats.is_none() {
            product.remove("stats");
        }
        match parts.offers {
            None => {
                product.remove("offers");
                product.remove("liveOffersOrder");
            }
            Some(_) if parts.only_live_offers => keep_live_offers(&mut product),
            Some(_) => {}
        }
        let buy_box = parts.buybox || parts.offers.is_some();
        if !buy_box {
            product.remove("buyBoxSellerIdHistory");
            product.remove("buyBoxUsedHistory");
        }
        if parts.history {
            filter_histories(&mut product, parts);
        } else {
            for name in HISTORIES {
                product.remove(name);
            }
            product.insert("csv".into(), Value::Null);
        }
        Some(product)
    }
}

fn json_files(folder: &Path, prefix: &str) -> Result<Vec<std::path::PathBuf>, SandboxError> {
    let unreadable = |source| SandboxError::CorpusUnreadable {
        path: folder.to_owned(),
        source,
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        if name.starts_with(prefix)
            && path
                .extension()
                .is_some_and(|extension| extension == "json")
        {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn keep_live_offers(product: &mut Map<String, Value>) {
    let live: Vec<usize> = product
        .get("liveOffersOrder")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|index| usize::try_from(index.as_u64()?).ok())
        .collect();
    if let Some(Value::Array(offers)) = product.get_mut("offers") {
        let kept: Vec<Value> = live
            .iter()
            .filter_map(|index| offers.get(*index).cloned())
            .collect();
        let order = (0..kept.len()).map(Value::from).collect();
        *offers = kept;
        product.insert("liveOffersOrder".into(), Value::Array(order));
    }
}

/// Drops the histories that were not paid for, and with `days` the points before: counted back from
/// the product's own last update, for a recording is always old.
fn filter_histories(product: &mut Map<String, Value>, parts: Parts) {
    let last_update = product
        .get("lastUpdate")
        .and_then(Value::as_i64)
        .unwrap_or_default();
    let since = parts
        .days
        .map(|days| last_update - i64::from(days) * i64::from(DAY));
    for (slot, series) in product
        .get_mut("csv")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
        .enumerate()
    {
        if !slots::is_paid(slot, parts) {
            *series = Value::Null;
        } else if let Some(since) = since {
            let width = if slots::has_shipping(slot) { 3 } else { 2 };
            trim(series, width, since);
        }
    }
    let Some(since) = since else { return };
    if let Some(Value::Object(ranks)) = product.get_mut("salesRanks") {
        ranks.values_mut().for_each(|rank| trim(rank, 2, since));
        ranks.retain(|_, rank| !rank.is_null());
    }
    for name in ["buyBoxSellerIdHistory", "salesRankReferenceHistory"] {
        if let Some(history) = product.get_mut(name) {
            trim(history, 2, since);
        }
    }
}

/// Keeps the points since a time; `null` when none is left. Times may be numbers or strings.
fn trim(series: &mut Value, width: usize, since: i64) {
    let Value::Array(values) = series else { return };
    let kept: Vec<Value> = values
        .chunks_exact(width)
        .filter(|point| {
            let time = point
                .first()
                .and_then(|time| time.as_i64().or_else(|| time.as_str()?.parse().ok()));
            time.is_some_and(|time| time >= since)
        })
        .flatten()
        .cloned()
        .collect();
    *series = if kept.is_empty() {
        Value::Null
    } else {
        Value::Array(kept)
    };
}
