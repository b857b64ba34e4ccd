//! What can be asked of `/deal`: its selection, limits and cost (grade A: Keepa's documentation and Java source).

use std::ops::RangeInclusive;

use serde_json::{Map, Value, json};

use super::DealInterval;
use crate::budget::Cost;
use crate::client::Call;
use crate::csv_type::CsvType;
use crate::error::KeepaError;
use crate::limits;
use crate::model::Domain;
use crate::open_enum::request_words;
use crate::query::Query;

/// Deals on one page.
pub(super) const DEALS_A_PAGE: usize = 150;

/// Deals that can be reached by turning pages.
pub(super) const MOST_DEALS: usize = 10_000;

/// Categories that can be included, and as many excluded.
const MOST_CATEGORIES: usize = 500;

/// Keywords of a search in titles.
const MOST_KEYWORDS: usize = 50;

/// The series whose deals can be browsed; others are rejected since July 2026.
const DEAL_SERIES: [usize; 17] = [0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 18, 19, 20, 21, 22, 32, 33];

/// In which order deals come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DealOrder {
    /// The newest first.
    Newest,
    /// By the change in the interval, the greatest first.
    Delta,
    /// By the change in the interval, the smallest first.
    DeltaAscending,
    /// By sales rank, the best first.
    SalesRank,
    /// By sales rank, the worst first.
    SalesRankDescending,
    /// By the change in the interval in percent, the greatest first.
    DeltaPercent,
    /// By the change in the interval in percent, the smallest first.
    DeltaPercentAscending,
}

impl DealOrder {
    const fn number(self) -> i8 {
        match self {
            Self::Newest => 1,
            Self::Delta => 2,
            Self::DeltaAscending => -2,
            Self::SalesRank => 3,
            Self::SalesRankDescending => -3,
            Self::DeltaPercent => 4,
            Self::DeltaPercentAscending => -4,
        }
    }
}

request_words! {
    /// A condition that a deal meets or need not meet.
    DealSwitch {
        /// The lowest value since tracking began.
        IsLowest = "isLowest",
        /// The lowest value of 90 days.
        IsLowest90 = "isLowest90",
        /// The lowest of all new offers.
        IsLowestOffer = "isLowestOffer",
        /// The highest value since tracking began.
        IsHighest = "isHighest",
        /// Values that rise.
        IsRisers = "isRisers",
        /// Sold out within the last 24 hours.
        IsOutOfStock = "isOutOfStock",
        /// Available again within the last 24 hours.
        IsBackInStock = "isBackInStock",
        /// For members of Prime alone.
        IsPrimeExclusive = "isPrimeExclusive",
        /// With reviews.
        HasReviews = "hasReviews",
        /// Without products for adults.
        FilterErotic = "filterErotic",
        /// One variation of a product.
        SingleVariation = "singleVariation",
        /// Amazon offers it.
        MustHaveAmazonOffer = "mustHaveAmazonOffer",
        /// Amazon does not offer it.
        MustNotHaveAmazonOffer = "mustNotHaveAmazonOffer",
    }
}

request_words! {
    /// A property of which a deal has one of several values.
    #[expect(missing_docs, reason = "the names are Keepa's own")]
    DealText {
        Author = "author",
        Binding = "binding",
        Brand = "brand",
        BrandStoreName = "brandStoreName",
        BrandStoreUrlName = "brandStoreUrlName",
        Color = "color",
        Edition = "edition",
        Format = "format",
        ItemForm = "itemForm",
        ItemTypeKeyword = "itemTypeKeyword",
        Languages = "languages",
        Manufacturer = "manufacturer",
        Material = "material",
        Model = "model",
        Pattern = "pattern",
        ProductGroup = "productGroup",
        SalesRankDisplayGroup = "salesRankDisplayGroup",
        Scent = "scent",
        Size = "size",
        Style = "style",
        TargetAudienceKeyword = "targetAudienceKeyword",
        Type = "type",
        UnitType = "unitType",
        WebsiteDisplayGroup = "websiteDisplayGroup",
        WebsiteDisplayGroupName = "websiteDisplayGroupName",
    }
}

/// A request for deals: products of which one series changed in the last twelve hours. Five tokens for a page of up to 150, and 10,000 deals at
/// most by turning pages. The methods have the names of Keepa's parameters.
#[derive(Debug, Clone)]
pub struct DealRequest {
    domain: Domain,
    series: CsvType,
    page: usize,
    selection: Map<String, Value>,
    ranges: Map<String, Value>,
    filters: Map<String, Value>,
}

