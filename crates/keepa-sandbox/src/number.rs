//! From floating point to integers.

/// The nearest integer.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "saturates, and the standard library offers no other way from f64 to an integer"
)]
pub(crate) fn whole(value: f64) -> i32 {
    value.round() as i32
}
