//! Removal or disposal of a unit that does not sell.
//!
//! Rates of standard size: copies of Amazon's table that agree (grade B).

use rust_decimal::dec;
use rust_decimal::prelude::ToPrimitive;

use super::size_tier::UsParcel;

/// The schedule's id on a receipt.
pub(super) const SCHEDULE: &str = "us-removal-2026";

/// The fee of one unit in cents; `None` for packages larger than standard size, of which no rate is known.
pub(super) fn fee(parcel: &UsParcel) -> Option<i64> {
    let pounds = parcel.billed_pounds;
    if !parcel.tier.is_standard() {
        None
    } else if pounds <= dec!(0.5) {
        Some(104)
    } else if pounds <= dec!(1) {
        Some(153)
    } else if pounds <= dec!(2) {
        Some(227)
    } else {
        let started = (pounds - dec!(2)).ceil().to_i64()?;
        Some(289 + 106 * started)
    }
}
