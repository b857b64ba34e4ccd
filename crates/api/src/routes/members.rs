//! Members of the caller's organisation: list them, give one another role, remove one.

use actix_web::{HttpRequest, HttpResponse, delete, get, patch, web};
use arbitragevault_services::access::Role;
use arbitragevault_services::persistence::memberships::Member;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use crate::caller::{Caller, MembersRead, MembersWrite};
use crate::extract::{Body, Id, IfMatch, IfMatchHeader, Query};
use crate::problem::{Problem, problems};
use crate::state::ApiState;
use crate::wire::{Cursor, Page, PageQuery, tagged};

problems!(ListProblems: InvalidParameter, InvalidCursor, ValidationFailed, Unavailable);
problems!(
    ChangeProblems: MalformedBody, InvalidParameter, NotFound, Conflict, PreconditionFailed, PayloadTooLarge,
    UnsupportedMediaType, ValidationFailed, PreconditionRequired, Unavailable
);
problems!(RemoveProblems: InvalidParameter, NotFound, Conflict, Unavailable);

/// Bytes of a member in a list.
const MEMBER_BYTES: usize = 250;

/// A member of the organisation.
#[derive(Debug, Serialize, ToSchema)]
struct MemberView<'a> {
    /// The user.
    user_id: Uuid,
    /// The user's address.
    #[schema(example = "ann@example.com")]
    email: &'a str,
    /// The user's name.
    display_name: &'a str,
    /// What the user may do here.
    #[schema(value_type = Role)]
    role: &'a str,
    /// Since when.
    created_at: DateTime<Utc>,
    /// Its version, which `If-Match` names in quotes when the role is changed.
    version: i32,
}

impl<'a> From<&'a Member> for MemberView<'a> {
    fn from(member: &'a Member) -> Self {
        Self {
            user_id: member.user_id,
            email: &member.email,
            display_name: &member.display_name,
            role: &member.role,
            created_at: member.created_at,
            version: member.version,
        }
    }
}

/// List the members
///
/// Those of the organisation.
#[utoipa::path(
    tag = "organisations",
    security(("bearer" = ["members:read"])),
    params(PageQuery),
    responses((status = 200, description = "A page", body = Page<MemberView<'_>>), ListProblems),
)]
#[get("/organisations/current/members")]
pub(crate) async fn list_members(
    request: HttpRequest,
    state: web::Data<ApiState>,
    caller: Caller<MembersRead>,
    Query(query): Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let cursors = Cursor::of(&"members");
    let after: Option<Uuid> = cursors.place(query.cursor.as_deref())?;
    let limit = i64::from(query.limit) + 1;
    let mut members = state.services.members(caller.0, after, limit).await?;
    let page = Page::of(
        &mut members,
        query.limit,
        |member| cursors.after(&member.user_id),
        MemberView::from,
    );
    page.respond(&request, MEMBER_BYTES)
}

/// What to change of a member.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct MemberChange {
    /// The new role.
    role: Role,
}

/// Change the role of a member
///
/// Only an owner makes and unmakes owners. The last owner stays one.
#[utoipa::path(
    tag = "organisations",
    security(("bearer" = ["members:write"])),
    params(("id" = Uuid, Path, description = "The user"), IfMatchHeader),
    request_body = MemberChange,
    responses((status = 200, description = "The member", body = MemberView<'_>), ChangeProblems),
)]
#[patch("/organisations/current/members/{id}")]
pub(crate) async fn change_member(
    request: HttpRequest,
    state: web::Data<ApiState>,
    caller: Caller<MembersWrite>,
    id: Id,
    seen: IfMatch,
    Body(change): Body<MemberChange>,
) -> Result<HttpResponse, Problem> {
    let services = &state.services;
    let changed = services.set_member_role(caller.0, id.0, change.role, &seen.0);
    let member = changed.await?;
    tagged(&request, member.version, &MemberView::from(&member))
}

/// Remove a member
///
/// The member's keys are gone at once; what the member submitted stays. Only an owner removes owners, and the last owner stays.
#[utoipa::path(
    tag = "organisations",
    security(("bearer" = ["members:write"])),
    params(("id" = Uuid, Path, description = "The user")),
    responses((status = 204, description = "The user is no member any more"), RemoveProblems),
)]
#[delete("/organisations/current/members/{id}")]
pub(crate) async fn remove_member(
    state: web::Data<ApiState>,
    caller: Caller<MembersWrite>,
    id: Id,
) -> Result<HttpResponse, Problem> {
    state.services.remove_member(caller.0, id.0).await?;
    Ok(HttpResponse::NoContent().finish())
}
