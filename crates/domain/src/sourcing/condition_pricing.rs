//! Condition pricing: what one product is worth in each condition, and who competes there.
//!
//! Conditions differ in price, competition and buy price, not in fees at one price. What tells the used conditions apart is the lowest offer of
//! each, so that series comes first here; an analysis of one condition takes the used buy box first, which all of them share. Where a condition
//! has no series of its own, its price is that of the analysis, and named as a fallback.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::acquisition::{Acquisition, Condition, Fulfilment};
use crate::analysis::{distribution, schedule};
use crate::config::AnalysisConfig;
use crate::demand::{DemandEstimate, estimate_demand};
use crate::fees::FeeError;
use crate::market::{ListingKind, MarketSnapshot};
use crate::money::Money;
use crate::price::{
    PriceSeries, SalePriceEstimate, Tempers, candidates, estimate_from, lowest_offer,
};
use crate::profit::{ConditionOffer, ProfitBreakdown, profit_by_condition};
use crate::scores::OpportunityComponents;
use crate::time::KeepaMinutes;
use crate::verdict::MissingInput;

/// What a product is offered to us for in one condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Supply {
    /// The condition.
    pub condition: Condition,
    /// Price of one unit, without tax.
    pub buy_price: Money,
    /// Units offered, at least 1.
    pub quantity: u32,
}

/// One condition of a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct ConditionPrice {
    /// The condition.
    pub condition: Condition,
    /// Price of one unit in this condition as offered to us; `None` where nothing is. It is never that of another condition.
    pub buy_price: Option<Money>,
    /// What a unit in this condition will sell for; `None` when unknown.
    pub sale_price: Option<SalePriceEstimate>,
    /// Fees, profit and ROI at that price, and the most to pay; without a buy price only the limits. `None` when the sale price or the fees
    /// are unknown.
    pub profit: Option<ProfitBreakdown>,
    /// Offers of others in this condition that are live; `None` when they are not counted or the count is of another time.
    pub live_offers: Option<u32>,
    /// The lowest of them; `None` when there is none, or the market is of another time.
    pub lowest_offer: Option<Money>,
    /// Risk-adjusted profit per day of bound capital, in minor units per 100 days, by which [`best_condition`] chooses.
    pub opportunity: Option<i64>,
}

/// Every condition of a product, best first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct ConditionPrices {
    /// The conditions.
    pub conditions: Vec<ConditionPrice>,
    /// What the fees lacked; `None` when they are known.
    pub missing: Option<MissingInput>,
}

/// Prices a product in every condition. Where several units of one condition are offered, the cheapest counts.
///
/// # Errors
/// When a buy price is in another currency than the marketplace's.
pub fn price_conditions(
    snapshot: &MarketSnapshot,
    supplies: &[Supply],
    fulfilment: Fulfilment,
    config: &AnalysisConfig,
    as_of: DateTime<Utc>,
) -> Result<ConditionPrices, FeeError> {
    let market = Market {
        snapshot,
        fulfilment,
        config,
        as_of,
    };
    let mut prices = ConditionPrices {
        conditions: Vec::with_capacity(Condition::ALL.len()),
        missing: None,
    };
    if snapshot.kind != ListingKind::Standard {
        prices.missing = Some(MissingInput::Product);
        return Ok(prices);
    }
    let (new, used): (Vec<_>, Vec<_>) = Condition::ALL
        .into_iter()
        .partition(|condition| !condition.is_used());
    for kind in [new, used] {
        market.append(&mut prices, &kind, supplies)?;
    }
    Ok(prices)
}

/// The condition whose offer promises the most profit per day of bound capital, after its risk; `None` when no offer promises any. The dearest
/// condition is not the best one: it costs more to buy, too.
#[must_use]
pub fn best_condition(prices: &ConditionPrices) -> Option<Condition> {
    let offered = prices.conditions.iter();
    offered
        .filter_map(|price| Some((price.opportunity.filter(|o| *o > 0)?, price.condition)))
        // Of equal ones the better condition.
        .max_by_key(|(opportunity, condition)| (*opportunity, std::cmp::Reverse(*condition)))
        .map(|(_, condition)| condition)
}

