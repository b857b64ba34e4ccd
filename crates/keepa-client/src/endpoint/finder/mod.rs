//! `/query`, the Product Finder: ASINs of products with certain properties.

mod fields;
mod selection;

use futures_util::Stream;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use fields::{
    AverageDays, ChangeDays, FinderBool, FinderField, FinderInteger, FinderIntegers, FinderText,
    FinderTexts,
};
use selection::MOST_PRODUCTS;
pub use selection::{ProductSelection, SortDirection};

use super::averages::ProductAverages;
use crate::client::{Answer, KeepaClient, Payload};
use crate::error::KeepaError;

/// A page of what was found.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct FinderPage {
    /// ASINs, in the order asked for.
    pub asin_list: Vec<String>,
    /// How many products there are; an estimate.
    pub total_results: Option<u64>,
    /// Averages over all of them, when asked for.
    pub search_insights: Option<SearchInsights>,
}

/// Averages over all products that were found, and what they have in common.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct SearchInsights {
    /// Averages.
    #[serde(flatten)]
    pub averages: ProductAverages,
    /// Mean change of the buy box price over 30 days in percent.
    pub avg_delta_percent30_buy_box: Option<f64>,
    /// Mean change of the buy box price over 90 days in percent.
    pub avg_delta_percent90_buy_box: Option<f64>,
    /// Mean change of Amazon's price over 30 days in percent.
    pub avg_delta_percent30_amazon: Option<f64>,
    /// Mean change of Amazon's price over 90 days in percent.
    pub avg_delta_percent90_amazon: Option<f64>,
    /// What else Keepa says: related categories, top brands and top sellers with their counts.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FinderPayload {
    #[serde(default)]
    asin_list: Option<Vec<String>>,
    #[serde(default)]
    total_results: Option<u64>,
    #[serde(default)]
    search_insights: Option<SearchInsights>,
}

impl Payload for FinderPayload {
    type Value = FinderPage;

    fn value(self) -> Option<FinderPage> {
        Some(FinderPage {
            asin_list: self.asin_list?,
            total_results: self.total_results,
            search_insights: self.search_insights,
        })
    }
}

impl KeepaClient {
    /// One page of products with certain properties.
    ///
    /// # Errors
    /// When the selection breaks a limit, or brought no answer.
    pub async fn find_products(
        &self,
        selection: &ProductSelection,
    ) -> Result<Answer<FinderPage>, KeepaError> {
        self.ask::<FinderPayload>(selection.call()?).await
    }

    /// Every page of products from the one of the selection on, each paid for only when it is polled for. It ends with the last page, with the
    /// 10,000 products that Keepa shows at most, or with an error.
    pub fn finder_pages(
        &self,
        selection: ProductSelection,
    ) -> impl Stream<Item = Result<Answer<FinderPage>, KeepaError>> + Send + 'static {
        let client = self.clone();
        futures_util::stream::try_unfold(Some(selection), move |selection| {
            let client = client.clone();
            async move {
                let Some(selection) = selection else {
                    return Ok(None);
                };
                let answer = client.find_products(&selection).await?;
                let (next, size) = (selection.page_number() + 1, selection.page_size());
                let is_last = answer.value.asin_list.len() < size;
                let more = !is_last && next.saturating_mul(size) < MOST_PRODUCTS;
                Ok(Some((answer, more.then(|| selection.page(next)))))
            }
        })
    }
}
