//! Batches and their items as answers show them.

use arbitragevault_domain::acquisition::{Condition, Fulfilment};
use arbitragevault_domain::market::DataSource;
use arbitragevault_domain::marketplace::Marketplace;
use arbitragevault_domain::money::Money;
use arbitragevault_services::batches::Estimate;
use arbitragevault_services::intake::{Intake, ListWarning};
use arbitragevault_services::persistence::batches::Batch;
use arbitragevault_services::persistence::items::Item;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::wire::{MinorMoney, RowOutcome};

/// About what one batch takes in JSON, in bytes.
pub(crate) const BATCH_BYTES: usize = 500;

/// About what one item takes in JSON, in bytes.
pub(crate) const ITEM_BYTES: usize = 400;

/// Where a batch is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum BatchStatus {
    /// Nothing of it is done yet.
    Pending,
    /// Some of it is done.
    Processing,
    /// All of it is done, and something was analysed.
    Completed,
    /// All of it is done, and nothing could be analysed.
    Failed,
    /// It was cancelled; what was analysed before stays.
    Cancelled,
}

impl BatchStatus {
    /// The name on the wire and in the database.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Processing => "PROCESSING",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
            Self::Cancelled => "CANCELLED",
        }
    }
}

/// Where an item is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum ItemStatus {
    /// It waits.
    Pending,
    /// It has an analysis.
    Analysed,
    /// It could not be analysed; its error says why.
    Failed,
    /// It was refused at submission; its error says why.
    Rejected,
    /// The batch was cancelled before it was analysed.
    Cancelled,
}

impl ItemStatus {
    /// The name on the wire and in the database.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Analysed => "ANALYSED",
            Self::Failed => "FAILED",
            Self::Rejected => "REJECTED",
            Self::Cancelled => "CANCELLED",
        }
    }
}

/// A batch with its progress.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Batch)]
pub(crate) struct BatchView<'a> {
    /// Id.
    id: Uuid,
    /// Name.
    name: &'a str,
    /// Where it is in its life.
    #[schema(value_type = BatchStatus)]
    status: &'a str,
    /// The marketplace.
    #[schema(value_type = Marketplace)]
    marketplace: &'a str,
    /// Where its market data came from; null before the first answer. `GENERATED` data is made up by the sandbox: base no purchase
    /// on it.
    #[schema(value_type = Option<DataSource>)]
    source: Option<&'a str>,
    /// How many items are where.
    items: ItemCounts,
    /// Share of the items that need nothing any more, in percent, rounded down.
    #[schema(minimum = 0, maximum = 100)]
    progress_percent: i32,
    /// When it was submitted.
    created_at: DateTime<Utc>,
    /// When the first item was done.
    started_at: Option<DateTime<Utc>>,
    /// When the last item was done.
    finished_at: Option<DateTime<Utc>>,
}

/// How many items of a batch are where.
#[derive(Debug, Serialize, ToSchema)]
struct ItemCounts {
    /// All.
    total: i32,
    /// Waiting.
    pending: i32,
    /// Analysed.
    analysed: i32,
    /// Failed.
    failed: i32,
    /// Refused at submission.
    rejected: i32,
    /// Cancelled.
    cancelled: i32,
}

impl<'a> From<&'a Batch> for BatchView<'a> {
    fn from(batch: &'a Batch) -> Self {
        let done = batch.analysed_items
            + batch.failed_items
            + batch.rejected_items
            + batch.cancelled_items;
        Self {
            id: batch.id,
            name: &batch.name,
            status: &batch.status,
            marketplace: &batch.marketplace,
            source: batch.source.as_deref(),
            items: ItemCounts {
                total: batch.total_items,
                pending: batch.total_items - done,
                analysed: batch.analysed_items,
                failed: batch.failed_items,
                rejected: batch.rejected_items,
                cancelled: batch.cancelled_items,
            },
            progress_percent: done * 100 / batch.total_items.max(1),
            created_at: batch.created_at,
            started_at: batch.started_at,
            finished_at: batch.finished_at,
        }
    }
}

/// What became of a list at submission.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SubmittedBatch<'a> {
    /// The batch.
    batch: BatchView<'a>,
    /// What a person should know of the list as a whole.
    warnings: Vec<ListFinding>,
    /// The rows that were rejected or repaired, or that deserve a look. Every other row was taken just as it stands.
    rows: Vec<RowOutcome>,
}