struct Market<'a> {
    snapshot: &'a MarketSnapshot,
    fulfilment: Fulfilment,
    config: &'a AnalysisConfig,
    as_of: DateTime<Utc>,
}

impl Market<'_> {
    /// Appends conditions of one kind, new or used: they share demand, so one schedule of fees serves them all.
    fn append(
        &self,
        prices: &mut ConditionPrices,
        kind: &[Condition],
        supplies: &[Supply],
    ) -> Result<(), FeeError> {
        let Some(&first) = kind.first() else {
            return Ok(());
        };
        let now = KeepaMinutes::from_utc(self.as_of);
        let demand = estimate_demand(
            self.snapshot,
            first,
            self.fulfilment,
            now,
            &self.config.demand,
        );
        let fees = schedule(
            self.snapshot,
            &Acquisition {
                buy_price: None,
                quantity: 1,
                condition: first,
                fulfilment: self.fulfilment,
            },
            demand.as_ref(),
            self.config,
            self.as_of,
        );
        if let Err(error) = &fees {
            prices.missing = Some(MissingInput::of_fees(error));
        }
        for &condition in kind {
            let supply = supplies
                .iter()
                .filter(|supply| supply.condition == condition)
                .min_by_key(|supply| supply.buy_price.amount());
            let sale_price = self.sale_price(condition, now);
            let offer = sale_price
                .as_ref()
                .and_then(distribution)
                .map(|prices| ConditionOffer {
                    condition,
                    prices,
                    buy_price: supply.map(|supply| supply.buy_price),
                    quantity: supply.map_or(1, |supply| supply.quantity),
                });
            let profit = match (&fees, offer) {
                (Ok(fees), Some(offer)) => {
                    profit_by_condition(fees, &[offer], &self.config.profit)?
                        .pop()
                        .map(|of_condition| of_condition.profit)
                }
                _ => None,
            };
            prices.conditions.push(ConditionPrice {
                condition,
                buy_price: supply.map(|supply| supply.buy_price),
                opportunity: opportunity(profit.as_ref(), demand.as_ref()),
                sale_price,
                profit,
                live_offers: self.live_offers(condition, now),
                lowest_offer: self.lowest_offer(condition, now),
            });
        }
        Ok(())
    }

    /// The price from the condition's own offers first; of new units from the usual series, which are all their own.
    fn sale_price(&self, condition: Condition, now: KeepaMinutes) -> Option<SalePriceEstimate> {
        let series = if condition.is_used() {
            [
                lowest_offer(condition),
                PriceSeries::BuyBoxUsed,
                PriceSeries::Used,
            ]
        } else {
            candidates(condition, self.fulfilment)
        };
        let (config, tempers) = (&self.config.price, Tempers::default());
        estimate_from(self.snapshot, series, now, config, &tempers)
    }

    fn live_offers(&self, condition: Condition, now: KeepaMinutes) -> Option<u32> {
        self.snapshot
            .is_live_at(now)
            .then(|| self.snapshot.live_offers.of(condition))
            .flatten()
    }

    fn lowest_offer(&self, condition: Condition, now: KeepaMinutes) -> Option<Money> {
        let observed = self.snapshot.observed_at.filter(|at| *at <= now)?;
        let history = self.snapshot.histories.price(lowest_offer(condition))?;
        let minor = history.value_at(observed)?;
        let currency = self.snapshot.marketplace.currency();
        Some(Money::from_minor(minor.into(), currency))
    }
}

fn opportunity(profit: Option<&ProfitBreakdown>, demand: Option<&DemandEstimate>) -> Option<i64> {
    OpportunityComponents::of(profit?, demand?)?.score()
}

#[cfg(test)]
mod tests;