impl DealRequest {
    /// Deals by a series and an interval.
    #[must_use]
    pub fn new(domain: Domain, series: CsvType, interval: DealInterval) -> Self {
        let mut selection = Map::new();
        selection.insert("domainId".to_owned(), json!(domain.number()));
        selection.insert("priceTypes".to_owned(), json!([series.index()]));
        selection.insert("dateRange".to_owned(), json!(interval.index()));
        selection.insert("sortType".to_owned(), json!(DealOrder::Newest.number()));
        Self {
            domain,
            series,
            page: 0,
            selection,
            ranges: Map::new(),
            filters: Map::new(),
        }
    }

    /// The page, from 0.
    #[must_use]
    pub const fn page(mut self, page: usize) -> Self {
        self.page = page;
        self
    }

    /// The order; the newest first by default.
    #[must_use]
    pub fn sort_type(mut self, order: DealOrder) -> Self {
        self.selection
            .insert("sortType".to_owned(), json!(order.number()));
        self
    }

    /// The value now, in the unit of the series.
    #[must_use]
    pub fn current_range(self, range: RangeInclusive<i32>) -> Self {
        self.range("currentRange", &range)
    }

    /// The change since the beginning of the interval, in the unit of the series.
    #[must_use]
    pub fn delta_range(self, range: RangeInclusive<i32>) -> Self {
        self.range("deltaRange", &range)
    }

    /// The change since the beginning of the interval in percent, from 10, or from 80 for the sales rank.
    #[must_use]
    pub fn delta_percent_range(self, range: RangeInclusive<i32>) -> Self {
        self.range("deltaPercentRange", &range)
    }

    /// The last change, in the unit of the series.
    #[must_use]
    pub fn delta_last_range(self, range: RangeInclusive<i32>) -> Self {
        self.range("deltaLastRange", &range)
    }

    /// The sales rank, from one to another or, without the latter, to any. Products without a rank are left out.
    #[must_use]
    pub fn sales_rank_range(mut self, from: u32, to: Option<u32>) -> Self {
        let to = to.map_or(-1, i64::from);
        self.ranges
            .insert("salesRankRange".to_owned(), json!([from, to]));
        self
    }

    fn range(mut self, name: &str, range: &RangeInclusive<i32>) -> Self {
        self.ranges
            .insert(name.to_owned(), json!([range.start(), range.end()]));
        self
    }

    /// Only products in these categories, up to 500.
    #[must_use]
    pub fn include_categories(self, ids: impl IntoIterator<Item = i64>) -> Self {
        self.filter("includeCategories", ids.into_iter().collect::<Vec<_>>())
    }

    /// No products in these categories, up to 500.
    #[must_use]
    pub fn exclude_categories(self, ids: impl IntoIterator<Item = i64>) -> Self {
        self.filter("excludeCategories", ids.into_iter().collect::<Vec<_>>())
    }

    /// The least rating, times ten: 45 is 4.5 stars.
    #[must_use]
    pub fn min_rating(self, rating: u8) -> Self {
        self.filter("minRating", rating)
    }

    /// Only Amazon's own used offers in these conditions: 1 new, 2 like new, 3 very good, 4 good, 5 acceptable.
    #[must_use]
    pub fn warehouse_conditions(self, conditions: impl IntoIterator<Item = u8>) -> Self {
        let conditions: Vec<_> = conditions.into_iter().map(u32::from).collect();
        self.filter("warehouseConditions", conditions)
    }

    /// Keywords that the title holds, all of them; up to 50.
    #[must_use]
    pub fn title_search(self, keywords: impl Into<String>) -> Self {
        self.filter("titleSearch", keywords.into())
    }

    /// A condition that every deal meets.
    #[must_use]
    pub fn only(self, switch: DealSwitch) -> Self {
        self.filter(switch.word(), true)
    }

    /// A property that has one of these values.
    #[must_use]
    pub fn any_of<S: Into<String>>(
        self,
        property: DealText,
        values: impl IntoIterator<Item = S>,
    ) -> Self {
        let values: Vec<String> = values.into_iter().map(Into::into).collect();
        self.filter(property.word(), values)
    }

    fn filter(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.filters.insert(name.to_owned(), value.into());
        self
    }

    /// What one page costs.
    #[must_use]
    pub const fn cost(&self) -> Cost {
        Cost::exactly(5)
    }

    pub(super) const fn page_number(&self) -> usize {
        self.page
    }

