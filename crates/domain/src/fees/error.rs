//! Why fees cannot be told.

use crate::money::Currency;

/// Why there is no fee receipt.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FeeError {
    /// Fulfilment depends on a package that is not fully known, and no observed fee holds on the day of the sale.
    #[error(
        "the package is not fully known, and no observed fulfilment fee holds for the day of the sale"
    )]
    PackageUnknown,
    /// Own shipping by weight, and the weight is unknown.
    #[error("the weight is unknown, and own shipping is charged by weight")]
    WeightUnknown,
    /// Neither a rate card nor the configuration holds the fees of the marketplace.
    #[error("the fees of this marketplace are unknown: configure its flat schedule")]
    ScheduleUnknown,
    /// An amount is in another currency than the marketplace.
    #[error("an amount is in {given}, but the marketplace sells in {expected}")]
    Currency {
        /// Currency of the marketplace.
        expected: Currency,
        /// Currency of the amount.
        given: Currency,
    },
    /// An amount is below zero where none can be, or beyond ten trillion of its currency.
    #[error("an amount is out of range")]
    AmountOutOfRange,
}
