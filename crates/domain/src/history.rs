//! Histories are step functions: a value holds until the next change, and "nothing offered" is a state.

use serde::{Deserialize, Serialize};

use crate::time::KeepaMinutes;

/// One change of a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// When the value began to hold.
    pub at: KeepaMinutes,
    /// The value from then on; `None` while nothing is offered.
    pub value: Option<i32>,
}

/// A step function over time, in changes of strictly increasing time.
///
/// Serialised as flat pairs `[minute, value, …]` with -1 for "nothing offered", as compact as the source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<i32>", into = "Vec<i32>")]
pub struct History {
    changes: Vec<Change>,
}

impl From<Vec<i32>> for History {
    fn from(pairs: Vec<i32>) -> Self {
        let changes = pairs
            .chunks_exact(2)
            .filter_map(|pair| match *pair {
                [at, value] => Some(Change {
                    at: KeepaMinutes(at),
                    value: (value >= 0).then_some(value),
                }),
                _ => None,
            })
            .collect();
        Self { changes }
    }
}

impl From<History> for Vec<i32> {
    fn from(history: History) -> Self {
        history
            .changes
            .into_iter()
            .flat_map(|change| [change.at.0, change.value.unwrap_or(-1)])
            .collect()
    }
}
