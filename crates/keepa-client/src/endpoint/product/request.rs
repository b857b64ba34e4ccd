//! What can be asked of `/product`: its parameters, limits and costs (grade A: Keepa's documentation, where nothing else is said).

use std::collections::HashSet;
use std::ops::RangeInclusive;

use crate::budget::Cost;
use crate::csv_type::{CsvSelection, CsvType};
use crate::error::KeepaError;
use crate::limits;
use crate::model::Domain;
use crate::query::Query;

/// ASINs or codes that one HTTP request may hold.
const PRODUCTS_A_REQUEST: usize = 100;

/// Products that one HTTP request with offers holds. Keepa takes 100 by now; its Java client says 20, which keeps an answer that takes up to
/// 20 s for each product within minutes, and little is lost when it breaks.
const PRODUCTS_A_REQUEST_WITH_OFFERS: usize = 20;

/// Characters of an ASIN.
const ASIN_LENGTH: usize = 10;

/// Digits of a UPC, EAN, ISBN-13 or other GTIN, which may have 8 to 14 (GS1 General Specifications).
const CODE_LENGTHS: RangeInclusive<usize> = 8..=14;

/// Tokens for each page of up to ten offers that is found.
const PAGE_OF_OFFERS: u32 = 6;

/// Offers on one page.
const OFFERS_A_PAGE: u32 = 10;

/// Whether products are asked for by ASIN or by another code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Asin,
    Code,
}

/// The interval that [`ProductRequest::stats`] covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StatsInterval {
    Days(u32),
    UnixMillis(i64, i64),
}

/// A request for products, of any number. The methods have the names of Keepa's parameters.
#[derive(Debug, Clone)]
pub struct ProductRequest {
    pub(super) domain: Domain,
    pub(super) by: By,
    pub(super) identifiers: Vec<String>,
    stats: Option<StatsInterval>,
    history: bool,
    days: Option<u32>,
    update: Option<i32>,
    code_limit: Option<u32>,
    offers: Option<u8>,
    only_live_offers: bool,
    rating: bool,
    buybox: bool,
    stock: bool,
    videos: bool,
    aplus: bool,
    historical_variations: bool,
    pub(super) histories: CsvSelection,
}

impl ProductRequest {
    /// Products by ASIN; a token each, as a rule.
    pub fn asins<S: Into<String>>(domain: Domain, asins: impl IntoIterator<Item = S>) -> Self {
        Self::new(domain, By::Asin, asins)
    }

    /// Products by UPC, EAN or ISBN-13. One code may find several products, each of which costs.
    pub fn codes<S: Into<String>>(domain: Domain, codes: impl IntoIterator<Item = S>) -> Self {
        Self::new(domain, By::Code, codes)
    }

    fn new<S: Into<String>>(
        domain: Domain,
        by: By,
        identifiers: impl IntoIterator<Item = S>,
    ) -> Self {
        Self {
            domain,
            by,
            identifiers: identifiers.into_iter().map(Into::into).collect(),
            stats: None,
            history: true,
            days: None,
            update: None,
            code_limit: None,
            offers: None,
            only_live_offers: false,
            rating: false,
            buybox: false,
            stock: false,
            videos: false,
            aplus: false,
            historical_variations: false,
            histories: CsvSelection::ALL,
        }
    }

    /// Reads only these histories of an answer; all of them by default. Keepa sends them nevertheless; one that is not read is stepped over
    /// and takes no memory.
    #[must_use]
    pub fn read_histories(mut self, series: impl IntoIterator<Item = CsvType>) -> Self {
        self.histories = series.into_iter().collect();
        self
    }

    /// Adds statistics over the last days, at least 1; free.
    #[must_use]
    pub const fn stats(mut self, days: u32) -> Self {
        self.stats = Some(StatsInterval::Days(days));
        self
    }

    /// Adds statistics over the time from one Unix millisecond to another; free.
    #[must_use]
    pub const fn stats_between(mut self, from: i64, to: i64) -> Self {
        self.stats = Some(StatsInterval::UnixMillis(from, to));
        self
    }

    /// Includes the histories; on by default, free.
    #[must_use]
    pub const fn history(mut self, include: bool) -> Self {
        self.history = include;
        self
    }

    /// Limits histories to the last days, at least 1; free.
    #[must_use]
    pub const fn days(mut self, days: u32) -> Self {
        self.days = Some(days);
        self
    }

    /// Refreshes a product that is older than so many hours, 1 by default: 0 means now, a token more if the last update is less than an hour
    /// ago; -1 never, and an ASIN that Keepa does not know is free then.
    #[must_use]
    pub const fn update(mut self, hours: i32) -> Self {
        self.update = Some(hours);
        self
    }

