//! The parameters of `/product`.

use crate::clock::keepa_minute;
use crate::envelope::KeepaError;
use crate::parameters::{Parameters, invalid, out_of_range};

/// Products asked for in one request, at most. Grade A: Keepa's documentation.
const MAX_IDENTIFIERS: usize = 100;

/// How the products are named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// By ASIN.
    Asins(Vec<String>),
    /// By UPC, EAN or ISBN-13.
    Codes(Vec<String>),
}

/// A request for products.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ProductQuery {
    /// Amazon locale, 1 = amazon.com.
    pub(crate) domain: u8,
    /// Which products.
    pub(crate) wanted: Wanted,
    /// What goes into each product.
    pub(crate) parts: Parts,
    /// Hours after which it is refreshed: 0 live, -1 never; `None` when nothing is said.
    pub(crate) update: Option<i32>,
    /// Products that one code may find.
    pub(crate) code_limit: Option<i32>,
}

/// The time that `stats` covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StatsInterval {
    /// The last days.
    Days(i32),
    /// From one Keepa minute to another.
    Between(i32, i32),
}

/// What goes into a product, and what is paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Parts {
    /// The time that `stats` covers; `None` leaves it out.
    pub(crate) stats: Option<StatsInterval>,
    /// Whether histories are sent.
    pub(crate) history: bool,
    /// Histories of the last days only.
    pub(crate) days: Option<i32>,
    /// Offers asked for, 20-100.
    pub(crate) offers: Option<u32>,
    /// Whether historical offers are left out.
    pub(crate) only_live_offers: bool,
    /// Whether rating histories are sent.
    pub(crate) rating: bool,
    /// Whether buy box histories are sent.
    pub(crate) buybox: bool,
    /// Whether copies left are sent, with offers.
    pub(crate) stock: bool,
    /// Whether videos are sent.
    pub(crate) videos: bool,
    /// Whether A+ content is sent.
    pub(crate) aplus: bool,
    /// Whether former variations are sent.
    pub(crate) historical_variations: bool,
}

impl Parts {
    /// Nothing but the product itself.
    pub(crate) const BARE: Self = Self {
        stats: None,
        history: false,
        days: None,
        offers: None,
        only_live_offers: false,
        rating: false,
        buybox: false,
        stock: false,
        videos: false,
        aplus: false,
        historical_variations: false,
    };

    /// The same without what is computed from a market.
    pub(crate) fn without_market(self) -> Self {
        Self {
            stats: None,
            history: false,
            ..self
        }
    }
}

impl ProductQuery {
    /// Reads the parameters.
    pub(crate) fn parse(query: &Parameters) -> Result<Self, KeepaError> {
        let domain = query.domain(true)?;
        let wanted = match (query.list("asin"), query.list("code")) {
            (Some(asins), None) => Wanted::Asins(asins),
            (None, Some(codes)) => Wanted::Codes(codes),
            (Some(_), Some(_)) => return Err(invalid("asin and code exclude each other")),
            (None, None) => return Err(invalid("asin or code is missing")),
        };
        let (Wanted::Asins(list) | Wanted::Codes(list)) = &wanted;
        if list.len() > MAX_IDENTIFIERS {
            return Err(out_of_range(format!(
                "{} products asked for, at most 100",
                list.len()
            )));
        }
        let offers = query.number::<u32>("offers")?;
        if offers.is_some_and(|offers| !(20..=100).contains(&offers)) {
            return Err(out_of_range("offers is not between 20 and 100"));
        }
        let parts = Parts {
            stats: stats(query)?,
            history: query.switch("history", true)?,
            days: query.positive("days")?,
            offers,
            only_live_offers: query.switch("only-live-offers", false)?,
            rating: query.switch("rating", false)?,
            buybox: query.switch("buybox", false)?,
            stock: query.switch("stock", false)?,
            videos: query.switch("videos", false)?,
            aplus: query.switch("aplus", false)?,
            historical_variations: query.switch("historical-variations", false)?,
        };
        if offers.is_none() && (parts.stock || parts.only_live_offers) {
            return Err(invalid("stock and only-live-offers need offers"));
        }
        Ok(Self {
            domain,
            wanted,
            parts,
            update: update(query)?,
            code_limit: query.positive("code-limit")?,
        })
    }
}

/// Hours after which a product is refreshed; `None` when nothing is said.
pub(crate) fn update(query: &Parameters) -> Result<Option<i32>, KeepaError> {
    match query.number("update")? {
        Some(hours) if hours < -1 => Err(out_of_range("update is less than -1")),
        hours => Ok(hours),
    }
}

/// The time that statistics cover: days, or two times as Unix milliseconds or ISO 8601.
pub(crate) fn stats(query: &Parameters) -> Result<Option<StatsInterval>, KeepaError> {
    let Some(text) = query.text("stats") else {
        return Ok(None);
    };
    let Some((from, to)) = text.split_once(',') else {
        let days = query.positive("stats")?;
        return Ok(days.map(StatsInterval::Days));
    };
    let (from, to) = (moment(from)?, moment(to)?);
    if from >= to {
        return Err(invalid("stats ends before it begins"));
    }
    Ok(Some(StatsInterval::Between(from, to)))
}

/// The Keepa minute of a time in Unix milliseconds, or of an ISO 8601 date with or without a time (UTC).
fn moment(text: &str) -> Result<i32, KeepaError> {
    let text = text.trim();
    let millis = text.parse::<i64>().ok().or_else(|| {
        let date = text.parse::<chrono::NaiveDate>().ok();
        let midnight = date.and_then(|date| date.and_hms_opt(0, 0, 0));
        let time = || {
            text.trim_end_matches('Z')
                .parse::<chrono::NaiveDateTime>()
                .ok()
        };
        let time = midnight.or_else(time)?;
        Some(time.and_utc().timestamp_millis())
    });
    millis
        .map(keepa_minute)
        .ok_or_else(|| invalid(format!("{text:?} in stats is no time")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_cover_days_or_the_time_between_two_moments() {
        let of = |text: &str| {
            let query = [("stats".to_owned(), text.to_owned())].into();
            stats(&Parameters::new(query)).ok()
        };
        let day = |first| StatsInterval::Between(first, first + 1_440);
        assert_eq!(of("90"), Some(Some(StatsInterval::Days(90))));
        assert_eq!(of("2011-01-02,2011-01-03"), Some(Some(day(1_440))));
        let between = of("2011-01-01T16:40:00Z,1293987600000");
        assert_eq!(between, Some(Some(StatsInterval::Between(1_000, 2_460))));
        for refused in ["0", "x", "2011-01-03,2011-01-02", "1,"] {
            assert_eq!(of(refused), None, "{refused}");
        }
    }
}
