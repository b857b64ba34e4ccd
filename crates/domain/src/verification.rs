//! Verification: is an analysis still true just before the money is spent?
//!
//! An analysis made earlier is held against one made now, of the same product and offer. Only what got worse counts: a better rank, a higher
//! price or a competitor fewer never alarms. Nothing here looks at a market: whoever calls analyses a fresh snapshot first, and
//! [`Verification::is_market_newer`] says whether it was one.

mod changes;
mod config;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use self::config::{Limits, VerificationConfig};
use crate::analysis::Analysis;
use crate::money::Money;
use crate::risk::{RiskCode, Severity};
use crate::verdict::{MissingInput, Recommendation};

/// What to do with an earlier answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum VerificationStatus {
    /// Nothing that counts got worse.
    Ok,
    /// Something got worse: look again.
    Changed,
    /// Something critical got worse, or the answer is to avoid it or unknown now, whatever it was before.
    Avoid,
}

impl VerificationStatus {
    /// The name on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Changed => "CHANGED",
            Self::Avoid => "AVOID",
        }
    }
}

/// What got worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ChangeCode {
    /// An input is missing that was known: the listing is gone, or price, fees or rank are unknown now.
    MissingInput,
    /// Amazon sells it now and did not before.
    AmazonSells,
    /// Amazon holds the buy box now and did not before.
    AmazonHoldsBuyBox,
    /// The profit of one unit fell.
    Profit,
    /// The likely sale price fell.
    SalePrice,
    /// The typical sales rank of 90 days got worse. Not the current one: that of a slow book swings by far more from one sale to the next.
    SalesRank,
    /// More offers compete: sellers fulfilled by Amazon for a new unit that Amazon ships, where they are counted, and all offers of its
    /// kind, new or used, for another.
    CompetingOffers,
    /// A risk flag is raised that was not, or that was less severe; but for PRICE_SPIKE and NEAR_LOSS_ZONE, which a risen price can raise.
    Risk,
    /// The recommendation is lower, and not for a price that rose.
    Recommendation,
}

/// A value before or after a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum Reading {
    /// An amount.
    Money(Money),
    /// A rank, or a number of offers.
    Number(u32),
    /// Whether Amazon does it.
    Is(bool),
    /// A recommendation.
    Recommendation(Recommendation),
    /// A flag.
    Risk(RiskCode),
    /// An input that is missing.
    Missing(MissingInput),
}

/// One thing that got worse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Change {
    /// What it is.
    pub code: ChangeCode,
    /// How bad it is: WARNING or CRITICAL.
    pub severity: Severity,
    /// How it was; `None` for a flag that was not raised and an input that was not missing.
    pub before: Option<Reading>,
    /// How it is now.
    pub after: Option<Reading>,
    /// The same as a sentence.
    pub text: String,
}

/// What became of an earlier analysis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Verification {
    /// What to do.
    pub status: VerificationStatus,
    /// What got worse, worst first.
    pub changes: Vec<Change>,
    /// The recommendation of now.
    pub recommendation: Recommendation,
    /// The time of the earlier analysis.
    pub analysed_at: DateTime<Utc>,
    /// The time of this one.
    pub verified_at: DateTime<Utc>,
    /// `true` when the market was looked at after the earlier analysis knew it. Where it was not, `OK` says nothing.
    pub is_market_newer: bool,
}

/// Why two analyses cannot be held against each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerificationError {
    /// They are of two products, or of one in two ways.
    #[error(
        "the analyses are not of the same product, marketplace, condition and fulfilment, so nothing follows from their difference"
    )]
    OtherOffer,
}

/// Holds an earlier analysis against one of now. The buy price may differ: what it does to the profit counts as a change.
///
/// # Errors
/// When the two are not of the same product, marketplace, condition and fulfilment.
pub fn verify(
    before: &Analysis,
    now: &Analysis,
    config: &VerificationConfig,
) -> Result<Verification, VerificationError> {
    let offer = |analysis: &Analysis| {
        (
            analysis.asin,
            analysis.marketplace,
            analysis.condition,
            analysis.fulfilment,
        )
    };
    if offer(before) != offer(now) {
        return Err(VerificationError::OtherOffer);
    }
    let changes = changes::worse(before, now, config);
    let is_avoided = matches!(
        now.recommendation,
        Recommendation::Avoid | Recommendation::InsufficientData
    );
    let worst = changes.first().map(|change| change.severity);
    Ok(Verification {
        status: if is_avoided || worst == Some(Severity::Critical) {
            VerificationStatus::Avoid
        } else if worst.is_some() {
            VerificationStatus::Changed
        } else {
            VerificationStatus::Ok
        },
        changes,
        recommendation: now.recommendation,
        analysed_at: before.as_of,
        verified_at: now.as_of,
        is_market_newer: now.observed_at > before.observed_at,
    })
}

#[cfg(test)]
mod tests;
