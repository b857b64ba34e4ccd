//! Histories are step functions: a value holds until the next change, and "nothing offered" is a state.
//!
//! Every statistic in here is weighted by time. A mean over change points would count a price that lasted a year like one
//! that lasted an hour. Time before the first change is unknown and takes part in no statistic; time in which nothing was
//! offered takes no part in statistics of the value and is reported as a share.
//!
//! ```
//! use arbitragevault_domain::history::History;
//! use arbitragevault_domain::time::KeepaMinutes;
//!
//! // 10.00 for 99 minutes, then 50.00 for one minute.
//! let history = History::from_pairs(&[0, 1_000, 99, 5_000]);
//! let window = history.window(KeepaMinutes(0), KeepaMinutes(100));
//! assert_eq!(window.quantile(0.5), Some(1_000));
//! assert_eq!(window.mean(), Some(1_040.0));
//! ```

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::time::KeepaMinutes;

mod window;

pub use window::{Segment, Window};

/// One change of a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// When the value began to hold.
    pub at: KeepaMinutes,
    /// The value from then on, never negative; `None` while nothing is offered.
    pub value: Option<i32>,
}

/// A step function over time, in changes of strictly increasing time.
///
/// Serialised as flat pairs `[minute, value, …]` with -1 for "nothing offered", as compact as the source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    changes: Vec<Change>,
}

impl History {
    /// A history from Keepa's flat pairs `[minute, value, …]`. A negative value (-1, -2) means that nothing is offered; an
    /// incomplete pair at the end is dropped.
    #[must_use]
    pub fn from_pairs(pairs: &[i32]) -> Self {
        pairs
            .chunks_exact(2)
            .filter_map(|pair| match *pair {
                [at, value] => Some(Change {
                    at: KeepaMinutes(at),
                    value: offered(value),
                }),
                _ => None,
            })
            .collect()
    }

    /// A history of landed prices from Keepa's flat triples `[minute, price, shipping, …]`.
    ///
    /// The landed price is price plus shipping. A shipping of -1 is unknown, not minus one cent: the offer cannot be
    /// compared with others, so nothing counts as offered (5 of 31,995 recorded triples). An incomplete triple at the end
    /// is dropped.
    #[must_use]
    pub fn from_triples(triples: &[i32]) -> Self {
        triples
            .chunks_exact(3)
            .filter_map(|triple| match *triple {
                [at, price, shipping] => Some(Change {
                    at: KeepaMinutes(at),
                    value: offered(price)
                        .zip(offered(shipping))
                        .map(|(price, shipping)| price.saturating_add(shipping)),
                }),
                _ => None,
            })
            .collect()
    }

    /// Every change, in order.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Number of changes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.changes.len()
    }

    /// `true` when nothing was ever recorded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The first change: before it everything is unknown.
    #[must_use]
    pub fn first(&self) -> Option<Change> {
        self.changes.first().copied()
    }

    /// The last change.
    #[must_use]
    pub fn last(&self) -> Option<Change> {
        self.changes.last().copied()
    }

    /// The change that holds at `time`; `None` before the first one, where the state is unknown.
    #[must_use]
    pub fn change_at(&self, time: KeepaMinutes) -> Option<Change> {
        let after = self.changes.partition_point(|change| change.at <= time);
        after
            .checked_sub(1)
            .and_then(|index| self.changes.get(index))
            .copied()
    }

    /// The value at `time`; `None` where nothing is offered or nothing is known.
    #[must_use]
    pub fn value_at(&self, time: KeepaMinutes) -> Option<i32> {
        self.change_at(time).and_then(|change| change.value)
    }

    /// The part of the history from `from` (included) to `to` (excluded). Empty when `to` is not after `from`.
    #[must_use]
    pub fn window(&self, from: KeepaMinutes, to: KeepaMinutes) -> Window<'_> {
        Window::new(&self.changes, from, to)
    }

    /// The last `days` days before `to`.
    #[must_use]
    pub fn days_before(&self, to: KeepaMinutes, days: u16) -> Window<'_> {
        self.window(to.plus_days(-i32::from(days)), to)
    }

    /// What was known of this history at `time`: every change up to then.
    #[must_use]
    pub fn known_at(&self, time: KeepaMinutes) -> Self {
        let changes = self.changes.iter().copied();
        Self {
            changes: changes.take_while(|change| change.at <= time).collect(),
        }
    }
}

