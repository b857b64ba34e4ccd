//! `/category`: browse nodes by id, and `/search?type=category`: by keywords.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::averages::ProductAverages;
use crate::budget::Cost;
use crate::client::{Answer, Call, KeepaClient, Payload};
use crate::error::KeepaError;
use crate::limits;
use crate::model::Domain;
use crate::query::Query;
use crate::reading::Reading;

/// Categories that one request may name.
const CATEGORIES_A_REQUEST: usize = 10;

/// The shortest keyword of a search.
const SHORTEST_KEYWORD: usize = 3;

/// A request for categories; one token (grade A).
#[derive(Debug, Clone)]
pub struct CategoryRequest {
    domain: Domain,
    wanted: Wanted,
    parents: bool,
}

#[derive(Debug, Clone)]
enum Wanted {
    Ids(Vec<i64>),
    Term(String),
}

impl CategoryRequest {
    /// By id, up to ten. Promotional nodes are not available.
    pub fn ids(domain: Domain, ids: impl IntoIterator<Item = i64>) -> Self {
        Self::of(domain, Wanted::Ids(ids.into_iter().collect()))
    }

    /// All root categories.
    #[must_use]
    pub fn roots(domain: Domain) -> Self {
        Self::ids(domain, [0])
    }

    /// By keywords, of three characters at least, which all have to match; up to 50 categories.
    #[must_use]
    pub fn search(domain: Domain, term: impl Into<String>) -> Self {
        Self::of(domain, Wanted::Term(term.into()))
    }

    const fn of(domain: Domain, wanted: Wanted) -> Self {
        Self {
            domain,
            wanted,
            parents: false,
        }
    }

    /// Includes the categories above.
    #[must_use]
    pub const fn parents(mut self, include: bool) -> Self {
        self.parents = include;
        self
    }

    /// What it costs.
    #[must_use]
    pub const fn cost(&self) -> Cost {
        Cost::exactly(1)
    }

    fn call(&self) -> Result<Call, KeepaError> {
        limits::not_brazil(self.domain)?;
        let mut query = Query::default();
        query.set("domain", self.domain.number());
        let endpoint = match &self.wanted {
            Wanted::Ids(ids) => {
                limits::some_up_to("categories", ids.len(), CATEGORIES_A_REQUEST)?;
                let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
                query.set("category", ids.join(","));
                "category"
            }
            Wanted::Term(term) => {
                let short = |word: &&str| word.chars().count() < SHORTEST_KEYWORD;
                if term.trim().is_empty() || term.split_whitespace().find(short).is_some() {
                    return Err(limits::invalid(format!(
                        "keywords have {SHORTEST_KEYWORD} characters at least: {term:?}"
                    )));
                }
                query.set("type", "category");
                query.set("term", term);
                "search"
            }
        };
        query.flag("parents", self.parents);
        Ok(Call::get(endpoint, query, self.cost()))
    }
}

/// Categories by id.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Categories {
    /// Those asked for.
    #[serde(default)]
    pub categories: BTreeMap<i64, Category>,
    /// Those above them, when asked for.
    #[serde(default)]
    pub category_parents: Option<BTreeMap<i64, Category>>,
}

/// A browse node.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct Category {
    /// Locale, by Keepa's number.
    pub domain_id: Option<u8>,
    /// Its id.
    pub cat_id: i64,
    /// Its name.
    pub name: Option<String>,
    /// Its name, understandable without those above it.
    pub context_free_name: Option<String>,
    /// Name of the display group of its sales ranks.
    pub website_display_group: Option<String>,
    /// Ids of the categories below.
    pub children: Option<Vec<i64>>,
    /// Id of the category above; 0 for a root.
    pub parent: Option<i64>,
    /// The highest, that is worst, rank in its root category seen in it.
    pub highest_rank: Option<Reading>,
    /// The lowest, that is best, rank in its root category seen in it.
    pub lowest_rank: Option<Reading>,
    /// Products in it; an estimate.
    pub product_count: Option<Reading>,
    /// `true` when it is a node to browse.
    pub is_browse_node: Option<bool>,
    /// Averages over its products.
    #[serde(flatten)]
    pub averages: ProductAverages,
    /// What else Keepa says of it.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The categories of an answer, or their absence.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CategoriesPayload {
    #[serde(default)]
    categories: Option<BTreeMap<i64, Category>>,
    #[serde(default)]
    category_parents: Option<BTreeMap<i64, Category>>,
}

impl Payload for CategoriesPayload {
    type Value = Categories;

    fn value(self) -> Option<Categories> {
        Some(Categories {
            categories: self.categories?,
            category_parents: self.category_parents,
        })
    }
}

impl KeepaClient {
    /// Categories by id or by keywords.
    ///
    /// # Errors
    /// When the request breaks a limit, or brought no answer.
    pub async fn categories(
        &self,
        request: &CategoryRequest,
    ) -> Result<Answer<Categories>, KeepaError> {
        self.ask::<CategoriesPayload>(request.call()?).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(request: &CategoryRequest) -> String {
        let call = request.call().unwrap();
        format!("{}?{}", call.endpoint, call.query)
    }

    #[test]
    fn categories_are_asked_for_by_id_or_by_keywords() {
        let ids = CategoryRequest::ids(Domain::UnitedStates, [283_155, 1_000]).parents(true);
        let search = CategoryRequest::search(Domain::Germany, "home garden");
        insta::assert_snapshot!(asked(&ids), @"category?domain=1&category=283155,1000&parents=1");
        insta::assert_snapshot!(asked(&search), @"search?domain=3&type=category&term=home garden");
    }

    #[test]
    fn what_keepa_would_refuse_is_refused_before() {
        let refused = [
            CategoryRequest::ids(Domain::UnitedStates, []),
            CategoryRequest::ids(Domain::UnitedStates, 1..=11),
            CategoryRequest::roots(Domain::Brazil),
            CategoryRequest::search(Domain::UnitedStates, "of books"),
            CategoryRequest::search(Domain::UnitedStates, " "),
        ];
        for request in refused {
            let refusal = request.call();
            assert!(
                matches!(refusal, Err(KeepaError::InvalidRequest(_))),
                "{request:?}"
            );
        }
    }

    #[test]
    fn a_category_keeps_what_this_version_does_not_know() {
        let source =
            r#"{"domainId":1,"catId":283155,"parent":0,"isFBAPercent":61.5,"topSellers":["A1"]}"#;
        let category: Category = serde_json::from_str(source).unwrap();
        assert_eq!(category.averages.is_fba_percent, Some(61.5));
        let kept = serde_json::to_value(&category).unwrap();
        assert_eq!(kept["topSellers"], serde_json::json!(["A1"]));
    }
}
