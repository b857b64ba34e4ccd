//! The second factor of an account.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post, web};
use arbitragevault_services::accounts::Secret;
use arbitragevault_services::accounts::second_factor::Factor;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::signed_in::SignedIn;
use crate::extract::Body;
use crate::problem::{FieldError, Place, Problem, ProblemKind, problems};
use crate::state::ApiState;
use crate::wire::json_response;

problems!(EnrolProblems: Unauthenticated, Conflict, Unavailable);
problems!(
    ProveProblems: MalformedBody, Unauthenticated, Conflict, PayloadTooLarge, UnsupportedMediaType, ValidationFailed, TooManyAttempts,
    Unavailable
);

/// A second factor to be confirmed.
#[derive(Serialize, ToSchema)]
struct EnrolmentView<'a> {
    /// The secret in base32, to be typed into an authenticator.
    #[schema(example = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")]
    secret: &'a str,
    /// The same as an address, to be shown as a QR code.
    #[schema(example = "otpauth://totp/ArbitrageVault:ada@example.com?secret=…")]
    otpauth_uri: &'a str,
}

/// Enrol a second factor
///
/// It is asked for once it is confirmed; until then, enrolling again replaces it.
#[utoipa::path(
    tag = "auth",
    security(("bearer" = [])),
    responses((status = 201, description = "The secret, shown this once", body = EnrolmentView<'_>), EnrolProblems),
)]
#[post("/auth/totp/enrol")]
pub(crate) async fn enrol_second_factor(
    state: web::Data<ApiState>,
    caller: SignedIn,
) -> Result<HttpResponse, Problem> {
    let enrolment = state.services.enrol_second_factor(caller.0).await?;
    let view = EnrolmentView {
        secret: enrolment.secret.expose(),
        otpauth_uri: enrolment.uri.expose(),
    };
    json_response(StatusCode::CREATED, &view)
}

/// The first code.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct Confirmation {
    /// The code that the authenticator shows.
    #[schema(value_type = String, example = "123456")]
    totp_code: Secret,
}

/// The recovery codes.
#[derive(Serialize, ToSchema)]
struct RecoveryCodes<'a> {
    /// Each is good for one use in the place of a code.
    #[schema(example = json!(["ABCD-EFGH-IJKL-MNOP"]))]
    recovery_codes: Vec<&'a str>,
}

/// Confirm the second factor
///
/// From now on signing in asks for it.
#[utoipa::path(
    tag = "auth",
    security(("bearer" = [])),
    request_body = Confirmation,
    responses((status = 200, description = "The recovery codes, shown this once", body = RecoveryCodes<'_>), ProveProblems),
)]
#[post("/auth/totp/confirm")]
pub(crate) async fn confirm_second_factor(
    state: web::Data<ApiState>,
    caller: SignedIn,
    Body(confirmation): Body<Confirmation>,
) -> Result<HttpResponse, Problem> {
    let codes = state
        .services
        .confirm_second_factor(caller.0, confirmation.totp_code)
        .await?;
    let view = RecoveryCodes {
        recovery_codes: codes.iter().map(Secret::expose).collect(),
    };
    json_response(StatusCode::OK, &view)
}

/// The proof that somebody has the second factor: one of the two.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct Proof {
    /// The code that the authenticator shows.
    #[schema(value_type = Option<String>, example = "123456")]
    totp_code: Option<Secret>,
    /// A recovery code in its place.
    #[schema(value_type = Option<String>)]
    recovery_code: Option<Secret>,
}

/// Disable the second factor
///
/// With a code of it, or a recovery code.
#[utoipa::path(
    tag = "auth",
    security(("bearer" = [])),
    request_body = Proof,
    responses((status = 204, description = "It is not asked for any more"), ProveProblems),
)]
#[post("/auth/totp/disable")]
pub(crate) async fn disable_second_factor(
    state: web::Data<ApiState>,
    caller: SignedIn,
    Body(proof): Body<Proof>,
) -> Result<HttpResponse, Problem> {
    let totp = proof.totp_code.map(Factor::Totp);
    let factor = totp.or(proof.recovery_code.map(Factor::Recovery));
    let factor = factor.ok_or_else(|| {
        let error = FieldError {
            place: Place::Pointer("/totp_code".to_owned()),
            code: "MISSING_FIELD".into(),
            detail: "give totp_code or recovery_code".to_owned(),
        };
        Problem::invalid(ProblemKind::ValidationFailed, vec![error])
    })?;
    state
        .services
        .disable_second_factor(caller.0, factor)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
