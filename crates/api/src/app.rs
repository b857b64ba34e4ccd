//! The application that every HTTP worker makes for itself.

use std::rc::Rc;

use actix_cors::Cors;
use actix_web::body::{BoxBody, EitherBody};
use actix_web::dev::{ResourceDef, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::{Method, header};
use actix_web::middleware::{Compress, Condition};
use actix_web::{App, HttpRequest, HttpResponse, web};
use utoipa::openapi::OpenApi;
use utoipa_actix_web::{AppExt as _, UtoipaApp, scope};
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::idempotency::{Idempotency, IdempotentOperations};
use crate::openapi;
use crate::problem::{Problem, ProblemKind};
use crate::request::{RATE_LIMIT, RATE_LIMIT_POLICY, RequestContext, RequestLimit};
use crate::routes;
use crate::settings::HttpSettings;
use crate::state::ApiState;

/// Where the OpenAPI document is served.
const DOCUMENT: &str = "/openapi.json";

/// The application, complete with its middleware. Call it in the factory of the HTTP server, once for each worker: the pool in
/// `state` then opens its connections on the runtime that uses them.
pub fn app(
    settings: &HttpSettings,
    state: ApiState,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<EitherBody<BoxBody>>,
        Error = actix_web::Error,
        InitError = (),
    > + use<>,
> {
    let app = App::new().into_utoipa_app().openapi(openapi::base());
    let (app, document) = operations(app, settings).split_for_parts();
    let document = openapi::complete(document);
    let known = Rc::new(KnownPaths::of(&document));
    let patterns = Rc::clone(&known);
    let idempotent = IdempotentOperations::of(&document);
    let document = web::Bytes::from(document.to_json().unwrap_or_default());
    app.app_data(web::Data::new(state))
        .app_data(idempotent)
        .app_data(web::PayloadConfig::new(settings.max_body_bytes))
        .service(
            web::resource(DOCUMENT)
                .wrap(Compress::default())
                .get(move || {
                    let document = document.clone();
                    async {
                        HttpResponse::Ok()
                            .content_type("application/json")
                            .body(document)
                    }
                }),
        )
        .service(web::redirect("/docs", "/docs/"))
        .service(SwaggerUi::new("/docs/{_:.*}").config(Config::from(DOCUMENT)))
        .default_service(web::to(move |request: HttpRequest| {
            let problem = known.problem(&request);
            async { Err::<HttpResponse, _>(problem) }
        }))
        .wrap(
            RequestContext::new(settings.request_timeout)
                .with_routes(move |path| patterns.pattern(path))
                .describing_spans(settings.describe_spans),
        )
}

/// An application that serves nothing but the metrics and that the process lives, for an address of its own.
pub fn metrics_app(
    state: ApiState,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse,
        Error = actix_web::Error,
        InitError = (),
    > + use<>,
> {
    App::new()
        .app_data(web::Data::new(state))
        .service(routes::check_health)
        .service(routes::read_metrics)
}

/// Adds every operation that the OpenAPI document describes.
pub(crate) fn operations<T>(app: UtoipaApp<T>, settings: &HttpSettings) -> UtoipaApp<T>
where
    T: ServiceFactory<ServiceRequest, Config = (), Error = actix_web::Error, InitError = ()>,
{
    let is_cross_origin = !settings.allowed_origins.is_empty();
    app.configure(routes::root).service(
        scope("/api/v1")
            .configure(routes::v1)
            .wrap(Idempotency)
            .wrap(Compress::default())
            .wrap(RequestLimit)
            .wrap(Condition::new(is_cross_origin, cors(settings))),
    )
}

/// Which web pages may call. Browsers send credentials along, so the origins are named one by one and never `*`.
fn cors(settings: &HttpSettings) -> Cors {
    let cors = Cors::default()
        .allowed_methods([
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ])
        .allowed_headers([header::ACCEPT, header::AUTHORIZATION, header::CONTENT_TYPE])
        .allowed_headers([header::IF_MATCH, header::IF_NONE_MATCH])
        .allowed_header("idempotency-key")
        .allowed_header("last-event-id")
        .allowed_header("x-request-id")
        .expose_headers([
            header::ETAG,
            header::LINK,
            header::LOCATION,
            header::RETRY_AFTER,
        ])
        .expose_headers([RATE_LIMIT, RATE_LIMIT_POLICY])
        .expose_headers(["idempotent-replayed", "x-request-id"])
        .supports_credentials()
        .max_age(3_600);
    settings
        .allowed_origins
        .iter()
        .fold(cors, |cors, origin| cors.allowed_origin(origin))
}

/// The paths of the API with their methods, to tell an unknown path from an unknown method.
struct KnownPaths(Vec<(ResourceDef, String)>);

impl KnownPaths {
    fn of(document: &OpenApi) -> Self {
        let paths = document.paths.paths.iter().map(|(path, item)| {
            let methods: Vec<_> = openapi::methods(item)
                .into_iter()
                .map(|(method, _)| method)
                .collect();
            (ResourceDef::new(path.as_str()), methods.join(", "))
        });
        Self(paths.collect())
    }

    /// The pattern of a path.
    fn pattern(&self, path: &str) -> Option<String> {
        let (known, _) = self.find(path)?;
        known.pattern().map(str::to_owned)
    }

    fn find(&self, path: &str) -> Option<&(ResourceDef, String)> {
        self.0.iter().find(|(known, _)| known.is_match(path))
    }

    fn problem(&self, request: &HttpRequest) -> Problem {
        match self.find(request.path()) {
            Some((_, methods)) => Problem::new(
                ProblemKind::MethodNotAllowed,
                format!("this path knows {methods}, not {}", request.method()),
            )
            .with_allow(methods.clone()),
            None => Problem::new(
                ProblemKind::RouteNotFound,
                format!("the API has no path {:?}", request.path()),
            ),
        }
    }
}

#[cfg(test)]
mod tests;
