//! All books at once, for whoever selects among them.

use std::collections::HashMap;

use chrono::{Datelike, Months};

use super::Catalogue;
use super::listing::{Listing, MONTHS};
use super::market::Moment;
use super::seller::Trader;
use super::slots::SALES;
use crate::clock::{date, midnight};

/// All listed books as of a moment.
#[derive(Debug)]
pub(crate) struct Overview {
    /// The moment at which the market became visible.
    pub(crate) seen: Moment,
    /// By sales rank, the best first, those without one last.
    pub(crate) listings: Vec<Listing>,
    /// Places of the listings that a trader has an offer of.
    pub(crate) storefronts: HashMap<Trader, Vec<usize>>,
}

impl Overview {
    /// All books of a catalogue, computed on as many threads as there are processors.
    pub(crate) fn of(catalogue: &Catalogue, seen: Moment) -> Self {
        let months = months(seen);
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let threads = u32::try_from(threads).unwrap_or(1);
        let mut listings: Vec<Listing> = std::thread::scope(|scope| {
            let parts: Vec<_> = (0..threads)
                .map(|nth| {
                    let months = &months;
                    scope.spawn(move || {
                        (nth..catalogue.books())
                            .step_by(usize::try_from(threads).unwrap_or(1))
                            .filter_map(|index| catalogue.told(index, seen, true))
                            .map(|told| Listing::of(told, seen, months))
                            .collect::<Vec<_>>()
                    })
                })
                .collect();
            // A thread that panicked brings nothing, and its message stands in the log.
            parts
                .into_iter()
                .flat_map(|part| part.join().unwrap_or_default())
                .collect()
        });
        listings.sort_by_key(|listing| {
            let rank = listing.current(SALES);
            (rank < 0, rank, listing.identity.index)
        });
        let mut storefronts: HashMap<Trader, Vec<usize>> = HashMap::new();
        for (place, listing) in listings.iter().enumerate() {
            for offer in &listing.offers {
                let places = storefronts.entry(offer.trader).or_default();
                if places.last() != Some(&place) {
                    places.push(place);
                }
            }
        }
        Self {
            seen,
            listings,
            storefronts,
        }
    }

    /// The books that a trader has an offer of.
    pub(crate) fn storefront(&self, trader: Trader) -> impl Iterator<Item = &Listing> {
        self.storefronts
            .get(&trader)
            .into_iter()
            .flatten()
            .filter_map(|place| self.listings.get(*place))
    }
}

/// When the months that are known begin, the current one last.
fn months(seen: Moment) -> [Moment; MONTHS] {
    let first = date(seen).with_day(1).unwrap_or_default();
    std::array::from_fn(|nth| {
        let back = u32::try_from(MONTHS - 1 - nth).unwrap_or_default();
        let month = first
            .checked_sub_months(Months::new(back))
            .unwrap_or_default();
        midnight(month.year(), month.month(), 1).unwrap_or_default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_months_are_the_last_three_years() {
        let seen = midnight(2026, 11, 28).unwrap();
        let months = months(seen);
        assert_eq!(months[MONTHS - 1], midnight(2026, 11, 1).unwrap());
        assert_eq!(months[0], midnight(2023, 11, 1).unwrap());
        assert!(months.is_sorted());
    }
}
