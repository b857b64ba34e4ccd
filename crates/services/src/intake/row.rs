//! The one validation of a row, wherever the row came from.

use std::borrow::Cow;

use arbitragevault_domain::acquisition::{Acquisition, Condition};
use arbitragevault_domain::identifier::{Identified, identify};

use super::refusal::{Refusal, shown};
use super::words::Named;
use super::{AcceptedRow, Field, Finding, ListRow, RejectedRow, Terms, price, quantity, words};

/// Longest note that is kept, in characters (our own limit).
pub const MAX_NOTE_CHARS: usize = 1_000;

/// A text that may name the product, with the name of its column.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) column: Cow<'static, str>,
    pub(super) text: String,
}

/// A row as text. Blank means that the row does not say.
#[derive(Debug, Default)]
pub(super) struct RawRow {
    pub(super) row: u32,
    /// What may name the product, the surest first.
    pub(super) identifiers: Vec<Candidate>,
    pub(super) buy_price: String,
    pub(super) quantity: String,
    pub(super) condition: String,
    pub(super) fulfilment: String,
    pub(super) note: String,
    /// What the reader of the row already found wrong.
    pub(super) problems: Vec<Finding>,
    /// What the reader of the row already found odd.
    pub(super) warnings: Vec<Finding>,
}

impl RawRow {
    /// Validates every cell, and collects everything that is wrong.
    pub(super) fn validate(mut self, terms: &Terms) -> ListRow {
        let (identifier_text, identified) = self.identify();
        let buy_price = price::parse(&self.buy_price, terms.marketplace.currency());
        let buy_price = self.check(buy_price, Field::BuyPrice).flatten();
        if buy_price.is_some_and(|price| price.amount().is_zero()) {
            let detail = "the price 0 is read as free; leave it blank where it is not known";
            self.warn("PRICE_ZERO", Field::BuyPrice, detail);
        }
        let quantity = quantity::parse(&self.quantity);
        let quantity = self.check(quantity, Field::Quantity);
        let condition = words::condition(&self.condition);
        let condition = self.check(condition, Field::Condition).flatten();
        let condition = self.condition(condition, terms);
        let fulfilment = words::fulfilment(&self.fulfilment);
        let fulfilment = self.check(fulfilment, Field::Fulfilment).flatten();
        let note = self.note();

        let outcome = match (identified, quantity) {
            (Some(identified), Some(quantity)) if self.problems.is_empty() => Ok(AcceptedRow {
                identified,
                acquisition: Acquisition {
                    buy_price,
                    quantity,
                    condition,
                    fulfilment: fulfilment.unwrap_or(terms.fulfilment),
                },
                note,
            }),
            _ => Err(RejectedRow {
                problems: self.problems,
            }),
        };
        ListRow {
            row: self.row,
            identifier_text,
            outcome,
            warnings: self.warnings,
        }
    }

    /// The first text that names a product, and the product; the texts before it become warnings, and all of them problems
    /// where none does.
    fn identify(&mut self) -> (String, Option<Identified>) {
        let candidates = std::mem::take(&mut self.identifiers);
        let mut refused = Vec::new();
        let mut found: Option<(&Candidate, Identified)> = None;
        for candidate in candidates.iter().filter(|c| !c.text.trim().is_empty()) {
            match (identify(&candidate.text), &found) {
                (Ok(identified), None) => found = Some((candidate, identified)),
                (Ok(other), Some((first, identified))) => {
                    let differ =
                        matches!((identified.isbn13, other.isbn13), (Some(a), Some(b)) if a != b);
                    if differ {
                        let detail = format!(
                            "{} and {} name different books; {} is used",
                            first.column, candidate.column, first.column
                        );
                        self.warnings.push(Finding {
                            code: Cow::Borrowed("IDENTIFIERS_DIFFER"),
                            field: Field::Identifier,
                            detail,
                        });
                    }
                }
                (Err(_), Some(_)) => {}
                (Err(error), None) => refused.push(Finding {
                    code: Cow::Borrowed(error.code()),
                    field: Field::Identifier,
                    detail: error.to_string(),
                }),
            }
        }
        match found {
            Some((candidate, identified)) => {
                self.warnings.append(&mut refused);
                (shown(&candidate.text), Some(identified))
            }
            None => {
                let text = candidates
                    .iter()
                    .map(|c| &c.text)
                    .find(|text| !text.trim().is_empty());
                let text = text.map(|text| shown(text)).unwrap_or_default();
                // Where the reader already refused the identifier, its reason is the better one.
                let is_refused = self
                    .problems
                    .iter()
                    .any(|p| matches!(p.field, Field::Identifier | Field::Row));
                if refused.is_empty()
                    && !is_refused
                    && let Err(missing) = identify("")
                {
                    refused.push(Finding {
                        code: Cow::Borrowed(missing.code()),
                        field: Field::Identifier,
                        detail: missing.to_string(),
                    });
                }
                self.problems.append(&mut refused);
                (text, None)
            }
        }
    }

    fn condition(&mut self, named: Option<Named>, terms: &Terms) -> Condition {
        match named {
            None => terms.condition,
            Some(Named::Exactly(condition)) => condition,
            Some(Named::UsedOfUnknownGrade) => {
                let condition = if terms.condition.is_used() {
                    terms.condition
                } else {
                    Condition::default()
                };
                let detail = format!("\"used\" without a grade is read as {}", condition.as_str());
                self.warn("CONDITION_ASSUMED", Field::Condition, &detail);
                condition
            }
        }
    }

    fn note(&mut self) -> Option<String> {
        let note = self.note.replace('\0', "");
        let note = note.trim();
        if note.chars().nth(MAX_NOTE_CHARS).is_some() {
            let detail = format!(
                "the note is longer than {MAX_NOTE_CHARS} characters, and the rest is cut off"
            );
            self.warn("NOTE_CUT", Field::Note, &detail);
        }
        let kept: String = note.chars().take(MAX_NOTE_CHARS).collect();
        (!kept.is_empty()).then_some(kept)
    }

    /// The value, or `None` and a problem.
    fn check<T>(&mut self, result: Result<T, Refusal>, field: Field) -> Option<T> {
        result
            .map_err(|refusal| self.problems.push(refusal.about(field)))
            .ok()
    }

    pub(super) fn warn(&mut self, code: &'static str, field: Field, detail: &str) {
        let refusal = Refusal::new(code, detail.to_owned());
        self.warnings.push(refusal.about(field));
    }
}
