//! `/seller`, `/topseller` and `/sellerquery`: sellers by id, by rank and by selection.

mod model;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

pub use model::{Competitor, Feedback, Seller, SellerBrand, SellerCategory};

use crate::budget::Cost;
use crate::client::{Answer, Call, KeepaClient, Payload};
use crate::error::KeepaError;
use crate::limits;
use crate::model::Domain;
use crate::query::Query;

/// Sellers that one request may name.
const SELLERS_A_REQUEST: usize = 100;

/// A request for sellers; one token each, none for one that Keepa does not know (grade A).
#[derive(Debug, Clone)]
pub struct SellerRequest {
    domain: Domain,
    sellers: Vec<String>,
    storefront: bool,
}

impl SellerRequest {
    /// By id, up to 100.
    pub fn ids<S: Into<String>>(domain: Domain, sellers: impl IntoIterator<Item = S>) -> Self {
        Self {
            domain,
            sellers: sellers.into_iter().map(Into::into).collect(),
            storefront: false,
        }
    }

    /// One seller with the ASINs of its storefront, up to 100,000; nine tokens more when it has two or more (grade A).
    #[must_use]
    pub fn storefront(domain: Domain, seller: impl Into<String>) -> Self {
        Self {
            storefront: true,
            ..Self::ids(domain, [seller])
        }
    }

    /// What it costs: likely is that every seller is known.
    #[must_use]
    pub fn cost(&self) -> Cost {
        let each = if self.storefront { 10 } else { 1 };
        Cost::exactly(each) * self.sellers.len()
    }

    fn call(&self) -> Result<Call, KeepaError> {
        limits::not_brazil(self.domain)?;
        limits::some_up_to("sellers", self.sellers.len(), SELLERS_A_REQUEST)?;
        limits::identifiers(&self.sellers)?;
        let mut query = Query::default();
        query.set("domain", self.domain.number());
        query.set("seller", self.sellers.join(","));
        query.flag("storefront", self.storefront);
        Ok(Call::get("seller", query, self.cost()))
    }
}

#[derive(Deserialize)]
struct SellersPayload {
    #[serde(default)]
    sellers: Option<BTreeMap<String, Seller>>,
}

impl Payload for SellersPayload {
    type Value = BTreeMap<String, Seller>;

    fn value(self) -> Option<Self::Value> {
        self.sellers
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SellerIdsPayload {
    #[serde(default)]
    seller_id_list: Option<Vec<String>>,
}

impl Payload for SellerIdsPayload {
    type Value = Vec<String>;

    fn value(self) -> Option<Self::Value> {
        self.seller_id_list
    }
}

/// An answer that this version does not type.
#[derive(Deserialize)]
struct RawPayload(Map<String, Value>);

impl Payload for RawPayload {
    type Value = Map<String, Value>;

    fn value(self) -> Option<Self::Value> {
        let told = self.0.get("error").is_some_and(|error| !error.is_null());
        (!told).then_some(self.0)
    }
}

/// Tokens of the list of top sellers (grade A).
const TOP_SELLERS: Cost = Cost::exactly(50);

impl KeepaClient {
    /// Sellers by id; one that Keepa does not know is absent from the map.
    ///
    /// # Errors
    /// When the request breaks a limit, or brought no answer.
    pub async fn sellers(
        &self,
        request: &SellerRequest,
    ) -> Result<Answer<BTreeMap<String, Seller>>, KeepaError> {
        self.ask::<SellersPayload>(request.call()?).await
    }

    /// The ids of the sellers with the most ratings, up to 100,000, in their order; 50 tokens (grade A).
    ///
    /// # Errors
    /// When Keepa has no such list of the locale, or gave no answer.
    pub async fn top_sellers(&self, domain: Domain) -> Result<Answer<Vec<String>>, KeepaError> {
        limits::not_brazil(domain)?;
        let mut query = Query::default();
        query.set("domain", domain.number());
        self.ask::<SellerIdsPayload>(Call::get("topseller", query, TOP_SELLERS))
            .await
    }

    /// Asks `/sellerquery`, which came in August 2026 and is not described yet: the selection is sent as it is, and the whole answer returned.
    /// What it costs is not known either, so a caller says how much to reserve.
    ///
    /// # Errors
    /// When Keepa refuses it, or gave no answer.
    pub async fn seller_query(
        &self,
        domain: Domain,
        selection: &Value,
        cost: Cost,
    ) -> Result<Answer<Map<String, Value>>, KeepaError> {
        limits::not_brazil(domain)?;
        let mut query = Query::default();
        query.set("domain", domain.number());
        query.set("selection", selection);
        self.ask::<RawPayload>(Call::get("sellerquery", query, cost))
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_storefront_costs_ten_tokens_and_other_sellers_one() {
        let sellers = SellerRequest::ids(Domain::UnitedStates, ["A1", "A2"]);
        let storefront = SellerRequest::storefront(Domain::UnitedStates, "A1");
        assert_eq!((sellers.cost().worst, storefront.cost().worst), (2, 10));
        insta::assert_snapshot!(sellers.call().unwrap().query, @"domain=1&seller=A1,A2");
        insta::assert_snapshot!(storefront.call().unwrap().query, @"domain=1&seller=A1&storefront=1");
    }

    #[test]
    fn what_keepa_would_refuse_is_refused_before() {
        let many = (0..101).map(|index| format!("A{index}"));
        let refused = [
            SellerRequest::ids(Domain::UnitedStates, many),
            SellerRequest::ids(Domain::UnitedStates, [""; 0]),
            SellerRequest::ids(Domain::UnitedStates, ["A1,A2"]),
            SellerRequest::storefront(Domain::Brazil, "A1"),
        ];
        for request in refused {
            let refusal = request.call();
            assert!(
                matches!(refusal, Err(KeepaError::InvalidRequest(_))),
                "{request:?}"
            );
        }
    }
}
