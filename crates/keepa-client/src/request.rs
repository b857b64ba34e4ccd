//! Requests, their limits and their cost.

use crate::error::KeepaError;
use crate::model::Domain;

/// ASINs or codes that one HTTP request may hold.
pub(crate) const PRODUCTS_A_REQUEST: usize = 100;

/// A request for products, of any number.
#[derive(Debug, Clone)]
pub struct ProductRequest {
    pub(crate) domain: Domain,
    pub(crate) by: &'static str,
    pub(crate) identifiers: Vec<String>,
    stats_days: Option<u32>,
    history: bool,
    days: Option<u32>,
    update_hours: Option<i32>,
    buy_box: bool,
    offers: Option<u8>,
}

impl ProductRequest {
    /// Products by ASIN.
    pub fn asins<S: Into<String>>(domain: Domain, asins: impl IntoIterator<Item = S>) -> Self {
        Self::new(domain, "asin", asins)
    }

    /// Products by UPC, EAN or ISBN-13. One code may find several products.
    pub fn codes<S: Into<String>>(domain: Domain, codes: impl IntoIterator<Item = S>) -> Self {
        Self::new(domain, "code", codes)
    }

    fn new<S: Into<String>>(
        domain: Domain,
        by: &'static str,
        identifiers: impl IntoIterator<Item = S>,
    ) -> Self {
        Self {
            domain,
            by,
            identifiers: identifiers.into_iter().map(Into::into).collect(),
            stats_days: None,
            history: true,
            days: None,
            update_hours: None,
            buy_box: false,
            offers: None,
        }
    }

    /// Adds statistics over the last days; costs nothing.
    #[must_use]
    pub const fn stats_days(mut self, days: u32) -> Self {
        self.stats_days = Some(days);
        self
    }

    /// Includes the histories; on by default, costs nothing.
    #[must_use]
    pub const fn history(mut self, include: bool) -> Self {
        self.history = include;
        self
    }

    /// Limits histories to the last days; costs nothing.
    #[must_use]
    pub const fn days(mut self, days: u32) -> Self {
        self.days = Some(days);
        self
    }

    /// Refreshes a product that is older: 0 means now (one token more), -1 never.
    #[must_use]
    pub const fn update_hours(mut self, hours: i32) -> Self {
        self.update_hours = Some(hours);
        self
    }

    /// Includes the buy box; two tokens more for each product.
    #[must_use]
    pub const fn buy_box(mut self, include: bool) -> Self {
        self.buy_box = include;
        self
    }

    /// Includes up to so many offers, from 20 to 100; six tokens for each ten of them instead of one.
    #[must_use]
    pub const fn offers(mut self, offers: u8) -> Self {
        self.offers = Some(offers);
        self
    }

    /// The most tokens that one product can cost.
    #[must_use]
    pub fn cost_per_product(&self) -> u32 {
        let live = u32::from(self.update_hours == Some(0));
        match self.offers {
            Some(offers) => 6 * u32::from(offers).div_ceil(10) + live,
            None => 1 + live + if self.buy_box { 2 } else { 0 },
        }
    }

    /// Checks what Keepa would refuse, before a token is spent.
    pub(crate) fn validate(&self) -> Result<(), KeepaError> {
        let invalid = |problem: String| Err(KeepaError::InvalidRequest(problem));
        if let Some(offers) = self.offers.filter(|offers| !(20..=100).contains(offers)) {
            return invalid(format!("offers must be from 20 to 100, not {offers}"));
        }
        if self.days == Some(0) || self.stats_days == Some(0) {
            return invalid("days must be at least 1".to_owned());
        }
        let odd = |id: &&String| id.is_empty() || !id.bytes().all(|b| b.is_ascii_alphanumeric());
        if let Some(identifier) = self.identifiers.iter().find(odd) {
            return invalid(format!("{identifier:?} is no identifier"));
        }
        Ok(())
    }

    /// The query of one HTTP request for some of the identifiers, without the key.
    pub(crate) fn query(&self, identifiers: &[&str]) -> Vec<(&'static str, String)> {
        let flag = |on: bool| if on { "1" } else { "0" }.to_owned();
        let mut query = vec![
            ("domain", self.domain.number().to_string()),
            (self.by, identifiers.join(",")),
            ("history", flag(self.history)),
        ];
        query.extend(self.stats_days.map(|days| ("stats", days.to_string())));
        query.extend(self.days.map(|days| ("days", days.to_string())));
        query.extend(self.update_hours.map(|hours| ("update", hours.to_string())));
        query.extend(self.offers.map(|offers| ("offers", offers.to_string())));
        if self.buy_box && self.offers.is_none() {
            query.push(("buybox", flag(true)));
        }
        query
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cost_is_known_before_a_request_is_sent() {
        let request = || ProductRequest::asins(Domain::UnitedStates, ["0593655036"]);
        assert_eq!(request().stats_days(90).cost_per_product(), 1);
        assert_eq!(request().buy_box(true).cost_per_product(), 3);
        assert_eq!(request().update_hours(0).cost_per_product(), 2);
        assert_eq!(request().offers(40).cost_per_product(), 24);
    }

    #[test]
    fn what_keepa_would_refuse_is_refused_before() {
        let request = ProductRequest::asins(Domain::UnitedStates, ["0593655036"]).offers(10);
        assert!(matches!(
            request.validate(),
            Err(KeepaError::InvalidRequest(_))
        ));
        let injected = ProductRequest::asins(Domain::UnitedStates, ["A&key=B"]);
        assert!(matches!(
            injected.validate(),
            Err(KeepaError::InvalidRequest(_))
        ));
    }
}
