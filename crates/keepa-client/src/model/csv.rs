//! The histories of a product, as flat as Keepa sends them, and their points.

use serde::{Deserialize, Serialize};

use super::KeepaMinutes;
use crate::csv_type::CsvType;
use crate::json::{Decode, DecodeError, Reader};
use crate::reading::Reading;

/// Histories by the index of their [`CsvType`]: 34 or 36 slots, and more to come. A slot is `None` where nothing was collected or the
/// history was not selected.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Csv(pub Vec<Option<Vec<i32>>>);

/// A change: what holds from a time on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    /// When it began to hold.
    pub at: KeepaMinutes,
    /// Price in the smallest unit of the locale, rank or count; -1 for no offer.
    pub value: Reading,
    /// Shipping in the smallest unit, in series that have it; -1 when unknown or not shippable.
    pub shipping: Option<Reading>,
}

impl Point {
    /// The point of a pair or triple.
    pub(super) fn of(tuple: &[i32]) -> Self {
        let number = |index: usize| tuple.get(index).copied();
        Self {
            at: KeepaMinutes(number(0).unwrap_or_default()),
            value: Reading::from(number(1).unwrap_or(-1)),
            shipping: number(2).map(Reading::from),
        }
    }

    /// Price and shipping together, or the value of a series without shipping. `None` when nothing was offered, and when the shipping is
    /// unknown, since the sum is.
    #[must_use]
    pub fn landed(self) -> Option<u32> {
        let value = self.value.value()?;
        match self.shipping {
            None => Some(value),
            Some(shipping) => shipping
                .value()
                .map(|shipping| value.saturating_add(shipping)),
        }
    }
}

impl Csv {
    /// The flat history of a series: pairs of time and value, or triples of time, price and shipping ([`CsvType::has_shipping`]).
    #[must_use]
    pub fn flat(&self, series: CsvType) -> Option<&[i32]> {
        self.0.get(series.index())?.as_deref()
    }

    /// The points of a series, in order of time.
    #[must_use]
    pub fn points(
        &self,
        series: CsvType,
    ) -> Option<impl DoubleEndedIterator<Item = Point> + ExactSizeIterator> {
        let width = if series.has_shipping() { 3 } else { 2 };
        Some(self.flat(series)?.chunks_exact(width).map(Point::of))
    }
}

impl Decode for Csv {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        // 36 in 2026, and room for what comes.
        let mut histories = Vec::with_capacity(40);
        reader.array(|reader, index| {
            let history = if reader.null() {
                None
            } else if reader.histories.contains(index) {
                Some(reader.integers()?)
            } else {
                reader.skip_numbers()?;
                None
            };
            histories.push(history);
            Ok(())
        })?;
        Ok(Self(histories))
    }
}
