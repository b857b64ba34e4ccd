//! Keepa's time: minutes since 2011-01-01T00:00:00Z; and the sandbox's clock, which a test may turn.

/// Unix minutes at Keepa's minute 0. Grade A: Keepa's documentation ("Keepa time minutes").
const KEEPA_EPOCH_MINUTES: i64 = 21_564_000;

/// Minutes in an hour.
pub(crate) const HOUR: i32 = 60;

/// Minutes in a day.
pub(crate) const DAY: i32 = 1_440;

/// Milliseconds since the Unix epoch, from the system's clock.
pub(crate) fn system_millis() -> i64 {
    chrono::Utc::now().timestamp_millis()
}

/// The Keepa minute of a Unix time in milliseconds; held at the ends of the range of an `i32`.
pub(crate) fn keepa_minute(unix_millis: i64) -> i32 {
    let minutes = unix_millis.div_euclid(60_000) - KEEPA_EPOCH_MINUTES;
    i32::try_from(minutes).unwrap_or(if minutes < 0 { i32::MIN } else { i32::MAX })
}

/// The calendar date of a Keepa minute (UTC).
pub(crate) fn date(keepa_minute: i32) -> chrono::NaiveDate {
    let seconds = (i64::from(keepa_minute) + KEEPA_EPOCH_MINUTES) * 60;
    chrono::DateTime::from_timestamp(seconds, 0)
        .unwrap_or_default()
        .date_naive()
}

/// The Keepa minute at which a day begins; `None` when there is no such day.
pub(crate) fn midnight(year: i32, month: u32, day: u32) -> Option<i32> {
    let date = chrono::NaiveDate::from_ymd_opt(year, month, day)?;
    let time = date.and_hms_opt(0, 0, 0)?.and_utc();
    Some(keepa_minute(time.timestamp_millis()))
}

/// A clock that was set to a time and runs so many times as fast as the system's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Clock {
    set_at: i64,
    set_to: i64,
    speed: u32,
}

impl Clock {
    /// A clock that shows `set_to` when the system's shows `set_at`, in Unix milliseconds.
    pub(crate) fn new(set_at: i64, set_to: i64, speed: u32) -> Self {
        Self {
            set_at,
            set_to,
            speed,
        }
    }

    /// The time it shows, in Unix milliseconds, when the system's clock shows `system`.
    pub(crate) fn at(self, system: i64) -> i64 {
        let passed = system.saturating_sub(self.set_at);
        self.set_to
            .saturating_add(passed.saturating_mul(self.speed.into()))
    }

    /// The time it shows now, in Unix milliseconds.
    pub(crate) fn now(self) -> i64 {
        self.at(system_millis())
    }

    /// How many times as fast as the system's it runs; 0 stands still.
    pub(crate) fn speed(self) -> u32 {
        self.speed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keepa_minutes_match_the_documented_pairs() {
        assert_eq!(keepa_minute(1_318_510_800_000), 411_180);
        assert_eq!(keepa_minute(1_293_840_000_000), 0);
        assert_eq!(date(8_075_776).to_string(), "2026-05-10");
        assert_eq!(midnight(2011, 1, 2), Some(DAY));
        assert_eq!(midnight(2011, 2, 30), None);
    }

    #[test]
    fn a_clock_runs_as_fast_as_it_was_set_to() {
        let shown = [0, 1, 60].map(|speed| Clock::new(1_000, 50_000, speed).at(3_000));
        assert_eq!(shown, [50_000, 52_000, 170_000]);
    }
}