/// A value of the source, without its sentinels.
const fn offered(value: i32) -> Option<i32> {
    if value >= 0 { Some(value) } else { None }
}

impl FromIterator<Change> for History {
    /// Brings the changes into order. Of several changes at one time the last one holds; a negative value is "nothing
    /// offered".
    fn from_iter<I: IntoIterator<Item = Change>>(changes: I) -> Self {
        let mut changes: Vec<Change> = changes
            .into_iter()
            .map(|change| Change {
                value: change.value.and_then(offered),
                ..change
            })
            .collect();
        if !changes.is_sorted_by(|a, b| a.at < b.at) {
            changes.sort_by_key(|change| change.at);
            changes.dedup_by(|later, earlier| {
                let same = later.at == earlier.at;
                if same {
                    *earlier = *later;
                }
                same
            });
        }
        Self { changes }
    }
}

impl Serialize for History {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(
            self.changes
                .iter()
                .flat_map(|change| [change.at.0, change.value.unwrap_or(-1)]),
        )
    }
}

impl<'de> Deserialize<'de> for History {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::<i32>::deserialize(deserializer).map(|pairs| Self::from_pairs(&pairs))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pairs_of(history: &History) -> Vec<i32> {
        serde_json::from_value(serde_json::to_value(history).unwrap()).unwrap()
    }

    #[test]
    fn the_stored_form_is_flat_pairs_with_minus_one_for_nothing_offered() {
        let history = History::from_pairs(&[5, 100, 9, -2, 12, 0]);
        assert_eq!(pairs_of(&history), [5, 100, 9, -1, 12, 0]);
        assert_eq!(history.value_at(KeepaMinutes(9)), None);
        assert_eq!(history.value_at(KeepaMinutes(12)), Some(0));
    }

    #[test]
    fn a_triple_is_landed_and_unknown_shipping_is_no_price() {
        let triples = [1, 1_000, 399, 2, 1_000, 0, 3, -1, -1, 4, 900, -1, 5, 700];
        let landed = History::from_triples(&triples);
        assert_eq!(pairs_of(&landed), [1, 1_399, 2, 1_000, 3, -1, 4, -1]);
    }

    #[test]
    fn a_value_holds_until_the_next_change_and_is_unknown_before_the_first() {
        let history = History::from_pairs(&[10, 7, 20, 8]);
        let at = |minute| history.value_at(KeepaMinutes(minute));
        assert_eq!(
            [at(9), at(10), at(19), at(20), at(9_999)],
            [None, Some(7), Some(7), Some(8), Some(8)]
        );
        assert_eq!(history.change_at(KeepaMinutes(9)), None);
    }

    #[test]
    fn changes_out_of_order_are_brought_into_order_and_the_last_of_one_time_holds() {
        let history = History::from_pairs(&[20, 1, 10, 2, 20, 3, 15, 4]);
        assert_eq!(pairs_of(&history), [10, 2, 15, 4, 20, 3]);
    }

    #[test]
    fn what_was_known_at_a_time_ends_there() {
        let history = History::from_pairs(&[10, 7, 20, 8, 30, 9]);
        assert_eq!(
            pairs_of(&history.known_at(KeepaMinutes(20))),
            [10, 7, 20, 8]
        );
    }

    proptest! {
        #[test]
        fn any_numbers_become_a_history_in_order_that_survives_its_stored_form(
            numbers in prop::collection::vec(any::<i32>(), 0..60)
        ) {
            for history in [History::from_pairs(&numbers), History::from_triples(&numbers)] {
                prop_assert!(history.changes().is_sorted_by(|a, b| a.at < b.at));
                prop_assert!(history.changes().iter().all(|c| c.value.is_none_or(|v| v >= 0)));
                prop_assert_eq!(&History::from_pairs(&pairs_of(&history)), &history);
            }
        }
    }
}
