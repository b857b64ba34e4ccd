//! Rows from JSON items.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::refusal::{Refusal, shown};
use super::row::{Candidate, RawRow};
use super::{Field, Intake, ListError, Terms, check_length, name_duplicates};

/// Reads items of the form `{identifier, buy_price?, quantity?, condition?, fulfilment?, note?}`, or bare identifiers.
///
/// A value may be a string or a number; the price also an object `{amount, currency}`. What else is there rejects its own
/// item only, so the items come as JSON values and not as a type.
///
/// # Errors
/// When there are no items, or more than [`MAX_ITEMS`](super::MAX_ITEMS).
pub fn read_items(items: &[Value], terms: &Terms) -> Result<Intake, ListError> {
    check_length(items.len())?;
    let mut rows: Vec<_> = (1_u32..)
        .zip(items)
        .map(|(row, item)| raw_row(row, item).validate(terms))
        .collect();
    name_duplicates(&mut rows);
    Ok(Intake {
        rows,
        warnings: Vec::new(),
    })
}

fn raw_row(row: u32, item: &Value) -> RawRow {
    let mut raw = RawRow {
        row,
        ..RawRow::default()
    };
    match item {
        Value::Object(fields) => read_fields(&mut raw, fields),
        Value::String(_) | Value::Number(_) => {
            let text = text_of(item).unwrap_or_default();
            raw.identifiers.push(candidate(text));
        }
        _ => {
            let detail = "an item is an object such as {\"identifier\": \"9780593655030\", \"buy_price\": \"4.50\"}";
            let refusal = Refusal::new("ITEM_TYPE", detail.to_owned());
            raw.problems.push(refusal.about(Field::Row));
        }
    }
    raw
}

fn read_fields(raw: &mut RawRow, fields: &Map<String, Value>) {
    for (name, value) in fields {
        let (field, target) = match name.as_str() {
            "identifier" => {
                raw.identifiers.push(candidate(String::new()));
                let Some(last) = raw.identifiers.last_mut() else {
                    continue;
                };
                (Field::Identifier, &mut last.text)
            }
            "buy_price" => (Field::BuyPrice, &mut raw.buy_price),
            "quantity" => (Field::Quantity, &mut raw.quantity),
            "condition" => (Field::Condition, &mut raw.condition),
            "fulfilment" | "fulfillment" => (Field::Fulfilment, &mut raw.fulfilment),
            "note" => (Field::Note, &mut raw.note),
            unknown => {
                let unknown = shown(unknown);
                let detail = format!(
                    "{unknown:?} is not known and was ignored: an item has identifier, buy_price, quantity, condition, \
                     fulfilment and note"
                );
                raw.warn("FIELD_UNKNOWN", Field::Row, &detail);
                continue;
            }
        };
        let text = match (field, value) {
            (Field::BuyPrice, Value::Object(money)) => money_text(money),
            _ => text_of(value),
        };
        match text {
            Some(text) => *target = text,
            None => {
                let what = match field {
                    Field::BuyPrice => "a string, a number, or an amount with its currency",
                    _ => "a string or a number",
                };
                let detail = format!("{} is {what}", field.as_str());
                raw.problems
                    .push(Refusal::new("VALUE_TYPE", detail).about(field));
            }
        }
    }
}

fn candidate(text: String) -> Candidate {
    Candidate {
        column: Cow::Borrowed("identifier"),
        text,
    }
}

/// A string or a number as text, null as blank; `None` for anything else.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The wire form of money, as a person would write it. An amount whose currency is left open is none.
fn money_text(money: &Map<String, Value>) -> Option<String> {
    let amount = text_of(money.get("amount")?)?;
    let currency = money.get("currency")?.as_str()?;
    (!currency.trim().is_empty()).then(|| format!("{amount} {currency}"))
}
