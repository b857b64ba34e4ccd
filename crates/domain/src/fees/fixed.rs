//! Fees that do not depend on the sale price: closing, network, storage, placement, removal, own shipping.

use std::fmt;

use rust_decimal::Decimal;

use super::aged_inventory::{self, AgedInventory};
use super::category::FeeCategory;
use super::config::{self, FeeConfig};
use super::error::FeeError;
use super::flat::{FlatSchedule, checked_minor, minor};
use super::input::FeeInput;
use super::parcel::Parcel;
use super::placement;
use super::rate::Ppm;
use super::receipt::{FeeKind, Grade};
use super::removal;
use super::size_tier::{self, UsParcel};
use super::storage::{self, StorageDays};
use crate::acquisition::Fulfilment;
use crate::market::Package;
use crate::marketplace::Marketplace;
use crate::money::Currency;

/// The closing fee of media on the US marketplace: 1.80 since 2017-03-01 (Seller Central GKD9U5REK5DKB38Y, grade A).
const US_CLOSING: i64 = 180;
const US_CLOSING_SCHEDULE: &str = "us-closing-2017-03-01";
/// What amazon.de adds in cents for a unit outside of the Central Europe programme (one report of 2026, grade C).
const DE_NETWORK: i64 = 26;
const DE_NETWORK_SCHEDULE: &str = "de-fba-2026";

/// A fee that does not depend on the price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FixedFee {
    pub(super) kind: FeeKind,
    pub(super) minor: i64,
    pub(super) rule: FixedRule,
    pub(super) rate_card: &'static str,
    pub(super) grade: Grade,
}

/// The rule of a fixed fee with its numbers; put into words for a receipt only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FixedRule {
    Closing(FeeCategory),
    Network,
    Storage {
        cubic_feet: Decimal,
        days: StorageDays,
    },
    AgedInventory {
        times: u32,
    },
    Placement,
    MinimalSplit,
    Removal {
        share: Ppm,
        fee: i64,
    },
    OwnShipping {
        pounds: Decimal,
    },
    OwnShippingFlat,
}

impl fmt::Display for FixedRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closing(category) => write!(f, "closing fee of {}", category.label()),
            Self::Network => f.write_str("outside of the Central Europe programme"),
            Self::Storage { cubic_feet, days } => write!(
                f,
                "{} cubic feet, {} days from January to September and {} from October to December",
                cubic_feet.round_dp(4),
                days.off_peak,
                days.peak,
            ),
            Self::AgedInventory { times } => {
                write!(f, "stored for more than 180 days at {times} stocktakings")
            }
            Self::Placement => f.write_str("inbound placement of one unit"),
            Self::MinimalSplit => f.write_str("inbound placement of a minimally split shipment"),
            Self::Removal { share, fee } => write!(
                f,
                "{} % of units removed at {}",
                share.percent(),
                Decimal::new(*fee, 2)
            ),
            Self::OwnShipping { pounds } => write!(f, "own shipping of {pounds} started lb"),
            Self::OwnShippingFlat => f.write_str("own shipping of one unit"),
        }
    }
}

/// All of them for one product.
pub(super) fn fees(
    input: &FeeInput,
    parcel: Option<&Parcel>,
    config: &FeeConfig,
) -> Result<Vec<FixedFee>, FeeError> {
    let currency = input.marketplace.currency();
    let mut fees = Vec::with_capacity(6);
    fees.extend(closing(input, config)?);
    match input.fulfilment {
        Fulfilment::Fba => {
            fees.extend(network(input.marketplace, config));
            fees.push(placement(config.inbound_placement, currency));
            if let Some(Parcel::Us(parcel)) = parcel {
                fees.push(storage(input, parcel));
                fees.extend(aged_inventory(input, parcel, config));
                fees.extend(minimal_split(parcel, config));
                fees.extend(removal(parcel, config));
            }
        }
        Fulfilment::Fbm => fees.push(own_shipping(&input.package, config, currency)?),
    }
    fees.retain(|fee| fee.minor != 0 || fee.kind == FeeKind::OwnShipping);
    Ok(fees)
}

