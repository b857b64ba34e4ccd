//! The one middleware around every request.
//!
//! It is our own and not `tracing-actix-web`, because it also writes problem documents, turns panics and overlong requests into
//! them, and must cost little enough for `/health`: one allocation for the id, one for the future, none for the log line when
//! nobody reads it.

use std::any::Any;
use std::future::{Ready, ready};
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::time::{Duration, Instant};

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::error::InternalError;
use actix_web::http::header::{self, HeaderMap};
use actix_web::http::{Method, StatusCode, Uri};
use actix_web::{Error, HttpResponse};
use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;
use tokio::time::error::Elapsed;
use tracing::{Instrument as _, Span, field};

use super::headers;
use super::id::{RequestId, X_REQUEST_ID};
use super::measure::RouteTimes;
use crate::problem::{Problem, ProblemKind, of_error, of_status};

/// The middleware: request id, span, access log, metrics, time limit, panics, problem documents, security headers.
#[derive(Clone)]
pub(crate) struct RequestContext {
    timeout: Duration,
    route_of: RouteOf,
    describes_spans: bool,
}

/// The pattern of a path, for a request that is gone.
type RouteOf = Rc<dyn Fn(&str) -> Option<String>>;

impl RequestContext {
    /// With the longest time that a request may take until its response begins.
    pub(crate) fn new(timeout: Duration) -> Self {
        Self {
            timeout,
            route_of: Rc::new(|_| None),
            describes_spans: false,
        }
    }

    /// Says in the span of a request what became of it, for traces.
    pub(crate) fn describing_spans(self, describes_spans: bool) -> Self {
        Self {
            describes_spans,
            ..self
        }
    }

    /// Knows the patterns of paths, so that a request that panicked or was given up is counted under its route.
    pub(crate) fn with_routes(self, route_of: impl Fn(&str) -> Option<String> + 'static) -> Self {
        Self {
            route_of: Rc::new(route_of),
            ..self
        }
    }
}

impl<S, B> Transform<S, ServiceRequest> for RequestContext
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = RequestContextService<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, Self::InitError>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(RequestContextService {
            service: Rc::new(service),
            timeout: self.timeout,
            route_of: Rc::clone(&self.route_of),
            times: Rc::default(),
            describes_spans: self.describes_spans,
        }))
    }
}

pub(crate) struct RequestContextService<S> {
    service: Rc<S>,
    timeout: Duration,
    route_of: RouteOf,
    times: Rc<RouteTimes>,
    describes_spans: bool,
}

impl<S, B> Service<ServiceRequest> for RequestContextService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self::Response, Self::Error>>;

    forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let about = About::of(&request);
        let name = self.describes_spans.then(|| about.name(&self.route_of));
        let span = about.span(name.as_deref());
        let service = Rc::clone(&self.service);
        let (timeout, describes_spans) = (self.timeout, self.describes_spans);
        let (route_of, times) = (Rc::clone(&self.route_of), Rc::clone(&self.times));
        let answered = async move {
            // The inner call runs in here too, since a panic may come before the first await.
            let inner = AssertUnwindSafe(async move { service.call(request).await }).catch_unwind();
            let outcome = tokio::time::timeout(timeout, inner).await;
            let answer = about.finish(outcome, timeout);
            let (status, route) = match &answer {
                Ok(response) => (response.status(), response.request().match_pattern()),
                Err(error) => (
                    error.as_response_error().status_code(),
                    route_of(about.uri.path()),
                ),
            };
            let took = about.started.elapsed();
            times.record(&about.method, route.as_deref(), status, took);
            about.log(status, route.as_deref(), took);
            // After the log, whose lines hold every field of the span.
            if describes_spans {
                about.describe(&Span::current(), status, route.as_deref());
            }
            answer
        };
        // Entering a span that nobody listens to costs nothing, but wrapping the future would.
        if span.is_disabled() {
            Box::pin(answered)
        } else {
            Box::pin(answered.instrument(span))
        }
    }
}

/// What must be known of a request when it is over. The request itself cannot be kept: the router needs it for its own.
struct About {
    id: RequestId,
    method: Method,
    uri: Uri,
    over_tls: bool,
    started: Instant,
}

/// The answer of the inner service, unless it panicked, unless it took too long.
type Caught<T> = Result<Result<Result<T, Error>, Box<dyn Any + Send>>, Elapsed>;

impl About {
    fn of(request: &ServiceRequest) -> Self {
        let head = request.head();
        Self {
            id: RequestId::of(&head.headers),
            method: head.method.clone(),
            uri: head.uri.clone(),
            over_tls: headers::came_over_tls(&head.headers),
            started: Instant::now(),
        }
    }

    /// Probes and Prometheus come every few seconds and say nothing: they are logged for debugging only.
    fn is_probe(&self) -> bool {
        matches!(self.uri.path(), "/health" | "/metrics")
    }

