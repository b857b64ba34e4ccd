//! What a request costs before it is sent.

use std::ops::{Add, Mul};

/// The price of a request in tokens, known before it is sent.
///
/// Both ends are needed: the budget reserves the worst, a person plans with the likely.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Cost {
    /// What it costs as a rule.
    pub likely: u32,
    /// What it costs at most.
    pub worst: u32,
}

impl Cost {
    /// No tokens.
    pub const FREE: Self = Self::exactly(0);

    /// A price that does not depend on what Keepa finds.
    #[must_use]
    pub const fn exactly(tokens: u32) -> Self {
        Self {
            likely: tokens,
            worst: tokens,
        }
    }
}

impl Add for Cost {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            likely: self.likely.saturating_add(other.likely),
            worst: self.worst.saturating_add(other.worst),
        }
    }
}

impl Mul<usize> for Cost {
    type Output = Self;

    fn mul(self, times: usize) -> Self {
        let times = u32::try_from(times).unwrap_or(u32::MAX);
        Self {
            likely: self.likely.saturating_mul(times),
            worst: self.worst.saturating_mul(times),
        }
    }
}
