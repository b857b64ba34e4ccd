//! The series of a product: their names, what they count, and their points.

use arbitragevault_domain::history::{Change, History};
use arbitragevault_domain::market::{Histories, MarketSnapshot};
use arbitragevault_domain::money::{Currency, Money};
use arbitragevault_domain::time::KeepaMinutes;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

macro_rules! series {
    ($($(#[$doc:meta])* $series:ident: $name:literal, $unit:ident, $field:ident;)*) => {
        /// A series of the market.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        pub(super) enum Series {
            $($(#[$doc])* $series,)*
        }

        impl Series {
            /// Every series.
            pub(super) const ALL: [Self; [$($name),*].len()] = [$(Self::$series),*];

            /// The name on the wire.
            pub(super) const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$series => $name,)*
                }
            }

            const fn unit(self) -> Unit {
                match self {
                    $(Self::$series => Unit::$unit,)*
                }
            }

            const fn of(self, histories: &Histories) -> Option<&History> {
                match self {
                    $(Self::$series => histories.$field.as_ref(),)*
                }
            }
        }
    };
}

series! {
    /// Amazon's own offer.
    Amazon: "AMAZON", Money, amazon;
    /// Lowest new offer of anyone.
    New: "NEW", Money, new;
    /// Lowest used offer of anyone, shipping not included.
    Used: "USED", Money, used;
    /// List price.
    ListPrice: "LIST_PRICE", Money, list_price;
    /// Sales rank.
    SalesRank: "SALES_RANK", Rank, sales_rank;
    /// Lowest new offer fulfilled by Amazon for a third party.
    NewFba: "NEW_FBA", Money, new_fba;
    /// Lowest new offer shipped by its seller, landed.
    NewFbm: "NEW_FBM", Money, new_fbm;
    /// New buy box, landed.
    BuyBox: "BUY_BOX", Money, buy_box;
    /// Used buy box, landed.
    BuyBoxUsed: "BUY_BOX_USED", Money, buy_box_used;
    /// Lowest used offer, like new, landed.
    UsedLikeNew: "USED_LIKE_NEW", Money, used_like_new;
    /// Lowest used offer, very good, landed.
    UsedVeryGood: "USED_VERY_GOOD", Money, used_very_good;
    /// Lowest used offer, good, landed.
    UsedGood: "USED_GOOD", Money, used_good;
    /// Lowest used offer, acceptable, landed.
    UsedAcceptable: "USED_ACCEPTABLE", Money, used_acceptable;
    /// Number of new offers.
    NewOfferCount: "NEW_OFFER_COUNT", Count, new_offer_count;
    /// Number of used offers.
    UsedOfferCount: "USED_OFFER_COUNT", Count, used_offer_count;
    /// Number of new offers fulfilled by Amazon.
    NewFbaOfferCount: "NEW_FBA_OFFER_COUNT", Count, new_fba_offer_count;
    /// Number of new offers shipped by their sellers.
    NewFbmOfferCount: "NEW_FBM_OFFER_COUNT", Count, new_fbm_offer_count;
    /// Amazon's "bought in past month", a lower bound.
    MonthlySold: "MONTHLY_SOLD", Count, monthly_sold;
}

/// What the values of a series are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Unit {
    /// Amounts of money, as decimal strings in the currency of the series.
    Money,
    /// Places in a ranking, as numbers; 1 is the best.
    Rank,
    /// Numbers of something.
    Count,
}

/// A value of a series.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(untagged)]
enum Value {
    /// An amount as a decimal string.
    Amount(String),
    /// A rank or a count.
    Number(i32),
}

/// A series with its value now.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CurrentValue {
    /// The series.
    series: Series,
    /// What its value is.
    unit: Unit,
    /// The currency of an amount; null for a rank or a count.
    currency: Option<Currency>,
    /// The value.
    value: Value,
}

/// A series over time.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SeriesHistory {
    /// The series.
    series: Series,
    /// What its values are.
    unit: Unit,
    /// The currency of amounts; null for ranks and counts.
    currency: Option<Currency>,
    /// The changes, in order of time; each value holds until the next one.
    points: Vec<Point>,
}

