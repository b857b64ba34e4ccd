//! Batches: submit, estimate, look at, cancel, try again, delete.

mod events;
mod export;
mod follow;
mod socket;
mod submission;
mod wire;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, web};
use arbitragevault_domain::marketplace::Marketplace;
use arbitragevault_services::batches::NewList;
use arbitragevault_services::persistence::batches::Batch;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use crate::caller::{BatchesRead, BatchesWrite, Caller};
use crate::extract::{Body, Id, Query, RawBody};
use crate::idempotency::NewId;
use crate::problem::{FieldError, Place, Problem, ProblemKind, problems};
use crate::state::ApiState;
use crate::wire::{Cursor, Page, default_limit, json_response, located};
use submission::{JsonList, TextTerms};
use wire::{
    BATCH_BYTES, BatchEstimate, BatchStatus, BatchView, ITEM_BYTES, ItemStatus, ItemView,
    SubmittedBatch,
};

pub(crate) use events::follow_batch;
pub(crate) use export::export_batch;
pub(crate) use follow::BatchEvent;
pub(crate) use socket::follow_batch_by_socket;

problems!(
    SubmitProblems: MalformedBody, InvalidParameter, PayloadTooLarge, UnsupportedMediaType, ValidationFailed, QuotaSpent, Unavailable
);
problems!(
    EstimateProblems: MalformedBody, InvalidParameter, PayloadTooLarge, UnsupportedMediaType, ValidationFailed, Unavailable
);
problems!(ListProblems: InvalidParameter, InvalidCursor, ValidationFailed, Unavailable);
problems!(GetProblems: InvalidParameter, NotFound, Unavailable);
problems!(ItemsProblems: InvalidParameter, InvalidCursor, NotFound, ValidationFailed, Unavailable);
problems!(ChangeProblems: InvalidParameter, NotFound, Conflict, Unavailable);
problems!(RetryProblems: InvalidParameter, NotFound, Conflict, QuotaSpent, Unavailable);
problems!(
    StatusProblems: MalformedBody, InvalidParameter, NotFound, Conflict, PayloadTooLarge, UnsupportedMediaType,
    ValidationFailed, Unavailable
);

/// Submit a list
///
/// Stores the list and answers at once; the analysis goes on in the background. Rows that are rejected, repaired or doubtful are
/// answered by their number; a bad row never fails the others.
#[utoipa::path(
    tag = "batches",
    security(("bearer" = ["batches:write"])),
    params(TextTerms),
    request_body(content(
        (JsonList = "application/json"),
        (String = "text/csv", example = "isbn,cost,quantity,condition\n978-0-593-65503-0,4.50,1,used good\n"),
    )),
    responses(
        (status = 202, description = "The batch was stored and waits for its turn", body = SubmittedBatch<'_>,
            headers(("Location" = String, description = "Where its progress is read"))),
        SubmitProblems,
    ),
)]
#[post("/batches")]
pub(crate) async fn submit_batch(
    state: web::Data<ApiState>,
    caller: Caller<BatchesWrite>,
    id: NewId,
    Query(text_terms): Query<TextTerms>,
    body: RawBody,
) -> Result<HttpResponse, Problem> {
    let list = submission::read(body, text_terms).await?;
    let new = NewList {
        id: id.0,
        name: list.name.as_deref(),
        terms: list.terms,
        strategy: list.strategy.as_ref(),
        intake: &list.intake,
    };
    let batch = state.services.submit_batch(caller.0, &new).await?;
    let location = format!("/api/v1/batches/{}", batch.id);
    let submitted = SubmittedBatch::new(&batch, list.intake);
    let response = json_response(StatusCode::ACCEPTED, &submitted)?;
    Ok(located(response, &location))
}

