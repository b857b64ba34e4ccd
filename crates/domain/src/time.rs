//! Keepa minutes: the clock of every history.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// A point in time in minutes since 2011-01-01T00:00:00Z, the resolution of Keepa's histories.
///
/// Negative values are real: some listings are older than Keepa.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct KeepaMinutes(pub i32);

/// 2011-01-01T00:00:00Z in seconds of the Unix clock: 21,564,000 minutes (source: Keepa's documentation).
const EPOCH_UNIX_SECONDS: i64 = 21_564_000 * 60;

impl KeepaMinutes {
    /// Minutes of one day.
    pub const DAY: i32 = 24 * 60;

    /// The minute that contains `time`, clamped to the range of the type.
    #[must_use]
    pub fn from_utc(time: DateTime<Utc>) -> Self {
        let minutes = (time.timestamp() - EPOCH_UNIX_SECONDS).div_euclid(60);
        Self(i32::try_from(minutes).unwrap_or(if minutes < 0 { i32::MIN } else { i32::MAX }))
    }

    /// The start of this minute.
    #[must_use]
    pub fn to_utc(self) -> DateTime<Utc> {
        let epoch = DateTime::<Utc>::from_timestamp(EPOCH_UNIX_SECONDS, 0).unwrap_or_default();
        epoch + TimeDelta::minutes(i64::from(self.0))
    }

    /// This time moved by a number of days, saturating.
    #[must_use]
    pub const fn plus_days(self, days: i32) -> Self {
        Self(self.0.saturating_add(days.saturating_mul(Self::DAY)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keepa_minutes_convert_as_in_keepas_documentation() {
        let cases = [
            (0, "2011-01-01T00:00:00Z"),
            (411_180, "2011-10-13T13:00:00Z"),
            (1_000, "2011-01-01T16:40:00Z"),
            (-1_643_350, "2007-11-16T18:50:00Z"),
            (7_777_548, "2025-10-15T01:48:00Z"),
        ];
        for (minutes, utc) in cases {
            let time: DateTime<Utc> = utc.parse().unwrap();
            assert_eq!(KeepaMinutes(minutes).to_utc(), time);
            assert_eq!(KeepaMinutes::from_utc(time), KeepaMinutes(minutes));
        }
    }
}
