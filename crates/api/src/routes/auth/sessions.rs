//! The sessions of an account.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::signed_in::SignedIn;
use super::wire::{SESSION_BYTES, SessionView};
use crate::extract::{Id, Query};
use crate::problem::{Problem, problems};
use crate::state::ApiState;
use crate::wire::{Cursor, Page, PageQuery, json_response};

problems!(
    ListProblems: InvalidParameter, InvalidCursor, Unauthenticated, ValidationFailed, Unavailable
);
problems!(RevokeProblems: InvalidParameter, Unauthenticated, NotFound, Unavailable);
problems!(RevokeOthersProblems: Unauthenticated, Unavailable);

/// List your sessions
///
/// Those that live, newest first.
#[utoipa::path(
    tag = "auth",
    security(("bearer" = [])),
    params(PageQuery),
    responses((status = 200, description = "A page", body = Page<SessionView<'_>>), ListProblems),
)]
#[get("/auth/sessions")]
pub(crate) async fn list_sessions(
    request: HttpRequest,
    state: web::Data<ApiState>,
    caller: SignedIn,
    Query(query): Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let cursors = Cursor::of(&("sessions", caller.0.user_id));
    let after: Option<Uuid> = cursors.place(query.cursor.as_deref())?;
    let limit = i64::from(query.limit) + 1;
    let mut sessions = state.services.sessions(caller.0, after, limit).await?;
    let page = Page::of(
        &mut sessions,
        query.limit,
        |session| cursors.after(&session.id),
        |session| SessionView::new(session, caller.0.session_id),
    );
    page.respond(&request, SESSION_BYTES)
}

/// End a session
///
/// One of your own: of a device that you lost, for example.
#[utoipa::path(
    tag = "auth",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The session")),
    responses((status = 204, description = "It has ended"), RevokeProblems),
)]
#[delete("/auth/sessions/{id}")]
pub(crate) async fn revoke_session(
    state: web::Data<ApiState>,
    caller: SignedIn,
    id: Id,
) -> Result<HttpResponse, Problem> {
    state.services.revoke_session(caller.0, id.0).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// How many sessions were ended.
#[derive(Debug, Serialize, ToSchema)]
struct Revoked {
    /// The number.
    revoked: usize,
}

/// End all other sessions
///
/// Every session of yours but that of the access token.
#[utoipa::path(
    tag = "auth",
    security(("bearer" = [])),
    responses((status = 200, description = "They have ended", body = Revoked), RevokeOthersProblems),
)]
#[post("/auth/sessions/revoke-others")]
pub(crate) async fn revoke_other_sessions(
    state: web::Data<ApiState>,
    caller: SignedIn,
) -> Result<HttpResponse, Problem> {
    let revoked = state.services.revoke_other_sessions(caller.0).await?;
    json_response(StatusCode::OK, &Revoked { revoked })
}
