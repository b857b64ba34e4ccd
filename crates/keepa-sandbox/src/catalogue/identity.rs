//! The identifiers of the made-up books, by arithmetic from their index.
//!
//! ISBNs lie in registration groups that the International ISBN Agency has not assigned (978-99995,
//! 978-99996 and 979-8-99), so that none belongs to a real book.

use super::BOOKS;

/// First nine digits of the ISBN-10 of book 0.
const ISBN10_BASE: u32 = 999_950_000;

/// First six digits of the 979-8 ISBNs.
const ISBN979_PREFIX: &str = "979899";

/// Beginning of the ASINs of books without an ISBN-10.
const ASIN_PREFIX: &str = "B0SB";

/// Beginning of the ASINs of the parents of variations, which have no offers of their own.
const PARENT_PREFIX: &str = "B0SBP";

/// Every which book has a 979-8 ISBN, hence no ISBN-10.
const EVERY_979: u32 = 50;

/// Whether a book has a 979-8 ISBN.
fn is_979(index: u32) -> bool {
    index % EVERY_979 == EVERY_979 - 1
}

/// The book's ISBN-13.
pub(super) fn isbn13(index: u32) -> String {
    let body = if is_979(index) {
        format!("{ISBN979_PREFIX}{index:06}")
    } else {
        format!("978{}", ISBN10_BASE + index)
    };
    let sum: u32 = digits(&body)
        .zip([1, 3].into_iter().cycle())
        .map(|(digit, weight)| digit * weight)
        .sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

/// The book's ASIN: its ISBN-10, or a `B0` one.
pub(super) fn asin(index: u32) -> String {
    if is_979(index) {
        return format!("{ASIN_PREFIX}{index:06}");
    }
    let body = (ISBN10_BASE + index).to_string();
    let sum: u32 = digits(&body)
        .zip((2..=10).rev())
        .map(|(digit, weight)| digit * weight)
        .sum();
    match (11 - sum % 11) % 11 {
        10 => format!("{body}X"),
        check => format!("{body}{check}"),
    }
}

/// The ASIN of the parent of a book that is a variation.
pub(super) fn parent(index: u32) -> String {
    format!("{PARENT_PREFIX}{index:05}")
}

/// The index of an ASIN of the catalogue.
pub(super) fn index_of_asin(text: &str) -> Option<u32> {
    let index = match text.strip_prefix(ASIN_PREFIX) {
        Some(number) => number.parse().ok()?,
        None => text
            .get(..9)?
            .parse::<u32>()
            .ok()?
            .checked_sub(ISBN10_BASE)?,
    };
    (index < BOOKS && asin(index) == text).then_some(index)
}

/// The index of an ISBN-13 of the catalogue.
pub(super) fn index_of_code(code: &str) -> Option<u32> {
    let index = match code.strip_prefix(ISBN979_PREFIX) {
        Some(rest) => rest.get(..6)?.parse().ok()?,
        None => code
            .get(3..12)?
            .parse::<u32>()
            .ok()?
            .checked_sub(ISBN10_BASE)?,
    };
    (index < BOOKS && isbn13(index) == code).then_some(index)
}

fn digits(text: &str) -> impl Iterator<Item = u32> + '_ {
    text.chars().filter_map(|digit| digit.to_digit(10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_identifier_leads_back_to_its_book() {
        for index in 0..BOOKS {
            assert_eq!(index_of_asin(&asin(index)), Some(index));
            assert_eq!(index_of_code(&isbn13(index)), Some(index));
        }
        for stranger in [
            "0470820942",
            "9999500001",
            "B0SB000001",
            "9780470820940",
            "",
            "é",
        ] {
            assert_eq!(
                (index_of_asin(stranger), index_of_code(stranger)),
                (None, None),
                "{stranger}"
            );
        }
    }

    #[test]
    fn identifiers_are_of_the_three_shapes() {
        let shapes = [0, 1, 49].map(|index| format!("{} {}", isbn13(index), asin(index)));
        assert_eq!(
            shapes,
            [
                "9789999500005 9999500005",
                "9789999500012 9999500013",
                "9798990000490 B0SB000049"
            ]
        );
    }
}
