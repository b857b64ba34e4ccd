//! Requests that are sent again with the same `Idempotency-Key` (ADR 13).
//!
//! A middleware around `/api/v1`, active for POST with the header only. The work behind it runs to its end even when the client goes away
//! or the time of the request is over: that is when the client sends it again, and is to hear what became of it.

mod answer;
mod operations;

use std::future::{Ready, ready};
use std::rc::Rc;
use std::time::Duration;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Payload, Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::http::Method;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName};
use actix_web::{Error, FromRequest, HttpMessage as _, HttpRequest, HttpResponse, web};
use arbitragevault_services::access::Permission;
use arbitragevault_services::idempotency::{
    Admission, Attempt, Fingerprint, IdempotencyKey, MAX_KEY_CHARS,
};
use futures_util::future::{Either, LocalBoxFuture, MapOk};
use futures_util::{FutureExt as _, TryFutureExt as _};
use tracing::Instrument as _;
use uuid::Uuid;

use crate::caller::{KnownCaller, caller_of};
use crate::problem::{FieldError, Place, Problem, ProblemKind, of_error};
use crate::state::ApiState;

pub(crate) use operations::{IdempotentOperations, describe};

/// The header by which a client names a request.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The header of an answer that was given before.
const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// What the work may take beyond the time of a request: it was begun before, and its end is to be stored.
const GRACE: Duration = Duration::from_secs(5);

/// What the lease holds beyond that: to store the answer, and for clocks that differ.
const LEASE_MARGIN: Duration = Duration::from_secs(5);

/// When to ask again for a request that is at work: most take less.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// The id for what a request makes. It is the same at every attempt at one idempotent request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewId(pub(crate) Uuid);

impl FromRequest for NewId {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let known = request.extensions().get::<Self>().copied();
        ready(Ok(known.unwrap_or_else(|| Self(Uuid::now_v7()))))
    }
}

/// The middleware.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Idempotency;

impl<S, B> Transform<S, ServiceRequest> for Idempotency
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = IdempotencyService<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(IdempotencyService {
            service: Rc::new(service),
        }))
    }
}

pub(crate) struct IdempotencyService<S> {
    service: Rc<S>,
}

/// What a service answers.
type Answered<B> = Result<ServiceResponse<B>, Error>;

/// The answer to a request that is passed on as it is, which costs no allocation.
type PassedOn<F, B> = MapOk<F, fn(ServiceResponse<B>) -> ServiceResponse<EitherBody<B>>>;

impl<S, B> Service<ServiceRequest> for IdempotencyService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = Either<PassedOn<S::Future, B>, LocalBoxFuture<'static, Answered<EitherBody<B>>>>;

    forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let is_named =
            request.method() == Method::POST && request.headers().contains_key(IDEMPOTENCY_KEY);
        let permission = if is_named {
            operations::permission_of(request.request())
        } else {
            None
        };
        match permission {
            None => {
                let as_left: fn(_) -> _ = ServiceResponse::map_into_left_body;
                Either::Left(self.service.call(request).map_ok(as_left))
            }
            Some(permission) => {
                let service = Rc::clone(&self.service);
                let answered = async move {
                    let answered = once(service, request, permission).await?;
                    Ok(answered.map_into_right_body())
                };
                Either::Right(answered.boxed_local())
            }
        }
    }
}

/// Does a request unless it was done.
async fn once<S, B>(
    service: Rc<S>,
    mut request: ServiceRequest,
    permission: Permission,
) -> Result<ServiceResponse, Error>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    let attempt = match admit(&mut request, permission).await {
        Ok(Ok(attempt)) => attempt,
        Ok(Err(answer)) => return Ok(request.into_response(answer)),
        Err(problem) => return Ok(request.error_response(problem)),
    };
    request.extensions_mut().insert(NewId(attempt.object_id));
    // A task of its own goes on when this future is dropped.
    let work = work(service, request, attempt).in_current_span();
    match actix_web::rt::spawn(work).await {
        Ok(answered) => answered,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(error) => Err(Problem::internal(error).into()),
        },
    }
}

/// The attempt that is to do the request, or the answer of the one that has done it.
async fn admit(
    request: &mut ServiceRequest,
    permission: Permission,
) -> Result<Result<Attempt, HttpResponse>, Problem> {
    let key = key(request.request())?;
    let caller = caller_of(request.request()).await?;
    caller.require(permission)?;
    request.extensions_mut().insert(KnownCaller(caller));
    let fingerprint = fingerprint(request).await?;
    let state = state(request.request())?;
    let admission = state
        .services
        .admit(caller, key, fingerprint, lease(&state))
        .await?;
    match admission {
        Admission::Begin(attempt) => Ok(Ok(attempt)),
        Admission::Done(done) => answer::replay(done).map(Err),
        Admission::AtWork => {
            let detail = "a request with this Idempotency-Key is being done";
            let problem = Problem::new(ProblemKind::IdempotencyKeyInUse, detail);
            Err(problem.with_retry_after(RETRY_AFTER))
        }
        Admission::OtherRequest => Err(Problem::new(
            ProblemKind::IdempotencyKeyReused,
            "this Idempotency-Key was sent with another request: give every request a key of its own",
        )),
    }
}

