//! The analysis: one product, one acquisition, one configuration, one answer.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::acquisition::{Acquisition, Condition, Fulfilment};
use crate::config::AnalysisConfig;
use crate::demand::{DemandEstimate, estimate_demand};
use crate::fees::{FeeError, FeeInput, FeeReceipt, FeeSchedule};
use crate::identifier::Asin;
use crate::market::{DataSource, ListingKind, MarketSnapshot};
use crate::marketplace::Marketplace;
use crate::money::Money;
use crate::price::{SalePriceEstimate, estimate_sale_price};
use crate::profit::{PriceDistribution, ProfitBreakdown, ProfitInput, profit};
use crate::risk::{self, RiskFlag};
use crate::scores::{self, Scores};
use crate::time::KeepaMinutes;
use crate::verdict::{self, MissingInput, Rating, Reason, Recommendation};

/// The version of the calculation. It is stored with every analysis; a change of any number raises it.
pub const ENGINE_VERSION: u16 = 4;

/// The whole answer for one product and one acquisition. Same input, same answer, to the byte.
///
/// A part that cannot be computed is `None`, and `missing` says which input it lacked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Analysis {
    /// The product.
    #[cfg_attr(feature = "utoipa", schema(value_type = String, example = "0593655036"))]
    pub asin: Asin,
    /// The marketplace.
    pub marketplace: Marketplace,
    /// Title, as far as known.
    pub title: Option<String>,
    /// The time for which the answer holds; passed in, never read from a clock.
    pub as_of: DateTime<Utc>,
    /// The version of the calculation.
    pub engine_version: u16,
    /// Where the market data came from.
    pub source: DataSource,
    /// The time up to which the market data was known.
    pub observed_at: Option<DateTime<Utc>>,
    /// Price of one unit as offered to us. In another currency than the marketplace's it is a missing input.
    pub buy_price: Option<Money>,
    /// Units offered to us.
    pub quantity: u32,
    /// Condition.
    pub condition: Condition,
    /// Fulfilment.
    pub fulfilment: Fulfilment,
    /// Sale price: low, likely, high.
    pub sale_price: Option<SalePriceEstimate>,
    /// Every fee at the likely sale price.
    pub fees: Option<FeeReceipt>,
    /// Profit, return and limits at the likely sale price. Without a buy price only its limits are set.
    pub profit: Option<ProfitBreakdown>,
    /// Demand and your share of it.
    pub demand: Option<DemandEstimate>,
    /// Scores from 0 to 100.
    pub scores: Scores,
    /// What to look out for, worst first.
    pub flags: Vec<RiskFlag>,
    /// Rating by the configured gates; `None` when an input is missing.
    pub rating: Option<Rating>,
    /// What to do.
    pub recommendation: Recommendation,
    /// Why, most important first; never empty.
    pub reasons: Vec<Reason>,
    /// Inputs that were missing; empty when everything could be computed.
    pub missing: Vec<MissingInput>,
}

impl Analysis {
    /// The most important reason, as a sentence.
    #[must_use]
    pub fn main_reason(&self) -> &str {
        self.reasons
            .first()
            .map_or("", |reason| reason.text.as_str())
    }

    /// What was offered to us: with the snapshot and the configuration, all that is needed to make the analysis again.
    #[must_use]
    pub const fn acquisition(&self) -> Acquisition {
        Acquisition {
            buy_price: self.buy_price,
            quantity: self.quantity,
            condition: self.condition,
            fulfilment: self.fulfilment,
        }
    }
}

