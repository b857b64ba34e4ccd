//! Keepa's time.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::json::{Decode, DecodeError, Reader};

/// Seconds from the Unix epoch to 2011-01-01T00:00:00Z, where Keepa's time begins (grade A: Keepa's documentation).
const EPOCH: i64 = 21_564_000 * 60;

/// Minutes since 2011-01-01T00:00:00Z. Times before it are negative; in some fields 0 or -1 stand for "unknown", as they say.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct KeepaMinutes(pub i32);

impl KeepaMinutes {
    /// The time.
    #[must_use]
    pub fn to_utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp(EPOCH + i64::from(self.0) * 60, 0).unwrap_or_default()
    }

    /// The minute in which a time lies; `None` for times some thousand years away.
    #[must_use]
    pub fn from_utc(time: DateTime<Utc>) -> Option<Self> {
        let minutes = (time.timestamp() - EPOCH).div_euclid(60);
        i32::try_from(minutes).ok().map(Self)
    }
}

impl std::fmt::Display for KeepaMinutes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Decode for KeepaMinutes {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Decode::decode(reader).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_are_those_of_keepas_documentation() {
        let cases = [
            (0, "2011-01-01T00:00:00Z"),
            (411_180, "2011-10-13T13:00:00Z"),
            (1_000, "2011-01-01T16:40:00Z"),
            (-1_643_350, "2007-11-16T18:50:00Z"),
        ];
        for (minutes, time) in cases {
            let time: DateTime<Utc> = time.parse().unwrap();
            assert_eq!(KeepaMinutes(minutes).to_utc(), time);
            assert_eq!(KeepaMinutes::from_utc(time), Some(KeepaMinutes(minutes)));
        }
    }
}
