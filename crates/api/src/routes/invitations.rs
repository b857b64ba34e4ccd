//! Invitations into the caller's organisation: make one, list them, take one back, accept one.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use arbitragevault_services::access::Role;
use arbitragevault_services::persistence::invitations::Invitation;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use crate::caller::{AccountWrite, Caller, InvitationsRead, InvitationsWrite};
use crate::extract::{Body, Id, Query};
use crate::problem::{Problem, problems};
use crate::state::ApiState;
use crate::wire::{Cursor, Page, PageQuery, json_response, located, shown_once};

problems!(
    CreateProblems: MalformedBody, IdempotentSecretShown, PayloadTooLarge, UnsupportedMediaType, ValidationFailed, Unavailable
);
problems!(ListProblems: InvalidParameter, InvalidCursor, ValidationFailed, Unavailable);
problems!(TakeBackProblems: InvalidParameter, NotFound, Unavailable);
problems!(
    AcceptProblems: MalformedBody, NotFound, Conflict, PayloadTooLarge, UnsupportedMediaType, ValidationFailed, Unavailable
);

/// Bytes of an invitation in a list.
const INVITATION_BYTES: usize = 350;

/// An invitation. Its token was shown when it was made, and is stored nowhere.
#[derive(Debug, Serialize, ToSchema)]
struct InvitationView<'a> {
    /// Its id.
    id: Uuid,
    /// The organisation that it leads into.
    organisation_id: Uuid,
    /// The address of who is invited.
    #[schema(example = "ann@example.com")]
    email: &'a str,
    /// The role that it gives.
    #[schema(value_type = Role)]
    role: &'a str,
    /// Who invited; null when that user is gone.
    invited_by: Option<Uuid>,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// From when on it is refused.
    expires_at: DateTime<Utc>,
    /// When it was accepted; null when it was not.
    accepted_at: Option<DateTime<Utc>>,
}

impl<'a> From<&'a Invitation> for InvitationView<'a> {
    fn from(invitation: &'a Invitation) -> Self {
        Self {
            id: invitation.id,
            organisation_id: invitation.organisation_id,
            email: &invitation.email,
            role: &invitation.role,
            invited_by: invitation.invited_by,
            created_at: invitation.created_at,
            expires_at: invitation.expires_at,
            accepted_at: invitation.accepted_at,
        }
    }
}

/// An invitation that was made, with its token.
#[derive(Debug, Serialize, ToSchema)]
struct CreatedInvitation<'a> {
    /// The token by which it is accepted, to be given to who is invited. It is shown only now.
    #[schema(example = "avi_3kTMd9YxGq0pWb7f5hR1sVn8aZc2eJ4uLi6oKx0tQyE")]
    token: &'a str,
    /// What is kept of it.
    #[serde(flatten)]
    kept: InvitationView<'a>,
}

/// Whom to invite.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewInvitation {
    /// The address of who is invited; only the user with this address can accept.
    #[validate(length(min = 3, max = 254))]
    #[schema(min_length = 3, max_length = 254, example = "ann@example.com")]
    email: String,
    /// The role to give.
    role: Role,
}

/// Invite somebody
///
/// The answer shows the token, once; it is valid for seven days and for one use. Only an owner invites owners.
#[utoipa::path(
    tag = "organisations",
    security(("bearer" = ["invitations:write"])),
    request_body = NewInvitation,
    responses(
        (status = 201, description = "The invitation", body = CreatedInvitation<'_>,
            headers(("Location" = String, description = "Where it is taken back"))),
        CreateProblems,
    ),
)]
#[post("/organisations/current/invitations")]
pub(crate) async fn create_invitation(
    state: web::Data<ApiState>,
    caller: Caller<InvitationsWrite>,
    Body(new): Body<NewInvitation>,
) -> Result<HttpResponse, Problem> {
    let invited = state.services.invite(caller.0, &new.email, new.role);
    let (invitation, token) = invited.await?;
    let created = CreatedInvitation {
        token: token.reveal(),
        kept: InvitationView::from(&invitation),
    };
    let location = format!(
        "/api/v1/organisations/current/invitations/{}",
        invitation.id
    );
    let response = json_response(StatusCode::CREATED, &created)?;
    Ok(shown_once(located(response, &location)))
}

/// List the invitations
///
/// Those into the organisation, newest first, accepted and expired ones included.
#[utoipa::path(
    tag = "organisations",
    security(("bearer" = ["invitations:read"])),
    params(PageQuery),
    responses((status = 200, description = "A page", body = Page<InvitationView<'_>>), ListProblems),
)]
#[get("/organisations/current/invitations")]
pub(crate) async fn list_invitations(
    request: HttpRequest,
    state: web::Data<ApiState>,
    caller: Caller<InvitationsRead>,
    Query(query): Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let cursors = Cursor::of(&"invitations");
    let after: Option<Uuid> = cursors.place(query.cursor.as_deref())?;
    let limit = i64::from(query.limit) + 1;
    let mut invitations = state.services.invitations(caller.0, after, limit).await?;
    let page = Page::of(
        &mut invitations,
        query.limit,
        |invitation| cursors.after(&invitation.id),
        InvitationView::from,
    );
    page.respond(&request, INVITATION_BYTES)
}

/// Take an invitation back
///
/// One that nobody has accepted.
#[utoipa::path(
    tag = "organisations",
    security(("bearer" = ["invitations:write"])),
    params(("id" = Uuid, Path, description = "The invitation")),
    responses((status = 204, description = "It is gone"), TakeBackProblems),
)]
#[delete("/organisations/current/invitations/{id}")]
pub(crate) async fn take_back_invitation(
    state: web::Data<ApiState>,
    caller: Caller<InvitationsWrite>,
    id: Id,
) -> Result<HttpResponse, Problem> {
    state.services.take_back_invitation(caller.0, id.0).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What accepts an invitation.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct AcceptedInvitation {
    /// Its token.
    #[validate(length(min = 1, max = 100))]
    #[schema(
        min_length = 1,
        max_length = 100,
        example = "avi_3kTMd9YxGq0pWb7f5hR1sVn8aZc2eJ4uLi6oKx0tQyE"
    )]
    token: String,
}

/// Accept an invitation
///
/// Makes the user of the credential a member of the organisation that the invitation leads into, besides those that the user has.
#[utoipa::path(
    tag = "organisations",
    security(("bearer" = ["account:write"])),
    request_body = AcceptedInvitation,
    responses((status = 200, description = "The accepted invitation", body = InvitationView<'_>), AcceptProblems),
)]
#[post("/invitations/accept")]
pub(crate) async fn accept_invitation(
    state: web::Data<ApiState>,
    caller: Caller<AccountWrite>,
    Body(accepted): Body<AcceptedInvitation>,
) -> Result<HttpResponse, Problem> {
    let invitation = state.services.accept_invitation(caller.0, &accepted.token);
    json_response(StatusCode::OK, &InvitationView::from(&invitation.await?))
}