    /// Limits how many products one code may find, at least 1; free.
    #[must_use]
    pub const fn code_limit(mut self, products: u32) -> Self {
        self.code_limit = Some(products);
        self
    }

    /// Includes up to so many offers, from 20 to 100; six tokens for each page of ten that is found, instead of one token for the product. The
    /// answer takes 2 to 20 s for each product.
    #[must_use]
    pub const fn offers(mut self, offers: u8) -> Self {
        self.offers = Some(offers);
        self
    }

    /// Leaves historical offers out; free, only with offers.
    #[must_use]
    pub const fn only_live_offers(mut self, only: bool) -> Self {
        self.only_live_offers = only;
        self
    }

    /// Includes the histories of rating and review count; a token more if they were updated in the last 14 days. Offers include them.
    #[must_use]
    pub const fn rating(mut self, include: bool) -> Self {
        self.rating = include;
        self
    }

    /// Includes the buy box; two tokens more for each product. Offers include it.
    #[must_use]
    pub const fn buybox(mut self, include: bool) -> Self {
        self.buybox = include;
        self
    }

    /// Includes stock, only with offers; two tokens more if it was updated in the last seven days.
    #[must_use]
    pub const fn stock(mut self, include: bool) -> Self {
        self.stock = include;
        self
    }

    /// Includes videos that Keepa has; free.
    #[must_use]
    pub const fn videos(mut self, include: bool) -> Self {
        self.videos = include;
        self
    }

    /// Includes A+ content that Keepa has; free.
    #[must_use]
    pub const fn aplus(mut self, include: bool) -> Self {
        self.aplus = include;
        self
    }

    /// Includes former variations; a token more for a product with a parent ASIN.
    #[must_use]
    pub const fn historical_variations(mut self, include: bool) -> Self {
        self.historical_variations = include;
        self
    }

