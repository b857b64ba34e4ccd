//! What a user can set about a strategy, beside what other sections hold already.

use rust_decimal::{Decimal, dec};
use serde::{Deserialize, Serialize};

/// Gates and weights of a strategy. A gate that is absent asks for nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct StrategyConfig {
    /// Least likely sale price, in the main unit of the marketplace's currency.
    pub minimum_sale_price: Option<Decimal>,
    /// Least median of the intrinsic corridor, in the main unit of the marketplace's currency.
    pub minimum_intrinsic_price: Option<Decimal>,
    /// Highest typical sales rank.
    pub sales_rank_at_most: Option<u32>,
    /// Most new offers fulfilled by Amazon.
    pub fba_sellers_at_most: Option<u32>,
    /// Least velocity score.
    pub minimum_velocity: Option<u8>,
    /// Least stability score.
    pub minimum_stability: Option<u8>,
    /// Weight of ROI in the score of the strategy, in percent.
    pub roi_weight_percent: u8,
    /// Weight of velocity, in percent; stability has the rest, so the weights always sum to 100.
    pub velocity_weight_percent: u8,
}

impl Default for StrategyConfig {
    /// No gate; 60 to 40 to nothing, the weights of the combined score.
    fn default() -> Self {
        Self {
            minimum_sale_price: None,
            minimum_intrinsic_price: None,
            sales_rank_at_most: None,
            fba_sellers_at_most: None,
            minimum_velocity: None,
            minimum_stability: None,
            roi_weight_percent: 60,
            velocity_weight_percent: 40,
        }
    }
}

impl StrategyConfig {
    /// Weight of stability, in percent: what the others leave.
    #[must_use]
    pub const fn stability_weight_percent(&self) -> u8 {
        100_u8.saturating_sub(
            self.roi_weight_percent
                .saturating_add(self.velocity_weight_percent),
        )
    }

    /// Every value that is out of range, as the name of the field and what is wrong.
    #[must_use]
    pub fn problems(&self) -> Vec<(&'static str, &'static str)> {
        let is_amount = |amount: Option<Decimal>| {
            amount.is_none_or(|amount| !amount.is_sign_negative() && amount <= dec!(1000000))
        };
        let is_score = |score: Option<u8>| score.is_none_or(|score| score <= 100);
        [
            (
                is_amount(self.minimum_sale_price),
                "strategy.minimum_sale_price",
                "must be from 0 to 1000000",
            ),
            (
                is_amount(self.minimum_intrinsic_price),
                "strategy.minimum_intrinsic_price",
                "must be from 0 to 1000000",
            ),
            (
                self.sales_rank_at_most != Some(0),
                "strategy.sales_rank_at_most",
                "must be at least 1",
            ),
            (
                is_score(self.minimum_velocity),
                "strategy.minimum_velocity",
                "must be from 0 to 100",
            ),
            (
                is_score(self.minimum_stability),
                "strategy.minimum_stability",
                "must be from 0 to 100",
            ),
            (
                u16::from(self.roi_weight_percent) + u16::from(self.velocity_weight_percent) <= 100,
                "strategy.roi_weight_percent",
                "must not be above 100 in sum with velocity_weight_percent",
            ),
        ]
        .into_iter()
        .filter_map(|(holds, path, problem)| (!holds).then_some((path, problem)))
        .collect()
    }
}
