//! Fees that do not depend on the sale price: closing, storage, inbound placement, own shipping.

use rust_decimal::Decimal;

use super::config::{self, FeeConfig};
use super::error::FeeError;
use super::input::FeeInput;
use super::receipt::{FeeKind, Grade};
use super::size_tier::{self, Parcel};
use super::storage::{self, StorageDays};
use crate::acquisition::Fulfilment;
use crate::market::Package;
use crate::marketplace::Marketplace;
use crate::money::{Currency, Money};

/// The closing fee of media on the US marketplace: 1.80 since 2017-03-01 (Seller Central, grade A).
const US_CLOSING: i64 = 180;
const US_CLOSING_SCHEDULE: &str = "us-closing-2017-03-01";

/// A fee that does not depend on the price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FixedFee {
    pub(super) kind: FeeKind,
    pub(super) minor: i64,
    pub(super) rule: String,
    pub(super) rate_card: &'static str,
    pub(super) grade: Grade,
}

/// All of them for one product.
pub(super) fn fees(
    input: &FeeInput,
    parcel: Option<&Parcel>,
    config: &FeeConfig,
) -> Result<Vec<FixedFee>, FeeError> {
    let currency = input.marketplace.currency();
    let mut fees = Vec::with_capacity(3);
    fees.extend(closing(input, config));
    match input.fulfilment {
        Fulfilment::Fba => {
            fees.extend(storage(input, parcel));
            fees.extend(inbound_placement(config.inbound_placement, currency));
        }
        Fulfilment::Fbm => {
            fees.push(own_shipping(&input.package, config, currency)?);
        }
    }
    Ok(fees)
}

fn minor(amount: Decimal, currency: Currency) -> i64 {
    Money::new(amount, currency).minor().unwrap_or_default()
}

fn closing(input: &FeeInput, config: &FeeConfig) -> Option<FixedFee> {
    let (minor, rate_card, grade) = if input.marketplace == Marketplace::Us {
        (US_CLOSING, US_CLOSING_SCHEDULE, Grade::A)
    } else {
        let closing = minor(config.flat_closing, input.marketplace.currency());
        (closing, config::SCHEDULE, config.flat_grade())
    };
    (input.category.pays_closing_fee() && minor != 0).then(|| FixedFee {
        kind: FeeKind::Closing,
        minor,
        rule: format!("closing fee of {}", input.category.label()),
        rate_card,
        grade,
    })
}

/// Storage where a schedule is known. A package of unknown size has no line: unknown is not zero, but it is a few cents a month.
fn storage(input: &FeeInput, parcel: Option<&Parcel>) -> Option<FixedFee> {
    if input.marketplace != Marketplace::Us || input.holding_days == 0 {
        return None;
    }
    let Parcel {
        tier, cubic_feet, ..
    } = *parcel?;
    let days = StorageDays::before(input.sale_date, input.holding_days);
    Some(FixedFee {
        kind: FeeKind::Storage,
        minor: days.cost(tier, cubic_feet),
        rule: format!(
            "{} cubic feet, {} days from January to September and {} from October to December",
            cubic_feet.round_dp(4),
            days.off_peak,
            days.peak,
        ),
        rate_card: storage::SCHEDULE,
        grade: storage::GRADE,
    })
}

fn inbound_placement(amount: Decimal, currency: Currency) -> Option<FixedFee> {
    let minor = minor(amount, currency);
    (minor != 0).then(|| FixedFee {
        kind: FeeKind::InboundPlacement,
        minor,
        rule: "inbound placement of one unit".to_owned(),
        rate_card: config::SCHEDULE,
        grade: Grade::Configured,
    })
}

fn own_shipping(
    package: &Package,
    config: &FeeConfig,
    currency: Currency,
) -> Result<FixedFee, FeeError> {
    let pounds = size_tier::pounds(package)
        .ok_or(FeeError::PackageUnknown)?
        .ceil();
    let amount = config.own_shipping_base + config.own_shipping_per_pound * pounds;
    Ok(FixedFee {
        kind: FeeKind::OwnShipping,
        minor: minor(amount, currency),
        rule: format!("own shipping of {pounds} started lb"),
        rate_card: config::SCHEDULE,
        grade: Grade::Configured,
    })
}
