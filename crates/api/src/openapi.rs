//! The OpenAPI document: made from the code of the operations, completed with what holds for all of them.

use utoipa::openapi::OpenApi;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi as _};
use utoipa_actix_web::AppExt as _;

use crate::app::operations;
use crate::problem::{Document, FieldError, Place};

/// What the document says before any operation is added.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "ArbitrageVault",
        description = "If I buy this at that price, what do I earn, how soon, and how sure is that?\n\n\
            Money is a decimal string with its currency; percentages are numbers in percent; times are RFC 3339 in UTC. \
            Everything that goes wrong is answered as `application/problem+json` (RFC 9457). \
            Every response carries `X-Request-Id`; send your own (1 to 64 of `A-Z a-z 0-9 . _ -`) to have it kept.",
        license(name = "MIT OR Apache-2.0"),
    ),
    components(schemas(Document<'_>, FieldError, Place)),
    modifiers(&AccessToken),
    tags(
        (name = "batches", description = "Lists that are analysed together"),
        (name = "analyses", description = "What an analysis found"),
        (name = "calculator", description = "Fees and profit of given numbers, without Keepa and without a database"),
        (name = "products", description = "Market data of products"),
        (name = "auth", description = "Accounts: sign in, stay signed in, sign out"),
        (name = "health", description = "Is it alive, and what does it lack?"),
        (name = "problems", description = "What the problem documents mean"),
    ),
)]
struct Base;

/// How an access token is sent.
struct AccessToken;

impl Modify for AccessToken {
    fn modify(&self, document: &mut OpenApi) {
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    }
}

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
    document
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
