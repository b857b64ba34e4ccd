//! Which column of a table is what, by its header.

use super::records::Record;
use super::refusal::shown;
use super::{ListError, ListWarning};

/// Names of identifier columns, the surest first: of several that are filled in, the first that can be read is used.
const IDENTIFIERS: [&str; 23] = [
    "asin",
    "isbn13",
    "isbn",
    "isbn10",
    "ean",
    "ean13",
    "upc",
    "upca",
    "gtin",
    "gtin13",
    "barcode",
    "code",
    "identifier",
    "productid",
    "productcode",
    "externalproductid",
    "asinisbn",
    "isbnasin",
    "isbns",
    "asins",
    "url",
    "link",
    "amazonurl",
];

/// Names of buy price columns, the surest first: `price` may be a selling price where another column is the cost.
const BUY_PRICES: [&str; 11] = [
    "buyprice",
    "mycost",
    "netcost",
    "unitcost",
    "costprice",
    "buycost",
    "purchaseprice",
    "cost",
    "cog",
    "cogs",
    "price",
];

/// Names of the other columns.
const QUANTITIES: [&str; 4] = ["quantity", "qty", "units", "copies"];
const CONDITIONS: [&str; 3] = ["condition", "cond", "itemcondition"];
const FULFILMENTS: [&str; 4] = [
    "fulfilment",
    "fulfillment",
    "fulfilmentchannel",
    "fulfillmentchannel",
];
const NOTES: [&str; 6] = ["note", "notes", "comment", "comments", "sku", "remarks"];

/// Most columns that one message names (our own limit; a list has fewer).
const MAX_NAMED: usize = 30;

/// What a column holds. A lower number is surer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Identifier(usize),
    BuyPrice(usize),
    Quantity,
    Condition,
    Fulfilment,
    Note,
}

/// The columns of a table, by their places.
#[derive(Debug, Default)]
pub(super) struct Columns {
    /// Place and name, the surest first; never empty.
    pub(super) identifiers: Vec<(usize, String)>,
    pub(super) buy_price: Option<usize>,
    pub(super) quantity: Option<usize>,
    pub(super) condition: Option<usize>,
    pub(super) fulfilment: Option<usize>,
    pub(super) notes: Vec<usize>,
    /// How many columns the header has; `None` where there is no header to compare with.
    pub(super) width: Option<usize>,
}

/// What a header names; `None` where it is not known.
pub(super) fn column_of(header: &str) -> Option<Column> {
    let name = squeeze(header);
    let place = |names: &[&str]| names.iter().position(|known| *known == name);
    if let Some(sureness) = place(&IDENTIFIERS) {
        return Some(Column::Identifier(sureness));
    }
    if let Some(sureness) = place(&BUY_PRICES) {
        return Some(Column::BuyPrice(sureness));
    }
    let others = [
        (QUANTITIES.as_slice(), Column::Quantity),
        (CONDITIONS.as_slice(), Column::Condition),
        (FULFILMENTS.as_slice(), Column::Fulfilment),
        (NOTES.as_slice(), Column::Note),
    ];
    let other = others.into_iter().find(|(names, _)| place(names).is_some());
    other.map(|(_, column)| column)
}