/// Estimate a list
///
/// What the same list would cost in Keepa tokens and time, and what would become of its rows. Stores and spends nothing.
#[utoipa::path(
    tag = "batches",
    security(("bearer" = ["batches:read"])),
    params(TextTerms),
    request_body(content((JsonList = "application/json"), (String = "text/csv"))),
    responses((status = 200, description = "The estimate", body = BatchEstimate), EstimateProblems),
)]
#[post("/batches/estimate")]
pub(crate) async fn estimate_batch(
    state: web::Data<ApiState>,
    _: Caller<BatchesRead>,
    Query(text_terms): Query<TextTerms>,
    body: RawBody,
) -> Result<HttpResponse, Problem> {
    let list = submission::read(body, text_terms).await?;
    let estimate = state
        .services
        .estimate_batch(list.terms, &list.intake)
        .await?;
    json_response(StatusCode::OK, &BatchEstimate::new(estimate, list.intake))
}

/// Which batches.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// In this state.
    #[param(inline)]
    status: Option<BatchStatus>,
    /// Rows of a page.
    #[serde(default = "default_limit")]
    #[validate(range(min = 1, max = 100))]
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: u32,
    /// The `next_cursor` of the page before.
    #[param(min_length = 1)]
    cursor: Option<String>,
}

/// List batches
///
/// Newest first.
#[utoipa::path(
    tag = "batches",
    security(("bearer" = ["batches:read"])),
    params(ListQuery),
    responses((status = 200, description = "A page", body = Page<BatchView<'_>>), ListProblems),
)]
#[get("/batches")]
pub(crate) async fn list_batches(
    request: HttpRequest,
    state: web::Data<ApiState>,
    caller: Caller<BatchesRead>,
    Query(query): Query<ListQuery>,
) -> Result<HttpResponse, Problem> {
    let cursors = Cursor::of(&("batches", query.status));
    let after: Option<Uuid> = cursors.place(query.cursor.as_deref())?;
    let status = query.status.map(BatchStatus::as_str);
    let mut batches = state
        .services
        .batches(caller.0, status, after, i64::from(query.limit) + 1)
        .await?;
    let page = Page::of(
        &mut batches,
        query.limit,
        |batch| cursors.after(&batch.id),
        BatchView::from,
    );
    page.respond(&request, BATCH_BYTES)
}

/// Read a batch
///
/// With its progress.
#[utoipa::path(
    tag = "batches",
    security(("bearer" = ["batches:read"])),
    params(("id" = Uuid, Path, description = "Its id")),
    responses((status = 200, description = "The batch", body = BatchView<'_>), GetProblems),
)]
#[get("/batches/{id}")]
pub(crate) async fn read_batch(
    state: web::Data<ApiState>,
    caller: Caller<BatchesRead>,
    id: Id,
) -> Result<HttpResponse, Problem> {
    let batch = state.services.batch(caller.0, id.0).await?;
    answer(&batch)
}

fn answer(batch: &Batch) -> Result<HttpResponse, Problem> {
    json_response(StatusCode::OK, &BatchView::from(batch))
}

/// Which items.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ItemsQuery {
    /// In this state.
    #[param(inline)]
    status: Option<ItemStatus>,
    /// Rows of a page.
    #[serde(default = "default_limit")]
    #[validate(range(min = 1, max = 100))]
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: u32,
    /// The `next_cursor` of the page before.
    #[param(min_length = 1)]
    cursor: Option<String>,
}

/// List the items of a batch
///
/// In the order of the submitted list.
#[utoipa::path(
    tag = "batches",
    security(("bearer" = ["batches:read"])),
    params(("id" = Uuid, Path, description = "The batch"), ItemsQuery),
    responses((status = 200, description = "A page", body = Page<ItemView<'_>>), ItemsProblems),
)]
#[get("/batches/{id}/items")]
pub(crate) async fn list_batch_items(
    request: HttpRequest,
    state: web::Data<ApiState>,
    caller: Caller<BatchesRead>,
    id: Id,
    Query(query): Query<ItemsQuery>,
) -> Result<HttpResponse, Problem> {
    let cursors = Cursor::of(&("items", id.0, query.status));
    let after: i32 = match &query.cursor {
        Some(cursor) => cursors.read(cursor)?,
        None => 0,
    };
    let status = query.status.map(ItemStatus::as_str);
    let limit = i64::from(query.limit) + 1;
    let (batch, mut items) = state
        .services
        .batch_items(caller.0, id.0, status, after, limit)
        .await?;
    let currency = currency(&batch)?;
    let page = Page::of(
        &mut items,
        query.limit,
        |item| cursors.after(&item.position),
        |item| ItemView::new(item, currency),
    );
    page.respond(&request, ITEM_BYTES)
}

