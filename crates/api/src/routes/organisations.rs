//! The caller's organisation: look at it, rename it, delete it.

use actix_web::{HttpRequest, HttpResponse, delete, get, patch, web};
use arbitragevault_services::persistence::organisations::Organisation;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use crate::caller::{Caller, OrganisationRead, OrganisationWrite, OwnershipWrite};
use crate::extract::{Body, IfMatch, IfMatchHeader};
use crate::problem::{Problem, problems};
use crate::state::ApiState;
use crate::wire::tagged;

problems!(ReadProblems: Unavailable);
problems!(
    RenameProblems: MalformedBody, InvalidParameter, PreconditionFailed, PayloadTooLarge, UnsupportedMediaType, ValidationFailed,
    PreconditionRequired, Unavailable
);
problems!(DeleteProblems: Conflict, Unavailable);

/// An organisation: those who work together on the same lists.
#[derive(Debug, Serialize, ToSchema)]
struct OrganisationView<'a> {
    /// Its id.
    id: Uuid,
    /// Its name.
    name: &'a str,
    /// Its name in addresses.
    #[schema(example = "default")]
    slug: &'a str,
    /// When it was made.
    created_at: DateTime<Utc>,
}

fn answer(request: &HttpRequest, organisation: &Organisation) -> Result<HttpResponse, Problem> {
    let view = OrganisationView {
        id: organisation.id,
        name: &organisation.name,
        slug: &organisation.slug,
        created_at: organisation.created_at,
    };
    tagged(request, organisation.version, &view)
}

/// Read the organisation
///
/// The one for which the credential acts.
#[utoipa::path(
    tag = "organisations",
    security(("bearer" = ["organisation:read"])),
    responses((status = 200, description = "The organisation", body = OrganisationView<'_>), ReadProblems),
)]
#[get("/organisations/current")]
pub(crate) async fn read_organisation(
    request: HttpRequest,
    state: web::Data<ApiState>,
    caller: Caller<OrganisationRead>,
) -> Result<HttpResponse, Problem> {
    answer(&request, &state.services.organisation(caller.0).await?)
}

/// What to change of an organisation.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct OrganisationChange {
    /// Its new name, 1 to 100 characters.
    #[validate(length(min = 1, max = 100))]
    #[schema(min_length = 1, max_length = 100, example = "Riverside Books")]
    name: String,
}

/// Rename the organisation
#[utoipa::path(
    tag = "organisations",
    security(("bearer" = ["organisation:write"])),
    params(IfMatchHeader),
    request_body = OrganisationChange,
    responses((status = 200, description = "The organisation", body = OrganisationView<'_>), RenameProblems),
)]
#[patch("/organisations/current")]
pub(crate) async fn rename_organisation(
    request: HttpRequest,
    state: web::Data<ApiState>,
    caller: Caller<OrganisationWrite>,
    seen: IfMatch,
    Body(change): Body<OrganisationChange>,
) -> Result<HttpResponse, Problem> {
    let renamed = state
        .services
        .rename_organisation(caller.0, &change.name, &seen.0);
    answer(&request, &renamed.await?)
}

/// Delete the organisation
///
/// With its batches, analyses, keys, invitations and memberships; work on it ends. The default organisation cannot be deleted.
#[utoipa::path(
    tag = "organisations",
    security(("bearer" = ["ownership:write"])),
    responses((status = 204, description = "It is gone"), DeleteProblems),
)]
#[delete("/organisations/current")]
pub(crate) async fn delete_organisation(
    state: web::Data<ApiState>,
    caller: Caller<OwnershipWrite>,
) -> Result<HttpResponse, Problem> {
    state.services.delete_organisation(caller.0).await?;
    Ok(HttpResponse::NoContent().finish())
}
