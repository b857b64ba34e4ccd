//! The password of an account.

use actix_web::{HttpResponse, post, put, web};
use arbitragevault_services::accounts::Secret;
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use super::signed_in::SignedIn;
use crate::extract::Body;
use crate::problem::{Problem, problems};
use crate::state::ApiState;

problems!(
    ForgetProblems: MalformedBody, PayloadTooLarge, UnsupportedMediaType, ValidationFailed, Unavailable
);
problems!(
    ChangeProblems: MalformedBody, Unauthenticated, PayloadTooLarge, UnsupportedMediaType, ValidationFailed, TooManyAttempts,
    Unavailable
);

/// Whose password was forgotten.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct Forgotten {
    /// The address.
    #[schema(example = "ada@example.com")]
    email: String,
}

/// Ask for a new password
///
/// Sends a mail to the address when it has an account; the answer is the same when it has none.
#[utoipa::path(
    tag = "auth",
    request_body = Forgotten,
    responses((status = 202, description = "If there is such an account, a mail is on its way"), ForgetProblems),
)]
#[post("/auth/password/forgot")]
pub(crate) async fn forget_password(
    state: web::Data<ApiState>,
    Body(forgotten): Body<Forgotten>,
) -> Result<HttpResponse, Problem> {
    state.services.forget_password(&forgotten.email);
    Ok(HttpResponse::Accepted().finish())
}

/// A new password in the place of a forgotten one.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct Reset {
    /// The token of the mail.
    #[schema(value_type = String)]
    token: Secret,
    /// The new password.
    #[schema(value_type = String, format = Password, min_length = 15, max_length = 256)]
    password: Secret,
}

/// Set a new password
///
/// With the token of the mail, which is good for one use within an hour. Every session ends.
#[utoipa::path(
    tag = "auth",
    request_body = Reset,
    responses((status = 204, description = "The password is set"), ForgetProblems),
)]
#[post("/auth/password/reset")]
pub(crate) async fn reset_password(
    state: web::Data<ApiState>,
    Body(reset): Body<Reset>,
) -> Result<HttpResponse, Problem> {
    state
        .services
        .reset_password(&reset.token, reset.password)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Another password.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct PasswordChange {
    /// The password until now.
    #[schema(value_type = String, format = Password)]
    current_password: Secret,
    /// The password from now on.
    #[schema(value_type = String, format = Password, min_length = 15, max_length = 256)]
    new_password: Secret,
}

/// Change the password
///
/// Every other session ends.
#[utoipa::path(
    tag = "auth",
    security(("bearer" = [])),
    request_body = PasswordChange,
    responses((status = 204, description = "The password is changed"), ChangeProblems),
)]
#[put("/auth/password")]
pub(crate) async fn change_password(
    state: web::Data<ApiState>,
    caller: SignedIn,
    Body(change): Body<PasswordChange>,
) -> Result<HttpResponse, Problem> {
    state
        .services
        .change_password(caller.0, change.current_password, change.new_password)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
