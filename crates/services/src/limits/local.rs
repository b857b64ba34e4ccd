//! Requests as one process counts them by itself.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{PoisonError, RwLock};

use governor::clock::{Clock as _, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

use super::{Count, Subject};

type Limiter =
    RateLimiter<Subject, DashMapStateStore<Subject>, DefaultClock, StateInformationMiddleware>;

/// A limiter for each number of requests a minute that somebody has. There are as many as operators make up.
#[derive(Debug, Default)]
pub(super) struct LocalLimits(RwLock<HashMap<NonZeroU32, Limiter>>);

impl LocalLimits {
    /// Counts a request.
    pub(super) fn count(&self, subject: Subject, per_minute: NonZeroU32) -> Count {
        {
            let limiters = self.0.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(limiter) = limiters.get(&per_minute) {
                return count(limiter, subject);
            }
        }
        let mut limiters = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let limiter = limiters.entry(per_minute).or_insert_with(|| {
            RateLimiter::dashmap(Quota::per_minute(per_minute)).with_middleware()
        });
        count(limiter, subject)
    }

    /// Forgets who has the whole quota again.
    pub(super) fn forget_idle(&self) {
        {
            // Requests are counted meanwhile: a limiter locks a part of itself at a time.
            let limiters = self.0.read().unwrap_or_else(PoisonError::into_inner);
            for limiter in limiters.values() {
                limiter.retain_recent();
                limiter.shrink_to_fit();
            }
        }
        let mut limiters = self.0.write().unwrap_or_else(PoisonError::into_inner);
        limiters.retain(|_, limiter| !limiter.is_empty());
    }
}

fn count(limiter: &Limiter, subject: Subject) -> Count {
    match limiter.check_key(&subject) {
        Ok(state) => Count {
            remaining: state.remaining_burst_capacity(),
            wait: None,
        },
        Err(until) => Count {
            remaining: 0,
            wait: Some(until.wait_time_from(limiter.clock().now())),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use uuid::Uuid;

    use super::*;

    const QUOTA: NonZeroU32 = NonZeroU32::new(7).unwrap();

    #[test]
    fn exactly_the_quota_passes_at_once_and_then_the_wait_is_told() {
        let limits = LocalLimits::default();
        let subject = Subject::Key(Uuid::from_u128(1));
        let remaining: Vec<u32> = (0..7)
            .map(|_| limits.count(subject, QUOTA).remaining)
            .collect();
        assert_eq!(remaining, [6, 5, 4, 3, 2, 1, 0]);
        let wait = limits.count(subject, QUOTA).wait.unwrap();
        assert!(
            wait > Duration::from_secs(5) && wait <= Duration::from_secs(9),
            "{wait:?}"
        );
        let other = limits.count(Subject::Key(Uuid::from_u128(2)), QUOTA);
        assert_eq!((other.remaining, other.wait), (6, None));
    }

    #[test]
    fn of_many_at_once_exactly_the_quota_passes() {
        let limits = LocalLimits::default();
        let subject = Subject::Key(Uuid::from_u128(1));
        let passed: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        let counts = (0..25).map(|_| limits.count(subject, QUOTA));
                        counts.filter(|count| count.wait.is_none()).count()
                    })
                })
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .sum()
        });
        assert_eq!(passed, 7);
    }

    #[test]
    fn who_has_the_whole_quota_again_is_forgotten_and_who_has_not_is_kept() {
        let limits = LocalLimits::default();
        let fast = NonZeroU32::new(60_000_000).unwrap();
        for id in 0..1_000 {
            limits.count(Subject::Key(Uuid::from_u128(id)), fast);
        }
        let waiting = Subject::Key(Uuid::from_u128(1));
        limits.count(waiting, QUOTA);
        // Of sixty million requests a minute one comes back within a microsecond.
        std::thread::sleep(Duration::from_millis(2));
        limits.forget_idle();
        let kept: Vec<NonZeroU32> = limits.0.read().unwrap().keys().copied().collect();
        assert_eq!(kept, [QUOTA]);
        assert_eq!(limits.count(waiting, QUOTA).remaining, 5);
    }
}
