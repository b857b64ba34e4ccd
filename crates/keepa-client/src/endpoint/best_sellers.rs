//! `/bestsellers`: the ASINs of a category or product group, best rank first.

use serde::{Deserialize, Serialize};

use crate::budget::Cost;
use crate::client::{Answer, Call, KeepaClient, Payload};
use crate::error::KeepaError;
use crate::limits;
use crate::model::{Domain, KeepaMinutes};
use crate::query::Query;

/// Over which time a list ranks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Period {
    /// 0 for the current rank; 30, 90 or 180 days of average.
    Range(u16),
    Month {
        year: u16,
        month: u8,
    },
}

/// A request for best sellers; 50 tokens, or none when there is no such list (grade A). The methods have the names of Keepa's parameters.
#[derive(Debug, Clone)]
pub struct BestSellersRequest {
    domain: Domain,
    category: String,
    period: Option<Period>,
    variations: bool,
    sublist: bool,
}

impl BestSellersRequest {
    /// Of a category, by its id. A root category has up to 500,000 ASINs, another up to 10,000.
    #[must_use]
    pub fn category(domain: Domain, category: i64) -> Self {
        Self::of(domain, category.to_string())
    }

    /// Of a product group, by its name; up to 100,000 ASINs.
    #[must_use]
    pub fn product_group(domain: Domain, name: impl Into<String>) -> Self {
        Self::of(domain, name.into())
    }

    const fn of(domain: Domain, category: String) -> Self {
        Self {
            domain,
            category,
            period: None,
            variations: false,
            sublist: false,
        }
    }

    /// By the average rank of 30, 90 or 180 days instead of the current rank, which is 0.
    #[must_use]
    pub const fn range(mut self, days: u16) -> Self {
        self.period = Some(Period::Range(days));
        self
    }

    /// By the average rank of a month, of the last 36 but not the current one; replaces a range.
    #[must_use]
    pub const fn month(mut self, year: u16, month: u8) -> Self {
        self.period = Some(Period::Month { year, month });
        self
    }

    /// Keeps all variations of a product instead of one.
    #[must_use]
    pub const fn variations(mut self, keep: bool) -> Self {
        self.variations = keep;
        self
    }

    /// By the rank within the sub-category instead of the root's; not with a range or month.
    #[must_use]
    pub const fn sublist(mut self, sublist: bool) -> Self {
        self.sublist = sublist;
        self
    }

    /// What it costs.
    #[must_use]
    pub const fn cost(&self) -> Cost {
        Cost::exactly(50)
    }

    fn call(&self) -> Result<Call, KeepaError> {
        limits::not_brazil(self.domain)?;
        if self.category.trim().is_empty() {
            return Err(limits::invalid("a category or product group is missing"));
        }
        if self.sublist && self.period.is_some() {
            return Err(limits::invalid("a sublist has no range and no month"));
        }
        let mut query = Query::default();
        query.set("domain", self.domain.number());
        query.set("category", &self.category);
        match self.period {
            None => {}
            Some(Period::Range(days @ (0 | 30 | 90 | 180))) => query.set("range", days),
            Some(Period::Range(days)) => {
                return Err(limits::invalid(format!(
                    "a range is 0, 30, 90 or 180 days, not {days}"
                )));
            }
            Some(Period::Month {
                year,
                month: month @ 1..=12,
            }) => {
                query.set("month", month);
                query.set("year", year);
            }
            Some(Period::Month { month, .. }) => {
                return Err(limits::invalid(format!("{month} is no month")));
            }
        }
        query.flag("variations", self.variations);
        query.flag("sublist", self.sublist);
        Ok(Call::get("bestsellers", query, self.cost()))
    }
}

/// A list of best sellers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct BestSellers {
    /// Locale, by Keepa's number.
    #[serde(default)]
    pub domain_id: Option<u8>,
    /// When the list was made.
    #[serde(default)]
    pub last_update: Option<KeepaMinutes>,
    /// The category.
    #[serde(default)]
    pub category_id: Option<i64>,
    /// ASINs, the best seller first.
    #[serde(default)]
    pub asin_list: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BestSellersPayload {
    #[serde(default)]
    best_sellers_list: Option<BestSellers>,
}

impl Payload for BestSellersPayload {
    type Value = Option<BestSellers>;

    fn value(self) -> Option<Self::Value> {
        Some(self.best_sellers_list)
    }
}

impl KeepaClient {
    /// The best sellers of a category; `None` when Keepa has no such list, which is free. An answer may be megabytes long.
    ///
    /// # Errors
    /// When the request breaks a limit, or brought no answer.
    pub async fn best_sellers(
        &self,
        request: &BestSellersRequest,
    ) -> Result<Answer<Option<BestSellers>>, KeepaError> {
        self.ask::<BestSellersPayload>(request.call()?).await
    }
}
