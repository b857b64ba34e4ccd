//! When a request is tried again: a pure decision.

use std::time::Duration;

use crate::budget::TokenPolicy;
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
    /// The wait before the next attempt under a policy of tokens. A shortage is waited for as long as that policy says: without limit, however many
    /// attempts it takes, or not at all.
    pub(crate) fn next(
        &self,
        error: &KeepaError,
        attempts: u32,
        jitter: f64,
        tokens: TokenPolicy,
    ) -> Option<Duration> {
        match (error, tokens) {
            (KeepaError::OutOfTokens { wait }, TokenPolicy::Wait) => Some(*wait),
            (KeepaError::OutOfTokens { .. }, _) => self
                .delay(error, attempts, jitter)
                .filter(|wait| tokens.allows(*wait)),
            _ => self.delay(error, attempts, jitter),
        }
    }

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
    fn a_shortage_is_waited_for_as_the_policy_of_tokens_says() {
        let policy = RetryPolicy {
            max_attempts: 3,
            ..RetryPolicy::default()
        };
        let wait = Duration::from_secs(7);
        let long_enough = TokenPolicy::WaitAtMost(wait);
        let too_short = TokenPolicy::WaitAtMost(Duration::from_secs(6));
        let cases = [
            (TokenPolicy::Wait, 1, Some(wait)),
            (TokenPolicy::Wait, 99, Some(wait)),
            (long_enough, 2, Some(wait)),
            (long_enough, 3, None),
            (too_short, 1, None),
            (TokenPolicy::FailFast, 1, None),
        ];
        for (tokens, attempts, expected) in cases {
            let shortage = KeepaError::OutOfTokens { wait };
            let next = policy.next(&shortage, attempts, 0.0, tokens);
            assert_eq!(next, expected, "{tokens:?} after {attempts}");
            let other = policy.next(&KeepaError::Timeout, attempts, 0.0, tokens);
            assert_eq!(other.is_some(), attempts < 3, "{tokens:?} after {attempts}");
        }
    }

    #[test]
    fn jitter_shortens_a_wait_by_up_to_half() {
        let policy = RetryPolicy::default();
        let full = policy.delay(&KeepaError::Timeout, 1, 0.0).unwrap();
        assert_eq!(policy.delay(&KeepaError::Timeout, 1, 1.0), Some(full / 2));
    }
}