    fn validate(&self) -> Result<(), KeepaError> {
        limits::not_brazil(self.domain)?;
        if !DEAL_SERIES.contains(&self.series.index()) {
            return Err(limits::invalid(format!(
                "there are no deals of {}",
                self.series.name()
            )));
        }
        limits::up_to(
            "deals before a page",
            self.page * DEALS_A_PAGE,
            MOST_DEALS - 1,
        )?;
        for name in ["includeCategories", "excludeCategories"] {
            let count = self.filters.get(name).and_then(Value::as_array);
            limits::up_to("categories", count.map_or(0, Vec::len), MOST_CATEGORIES)?;
        }
        if let Some(title) = self.filters.get("titleSearch").and_then(Value::as_str) {
            let keywords = title.split_whitespace().count();
            limits::some_up_to("keywords", keywords, MOST_KEYWORDS)?;
        }
        if let Some(rating) = self.filters.get("minRating").and_then(Value::as_u64) {
            limits::within("a rating", rating, 0, 50)?;
        }
        let percent = self.ranges.get("deltaPercentRange");
        if let Some(least) = percent
            .and_then(|range| range.get(0))
            .and_then(Value::as_i64)
        {
            let lowest = if self.series == CsvType::SalesRank {
                80
            } else {
                10
            };
            limits::within("a change in percent", least, lowest, i64::MAX)?;
        }
        for (name, range) in &self.ranges {
            let end = |index| range.get(index).and_then(Value::as_i64).unwrap_or_default();
            if end(1) != -1 && end(0) > end(1) {
                return Err(limits::invalid(format!("{name} ends before it begins")));
            }
        }
        Ok(())
    }

    pub(super) fn call(&self) -> Result<Call, KeepaError> {
        self.validate()?;
        let mut selection = self.selection.clone();
        selection.insert("page".to_owned(), json!(self.page));
        // Keepa disregards ranges and filters unless these switches are on.
        selection.insert("isRangeEnabled".to_owned(), json!(!self.ranges.is_empty()));
        selection.insert(
            "isFilterEnabled".to_owned(),
            json!(!self.filters.is_empty()),
        );
        selection.extend(self.ranges.clone());
        selection.extend(self.filters.clone());
        Ok(Call::post(
            "deal",
            Query::default(),
            &Value::Object(selection),
            self.cost(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn books() -> DealRequest {
        DealRequest::new(Domain::UnitedStates, CsvType::Used, DealInterval::Week)
    }

    fn sent(request: &DealRequest) -> Value {
        serde_json::from_str(&request.call().unwrap().body.unwrap()).unwrap()
    }

    #[test]
    fn a_selection_has_keepas_names_and_switches_its_ranges_and_filters_on() {
        let request = books()
            .page(2)
            .sort_type(DealOrder::DeltaPercentAscending)
            .current_range(100..=2_000)
            .sales_rank_range(1, None)
            .include_categories([283_155])
            .min_rating(40)
            .only(DealSwitch::MustNotHaveAmazonOffer)
            .any_of(DealText::Binding, ["paperback"]);
        assert_eq!(
            sent(&request),
            json!({
                "domainId": 1, "priceTypes": [2], "dateRange": 1, "sortType": -4, "page": 2,
                "isRangeEnabled": true, "currentRange": [100, 2_000], "salesRankRange": [1, -1],
                "isFilterEnabled": true, "includeCategories": [283_155], "minRating": 40,
                "mustNotHaveAmazonOffer": true, "binding": ["paperback"],
            })
        );
        assert_eq!(
            sent(&books()),
            json!({
                "domainId": 1, "priceTypes": [2], "dateRange": 1, "sortType": 1, "page": 0,
                "isRangeEnabled": false, "isFilterEnabled": false,
            })
        );
    }

    #[test]
    fn what_keepa_would_refuse_is_refused_before() {
        let of = |series| DealRequest::new(Domain::UnitedStates, series, DealInterval::Day);
        let refused = [
            DealRequest::new(Domain::Brazil, CsvType::New, DealInterval::Day),
            of(CsvType::ListPrice),
            books().page(67),
            books().include_categories(0..501),
            books().title_search(""),
            books().title_search("word ".repeat(51)),
            books().min_rating(51),
            books().delta_percent_range(9..=50),
            of(CsvType::SalesRank).delta_percent_range(79..=90),
            books().current_range(RangeInclusive::new(5, 4)),
        ];
        for request in refused {
            let refusal = request.call();
            assert!(
                matches!(refusal, Err(KeepaError::InvalidRequest(_))),
                "{request:?}"
            );
        }
        assert!(books().page(66).call().is_ok());
    }
}
