//! Who sells: Amazon, its warehouse of returned goods, and made-up third parties.

use std::borrow::Cow;

/// Third parties of a catalogue.
pub(crate) const THIRD_PARTIES: u16 = 500;

/// Amazon on amazon.com. Grade A: recorded products.
const AMAZON_ID: &str = "ATVPDKIKX0DER";

/// Amazon's warehouse on amazon.com. Grade B: recorded offers with `isWarehouseDeal`.
const WAREHOUSE_ID: &str = "A2L77EE7U53NWQ";

/// Beginning of the ids of third parties, which no seller of Amazon's has: real ids have no run of
/// zeroes.
const THIRD_PARTY_PREFIX: &str = "ASBX000000";

const TRADES: [&str; 8] = [
    "Books",
    "Paperbacks",
    "Textbooks",
    "Media",
    "Reads",
    "Bookshop",
    "Pages",
    "Library",
];
const PLACES: [&str; 16] = [
    "Harborside",
    "Old Mill",
    "Prairie",
    "Canyon",
    "Lakeview",
    "Birchwood",
    "Summit",
    "Foundry",
    "Juniper",
    "Bluff Street",
    "Granary",
    "Riverbend",
    "Elm Court",
    "Northfield",
    "Cobblestone",
    "Windmill",
];

/// Who made an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Trader {
    /// Amazon itself.
    Amazon,
    /// Amazon's warehouse.
    Warehouse,
    /// A third party by its number.
    Third(u16),
}

/// A trader's lasting habits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Traits {
    /// Whether Amazon stores and ships what it offers.
    pub(crate) is_fba: bool,
    /// Positive ratings in percent.
    pub(crate) rating: i32,
    /// Ratings in its life.
    pub(crate) ratings: i32,
}

/// Rating in percent from which a seller may have the buy box. Grade M.
const BUY_BOX_RATING: i32 = 90;

impl Traits {
    /// Whether its offers may have the buy box.
    pub(crate) fn is_eligible(self) -> bool {
        self.rating >= BUY_BOX_RATING
    }
}

impl Trader {
    /// All traders.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        [Self::Amazon, Self::Warehouse]
            .into_iter()
            .chain((0..THIRD_PARTIES).map(Self::Third))
    }

    /// The id by which Keepa names it.
    pub(crate) fn id(self) -> Cow<'static, str> {
        match self {
            Self::Amazon => Cow::Borrowed(AMAZON_ID),
            Self::Warehouse => Cow::Borrowed(WAREHOUSE_ID),
            Self::Third(number) => Cow::Owned(format!("{THIRD_PARTY_PREFIX}{number:03}")),
        }
    }

    /// The trader of an id.
    pub(crate) fn of_id(id: &str) -> Option<Self> {
        match id {
            AMAZON_ID => Some(Self::Amazon),
            WAREHOUSE_ID => Some(Self::Warehouse),
            _ => {
                let number = id.strip_prefix(THIRD_PARTY_PREFIX)?.parse().ok()?;
                let trader = Self::Third(number);
                (number < THIRD_PARTIES && trader.id() == id).then_some(trader)
            }
        }
    }

    /// Its name.
    pub(crate) fn name(self) -> String {
        let Self::Third(number) = self else {
            return match self {
                Self::Amazon => "Amazon.com".to_owned(),
                _ => "Amazon Resale".to_owned(),
            };
        };
        let number = usize::from(number);
        let word = |words: &[&'static str], at: usize| {
            words
                .get(at % words.len().max(1))
                .copied()
                .unwrap_or_default()
        };
        format!(
            "{} {} {}",
            word(&PLACES, number),
            word(&TRADES, number / PLACES.len()),
            number
        )
    }

    /// Its habits in the catalogue of a seed.
    pub(crate) fn traits(self, seed: u64) -> Traits {
        let Self::Third(number) = self else {
            return Traits {
                is_fba: true,
                rating: 97,
                ratings: 1_000_000,
            };
        };
        let draw = scatter(seed ^ 0x5E11_E25E_11E2, u64::from(number));
        let part = |shift: u32, of: u64| i32::try_from((draw >> shift) % of).unwrap_or_default();
        // The first ones have the most offers, hence the most ratings.
        let size = 200_000 / (i32::from(number) + 1);
        Traits {
            is_fba: part(0, 100) < 45,
            rating: 84 + part(16, 17),
            ratings: size + part(32, 400),
        }
    }
}

/// A number that follows from two others without a pattern (the finaliser of SplitMix64).
pub(crate) fn scatter(seed: u64, number: u64) -> u64 {
    let mut mixed = seed
        .wrapping_add(number.wrapping_mul(0x9E37_79B9_7F4A_7C15))
        .wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_trader_is_found_by_its_id_and_nobody_else_is() {
        for trader in Trader::all() {
            assert_eq!(Trader::of_id(&trader.id()), Some(trader));
        }
        for stranger in ["", "A1", "ASBX000000500", "ASBX0000007"] {
            assert_eq!(Trader::of_id(stranger), None, "{stranger}");
        }
        let shares = Trader::all()
            .filter(|trader| trader.traits(1).is_fba)
            .count();
        assert!((180..280).contains(&shares), "{shares} of 502 use FBA");
    }
}
