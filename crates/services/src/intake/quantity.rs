//! Reads a number of units.

use super::refusal::{Refusal, shown};

/// Most units of one row (our own limit: more is an identifier or a price in the wrong column).
pub const MAX_QUANTITY: u32 = 100_000;

/// Reads a quantity; one where the cell is blank.
pub(super) fn parse(text: &str) -> Result<u32, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(1);
    }
    let whole = match text.split_once('.') {
        Some((whole, zeros)) if zeros.bytes().all(|b| b == b'0') => whole,
        _ => text,
    };
    let digits = match whole.split_once(',') {
        // A thousands mark; a decimal comma never has three digits after it here.
        Some((thousands, rest)) if rest.len() == 3 && matches!(thousands.len(), 1..=3) => {
            format!("{thousands}{rest}")
        }
        _ => whole.to_owned(),
    };
    let repeated = shown(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let is_negative = digits
        .strip_prefix('-')
        .is_some_and(|rest| rest.parse::<u64>().is_ok());
    if !is_number && !is_negative {
        return Err(Refusal::new(
            "QUANTITY_NOT_A_NUMBER",
            format!("{repeated:?} is no whole number of units: write one, or leave it blank for 1"),
        ));
    }
    let quantity = digits.parse().ok();
    quantity
        .filter(|quantity| (1..=MAX_QUANTITY).contains(quantity))
        .ok_or_else(|| {
            Refusal::new(
                "QUANTITY_OUT_OF_RANGE",
                format!(
                    "the quantity {repeated:?} is not between 1 and {MAX_QUANTITY}: correct it"
                ),
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_is_a_whole_number_of_units() {
        for (text, quantity) in [
            ("", 1),
            (" 3 ", 3),
            ("3.0", 3),
            ("1,000", 1_000),
            ("0007", 7),
            ("100000", 100_000),
        ] {
            assert_eq!(parse(text).ok(), Some(quantity), "{text:?}");
        }
        for (text, code) in [
            ("0", "QUANTITY_OUT_OF_RANGE"),
            ("-1", "QUANTITY_OUT_OF_RANGE"),
            ("100001", "QUANTITY_OUT_OF_RANGE"),
            ("99999999999999999999", "QUANTITY_OUT_OF_RANGE"),
            ("2.5", "QUANTITY_NOT_A_NUMBER"),
            ("2,5", "QUANTITY_NOT_A_NUMBER"),
            ("two", "QUANTITY_NOT_A_NUMBER"),
            (".", "QUANTITY_NOT_A_NUMBER"),
            ("-", "QUANTITY_NOT_A_NUMBER"),
        ] {
            assert_eq!(parse(text).unwrap_err().code, code, "{text:?}");
        }
    }
}
