//! Requests a minute: counted for the address before anything else is done, for the credential as soon as it is known.
//!
//! What it came to stands in the headers of every answer, as draft-ietf-httpapi-ratelimit-headers has it; only an answer to a request
//! that panicked or was given up is without. While nothing is limited nothing is done.

use std::fmt::Write as _;
use std::future::{Ready, ready};
use std::rc::Rc;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::{Error, HttpMessage as _, HttpRequest, web};
use arbitragevault_services::limits::{RequestQuota, Standing, Subject};
use futures_util::future::LocalBoxFuture;

use super::address::client_address;
use crate::problem::{Problem, ProblemKind};
use crate::state::ApiState;

/// How the subjects of a request stand: `"key";r=599;t=1`.
pub(crate) const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// What their quotas are: `"key";q=600;w=60`.
pub(crate) const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// The middleware.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RequestLimit;

impl<S, B> Transform<S, ServiceRequest> for RequestLimit
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = RequestLimitService<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, Self::InitError>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(RequestLimitService {
            service: Rc::new(service),
        }))
    }
}

pub(crate) struct RequestLimitService<S> {
    service: Rc<S>,
}

impl<S, B> Service<ServiceRequest> for RequestLimitService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self::Response, Self::Error>>;

    forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let service = Rc::clone(&self.service);
        Box::pin(async move {
            let of_address = count_address(&request).await;
            let refusal = of_address.as_ref().and_then(refusal);
            let mut response = match refusal {
                Some(problem) => request.error_response(problem).map_into_right_body(),
                None => service.call(request).await?.map_into_left_body(),
            };
            let of_caller = response.request().extensions().get().copied();
            let of_caller = of_caller.map(|OfCaller(standing)| standing);
            let standings = [of_caller, of_address];
            tell(response.headers_mut(), standings.iter().flatten());
            Ok(response)
        })
    }
}

/// How the caller of a request stands, on its way to the headers.
#[derive(Clone, Copy)]
struct OfCaller(Standing);

async fn count_address(request: &ServiceRequest) -> Option<Standing> {
    let state = request.app_data::<web::Data<ApiState>>()?;
    let trusted = state.settings.trusted_proxies;
    let address = client_address(request.headers(), request.peer_addr(), trusted)?;
    let limits = &state.services.shared.limits;
    limits
        .count(Subject::address(address), RequestQuota::Server)
        .await
}

/// Counts a request for its caller.
///
/// # Errors
/// [`ProblemKind::RateLimited`] when he has asked too much.
pub(crate) async fn count_caller(
    request: &HttpRequest,
    state: &ApiState,
    (subject, quota): (Subject, RequestQuota),
) -> Result<(), Problem> {
    let limits = &state.services.shared.limits;
    let Some(standing) = limits.count(subject, quota).await else {
        return Ok(());
    };
    request.extensions_mut().insert(OfCaller(standing));
    refusal(&standing).map_or(Ok(()), Err)
}

fn refusal(standing: &Standing) -> Option<Problem> {
    let wait = standing.refused_for?;
    let whose = standing.policy.as_str();
    let detail = format!(
        "more than {} requests came within a minute for this {whose}",
        standing.quota
    );
    Some(Problem::new(ProblemKind::RateLimited, detail).with_retry_after(wait))
}

fn tell<'a>(headers: &mut HeaderMap, standings: impl Iterator<Item = &'a Standing>) {
    let (mut limits, mut policies) = (String::new(), String::new());
    for standing in standings {
        if !limits.is_empty() {
            limits.push_str(", ");
            policies.push_str(", ");
        }
        let policy = standing.policy.as_str();
        let whole_after = standing.whole_after().as_secs();
        // Writing to a string never fails.
        let _ = write!(
            limits,
            r#""{policy}";r={};t={whole_after}"#,
            standing.remaining
        );
        let _ = write!(policies, r#""{policy}";q={};w=60"#, standing.quota);
    }
    for (name, value) in [(RATE_LIMIT, limits), (RATE_LIMIT_POLICY, policies)] {
        if let Ok(value) = HeaderValue::try_from(value)
            && !value.is_empty()
        {
            headers.insert(name, value);
        }
    }
}
