//! The address of an account.

use actix_web::{HttpResponse, post, web};
use arbitragevault_services::accounts::Secret;
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use super::signed_in::SignedIn;
use crate::extract::Body;
use crate::problem::{Problem, problems};
use crate::state::ApiState;

problems!(
    VerifyProblems: MalformedBody, PayloadTooLarge, UnsupportedMediaType, ValidationFailed, Unavailable
);
problems!(ResendProblems: Unauthenticated, Conflict, TooManyAttempts, Unavailable);

/// The proof of an address.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct EmailProof {
    /// The token of the mail.
    #[schema(value_type = String)]
    token: Secret,
}

/// Prove an address
///
/// With the token of the mail, which is good for one use within 48 hours.
#[utoipa::path(
    tag = "auth",
    request_body = EmailProof,
    responses((status = 204, description = "The address is proved"), VerifyProblems),
)]
#[post("/auth/email/verify")]
pub(crate) async fn verify_email(
    state: web::Data<ApiState>,
    Body(proof): Body<EmailProof>,
) -> Result<HttpResponse, Problem> {
    state.services.verify_email(&proof.token).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Send the mail to prove an address again
///
/// At most once a minute. The token of an earlier mail is good for nothing any more.
#[utoipa::path(
    tag = "auth",
    security(("bearer" = [])),
    responses((status = 202, description = "The mail is on its way"), ResendProblems),
)]
#[post("/auth/email/resend")]
pub(crate) async fn resend_verification(
    state: web::Data<ApiState>,
    caller: SignedIn,
) -> Result<HttpResponse, Problem> {
    state.services.resend_verification(caller.0).await?;
    Ok(HttpResponse::Accepted().finish())
}
