//! Whom the access token of a request is about.

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpRequest, web};
use arbitragevault_services::accounts::{AccountError, TokenSubject, tokens};
use arbitragevault_services::limits::{RequestQuota, Subject};
use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;
use tracing::Span;

use crate::problem::Problem;
use crate::request::count_caller;
use crate::state::ApiState;

/// The subject of `Authorization: Bearer <access token>`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SignedIn(pub(crate) TokenSubject);

impl FromRequest for SignedIn {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        async move {
            let state = request.app_data::<web::Data<ApiState>>();
            let state = state.ok_or_else(|| Problem::internal("the application has no state"))?;
            let token = bearer(&request).ok_or(AccountError::Unauthenticated {
                code: "TOKEN_MISSING",
                detail: "send an access token: Authorization: Bearer <access token>",
            })?;
            let subject = tokens::verify(&state.services, token).await?;
            let counted = (Subject::Account(subject.user_id), RequestQuota::Server);
            count_caller(&request, state, counted).await?;
            Span::current().record("user_id", tracing::field::display(subject.user_id));
            Ok(Self(subject))
        }
        .boxed_local()
    }
}

fn bearer(request: &HttpRequest) -> Option<&str> {
    let value = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