/// The currency of every price in a batch.
fn currency(batch: &Batch) -> Result<&'static str, Problem> {
    let marketplace: Marketplace = batch.marketplace.parse().map_err(Problem::internal)?;
    Ok(marketplace.currency().code())
}

/// Cancel a batch
///
/// What waits is not analysed any more and spends no token; what was analysed stays.
#[utoipa::path(
    tag = "batches",
    security(("bearer" = ["batches:write"])),
    params(("id" = Uuid, Path, description = "The batch")),
    responses((status = 200, description = "The cancelled batch", body = BatchView<'_>), ChangeProblems),
)]
#[post("/batches/{id}/cancel")]
pub(crate) async fn cancel_batch(
    state: web::Data<ApiState>,
    caller: Caller<BatchesWrite>,
    id: Id,
) -> Result<HttpResponse, Problem> {
    answer(&state.services.cancel_batch(caller.0, id.0).await?)
}

/// Try the rest of a batch again
///
/// Puts the failed and cancelled items of a finished batch back to work.
#[utoipa::path(
    tag = "batches",
    security(("bearer" = ["batches:write"])),
    params(("id" = Uuid, Path, description = "The batch")),
    responses((status = 200, description = "The batch, at work again", body = BatchView<'_>), RetryProblems),
)]
#[post("/batches/{id}/retry")]
pub(crate) async fn retry_batch(
    state: web::Data<ApiState>,
    caller: Caller<BatchesWrite>,
    id: Id,
) -> Result<HttpResponse, Problem> {
    answer(&state.services.retry_batch(caller.0, id.0).await?)
}

/// The state to bring a batch into.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct StatusChange {
    /// Only `CANCELLED`: every other state comes from the work itself.
    #[schema(value_type = String, pattern = "^CANCELLED$", example = "CANCELLED")]
    status: BatchStatus,
}

/// Change the state of a batch
///
/// The same as cancelling it.
#[utoipa::path(
    tag = "batches",
    security(("bearer" = ["batches:write"])),
    params(("id" = Uuid, Path, description = "The batch")),
    request_body = StatusChange,
    responses((status = 200, description = "The batch in its new state", body = BatchView<'_>), StatusProblems),
)]
#[patch("/batches/{id}/status")]
pub(crate) async fn set_batch_status(
    state: web::Data<ApiState>,
    caller: Caller<BatchesWrite>,
    id: Id,
    Body(change): Body<StatusChange>,
) -> Result<HttpResponse, Problem> {
    if change.status != BatchStatus::Cancelled {
        let errors = vec![FieldError {
            place: Place::Pointer("/status".to_owned()),
            code: "STATUS_NOT_SETTABLE".into(),
            detail: "can only be set to CANCELLED; every other state comes from the work itself"
                .to_owned(),
        }];
        return Err(Problem::invalid(ProblemKind::ValidationFailed, errors));
    }
    answer(&state.services.cancel_batch(caller.0, id.0).await?)
}

/// Delete a finished batch
///
/// With its items and analyses.
#[utoipa::path(
    tag = "batches",
    security(("bearer" = ["batches:write"])),
    params(("id" = Uuid, Path, description = "The batch")),
    responses((status = 204, description = "It is gone"), ChangeProblems),
)]
#[delete("/batches/{id}")]
pub(crate) async fn delete_batch(
    state: web::Data<ApiState>,
    caller: Caller<BatchesWrite>,
    id: Id,
) -> Result<HttpResponse, Problem> {
    state.services.delete_batch(caller.0, id.0).await?;
    Ok(HttpResponse::NoContent().finish())
}
