//! A purchase at a known price: what to do, and why.

use rust_decimal::Decimal;

use super::{
    Evidence, Rating, Reason, ReasonCode, Recommendation, VerdictConfig, critical, reason,
    speed_reason,
};
use crate::demand::DemandEstimate;
use crate::profit::ProfitBreakdown;
use crate::risk::{RiskCode, RiskFlag};
use crate::scores::Scores;

/// The ROI of a unit that costs nothing, in percent: more than any gate asks for.
const ROI_OF_A_GIFT: i64 = 1_000;

/// A purchase at a known price, and what decides about it.
pub(super) struct Purchase<'a> {
    /// Profit in percent of the buy price.
    pub(super) roi: Decimal,
    /// Profit of a unit.
    earned: Decimal,
    /// Price of a unit.
    paid: Decimal,
    /// The most one may pay for the target; `None` when no price reaches it.
    limit: Option<Decimal>,
    /// Probability of a profit, in percent.
    probability: u8,
    critical: Option<&'a RiskFlag>,
    /// Amazon in the buy box.
    amazon: Option<&'a RiskFlag>,
}

impl<'a> Purchase<'a> {
    /// `None` without a buy price.
    pub(super) fn of(profit: &ProfitBreakdown, evidence: &Evidence<'a>) -> Option<Self> {
        let paid = evidence.buy_price?.amount();
        let gift = paid.is_zero().then_some(Decimal::from(ROI_OF_A_GIFT));
        Some(Self {
            roi: profit.roi_percent.or(gift)?,
            earned: profit.profit?.amount(),
            paid,
            limit: profit.max_buy_price.map(|max| max.amount()),
            probability: profit.profit_probability_percent.unwrap_or(0),
            critical: critical(evidence.flags),
            amazon: evidence
                .flags
                .iter()
                .find(|flag| flag.code == RiskCode::AmazonHoldsBuyBox),
        })
    }

    fn is_loss(&self) -> bool {
        self.earned <= Decimal::ZERO
    }

    fn is_above_limit(&self) -> bool {
        self.limit.is_none_or(|limit| limit < self.paid)
    }

    const fn is_unsure(&self, config: &VerdictConfig) -> bool {
        self.probability < config.minimum_profit_probability_percent
    }

    /// What the rating comes to, held down by what forbids more.
    pub(super) fn recommendation(&self, rating: Rating, config: &VerdictConfig) -> Recommendation {
        let rated = match rating {
            Rating::Excellent => Recommendation::StrongBuy,
            Rating::Good => Recommendation::Buy,
            Rating::Fair => Recommendation::Consider,
            Rating::Pass => Recommendation::Pass,
        };
        if self.is_loss() || self.critical.is_some() {
            Recommendation::Avoid
        } else if self.is_above_limit() {
            Recommendation::Pass
        } else if self.is_unsure(config) {
            rated.min(Recommendation::Consider)
        } else if self.amazon.is_some() {
            rated.min(Recommendation::Buy)
        } else {
            rated
        }
    }

    /// Why, most important first as far as the purchase is recommended.
    pub(super) fn reasons(
        &self,
        demand: &DemandEstimate,
        scores: &Scores,
        config: &VerdictConfig,
    ) -> Vec<Reason> {
        let risk = |flag: &RiskFlag| reason(ReasonCode::Risk, flag.detail.clone());
        let is_below = |score: Option<u8>, gate| score.is_some_and(|score| score < gate);
        let mut reasons = Vec::new();
        if self.is_loss() {
            let text = format!("it loses {} a unit after fees and costs", -self.earned);
            reasons.push(reason(ReasonCode::Loss, text));
        }
        reasons.extend(self.critical.map(risk));
        if !self.is_loss() {
            reasons.extend(self.is_above_limit().then(|| self.limit_reason()));
            reasons.push(self.return_reason(config));
            if self.is_unsure(config) {
                let text = format!(
                    "only {} % of the likely prices leave a profit",
                    self.probability
                );
                reasons.push(reason(ReasonCode::ProfitUnsure, text));
            }
        }
        reasons.push(speed_reason(demand, scores, config));
        if is_below(scores.stability, config.good.stability) {
            let text = "its price moves a lot".to_owned();
            reasons.push(reason(ReasonCode::VolatilePrice, text));
        }
        if is_below(scores.confidence, config.good.confidence) {
            let text = "little is known about its market".to_owned();
            reasons.push(reason(ReasonCode::LowConfidence, text));
        }
        if self.critical.is_none() {
            reasons.extend(self.amazon.map(risk));
        }
        reasons
    }

    fn limit_reason(&self) -> Reason {
        let text = self.limit.map_or_else(
            || "no buy price reaches the target".to_owned(),
            |limit| format!("pay at most {limit}: at {} it misses the target", self.paid),
        );
        reason(ReasonCode::LowProfit, text)
    }

    fn return_reason(&self, config: &VerdictConfig) -> Reason {
        let (roi, earned, paid) = (self.roi, self.earned, self.paid);
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
}
