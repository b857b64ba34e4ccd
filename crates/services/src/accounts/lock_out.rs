//! When an address is locked after attempts that failed.
//!
//! Attempts are counted for the text that was given as an address, whether it has an account or not: a lock tells nothing. An attempt
//! counts before it is made, so that a thousand at once are no way around.

use std::time::Duration;

use arbitragevault_persistence::Connection;
use arbitragevault_persistence::sign_in_failures::{self, LockOut};
use chrono::{DateTime, TimeDelta, Utc};

use super::error::AccountError;

/// How long failures are remembered.
pub(crate) const MEMORY: TimeDelta = TimeDelta::hours(24);

/// Four mistakes are free; the fifth locks for 30 s, each further one twice as long, an hour at most; after a day without any, all are
/// forgotten. A guesser so gets about 30 tries a day, where NIST SP 800-63B-4 (3.2.2) allows 100 in all before a reset, and whoever
/// mistypes waits half a minute (grade M).
const LOCK_OUT: LockOut = LockOut {
    free: 5,
    first: Duration::from_secs(30),
    longest: Duration::from_secs(3_600),
    memory: MEMORY,
};

/// Counts an attempt to sign in, which [`sign_in_failures::forget`] takes back when it succeeds.
///
/// # Errors
/// [`AccountError::Locked`], or when the database is not available.
pub(super) async fn begin_attempt(
    connection: &mut Connection,
    digest: &[u8],
    now: DateTime<Utc>,
) -> Result<(), AccountError> {
    match sign_in_failures::begin(connection, digest, &LOCK_OUT, now).await? {
        Ok(()) => Ok(()),
        Err(until) => Err(AccountError::Locked {
            retry_after: (until - now).to_std().unwrap_or_default(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_doubles_with_each_failure_up_to_an_hour() {
        let seconds = |failures| LOCK_OUT.after(failures).map(|lock| lock.as_secs());
        assert_eq!(seconds(0), None);
        assert_eq!(seconds(4), None);
        let locks: Vec<_> = (5..=13).map(seconds).collect();
        let expected = [30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600].map(Some);
        assert_eq!(locks, expected);
        assert_eq!(seconds(i32::MAX), Some(3_600));
    }
}