/// A change of a series.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
struct Point {
    /// When the value began to hold.
    at: DateTime<Utc>,
    /// The value; null while nothing was offered.
    value: Option<Value>,
}

/// The span of time that is asked for; open where it is `None`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    /// First minute.
    pub(super) from: Option<KeepaMinutes>,
    /// The minute after the last.
    pub(super) to: Option<KeepaMinutes>,
}

impl Series {
    /// Its value now, when there is one.
    pub(super) fn current(self, snapshot: &MarketSnapshot) -> Option<CurrentValue> {
        let last = self.of(&snapshot.histories)?.changes().last()?;
        let currency = self.currency(snapshot);
        Some(CurrentValue {
            series: self,
            unit: self.unit(),
            currency,
            value: value(last.value?, currency),
        })
    }

    /// Its history in a span; `None` when it is not known of the product.
    pub(super) fn history(self, snapshot: &MarketSnapshot, span: Span) -> Option<SeriesHistory> {
        let history = self.of(&snapshot.histories)?;
        let currency = self.currency(snapshot);
        Some(SeriesHistory {
            series: self,
            unit: self.unit(),
            currency,
            points: points(history, span, currency),
        })
    }

    fn currency(self, snapshot: &MarketSnapshot) -> Option<Currency> {
        (self.unit() == Unit::Money).then(|| snapshot.marketplace.currency())
    }
}

fn points(history: &History, span: Span, currency: Option<Currency>) -> Vec<Point> {
    let changes = history.changes();
    let from = span.from.map_or(0, |from| {
        changes.partition_point(|change| change.at <= from)
    });
    let to = span.to.map_or(changes.len(), |to| {
        changes.partition_point(|change| change.at < to)
    });
    let point = |at: KeepaMinutes, held: Option<i32>| Point {
        at: at.to_utc(),
        value: held.map(|held| value(held, currency)),
    };
    // What held at `from` began before it; nothing is known of the time before the first change.
    let held = from.checked_sub(1).and_then(|before| changes.get(before));
    let start = span
        .from
        .zip(held)
        .map(|(from, change)| point(from, change.value));
    let rest = changes.get(from..to).unwrap_or_default();
    let rest = rest.iter().map(|&Change { at, value }| point(at, value));
    start.into_iter().chain(rest).collect()
}

fn value(value: i32, currency: Option<Currency>) -> Value {
    match currency {
        Some(currency) => Value::Amount(
            Money::from_minor(value.into(), currency)
                .amount()
                .to_string(),
        ),
        None => Value::Number(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_begins_with_the_value_that_held_then() {
        let change = |at, value| Change {
            at: KeepaMinutes(at),
            value,
        };
        let history = History::new([
            change(10, Some(1_250)),
            change(20, None),
            change(30, Some(999)),
        ]);
        let shown = |from: Option<i32>, to: Option<i32>| {
            let span = Span {
                from: from.map(KeepaMinutes),
                to: to.map(KeepaMinutes),
            };
            let points = points(&history, span, Some(Currency::Usd));
            points
                .into_iter()
                .map(|point| {
                    let value = match point.value {
                        Some(Value::Amount(amount)) => amount,
                        Some(Value::Number(_)) => unreachable!(),
                        None => "nothing".to_owned(),
                    };
                    format!("{} {value}", KeepaMinutes::from_utc(point.at).0)
                })
                .collect::<Vec<_>>()
                .join(", ")
        };
        assert_eq!(shown(None, None), "10 12.50, 20 nothing, 30 9.99");
        assert_eq!(shown(Some(15), Some(30)), "15 12.50, 20 nothing");
        assert_eq!(shown(Some(20), None), "20 nothing, 30 9.99");
        assert_eq!(shown(Some(5), Some(20)), "10 12.50");
        assert_eq!(shown(Some(40), None), "40 9.99");
    }

    #[test]
    fn every_series_has_the_name_that_it_is_written_by() {
        for series in Series::ALL {
            let name = serde_json::to_value(series).unwrap();
            assert_eq!(name, series.as_str());
        }
    }
}
