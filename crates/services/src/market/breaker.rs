//! Leaving Keepa alone while it fails: after some failures in a row nothing is sent for a while, and then one request tries.
//!
//! Every request is tried several times with growing waits already. What the breaker saves is the waiting of everybody behind them, and the
//! attempts of items, which would be given up while Keepa is away for longer.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Failures in a row after which Keepa is left alone: with the default retries of the client, about half a minute of two chunks at work (M).
const FAILURES: u32 = 10;

/// How long Keepa is left alone unless something else is configured (M): a restart of a service takes about so long.
const PAUSE: Duration = Duration::from_secs(30);

/// How it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakerState {
    /// Requests are sent.
    Closed,
    /// Keepa is left alone.
    Open,
    /// The pause is over: one request tries.
    HalfOpen,
}

impl BreakerState {
    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "CLOSED",
            Self::Open => "OPEN",
            Self::HalfOpen => "HALF_OPEN",
        }
    }
}

/// What a request came to, as far as it tells of Keepa's health.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Keepa answered.
    Answered,
    /// Keepa did not answer, or with an error of its own.
    Failed,
    /// Nothing was sent, for want of tokens for example.
    Unknown,
}

/// Counts failures in a row.
#[derive(Debug)]
pub(super) struct Breaker {
    pause: Duration,
    counted: Mutex<Counted>,
}

impl Default for Breaker {
    fn default() -> Self {
        Self::new(PAUSE)
    }
}

#[derive(Debug, Default)]
struct Counted {
    failures: u32,
    /// From when on a request may try; `None` while requests are sent.
    closed_until: Option<Instant>,
}

impl Breaker {
    /// One that leaves Keepa alone for so long.
    pub(super) fn new(pause: Duration) -> Self {
        Self {
            pause,
            counted: Mutex::default(),
        }
    }

    /// Lets a request through.
    ///
    /// # Errors
    /// How long to wait, while Keepa is left alone or another request tries.
    pub(super) fn admit(&self) -> Result<(), Duration> {
        let mut counted = self.counted();
        let Some(until) = counted.closed_until else {
            return Ok(());
        };
        let now = Instant::now();
        if now < until {
            return Err(until - now);
        }
        // This one tries. The others wait for it, and no longer than a pause.
        counted.closed_until = Some(now + self.pause);
        Ok(())
    }

    /// Notes what a request that was let through came to.
    pub(super) fn note(&self, outcome: Outcome) {
        let mut counted = self.counted();
        match outcome {
            Outcome::Answered => {
                if counted.closed_until.is_some() {
                    tracing::info!("Keepa answers again");
                }
                *counted = Counted::default();
            }
            Outcome::Failed => {
                counted.failures = counted.failures.saturating_add(1);
                if counted.failures >= FAILURES {
                    if counted.closed_until.is_none() {
                        tracing::warn!(
                            failures = counted.failures,
                            pause_seconds = self.pause.as_secs(),
                            "Keepa is left alone after failures in a row"
                        );
                    }
                    counted.closed_until = Some(Instant::now() + self.pause);
                }
            }
            // The next one may try.
            Outcome::Unknown => {
                if counted.closed_until.is_some() {
                    counted.closed_until = Some(Instant::now());
                }
            }
        }
    }

    /// How it stands now.
    pub(super) fn state(&self) -> BreakerState {
        match self.counted().closed_until {
            None => BreakerState::Closed,
            Some(until) if Instant::now() < until => BreakerState::Open,
            Some(_) => BreakerState::HalfOpen,
        }
    }

    fn counted(&self) -> MutexGuard<'_, Counted> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failing(breaker: &Breaker, times: u32) {
        for _ in 0..times {
            breaker.note(Outcome::Failed);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn after_failures_in_a_row_nothing_is_sent_until_one_request_has_tried() {
        let breaker = Breaker::default();
        failing(&breaker, FAILURES - 1);
        breaker.note(Outcome::Answered);
        failing(&breaker, FAILURES - 1);
        assert_eq!(
            (breaker.admit(), breaker.state()),
            (Ok(()), BreakerState::Closed)
        );
        failing(&breaker, 1);
        assert_eq!(
            (breaker.admit(), breaker.state()),
            (Err(PAUSE), BreakerState::Open)
        );

        tokio::time::advance(PAUSE).await;
        assert_eq!(breaker.state(), BreakerState::HalfOpen);
        assert_eq!(breaker.admit(), Ok(()));
        assert_eq!(breaker.admit(), Err(PAUSE), "one tries, the others wait");
        failing(&breaker, 1);
        assert_eq!(breaker.state(), BreakerState::Open);

        tokio::time::advance(PAUSE).await;
        assert_eq!(breaker.admit(), Ok(()));
        breaker.note(Outcome::Answered);
        assert_eq!(
            (breaker.admit(), breaker.state()),
            (Ok(()), BreakerState::Closed)
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_try_that_sent_nothing_leaves_it_to_the_next() {
        let breaker = Breaker::default();
        failing(&breaker, FAILURES);
        tokio::time::advance(PAUSE).await;
        assert_eq!(breaker.admit(), Ok(()));
        breaker.note(Outcome::Unknown);
        assert_eq!(breaker.admit(), Ok(()));
        // One that never comes back does not keep the others away for good.
        tokio::time::advance(PAUSE).await;
        assert_eq!(breaker.admit(), Ok(()));
    }
}
