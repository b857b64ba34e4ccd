//! The selection of the Product Finder: its filters, limits and cost (grade A: Keepa's documentation).

use std::ops::{Bound, RangeBounds};

use serde_json::{Map, Value, json};

use super::fields::{FinderBool, FinderField, FinderIntegers, FinderText, FinderTexts, selectable};
use crate::budget::Cost;
use crate::client::Call;
use crate::csv_type::CsvType;
use crate::error::KeepaError;
use crate::limits;
use crate::model::Domain;
use crate::query::Query;

/// Products that can be reached by turning pages, and the largest page.
pub(super) const MOST_PRODUCTS: usize = 10_000;

/// The smallest page, which is the default.
const SMALLEST_PAGE: usize = 50;

/// Values of which a property may have one, and keywords of a title.
const MOST_VALUES: usize = 50;

/// Properties to sort by.
const MOST_SORTS: usize = 3;

/// In which direction products are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortDirection {
    /// The smallest first.
    Ascending,
    /// The greatest first.
    Descending,
}

/// What products are looked for. Every filter has to hold; of several values of one property any may.
///
/// A page costs ten tokens and one for each 100 products it returns.
#[derive(Debug, Clone)]
pub struct ProductSelection {
    domain: Domain,
    filters: Map<String, Value>,
    sort: Vec<(FinderField, SortDirection)>,
    /// Fields and series named anywhere, to be checked.
    fields: Vec<FinderField>,
    series: Vec<CsvType>,
    page: usize,
    per_page: usize,
    stats: bool,
}

impl ProductSelection {
    /// A selection without a filter, of which Keepa demands one at least.
    #[must_use]
    pub fn new(domain: Domain) -> Self {
        Self {
            domain,
            filters: Map::new(),
            sort: Vec::new(),
            fields: Vec::new(),
            series: Vec::new(),
            page: 0,
            per_page: SMALLEST_PAGE,
            stats: false,
        }
    }

    /// A property that lies within bounds, `..=5_000` for example.
    #[must_use]
    pub fn range(mut self, field: impl Into<FinderField>, bounds: impl RangeBounds<i64>) -> Self {
        let field = field.into();
        self.fields.push(field);
        let name = field.name();
        let least = match bounds.start_bound() {
            Bound::Included(least) => Some(*least),
            Bound::Excluded(less) => Some(less.saturating_add(1)),
            Bound::Unbounded => None,
        };
        let most = match bounds.end_bound() {
            Bound::Included(most) => Some(*most),
            Bound::Excluded(more) => Some(more.saturating_sub(1)),
            Bound::Unbounded => None,
        };
        if let Some(least) = least {
            self.filters.insert(format!("{name}_gte"), json!(least));
        }
        if let Some(most) = most {
            self.filters.insert(format!("{name}_lte"), json!(most));
        }
        self
    }

    /// What one unit holds, in its own unit, 0.5 litres for example: from one amount to another.
    #[must_use]
    pub fn unit_value(mut self, least: f64, most: f64) -> Self {
        self.filters
            .insert("unitValue_gte".to_owned(), json!(least));
        self.filters.insert("unitValue_lte".to_owned(), json!(most));
        self
    }

    /// A property that a product has or has not.
    #[must_use]
    pub fn is(self, field: FinderBool, value: bool) -> Self {
        self.raw(field.word(), value)
    }

    /// Whether a series has a value again after it had none.
    #[must_use]
    pub fn back_in_stock(self, series: CsvType, value: bool) -> Self {
        self.of_series("backInStock", series, value)
    }

    /// Whether a series is at its lowest since tracking began.
    #[must_use]
    pub fn is_lowest(self, series: CsvType, value: bool) -> Self {
        self.of_series("isLowest", series, value)
    }

    /// Whether a series is at its lowest of 90 days.
    #[must_use]
    pub fn is_lowest90(self, series: CsvType, value: bool) -> Self {
        self.of_series("isLowest90", series, value)
    }

    fn of_series(mut self, what: &str, series: CsvType, value: bool) -> Self {
        self.series.push(series);
        self.raw(format!("{what}_{}", series.name()), value)
    }

    /// A property that has one of up to 50 texts, in upper or lower case.
    #[must_use]
    pub fn any_of<S: Into<String>>(
        self,
        field: FinderTexts,
        values: impl IntoIterator<Item = S>,
    ) -> Self {
        let values: Vec<String> = values.into_iter().map(Into::into).collect();
        self.raw(field.word(), values)
    }