/// Does the request, and keeps what became of it.
async fn work<S, B>(
    service: Rc<S>,
    request: ServiceRequest,
    attempt: Attempt,
) -> Result<ServiceResponse, Error>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    let state = state(request.request())?;
    let limit = state.settings.request_timeout + GRACE;
    let answered = match tokio::time::timeout(limit, service.call(request)).await {
        Ok(answered) => answered,
        Err(elapsed) => Err(Problem::internal(elapsed).into()),
    };
    let status = match &answered {
        Ok(response) => response.status(),
        Err(error) => error.as_response_error().status_code(),
    };
    let (answered, kept) = if status.is_success() {
        let (response, done) = answer::read(answered?).await?;
        let kept = state.services.keep_answer(&attempt, &done).await;
        (Ok(response), kept)
    } else {
        let kept = if status.is_client_error() {
            state.services.free_key(&attempt).await
        } else {
            state.services.leave_key(&attempt).await
        };
        (answered.map(ServiceResponse::map_into_boxed_body), kept)
    };
    if let Err(error) = kept {
        tracing::warn!(
            error = %arbitragevault_services::error::chain(&error),
            "what became of a request with an Idempotency-Key could not be stored; its key is free when its lease ends"
        );
    }
    answered
}

fn state(request: &HttpRequest) -> Result<web::Data<ApiState>, Problem> {
    let state = request.app_data::<web::Data<ApiState>>();
    state
        .cloned()
        .ok_or_else(|| Problem::internal("the application has no state"))
}

/// How long an attempt may hold its key when nobody ends it.
fn lease(state: &ApiState) -> Duration {
    state.settings.request_timeout + GRACE + LEASE_MARGIN
}

fn key(request: &HttpRequest) -> Result<IdempotencyKey, Problem> {
    let mut headers = request.headers().get_all(IDEMPOTENCY_KEY);
    let key = headers.next().and_then(|header| header.to_str().ok());
    let key = key.filter(|_| headers.next().is_none());
    key.and_then(IdempotencyKey::parse).ok_or_else(|| {
        let errors = vec![FieldError {
            place: Place::Header("Idempotency-Key".to_owned()),
            code: "INVALID_VALUE".into(),
            detail: format!(
                "must be sent once, with 1 to {MAX_KEY_CHARS} visible ASCII characters"
            ),
        }];
        Problem::invalid(ProblemKind::InvalidParameter, errors)
    })
}

/// What the request asks for. Its body is read, unpacked where it was compressed, and put back.
async fn fingerprint(request: &mut ServiceRequest) -> Result<Fingerprint, Problem> {
    let (head, payload) = request.parts_mut();
    let body = web::Bytes::from_request(head, payload).await;
    let body = body.map_err(|error| of_error(&error))?;
    request.headers_mut().remove(CONTENT_ENCODING);
    request.set_payload(Payload::from(body.clone()));
    let content_type = request.headers().get(CONTENT_TYPE);
    let content_type = content_type.map(|value| value.as_bytes().to_vec());
    // Without the host, which HTTP/2 has there and HTTP/1.1 has not.
    let target = request.uri().path_and_query().map(ToString::to_string);
    // Off the worker's thread: a body may have megabytes.
    let fingerprint = web::block(move || {
        Fingerprint::of(&[
            Method::POST.as_str().as_bytes(),
            target.unwrap_or_default().as_bytes(),
            &content_type.unwrap_or_default(),
            &body,
        ])
    });
    fingerprint.await.map_err(Problem::internal)
}

#[cfg(test)]
mod tests {
    use actix_web::test::{TestRequest, init_service};

    use crate::app;
    use crate::settings::HttpSettings;
    use crate::testing::{response_text, unreachable_state};

    /// The answer to a POST under a key, as text.
    async fn answer(settings: &HttpSettings, path: &str, key: &str) -> String {
        let app = init_service(app(settings, unreachable_state(settings))).await;
        let request = TestRequest::post()
            .uri(path)
            .insert_header(("idempotency-key", key))
            .insert_header(("content-type", "application/json"))
            .set_payload(r#"{"items": ["9789999500005"]}"#);
        response_text(&app, request).await
    }

    #[actix_web::test]
    async fn a_key_is_read_before_the_caller_and_the_caller_before_the_database() {
        let open = HttpSettings {
            auth_required: false,
            ..HttpSettings::default()
        };
        let closed = HttpSettings::default();
        for (settings, key, status, code) in [
            (&closed, "two words", "400 ", "INVALID_PARAMETER"),
            (&closed, "key-1", "401 ", "UNAUTHENTICATED"),
            (&open, "key-1", "503 ", "UNAVAILABLE"),
        ] {
            let answered = answer(settings, "/api/v1/batches", key).await;
            assert!(answered.starts_with(status), "{answered}");
            assert!(answered.contains(code), "{answered}");
        }
    }

    #[actix_web::test]
    async fn an_operation_that_takes_no_key_does_not_look_at_it() {
        let open = HttpSettings {
            auth_required: false,
            ..HttpSettings::default()
        };
        let answered = answer(&open, "/api/v1/calculator/fees", "two words").await;
        assert!(answered.starts_with("422 "), "{answered}");
    }
}
