//! `/graphimage`: Keepa's graph of a product as a PNG.

use crate::budget::Cost;
use crate::client::{Call, KeepaClient};
use crate::error::KeepaError;
use crate::limits;
use crate::model::Domain;
use crate::open_enum::request_words;
use crate::query::Query;

/// The first bytes of every PNG (ISO/IEC 15948).
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

request_words! {
    /// A line of the graph.
    GraphLine {
        /// Amazon's price; drawn by default.
        Amazon = "amazon",
        /// New price; drawn by default.
        New = "new",
        /// Used price.
        Used = "used",
        /// Sales rank.
        SalesRank = "salesrank",
        /// Buy box.
        BuyBox = "bb",
        /// Used buy box.
        BuyBoxUsed = "bbu",
        /// New, fulfilled by Amazon.
        NewFba = "fba",
        /// New, shipped by the seller.
        NewFbm = "fbm",
        /// Lightning deals.
        LightningDeal = "ld",
        /// Amazon's own used offers.
        Warehouse = "wd",
        /// For members of Prime alone.
        PrimeExclusive = "pe",
    }
}

request_words! {
    /// What a colour is given to.
    GraphColor {
        /// The background.
        Background = "cBackground",
        /// Text.
        Font = "cFont",
        /// Amazon's price.
        Amazon = "cAmazon",
        /// New price.
        New = "cNew",
        /// Used price.
        Used = "cUsed",
        /// Sales rank.
        SalesRank = "cSales",
        /// New, fulfilled by Amazon.
        NewFba = "cFBA",
        /// New, shipped by the seller.
        NewFbm = "cFBM",
        /// Buy box.
        BuyBox = "cBB",
        /// Used buy box.
        BuyBoxUsed = "cBBU",
        /// Lightning deals.
        LightningDeal = "cLD",
        /// Amazon's own used offers.
        Warehouse = "cWD",
        /// For members of Prime alone.
        PrimeExclusive = "cPE",
    }
}

/// A request for a graph; one token, and the same request again is answered from a cache for 90 minutes (grade A).
#[derive(Debug, Clone)]
pub struct GraphImageRequest {
    domain: Domain,
    asin: String,
    query: Query,
    size: (u32, u32),
    days: u32,
}

impl GraphImageRequest {
    /// The graph of a product: 500 by 200 pixels over 90 days.
    #[must_use]
    pub fn new(domain: Domain, asin: impl Into<String>) -> Self {
        Self {
            domain,
            asin: asin.into(),
            query: Query::default(),
            size: (500, 200),
            days: 90,
        }
    }

    /// Draws a line or leaves it out.
    #[must_use]
    pub fn line(mut self, line: GraphLine, draw: bool) -> Self {
        self.query.set(line.word(), u8::from(draw));
        self
    }

    /// The last days, at least 1.
    #[must_use]
    pub const fn range(mut self, days: u32) -> Self {
        self.days = days;
        self
    }

    /// Width from 300 and height from 150 pixels, each up to 1,800.
    #[must_use]
    pub const fn size(mut self, width: u32, height: u32) -> Self {
        self.size = (width, height);
        self
    }

    /// Cuts the axis of values where it is not needed; on by default.
    #[must_use]
    pub fn yzoom(mut self, zoom: bool) -> Self {
        self.query.set("yzoom", u8::from(zoom));
        self
    }

    /// Draws the title; on by default.
    #[must_use]
    pub fn title(mut self, draw: bool) -> Self {
        self.query.set("title", u8::from(draw));
        self
    }

    /// A colour as red, green and blue.
    #[must_use]
    pub fn color(mut self, of: GraphColor, [red, green, blue]: [u8; 3]) -> Self {
        let hex = format!("{red:02x}{green:02x}{blue:02x}");
        self.query.set(of.word(), hex);
        self
    }

    /// What it costs.
    #[must_use]
    pub const fn cost(&self) -> Cost {
        Cost::exactly(1)
    }

    fn call(&self) -> Result<Call, KeepaError> {
        limits::not_brazil(self.domain)?;
        limits::identifiers(&[&self.asin])?;
        let (width, height) = self.size;
        limits::within("the width", width, 300, 1_800)?;
        limits::within("the height", height, 150, 1_800)?;
        if self.days == 0 {
            return Err(limits::invalid("range must be positive"));
        }
        let mut query = Query::default();
        query.set("domain", self.domain.number());
        query.set("asin", &self.asin);
        query.set("range", self.days);
        query.set("width", width);
        query.set("height", height);
        query.append(&self.query);
        Ok(Call::get("graphimage", query, self.cost()))
    }
}

impl KeepaClient {
    /// The graph of a product, as the bytes of a PNG. An image does not tell the token bucket; the next other answer does.
    ///
    /// # Errors
    /// When the request breaks a limit, or brought no image.
    pub async fn graph_image(&self, request: &GraphImageRequest) -> Result<Vec<u8>, KeepaError> {
        let call = request.call()?;
        let image = self.run(&call, |answer, _| {
            Ok(answer
                .body
                .starts_with(PNG)
                .then(|| std::mem::take(&mut answer.body)))
        });
        Ok(self.within(self.deadline(), image).await?.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_graph_is_drawn_as_asked() {
        let request = GraphImageRequest::new(Domain::UnitedStates, "0593655036")
            .line(GraphLine::New, false)
            .line(GraphLine::SalesRank, true)
            .range(365)
            .size(1_800, 150)
            .yzoom(false)
            .title(false)
            .color(GraphColor::Background, [255, 0, 10]);
        insta::assert_snapshot!(request.call().unwrap().query, @"domain=1&asin=0593655036&range=365&width=1800&height=150&new=0&salesrank=1&yzoom=0&title=0&cBackground=ff000a");
    }

    #[test]
    fn what_keepa_would_refuse_is_refused_before() {
        let graph = || GraphImageRequest::new(Domain::UnitedStates, "0593655036");
        let refused = [
            GraphImageRequest::new(Domain::Brazil, "0593655036"),
            GraphImageRequest::new(Domain::UnitedStates, "a&b"),
            graph().size(299, 150),
            graph().size(300, 1_801),
            graph().range(0),
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
