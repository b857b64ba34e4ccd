//! The arithmetic of the token bucket: what is left at a time, and how long until there is enough.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{TokenReport, TokenState};

/// Between refills (grade A: `refillIn` as documented).
const REFILL_INTERVAL: Duration = Duration::from_secs(60);

/// Minutes that a token lives, hence the capacity in minutes of refill (grade A: Keepa's documentation; recorded answers at the rates 5 and 20).
const TOKEN_LIFE_MINUTES: i64 = 60;

/// The token bucket as the newest answer told it, without what is reserved of it.
///
/// [`TokenLedger`](super::TokenLedger) keeps reservations beside it; a store that has a place of its own for them needs only this. Times are
/// distances from an origin that the caller chooses and keeps to: the start of a process, or the Unix epoch when several processes share it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TokenBucket {
    /// What the answer said.
    pub report: TokenReport,
    /// When it came.
    pub at: Duration,
    /// Tokens of requests that were lost since.
    pub lost: i64,
}

impl TokenBucket {
    /// The bucket after an answer. An older one that arrives late changes nothing.
    #[must_use]
    pub fn told(known: Option<Self>, now: Duration, report: TokenReport) -> Self {
        match known {
            Some(known) if report.timestamp < known.report.timestamp => known,
            _ => Self {
                report,
                at: now,
                lost: 0,
            },
        }
    }

    /// Counts tokens as spent until the next answer tells the truth.
    pub fn lose(&mut self, tokens: u32) {
        self.lost = self.lost.saturating_add(i64::from(tokens));
    }

    /// How long a request has to wait while so many tokens are reserved; `None` when it may be sent.
    ///
    /// It may while the balance is positive, whatever it costs (grade A), so only the sign counts here.
    #[must_use]
    pub fn wait(&self, now: Duration, reserved: u64) -> Option<Duration> {
        let free = self.left_at(now) - i64::try_from(reserved).unwrap_or(i64::MAX);
        (free <= 0).then(|| self.wait_for(1 - free, now))
    }

    /// The bucket at a time, with so many tokens of it reserved.
    #[must_use]
    pub fn state(&self, now: Duration, reserved: u64) -> TokenState {
        let left = self.left_at(now);
        let missing = self.capacity().saturating_sub(left);
        let full_in = if missing > 0 {
            Some(self.wait_for(missing, now)).filter(|_| self.net_rate() > 0.0)
        } else {
            Some(Duration::ZERO)
        };
        TokenState {
            left,
            refill_rate: self.report.refill_rate,
            flow_reduction: self.report.token_flow_reduction,
            reserved,
            full_in,
        }
    }

    /// Tokens a minute that are left after trackings took theirs.
    fn net_rate(&self) -> f64 {
        (f64::from(self.report.refill_rate) - self.report.token_flow_reduction).max(0.0)
    }

    fn capacity(&self) -> i64 {
        i64::from(self.report.refill_rate) * TOKEN_LIFE_MINUTES
    }

    fn first_refill(&self) -> Duration {
        self.at.saturating_add(self.report.refill_in)
    }

    fn unfilled(&self) -> i64 {
        self.report.tokens_left.saturating_sub(self.lost)
    }

    /// Tokens at a time: refills come in whole minutes, and the bucket holds those of an hour.
    fn left_at(&self, now: Duration) -> i64 {
        let left = self.unfilled();
        let Some(since) = now.checked_sub(self.first_refill()) else {
            return left;
        };
        let refills = since.div_duration_f64(REFILL_INTERVAL).floor() + 1.0;
        left.saturating_add(whole(refills * self.net_rate()))
            .min(self.capacity().max(left))
    }

    /// How long until so many tokens more than now are there.
    fn wait_for(&self, missing: i64, now: Duration) -> Duration {
        let added = self.left_at(now).saturating_add(missing) - self.unfilled();
        let added = f64::from(i32::try_from(added).unwrap_or(i32::MAX));
        let refills = (added / self.net_rate()).ceil();
        Duration::try_from_secs_f64((refills - 1.0) * REFILL_INTERVAL.as_secs_f64())
            .map_or(Duration::MAX, |further| {
                self.first_refill().saturating_add(further)
            })
            .saturating_sub(now)
    }
}

/// The whole part of a number.
#[expect(
    clippy::as_conversions,
    reason = "the conversion saturates, which is what a count of tokens or minutes needs"
)]
const fn whole(number: f64) -> i64 {
    number as i64
}
