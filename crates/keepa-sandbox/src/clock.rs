//! Keepa's time: minutes since 2011-01-01T00:00:00Z.

/// Unix minutes at Keepa's minute 0. Grade A: Keepa's documentation ("Keepa time minutes").
const KEEPA_EPOCH_MINUTES: i64 = 21_564_000;

/// Minutes in a day.
pub(crate) const DAY: i32 = 1_440;

/// Milliseconds since the Unix epoch, from the system's clock.
pub(crate) fn unix_millis() -> i64 {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keepa_minutes_match_the_documented_pairs() {
        assert_eq!(keepa_minute(1_318_510_800_000), 411_180);
        assert_eq!(keepa_minute(1_293_840_000_000), 0);
        assert_eq!(date(8_075_776).to_string(), "2026-05-10");
    }
}
