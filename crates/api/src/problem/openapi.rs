//! The responses that the OpenAPI document lists for an operation's problems.

use std::collections::BTreeMap;

use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{ContentBuilder, Ref, RefOr};

use super::{MEDIA_TYPE, ProblemKind};

/// What every operation can answer, whatever it does.
const EVERYWHERE: [ProblemKind; 2] = [ProblemKind::Internal, ProblemKind::Timeout];

/// Declares a type that lists the problems of an operation, for `responses(...)` of `#[utoipa::path]`.
macro_rules! problems {
    ($name:ident: $($kind:ident),* $(,)?) => {
        struct $name;

        impl utoipa::IntoResponses for $name {
            fn responses() -> std::collections::BTreeMap<
                String,
                utoipa::openapi::RefOr<utoipa::openapi::response::Response>,
            > {
                $crate::problem::openapi::responses(&[$($crate::problem::ProblemKind::$kind),*])
            }
        }
    };
}
pub(crate) use problems;

/// Adds problems to the responses of an operation, which may list others of the same status.
pub(crate) fn add(responses: &mut BTreeMap<String, RefOr<Response>>, kinds: &[ProblemKind]) {
    for kind in kinds {
        let added = response(&[*kind]);
        let status = kind.definition().status.as_str().to_owned();
        match responses.get_mut(&status) {
            Some(RefOr::T(listed)) if !listed.description.contains(&added.description) => {
                listed.description = format!("{}\n\n{}", listed.description, added.description);
                listed.headers.extend(added.headers);
            }
            Some(_) => {}
            None => {
                responses.insert(status, RefOr::T(added));
            }
        }
    }
}

/// One response for each status, which names every problem that has it.
pub(crate) fn responses(kinds: &[ProblemKind]) -> BTreeMap<String, RefOr<Response>> {
    let mut by_status: BTreeMap<u16, Vec<ProblemKind>> = BTreeMap::new();
    for kind in kinds.iter().chain(&EVERYWHERE) {
        let status = kind.definition().status.as_u16();
        by_status.entry(status).or_default().push(*kind);
    }
    by_status
        .into_iter()
        .map(|(status, kinds)| (status.to_string(), RefOr::T(response(&kinds))))
        .collect()
}

fn response(kinds: &[ProblemKind]) -> Response {
    let description: Vec<_> = kinds
        .iter()
        .map(|kind| {
            let definition = kind.definition();
            format!("`{}`: {}", definition.code, definition.explanation)
        })
        .collect();
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .build();
    let mut response = ResponseBuilder::new()
        .description(description.join("\n\n"))
        .content(MEDIA_TYPE, content);
    let is_temporary = kinds.iter().any(|kind| {
        matches!(
            kind,
            ProblemKind::Timeout
                | ProblemKind::Unavailable
                | ProblemKind::TooManyAttempts
                | ProblemKind::RateLimited
                | ProblemKind::QuotaSpent
                | ProblemKind::IdempotencyKeyInUse
        )
    });
    if is_temporary {
        let header = HeaderBuilder::new()
            .schema(Some(
                ObjectBuilder::new().schema_type(Type::Integer).build(),
            ))
            .description(Some("Seconds after which to try again"))
            .build();
        response = response.header("Retry-After", header);
    }
    response.build()
}
