//! Takes off what spreadsheets, web pages and bar-code scanners put around an identifier.
//!
//! Nothing here knows a kind of identifier: each step removes what cannot be part of any.

use super::repair::{Repair, RepairCode};

/// Words that people put before an identifier, longest first where one begins another.
const LABELS: [&str; 9] = [
    "urn:isbn:",
    "e-isbn",
    "eisbn",
    "isbn",
    "asin",
    "gtin",
    "ean",
    "upc",
    "sbn",
];

/// Numbers that belong to a label: `ISBN-13: …`, `EAN 13 …`.
const LABEL_LENGTHS: [&str; 5] = ["10", "13", "12", "14", "8"];

/// A text on its way to an identifier, with what was done to it.
#[derive(Debug)]
pub(super) struct Cleaned {
    /// What is left.
    pub(super) text: String,
    /// What was done, in order.
    pub(super) repairs: Vec<Repair>,
}

impl Cleaned {
    /// Takes full-width forms, invisible characters, quotes and labels off; the address of a page comes out whole.
    pub(super) fn new(original: &str) -> Self {
        let mut cleaned = Self {
            text: original.trim().to_owned(),
            repairs: Vec::new(),
        };
        cleaned.narrow();
        cleaned.remove_invisible();
        cleaned.unwrap_quotes();
        cleaned.remove_label();
        cleaned
    }

    /// Notes a repair.
    pub(super) fn note(&mut self, code: RepairCode, detail: impl Into<String>) {
        self.repairs.push(Repair {
            code,
            detail: detail.into(),
        });
    }

    /// Makes the full-width forms of East Asian keyboards ASCII (Unicode block FF00).
    fn narrow(&mut self) {
        let narrow = |c: char| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            '\u{3000}' => ' ',
            other => other,
        };
        let text: String = self.text.chars().map(narrow).collect();
        if text != self.text {
            self.text = text.trim().to_owned();
            self.note(
                RepairCode::FullWidth,
                "full-width characters made ordinary ones",
            );
        }
    }

    /// Removes byte order marks, zero-width and direction marks, and control characters.
    fn remove_invisible(&mut self) {
        let invisible = |c: char| {
            matches!(c, '\u{feff}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
                || (c.is_control() && !c.is_whitespace())
        };
        if self.text.contains(invisible) {
            let text = self.text.replace(invisible, "");
            self.text = text.trim().to_owned();
            self.note(RepairCode::Invisible, "invisible characters removed");
        }
    }

    /// Takes off quotes, and the `="…"` by which a spreadsheet is told to keep digits as text.
    fn unwrap_quotes(&mut self) {
        let quote = |c: char| {
            matches!(
                c,
                '"' | '\'' | '`' | '“' | '”' | '„' | '‘' | '’' | '«' | '»'
            )
        };
        let inner = self.text.trim_start_matches('=').trim_matches(quote).trim();
        let is_formula = self.text.starts_with('=') && !self.text.contains(quote);
        if inner.len() != self.text.len() && !is_formula {
            self.text = inner.to_owned();
            self.note(RepairCode::Quotes, "quotes of the spreadsheet removed");
        }
    }

    /// Takes off a leading `ISBN:`, `EAN-13`, `ASIN` and the like.
    fn remove_label(&mut self) {
        let lower = self.text.to_ascii_lowercase();
        let Some(label) = LABELS.iter().find(|label| lower.starts_with(**label)) else {
            return;
        };
        let separator =
            |c: char| c.is_whitespace() || matches!(c, ':' | '#' | '=' | '.' | ')' | '-');
        let rest = self.text.get(label.len()..).unwrap_or_default();
        let after_length = LABEL_LENGTHS.iter().find_map(|length| {
            let rest = rest.trim_start_matches([' ', '-']).strip_prefix(length)?;
            // "ISBN 10-306…" may be a number that begins with 10: the hyphen does not end the label's length.
            rest.starts_with(|c| separator(c) && c != '-')
                .then_some(rest)
        });
        let rest = after_length.unwrap_or(rest).trim_start_matches(separator);
        // A word that merely begins with a label is no label.
        if rest.is_empty()
            || (after_length.is_none()
                && !rest.starts_with(|c: char| c.is_ascii_digit())
                && !lower.starts_with("asin"))
        {
            return;
        }
        let removed = self
            .text
            .get(..self.text.len() - rest.len())
            .unwrap_or_default()
            .trim();
        let detail = format!("the label {removed:?} removed");
        self.text = rest.to_owned();
        self.note(RepairCode::Label, detail);
    }

    /// Takes off the `.0` of a number cell.
    pub(super) fn remove_decimals(&mut self) {
        let Some((whole, zeros)) = self.text.split_once(['.', ',']) else {
            return;
        };
        let is_number = !whole.is_empty() && whole.bytes().all(|b| b.is_ascii_digit());
        if is_number && !zeros.is_empty() && zeros.bytes().all(|b| b == b'0') {
            let detail = format!("the decimals of a number cell removed from {:?}", self.text);
            self.text = whole.to_owned();
            self.note(RepairCode::Decimals, detail);
        }
    }

    /// Removes hyphens, dashes, spaces and, where there are several, dots or commas between groups of digits.
    ///
    /// A single dot or comma stays, because it makes the text a number of another kind.
    pub(super) fn remove_separators(&mut self) {
        let dash = |c: char| {
            c.is_whitespace()
                || matches!(
                    c,
                    '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}'
                )
        };
        let repeated = ['.', ',']
            .into_iter()
            .find(|mark| self.text.matches(*mark).count() > 1);
        let separator = |c: char| dash(c) || Some(c) == repeated;
        if self.text.contains(separator) {
            self.text = self.text.replace(separator, "");
            self.note(
                RepairCode::Separators,
                "hyphens, spaces or other separators removed",
            );
        }
    }

    /// Raises letters.
    pub(super) fn raise(&mut self) {
        if self.text.contains(|c: char| c.is_ascii_lowercase()) {
            self.text.make_ascii_uppercase();
            self.note(RepairCode::LowerCase, "letters made upper-case");
        }
    }
}
