//! The sale price as a distribution, and what follows for profit.
//!
//! Three quantiles are known: 10 %, 50 % and 90 %. Between them the quantile function is a straight line. The tails are straight too and reach
//! three quarters of the distance from the median to the quantile further, on each side by its own distance: so the mean of the outer
//! tenth is that of a normal distribution with the same quantiles (1.755 standard deviations from the median, where the quantile
//! is at 1.282). No price is below zero.

use super::net::{HIGHEST, Net, Segment, Signs};

/// One straight piece of the quantile function: prices from `from` to `to` are equally likely.
#[derive(Debug, Clone, Copy)]
struct Piece {
    from: i64,
    to: i64,
    /// Probability of the piece in tenths.
    tenths: i64,
}

/// A sale price as its 10 %, 50 % and 90 % quantiles, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PriceDistribution {
    /// 10 % quantile.
    pub low: i64,
    /// Median.
    pub likely: i64,
    /// 90 % quantile.
    pub high: i64,
}

/// The quantile function of a price.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pieces([Piece; 4]);

/// Fractions are summed in this many parts.
const PARTS: i128 = 1_000_000_000;

impl Piece {
    /// Twice the number of equally likely unit steps; a single price counts as one step of weight one.
    fn total(&self) -> i64 {
        (2 * (self.to - self.from)).max(1)
    }

    /// The part of a range that lies in this piece, with 1 for each of its ends that is an end of the piece: these count half.
    fn overlap(&self, from: i64, to: i64) -> Option<(i64, i64, i64, i64)> {
        let (from, to) = (from.max(self.from), to.min(self.to));
        let (at_from, at_to) = (i64::from(from == self.from), i64::from(to == self.to));
        (from <= to).then_some((from, to, at_from, at_to))
    }

    /// The share of `weight` in `total`, times the probability of the piece.
    fn share(&self, weight: i128) -> i128 {
        let total = i128::from(self.total());
        let (whole, rest) = (weight.div_euclid(total), weight.rem_euclid(total));
        let tenth = PARTS / 10 * i128::from(self.tenths);
        whole * tenth + rest * tenth / total
    }

    /// The weight of the prices of a range.
    fn weight(&self, from: i64, to: i64) -> i64 {
        match self.overlap(from, to) {
            Some(_) if self.from == self.to => 1,
            Some((from, to, at_from, at_to)) => 2 * (to - from + 1) - at_from - at_to,
            None => 0,
        }
    }

    /// The weighted sum of profit over a segment.
    fn sum(&self, net: &Net<'_>, segment: Segment) -> i128 {
        let Some((from, to, at_from, at_to)) = self.overlap(segment.from, segment.to) else {
            return 0;
        };
        if self.from == self.to {
            return net.at(from).into();
        }
        let end = |is_end: i64, price| i128::from(is_end) * i128::from(net.at(price));
        2 * net.sum_over(from, to) - end(at_from, from) - end(at_to, to)
    }
}

impl PriceDistribution {
    /// A price that is certain.
    #[must_use]
    pub const fn certain(price: i64) -> Self {
        Self {
            low: price,
            likely: price,
            high: price,
        }
    }

    /// Its quantile function. A quantile that is out of order counts as equal to the median.
    pub(super) fn pieces(self) -> Pieces {
        let limit = |price: i64| price.clamp(0, HIGHEST);
        let likely = limit(self.likely);
        let (low, high) = (limit(self.low).min(likely), limit(self.high).max(likely));
        let lowest = limit(low - (likely - low) * 3 / 4);
        let highest = limit(high + (high - likely) * 3 / 4);
        let piece = |from, to, tenths| Piece { from, to, tenths };
        Pieces([
            piece(lowest, low, 1),
            piece(low, likely, 4),
            piece(likely, high, 4),
            piece(high, highest, 1),
        ])
    }
}

impl Pieces {
    /// The probability of a price that earns, in whole percent, rounded down.
    pub(super) fn probability_of_profit(&self, signs: &Signs) -> u8 {
        let parts = self
            .0
            .iter()
            .map(|piece| {
                let weights = signs.profitable().map(|run| piece.weight(run.from, run.to));
                piece.share(weights.sum::<i64>().into())
            })
            .sum::<i128>();
        u8::try_from(parts * 100 / PARTS).unwrap_or(100)
    }

    /// The mean profit over every price in minor units, rounded half up.
    pub(super) fn mean(&self, net: &Net<'_>) -> i64 {
        let parts = self
            .0
            .iter()
            .map(|piece| {
                let sums = net.segments().map(|segment| piece.sum(net, segment));
                piece.share(sums.sum())
            })
            .sum::<i128>();
        let mean = (parts + PARTS / 2).div_euclid(PARTS);
        i64::try_from(mean).unwrap_or(if mean < 0 { i64::MIN } else { i64::MAX })
    }
}
