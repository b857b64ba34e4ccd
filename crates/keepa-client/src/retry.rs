//! When a request is tried again: a pure decision.

use std::time::Duration;

use crate::error::KeepaError;

/// How often and how soon a failed request is sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Attempts in all, at least 1.
    pub max_attempts: u32,
    /// Wait after the first failure; it doubles with each further one.
    pub first_delay: Duration,
    /// The longest wait.
    pub max_delay: Duration,
}

impl Default for RetryPolicy {
    /// Four attempts with waits that double from one second up to a minute, as Keepa's own client does.
    fn default() -> Self {
        Self {
            max_attempts: 4,
            first_delay: Duration::from_secs(1),
            max_delay: Duration::from_secs(60),
        }
    }
}

impl RetryPolicy {
    /// The wait before the next attempt after `attempts` failed ones, or `None` to give up. `jitter` is from 0 to 1 and shortens the wait by
    /// up to half, so that clients which failed together do not return together.
    #[must_use]
    pub fn delay(&self, error: &KeepaError, attempts: u32, jitter: f64) -> Option<Duration> {
        if attempts >= self.max_attempts || !error.is_retryable() {
            return None;
        }
        if let Some(wait) = error.retry_after() {
            return Some(wait);
        }
        let doubled = self.first_delay.saturating_mul(1 << (attempts - 1).min(30));
        Some(
            doubled
                .min(self.max_delay)
                .mul_f64(1.0 - jitter.clamp(0.0, 1.0) / 2.0),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ApiError;

    #[test]
    fn what_may_succeed_later_is_tried_again_and_nothing_else() {
        let policy = RetryPolicy {
            max_attempts: 3,
            first_delay: Duration::from_secs(1),
            max_delay: Duration::from_secs(2),
        };
        let server = KeepaError::Server {
            status: 500,
            error: ApiError::default(),
        };
        let wait = Duration::from_secs(7);
        let cases = [
            (server.clone(), 1, Some(Duration::from_secs(1))),
            (server.clone(), 2, Some(Duration::from_secs(2))),
            (server, 3, None),
            (KeepaError::Timeout, 1, Some(Duration::from_secs(1))),
            (
                KeepaError::Unreadable(String::new()),
                1,
                Some(Duration::from_secs(1)),
            ),
            (KeepaError::OutOfTokens { wait }, 1, Some(wait)),
            (KeepaError::Rejected(ApiError::default()), 1, None),
            (KeepaError::PaymentRequired(ApiError::default()), 1, None),
            (KeepaError::InvalidRequest(String::new()), 1, None),
        ];
        for (error, attempts, expected) in cases {
            assert_eq!(policy.delay(&error, attempts, 0.0), expected, "{error}");
        }
    }

    #[test]
    fn jitter_shortens_a_wait_by_up_to_half() {
        let policy = RetryPolicy::default();
        let full = policy.delay(&KeepaError::Timeout, 1, 0.0).unwrap();
        assert_eq!(policy.delay(&KeepaError::Timeout, 1, 1.0), Some(full / 2));
    }
}
