//! The series of a market that tell the price of a unit.

use serde::{Deserialize, Serialize};

use crate::acquisition::{Condition, Fulfilment};

/// The series of the market on which an estimate rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PriceSeries {
    /// New buy box.
    BuyBox,
    /// Lowest new offer fulfilled by Amazon.
    NewFba,
    /// Lowest new offer.
    New,
    /// Used buy box.
    BuyBoxUsed,
    /// Lowest used offer, like new.
    UsedLikeNew,
    /// Lowest used offer, very good.
    UsedVeryGood,
    /// Lowest used offer, good.
    UsedGood,
    /// Lowest used offer, acceptable.
    UsedAcceptable,
    /// Lowest used offer.
    Used,
}

impl PriceSeries {
    /// The name on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BuyBox => "BUY_BOX",
            Self::NewFba => "NEW_FBA",
            Self::New => "NEW",
            Self::BuyBoxUsed => "BUY_BOX_USED",
            Self::UsedLikeNew => "USED_LIKE_NEW",
            Self::UsedVeryGood => "USED_VERY_GOOD",
            Self::UsedGood => "USED_GOOD",
            Self::UsedAcceptable => "USED_ACCEPTABLE",
            Self::Used => "USED",
        }
    }

    /// `true` when it tells the price of used units.
    #[must_use]
    pub const fn is_used(self) -> bool {
        !matches!(self, Self::BuyBox | Self::NewFba | Self::New)
    }
}

/// The lowest offer of a condition.
pub(crate) const fn lowest_offer(condition: Condition) -> PriceSeries {
    match condition {
        Condition::New => PriceSeries::New,
        Condition::UsedLikeNew => PriceSeries::UsedLikeNew,
        Condition::UsedVeryGood => PriceSeries::UsedVeryGood,
        Condition::UsedGood => PriceSeries::UsedGood,
        Condition::UsedAcceptable => PriceSeries::UsedAcceptable,
    }
}

/// The series that tell the price of a unit, best first.
pub(crate) const fn candidates(condition: Condition, fulfilment: Fulfilment) -> [PriceSeries; 3] {
    match (condition, fulfilment) {
        (Condition::New, Fulfilment::Fba) => {
            [PriceSeries::BuyBox, PriceSeries::NewFba, PriceSeries::New]
        }
        (Condition::New, Fulfilment::Fbm) => {
            [PriceSeries::BuyBox, PriceSeries::New, PriceSeries::NewFba]
        }
        (used, _) => [
            PriceSeries::BuyBoxUsed,
            lowest_offer(used),
            PriceSeries::Used,
        ],
    }
}
