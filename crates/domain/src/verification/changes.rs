//! What got worse between two analyses of one offer.

use std::cmp::Reverse;

use rust_decimal::Decimal;

use super::{Change, ChangeCode, Limits, Reading, VerificationConfig};
use crate::analysis::Analysis;
use crate::money::Money;
use crate::risk::{RiskCode, RiskFlag, Severity};
use crate::verdict::{MissingInput, Recommendation};

/// More offers alarm only where they are also this many percent more: five more than forty change little (judgement, grade M).
const MORE_OFFERS_PERCENT: Limits = Limits {
    warning: 25,
    critical: 50,
};

/// Everything that got worse, worst first.
pub(super) fn worse(before: &Analysis, now: &Analysis, config: &VerificationConfig) -> Vec<Change> {
    let mut changes: Vec<Change> = missing_inputs(before, now)
        .chain(risks(before, now))
        .chain(profit(before, now, config.profit_fall_percent))
        .chain(sale_price(before, now, config.price_fall_percent))
        .chain(sales_rank(before, now, config.rank_rise_percent))
        .chain(competing_offers(before, now, config.more_offers))
        .chain(recommendation(before, now))
        .collect();
    changes.sort_by_key(|change| (Reverse(change.severity), change.code));
    changes
}

/// How bad a change is; `None` below the warning. `part` of `whole` is compared with limits in percent.
fn severity_of_percent(part: Decimal, whole: Decimal, limits: Limits) -> Option<Severity> {
    let reaches = |percent: u16| part * Decimal::ONE_HUNDRED >= Decimal::from(percent) * whole;
    severity(reaches, limits)
}

fn severity(reaches: impl Fn(u16) -> bool, limits: Limits) -> Option<Severity> {
    if reaches(limits.critical) {
        Some(Severity::Critical)
    } else if reaches(limits.warning) {
        Some(Severity::Warning)
    } else {
        None
    }
}

/// What is unknown now and was known; that no buy price is given is no change of the market.
fn missing_inputs(before: &Analysis, now: &Analysis) -> impl Iterator<Item = Change> {
    now.missing
        .iter()
        .filter(|input| **input != MissingInput::BuyPrice && !before.missing.contains(input))
        .map(|input| Change {
            code: ChangeCode::MissingInput,
            severity: Severity::Critical,
            before: None,
            after: Some(Reading::Missing(*input)),
            text: input.sentence().to_owned(),
        })
}

/// Flags that are raised now and were not, or were less severe. What is good to know alarms nobody; nor does where the price stands: that is
/// worse only where the price or the profit fell.
fn risks(before: &Analysis, now: &Analysis) -> impl Iterator<Item = Change> {
    let was_raised = |code| before.flags.iter().find(|was| was.code == code);
    let is_new = move |flag: &&RiskFlag| {
        // Amazon that sold it then and left since has sold it recently: that is better, not worse.
        let was = was_raised(flag.code).or_else(|| {
            (flag.code == RiskCode::AmazonSoldRecently)
                .then(|| was_raised(RiskCode::AmazonSells))
                .flatten()
        });
        let is_of_price = matches!(flag.code, RiskCode::PriceSpike | RiskCode::NearLossZone);
        flag.severity > Severity::Info
            && !is_of_price
            && was.is_none_or(|was| was.severity < flag.severity)
    };
    now.flags.iter().filter(is_new).map(|flag| {
        let (code, before, after) = match flag.code {
            RiskCode::AmazonSells => amazon(ChangeCode::AmazonSells),
            RiskCode::AmazonHoldsBuyBox => amazon(ChangeCode::AmazonHoldsBuyBox),
            risk => (ChangeCode::Risk, None, Reading::Risk(risk)),
        };
        Change {
            code,
            severity: flag.severity,
            before,
            after: Some(after),
            text: flag.detail.clone(),
        }
    })
}

const fn amazon(code: ChangeCode) -> (ChangeCode, Option<Reading>, Reading) {
    (code, Some(Reading::Is(false)), Reading::Is(true))
}

