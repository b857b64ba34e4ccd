//! The OpenAPI document: made from the code of the operations, completed with what holds for all of them.

use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{OpenApi, RefOr};
use utoipa::{Modify, OpenApi as _};
use utoipa_actix_web::AppExt as _;

use crate::app::operations;
use crate::idempotency;
use crate::problem::openapi::responses as problem_responses;
use crate::problem::{Document, FieldError, Place, ProblemKind};
use crate::routes::BatchEvent;

/// What the document says before any operation is added.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "ArbitrageVault",
        description = "If I buy this at that price, what do I earn, how soon, and how sure is that?\n\n\
            Money is a decimal string with its currency; percentages are numbers in percent; times are RFC 3339 in UTC. \
            Everything that goes wrong is answered as `application/problem+json` (RFC 9457). \
            Every response carries `X-Request-Id`; send your own (1 to 64 of `A-Z a-z 0-9 . _ -`) to have it kept. \
            Every response under `/api/v1` carries `RateLimit` and `RateLimit-Policy` where requests are limited.",
        license(name = "MIT OR Apache-2.0"),
    ),
    components(schemas(Document<'_>, FieldError, Place, BatchEvent<'_>)),
    modifiers(&Bearer),
    tags(
        (name = "batches", description = "Lists that are analysed together"),
        (name = "analyses", description = "What an analysis found"),
        (name = "calculator", description = "Fees and profit of given numbers, without Keepa and without a database"),
        (name = "config", description = "What is set for analyses: by everybody, marketplace, category or strategy; with versions"),
        (name = "products", description = "Market data of products"),
        (name = "auth", description = "Accounts: sign in, stay signed in, sign out"),
        (name = "keepa", description = "The tokens that market data costs: what is left, and what was spent"),
        (name = "api-keys", description = "Keys by which programs call"),
        (name = "organisations", description = "The organisation, its members, and invitations into it"),
        (name = "audit", description = "Who did what, and when"),
        (name = "health", description = "Is it alive, and what does it lack?"),
        (name = "problems", description = "What the problem documents mean"),
    ),
)]
struct Base;

/// The start of the document.
pub(crate) fn base() -> OpenApi {
    Base::openapi()
}

/// The OpenAPI document of this version of the API.
#[must_use]
pub fn openapi() -> OpenApi {
    let app = actix_web::App::new().into_utoipa_app().openapi(base());
    let (_, document) =
        operations(app, &crate::settings::HttpSettings::default()).split_for_parts();
    complete(document)
}

/// The document with what holds for many operations: what those that need a credential answer to who has none, or too little, and what those
/// that are limited answer to who asks too much.
pub(crate) fn complete(mut document: OpenApi) -> OpenApi {
    for (path, item) in &mut document.paths.paths {
        if path.starts_with("/api/v1/") {
            methods_mut(item).for_each(limited);
        }
    }
    let refusals = problem_responses(&[ProblemKind::Unauthenticated, ProblemKind::Forbidden]);
    let items = document.paths.paths.values_mut();
    let operations = items.flat_map(methods_mut);
    for operation in operations.filter(|one| one.security.is_some()) {
        let has_scope = names_a_scope(operation);
        for (status, response) in &refusals {
            if status == "401" || status == "403" && has_scope {
                let responses = &mut operation.responses.responses;
                responses.insert(status.clone(), response.clone());
            }
        }
    }
    document
        .paths
        .paths
        .values_mut()
        .for_each(idempotency::describe);
    document
}

/// Adds what an operation answers to who asks too much, beside what else it answers with the same status.
fn limited(operation: &mut Operation) {
    let added = problem_responses(&[ProblemKind::RateLimited]);
    let responses = &mut operation.responses.responses;
    for (status, response) in added.into_iter().filter(|(status, _)| status == "429") {
        let RefOr::T(mut response) = response else {
            continue;
        };
        if let Some(RefOr::T(other)) = responses.get(&status) {
            response.description = format!("{}\n\n{}", other.description, response.description);
        }
        for (name, description) in [
            (
                "RateLimit",
                "What is left of each limit, and the seconds until it is whole again: `\"key\";r=599;t=1`",
            ),
            (
                "RateLimit-Policy",
                "The limits, each with its requests in so many seconds: `\"key\";q=600;w=60`",
            ),
        ] {
            let schema = ObjectBuilder::new().schema_type(Type::String).build();
            let header = HeaderBuilder::new()
                .schema(Some(schema))
                .description(Some(description))
                .build();
            response.headers.insert(name.to_owned(), RefOr::T(header));
        }
        responses.insert(status, RefOr::T(response));
    }
}

/// Whether an operation needs a scope; those of one's own account need only the account.
fn names_a_scope(operation: &Operation) -> bool {
    let requirements = serde_json::to_value(&operation.security).unwrap_or_default();
    let requirements = requirements.as_array().into_iter().flatten();
    requirements
        .filter_map(serde_json::Value::as_object)
        .flat_map(|schemes| schemes.values())
        .any(|scopes| scopes.as_array().is_some_and(|scopes| !scopes.is_empty()))
}

/// How a request says who it is from.
struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "An API key, `avk_…`, or the access token of a session, in `Authorization: Bearer`. The scope that an operation needs stands \
                 beside it; operations of one's own account name none, and take no key.",
            ))
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// The operations of a path, to be changed.
fn methods_mut(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [
        &mut item.get,
        &mut item.put,
        &mut item.post,
        &mut item.delete,
        &mut item.patch,
    ]
    .into_iter()
    .flatten()
}

/// The methods of a path, in upper case, with their operations.
pub(crate) fn methods(item: &PathItem) -> Vec<(&'static str, &Operation)> {
    [
        ("GET", &item.get),
        ("PUT", &item.put),
        ("POST", &item.post),
        ("DELETE", &item.delete),
        ("PATCH", &item.patch),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
    .collect()
}
