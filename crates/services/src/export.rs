//! Texts for spreadsheets.

use std::borrow::Cow;

/// A text as a cell that no spreadsheet takes for a formula: what begins like one is quoted. A negative number stays a number.
#[must_use]
pub fn defused(text: &str) -> Cow<'_, str> {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if is_formula && text.parse::<rust_decimal::Decimal>().is_err() {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_is_defused_and_a_number_is_left_alone() {
        assert_eq!(
            defused("=HYPERLINK(\"http://x\")"),
            "'=HYPERLINK(\"http://x\")"
        );
        assert_eq!(defused("@SUM(A1)"), "'@SUM(A1)");
        assert_eq!(defused("-12.50"), "-12.50");
        assert_eq!(defused("Plain title"), "Plain title");
    }
}
