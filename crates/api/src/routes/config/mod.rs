//! The configuration of analyses: what holds, what each scope sets, its versions, and what a change would change.

mod preview;
mod wire;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, put, web};
use arbitragevault_domain::config::Selection;
use arbitragevault_services::configuration::{ChangeRequest, Edit, NewValues};

use crate::caller::{Caller, ConfigRead, ConfigWrite};
use crate::extract::{Body, IfMatch, IfMatchHeader, Query, ScopeParameter, ScopePath};
use crate::problem::{Problem, problems};
use crate::state::ApiState;
use crate::wire::{Cursor, Page, PageQuery, json_response, tagged};
use wire::{
    EffectiveQuery, EffectiveView, Reason, RollBack, ScopeList, ScopeView, ScopeWrite,
    VERSION_BYTES, VersionView,
};

pub(crate) use preview::preview_change;

problems!(EffectiveProblems: InvalidParameter, ValidationFailed, Unavailable);
problems!(ListProblems: Unavailable);
problems!(ReadProblems: InvalidParameter, Unavailable);
problems!(VersionsProblems: InvalidParameter, InvalidCursor, ValidationFailed, Unavailable);
problems!(
    WriteProblems: MalformedBody, InvalidParameter, PreconditionFailed, PayloadTooLarge, UnsupportedMediaType, ValidationFailed,
    PreconditionRequired, Unavailable
);
problems!(
    RollBackProblems: MalformedBody, InvalidParameter, NotFound, PreconditionFailed, PayloadTooLarge, UnsupportedMediaType,
    ValidationFailed, PreconditionRequired, Unavailable
);
problems!(ResetProblems: InvalidParameter, PreconditionFailed, ValidationFailed, PreconditionRequired, Unavailable);

/// Read what holds
///
/// Every value that holds for a marketplace, a category and a strategy, and the scope that decides each. A greater scope overrides a lesser one:
/// global, marketplace, category, strategy.
#[utoipa::path(
    tag = "config",
    security(("bearer" = ["config:read"])),
    params(EffectiveQuery),
    responses((status = 200, description = "The values with their sources", body = EffectiveView), EffectiveProblems),
)]
#[get("/config/effective")]
pub(crate) async fn read_effective(
    state: web::Data<ApiState>,
    caller: Caller<ConfigRead>,
    Query(query): Query<EffectiveQuery>,
) -> Result<HttpResponse, Problem> {
    let selection = Selection::from(query);
    let effective = state.services.effective_configuration(caller.0, &selection);
    let view = EffectiveView::new(effective.await?);
    json_response(StatusCode::OK, &view)
}

/// List the scopes
///
/// Every scope that sets something or ever did, and the strategies that are shipped.
#[utoipa::path(
    tag = "config",
    security(("bearer" = ["config:read"])),
    responses((status = 200, description = "The scopes, least first", body = ScopeList), ListProblems),
)]
#[get("/config")]
pub(crate) async fn list_scopes(
    state: web::Data<ApiState>,
    caller: Caller<ConfigRead>,
) -> Result<HttpResponse, Problem> {
    let scopes = state.services.configuration_scopes(caller.0).await?;
    let items = scopes.into_iter().map(ScopeView::from).collect();
    json_response(StatusCode::OK, &ScopeList { items })
}

/// Read a scope
///
/// What it sets. A scope that nobody has set is at version 0 and sets nothing, or what is shipped for a strategy.
#[utoipa::path(
    tag = "config",
    security(("bearer" = ["config:read"])),
    params(ScopeParameter),
    responses(
        (status = 200, description = "What it sets", body = ScopeView,
            headers(("ETag" = String, description = "Its version, for If-Match"))),
        (status = 304, description = "It is the version that If-None-Match names"),
        ReadProblems,
    ),
)]
#[get("/config/{scope}")]
pub(crate) async fn read_scope(
    request: HttpRequest,
    state: web::Data<ApiState>,
    caller: Caller<ConfigRead>,
    scope: ScopePath,
) -> Result<HttpResponse, Problem> {
    let state = state.services.configuration_scope(caller.0, &scope.0);
    let state = state.await?;
    tagged(&request, state.version, &ScopeView::from(state))
}

/// Set a scope
///
/// Instead of what it has set. Values are checked by themselves and beside those of every other scope that they can meet. New batches and analyses
/// use it from now on; batches that were submitted before keep what held then.
#[utoipa::path(
    tag = "config",
    security(("bearer" = ["config:write"])),
    params(ScopeParameter, IfMatchHeader),
    request_body = ScopeWrite,
    responses(
        (status = 200, description = "What it sets now", body = ScopeView, headers(("ETag" = String, description = "Its new version"))),
        WriteProblems,
    ),
)]
#[put("/config/{scope}")]
pub(crate) async fn set_scope(
    request: HttpRequest,
    state: web::Data<ApiState>,
    caller: Caller<ConfigWrite>,
    (scope, seen): (ScopePath, IfMatch),
    Body(body): Body<ScopeWrite>,
) -> Result<HttpResponse, Problem> {
    let edit = Edit::Values(NewValues::Set(body.values));
    change(&request, &state, caller, (scope, seen), (edit, body.reason)).await
}