    /// A property that has one of up to 50 numbers.
    #[must_use]
    pub fn any_number_of(
        self,
        field: FinderIntegers,
        values: impl IntoIterator<Item = i32>,
    ) -> Self {
        self.raw(field.word(), values.into_iter().collect::<Vec<_>>())
    }

    /// A property that is a text. A title is up to 50 keywords, phrases in quotation marks, and `-` before what it must not hold.
    #[must_use]
    pub fn text(self, field: FinderText, value: impl Into<String>) -> Self {
        self.raw(field.word(), value.into())
    }

    /// Only products in one of these categories, up to 50.
    #[must_use]
    pub fn categories_include(self, ids: impl IntoIterator<Item = i64>) -> Self {
        self.raw("categories_include", ids.into_iter().collect::<Vec<_>>())
    }

    /// No products in these categories, up to 50.
    #[must_use]
    pub fn categories_exclude(self, ids: impl IntoIterator<Item = i64>) -> Self {
        self.raw("categories_exclude", ids.into_iter().collect::<Vec<_>>())
    }

    /// The category whose rank is the sales rank.
    #[must_use]
    pub fn sales_rank_reference(self, category: i64) -> Self {
        self.raw("salesRankReference", category)
    }

    /// A filter that this version does not know, by Keepa's name.
    #[must_use]
    pub fn raw(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.filters.insert(name.into(), value.into());
        self
    }

    /// Sorts by a property, after those named before; by the sales rank, the best first, by default. Three at most.
    #[must_use]
    pub fn sort(mut self, field: impl Into<FinderField>, direction: SortDirection) -> Self {
        let field = field.into();
        self.fields.push(field);
        self.sort.push((field, direction));
        self
    }

    /// The page, from 0. Beyond the first, page times its size is up to 10,000.
    #[must_use]
    pub const fn page(mut self, page: usize) -> Self {
        self.page = page;
        self
    }

    /// Products on a page, from 50 to 10,000; 50 by default.
    #[must_use]
    pub const fn per_page(mut self, products: usize) -> Self {
        self.per_page = products;
        self
    }

    /// Includes averages over all that is found; 30 tokens more, and one for each million products.
    #[must_use]
    pub const fn stats(mut self, include: bool) -> Self {
        self.stats = include;
        self
    }

    /// What one page costs: the worst is a full one. How many millions of products the statistics count cannot be known; one is reckoned with.
    #[must_use]
    pub fn cost(&self) -> Cost {
        let returned = u32::try_from(self.per_page.div_ceil(100)).unwrap_or(u32::MAX);
        let page = Cost {
            likely: 10 + returned,
            worst: returned.saturating_add(10),
        };
        page + Cost::exactly(if self.stats { 31 } else { 0 })
    }

    pub(super) const fn page_number(&self) -> usize {
        self.page
    }

    pub(super) const fn page_size(&self) -> usize {
        self.per_page
    }

    fn validate(&self) -> Result<(), KeepaError> {
        limits::not_brazil(self.domain)?;
        if self.filters.is_empty() {
            return Err(limits::invalid("a selection needs a filter"));
        }
        limits::within("a page", self.per_page, SMALLEST_PAGE, MOST_PRODUCTS)?;
        let reached = self.page.saturating_mul(self.per_page);
        limits::up_to("products before a page", reached, MOST_PRODUCTS)?;
        limits::up_to("properties to sort by", self.sort.len(), MOST_SORTS)?;
        self.fields.iter().try_for_each(|field| field.validate())?;
        self.series.iter().copied().try_for_each(selectable)?;
        for (name, value) in &self.filters {
            if let Value::Array(values) = value {
                limits::some_up_to(name, values.len(), MOST_VALUES)?;
            }
        }
        for (name, least) in &self.filters {
            let Some(name) = name.strip_suffix("_gte") else {
                continue;
            };
            let most = self.filters.get(&format!("{name}_lte"));
            let (least, most) = (least.as_f64(), most.and_then(Value::as_f64));
            if most.is_some_and(|most| least.is_some_and(|least| least > most)) {
                return Err(limits::invalid(format!("{name} ends before it begins")));
            }
        }
        if let Some(title) = self.filters.get("title").and_then(Value::as_str) {
            let keywords = title.split_whitespace().count();
            limits::some_up_to("keywords", keywords, MOST_VALUES)?;
        }
        Ok(())
    }

