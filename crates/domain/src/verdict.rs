//! The verdict: rating by gates, recommendation with reasons.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::demand::DemandEstimate;
use crate::fees::FeeError;
use crate::money::Money;
use crate::profit::ProfitBreakdown;
use crate::risk::{RiskCode, RiskFlag, Severity};
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

/// One gate of the rating: every score must reach its minimum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// ROI in percent.
    #[serde(with = "crate::percent::setting")]
    #[cfg_attr(feature = "utoipa", schema(value_type = f64))]
    pub roi_percent: Decimal,
    /// Velocity score.
    pub velocity: u8,
    /// Stability score.
    pub stability: u8,
    /// Confidence score.
    pub confidence: u8,
}

/// What a user can set about the verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct VerdictConfig {
    /// Gate of EXCELLENT.
    pub excellent: Gate,
    /// Gate of GOOD.
    pub good: Gate,
    /// Gate of FAIR.
    pub fair: Gate,
    /// A purchase is recommended only when profit is at least this probable, in percent.
    pub minimum_profit_probability_percent: u8,
}

impl Default for VerdictConfig {
    /// The gates of the predecessor (35/70/70/80, 25/50/50/60, 15/30/30/40; grade C). Three chances in four keep an even bet from being
    /// recommended.
    fn default() -> Self {
        let gate = |roi: i64, velocity, stability, confidence| Gate {
            roi_percent: Decimal::from(roi),
            velocity,
            stability,
            confidence,
        };
        Self {
            excellent: gate(35, 70, 70, 80),
            good: gate(25, 50, 50, 60),
            fair: gate(15, 30, 30, 40),
            minimum_profit_probability_percent: 75,
        }
    }
}

