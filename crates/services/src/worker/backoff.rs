//! When an item that could not be analysed is tried again: a pure decision.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

/// How often and how soon the worker tries again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Attempts after which an item fails for good, at least 1.
    pub max_attempts: u16,
    /// Wait after the first failed attempt; it doubles with each further one.
    pub first_delay: Duration,
    /// The longest wait.
    pub max_delay: Duration,
}

impl Default for RetryPolicy {
    /// Six attempts over about five minutes: long enough for a restart of Keepa, short enough that a batch ends.
    fn default() -> Self {
        Self {
            max_attempts: 6,
            first_delay: Duration::from_secs(5),
            max_delay: Duration::from_secs(300),
        }
    }
}

impl RetryPolicy {
    /// The time of the next attempt after `attempts` failed ones, or `None` when it is given up.
    #[must_use]
    pub fn next_attempt(&self, attempts: u16, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if attempts >= self.max_attempts {
            return None;
        }
        let doublings = u32::from(attempts.saturating_sub(1)).min(30);
        let delay = self
            .first_delay
            .saturating_mul(1 << doublings)
            .min(self.max_delay);
        Some(now + TimeDelta::from_std(delay).unwrap_or(TimeDelta::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_its_bound_and_then_the_item_is_given_up() {
        let policy = RetryPolicy {
            max_attempts: 5,
            first_delay: Duration::from_secs(10),
            max_delay: Duration::from_secs(60),
        };
        let now = DateTime::UNIX_EPOCH;
        let waits: Vec<_> = (1..=5)
            .map(|n| {
                policy
                    .next_attempt(n, now)
                    .map(|at| (at - now).num_seconds())
            })
            .collect();
        assert_eq!(waits, [Some(10), Some(20), Some(40), Some(60), None]);
    }
}
