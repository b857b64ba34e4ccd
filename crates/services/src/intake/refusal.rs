//! Why a cell is refused, and how its text is repeated.

use std::borrow::Cow;

use super::{Field, Finding};

/// Longest text of an identifier that is kept to be shown again, in characters (our own limit; addresses are the longest).
pub const MAX_IDENTIFIER_CHARS: usize = 300;

/// Why a cell is refused; the caller knows which cell it is.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) code: &'static str,
    pub(super) detail: String,
}

impl Refusal {
    pub(super) fn new(code: &'static str, detail: String) -> Self {
        Self { code, detail }
    }

    pub(super) fn about(self, field: Field) -> Finding {
        Finding {
            code: Cow::Borrowed(self.code),
            field,
            detail: self.detail,
        }
    }
}

/// A text as it can be stored and repeated in a message: of bounded length, and without NUL, which PostgreSQL does not take.
pub(super) fn shown(text: &str) -> String {
    let visible = text.trim().chars().filter(|c| *c != '\0');
    visible.take(MAX_IDENTIFIER_CHARS).collect()
}
