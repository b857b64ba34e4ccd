//! The token bucket, as the answers of Keepa tell it.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::envelope::Envelope;

/// What a request does when the bucket is empty.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TokenPolicy {
    /// It waits as long as it takes.
    #[default]
    Wait,
    /// It waits, but is refused when that would take longer.
    WaitAtMost(Duration),
    /// It is refused at once.
    FailFast,
}

impl TokenPolicy {
    /// `true` when the policy allows to wait so long.
    pub(crate) fn allows(self, wait: Duration) -> bool {
        match self {
            Self::Wait => true,
            Self::WaitAtMost(longest) => wait <= longest,
            Self::FailFast => false,
        }
    }
}

/// The token bucket as the last answer told it, moved on to now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TokenState {
    /// Tokens left; may be negative.
    pub left: i64,
    /// Tokens added each minute.
    pub refill_rate: u32,
    /// Tokens a minute that trackings consume.
    pub flow_reduction: f64,
}

#[derive(Debug, Clone, Copy)]
struct Known {
    left: i64,
    refill_rate: i64,
    flow_reduction: f64,
    next_refill: Instant,
    /// Keepa's clock at the answer: an older answer that arrives late changes nothing.
    timestamp: i64,
}

/// The state of the bucket, and what is reserved by requests under way.
#[derive(Debug, Default)]
pub(crate) struct Budget {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    known: Option<Known>,
    reserved: i64,
}

/// The tokens of a request under way; given back when it is dropped, however it ended.
#[derive(Debug)]
pub(crate) struct Reservation<'a> {
    budget: &'a Budget,
    tokens: i64,
}

impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        self.budget.lock().reserved -= self.tokens;
    }
}

impl Known {
    /// Tokens at a time: refills come in whole minutes, and the bucket holds those of an hour.
    fn left_at(&self, now: Instant) -> i64 {
        let Some(since) = now.checked_duration_since(self.next_refill) else {
            return self.left;
        };
        let refills = i64::try_from(since.as_secs() / 60)
            .unwrap_or(i64::MAX)
            .saturating_add(1);
        let capacity = self.refill_rate.saturating_mul(60).max(self.left);
        self.left
            .saturating_add(refills.saturating_mul(self.refill_rate))
            .min(capacity)
    }

    /// How long until so many tokens more are there.
    fn wait_for(&self, missing: i64, now: Instant) -> Duration {
        let first = self.next_refill.saturating_duration_since(now);
        let minutes = (missing - 1).max(0) / self.refill_rate.max(1);
        first + Duration::from_secs(60).saturating_mul(u32::try_from(minutes).unwrap_or(u32::MAX))
    }
}

impl Budget {
    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reserves tokens, or says how long to wait. A request may run while the balance is positive, whatever it costs; before the first
    /// answer nothing is known and anything may.
    pub(crate) fn reserve(&self, tokens: i64) -> Result<Reservation<'_>, Duration> {
        let mut state = self.lock();
        if let Some(known) = state.known {
            let now = Instant::now();
            let free = known.left_at(now) - state.reserved;
            if free <= 0 {
                return Err(known.wait_for(1 - free, now).max(Duration::from_millis(50)));
            }
        }
        state.reserved += tokens;
        Ok(Reservation {
            budget: self,
            tokens,
        })
    }

    /// Takes the state from an answer.
    pub(crate) fn settle(&self, envelope: &Envelope<'_>) {
        let mut state = self.lock();
        let newer = state
            .known
            .is_none_or(|known| envelope.timestamp >= known.timestamp);
        if envelope.tells_tokens() && newer {
            let refill_in = Duration::from_millis(u64::try_from(envelope.refill_in).unwrap_or(0));
            state.known = Some(Known {
                left: i64::from(envelope.tokens_left),
                refill_rate: i64::from(envelope.refill_rate),
                flow_reduction: envelope.token_flow_reduction,
                next_refill: Instant::now() + refill_in,
                timestamp: envelope.timestamp,
            });
        }
    }

    /// The bucket now; `None` before the first answer.
    pub(crate) fn now(&self) -> Option<TokenState> {
        let known = self.lock().known?;
        Some(TokenState {
            left: known.left_at(Instant::now()),
            refill_rate: u32::try_from(known.refill_rate).unwrap_or(0),
            flow_reduction: known.flow_reduction,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(tokens_left: i32, refill_in: i32, refill_rate: i32) -> String {
        format!(
            r#"{{"timestamp":5,"tokensLeft":{tokens_left},"refillIn":{refill_in},"refillRate":{refill_rate}}}"#
        )
    }

    fn settled(answer: &str) -> Budget {
        let budget = Budget::default();
        budget.settle(&serde_json::from_str(answer).unwrap());
        budget
    }

    #[test]
    fn a_positive_balance_lets_any_request_through_and_an_empty_one_none() {
        let budget = settled(&answer(1, 30_000, 5));
        let first = budget.reserve(100).unwrap();
        assert!(budget.reserve(1).is_err());
        drop(first);
        assert!(budget.reserve(1).is_ok());
    }

    #[test]
    fn the_wait_follows_the_refills() {
        let wait = settled(&answer(-11, 30_000, 5)).reserve(1).unwrap_err();
        // Twelve tokens are missing: three refills, the first in 30 s.
        assert_eq!((wait.as_millis() + 500) / 1_000, 150);
    }

    #[test]
    fn a_rejected_key_with_zeros_throughout_says_nothing_of_the_bucket() {
        assert_eq!(settled(&answer(0, 0, 0)).now(), None);
    }
}
