//! A number of Keepa that may stand for the lack of one.

use serde::{Deserialize, Serialize};

use crate::json::{Decode, DecodeError, Reader};

/// A price, rank or count as Keepa sends it, with its sentinels: -1 for none, -2 for not collected (grade A). It is written as it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Reading(i32);

impl Reading {
    /// The number, in the unit of its series: prices in the smallest unit of the locale, ranks and counts as they are, ratings times ten.
    #[must_use]
    pub fn value(self) -> Option<u32> {
        u32::try_from(self.0).ok()
    }

    /// `true` when there is none at the moment: no offer, no rank.
    #[must_use]
    pub const fn is_none(self) -> bool {
        self.0 == -1
    }

    /// `true` when Keepa does not collect it, or was not asked to.
    #[must_use]
    pub const fn is_not_collected(self) -> bool {
        self.0 == -2
    }

    /// As Keepa sends it.
    #[must_use]
    pub const fn raw(self) -> i32 {
        self.0
    }
}

impl From<i32> for Reading {
    fn from(raw: i32) -> Self {
        Self(raw)
    }
}

impl Decode for Reading {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        i32::decode(reader).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentinel_is_no_value_and_survives() {
        let read: Vec<Reading> = serde_json::from_str("[0,1999,-1,-2]").unwrap();
        let values: Vec<_> = read.iter().map(|reading| reading.value()).collect();
        assert_eq!(values, [Some(0), Some(1_999), None, None]);
        let told: Vec<_> = read
            .iter()
            .map(|reading| (reading.is_none(), reading.is_not_collected()))
            .collect();
        let (value, none, uncollected) = ((false, false), (true, false), (false, true));
        assert_eq!(told, [value, value, none, uncollected]);
        assert_eq!(serde_json::to_string(&read).unwrap(), "[0,1999,-1,-2]");
    }
}
