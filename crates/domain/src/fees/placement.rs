//! Inbound placement: what Amazon asks for distributing a shipment itself.
//!
//! Minimal splits cost 0.16 to 0.68 a unit by size and region (Seller Central GC3Q44PBK8BXQW3Z, grade A); the point estimates of 2026
//! here are within those ranges (grade C). A seller who splits shipments as Amazon wants pays nothing.

use rust_decimal::dec;

use super::size_tier::{SizeTier, UsParcel};

/// The schedule's id on a receipt.
pub(super) const SCHEDULE: &str = "us-placement-2026";

/// The fee of a minimally split shipment in cents; `None` for packages larger than standard size, of which no rate is known.
pub(super) fn minimal_split(parcel: &UsParcel) -> Option<i64> {
    let pounds = parcel.billed_pounds;
    match parcel.tier {
        SizeTier::SmallStandard => Some(26),
        SizeTier::LargeStandard if pounds <= dec!(0.75) => Some(29),
        SizeTier::LargeStandard if pounds <= dec!(1.5) => Some(34),
        SizeTier::LargeStandard if pounds <= dec!(3) => Some(41),
        SizeTier::LargeStandard => Some(55),
        _ => None,
    }
}
