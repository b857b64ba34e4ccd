//! The application as a whole, as far as it needs no database.

use actix_web::http::Method;
use actix_web::test::{TestRequest, call_and_read_body, init_service};

use super::app;
use crate::openapi::{methods, openapi};
use crate::settings::HttpSettings;
use crate::testing::{response_text, unreachable_state};

fn settings() -> HttpSettings {
    HttpSettings {
        allowed_origins: vec!["https://app.example.com".to_owned()],
        ..HttpSettings::default()
    }
}

#[actix_web::test]
async fn paths_that_need_nothing_answer_as_documented() {
    let app = init_service(app(&settings(), unreachable_state(&settings()))).await;
    let preflight = TestRequest::with_uri("/api/v1/batches")
        .method(Method::OPTIONS)
        .insert_header(("origin", "https://app.example.com"))
        .insert_header(("access-control-request-method", "POST"))
        .insert_header(("access-control-request-headers", "content-type"));
    let cases = [
        ("health", TestRequest::with_uri("/health")),
        (
            "problem_page",
            TestRequest::with_uri("/problems/invalid-cursor"),
        ),
        (
            "problem_page_unknown",
            TestRequest::with_uri("/problems/bad-luck"),
        ),
        (
            "unknown_path",
            TestRequest::with_uri("/api/v1/nothing/here"),
        ),
        ("unknown_method", TestRequest::delete().uri("/health")),
        ("docs", TestRequest::with_uri("/docs")),
        ("preflight", preflight),
        (
            "cross_origin_problem",
            TestRequest::with_uri("/api/v1/nothing")
                .insert_header(("origin", "https://app.example.com")),
        ),
    ];
    for (name, request) in cases {
        let response = response_text(&app, request).await;
        insta::assert_snapshot!(format!("app_{name}"), response);
    }
}

#[actix_web::test]
async fn swagger_ui_is_bundled_and_reads_our_document() {
    let app = init_service(app(&settings(), unreachable_state(&settings()))).await;
    let page = call_and_read_body(&app, TestRequest::with_uri("/docs/").to_request()).await;
    let page = String::from_utf8_lossy(&page);
    assert!(page.contains("swagger-ui"), "{page}");
    assert!(
        !page.contains("https://"),
        "the page loads nothing from elsewhere: {page}"
    );
    let setup = TestRequest::with_uri("/docs/swagger-initializer.js").to_request();
    let setup = call_and_read_body(&app, setup).await;
    assert!(String::from_utf8_lossy(&setup).contains("/openapi.json"));
}

#[actix_web::test]
async fn a_large_answer_is_compressed_and_a_small_one_is_not() {
    let app = init_service(app(&settings(), unreachable_state(&settings()))).await;
    let request = TestRequest::with_uri("/openapi.json")
        .insert_header(("accept-encoding", "gzip"))
        .to_request();
    let response = actix_web::test::call_service(&app, request).await;
    assert_eq!(response.headers().get("content-encoding").unwrap(), "gzip");
    let request = TestRequest::with_uri("/problems/not-found")
        .insert_header(("accept-encoding", "gzip"))
        .to_request();
    let response = actix_web::test::call_service(&app, request).await;
    assert_eq!(response.headers().get("content-encoding"), None);
}

#[test]
fn the_checked_in_document_is_that_of_the_code() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
    let made = openapi().to_pretty_json().unwrap() + "\n";
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(path, &made).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == made,
        "docs/openapi.json is not that of the code; write it anew with UPDATE_OPENAPI=1 cargo test -p arbitragevault-api"
    );
}

#[test]
fn every_operation_lists_its_problems_and_belongs_to_a_tag() {
    let document = serde_json::to_value(openapi()).unwrap();
    let known_tags: Vec<_> = document["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| &tag["name"])
        .collect();
    let mut operations = 0;
    for (path, item) in &openapi().paths.paths {
        for (method, operation) in methods(item) {
            operations += 1;
            let name = format!("{method} {path}");
            let operation = serde_json::to_value(operation).unwrap();
            let tags = operation["tags"].as_array().unwrap();
            assert!(
                tags.iter().all(|tag| known_tags.contains(&tag)) && tags.len() == 1,
                "{name}: {tags:?}"
            );
            assert!(operation["summary"].is_string(), "{name} has no summary");
            let responses = operation["responses"].as_object().unwrap();
            for (status, response) in responses {
                let media = response["content"].as_object();
                let is_problem =
                    media.is_some_and(|media| media.contains_key("application/problem+json"));
                let is_error = status.starts_with(['4', '5']);
                assert_eq!(is_problem, is_error, "{name} {status}");
            }
            assert!(
                responses
                    .keys()
                    .any(|status| status.starts_with('2') || status == "101"),
                "{name}"
            );
            let must_have = |status: &str, why: &str| {
                assert!(
                    responses.contains_key(status),
                    "{name} lacks {status}: {why}"
                );
            };
            must_have("500", "anything may have a defect");
            must_have("503", "anything may take too long");
            // Every scope of the configuration is there.
            if path.contains('{') && !path.contains("{scope}") {
                must_have("404", "what the path names may not exist");
            }
            if operation["requestBody"].is_object() {
                must_have("400", "a body may be malformed");
                must_have("413", "a body may be too large");
                must_have("415", "a body may be of another type");
                must_have("422", "a body may be invalid");
            }
            let parameters = operation["parameters"].as_array();
            if parameters.is_some_and(|all| all.iter().any(|one| one["in"] == "query")) {
                must_have("400", "a parameter may be unreadable");
                must_have("422", "a parameter may be out of range");
            }
        }
    }
    assert!(operations > 0);
}
