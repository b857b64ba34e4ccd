//! The acquisition: what is offered to us, and how it would be sold on.

use serde::{Deserialize, Serialize};

use crate::money::Money;

/// The condition in which a unit is bought and sold on.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Condition {
    /// New.
    New,
    /// Used, like new.
    UsedLikeNew,
    /// Used, very good.
    UsedVeryGood,
    /// Used, good. The default: a book from a sale is rarely new.
    #[default]
    UsedGood,
    /// Used, acceptable.
    UsedAcceptable,
}

impl Condition {
    /// Every condition, best first.
    pub const ALL: [Self; 5] = [
        Self::New,
        Self::UsedLikeNew,
        Self::UsedVeryGood,
        Self::UsedGood,
        Self::UsedAcceptable,
    ];

    /// The name on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "NEW",
            Self::UsedLikeNew => "USED_LIKE_NEW",
            Self::UsedVeryGood => "USED_VERY_GOOD",
            Self::UsedGood => "USED_GOOD",
            Self::UsedAcceptable => "USED_ACCEPTABLE",
        }
    }

    /// `true` for every condition but new.
    #[must_use]
    pub const fn is_used(self) -> bool {
        !matches!(self, Self::New)
    }
}

/// Who ships the unit to the buyer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Fulfilment {
    /// Amazon (Fulfilment by Amazon).
    #[default]
    Fba,
    /// The seller.
    Fbm,
}

impl Fulfilment {
    /// The name on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fba => "FBA",
            Self::Fbm => "FBM",
        }
    }
}

/// What is offered to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acquisition {
    /// Price of one unit, without tax; `None` when the list gives none: then the answer is what to pay at most.
    pub buy_price: Option<Money>,
    /// Number of units, at least 1.
    pub quantity: u32,
    /// Condition.
    pub condition: Condition,
    /// Fulfilment.
    pub fulfilment: Fulfilment,
}