    /// What one product costs.
    ///
    /// Likely is: nothing was updated within the hour, ratings were within two weeks, there is one page of offers and no parent ASIN, as with all
    /// eight recorded books that have offers (grade B).
    #[must_use]
    pub const fn cost_per_product(&self) -> Cost {
        let mut cost = Cost::exactly(1);
        if let Some(offers) = self.offers {
            #[expect(
                clippy::as_conversions,
                reason = "`From` is not const; u8 fits into u32"
            )]
            let pages = (offers as u32).div_ceil(OFFERS_A_PAGE);
            cost.likely = PAGE_OF_OFFERS;
            cost.worst = PAGE_OF_OFFERS * pages;
            if self.stock {
                cost.worst += 2;
            }
        } else {
            if self.rating {
                cost.likely += 1;
                cost.worst += 1;
            }
            if self.buybox {
                cost.likely += 2;
                cost.worst += 2;
            }
        }
        if matches!(self.update, Some(0)) {
            cost.worst += 1;
        }
        if self.historical_variations {
            cost.worst += 1;
        }
        cost
    }

    /// What the whole request costs. A code counts as one product, or in the worst case as many as its limit allows; without a limit there is
    /// no worst case to know.
    #[must_use]
    pub fn cost(&self) -> Cost {
        let distinct: HashSet<&str> = self.identifiers.iter().map(String::as_str).collect();
        self.cost_of(distinct.len())
    }

    pub(super) fn cost_of(&self, identifiers: usize) -> Cost {
        let mut cost = self.cost_per_product() * identifiers;
        if let (By::Code, Some(limit)) = (self.by, self.code_limit) {
            cost.worst = cost.worst.saturating_mul(limit);
        }
        cost
    }

    pub(super) const fn products_a_request(&self) -> usize {
        if self.offers.is_some() {
            PRODUCTS_A_REQUEST_WITH_OFFERS
        } else {
            PRODUCTS_A_REQUEST
        }
    }

    /// Checks what Keepa would refuse, before a token is spent.
    pub(super) fn validate(&self) -> Result<(), KeepaError> {
        let invalid = |problem: &str| Err(limits::invalid(problem));
        if let Some(offers) = self.offers {
            limits::within("offers", offers, 20, 100)?;
        }
        if self.offers.is_none() && (self.only_live_offers || self.stock) {
            return invalid("stock and only-live-offers need offers");
        }
        match self.stats {
            Some(StatsInterval::Days(0)) => return invalid("stats must be positive"),
            Some(StatsInterval::UnixMillis(from, to)) if from >= to => {
                return invalid("stats end before they begin");
            }
            _ => {}
        }
        if self.days == Some(0) || self.code_limit == Some(0) {
            return invalid("days and code-limit must be positive");
        }
        if self.by == By::Asin && self.code_limit.is_some() {
            return invalid("code-limit needs codes");
        }
        if let Some(hours) = self.update.filter(|hours| *hours < -1) {
            return Err(limits::invalid(format!(
                "update must be -1 or more hours, not {hours}"
            )));
        }
        Ok(())
    }

    /// Checks one identifier: a wrong ASIN costs a token like a right one.
    pub(super) fn check(&self, identifier: &str) -> Result<(), KeepaError> {
        let length = identifier.len();
        let (is_one, name) = match self.by {
            By::Asin => (
                length == ASIN_LENGTH && identifier.bytes().all(|b| b.is_ascii_alphanumeric()),
                "ASIN",
            ),
            By::Code => (
                CODE_LENGTHS.contains(&length) && identifier.bytes().all(|b| b.is_ascii_digit()),
                "code",
            ),
        };
        if is_one {
            Ok(())
        } else {
            Err(limits::invalid(format!("{identifier:?} is no {name}")))
        }
    }

    /// The query of one HTTP request for some of the identifiers, without the key.
    pub(super) fn query(&self, identifiers: &[&str]) -> Query {
        let mut query = Query::default();
        query.set("domain", self.domain.number());
        let by = match self.by {
            By::Asin => "asin",
            By::Code => "code",
        };
        query.set(by, identifiers.join(","));
        match self.stats {
            None => {}
            Some(StatsInterval::Days(days)) => query.set("stats", days),
            Some(StatsInterval::UnixMillis(from, to)) => query.set("stats", format!("{from},{to}")),
        }
        if !self.history {
            query.set("history", 0);
        }
        query.maybe("days", self.days);
        query.maybe("update", self.update);
        query.maybe("code-limit", self.code_limit);
        query.maybe("offers", self.offers);
        query.flag("only-live-offers", self.only_live_offers);
        query.flag("rating", self.rating && self.offers.is_none());
        query.flag("buybox", self.buybox && self.offers.is_none());
        query.flag("stock", self.stock);
        query.flag("videos", self.videos);
        query.flag("aplus", self.aplus);
        query.flag("historical-variations", self.historical_variations);
        query
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> ProductRequest {
        ProductRequest::asins(Domain::UnitedStates, ["0593655036"])
    }

    #[test]
    fn the_cost_is_known_before_a_request_is_sent() {
        let codes = ProductRequest::codes(Domain::UnitedStates, ["9780593655030"; 3]);
        let cases = [
            (request().stats(90), 1, 1),
            (request().buybox(true).rating(true), 4, 4),
            (request().update(0), 1, 2),
            (request().historical_variations(true), 1, 2),
            (request().offers(40), 6, 24),
            (
                request().offers(21).stock(true).buybox(true).rating(true),
                6,
                20,
            ),
            (codes.code_limit(5), 1, 5),
        ];
        for (request, likely, worst) in cases {
            assert_eq!(request.cost(), Cost { likely, worst }, "{request:?}");
        }
    }

    #[test]
    fn what_keepa_would_refuse_is_refused_before() {
        let refused = [
            request().offers(10),
            request().stock(true),
            request().only_live_offers(true),
            request().stats(0),
            request().stats_between(7, 7),
            request().days(0),
            request().code_limit(1),
            request().update(-2),
        ];
        for request in refused {
            let refusal = request.validate();
            assert!(
                matches!(refusal, Err(KeepaError::InvalidRequest(_))),
                "{request:?}"
            );
        }
    }

    #[test]
    fn an_identifier_that_is_none_is_known_before_it_costs() {
        let codes = ProductRequest::codes(Domain::UnitedStates, [""; 0]);
        let cases = [
            (request(), "0593655036", true),
            (request(), "059365503", false),
            (request(), "A&key=B890", false),
            (codes.clone(), "9780593655030", true),
            (codes.clone(), "978-0593655030", false),
            (codes, "", false),
        ];
        for (request, identifier, is_one) in cases {
            assert_eq!(request.check(identifier).is_ok(), is_one, "{identifier}");
        }
    }

    #[test]
    fn parameters_have_the_names_of_the_api_and_defaults_are_left_out() {
        let all = request()
            .stats_between(1, 2)
            .history(false)
            .days(3)
            .update(-1)
            .offers(20)
            .only_live_offers(true)
            .rating(true)
            .buybox(true)
            .stock(true)
            .videos(true)
            .aplus(true)
            .historical_variations(true);
        let ids = ["0593655036", "1492056200"];
        insta::assert_snapshot!(request().query(&ids), @"domain=1&asin=0593655036,1492056200");
        insta::assert_snapshot!(all.query(&ids), @"domain=1&asin=0593655036,1492056200&stats=1,2&history=0&days=3&update=-1&offers=20&only-live-offers=1&stock=1&videos=1&aplus=1&historical-variations=1");
    }
}
