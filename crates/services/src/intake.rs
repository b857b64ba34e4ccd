//! Reads a list from people into rows: JSON items, or a delimited text file.
//!
//! A bad row is rejected by name and never fails the others; a row is never dropped without a word. Only what leaves no row
//! to speak of (an empty file, a binary one, no identifier column, too many rows) is an error of the whole list. Both ways
//! in share one validation. Nothing here touches Keepa or the database.

mod columns;
mod decode;
mod items;
mod price;
mod quantity;
mod records;
mod refusal;
mod row;
mod table;
mod words;

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use arbitragevault_domain::acquisition::{Acquisition, Condition, Fulfilment};
use arbitragevault_domain::identifier::{Identified, Lookup};
use arbitragevault_domain::marketplace::Marketplace;
use serde::{Deserialize, Serialize};

pub use items::read_items;
pub use price::MAX_PRICE;
pub use quantity::MAX_QUANTITY;
pub use refusal::MAX_IDENTIFIER_CHARS;
pub use row::MAX_NOTE_CHARS;
pub use table::read_text;

/// Most rows of one list (the HTTP contract: 10,000 items a batch).
pub const MAX_ITEMS: usize = 10_000;

/// What holds for every row that does not say otherwise.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Terms {
    /// The marketplace; its currency is that of every price in the list.
    pub marketplace: Marketplace,
    /// Condition of a row that names none.
    pub condition: Condition,
    /// Fulfilment of a row that names none.
    pub fulfilment: Fulfilment,
}

/// A list as it was read: every row of it that is not blank, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intake {
    /// The rows; at least one, at most [`MAX_ITEMS`].
    pub rows: Vec<ListRow>,
    /// What a person should know of the list as a whole.
    pub warnings: Vec<ListWarning>,
}

impl Intake {
    /// How many rows were accepted.
    #[must_use]
    pub fn accepted(&self) -> usize {
        self.rows.iter().filter(|row| row.outcome.is_ok()).count()
    }

    /// How many rows were rejected.
    #[must_use]
    pub fn rejected(&self) -> usize {
        self.rows.len() - self.accepted()
    }
}

/// One row of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListRow {
    /// The row as a spreadsheet numbers it: from 1, header and blank rows included, a cell of several lines counted once. Of
    /// JSON items, the place in the array from 1.
    pub row: u32,
    /// The identifier as the person wrote it, at most [`MAX_IDENTIFIER_CHARS`] characters; empty when there is none.
    pub identifier_text: String,
    /// What became of it.
    pub outcome: Result<AcceptedRow, RejectedRow>,
    /// What a person should look at; nothing of it stopped the row.
    pub warnings: Vec<Finding>,
}

/// A row that can be analysed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedRow {
    /// The product, with what was repaired to read it.
    pub identified: Identified,
    /// What is offered.
    pub acquisition: Acquisition,
    /// The person's own note, at most [`MAX_NOTE_CHARS`] characters.
    pub note: Option<String>,
}

/// A row that cannot be analysed as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedRow {
    /// Everything that is wrong with it; at least one.
    pub problems: Vec<Finding>,
}

/// Something about one row: a problem that rejects it, or a warning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// A code for programs, in SCREAMING_SNAKE_CASE.
    pub code: Cow<'static, str>,
    /// The part of the row that it is about.
    pub field: Field,
    /// What is wrong, and what to do, for the person.
    pub detail: String,
}

/// A part of a row, named as in JSON items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The identifier.
    Identifier,
    /// The buy price.
    BuyPrice,
    /// The quantity.
    Quantity,
    /// The condition.
    Condition,
    /// The fulfilment.
    Fulfilment,
    /// The note.
    Note,
    /// The row itself.
    Row,
}

impl Field {
    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Identifier => "identifier",
            Self::BuyPrice => "buy_price",
            Self::Quantity => "quantity",
            Self::Condition => "condition",
            Self::Fulfilment => "fulfilment",
            Self::Note => "note",
            Self::Row => "row",
        }
    }
}

/// Something about the list as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListWarning {
    /// A code for programs, in SCREAMING_SNAKE_CASE.
    pub code: Cow<'static, str>,
    /// A sentence for the person.
    pub detail: String,
}

impl ListWarning {
    fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            code: Cow::Borrowed(code),
            detail: detail.into(),
        }
    }
}

/// Why a list has no rows to speak of. Every message says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ListError {
    /// There is no row in it.
    #[error("the list is empty: give at least one row with an ISBN, EAN, UPC or ASIN")]
    Empty,
    /// More rows than one batch may have.
    #[error("the list has {count} rows, and a batch takes at most {limit}: divide it")]
    TooManyRows {
        /// How many rows it has.
        count: usize,
        /// How many are allowed.
        limit: usize,
    },
    /// The file is not text.
    #[error("the file is {what}, not text: save the list as CSV (UTF-8), and send that")]
    Binary {
        /// What it seems to be.
        what: &'static str,
    },
    /// The header names no identifier.
    #[error(
        "no column of the list is an identifier: the header has {}, and an identifier column is called one of {}",
        .found.join(", "),
        .accepted.join(", ")
    )]
    NoIdentifierColumn {
        /// The headers as they stand in the file.
        found: Vec<String>,
        /// The names that are understood.
        accepted: Vec<&'static str>,
    },
    /// Several columns, and nothing says what they are.
    #[error(
        "the list has {columns} columns and no header line: add one that names them, such as \"isbn,cost,quantity,condition\""
    )]
    NoHeader {
        /// How many columns it has.
        columns: usize,
    },
}

impl ListError {
    /// The code on the wire.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "LIST_EMPTY",
            Self::TooManyRows { .. } => "LIST_TOO_LONG",
            Self::Binary { .. } => "LIST_BINARY",
            Self::NoIdentifierColumn { .. } => "IDENTIFIER_COLUMN_MISSING",
            Self::NoHeader { .. } => "HEADER_MISSING",
        }
    }
}

/// Refuses a list of a length that no batch has.
fn check_length(count: usize) -> Result<(), ListError> {
    match count {
        0 => Err(ListError::Empty),
        1..=MAX_ITEMS => Ok(()),
        _ => Err(ListError::TooManyRows {
            count,
            limit: MAX_ITEMS,
        }),
    }
}

/// Names every row whose product stands in an earlier row too. Both are kept: price and condition may differ.
fn name_duplicates(rows: &mut [ListRow]) {
    let mut first_rows: HashMap<Lookup, u32> = HashMap::new();
    for row in rows {
        let Ok(accepted) = &row.outcome else {
            continue;
        };
        match first_rows.entry(accepted.identified.lookup) {
            Entry::Vacant(vacant) => {
                vacant.insert(row.row);
            }
            Entry::Occupied(first) => row.warnings.push(Finding {
                code: Cow::Borrowed("DUPLICATE_ROW"),
                field: Field::Identifier,
                detail: format!("the same product as row {}; both are analysed", first.get()),
            }),
        }
    }
}

#[cfg(test)]
mod tests;
