//! A history as Keepa keeps it: a point at each change, the last one holding until now.

/// A point of a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Point {
    /// Keepa minute.
    pub(crate) time: i32,
    /// Price, rank or count; -1 is "none".
    pub(crate) value: i32,
    /// Shipping on top of a price; 0 in histories without it.
    pub(crate) shipping: i32,
}

impl Point {
    /// What a buyer pays, which for ranks and counts is the value; -1 without one.
    pub(crate) fn landed(self) -> i32 {
        if self.value < 0 {
            -1
        } else {
            self.value + self.shipping
        }
    }
}

/// Points in the order of time, each differing from the one before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Series {
    points: Vec<Point>,
}

impl Series {
    /// Appends a value unless it is the one that holds already. A time not after the last point
    /// is moved one minute behind it, so that times only rise.
    pub(crate) fn push(&mut self, time: i32, value: i32) {
        self.push_shipped(time, value, 0);
    }

    /// Appends a price with its shipping; see [`Series::push`].
    pub(crate) fn push_shipped(&mut self, time: i32, value: i32, shipping: i32) {
        let time = match self.points.last() {
            Some(last) if last.value == value && last.shipping == shipping => return,
            Some(last) => time.max(last.time + 1),
            None => time,
        };
        self.points.push(Point {
            time,
            value,
            shipping,
        });
    }

    /// What a buyer pays at the end; `None` before the first point.
    pub(crate) fn current(&self) -> Option<i32> {
        self.points.last().map(|point| point.landed())
    }

    /// The points.
    pub(crate) fn points(&self) -> &[Point] {
        &self.points
    }

    /// The points from a time on.
    pub(crate) fn since(&self, time: i32) -> &[Point] {
        let first = self.points.partition_point(|point| point.time < time);
        self.points.get(first..).unwrap_or_default()
    }

    /// What a buyer paid at a time; `None` before the first point.
    pub(crate) fn at(&self, time: i32) -> Option<i32> {
        let next = self.points.partition_point(|point| point.time <= time);
        self.points.get(next.checked_sub(1)?).map(|p| p.landed())
    }

    /// Keepa's flat form of the points from `since` on, with shipping as triples; `None` without a
    /// point.
    pub(crate) fn flat(&self, since: i32, with_shipping: bool) -> Option<Vec<i32>> {
        let points = self.since(since);
        if points.is_empty() {
            return None;
        }
        let mut flat = Vec::with_capacity(points.len() * if with_shipping { 3 } else { 2 });
        for point in points {
            flat.extend([point.time, point.value]);
            if with_shipping {
                flat.push(point.shipping);
            }
        }
        Some(flat)
    }

    /// What a buyer paid, with the minutes it held between `from` and `to`.
    pub(crate) fn spans(&self, from: i32, to: i32) -> impl Iterator<Item = (i32, i32)> + '_ {
        let next = self.points.partition_point(|point| point.time <= from);
        let held = self
            .points
            .get(next.saturating_sub(1)..)
            .unwrap_or_default();
        let ends = held
            .iter()
            .skip(1)
            .map(|point| point.time)
            .chain(std::iter::once(to));
        held.iter()
            .zip(ends)
            .take_while(move |(point, _)| point.time < to)
            .map(move |(point, end)| (point.landed(), end.min(to) - point.time.max(from)))
            .filter(|&(_, minutes)| minutes > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_history_holds_changes_only_and_its_spans_cover_the_time() {
        let mut series = Series::default();
        for (time, price, shipping) in [(10, 500, 399), (20, 500, 399), (20, 700, 0), (20, -1, 0)] {
            series.push_shipped(time, price, shipping);
        }
        assert_eq!(
            series.flat(0, true),
            Some(vec![10, 500, 399, 20, 700, 0, 21, -1, 0])
        );
        assert_eq!(series.flat(20, false), Some(vec![20, 700, 21, -1]));
        assert_eq!(series.flat(22, false), None);
        assert_eq!(
            [9, 10, 20, 99].map(|time| series.at(time)),
            [None, Some(899), Some(700), Some(-1)]
        );
        let spans: Vec<_> = series.spans(15, 30).collect();
        assert_eq!(spans, [(899, 5), (700, 1), (-1, 9)]);
        assert_eq!(series.spans(0, 12).collect::<Vec<_>>(), [(899, 2)]);
    }
}