impl VerdictConfig {
    /// Every value that is out of range or out of order, as the name of the field and what is wrong.
    #[must_use]
    pub fn problems(&self) -> Vec<(&'static str, &'static str)> {
        let ordered = [
            (
                self.excellent.roi_percent >= self.good.roi_percent,
                "verdict.excellent.roi_percent",
            ),
            (
                self.excellent.velocity >= self.good.velocity,
                "verdict.excellent.velocity",
            ),
            (
                self.excellent.stability >= self.good.stability,
                "verdict.excellent.stability",
            ),
            (
                self.excellent.confidence >= self.good.confidence,
                "verdict.excellent.confidence",
            ),
        ]
        .map(|(holds, path)| (holds, path, "must not be below that of good"));
        let good_ordered = [
            (
                self.good.roi_percent >= self.fair.roi_percent,
                "verdict.good.roi_percent",
            ),
            (
                self.good.velocity >= self.fair.velocity,
                "verdict.good.velocity",
            ),
            (
                self.good.stability >= self.fair.stability,
                "verdict.good.stability",
            ),
            (
                self.good.confidence >= self.fair.confidence,
                "verdict.good.confidence",
            ),
        ]
        .map(|(holds, path)| (holds, path, "must not be below that of fair"));
        let highest = [
            (self.excellent.velocity <= 100, "verdict.excellent.velocity"),
            (
                self.excellent.stability <= 100,
                "verdict.excellent.stability",
            ),
            (
                self.excellent.confidence <= 100,
                "verdict.excellent.confidence",
            ),
        ]
        .map(|(holds, path)| (holds, path, "must be from 0 to 100"));
        let mut problems: Vec<(&'static str, &'static str)> = ordered
            .into_iter()
            .chain(good_ordered)
            .chain(highest)
            .filter_map(|(holds, path, problem)| (!holds).then_some((path, problem)))
            .collect();
        if self.minimum_profit_probability_percent > 100 {
            problems.push((
                "verdict.minimum_profit_probability_percent",
                "must be from 0 to 100",
            ));
        }
        problems
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
    let mut reasons: Vec<Reason> = needed
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
    let Some(roi) = roi(profit, evidence.buy_price) else {
        return without_buy_price(profit, demand, evidence, config);
    };
    let earned = profit
        .profit
        .map(|money| money.amount())
        .unwrap_or_default();
    let rating = rate(roi, evidence.scores, config);
    let probable = profit.profit_probability_percent.unwrap_or(0);
    let critical = evidence
        .flags
        .iter()
        .find(|flag| flag.severity == Severity::Critical);
    let limit = profit.max_buy_price.map(|max| max.amount());
    let is_above_limit = limit.is_none_or(|limit| limit < paid(evidence.buy_price));
    let amazon = evidence
        .flags
        .iter()
        .find(|flag| flag.code == RiskCode::AmazonHoldsBuyBox);
    let recommendation = if earned <= Decimal::ZERO || critical.is_some() {
        Recommendation::Avoid
    } else if is_above_limit {
        Recommendation::Pass
    } else if probable < config.minimum_profit_probability_percent {
        rating_to_recommendation(rating).min(Recommendation::Consider)
    } else if amazon.is_some() {
        rating_to_recommendation(rating).min(Recommendation::Buy)
    } else {
        rating_to_recommendation(rating)
    };
    if earned <= Decimal::ZERO {
        reasons.push(reason(
            ReasonCode::Loss,
            format!("it loses {} a unit after fees and costs", -earned),
        ));
    }
    reasons.extend(critical.map(|flag| reason(ReasonCode::Risk, flag.detail.clone())));
    if earned > Decimal::ZERO {
        if is_above_limit {
            let text = limit.map_or_else(
                || "no buy price reaches the target".to_owned(),
                |limit| {
                    format!(
                        "pay at most {limit}: at {} it misses the target",
                        paid(evidence.buy_price)
                    )
                },
            );
            reasons.push(reason(ReasonCode::LowProfit, text));
        }
        reasons.push(return_reason(roi, earned, paid(evidence.buy_price), config));
        if probable < config.minimum_profit_probability_percent {
            let text = format!("only {probable} % of the likely prices leave a profit");
            reasons.push(reason(ReasonCode::ProfitUnsure, text));
        }
    }
    reasons.push(speed_reason(demand, evidence.scores, config));
    if evidence
        .scores
        .stability
        .is_some_and(|score| score < config.good.stability)
    {
        reasons.push(reason(
            ReasonCode::VolatilePrice,
            "its price moves a lot".to_owned(),
        ));
    }
    if evidence
        .scores
        .confidence
        .is_some_and(|score| score < config.good.confidence)
    {
        reasons.push(reason(
            ReasonCode::LowConfidence,
            "little is known about its market".to_owned(),
        ));
    }
    if critical.is_none() {
        reasons.extend(amazon.map(|flag| reason(ReasonCode::Risk, flag.detail.clone())));
    }
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

/// ROI; a unit that costs nothing returns more than any gate asks for.
fn roi(profit: &ProfitBreakdown, buy_price: Option<Money>) -> Option<Decimal> {
    let free = buy_price.is_some_and(|price| price.amount().is_zero());
    profit.roi_percent.or(free.then_some(Decimal::from(1_000)))
}

fn paid(buy_price: Option<Money>) -> Decimal {
    buy_price.map(|price| price.amount()).unwrap_or_default()
}

/// Without a buy price the answer is what to pay at most. It is never a recommendation to buy, and a unit that sells too slowly or carries a
/// critical risk is no candidate at any price.
fn without_buy_price(
    profit: &ProfitBreakdown,
    demand: &DemandEstimate,
    evidence: &Evidence<'_>,
    config: &VerdictConfig,
) -> Verdict {
    let critical = evidence
        .flags
        .iter()
        .find(|flag| flag.severity == Severity::Critical);
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

const fn rating_to_recommendation(rating: Rating) -> Recommendation {
    match rating {
        Rating::Excellent => Recommendation::StrongBuy,
        Rating::Good => Recommendation::Buy,
        Rating::Fair => Recommendation::Consider,
        Rating::Pass => Recommendation::Pass,
    }
}

fn return_reason(roi: Decimal, earned: Decimal, paid: Decimal, config: &VerdictConfig) -> Reason {
    let code = if roi >= config.excellent.roi_percent {
        ReasonCode::HighRoi
    } else if roi >= config.fair.roi_percent {
        ReasonCode::GoodRoi
    } else {
        ReasonCode::LowRoi
    };
    let text = if paid.is_zero() {
        format!("free, profit of {earned} a unit")
    } else {
        format!("ROI {} % on {paid}, profit of {earned} a unit", roi.round())
    };
    reason(code, text)
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
