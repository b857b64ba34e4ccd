//! Daily review: what the sightings of one product over the last weeks say about it, and the summary of a list of products.
//!
//! A sighting is one time at which a search found the product at a price. The one that is judged is no part of its own history, so a product
//! that was never seen before is a fluke until it is seen again. Whether it was gone in between is known only from searches that did not
//! find it: weeks in which nobody looked say nothing. Returns are computed from real offers; where nothing is offered, nothing is judged by its
//! return.
//!
//! It does not search, and it does not analyse: a [`Sighting`] is taken of an analysis.

mod config;
mod summary;

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

pub use self::config::ReviewConfig;
pub use self::summary::{ReviewSummary, Reviewed, summarize};
use crate::analysis::Analysis;
use crate::money::Money;
use crate::risk::{RiskCode, RiskFlag, Severity};

/// What the sightings of a product make it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReviewClass {
    /// It cannot be sold with a profit: it carries a critical risk (Amazon against a new unit, dangerous goods), it has no rank, it loses
    /// money, or its used market is too weak for its return.
    Reject,
    /// It was not seen often enough, or earns too little, to be believed.
    Fluke,
    /// It was gone and is back.
    Revenant,
    /// It was seen again and again, at a return that is worth it.
    Stable,
    /// Its return is too good to be believed unseen.
    Jackpot,
}

impl ReviewClass {
    /// The name on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reject => "REJECT",
            Self::Fluke => "FLUKE",
            Self::Revenant => "REVENANT",
            Self::Stable => "STABLE",
            Self::Jackpot => "JACKPOT",
        }
    }

    /// What to do with it.
    #[must_use]
    pub const fn action(self) -> ReviewAction {
        match self {
            Self::Reject => ReviewAction::DoNotBuy,
            Self::Fluke => ReviewAction::Ignore,
            Self::Revenant => ReviewAction::Watch,
            Self::Stable => ReviewAction::Buy,
            Self::Jackpot => ReviewAction::VerifyByHand,
        }
    }

    /// `true` unless it is rejected or not believed.
    #[must_use]
    pub const fn is_opportunity(self) -> bool {
        !matches!(self, Self::Reject | Self::Fluke)
    }
}

/// What to do with a reviewed product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReviewAction {
    /// Never at this price.
    DoNotBuy,
    /// Nothing, until it is seen again.
    Ignore,
    /// See whether it stays.
    Watch,
    /// Buy.
    Buy,
    /// Look at it yourself before you buy.
    VerifyByHand,
}

/// A real offer: what one unit costs, and what it earns. Both are in the currency of one marketplace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct SeenOffer {
    /// Price of one unit as it was offered, never one that was assumed.
    pub buy_price: Money,
    /// Profit of one unit at that price.
    pub profit: Money,
}

impl SeenOffer {
    /// Profit in percent of the buy price; `None` for a unit that costs nothing.
    #[must_use]
    pub fn roi_percent(&self) -> Option<Decimal> {
        let percent = self.profit.amount() * Decimal::ONE_HUNDRED;
        percent.checked_div(self.buy_price.amount())
    }

    /// Whether the return is at least so many percent; a unit that costs nothing and earns something returns more than any number.
    fn returns(&self, percent: Decimal) -> bool {
        self.profit.amount() * Decimal::ONE_HUNDRED >= percent * self.buy_price.amount()
    }

    /// Whether the return is more than so many percent.
    fn returns_more_than(&self, percent: Decimal) -> bool {
        self.profit.amount() * Decimal::ONE_HUNDRED > percent * self.buy_price.amount()
    }
}

/// One time at which a product was found, with the numbers that it had then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Sighting {
    /// When.
    pub seen_at: DateTime<Utc>,
    /// The offer; `None` where no buy price was given, or its profit could not be told.
    pub offer: Option<SeenOffer>,
    /// The sales rank; `None` where it had none.
    pub sales_rank: Option<u32>,
    /// The worst critical flag of its analysis: Amazon against a new unit (beside a used one it is a warning), dangerous goods.
    pub critical_risk: Option<RiskCode>,
    /// Whether the signal of its condition is WEAK: used copies return little, or too many compete.
    pub has_weak_condition_signal: bool,
}

impl Sighting {
    /// What an analysis saw, with the condition's signal beside it.
    #[must_use]
    pub fn of(analysis: &Analysis, has_weak_condition_signal: bool) -> Self {
        let profit = analysis.profit.as_ref().and_then(|profit| profit.profit);
        let critical = |flag: &&RiskFlag| flag.severity == Severity::Critical;
        Self {
            seen_at: analysis.as_of,
            offer: analysis
                .buy_price
                .zip(profit)
                .map(|(buy_price, profit)| SeenOffer { buy_price, profit }),
            sales_rank: analysis
                .demand
                .as_ref()
                .and_then(|demand| demand.current_sales_rank),
            critical_risk: analysis.flags.iter().find(critical).map(|flag| flag.code),
            has_weak_condition_signal,
        }
    }
}

