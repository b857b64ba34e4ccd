//! What a sale leaves as a function of the price, and where it is a profit.
//!
//! Fees jump (at 10 and 50 dollars, at referral bands), so a higher price can leave less. Between two jumps the function rises in a straight
//! line but for the rounding of each share, so its sign changes within a few minor units of one computable price. Only these
//! are looked at one by one.

use std::cmp::Ordering;

use crate::fees::{FeeSchedule, Ppm, SLOPE_WHOLE, Slope};

/// The highest price of a search in minor units: the highest that Keepa can express.
pub(super) const HIGHEST: i64 = 2_147_483_647;
/// By how many minor units the function may stray from a straight line: two ends with five rounded shares (referral, refunds, return
/// allowance, tax, buffer) of half a unit each, and one unit for the minimum of the referral fee or the maximum of the refund fee.
const ROUNDING: i64 = 6;
/// The slope below which no valid configuration comes: shares of the price stay below 95 %.
const LEAST_SLOPE: i64 = SLOPE_WHOLE / 50;

/// What is left of the price of one unit, in minor units.
#[derive(Debug, Clone, Copy)]
pub(super) struct Net<'a> {
    fees: &'a FeeSchedule,
    buffer: Ppm,
    costs: i64,
}

impl<'a> Net<'a> {
    /// What fees, a share of the price and fixed costs leave.
    pub(super) const fn new(fees: &'a FeeSchedule, buffer: Ppm, costs: i64) -> Self {
        Self {
            fees,
            buffer,
            costs,
        }
    }

    /// The same after further costs.
    pub(super) const fn less(self, costs: i64) -> Self {
        Self {
            costs: self.costs.saturating_add(costs),
            ..self
        }
    }

    /// The buffer at a price.
    pub(super) const fn buffer_at(&self, price: i64) -> i64 {
        self.buffer.of(price)
    }

    /// What is left at a price.
    pub(super) fn at(&self, price: i64) -> i64 {
        price
            .saturating_sub(self.fees.total_minor_at(price))
            .saturating_sub(self.buffer_at(price))
            .saturating_sub(self.costs)
    }

    /// The sum of [`Net::at`] over every price of a range without jump or bend, both ends included.
    pub(super) fn sum_over(&self, from: i64, to: i64) -> i128 {
        let [lowest, highest, costs] = [from, to, self.costs].map(i128::from);
        let count = highest - lowest + 1;
        (lowest + highest) * count / 2
            - self.fees.total_minor_over(from, to)
            - self.buffer.sum_over(from, to)
            - costs * count
    }

    /// The ranges of prices between jumps and bends, rising, both ends included.
    pub(super) fn segments(&self) -> impl Iterator<Item = Segment> {
        let starts = self.fees.changes();
        let ends = starts.iter().skip(1).map(|start| start - 1);
        starts
            .iter()
            .zip(ends.chain([HIGHEST]))
            .map(|(&from, to)| Segment { from, to })
    }

    /// By how much more is left of a higher price, from a price up to the next jump or bend.
    fn slope(&self, price: i64) -> i64 {
        let taken = self.fees.slope(price) + Slope::from(self.buffer);
        SLOPE_WHOLE.saturating_sub(taken.0)
    }

    /// Where the function is negative, zero and positive.
    pub(super) fn signs(&self) -> Signs {
        let mut signs = Signs::default();
        for Segment { from, to } in self.segments() {
            let slope = self.slope(from);
            let steepness = slope.saturating_abs().max(LEAST_SLOPE);
            let (before, after, slope) = if slope < 0 {
                (Ordering::Greater, Ordering::Less, -steepness)
            } else {
                (Ordering::Less, Ordering::Greater, steepness)
            };
            let distance = i128::from(self.at(from)) * i128::from(SLOPE_WHOLE) / i128::from(slope);
            let distance = distance.clamp(i128::from(-HIGHEST), i128::from(HIGHEST));
            let root = from - i64::try_from(distance).unwrap_or_default();
            let reach = ROUNDING * SLOPE_WHOLE / steepness + 1;
            let near_from = root.saturating_sub(reach).clamp(from, to + 1);
            let near_to = root.saturating_add(reach + 1).clamp(from, to + 1);
            signs.push(from, near_from - 1, before);
            for price in near_from..near_to {
                signs.push(price, price, self.at(price).cmp(&0));
            }
            signs.push(near_to, to, after);
        }
        signs
    }
}

/// A closed range of prices without jump or bend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Segment {
    pub(super) from: i64,
    pub(super) to: i64,
}

/// A closed range of prices that all lose, all break even or all earn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) from: i64,
    pub(super) to: i64,
    sign: Ordering,
}

/// The sign of profit over all prices, as alternating runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Signs(Vec<Run>);

impl Signs {
    fn push(&mut self, from: i64, to: i64, sign: Ordering) {
        if to < from {
            return;
        }
        match self.0.last_mut() {
            Some(last) if last.sign == sign => last.to = to,
            _ => self.0.push(Run { from, to, sign }),
        }
    }

    /// The lowest price that loses nothing and above which every price earns.
    pub(super) fn break_even(&self) -> Option<i64> {
        match self.0.as_slice() {
            [
                ..,
                Run {
                    sign: Ordering::Equal,
                    to,
                    ..
                },
                Run {
                    sign: Ordering::Greater,
                    ..
                },
            ] => Some(*to),
            [
                ..,
                Run {
                    sign: Ordering::Greater,
                    from,
                    ..
                },
            ] => Some(*from),
            _ => None,
        }
    }

    /// The ranges that lose although some lower price earns.
    pub(super) fn loss_zones(&self) -> impl Iterator<Item = Run> {
        self.0
            .iter()
            .copied()
            .skip_while(|run| run.sign != Ordering::Greater)
            .filter(|run| run.sign == Ordering::Less)
    }

    /// The ranges that earn.
    pub(super) fn profitable(&self) -> impl Iterator<Item = Run> {
        self.0
            .iter()
            .copied()
            .filter(|run| run.sign == Ordering::Greater)
    }
}