fn closing(input: &FeeInput, config: &FeeConfig) -> Result<Option<FixedFee>, FeeError> {
    if !input.category.pays_closing_fee() {
        return Ok(None);
    }
    let (minor, rate_card, grade) = if input.marketplace == Marketplace::Us {
        (US_CLOSING, US_CLOSING_SCHEDULE, Grade::A)
    } else {
        let flat = FlatSchedule::new(config, input.marketplace);
        let (closing, grade) = flat.closing().ok_or(FeeError::ScheduleUnknown)?;
        (closing, config::SCHEDULE, grade)
    };
    Ok(Some(FixedFee {
        kind: FeeKind::Closing,
        minor,
        rule: FixedRule::Closing(input.category),
        rate_card,
        grade,
    }))
}

fn network(marketplace: Marketplace, config: &FeeConfig) -> Option<FixedFee> {
    (marketplace == Marketplace::De && !config.central_europe_programme).then_some(FixedFee {
        kind: FeeKind::NetworkSurcharge,
        minor: DE_NETWORK,
        rule: FixedRule::Network,
        rate_card: DE_NETWORK_SCHEDULE,
        grade: Grade::C,
    })
}

/// Storage. A package of unknown size has no line: unknown is not zero, but it is a few cents a month.
fn storage(input: &FeeInput, parcel: &UsParcel) -> FixedFee {
    let UsParcel {
        tier, cubic_feet, ..
    } = *parcel;
    let days = StorageDays::before(input.sale_date, input.holding_days);
    FixedFee {
        kind: FeeKind::Storage,
        minor: days.cost(tier, cubic_feet),
        rule: FixedRule::Storage { cubic_feet, days },
        rate_card: storage::SCHEDULE,
        grade: storage::GRADE,
    }
}

fn aged_inventory(input: &FeeInput, parcel: &UsParcel, config: &FeeConfig) -> Option<FixedFee> {
    if !config.aged_inventory {
        return None;
    }
    let days = input.holding_days.min(storage::MAX_DAYS);
    let aged = AgedInventory::before(input.sale_date, days, parcel.cubic_feet)?;
    Some(FixedFee {
        kind: FeeKind::AgedInventory,
        minor: aged.minor,
        rule: FixedRule::AgedInventory { times: aged.times },
        rate_card: aged_inventory::SCHEDULE,
        grade: Grade::Unverified,
    })
}

fn placement(amount: Decimal, currency: Currency) -> FixedFee {
    FixedFee {
        kind: FeeKind::InboundPlacement,
        minor: minor(amount, currency),
        rule: FixedRule::Placement,
        rate_card: config::SCHEDULE,
        grade: Grade::Configured,
    }
}

fn minimal_split(parcel: &UsParcel, config: &FeeConfig) -> Option<FixedFee> {
    let minor = placement::minimal_split(parcel).filter(|_| config.inbound_placement_by_size)?;
    Some(FixedFee {
        kind: FeeKind::InboundPlacement,
        minor,
        rule: FixedRule::MinimalSplit,
        rate_card: placement::SCHEDULE,
        grade: Grade::C,
    })
}

fn removal(parcel: &UsParcel, config: &FeeConfig) -> Option<FixedFee> {
    let share = Ppm::from_percent(config.removal_percent);
    let fee = removal::fee(parcel)?;
    Some(FixedFee {
        kind: FeeKind::RemovalAllowance,
        minor: share.of(fee),
        rule: FixedRule::Removal { share, fee },
        rate_card: removal::SCHEDULE,
        grade: Grade::Configured,
    })
}

/// Own shipping by started pounds, or whatever the weight where pounds cost nothing.
fn own_shipping(
    package: &Package,
    config: &FeeConfig,
    currency: Currency,
) -> Result<FixedFee, FeeError> {
    let (amount, rule) = if config.own_shipping_per_pound.is_zero() {
        (config.own_shipping_base, FixedRule::OwnShippingFlat)
    } else {
        let pounds = size_tier::pounds(package)
            .ok_or(FeeError::WeightUnknown)?
            .ceil();
        let amount = config
            .own_shipping_per_pound
            .checked_mul(pounds)
            .and_then(|by_weight| by_weight.checked_add(config.own_shipping_base))
            .ok_or(FeeError::AmountOutOfRange)?;
        (amount, FixedRule::OwnShipping { pounds })
    };
    Ok(FixedFee {
        kind: FeeKind::OwnShipping,
        minor: checked_minor(amount, currency).ok_or(FeeError::AmountOutOfRange)?,
        rule,
        rate_card: config::SCHEDULE,
        grade: Grade::Configured,
    })
}
