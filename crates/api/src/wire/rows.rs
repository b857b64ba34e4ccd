//! Rows of submitted lists: how they are written, and what is answered about them.

use std::borrow::Cow;

use arbitragevault_domain::acquisition::{Condition, Fulfilment};
use arbitragevault_domain::identifier::Repair;
use arbitragevault_domain::money::Money;
use arbitragevault_services::intake::{Finding, ListError, ListRow};
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::{Problem, ProblemKind};

/// One item of a list. Values may be strings or numbers, written as people write them; what is certain is repaired and named,
/// and what is not rejects this item only.
#[derive(Debug, ToSchema)]
#[expect(
    dead_code,
    reason = "describes to readers what the intake reads value by value"
)]
pub(crate) struct BatchItem {
    /// ISBN-10, ISBN-13, EAN, UPC, ASIN or the address of an Amazon page; hyphens and lost leading zeros do not matter.
    #[schema(example = "978-0-593-65503-0")]
    identifier: String,
    /// Price of one unit, without tax, in the currency of the marketplace. Without it the answer is what to pay at most.
    #[schema(example = "4.50")]
    buy_price: Option<ItemPrice>,
    /// Units offered; 1 when absent.
    #[schema(minimum = 1, maximum = 100_000, example = 1)]
    quantity: Option<u32>,
    /// Condition; that of the batch when absent.
    condition: Option<Condition>,
    /// Who ships; as for the batch when absent.
    fulfilment: Option<Fulfilment>,
    /// Your own note, kept with the item.
    #[schema(max_length = 1000)]
    note: Option<String>,
}

/// A price: a decimal string, a number, or an amount with its currency.
#[derive(Debug, ToSchema)]
#[serde(untagged)]
#[expect(
    dead_code,
    reason = "describes to readers what the intake reads value by value"
)]
pub(crate) enum ItemPrice {
    /// As a decimal string.
    Text(String),
    /// As a number.
    Number(f64),
    /// With its currency, which must be that of the marketplace.
    Money(Money),
}

/// Something about one row.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RowFinding {
    /// The code for programs.
    #[schema(example = "PRICE_NEGATIVE")]
    code: Cow<'static, str>,
    /// The part of the row that it is about.
    #[schema(example = "buy_price")]
    field: &'static str,
    /// What it is, and what to do.
    detail: String,
}

impl From<Finding> for RowFinding {
    fn from(finding: Finding) -> Self {
        Self {
            code: finding.code,
            field: finding.field.as_str(),
            detail: finding.detail,
        }
    }
}

/// What became of a row at submission, where there is something to say about it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RowOutcome {
    /// The row as a spreadsheet numbers it, from 1; of JSON items, the place in the array from 1.
    row: u32,
    /// The identifier as it was written.
    identifier: String,
    /// Whether it will be analysed.
    status: RowStatus,
    /// How the product is looked up: an ASIN, or a code of 13 digits; null when rejected.
    #[schema(example = "0593655036")]
    lookup: Option<String>,
    /// Why it was rejected; empty when accepted.
    problems: Vec<RowFinding>,
    /// What was repaired to read the identifier.
    repairs: Vec<Repair>,
    /// What a person should look at.
    warnings: Vec<RowFinding>,
}

/// Whether a row is analysed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum RowStatus {
    /// It is.
    Accepted,
    /// It is not; its problems say why.
    Rejected,
}

impl RowOutcome {
    /// `None` for a row that was taken just as it stands.
    pub(crate) fn of(row: ListRow) -> Option<Self> {
        let findings = |all: Vec<Finding>| all.into_iter().map(RowFinding::from).collect();
        let (status, lookup, problems, repairs) = match row.outcome {
            Ok(accepted) => (
                RowStatus::Accepted,
                Some(accepted.identified.lookup.to_string()),
                Vec::new(),
                accepted.identified.repairs,
            ),
            Err(rejected) => (
                RowStatus::Rejected,
                None,
                findings(rejected.problems),
                Vec::new(),
            ),
        };
        let is_worth_a_word =
            !(problems.is_empty() && repairs.is_empty() && row.warnings.is_empty());
        is_worth_a_word.then(|| Self {
            row: row.row,
            identifier: row.identifier_text,
            status,
            lookup,
            problems,
            repairs,
            warnings: findings(row.warnings),
        })
    }
}

/// The problem of a list that has no rows to speak of.
pub(crate) fn list_problem(error: ListError) -> Problem {
    Problem::new(ProblemKind::ValidationFailed, error.to_string()).with_code(error.code())
}
