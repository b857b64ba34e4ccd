//! `/lightningdeal`: lightning deals of one product, or of the last four days.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::budget::Cost;
use crate::client::{Answer, Call, KeepaClient, Payload};
use crate::error::KeepaError;
use crate::limits;
use crate::model::{Domain, KeepaMinutes};
use crate::open_enum::word_enum;
use crate::query::Query;
use crate::reading::Reading;

word_enum! {
    /// The state of a lightning deal.
    LightningDealState {
        /// It can be bought.
        Available = "AVAILABLE",
        /// All are in carts; one can wait.
        Waitlist = "WAITLIST",
        /// Sold out.
        SoldOut = "SOLDOUT",
        /// All are in carts, and nobody more can wait.
        WaitlistFull = "WAITLISTFULL",
        /// Over.
        Expired = "EXPIRED",
        /// Withdrawn.
        Suppressed = "SUPPRESSED",
        /// Yet to begin.
        Upcoming = "UPCOMING",
    }
}

/// A request for lightning deals.
#[derive(Debug, Clone)]
pub struct LightningDealsRequest {
    domain: Domain,
    asin: Option<String>,
    state: Option<LightningDealState>,
}

impl LightningDealsRequest {
    /// All of the last four days; 500 tokens (grade A).
    #[must_use]
    pub const fn all(domain: Domain) -> Self {
        Self {
            domain,
            asin: None,
            state: None,
        }
    }

    /// Of one product; one token (grade A).
    #[must_use]
    pub fn asin(domain: Domain, asin: impl Into<String>) -> Self {
        Self {
            asin: Some(asin.into()),
            ..Self::all(domain)
        }
    }

    /// Only deals in this state; free.
    #[must_use]
    pub fn state(mut self, state: LightningDealState) -> Self {
        self.state = Some(state);
        self
    }

    /// What it costs.
    #[must_use]
    pub const fn cost(&self) -> Cost {
        Cost::exactly(if self.asin.is_some() { 1 } else { 500 })
    }

    fn call(&self) -> Result<Call, KeepaError> {
        limits::not_brazil(self.domain)?;
        limits::identifiers(self.asin.as_slice())?;
        let mut query = Query::default();
        query.set("domain", self.domain.number());
        query.maybe("asin", self.asin.as_ref());
        query.maybe("state", self.state.as_ref().map(LightningDealState::word));
        Ok(Call::get("lightningdeal", query, self.cost()))
    }
}

/// A lightning deal.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct LightningDeal {
    /// Locale, by Keepa's number.
    pub domain_id: Option<u8>,
    /// When Keepa looked last.
    pub last_update: Option<KeepaMinutes>,
    /// ASIN.
    pub asin: String,
    /// Title.
    pub title: Option<String>,
    /// Name of the seller.
    pub seller_name: Option<String>,
    /// Id of the seller.
    pub seller_id: Option<String>,
    /// Id of the deal.
    pub deal_id: Option<String>,
    /// Price of the deal, in the smallest unit of the locale; none before it begins.
    pub deal_price: Option<Reading>,
    /// Price without the deal, in the smallest unit of the locale.
    pub current_price: Option<Reading>,
    /// File name of the image.
    pub image: Option<String>,
    /// `true` when it ships with Prime.
    pub is_prime_eligible: Option<bool>,
    /// `true` when Amazon fulfils it.
    pub is_fulfilled_by_amazon: Option<bool>,
    /// `true` when the price is shown in the cart only.
    #[serde(rename = "isMAP")]
    pub is_map: Option<bool>,
    /// Rating, times ten.
    pub rating: Option<Reading>,
    /// Count of reviews.
    pub total_reviews: Option<Reading>,
    /// Its state.
    pub deal_state: Option<LightningDealState>,
    /// When it begins.
    pub start_time: Option<KeepaMinutes>,
    /// When it ends.
    pub end_time: Option<KeepaMinutes>,
    /// How much of the stock is claimed, in percent.
    pub percent_claimed: Option<Reading>,
    /// Reduction in percent.
    pub percent_off: Option<Reading>,
    /// Its variations, as Keepa describes them.
    pub variation: Option<Value>,
    /// What else Keepa says of it.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LightningDealsPayload {
    #[serde(default)]
    lightning_deals: Option<Vec<LightningDeal>>,
}

impl Payload for LightningDealsPayload {
    type Value = Vec<LightningDeal>;

    fn value(self) -> Option<Self::Value> {
        self.lightning_deals
    }
}

impl KeepaClient {
    /// Lightning deals.
    ///
    /// # Errors
    /// When the request breaks a limit, or brought no answer.
    pub async fn lightning_deals(
        &self,
        request: &LightningDealsRequest,
    ) -> Result<Answer<Vec<LightningDeal>>, KeepaError> {
        self.ask::<LightningDealsPayload>(request.call()?).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_deals_cost_five_hundred_times_what_those_of_a_product_cost() {
        let all = LightningDealsRequest::all(Domain::Japan).state(LightningDealState::WaitlistFull);
        let one = LightningDealsRequest::asin(Domain::Japan, "B000000001");
        assert_eq!((all.cost().worst, one.cost().worst), (500, 1));
        insta::assert_snapshot!(all.call().unwrap().query, @"domain=5&state=WAITLISTFULL");
        insta::assert_snapshot!(one.call().unwrap().query, @"domain=5&asin=B000000001");
        assert!(LightningDealsRequest::all(Domain::Brazil).call().is_err());
        assert!(
            LightningDealsRequest::asin(Domain::Japan, "")
                .call()
                .is_err()
        );
    }

    #[test]
    fn a_state_and_a_field_that_are_new_survive() {
        let source =
            r#"{"asin":"B000000001","dealState":"PAUSED","dealPrice":-1,"isMAP":false,"colour":3}"#;
        let deal: LightningDeal = serde_json::from_str(source).unwrap();
        let state = LightningDealState::Unknown("PAUSED".to_owned());
        assert_eq!(deal.deal_state, Some(state));
        let kept = serde_json::to_value(&deal).unwrap();
        for (name, value) in serde_json::from_str::<Map<String, Value>>(source).unwrap() {
            assert_eq!(kept[&name], value, "{name}");
        }
    }
}