/// What one sighting comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Review {
    /// The class; `None` where it is not rejected and no offer tells its return.
    pub class: Option<ReviewClass>,
    /// What to do; `None` without a class.
    pub action: Option<ReviewAction>,
    /// Earlier sightings within the window, each time once.
    pub earlier_sightings: u32,
    /// The newest of them; `None` when it was not seen before.
    pub last_seen_at: Option<DateTime<Utc>>,
    /// Why, as a sentence.
    pub reason: String,
}

/// What is judged, and what is known from before.
#[derive(Debug, Clone, Copy)]
pub struct ReviewInput<'a> {
    /// The sighting that is judged.
    pub judged: &'a Sighting,
    /// Sightings of the same product, in any order. The judged one may be among them: only what was seen before it counts.
    pub sightings: &'a [Sighting],
    /// Times at which a search ended that could have found the product, in any order, whether it found it or not.
    pub searches: &'a [DateTime<Utc>],
}

/// Judges one sighting by those before it.
#[must_use]
pub fn review(input: &ReviewInput<'_>, config: &ReviewConfig) -> Review {
    let now = input.judged.seen_at;
    let window = TimeDelta::days(config.window_days.into());
    let begin = now.checked_sub_signed(window).unwrap_or(now);
    let mut seen: Vec<DateTime<Utc>> = input
        .sightings
        .iter()
        .map(|sighting| sighting.seen_at)
        .filter(|at| (begin..now).contains(at))
        .collect();
    seen.sort_unstable();
    seen.dedup();
    let (class, reason) = match (rejection(input.judged, config), input.judged.offer) {
        (Some(reason), _) => (Some(ReviewClass::Reject), reason),
        (None, None) => (None, "nothing tells its return: no offer".to_owned()),
        (None, Some(offer)) => {
            let (class, reason) = classify(&offer, &seen, input, config);
            (Some(class), reason)
        }
    };
    Review {
        class,
        action: class.map(ReviewClass::action),
        earlier_sightings: count(&seen),
        last_seen_at: seen.last().copied(),
        reason,
    }
}

/// Why a product cannot be sold with a profit; `None` when nothing says so.
fn rejection(judged: &Sighting, config: &ReviewConfig) -> Option<String> {
    if let Some(risk) = judged.critical_risk {
        return Some(format!("it carries a critical risk, {}", risk.as_str()));
    }
    if judged.sales_rank.is_none() {
        return Some("it has no sales rank".to_owned());
    }
    let offer = judged.offer?;
    if offer.profit.amount() < Decimal::ZERO {
        return Some(format!("it loses {} a unit", -offer.profit.amount()));
    }
    let needed = config.weak_signal_roi_percent;
    (judged.has_weak_condition_signal && !offer.returns(needed)).then(|| {
        format!(
            "its used market is weak, which asks for {needed} %: {}",
            returned(&offer)
        )
    })
}

/// The class of an offer that is not rejected, by the times at which it was seen before, oldest first.
fn classify(
    offer: &SeenOffer,
    seen: &[DateTime<Utc>],
    input: &ReviewInput<'_>,
    config: &ReviewConfig,
) -> (ReviewClass, String) {
    let returned = returned(offer);
    let times = count(seen);
    let Some(last_seen) = seen.last().copied() else {
        let reason = format!(
            "{returned}, not seen in the {} days before",
            config.window_days
        );
        return (ReviewClass::Fluke, reason);
    };
    if offer.returns_more_than(config.jackpot_above_roi_percent) {
        return (
            ReviewClass::Jackpot,
            format!("{returned}: verify it by hand"),
        );
    }
    if was_gone(last_seen, input, config) {
        let days = (input.judged.seen_at - last_seen).num_days();
        return (
            ReviewClass::Revenant,
            format!("{returned}, back after {days} days"),
        );
    }
    let class = if times >= config.stable_sightings && offer.returns(config.stable_roi_percent) {
        ReviewClass::Stable
    } else {
        ReviewClass::Fluke
    };
    (class, format!("{returned}, times seen before: {times}"))
}

fn count(seen: &[DateTime<Utc>]) -> u32 {
    u32::try_from(seen.len()).unwrap_or(u32::MAX)
}

/// Whether it was gone since it was last seen: long enough, and somebody looked.
fn was_gone(last_seen: DateTime<Utc>, input: &ReviewInput<'_>, config: &ReviewConfig) -> bool {
    let now = input.judged.seen_at;
    let looked = input
        .searches
        .iter()
        .any(|search| last_seen < *search && *search < now);
    looked && now - last_seen > TimeDelta::hours(config.gone_after_hours.into())
}

fn returned(offer: &SeenOffer) -> String {
    offer.roi_percent().map_or_else(
        || "it costs nothing".to_owned(),
        |roi| format!("ROI {} %", roi.round_dp(1).normalize()),
    )
}

#[cfg(test)]
mod tests;