/// Answers whether to buy, at what price at most, how fast it sells, what is left, and how sure that is.
#[must_use]
pub fn analyze(
    snapshot: &MarketSnapshot,
    acquisition: &Acquisition,
    config: &AnalysisConfig,
    as_of: DateTime<Utc>,
) -> Analysis {
    let now = KeepaMinutes::from_utc(as_of);
    let known_until = snapshot
        .observed_at
        .map_or(now, |observed| observed.min(now));
    let Acquisition {
        condition,
        fulfilment,
        ..
    } = *acquisition;
    let sellable = matches!(snapshot.kind, ListingKind::Standard);
    let sale_price = sellable
        .then(|| estimate_sale_price(snapshot, condition, fulfilment, now, &config.price))
        .flatten();
    let demand = sellable
        .then(|| estimate_demand(snapshot, condition, fulfilment, now, &config.demand))
        .flatten();
    let schedule =
        sellable.then(|| schedule(snapshot, acquisition, demand.as_ref(), config, as_of));
    let missing_for_fees = schedule
        .as_ref()
        .and_then(|schedule| schedule.as_ref().err().map(MissingInput::of_fees));
    let schedule = schedule.and_then(Result::ok);
    // An amount in another currency, or one that no fee can be taken from, is no buy price here.
    let currency = snapshot.marketplace.currency();
    let fits = |price: &Money| match &schedule {
        Some(fees) => fees.minor(*price).is_ok(),
        None => price.currency() == currency && price.minor().is_some(),
    };
    let buy_price = acquisition.buy_price.filter(fits);
    let prices = sale_price.as_ref().and_then(distribution);
    let fees = schedule
        .as_ref()
        .zip(prices)
        .map(|(schedule, prices)| schedule.receipt_at(prices.likely));
    let profit = schedule.as_ref().zip(prices).and_then(|(fees, prices)| {
        let input = ProfitInput {
            fees,
            prices,
            buy_price,
            quantity: acquisition.quantity,
        };
        profit(&input, &config.profit).ok()
    });
    let scores = Scores::of(
        &scores::Evidence {
            histories: &snapshot.histories,
            price: sale_price.as_ref(),
            demand: demand.as_ref(),
            profit: profit.as_ref(),
            known_until,
        },
        &config.scores,
    );
    let flags = risk::flags(&risk::Evidence {
        snapshot,
        now,
        known_until,
        is_new: !condition.is_used(),
        price: sale_price.as_ref(),
        schedule: schedule.as_ref(),
        receipt: fees.as_ref(),
        profit: profit.as_ref(),
        demand: demand.as_ref(),
    });
    let missing = if sellable {
        [
            sale_price.is_none().then_some(MissingInput::SalePrice),
            missing_for_fees,
            demand.is_none().then_some(MissingInput::SalesRank),
            buy_price.is_none().then_some(MissingInput::BuyPrice),
        ]
        .into_iter()
        .flatten()
        .collect()
    } else {
        vec![MissingInput::Product]
    };
    let verdict = verdict::decide(
        &verdict::Evidence {
            profit: profit.as_ref(),
            demand: demand.as_ref(),
            scores: &scores,
            flags: &flags,
            missing: &missing,
            buy_price,
        },
        &config.verdict,
    );
    Analysis {
        asin: snapshot.asin,
        marketplace: snapshot.marketplace,
        title: snapshot.title.clone(),
        as_of,
        engine_version: ENGINE_VERSION,
        source: snapshot.source,
        observed_at: snapshot.observed_at.map(KeepaMinutes::to_utc),
        buy_price: acquisition.buy_price,
        quantity: acquisition.quantity,
        condition,
        fulfilment,
        sale_price,
        fees,
        profit,
        demand,
        scores,
        flags,
        rating: verdict.rating,
        recommendation: verdict.recommendation,
        reasons: verdict.reasons,
        missing,
    }
}

/// The fees on the expected day of sale.
pub(crate) fn schedule(
    snapshot: &MarketSnapshot,
    acquisition: &Acquisition,
    demand: Option<&DemandEstimate>,
    config: &AnalysisConfig,
    as_of: DateTime<Utc>,
) -> Result<FeeSchedule, FeeError> {
    let horizon = u32::from(config.demand.holding_days);
    let holding_days = demand
        .and_then(|demand| demand.days_to_sell)
        .unwrap_or(horizon)
        .min(horizon);
    // There is none after the last day of the calendar.
    let sale_time = as_of.checked_add_signed(TimeDelta::days(i64::from(holding_days)));
    let input = FeeInput {
        marketplace: snapshot.marketplace,
        fulfilment: acquisition.fulfilment,
        package: snapshot.package,
        category: config
            .fees
            .category_of(snapshot.product_group.as_deref(), snapshot.root_category),
        observed: snapshot.fulfilment_fee,
        price_when_observed: snapshot.fulfilment_fee.and_then(|fee| {
            let new = snapshot.histories.new.as_ref()?;
            new.value_at(fee.observed_at?).map(i64::from)
        }),
        sale_date: sale_time.unwrap_or(as_of).date_naive(),
        holding_days,
    };
    FeeSchedule::new(&input, &config.fees)
}

pub(crate) fn distribution(price: &SalePriceEstimate) -> Option<PriceDistribution> {
    Some(PriceDistribution {
        low: price.low.minor()?,
        likely: price.likely.minor()?,
        high: price.high.minor()?,
    })
}

#[cfg(test)]
mod tests;
