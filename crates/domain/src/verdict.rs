//! The verdict: rating by gates, recommendation with reasons.

use serde::{Deserialize, Serialize};

/// Rating by gates on ROI, velocity, stability and confidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Rating {
    /// No gate passed.
    Pass,
    /// Third gate.
    Fair,
    /// Second gate.
    Good,
    /// First gate.
    Excellent,
}

impl Rating {
    /// The name on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "PASS",
            Self::Fair => "FAIR",
            Self::Good => "GOOD",
            Self::Excellent => "EXCELLENT",
        }
    }
}

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Recommendation {
    /// A number that the verdict needs is unknown; `missing` names it.
    InsufficientData,
    /// It loses money or carries a critical risk.
    Avoid,
    /// It earns too little, too slowly or too unsurely.
    Pass,
    /// Worth a look by a person.
    Consider,
    /// Buy.
    Buy,
    /// Buy at once.
    StrongBuy,
}

impl Recommendation {
    /// The name on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InsufficientData => "INSUFFICIENT_DATA",
            Self::Avoid => "AVOID",
            Self::Pass => "PASS",
            Self::Consider => "CONSIDER",
            Self::Buy => "BUY",
            Self::StrongBuy => "STRONG_BUY",
        }
    }
}

/// Why, as a code that programs use and a sentence that people read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Reason {
    /// The code.
    pub code: ReasonCode,
    /// The sentence, with its numbers.
    pub text: String,
}

/// Codes of reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReasonCode {
    /// High return.
    HighRoi,
    /// Return meets the target.
    GoodRoi,
    /// Return below the gate.
    LowRoi,
    /// Profit below the configured minimum.
    LowProfit,
    /// It loses money.
    Loss,
    /// No buy price was given; the limit is the answer.
    NoBuyPrice,
    /// Sells fast.
    FastSeller,
    /// Sells slowly.
    SlowSeller,
    /// The price moves a lot.
    VolatilePrice,
    /// Too little is known.
    LowConfidence,
    /// The profit is not sure enough.
    ProfitUnsure,
    /// A risk flag decides.
    Risk,
    /// An input is missing.
    MissingInput,
}

/// An input without which part of the answer cannot be computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MissingInput {
    /// The product is unknown to Keepa, removed, or no physical product.
    Product,
    /// No usable price history for the condition.
    SalePrice,
    /// Package size or weight, needed for the fulfilment fee.
    PackageSize,
    /// Fees could not be computed for another reason.
    Fees,
    /// Sales rank.
    SalesRank,
    /// Our buy price.
    BuyPrice,
}
