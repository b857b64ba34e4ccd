//! `/deal`: products of which something changed in the last twelve hours.

mod model;
mod request;

use futures_util::Stream;
use serde::Deserialize;

pub use model::{Deal, DealInterval, Deals};
use request::{DEALS_A_PAGE, MOST_DEALS};
pub use request::{DealOrder, DealRequest, DealSwitch, DealText};

use crate::client::{Answer, KeepaClient, Payload};
use crate::error::KeepaError;

#[derive(Deserialize)]
struct DealsPayload {
    #[serde(default)]
    deals: Option<Deals>,
}

impl Payload for DealsPayload {
    type Value = Deals;

    fn value(self) -> Option<Deals> {
        self.deals
    }
}

impl KeepaClient {
    /// One page of deals.
    ///
    /// # Errors
    /// When the request breaks a limit, or brought no answer.
    pub async fn deals(&self, request: &DealRequest) -> Result<Answer<Deals>, KeepaError> {
        self.ask::<DealsPayload>(request.call()?).await
    }

    /// Every page of deals from the one of the request on, each for five tokens and only when it is polled for. It ends with the last page, with
    /// the 10,000 deals that Keepa shows at most, or with an error.
    pub fn deal_pages(
        &self,
        request: DealRequest,
    ) -> impl Stream<Item = Result<Answer<Deals>, KeepaError>> + Send + 'static {
        let client = self.clone();
        futures_util::stream::try_unfold(Some(request), move |request| {
            let client = client.clone();
            async move {
                let Some(request) = request else {
                    return Ok(None);
                };
                let answer = client.deals(&request).await?;
                let next = request.page_number() + 1;
                let is_last = answer.value.deals.len() < DEALS_A_PAGE;
                let more = !is_last && next * DEALS_A_PAGE < MOST_DEALS;
                Ok(Some((answer, more.then(|| request.page(next)))))
            }
        })
    }
}
