//! Check digits. Digits are ASCII bytes; the callers have seen to it that they are digits.

use super::error::IdentifierError;

/// The check digit of a GTIN of any length (EAN-13, UPC-A, EAN-8, GTIN-14) from the digits before it.
///
/// The weights 3 and 1 alternate from the right; the check digit fills the sum up to a multiple of ten (grade B: published
/// descriptions of GS1's rule agree).
pub(super) fn gtin(body: &[u8]) -> u8 {
    let weighted = body.iter().rev().zip([3_u8, 1].into_iter().cycle());
    let sum = weighted.fold(0_u8, |sum, (digit, weight)| {
        (sum + digit.wrapping_sub(b'0') % 10 * weight) % 10
    });
    b'0' + (10 - sum) % 10
}

/// The check digit of an ISBN-10 from its first nine digits: `X` stands for ten.
///
/// The digits weigh 10 down to 2, the check digit 1, and the sum is a multiple of eleven (grade B: published
/// descriptions agree).
pub(super) fn isbn10(body: &[u8]) -> u8 {
    let weighted = body.iter().zip((2_u8..=10).rev());
    let sum = weighted.fold(0_u8, |sum, (digit, weight)| {
        (sum + digit.wrapping_sub(b'0') % 10 * weight) % 11
    });
    match (11 - sum) % 11 {
        10 => b'X',
        digit => b'0' + digit,
    }
}

/// The bytes of a text that is `N` digits of which the last is the right check digit.
pub(super) fn gtin_bytes<const N: usize>(
    text: &str,
    kind: &'static str,
) -> Result<[u8; N], IdentifierError> {
    let bytes: [u8; N] = text
        .as_bytes()
        .try_into()
        .map_err(|_| IdentifierError::malformed(text, kind))?;
    if !bytes.iter().all(u8::is_ascii_digit) {
        return Err(IdentifierError::malformed(text, kind));
    }
    match bytes.split_last() {
        Some((found, body)) if gtin(body) == *found => Ok(bytes),
        Some((_, body)) => Err(IdentifierError::check_digit(text, kind, gtin(body))),
        None => Err(IdentifierError::malformed(text, kind)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_digit_of_a_gtin_is_that_of_the_printed_examples() {
        for (body, check) in [
            ("978030640615", '7'),
            ("978316148410", '0'),
            ("03600029145", '2'),
            ("400638133393", '1'),
            ("9638507", '4'),
            ("", '0'),
        ] {
            assert_eq!(char::from(gtin(body.as_bytes())), check, "{body}");
        }
    }

    #[test]
    fn the_check_digit_of_an_isbn10_may_be_x() {
        for (body, check) in [
            ("030640615", '2'),
            ("080442957", 'X'),
            ("316148410", 'X'),
            ("000000000", '0'),
        ] {
            assert_eq!(char::from(isbn10(body.as_bytes())), check, "{body}");
        }
    }
}
