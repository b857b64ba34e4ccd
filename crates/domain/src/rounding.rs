//! From a statistic to the whole number that is shown of it.

/// 2^63: from here on a number does not fit.
const LIMIT: f64 = 9_223_372_036_854_775_808.0;

/// The nearest whole number, of two equally near ones the even one; `None` for what is no number or does not fit.
pub(crate) fn nearest(value: f64) -> Option<i64> {
    let rounded = value.round_ties_even();
    #[expect(
        clippy::as_conversions,
        reason = "a whole number within the range of the type, which is checked"
    )]
    (rounded.abs() < LIMIT).then_some(rounded as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_whole_number_is_told_where_there_is_one() {
        let cases = [
            (2.4, Some(2)),
            (2.5, Some(2)),
            (3.5, Some(4)),
            (-2.6, Some(-3)),
            (-0.2, Some(0)),
            (9.0e18, Some(9_000_000_000_000_000_000)),
            (LIMIT, None),
            (-LIMIT, None),
            (f64::INFINITY, None),
            (f64::NAN, None),
        ];
        for (value, expected) in cases {
            assert_eq!(nearest(value), expected, "{value}");
        }
    }
}