fn likely_price(analysis: &Analysis) -> Option<Money> {
    Some(analysis.sale_price.as_ref()?.likely)
}

fn unit_profit(analysis: &Analysis) -> Option<Money> {
    analysis.profit.as_ref()?.profit
}

fn profit(before: &Analysis, now: &Analysis, limits: Limits) -> Option<Change> {
    let (before, after) = (unit_profit(before)?, unit_profit(now)?);
    let (was, is) = (before.amount(), after.amount());
    if was <= Decimal::ZERO || is >= was {
        return None;
    }
    let severity = if is <= Decimal::ZERO {
        Severity::Critical
    } else {
        severity_of_percent(was - is, was, limits)?
    };
    Some(fell(
        ChangeCode::Profit,
        severity,
        "the profit of a unit",
        [before, after],
    ))
}

fn sale_price(before: &Analysis, now: &Analysis, limits: Limits) -> Option<Change> {
    let (before, after) = (likely_price(before)?, likely_price(now)?);
    let (was, is) = (before.amount(), after.amount());
    if is >= was {
        return None;
    }
    let severity = severity_of_percent(was - is, was, limits)?;
    Some(fell(
        ChangeCode::SalePrice,
        severity,
        "the likely sale price",
        [before, after],
    ))
}

fn fell(code: ChangeCode, severity: Severity, what: &str, [before, after]: [Money; 2]) -> Change {
    Change {
        code,
        severity,
        before: Some(Reading::Money(before)),
        after: Some(Reading::Money(after)),
        text: format!("{what} fell from {} to {}", before.amount(), after.amount()),
    }
}

fn sales_rank(before: &Analysis, now: &Analysis, limits: Limits) -> Option<Change> {
    let rank = |analysis: &Analysis| analysis.demand.as_ref()?.typical_sales_rank;
    let (was, is) = (rank(before)?, rank(now)?);
    let rise = is.checked_sub(was).filter(|rise| *rise > 0)?;
    Some(Change {
        code: ChangeCode::SalesRank,
        severity: severity_of_percent(rise.into(), was.into(), limits)?,
        before: Some(Reading::Number(was)),
        after: Some(Reading::Number(is)),
        text: format!("the typical sales rank got worse from {was} to {is}"),
    })
}

fn competing_offers(before: &Analysis, now: &Analysis, limits: Limits) -> Option<Change> {
    // The estimate counts yours, which is not there yet.
    let others = |analysis: &Analysis| analysis.demand.as_ref()?.competing_offers?.checked_sub(1);
    let (was, is) = (others(before)?, others(now)?);
    let more = is.checked_sub(was).filter(|more| *more > 0)?;
    let by_number = severity(|offers| more >= u32::from(offers), limits)?;
    let by_share = severity_of_percent(more.into(), was.into(), MORE_OFFERS_PERCENT)?;
    Some(Change {
        code: ChangeCode::CompetingOffers,
        severity: by_number.min(by_share),
        before: Some(Reading::Number(was)),
        after: Some(Reading::Number(is)),
        text: format!("{is} offers compete, {was} did"),
    })
}

/// A lower recommendation; not where both price and profit rose, since then it is lower for being less steady.
fn recommendation(before: &Analysis, now: &Analysis) -> Option<Change> {
    let (was, is) = (before.recommendation, now.recommendation);
    let rose = |amount: fn(&Analysis) -> Option<Money>| {
        amount(before)
            .zip(amount(now))
            .is_some_and(|(was, is)| is.amount() > was.amount())
    };
    let is_better_paid = rose(likely_price) && rose(unit_profit);
    (is < was && !is_better_paid).then(|| Change {
        code: ChangeCode::Recommendation,
        severity: if is <= Recommendation::Avoid {
            Severity::Critical
        } else {
            Severity::Warning
        },
        before: Some(Reading::Recommendation(was)),
        after: Some(Reading::Recommendation(is)),
        text: format!("{} became {}", was.as_str(), is.as_str()),
    })
}
