//! A history as Keepa keeps it: a point at each change, the last one holding until now.

/// Points of time (Keepa minutes, ascending) and value; -1 is "none".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Series {
    points: Vec<(i32, i32)>,
}

impl Series {
    /// Appends a value unless it is the one that holds already. A time not after the last point
    /// is moved one minute behind it, so that times only rise.
    pub(crate) fn push(&mut self, time: i32, value: i32) {
        match self.points.last() {
            Some(&(_, last)) if last == value => {}
            Some(&(last, _)) => self.points.push((time.max(last + 1), value)),
            None => self.points.push((time, value)),
        }
    }

    /// The value that holds at the end.
    pub(crate) fn current(&self) -> Option<i32> {
        self.points.last().map(|&(_, value)| value)
    }

    /// The points.
    pub(crate) fn points(&self) -> &[(i32, i32)] {
        &self.points
    }

    /// Keepa's flat form of the points from `since` on; `None` without a point.
    pub(crate) fn flat(&self, since: i32) -> Option<Vec<i32>> {
        let flat: Vec<i32> = self
            .points
            .iter()
            .filter(|(time, _)| *time >= since)
            .flat_map(|&(time, value)| [time, value])
            .collect();
        (!flat.is_empty()).then_some(flat)
    }

    /// Each value with the minutes it held between `from` and `to`.
    pub(crate) fn spans(&self, from: i32, to: i32) -> impl Iterator<Item = (i32, i32)> + '_ {
        let ends = self
            .points
            .iter()
            .skip(1)
            .map(|&(time, _)| time)
            .chain(std::iter::once(to));
        self.points
            .iter()
            .zip(ends)
            .map(move |(&(time, value), end)| (value, end.min(to) - time.max(from)))
            .filter(|&(_, minutes)| minutes > 0)
    }
}
