//! Signing in, staying signed in, signing out.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, post, web};
use arbitragevault_services::accounts::second_factor::Factor;
use arbitragevault_services::accounts::{Credentials, Secret, SessionTokens};
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use super::client_of;
use super::signed_in::SignedIn;
use super::wire::TokensView;
use crate::extract::Body;
use crate::problem::{Problem, problems};
use crate::state::ApiState;
use crate::wire::json_response;

problems!(
    SignInProblems: MalformedBody, InvalidCredentials, SecondFactorRequired, PayloadTooLarge, UnsupportedMediaType, ValidationFailed,
    TooManyAttempts, Unavailable
);
problems!(
    RefreshProblems: MalformedBody, InvalidRefreshToken, Conflict, PayloadTooLarge, UnsupportedMediaType, ValidationFailed, Unavailable
);
problems!(SignOutProblems: Unauthenticated, Conflict, Unavailable);

/// What somebody signs in with.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct SignIn {
    /// The address.
    #[schema(example = "ada@example.com")]
    email: String,
    /// The password.
    #[schema(value_type = String, format = Password)]
    password: Secret,
    /// The code that the authenticator shows, where the account has a second factor.
    #[schema(value_type = Option<String>, example = "123456")]
    totp_code: Option<Secret>,
    /// A recovery code in its place.
    #[schema(value_type = Option<String>, example = "ABCD-EFGH-IJKL-MNOP")]
    recovery_code: Option<Secret>,
}

/// Sign in
///
/// Begins a session. An account with a second factor is answered with `SECOND_FACTOR_REQUIRED`: send the same again with `totp_code` or
/// `recovery_code`. After five failures the address is locked for a time that doubles, whether it has an account or not.
#[utoipa::path(
    tag = "auth",
    request_body = SignIn,
    responses((status = 200, description = "The tokens of the new session", body = TokensView<'_>), SignInProblems),
)]
#[post("/auth/login")]
pub(crate) async fn sign_in(
    request: HttpRequest,
    state: web::Data<ApiState>,
    Body(given): Body<SignIn>,
) -> Result<HttpResponse, Problem> {
    let totp = given.totp_code.map(Factor::Totp);
    let credentials = Credentials {
        email: given.email,
        password: given.password,
        factor: totp.or(given.recovery_code.map(Factor::Recovery)),
    };
    let client = client_of(&request, &state);
    answer(&state.services.sign_in(credentials, client).await?)
}

fn answer(tokens: &SessionTokens) -> Result<HttpResponse, Problem> {
    json_response(StatusCode::OK, &TokensView::from(tokens))
}

/// What a session goes on with.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct Refresh {
    /// The refresh token that the last answer carried.
    #[schema(value_type = String)]
    refresh_token: Secret,
}

/// Refresh the tokens
///
/// Trades a refresh token for a new access token and a new refresh token. Each is good for one use: one that comes again ends the
/// session (`REFRESH_TOKEN_REUSED`), unless it comes within 10 s, when two requests of one client raced (`REFRESH_RACED`, 409): go on with
/// what the other was given.
#[utoipa::path(
    tag = "auth",
    request_body = Refresh,
    responses((status = 200, description = "The new tokens", body = TokensView<'_>), RefreshProblems),
)]
#[post("/auth/refresh")]
pub(crate) async fn refresh(
    request: HttpRequest,
    state: web::Data<ApiState>,
    Body(given): Body<Refresh>,
) -> Result<HttpResponse, Problem> {
    let client = client_of(&request, &state);
    answer(&state.services.refresh(&given.refresh_token, client).await?)
}

/// Sign out
///
/// Ends the session: its refresh token is good for nothing any more. Its access token is refused by the operations of the account at
/// once, and by all others when it expires.
#[utoipa::path(
    tag = "auth",
    security(("bearer" = [])),
    responses((status = 204, description = "The session has ended"), SignOutProblems),
)]
#[post("/auth/logout")]
pub(crate) async fn sign_out(
    state: web::Data<ApiState>,
    caller: SignedIn,
) -> Result<HttpResponse, Problem> {
    state.services.sign_out(caller.0).await?;
    Ok(HttpResponse::NoContent().finish())
}
