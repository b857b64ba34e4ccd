//! The summary of a list of reviewed products.

use std::cmp::Ordering;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{Review, ReviewClass, ReviewConfig, SeenOffer};
use crate::identifier::Asin;

/// A product, its offer as it was judged, and what it came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Reviewed {
    /// The product.
    #[cfg_attr(feature = "utoipa", schema(value_type = String, example = "0593655036"))]
    pub asin: Asin,
    /// The offer of the judged sighting.
    pub offer: Option<SeenOffer>,
    /// What it came to.
    pub review: Review,
}

/// What a list of reviewed products holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct ReviewSummary {
    /// Products that are stable.
    pub stable: u32,
    /// Products whose return has to be verified by hand.
    pub jackpots: u32,
    /// Products that are back.
    pub revenants: u32,
    /// Products that are not believed.
    pub flukes: u32,
    /// Products that are rejected.
    pub rejects: u32,
    /// Products without an offer, so without a class.
    pub unjudged: u32,
    /// Mean return of the opportunities (stable, jackpots, revenants), in percent; `None` without any that costs something.
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<f64>))]
    #[serde(with = "crate::percent::option")]
    pub mean_roi_percent: Option<Decimal>,
    /// The opportunities with the highest return, best first; equal ones in order of ASIN.
    pub top: Vec<Reviewed>,
    /// The stable ones, which can be bought, highest return first; equal ones in order of ASIN.
    pub buy: Vec<Reviewed>,
}

/// Counts a list, and names its best.
#[must_use]
pub fn summarize(list: &[Reviewed], config: &ReviewConfig) -> ReviewSummary {
    let count = |class: Option<ReviewClass>| {
        let of_class = list.iter().filter(|one| one.review.class == class);
        u32::try_from(of_class.count()).unwrap_or(u32::MAX)
    };
    let best_first = |is_wanted: fn(ReviewClass) -> bool| {
        let mut wanted: Vec<&Reviewed> = list
            .iter()
            .filter(|one| one.review.class.is_some_and(is_wanted))
            .collect();
        wanted.sort_by(|a, b| by_return(a, b));
        wanted
    };
    let opportunities = best_first(ReviewClass::is_opportunity);
    ReviewSummary {
        stable: count(Some(ReviewClass::Stable)),
        jackpots: count(Some(ReviewClass::Jackpot)),
        revenants: count(Some(ReviewClass::Revenant)),
        flukes: count(Some(ReviewClass::Fluke)),
        rejects: count(Some(ReviewClass::Reject)),
        unjudged: count(None),
        mean_roi_percent: mean_roi(&opportunities),
        top: opportunities
            .into_iter()
            .take(config.top.into())
            .cloned()
            .collect(),
        buy: best_first(|class| class == ReviewClass::Stable)
            .into_iter()
            .cloned()
            .collect(),
    }
}

fn roi(one: &Reviewed) -> Option<Decimal> {
    one.offer?.roi_percent()
}

/// Highest return first; what costs nothing returns most.
fn by_return(a: &Reviewed, b: &Reviewed) -> Ordering {
    let cost_nothing = |one: &Reviewed| one.offer.is_some() && roi(one).is_none();
    cost_nothing(b)
        .cmp(&cost_nothing(a))
        .then_with(|| roi(b).cmp(&roi(a)))
        .then_with(|| a.asin.cmp(&b.asin))
}

fn mean_roi(list: &[&Reviewed]) -> Option<Decimal> {
    let returns: Vec<Decimal> = list.iter().filter_map(|one| roi(one)).collect();
    let sum: Decimal = returns.iter().sum();
    sum.checked_div(Decimal::from(returns.len()))
}
