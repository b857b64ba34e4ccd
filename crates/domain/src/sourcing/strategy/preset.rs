//! The strategies that are known by name, as patches of the configuration.

use rust_decimal::Decimal;
use serde_json::json;

use crate::config::{ConfigLayers, ConfigPatch, Scope};

/// A strategy that is known by its name.
///
/// The numbers are the predecessor's business rules of March 2026 (grade C). Its weights of AGGRESSIVE and CONSERVATIVE summed to 1.3; they are
/// scaled to 1. Its gates of velocity and stability were for scores of another making, so they are grade M here. Holding days are the upper
/// ends of its ranges (45 to 90, 7 to 30, 14 to 60): a unit that sells sooner is no worse. Its check of the textbook's rank in season (50,000)
/// is left out, since it does not say which months it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Preset {
    /// Dear books that wait for their term: 45 to 90 days, judged by a year.
    Textbook,
    /// Cheap books that go within a month.
    Velocity,
    /// Between both.
    Balanced,
    /// High return from steady fast sellers; of it only return, scores and weights are told.
    Aggressive,
    /// Steady prices before all; of it only return, scores and weights are told.
    Conservative,
}

/// What a preset sets; what is absent is left to the other scopes.
struct Values {
    target_roi_percent: u16,
    minimum_velocity: u8,
    minimum_stability: u8,
    roi_weight_percent: u8,
    velocity_weight_percent: u8,
    market: Option<Market>,
}

/// What a preset asks of the market.
struct Market {
    minimum_sale_price: u32,
    minimum_intrinsic_price: u32,
    minimum_profit: u32,
    sales_rank_at_most: u32,
    fba_sellers_at_most: u32,
    holding_days: u16,
    window_days: u16,
}

impl Preset {
    /// Every preset.
    pub const ALL: [Self; 5] = [
        Self::Textbook,
        Self::Velocity,
        Self::Balanced,
        Self::Aggressive,
        Self::Conservative,
    ];

    /// The name in the scope `strategy:NAME`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Textbook => "textbook",
            Self::Velocity => "velocity",
            Self::Balanced => "balanced",
            Self::Aggressive => "aggressive",
            Self::Conservative => "conservative",
        }
    }

    /// The scope that it is for.
    #[must_use]
    pub fn scope(self) -> Option<Scope> {
        self.name().parse().ok().map(Scope::Strategy)
    }

    /// What it sets at its scope.
    #[must_use]
    pub fn patch(self) -> ConfigPatch {
        let values = self.values();
        let (roi, velocity) = (
            u32::from(values.roi_weight_percent),
            u32::from(values.velocity_weight_percent),
        );
        let mut patch = json!({
            "profit": {"target_roi_percent": values.target_roi_percent},
            // The combined score knows no stability: there the other two keep their proportion.
            "scores": {"roi_weight_percent": (200 * roi + roi + velocity) / (2 * (roi + velocity))},
            "strategy": {
                "minimum_velocity": values.minimum_velocity,
                "minimum_stability": values.minimum_stability,
                "roi_weight_percent": roi,
                "velocity_weight_percent": velocity,
            },
        });
        if let Some(market) = values.market {
            let amount = |amount: u32| Decimal::from(amount);
            json_patch::merge(
                &mut patch,
                &json!({
                    "profit": {"minimum_profit": amount(market.minimum_profit)},
                    "price": {"window_days": market.window_days},
                    "demand": {"holding_days": market.holding_days},
                    "strategy": {
                        "minimum_sale_price": amount(market.minimum_sale_price),
                        "minimum_intrinsic_price": amount(market.minimum_intrinsic_price),
                        "sales_rank_at_most": market.sales_rank_at_most,
                        "fba_sellers_at_most": market.fba_sellers_at_most,
                    },
                }),
            );
        }
        // Every key is one of the document and every value of its type: a test holds it.
        ConfigPatch::new(patch).unwrap_or_default()
    }

    /// The layers of a new organisation: each preset at its scope, to be changed there as anything else.
    #[must_use]
    pub fn layers() -> ConfigLayers {
        let mut layers = ConfigLayers::default();
        for preset in Self::ALL {
            if let Some(scope) = preset.scope() {
                layers.set(scope, preset.patch());
            }
        }
        layers
    }

    const fn values(self) -> Values {
        match self {
            Self::Textbook => Values {
                target_roi_percent: 35,
                minimum_velocity: 20,
                minimum_stability: 60,
                roi_weight_percent: 60,
                velocity_weight_percent: 20,
                market: Some(Market {
                    minimum_sale_price: 30,
                    minimum_intrinsic_price: 35,
                    minimum_profit: 12,
                    sales_rank_at_most: 250_000,
                    fba_sellers_at_most: 8,
                    holding_days: 90,
                    window_days: 365,
                }),
            },
            Self::Velocity => Values {
                target_roi_percent: 30,
                minimum_velocity: 60,
                minimum_stability: 40,
                roi_weight_percent: 30,
                velocity_weight_percent: 50,
                market: Some(Market {
                    minimum_sale_price: 18,
                    minimum_intrinsic_price: 20,
                    minimum_profit: 8,
                    sales_rank_at_most: 75_000,
                    fba_sellers_at_most: 5,
                    holding_days: 30,
                    window_days: 90,
                }),
            },
            Self::Balanced => Values {
                target_roi_percent: 30,
                minimum_velocity: 40,
                minimum_stability: 50,
                roi_weight_percent: 40,
                velocity_weight_percent: 35,
                market: Some(Market {
                    minimum_sale_price: 20,
                    minimum_intrinsic_price: 22,
                    minimum_profit: 10,
                    sales_rank_at_most: 100_000,
                    fba_sellers_at_most: 6,
                    holding_days: 60,
                    window_days: 90,
                }),
            },
            Self::Aggressive => Values {
                target_roi_percent: 40,
                minimum_velocity: 70,
                minimum_stability: 80,
                roi_weight_percent: 46,
                velocity_weight_percent: 31,
                market: None,
            },
            Self::Conservative => Values {
                target_roi_percent: 35,
                minimum_velocity: 60,
                minimum_stability: 85,
                roi_weight_percent: 31,
                velocity_weight_percent: 23,
                market: None,
            },
        }
    }
}