/// Lower case, without what stands in brackets, spaces and punctuation: `Cost ($)` is `cost`.
fn squeeze(header: &str) -> String {
    let bare = header.split(['(', '[']).next().unwrap_or_default();
    bare.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

impl Columns {
    /// Reads a header; a warning names every column that is not used.
    pub(super) fn from_header(header: &Record) -> Result<(Self, Option<ListWarning>), ListError> {
        let names = header.fields();
        let mut columns = Self {
            width: Some(names.len()),
            ..Self::default()
        };
        let mut identifiers = Vec::new();
        let mut buy_prices = Vec::new();
        let mut unused = Vec::new();
        for (place, name) in names.iter().enumerate() {
            let slot = match column_of(name) {
                Some(Column::Identifier(sureness)) => {
                    identifiers.push((sureness, place, shown(name)));
                    continue;
                }
                Some(Column::BuyPrice(sureness)) => {
                    buy_prices.push((sureness, place, name));
                    continue;
                }
                Some(Column::Note) => {
                    columns.notes.push(place);
                    continue;
                }
                Some(Column::Quantity) => &mut columns.quantity,
                Some(Column::Condition) => &mut columns.condition,
                Some(Column::Fulfilment) => &mut columns.fulfilment,
                None => {
                    unused.push((place, name));
                    continue;
                }
            };
            match slot {
                None => *slot = Some(place),
                Some(_) => unused.push((place, name)),
            }
        }
        if identifiers.is_empty() {
            return Err(no_identifier_column(header));
        }
        identifiers.sort();
        columns.identifiers = identifiers
            .into_iter()
            .map(|(_, place, name)| (place, name))
            .collect();
        buy_prices.sort();
        let mut buy_prices = buy_prices.into_iter();
        columns.buy_price = buy_prices.next().map(|(_, place, _)| place);
        unused.extend(buy_prices.map(|(_, place, name)| (place, name)));
        unused.sort();
        Ok((columns, unused_warning(&unused)))
    }

    /// The columns of a list without header: identifiers, and where there is a second column, buy prices.
    pub(super) fn without_header(identifier: usize, buy_price: Option<usize>) -> Self {
        Self {
            identifiers: vec![(identifier, format!("column {}", identifier + 1))],
            buy_price,
            ..Self::default()
        }
    }
}

/// The error for a header that names no identifier.
pub(super) fn no_identifier_column(header: &Record) -> ListError {
    let names = header.fields().iter();
    ListError::NoIdentifierColumn {
        found: first_few(names.map(|name| quoted(name)).collect()),
        accepted: ACCEPTED.to_vec(),
    }
}

/// The identifier columns as the documentation names them.
const ACCEPTED: [&str; 10] = [
    "isbn",
    "isbn10",
    "isbn13",
    "asin",
    "ean",
    "upc",
    "code",
    "identifier",
    "product id",
    "url",
];

fn unused_warning(unused: &[(usize, &String)]) -> Option<ListWarning> {
    let names = unused
        .iter()
        .map(|(place, name)| match name.trim() {
            "" => format!("column {} (no name)", place + 1),
            name => quoted(name),
        })
        .collect::<Vec<_>>();
    (!names.is_empty()).then(|| {
        let detail = format!(
            "columns that were not read: {}",
            first_few(names).join(", ")
        );
        ListWarning::new("COLUMNS_UNUSED", detail)
    })
}

/// A header as a message repeats it.
fn quoted(name: &str) -> String {
    format!("{:?}", shown(name))
}

/// As many names as a message holds, and how many there are beyond.
fn first_few(mut names: Vec<String>) -> Vec<String> {
    let beyond = names.len().saturating_sub(MAX_NAMED);
    names.truncate(MAX_NAMED);
    if beyond > 0 {
        names.push(format!("{beyond} more"));
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_understood_as_people_write_them() {
        for header in [
            "ISBN",
            "isbn-13",
            "ISBN 10",
            "Asin",
            "EAN",
            "UPC",
            "Code",
            "Identifier",
            "Product ID",
            "URL",
            "Bar code",
        ] {
            assert!(
                matches!(column_of(header), Some(Column::Identifier(_))),
                "{header}"
            );
        }
        for header in [
            "cost",
            "Price",
            "Buy Price",
            "buy_price",
            "My Cost",
            "Net cost",
            "Cost ($)",
            "COST [USD]",
        ] {
            assert!(
                matches!(column_of(header), Some(Column::BuyPrice(_))),
                "{header}"
            );
        }
        for (header, column) in [
            ("Qty.", Column::Quantity),
            ("quantity", Column::Quantity),
            ("Condition", Column::Condition),
            ("Fulfillment", Column::Fulfilment),
            ("fulfilment", Column::Fulfilment),
            ("Notes", Column::Note),
            ("comment", Column::Note),
            ("SKU", Column::Note),
        ] {
            assert_eq!(column_of(header), Some(column), "{header}");
        }
        for header in ["", "Title", "Author", "List price", "9780593655030"] {
            assert_eq!(column_of(header), None, "{header}");
        }
    }

    #[test]
    fn every_name_that_the_error_offers_is_understood() {
        for name in ACCEPTED {
            assert!(
                matches!(column_of(name), Some(Column::Identifier(_))),
                "{name}"
            );
        }
    }
}
