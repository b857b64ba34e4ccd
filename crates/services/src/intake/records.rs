//! Text to records of fields, with the row of each.
//!
//! The splitting of a record is the `csv` crate's. What is done here is to find where a record ends, so that a quote that is
//! never closed costs its own row and not the rest of the file.

use csv::{ReaderBuilder, StringRecord};

/// Most lines of one record: a note in a cell may have several, an unclosed quote has all that follow (our own limit).
const MAX_RECORD_LINES: usize = 100;

/// One row that is not blank.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// The row as a spreadsheet numbers it, from 1.
    pub(super) row: u32,
    pub(super) content: Content,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// Its fields, as they stand.
    Fields(Vec<String>),
    /// The line, whose quotes cannot be made out.
    BrokenQuotes(String),
}

impl Record {
    /// The fields; none where the quotes are broken.
    pub(super) fn fields(&self) -> &[String] {
        match &self.content {
            Content::Fields(fields) => fields,
            Content::BrokenQuotes(_) => &[],
        }
    }
}

/// Splits a text into records; blank rows count, but are not there.
pub(super) fn split(text: &str, delimiter: u8) -> Vec<Record> {
    let lines = lines(text);
    let mut records = Vec::new();
    let mut rest = lines.as_slice();
    for row in 1_u32.. {
        let Some((line, after)) = rest.split_first() else {
            break;
        };
        let (content, after) = match record_lines(rest, delimiter) {
            Some(count) => {
                let (record, after) = rest.split_at_checked(count).unwrap_or((rest, &[]));
                (
                    Content::Fields(fields(&record.join("\n"), delimiter)),
                    after,
                )
            }
            None => (Content::BrokenQuotes((*line).to_owned()), after),
        };
        rest = after;
        let is_blank = match &content {
            Content::Fields(fields) => fields.iter().all(|field| field.trim().is_empty()),
            Content::BrokenQuotes(_) => false,
        };
        if !is_blank {
            records.push(Record { row, content });
        }
    }
    records
}

/// Lines ended by `\n`, `\r\n` or `\r`.
fn lines(text: &str) -> Vec<&str> {
    if !text.contains('\r') {
        return text.split('\n').collect();
    }
    text.split('\n')
        .flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
        .collect()
}

/// How many lines the first record has; `None` where a quote in it is never closed, or is followed by something that is no
/// delimiter.
fn record_lines(lines: &[&str], delimiter: u8) -> Option<usize> {
    let mut state = State::FieldStart;
    for (count, line) in (1..=MAX_RECORD_LINES).zip(lines) {
        for byte in line.bytes() {
            state = state.next(byte, delimiter)?;
        }
        if state != State::Quoted {
            return Some(count);
        }
    }
    None
}

/// Where in a record the reading is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    FieldStart,
    Unquoted,
    Quoted,
    /// After a quote in a quoted field: the end of the field, or the first of two that stand for one.
    QuoteInQuoted,
}

impl State {
    /// `None` where no well-formed file goes on like this.
    fn next(self, byte: u8, delimiter: u8) -> Option<Self> {
        match (self, byte) {
            (Self::FieldStart, b'"') | (Self::QuoteInQuoted, b'"') => Some(Self::Quoted),
            (Self::Quoted, b'"') => Some(Self::QuoteInQuoted),
            (Self::Quoted, _) => Some(Self::Quoted),
            (_, byte) if byte == delimiter => Some(Self::FieldStart),
            (Self::QuoteInQuoted, _) => None,
            (Self::FieldStart | Self::Unquoted, _) => Some(Self::Unquoted),
        }
    }
}

/// The fields of one record.
fn fields(record: &str, delimiter: u8) -> Vec<String> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .buffer_capacity(record.len() + 1)
        .from_reader(record.as_bytes());
    let mut fields = StringRecord::new();
    // Reading from memory what is UTF-8 already cannot fail, and an empty line is a record without fields.
    match reader.read_record(&mut fields) {
        Ok(_) => fields.iter().map(str::to_owned).collect(),
        Err(_) => Vec::new(),
    }
}