    /// The name of the span in traces: method and route. A trace takes it at the begin only, before the router has found the route.
    fn name(&self, route_of: &RouteOf) -> String {
        let method = self.method.as_str();
        route_of(self.uri.path())
            .map_or_else(|| method.to_owned(), |route| format!("{method} {route}"))
    }

    fn span(&self, name: Option<&str>) -> Span {
        macro_rules! request_span {
            ($level:expr) => {
                tracing::span!(
                    $level,
                    "request",
                    request_id = self.id.as_str(),
                    user_id = field::Empty,
                    otel.name = name,
                    otel.kind = name.map(|_| "server"),
                    otel.status_code = field::Empty,
                    http.request.method = field::Empty,
                    http.route = field::Empty,
                    http.response.status_code = field::Empty,
                )
            };
        }
        if self.is_probe() {
            request_span!(tracing::Level::DEBUG)
        } else {
            request_span!(tracing::Level::INFO)
        }
    }

    /// Says in the span what became of the request, in the words of OpenTelemetry's conventions for HTTP servers.
    fn describe(&self, span: &Span, status: StatusCode, route: Option<&str>) {
        span.record("http.request.method", self.method.as_str());
        span.record("http.response.status_code", status.as_u16());
        if let Some(route) = route {
            span.record("http.route", route);
        }
        if status.is_server_error() {
            span.record("otel.status_code", "ERROR");
        }
    }

    fn finish<B: MessageBody>(
        &self,
        outcome: Caught<ServiceResponse<B>>,
        timeout: Duration,
    ) -> Result<ServiceResponse<EitherBody<B>>, Error> {
        let problem = match outcome {
            Ok(Ok(Ok(response))) => return Ok(self.finish_response(response)),
            Ok(Ok(Err(error))) => match error.as_error::<Problem>() {
                Some(problem) => return Err(self.finish_without_request(problem)),
                None => of_error(&error),
            },
            Ok(Err(panic)) => Problem::internal(format!("panic: {}", message_of(&*panic))),
            Err(_) => Problem::new(
                ProblemKind::Timeout,
                format!("the request was given up after {} s", timeout.as_secs_f64()),
            ),
        };
        Err(self.finish_without_request(&problem))
    }

    /// A response; where it stands for an error, a problem document takes the place of its body.
    fn finish_response<B: MessageBody>(
        &self,
        response: ServiceResponse<B>,
    ) -> ServiceResponse<EitherBody<B>> {
        let status = response.status();
        let mut response = if status.is_client_error() || status.is_server_error() {
            let error = response.response().error();
            let document = match error.map(|error| (error, error.as_error::<Problem>())) {
                Some((_, Some(problem))) => self.document(problem),
                Some((error, None)) => self.document(&of_error(error)),
                None => self.document(&of_status(status)),
            };
            keep_headers(response, document).map_into_right_body()
        } else {
            response.map_into_left_body()
        };
        self.complete(response.headers_mut());
        response
    }

    /// The answer to a request that is gone: it panicked, was given up, or a layer refused it.
    fn finish_without_request(&self, problem: &Problem) -> Error {
        let mut response = self.document(problem);
        self.complete(response.headers_mut());
        InternalError::from_response(problem.to_string(), response).into()
    }

    fn document(&self, problem: &Problem) -> HttpResponse {
        let status = problem.kind().definition().status;
        if status.is_server_error() {
            tracing::error!(
                request_id = self.id.as_str(),
                code = problem.kind().definition().code,
                cause = problem.chain(),
                "request {} failed: {problem}",
                self.id.as_str(),
            );
        }
        problem.render(self.uri.path(), self.id.as_str())
    }

    fn complete(&self, headers: &mut HeaderMap) {
        headers.insert(X_REQUEST_ID, self.id.header().clone());
        headers::complete(headers, self.uri.path(), self.over_tls);
    }

    fn log(&self, status: StatusCode, route: Option<&str>, took: Duration) {
        macro_rules! access_log {
            ($level:expr) => {
                tracing::event!(
                    $level,
                    status = status.as_u16(),
                    latency_ms = took.as_secs_f64() * 1_000.0,
                    route,
                    "{} {} {}",
                    self.method,
                    self.uri.path(),
                    status.as_u16()
                )
            };
        }
        if self.is_probe() {
            access_log!(tracing::Level::DEBUG);
        } else {
            access_log!(tracing::Level::INFO);
        }
    }
}

/// The document with the headers that inner layers (CORS above all) added to the response that it replaces.
fn keep_headers<B>(
    replaced: ServiceResponse<B>,
    mut document: HttpResponse,
) -> ServiceResponse<BoxBody> {
    let (request, replaced) = replaced.into_parts();
    let own = document.headers().clone();
    for (name, value) in replaced.headers() {
        if !own.contains_key(name) && *name != header::CONTENT_ENCODING {
            document.headers_mut().append(name.clone(), value.clone());
        }
    }
    ServiceResponse::new(request, document)
}

/// What a panic said.
fn message_of(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a message")
}
