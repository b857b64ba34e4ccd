//! The account itself.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use arbitragevault_services::accounts::{Registration, Secret};
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use super::signed_in::SignedIn;
use super::wire::AccountView;
use crate::extract::Body;
use crate::problem::{Problem, problems};
use crate::state::ApiState;
use crate::wire::json_response;

problems!(
    RegisterProblems: MalformedBody, Conflict, PayloadTooLarge, UnsupportedMediaType, ValidationFailed, Unavailable
);
problems!(ReadProblems: Unauthenticated, Unavailable);

/// What an account is made of.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewAccount {
    /// The address.
    #[schema(example = "ada@example.com")]
    email: String,
    /// 15 to 256 characters; of what sort is up to you.
    #[schema(value_type = String, format = Password, min_length = 15, max_length = 256)]
    password: Secret,
    /// The name for people; without it, what stands before the `@`.
    #[schema(max_length = 100, example = "Ada")]
    display_name: Option<String>,
    /// The name of the organisation; without it, that of the person.
    #[schema(max_length = 100, example = "Ada's books")]
    organisation_name: Option<String>,
}

/// Make an account
///
/// The owner of a new organisation, who can sign in at once. A mail is sent to prove the address. Unlike signing in, this tells whether
/// an address has an account (`EMAIL_TAKEN`).
#[utoipa::path(
    tag = "auth",
    request_body = NewAccount,
    responses((status = 201, description = "The account was made", body = AccountView<'_>), RegisterProblems),
)]
#[post("/auth/register")]
pub(crate) async fn register(
    state: web::Data<ApiState>,
    Body(new): Body<NewAccount>,
) -> Result<HttpResponse, Problem> {
    let registration = Registration {
        email: new.email,
        password: new.password,
        display_name: new.display_name,
        organisation_name: new.organisation_name,
    };
    let profile = state.services.register(registration).await?;
    json_response(StatusCode::CREATED, &AccountView::new(&profile, None))
}

/// Read your account
///
/// The user and the organisation of the access token.
#[utoipa::path(
    tag = "auth",
    security(("bearer" = [])),
    responses((status = 200, description = "The account", body = AccountView<'_>), ReadProblems),
)]
#[get("/auth/me")]
pub(crate) async fn read_account(
    state: web::Data<ApiState>,
    caller: SignedIn,
) -> Result<HttpResponse, Problem> {
    let profile = state.services.profile(caller.0).await?;
    let view = AccountView::new(&profile, caller.0.session_id);
    json_response(StatusCode::OK, &view)
}
