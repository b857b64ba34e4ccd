//! Rows from a delimited text file.

use std::borrow::Cow;

use arbitragevault_domain::identifier::{IdentifierError, identify};

use super::columns::{Column, Columns, column_of, no_identifier_column};
use super::decode::decode;
use super::records::{Content, Record, split};
use super::refusal::{Refusal, shown};
use super::row::{Candidate, RawRow};
use super::{
    Field, Intake, ListError, ListRow, ListWarning, RejectedRow, Terms, check_length,
    name_duplicates,
};

/// What may stand between fields; the first wins where a file does not tell.
const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// How many rows decide what the delimiter is, and how far down the header may stand (our own limit).
const SAMPLE: usize = 20;

/// Reads a CSV file or its like, in whatever encoding, with whatever delimiter and order of columns.
///
/// The header may stand below a few lines of title. A list of one or two columns needs none: then the identifier is the
/// column that holds them, and the other is the buy price.
///
/// # Errors
/// When the file is empty, is no text, has more rows than [`MAX_ITEMS`](super::MAX_ITEMS), or no column of identifiers.
pub fn read_text(bytes: &[u8], terms: &Terms) -> Result<Intake, ListError> {
    let (text, encoding) = decode(bytes)?;
    let mut warnings: Vec<ListWarning> = encoding.into_iter().collect();
    // Delimiters and quotes alone are the rows of an empty spreadsheet.
    if !text.contains(char::is_alphanumeric) {
        return Err(ListError::Empty);
    }
    let (delimiter, text) = delimiter(&text);
    let records = split(text, delimiter);
    if records.is_empty() {
        return Err(ListError::Empty);
    }
    let (columns, body) = columns(&records, &mut warnings)?;
    check_length(body.len())?;
    let mut rows: Vec<_> = body
        .iter()
        .map(|record| read_record(record, &columns, terms))
        .collect();
    name_duplicates(&mut rows);
    Ok(Intake { rows, warnings })
}

/// The delimiter, and the text without the `sep=;` line by which Excel is told of it. The line stays as a blank one, so that
/// rows keep their numbers.
fn delimiter(text: &str) -> (u8, &str) {
    let first = text.lines().next().unwrap_or_default();
    let told = first.trim_matches('"').to_ascii_lowercase();
    if let Some([told]) = told.strip_prefix("sep=").map(str::as_bytes) {
        let rest = text.get(first.len()..).unwrap_or_default();
        return (*told, rest);
    }
    (guess_delimiter(text), text)
}

/// The delimiter by which most headers and identifiers come out of the first rows, and by which they have the same width.
fn guess_delimiter(text: &str) -> u8 {
    let sample: String = text
        .split_inclusive(['\n', '\r'])
        .take(SAMPLE * 2)
        .collect();
    let score = |delimiter: u8| {
        let records = split(&sample, delimiter);
        let headers = records.iter().take(SAMPLE).map(|record| {
            let known = record
                .fields()
                .iter()
                .filter(|field| column_of(field).is_some());
            known.count()
        });
        let identified = records.iter().filter(|record| {
            let mut fields = record.fields().iter();
            fields.any(|field| identify(field).is_ok())
        });
        let width = records.last().map_or(0, |record| record.fields().len());
        let even = records
            .iter()
            .filter(|record| width > 1 && record.fields().len() == width);
        (headers.max().unwrap_or(0), identified.count(), even.count())
    };
    // `max_by_key` keeps the last of equals, and the first is the one to keep.
    let best = DELIMITERS
        .into_iter()
        .rev()
        .max_by_key(|delimiter| score(*delimiter));
    best.unwrap_or(b',')
}

/// What the columns are, and the records below the header.
fn columns<'a>(
    records: &'a [Record],
    warnings: &mut Vec<ListWarning>,
) -> Result<(Columns, &'a [Record]), ListError> {
    let is_data = |record: &Record| match &record.content {
        Content::Fields(fields) => fields.iter().any(|field| looks_like_identifier(field)),
        Content::BrokenQuotes(_) => true,
    };
    let is_header = |record: &Record| {
        record
            .fields()
            .iter()
            .any(|field| column_of(field).is_some())
    };
    let names_identifier = |record: &Record| {
        let mut fields = record.fields().iter();
        fields.any(|field| matches!(column_of(field), Some(Column::Identifier(_))))
    };
    let above_data = records
        .iter()
        .take(SAMPLE)
        .take_while(|record| !is_data(record));
    let above_data: Vec<&Record> = above_data.collect();
    // A title above may contain a word such as "stock": the line that names an identifier is the better header.
    let header = above_data
        .iter()
        .position(|record| names_identifier(record));
    let header = header.or_else(|| above_data.iter().position(|record| is_header(record)));
    let Some(place) = header else {
        let first = records.first().ok_or(ListError::Empty)?;
        // A single column of identifiers is one whatever its first line says; that line is rejected by name.
        let is_single =
            records.iter().all(|record| width(record) == 1) && records.iter().any(is_data);
        if !above_data.is_empty() && !is_single {
            return Err(no_identifier_column(first));
        }
        return Ok((headerless(records, warnings)?, records));
    };
    let (above, rest) = records.split_at_checked(place).unwrap_or((&[], records));
    let (header, body) = rest.split_first().ok_or(ListError::Empty)?;
    if !above.is_empty() {
        let rows: Vec<String> = above.iter().map(|record| record.row.to_string()).collect();
        let detail = format!(
            "the header is in row {}; not read above it: row {}",
            header.row,
            rows.join(", ")
        );
        warnings.push(ListWarning::new("TITLE_SKIPPED", detail));
    }
    let (columns, unused) = Columns::from_header(header)?;
    warnings.extend(unused);
    Ok((columns, body))
}

