//! The verdict: rating by gates, recommendation with reasons.

mod config;
mod purchase;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

pub use self::config::{Gate, VerdictConfig};
use self::purchase::Purchase;
use crate::demand::DemandEstimate;
use crate::fees::FeeError;
use crate::money::Money;
use crate::profit::ProfitBreakdown;
use crate::risk::{RiskFlag, Severity};
use crate::scores::Scores;

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

impl ReasonCode {
    /// `true` when it speaks for a purchase.
    #[must_use]
    pub const fn is_favourable(self) -> bool {
        matches!(self, Self::HighRoi | Self::GoodRoi | Self::FastSeller)
    }
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
    /// Weight, needed for the cost of own shipping.
    PackageWeight,
    /// The fees of the marketplace, which no rate card and no configuration tells.
    FeeSchedule,
    /// Sales rank.
    SalesRank,
    /// Our buy price, in the currency of the marketplace.
    BuyPrice,
}

impl MissingInput {
    /// What fees lacked.
    pub(crate) const fn of_fees(error: &FeeError) -> Self {
        match error {
            FeeError::PackageUnknown => Self::PackageSize,
            FeeError::WeightUnknown => Self::PackageWeight,
            FeeError::ScheduleUnknown | FeeError::Currency { .. } | FeeError::AmountOutOfRange => {
                Self::FeeSchedule
            }
        }
    }

    /// What is missing, as a sentence for people.
    pub(crate) const fn sentence(self) -> &'static str {
        match self {
            Self::Product => "Keepa knows no physical product for this identifier",
            Self::SalePrice => {
                "nobody offered it in this condition for long enough to tell a price"
            }
            Self::PackageSize => {
                "the size or weight of its package is unknown, so the fulfilment fee is too"
            }
            Self::PackageWeight => {
                "its weight is unknown, so what it costs to ship it yourself is too"
            }
            Self::FeeSchedule => {
                "the fees of this marketplace are unknown: configure its flat schedule"
            }
            Self::SalesRank => "it has no sales rank, so how fast it sells is unknown",
            Self::BuyPrice => "no buy price was given in the currency of the marketplace",
        }
    }
}

/// What the verdict rests on.
pub(crate) struct Evidence<'a> {
    pub(crate) profit: Option<&'a ProfitBreakdown>,
    pub(crate) demand: Option<&'a DemandEstimate>,
    pub(crate) scores: &'a Scores,
    pub(crate) flags: &'a [RiskFlag],
    pub(crate) missing: &'a [MissingInput],
    pub(crate) buy_price: Option<Money>,
}

/// The answer to "buy or not".
pub(crate) struct Verdict {
    pub(crate) rating: Option<Rating>,
    pub(crate) recommendation: Recommendation,
    pub(crate) reasons: Vec<Reason>,
}

/// Rates and recommends.
pub(crate) fn decide(evidence: &Evidence<'_>, config: &VerdictConfig) -> Verdict {
    let needed = evidence
        .missing
        .iter()
        .filter(|missing| **missing != MissingInput::BuyPrice);
    let reasons: Vec<Reason> = needed
        .map(|missing| reason(ReasonCode::MissingInput, missing.sentence().to_owned()))
        .collect();
    let (Some(profit), Some(demand), true) = (evidence.profit, evidence.demand, reasons.is_empty())
    else {
        return Verdict {
            rating: None,
            recommendation: Recommendation::InsufficientData,
            reasons,
        };
    };
    let Some(purchase) = Purchase::of(profit, evidence) else {
        return without_buy_price(profit, demand, evidence, config);
    };
    let rating = rate(purchase.roi, evidence.scores, config);
    let recommendation = purchase.recommendation(rating, config);
    let mut reasons = purchase.reasons(demand, evidence.scores, config);
    // What speaks against a purchase is the first thing to say when there is none.
    if recommendation < Recommendation::Buy {
        reasons.sort_by_key(|reason| reason.code.is_favourable());
    }
    Verdict {
        rating: Some(rating),
        recommendation,
        reasons,
    }
}

/// Without a buy price the answer is what to pay at most. It is never a recommendation to buy, and a unit that sells too slowly or carries a
/// critical risk is no candidate at any price.
fn without_buy_price(
    profit: &ProfitBreakdown,
    demand: &DemandEstimate,
    evidence: &Evidence<'_>,
    config: &VerdictConfig,
) -> Verdict {
    let critical = critical(evidence.flags);
    let limit = profit.max_buy_price.map(|max| {
        let text = format!("pay at most {}", max.amount());
        reason(ReasonCode::NoBuyPrice, text)
    });
    let speed = speed_reason(demand, evidence.scores, config);
    let is_too_slow = evidence
        .scores
        .velocity
        .is_none_or(|score| score < config.fair.velocity);
    let (recommendation, reasons) = match (limit, critical) {
        (limit, Some(flag)) => {
            let risk = reason(ReasonCode::Risk, flag.detail.clone());
            let reasons = std::iter::once(risk).chain(limit).chain([speed]).collect();
            (Recommendation::Avoid, reasons)
        }
        (None, None) => {
            let text = "no buy price reaches the target: fees eat the price".to_owned();
            let reasons = vec![reason(ReasonCode::Loss, text), speed];
            (Recommendation::Avoid, reasons)
        }
        (Some(limit), None) if is_too_slow => (Recommendation::Pass, vec![speed, limit]),
        (Some(limit), None) => (Recommendation::Consider, vec![limit, speed]),
    };
    Verdict {
        rating: None,
        recommendation,
        reasons,
    }
}

/// The worst flag, when it is critical.
fn critical(flags: &[RiskFlag]) -> Option<&RiskFlag> {
    flags
        .iter()
        .find(|flag| flag.severity == Severity::Critical)
}

fn rate(roi: Decimal, scores: &Scores, config: &VerdictConfig) -> Rating {
    let passes = |gate: &Gate| {
        roi >= gate.roi_percent
            && scores.velocity.is_some_and(|score| score >= gate.velocity)
            && scores
                .stability
                .is_some_and(|score| score >= gate.stability)
            && scores
                .confidence
                .is_some_and(|score| score >= gate.confidence)
    };
    if passes(&config.excellent) {
        Rating::Excellent
    } else if passes(&config.good) {
        Rating::Good
    } else if passes(&config.fair) {
        Rating::Fair
    } else {
        Rating::Pass
    }
}

fn speed_reason(demand: &DemandEstimate, scores: &Scores, config: &VerdictConfig) -> Reason {
    let code = if scores
        .velocity
        .is_some_and(|score| score >= config.good.velocity)
    {
        ReasonCode::FastSeller
    } else {
        ReasonCode::SlowSeller
    };
    reason(code, sells(demand))
}

fn sells(demand: &DemandEstimate) -> String {
    match demand.days_to_sell {
        Some(days) => format!("sells in about {days} days"),
        None => "hardly ever sells".to_owned(),
    }
}

const fn reason(code: ReasonCode, text: String) -> Reason {
    Reason { code, text }
}

#[cfg(test)]
mod tests;