/// Something about a list as a whole.
#[derive(Debug, Serialize, ToSchema)]
struct ListFinding {
    /// The code for programs.
    code: String,
    /// A sentence for the person.
    detail: String,
}

fn list_findings(warnings: Vec<ListWarning>) -> Vec<ListFinding> {
    let finding = |warning: ListWarning| ListFinding {
        code: warning.code.into_owned(),
        detail: warning.detail,
    };
    warnings.into_iter().map(finding).collect()
}

impl<'a> SubmittedBatch<'a> {
    pub(crate) fn new(batch: &'a Batch, intake: Intake) -> Self {
        Self {
            batch: batch.into(),
            warnings: list_findings(intake.warnings),
            rows: intake.rows.into_iter().filter_map(RowOutcome::of).collect(),
        }
    }
}

/// What a list would cost, and what would become of its rows.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BatchEstimate {
    /// Rows that can be analysed.
    items: usize,
    /// Rows that would be rejected.
    rejected: usize,
    /// Different products.
    products: usize,
    /// Products of which fresh market data is stored already.
    cached: usize,
    /// Keepa tokens at most.
    tokens: u64,
    /// Seconds until Keepa's bucket has refilled what is missing; null before Keepa has told its state.
    wait_seconds: Option<u64>,
    /// What a person should know of the list as a whole.
    warnings: Vec<ListFinding>,
    /// The rows that would be rejected or repaired, or that deserve a look.
    rows: Vec<RowOutcome>,
}

impl BatchEstimate {
    pub(crate) fn new(estimate: Estimate, intake: Intake) -> Self {
        Self {
            items: estimate.items,
            rejected: estimate.rejected,
            products: estimate.products,
            cached: estimate.cached,
            tokens: estimate.tokens,
            wait_seconds: estimate.wait_seconds,
            warnings: list_findings(intake.warnings),
            rows: intake.rows.into_iter().filter_map(RowOutcome::of).collect(),
        }
    }
}

/// One item of a batch.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Item)]
pub(crate) struct ItemView<'a> {
    /// Place in the batch, from 1.
    position: i32,
    /// The row of the submitted list as a spreadsheet numbers it.
    row: i32,
    /// The identifier as it was written.
    identifier: &'a str,
    /// How the product is looked up: an ASIN, or a code of 13 digits; null when rejected.
    lookup: Option<&'a str>,
    /// Where it is in its life.
    #[schema(value_type = ItemStatus)]
    status: &'a str,
    /// Why it failed or was rejected; null otherwise.
    error: Option<ItemError<'a>>,
    /// What was repaired, and what a person should look at: `{repairs: [{code, detail}], warnings: [{code, field, detail}]}`.
    #[schema(value_type = Object)]
    notices: &'a serde_json::Value,
    /// Price of one unit as offered.
    #[schema(value_type = Option<Money>)]
    buy_price: Option<MinorMoney<'a>>,
    /// Units offered.
    quantity: i32,
    /// Condition.
    #[schema(value_type = Condition)]
    condition: &'a str,
    /// Fulfilment.
    #[schema(value_type = Fulfilment)]
    fulfilment: &'a str,
    /// The submitter's note.
    note: Option<&'a str>,
    /// Its analysis.
    analysis_id: Option<Uuid>,
}

/// Why an item has no analysis.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ItemError<'a> {
    /// The code for programs.
    pub(crate) code: &'a str,
    /// The sentence for people.
    pub(crate) detail: &'a str,
}

impl<'a> ItemView<'a> {
    /// The item of a batch whose prices are in `currency`.
    pub(crate) fn new(item: &'a Item, currency: &'a str) -> Self {
        Self {
            position: item.position,
            row: item.row,
            identifier: &item.identifier,
            lookup: item.lookup.as_deref(),
            status: &item.status,
            error: item_error(item),
            notices: &item.notices,
            buy_price: item
                .buy_price_minor
                .map(|minor| MinorMoney { minor, currency }),
            quantity: item.quantity,
            condition: &item.condition,
            fulfilment: &item.fulfilment,
            note: item.note.as_deref(),
            analysis_id: item.analysis_id,
        }
    }
}

/// Why an item failed or was rejected.
pub(crate) fn item_error(item: &Item) -> Option<ItemError<'_>> {
    Some(ItemError {
        code: item.error_code.as_deref()?,
        detail: item.error_detail.as_deref().unwrap_or_default(),
    })
}
