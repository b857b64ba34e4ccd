//! The sum of a rounded share over a range of prices, in closed form.
//!
//! A share rounded to the minor unit is a quotient rounded down, so its sum over prices is one of whole points below a line: the number
//! of steps is that of Euclid's algorithm, whatever the number of prices.

/// A line through whole prices, read as a quotient that is rounded down.
#[derive(Debug, Clone, Copy)]
pub(super) struct Quotients {
    /// What the first price gives, before it is divided.
    pub(super) first: i128,
    /// How much more each further price gives, before it is divided.
    pub(super) step: i128,
    /// Positive.
    pub(super) divisor: i128,
}

impl Quotients {
    /// The sum of `(first + step * i) / divisor`, each rounded down, for `i` from 0 to below `count`.
    pub(super) const fn sum(self, mut count: i128) -> i128 {
        let Self {
            mut first,
            mut step,
            mut divisor,
        } = self;
        let mut sum = 0;
        loop {
            sum += count * (count - 1) / 2 * step.div_euclid(divisor);
            sum += count * first.div_euclid(divisor);
            step = step.rem_euclid(divisor);
            first = first.rem_euclid(divisor);
            let end = first + step * count;
            if end < divisor {
                return sum;
            }
            // What is left counts the points below a line that rises by less than one a price: the same seen from the other axis.
            count = end.div_euclid(divisor);
            first = end.rem_euclid(divisor);
            (step, divisor) = (divisor, step);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_sum_is_that_of_every_quotient(
            first in -10_000_i128..10_000,
            step in -3_000_i128..3_000,
            divisor in 1_i128..2_000,
            count in 0_i128..300,
        ) {
            let each = (0..count).map(|i| (first + step * i).div_euclid(divisor));
            prop_assert_eq!(Quotients { first, step, divisor }.sum(count), each.sum::<i128>());
        }
    }
}
