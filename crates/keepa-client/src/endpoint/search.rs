//! `/search?type=product`: products by keywords, in Amazon's order.

use serde::Deserialize;

use crate::budget::Cost;
use crate::client::{Answer, Call, KeepaClient, Payload, products};
use crate::csv_type::CsvSelection;
use crate::decode::DecodedProduct;
use crate::error::KeepaError;
use crate::limits;
use crate::model::{Domain, Product};
use crate::query::Query;

/// A search for products, of which Keepa returns up to 20; ten tokens (grade A). The methods have the names of Keepa's parameters.
#[derive(Debug, Clone)]
pub struct ProductSearch {
    domain: Domain,
    term: String,
    stats: Option<u32>,
    update: Option<i32>,
    history: bool,
    rating: bool,
}

impl ProductSearch {
    /// By keywords, as on Amazon's site.
    #[must_use]
    pub fn new(domain: Domain, term: impl Into<String>) -> Self {
        Self {
            domain,
            term: term.into(),
            stats: None,
            update: None,
            history: true,
            rating: false,
        }
    }

    /// Adds statistics over the last days, at least 1; free.
    #[must_use]
    pub const fn stats(mut self, days: u32) -> Self {
        self.stats = Some(days);
        self
    }

    /// Refreshes products that are older than so many hours; 0 means now, -1 never.
    #[must_use]
    pub const fn update(mut self, hours: i32) -> Self {
        self.update = Some(hours);
        self
    }

    /// Includes the histories; on by default, free.
    #[must_use]
    pub const fn history(mut self, include: bool) -> Self {
        self.history = include;
        self
    }

    /// Includes the histories of rating and review count; up to five tokens more.
    #[must_use]
    pub const fn rating(mut self, include: bool) -> Self {
        self.rating = include;
        self
    }

    /// What it costs. A search for ASINs alone has no ratings to pay for.
    #[must_use]
    pub const fn cost(&self) -> Cost {
        let mut cost = Cost::exactly(10);
        if self.rating {
            cost.worst += 5;
        }
        cost
    }

    fn call(&self, asins_only: bool) -> Result<Call, KeepaError> {
        limits::not_brazil(self.domain)?;
        if self.term.trim().is_empty() {
            return Err(limits::invalid("a search needs a term"));
        }
        if self.stats == Some(0) {
            return Err(limits::invalid("stats must be positive"));
        }
        if let Some(hours) = self.update.filter(|hours| *hours < -1) {
            return Err(limits::invalid(format!(
                "update must be -1 or more hours, not {hours}"
            )));
        }
        let mut query = Query::default();
        query.set("domain", self.domain.number());
        query.set("type", "product");
        query.set("term", &self.term);
        if asins_only {
            query.flag("asins-only", true);
            return Ok(Call::get("search", query, Cost::exactly(10)));
        }
        query.maybe("stats", self.stats);
        query.maybe("update", self.update);
        if !self.history {
            query.set("history", 0);
        }
        query.flag("rating", self.rating);
        Ok(Call::get("search", query, self.cost()).with_products(CsvSelection::ALL))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AsinsPayload {
    #[serde(default)]
    asin_list: Option<Vec<String>>,
}

impl Payload for AsinsPayload {
    type Value = Vec<String>;

    fn value(self) -> Option<Vec<String>> {
        self.asin_list
    }
}

impl KeepaClient {
    /// Products by keywords, in Amazon's order. One that cannot be read does not cost the others.
    ///
    /// # Errors
    /// When the request breaks a limit, or brought no answer.
    pub async fn search(
        &self,
        search: &ProductSearch,
    ) -> Result<Answer<Vec<Result<Product, KeepaError>>>, KeepaError> {
        let call = search.call(false)?;
        self.within(
            self.deadline(),
            self.run(&call, |answer, envelope| {
                let products = products(answer, envelope)?;
                let told = |product: DecodedProduct| product.map_err(|unread| unread.error);
                Ok(products.map(|products| products.into_iter().map(told).collect()))
            }),
        )
        .await
    }

    /// The ASINs that [`search`](Self::search) would find.
    ///
    /// # Errors
    /// When the request breaks a limit, or brought no answer.
    pub async fn search_asins(
        &self,
        search: &ProductSearch,
    ) -> Result<Answer<Vec<String>>, KeepaError> {
        self.ask::<AsinsPayload>(search.call(true)?).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_for_asins_asks_and_pays_for_nothing_else() {
        let search = ProductSearch::new(Domain::UnitedStates, "linear algebra")
            .stats(90)
            .update(-1)
            .history(false)
            .rating(true);
        let (products, asins) = (search.call(false).unwrap(), search.call(true).unwrap());
        insta::assert_snapshot!(products.query, @"domain=1&type=product&term=linear algebra&stats=90&update=-1&history=0&rating=1");
        insta::assert_snapshot!(asins.query, @"domain=1&type=product&term=linear algebra&asins-only=1");
        assert_eq!((products.cost.worst, asins.cost.worst), (15, 10));
    }

    #[test]
    fn what_keepa_would_refuse_is_refused_before() {
        let search = |term| ProductSearch::new(Domain::UnitedStates, term);
        let brazil = ProductSearch::new(Domain::Brazil, "algebra");
        for refused in [
            search(" "),
            search("a").stats(0),
            search("a").update(-2),
            brazil,
        ] {
            let refusal = refused.call(false);
            assert!(
                matches!(refusal, Err(KeepaError::InvalidRequest(_))),
                "{refused:?}"
            );
        }
    }
}
