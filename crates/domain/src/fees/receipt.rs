//! The fee receipt: every line with its amount, its rule, its rate card and how well that is established.

use serde::{Deserialize, Serialize};

use crate::money::Money;

/// What a fee line is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FeeKind {
    /// Referral fee, a share of the price.
    Referral,
    /// Variable closing fee of media.
    Closing,
    /// Fulfilment by Amazon.
    Fulfilment,
    /// Fuel and logistics surcharge on the fulfilment fee.
    FuelSurcharge,
    /// What amazon.de adds for a unit that may lie in Germany only.
    NetworkSurcharge,
    /// Storage over the expected holding period.
    Storage,
    /// Surcharge on units stored for more than 180 days.
    AgedInventory,
    /// Inbound placement: what Amazon asks for distributing a shipment itself.
    InboundPlacement,
    /// Removal or disposal of the units that do not sell, spread over those that do.
    RemovalAllowance,
    /// Own shipping to the buyer (fulfilment by the seller).
    OwnShipping,
    /// Fees of refunded sales, spread over all sales.
    RefundAllowance,
    /// What returned units lose in value on average, as a share of the price.
    ReturnAllowance,
    /// Value-added tax contained in the price.
    ValueAddedTax,
}

/// How well a fee's source is established.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub enum Grade {
    /// The operator's own page.
    A,
    /// Two or more independent copies that agree.
    B,
    /// One third-party source.
    C,
    /// General knowledge: a lead to verify.
    M,
    /// Set by the user's configuration.
    Configured,
    /// A card past its end or a schedule nobody verified.
    Unverified,
}

impl Grade {
    /// `true` unless the number is a lead that somebody has to verify.
    #[must_use]
    pub const fn is_verified(self) -> bool {
        !matches!(self, Self::M | Self::Unverified)
    }
}

/// One line of a fee receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct FeeLine {
    /// What for.
    pub kind: FeeKind,
    /// How much.
    pub amount: Money,
    /// The rule in words, with its numbers ("15 % of 25.00").
    pub rule: String,
    /// The rate card or schedule that holds the numbers, `us-fba-2026-10-15-peak` for example.
    pub rate_card: String,
    /// How well established it is.
    pub grade: Grade,
}

/// Everything that is taken from the price of one sale: Amazon's fees, own shipping, allowances, and the tax that the price contains.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct FeeReceipt {
    /// The lines; their amounts add up to `total`.
    pub lines: Vec<FeeLine>,
    /// The sum.
    pub total: Money,
    /// The fulfilment fee that Keepa observed, when it differs by more than 0.05 from what the card gives for the day
    /// of the observation. It tells that package data and Amazon's own measurement disagree.
    pub observed_fulfilment: Option<Money>,
    /// What the card gives for the day of the observation; set exactly when `observed_fulfilment` is.
    pub card_fulfilment: Option<Money>,
}