/// Change a scope
///
/// By a JSON Merge Patch (RFC 7396) of its values: `null` means that the scope sets the value no more.
#[utoipa::path(
    tag = "config",
    security(("bearer" = ["config:write"])),
    params(ScopeParameter, IfMatchHeader),
    request_body(content((ScopeWrite = "application/merge-patch+json"), (ScopeWrite = "application/json"))),
    responses(
        (status = 200, description = "What it sets now", body = ScopeView, headers(("ETag" = String, description = "Its new version"))),
        WriteProblems,
    ),
)]
#[patch("/config/{scope}")]
pub(crate) async fn change_scope(
    request: HttpRequest,
    state: web::Data<ApiState>,
    caller: Caller<ConfigWrite>,
    (scope, seen): (ScopePath, IfMatch),
    Body(body): Body<ScopeWrite>,
) -> Result<HttpResponse, Problem> {
    let edit = Edit::Values(NewValues::Merge(body.values));
    change(&request, &state, caller, (scope, seen), (edit, body.reason)).await
}

/// Reset a scope
///
/// To what is shipped: nothing, or the values of a strategy. Its versions stay.
#[utoipa::path(
    tag = "config",
    security(("bearer" = ["config:write"])),
    params(ScopeParameter, IfMatchHeader, Reason),
    responses(
        (status = 200, description = "What it sets now", body = ScopeView, headers(("ETag" = String, description = "Its new version"))),
        ResetProblems,
    ),
)]
#[delete("/config/{scope}")]
pub(crate) async fn reset_scope(
    request: HttpRequest,
    state: web::Data<ApiState>,
    caller: Caller<ConfigWrite>,
    (scope, seen): (ScopePath, IfMatch),
    Query(query): Query<Reason>,
) -> Result<HttpResponse, Problem> {
    let edit = (Edit::Reset, query.reason);
    change(&request, &state, caller, (scope, seen), edit).await
}

/// Roll a scope back
///
/// To what it set in an earlier version, which makes a new one; version 0 is what is shipped.
#[utoipa::path(
    tag = "config",
    security(("bearer" = ["config:write"])),
    params(ScopeParameter, IfMatchHeader),
    request_body = RollBack,
    responses(
        (status = 200, description = "What it sets now", body = ScopeView, headers(("ETag" = String, description = "Its new version"))),
        RollBackProblems,
    ),
)]
#[post("/config/{scope}/rollback")]
pub(crate) async fn roll_back(
    request: HttpRequest,
    state: web::Data<ApiState>,
    caller: Caller<ConfigWrite>,
    (scope, seen): (ScopePath, IfMatch),
    Body(body): Body<RollBack>,
) -> Result<HttpResponse, Problem> {
    let edit = (Edit::RollBack(body.version), body.reason);
    change(&request, &state, caller, (scope, seen), edit).await
}

async fn change(
    request: &HttpRequest,
    state: &ApiState,
    caller: Caller<ConfigWrite>,
    (scope, seen): (ScopePath, IfMatch),
    (edit, reason): (Edit, Option<String>),
) -> Result<HttpResponse, Problem> {
    let change = ChangeRequest {
        scope: &scope.0,
        expected: &seen.0,
        edit,
        reason: reason.as_deref(),
    };
    let changed = state.services.change_configuration(caller.0, change);
    let changed = changed.await?;
    tagged(request, changed.version, &ScopeView::from(changed))
}

/// List the versions of a scope
///
/// Newest first: who changed it, when, why, and what.
#[utoipa::path(
    tag = "config",
    security(("bearer" = ["config:read"])),
    params(ScopeParameter, PageQuery),
    responses((status = 200, description = "A page", body = Page<VersionView<'_>>), VersionsProblems),
)]
#[get("/config/{scope}/versions")]
pub(crate) async fn list_versions(
    request: HttpRequest,
    state: web::Data<ApiState>,
    caller: Caller<ConfigRead>,
    scope: ScopePath,
    Query(query): Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let cursors = Cursor::of(&("config-versions", &scope.0));
    let before: Option<i32> = cursors.place(query.cursor.as_deref())?;
    let limit = i64::from(query.limit) + 1;
    let versions = state
        .services
        .configuration_versions(caller.0, &scope.0, before, limit);
    let mut versions = versions.await?;
    let page = Page::of(
        &mut versions,
        query.limit,
        |version| cursors.after(&version.sequence),
        VersionView::from,
    );
    page.respond(&request, VERSION_BYTES)
}