    pub(super) fn call(&self) -> Result<Call, KeepaError> {
        self.validate()?;
        let mut selection = self.filters.clone();
        if !self.sort.is_empty() {
            let sort = self.sort.iter().map(|(field, direction)| {
                let direction = match direction {
                    SortDirection::Ascending => "asc",
                    SortDirection::Descending => "desc",
                };
                json!([field.name(), direction])
            });
            selection.insert("sort".to_owned(), sort.collect());
        }
        selection.insert("page".to_owned(), json!(self.page));
        selection.insert("perPage".to_owned(), json!(self.per_page));
        let mut query = Query::default();
        query.set("domain", self.domain.number());
        query.flag("stats", self.stats);
        Ok(Call::post(
            "query",
            query,
            &Value::Object(selection),
            self.cost(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::finder::{AverageDays, ChangeDays, FinderInteger};

    fn books() -> ProductSelection {
        ProductSelection::new(Domain::UnitedStates).any_of(FinderTexts::ProductGroup, ["Book"])
    }

    #[test]
    fn a_selection_has_keepas_names() {
        let selection = books()
            .range(FinderField::Current(CsvType::SalesRank), 1..50_001)
            .range(
                FinderField::Avg(AverageDays::Ninety, CsvType::Used),
                ..=1_500,
            )
            .range(
                FinderField::DeltaPercent(ChangeDays::Thirty, CsvType::New),
                10..,
            )
            .range(FinderField::SrAvg { year: 1, month: 8 }, ..=9_000)
            .range(FinderInteger::OutOfStockPercentage90BbUsed, ..=20)
            .unit_value(0.5, 1.0)
            .is(FinderBool::IsHazMat, false)
            .is_lowest(CsvType::BuyBoxUsedShipping, true)
            .any_number_of(FinderIntegers::AvailabilityAmazon, [-1])
            .text(FinderText::Title, "\"linear algebra\" -solutions")
            .categories_exclude([1_000])
            .raw("brandNewFilter", 7)
            .sort(FinderInteger::MonthlySold, SortDirection::Descending)
            .sort(
                FinderField::Current(CsvType::SalesRank),
                SortDirection::Ascending,
            )
            .page(1)
            .per_page(100)
            .stats(true);
        let call = selection.call().unwrap();
        insta::assert_snapshot!(call.query, @"domain=1&stats=1");
        assert_eq!(call.cost, Cost::exactly(10 + 1 + 31));
        let sent: Value = serde_json::from_str(&call.body.unwrap()).unwrap();
        assert_eq!(
            sent,
            json!({
                "productGroup": ["Book"],
                "current_SALES_gte": 1, "current_SALES_lte": 50_000,
                "avg90_USED_lte": 1_500,
                "deltaPercent30_NEW_gte": 10,
                "srAvg108_lte": 9_000,
                "outOfStockPercentage90_BB_USED_lte": 20,
                "unitValue_gte": 0.5, "unitValue_lte": 1.0,
                "isHazMat": false,
                "isLowest_BUY_BOX_USED_SHIPPING": true,
                "availabilityAmazon": [-1],
                "title": "\"linear algebra\" -solutions",
                "categories_exclude": [1_000],
                "brandNewFilter": 7,
                "sort": [["monthlySold", "desc"], ["current_SALES", "asc"]],
                "page": 1, "perPage": 100,
            })
        );
    }

    #[test]
    fn what_keepa_would_refuse_is_refused_before() {
        let by_rank = |selection: ProductSelection| {
            let rank = FinderField::Current(CsvType::SalesRank);
            selection.sort(rank, SortDirection::Ascending)
        };
        let refused = [
            ProductSelection::new(Domain::UnitedStates),
            ProductSelection::new(Domain::Brazil).is(FinderBool::IsDeal, true),
            books().per_page(49),
            books().per_page(10_001),
            books().page(201),
            by_rank(by_rank(by_rank(by_rank(books())))),
            books().range(FinderField::Current(CsvType::CountNewFba), 1..),
            books().range(FinderField::SrAvg { year: 3, month: 0 }, ..),
            books().any_of(FinderTexts::Author, vec!["Euler"; 51]),
            books().categories_include([]),
            books()
                .range(FinderInteger::NumberOfPages, 5..)
                .range(FinderInteger::NumberOfPages, ..=4),
            books().text(FinderText::Title, " "),
        ];
        for selection in refused {
            let refusal = selection.call();
            assert!(
                matches!(refusal, Err(KeepaError::InvalidRequest(_))),
                "{selection:?}"
            );
        }
        assert!(books().page(200).call().is_ok());
    }
}
