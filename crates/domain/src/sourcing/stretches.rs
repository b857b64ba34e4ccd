//! The stretches of a history with their times; neighbours of equal value are one, so a source that repeats itself changes nothing.

use crate::history::{History, Window};
use crate::time::KeepaMinutes;

/// A stretch of time in which one value held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stretch {
    /// First minute.
    pub(super) from: KeepaMinutes,
    /// The minute after the last; later than `from`.
    pub(super) to: KeepaMinutes,
    /// The value; `None` while nothing was offered.
    pub(super) value: Option<i32>,
}

impl Stretch {
    /// Its minutes within a window, as a weight.
    pub(super) fn minutes_in(&self, window: Window) -> f64 {
        let (from, to) = (self.from.max(window.from), self.to.min(window.to));
        (f64::from(to.0) - f64::from(from.0)).max(0.0)
    }
}

/// The stretches of the known part of a window, in order of time.
pub(super) fn stretches(history: &History, window: Window) -> impl Iterator<Item = Stretch> + '_ {
    let changes = history.changes();
    let first = changes.partition_point(|change| change.at <= window.from);
    let mut changes = changes
        .get(first.saturating_sub(1)..)
        .unwrap_or_default()
        .iter()
        .take_while(move |change| change.at < window.to)
        .peekable();
    std::iter::from_fn(move || {
        let start = changes.next()?;
        while changes.next_if(|next| next.value == start.value).is_some() {}
        Some(Stretch {
            from: start.at.max(window.from),
            to: changes.peek().map_or(window.to, |next| next.at),
            value: start.value,
        })
    })
    .filter(|stretch| stretch.from < stretch.to)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[i32], from: i32, to: i32) -> Vec<(i32, i32, Option<i32>)> {
        let (from, to) = (KeepaMinutes(from), KeepaMinutes(to));
        let history = History::from(pairs.to_vec());
        stretches(&history, Window { from, to })
            .map(|stretch| (stretch.from.0, stretch.to.0, stretch.value))
            .collect()
    }

    #[test]
    fn equal_neighbours_are_one_stretch_and_the_window_cuts_the_ends() {
        let pairs = [0, 5, 10, 5, 20, -1, 25, -1, 30, 7, 40, 7, 50, 8];
        assert_eq!(
            of(&pairs, 5, 45),
            [(5, 20, Some(5)), (20, 30, None), (30, 45, Some(7))]
        );
    }

    #[test]
    fn what_was_before_the_first_change_is_unknown_and_an_empty_window_has_nothing() {
        assert_eq!(of(&[10, 5], 0, 20), [(10, 20, Some(5))]);
        assert_eq!(of(&[10, 5], 0, 10), []);
        assert_eq!(of(&[], 0, 10), []);
    }
}
