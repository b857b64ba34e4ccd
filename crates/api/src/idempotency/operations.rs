//! For which operations an `Idempotency-Key` holds: those that create or spend, derived from the OpenAPI document, and written into it.

use std::rc::Rc;

use actix_web::HttpRequest;
use actix_web::dev::ResourceDef;
use arbitragevault_services::access::Permission;
use arbitragevault_services::idempotency::MAX_KEY_CHARS;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{OpenApi, RefOr, Required};

use crate::problem::ProblemKind;
use crate::problem::openapi::add as add_problems;

/// The operations, each with the permission that it needs.
#[derive(Debug, Clone)]
pub(crate) struct IdempotentOperations(Rc<Vec<(ResourceDef, Permission)>>);

impl IdempotentOperations {
    /// Those of a document.
    pub(crate) fn of(document: &OpenApi) -> Self {
        let paths = document.paths.paths.iter();
        let operations = paths.filter_map(|(path, item)| {
            let permission = permission(item.post.as_ref()?)?;
            Some((ResourceDef::new(path.as_str()), permission))
        });
        Self(Rc::new(operations.collect()))
    }
}

/// What a request needs whose operation takes a key; `None` for every other operation.
pub(super) fn permission_of(request: &HttpRequest) -> Option<Permission> {
    let operations = request.app_data::<IdempotentOperations>()?;
    let mut operations = operations.0.iter();
    let (_, permission) = operations.find(|(path, _)| path.is_match(request.path()))?;
    Some(*permission)
}

/// The permission of a POST that creates or spends: one with a scope to write. Those that only compute need one to read; those of one's own
/// account have their own protection, and secrets for answers.
fn permission(operation: &Operation) -> Option<Permission> {
    let security = serde_json::to_value(operation.security.as_ref()?).ok()?;
    let scope = security.pointer("/0/bearer/0")?.as_str()?;
    scope.ends_with(":write").then_some(())?;
    Permission::of_scope(scope)
}

/// Says in the document that an operation takes a key, if it does.
pub(crate) fn describe(item: &mut PathItem) {
    let Some(operation) = &mut item.post else {
        return;
    };
    if permission(operation).is_none() {
        return;
    }
    let key = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(MAX_KEY_CHARS))
        .pattern(Some("^[!-~]+$"))
        .build();
    let parameter = ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "Names the request, so that it may be sent again without being done twice: for 24 hours it is answered as it was the first time",
        ))
        .schema(Some(key))
        .build();
    let parameters = operation.parameters.get_or_insert_default();
    parameters.push(RefOr::T(parameter));
    let responses = &mut operation.responses.responses;
    add_problems(
        responses,
        &[
            ProblemKind::InvalidParameter,
            ProblemKind::IdempotencyKeyInUse,
            ProblemKind::IdempotencyKeyReused,
        ],
    );
    let done = responses
        .iter_mut()
        .filter(|(status, _)| status.starts_with('2'));
    for (_, response) in done {
        if let RefOr::T(response) = response {
            let replayed = HeaderBuilder::new()
                .schema(Some(
                    ObjectBuilder::new().schema_type(Type::Boolean).build(),
                ))
                .description(Some(
                    "`true` when the request was done before, and this is what it was answered",
                ))
                .build();
            let headers = &mut response.headers;
            headers.insert("Idempotent-Replayed".to_owned(), RefOr::T(replayed));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_holds_for_what_creates_or_spends_and_for_nothing_else() {
        let document = crate::openapi();
        let operations = IdempotentOperations::of(&document);
        let (taken, others): (Vec<_>, Vec<_>) = document
            .paths
            .paths
            .iter()
            .filter_map(|(path, item)| Some((path.as_str(), item.post.as_ref()?)))
            .partition(|(path, _)| operations.0.iter().any(|(known, _)| known.is_match(path)));
        let taken_paths: Vec<_> = taken.iter().map(|(path, _)| path).collect();
        let other_paths: Vec<_> = others.iter().map(|(path, _)| path).collect();
        insta::assert_debug_snapshot!("taken", taken_paths);
        insta::assert_debug_snapshot!("others", other_paths);
        for (path, operation) in taken {
            let operation = serde_json::to_string(operation).unwrap();
            for word in [
                "Idempotency-Key",
                "Idempotent-Replayed",
                "IDEMPOTENCY_KEY_IN_USE",
                "IDEMPOTENCY_KEY_REUSED",
            ] {
                assert!(operation.contains(word), "{path} does not tell of {word}");
            }
        }
    }
}