/// The columns of a list whose first row is data already.
fn headerless(records: &[Record], warnings: &mut Vec<ListWarning>) -> Result<Columns, ListError> {
    let columns = records.iter().map(width).max().unwrap_or(0);
    if columns > 2 {
        return Err(ListError::NoHeader { columns });
    }
    let identifiers_in = |place: usize| {
        let fields = records
            .iter()
            .filter_map(|record| record.fields().get(place));
        fields.filter(|field| looks_like_identifier(field)).count()
    };
    let identifier = usize::from(identifiers_in(1) > identifiers_in(0));
    let buy_price = (columns == 2).then_some(1 - identifier);
    let detail = match buy_price {
        Some(price) => format!(
            "the list has no header line: column {} was read as identifier, column {} as buy price",
            identifier + 1,
            price + 1
        ),
        None => "the list has no header line: its only column was read as identifier".to_owned(),
    };
    warnings.push(ListWarning::new("HEADER_ASSUMED", detail));
    Ok(Columns::without_header(identifier, buy_price))
}

/// How many columns a record reaches; blank ones at its end do not count.
fn width(record: &Record) -> usize {
    let mut fields = record.fields().iter();
    let last = fields.rposition(|field| !field.trim().is_empty());
    last.map_or(0, |last| last + 1)
}

/// `true` for identifiers and for what is left of damaged ones.
fn looks_like_identifier(text: &str) -> bool {
    match identify(text) {
        Ok(_) => true,
        Err(IdentifierError::Length { digits, .. }) => digits >= 7,
        Err(
            IdentifierError::Missing
            | IdentifierError::Unrecognised { .. }
            | IdentifierError::Placeholder { .. },
        ) => false,
        Err(_) => true,
    }
}

/// Reads one record.
fn read_record(record: &Record, columns: &Columns, terms: &Terms) -> ListRow {
    match &record.content {
        Content::Fields(fields) => raw_row(record.row, fields, columns).validate(terms),
        Content::BrokenQuotes(line) => {
            let detail = "the row has a quote that is not closed, or text after a closing one: correct the quotes";
            let refusal = Refusal::new("QUOTES_BROKEN", detail.to_owned());
            ListRow {
                row: record.row,
                identifier_text: shown(line),
                outcome: Err(RejectedRow {
                    problems: vec![refusal.about(Field::Row)],
                }),
                warnings: Vec::new(),
            }
        }
    }
}

fn raw_row(row: u32, fields: &[String], columns: &Columns) -> RawRow {
    let mut raw = RawRow {
        row,
        ..RawRow::default()
    };
    let cell = |place: Option<usize>| {
        let field = place.and_then(|place| fields.get(place));
        field
            .map(|field| field.trim().to_owned())
            .unwrap_or_default()
    };
    raw.identifiers = columns
        .identifiers
        .iter()
        .map(|(place, name)| Candidate {
            column: Cow::Owned(name.clone()),
            text: cell(Some(*place)),
        })
        .collect();
    raw.buy_price = cell(columns.buy_price);
    raw.quantity = cell(columns.quantity);
    raw.condition = cell(columns.condition);
    raw.fulfilment = cell(columns.fulfilment);
    let notes = columns.notes.iter().map(|place| cell(Some(*place)));
    let notes: Vec<String> = notes.filter(|note| !note.is_empty()).collect();
    raw.note = notes.join("; ");
    if let Some(width) = columns.width {
        let extra = fields.iter().skip(width);
        if extra.clone().any(|field| !field.trim().is_empty()) {
            let detail = format!(
                "the row has {} fields and the header {width}: put quotes around what contains the delimiter, such as \"12,50\"",
                fields.len()
            );
            raw.problems
                .push(Refusal::new("FIELDS_TOO_MANY", detail).about(Field::Row));
        }
    }
    raw
}
