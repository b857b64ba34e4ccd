//! Everything that can go wrong around a handler, as whole responses.

use std::time::Duration;

use actix_web::dev::{Service, ServiceResponse};
use actix_web::test::{TestRequest, init_service};
use actix_web::{App, Error, HttpResponse, web};
use serde::Deserialize;
use validator::Validate;

use super::RequestContext;
use crate::extract::{Body, Id, Query};
use crate::problem::{Problem, ProblemKind};
use crate::testing::response_text;

#[derive(Debug, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
struct Filters {
    #[validate(range(min = 1, max = 100))]
    limit: Option<u32>,
}

#[derive(Debug, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
struct Order {
    #[validate(length(min = 1, max = 5))]
    name: String,
    #[validate(nested)]
    lines: Vec<Line>,
}

#[derive(Debug, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
struct Line {
    #[validate(range(min = 1))]
    quantity: u32,
}

const TIMEOUT: Duration = Duration::from_millis(20);

async fn app() -> impl Service<
    actix_http::Request,
    Response = ServiceResponse<impl actix_web::body::MessageBody>,
    Error = Error,
> {
    let app = App::new()
        .app_data(web::PayloadConfig::new(1_000))
        .route(
            "/things",
            web::get().to(|query: Query<Filters>| async move {
                HttpResponse::Ok().body(format!("{:?}", query.0.limit))
            }),
        )
        .route(
            "/things",
            web::post().to(|order: Body<Order>| async move {
                let quantities = order.0.lines.iter().map(|line| line.quantity);
                HttpResponse::Ok().body(format!("{}: {}", order.0.name, quantities.sum::<u32>()))
            }),
        )
        .route(
            "/things/{id}",
            web::get().to(|id: Id| async move { HttpResponse::Ok().body(id.0.to_string()) }),
        )
        .route(
            "/panics",
            web::get().to(|| async {
                assert_eq!(1, 2, "secret of the inside");
                HttpResponse::Ok().finish()
            }),
        )
        .route(
            "/hangs",
            web::get().to(std::future::pending::<HttpResponse>),
        )
        .route(
            "/fails",
            web::get().to(|| async {
                let cause = std::io::Error::other("password of the database");
                Err::<HttpResponse, _>(Problem::internal(cause))
            }),
        )
        .route(
            "/down",
            web::get().to(|| async {
                let problem = Problem::new(ProblemKind::Unavailable, "the database rests");
                Err::<HttpResponse, _>(problem.with_retry_after(Duration::from_millis(2_500)))
            }),
        )
        .route("/bare", web::get().to(HttpResponse::NotAcceptable))
        .wrap(RequestContext::new(TIMEOUT));
    init_service(app).await
}

fn json(body: &'static str) -> TestRequest {
    TestRequest::post()
        .uri("/things")
        .insert_header(("content-type", "application/json; charset=utf-8"))
        .set_payload(body)
}

#[actix_web::test]
async fn a_body_that_cannot_be_taken_is_answered_with_the_place_of_the_mistake() {
    let app = app().await;
    let cases = [
        ("syntax", json(r#"{"name": "#)),
        ("trailing", json(r#"{"name":"a","lines":[]} x"#)),
        ("shape", json(r#"[1]"#)),
        (
            "type",
            json(r#"{"name":"a","lines":[{"quantity":1},{"quantity":"2"}]}"#),
        ),
        ("missing", json(r#"{"name":"a","lines":[{}]}"#)),
        ("unknown", json(r#"{"name":"a","lines":[],"nmae":"b"}"#)),
        (
            "rules",
            json(r#"{"name":"","lines":[{"quantity":1},{"quantity":0}]}"#),
        ),
        (
            "media",
            json("{}").insert_header(("content-type", "text/plain")),
        ),
        ("large", json("{}").set_payload(vec![b' '; 1_001])),
        (
            "encoding",
            json("no gzip").insert_header(("content-encoding", "gzip")),
        ),
    ];
    for (name, request) in cases {
        let response = response_text(&app, request).await;
        insta::assert_snapshot!(format!("body_{name}"), response);
    }
}

#[actix_web::test]
async fn a_parameter_that_cannot_be_taken_is_answered_by_its_name() {
    let app = app().await;
    let cases = [
        ("type", "/things?limit=many"),
        ("unknown", "/things?limti=5"),
        ("range", "/things?limit=101"),
        ("twice", "/things?limit=1&limit=2"),
        ("path", "/things/17"),
    ];
    for (name, uri) in cases {
        let response = response_text(&app, TestRequest::with_uri(uri)).await;
        insta::assert_snapshot!(format!("parameter_{name}"), response);
    }
}

#[actix_web::test]
async fn a_failure_is_answered_without_a_word_of_the_inside() {
    let app = app().await;
    for name in ["panics", "hangs", "fails", "down", "bare"] {
        let request = TestRequest::with_uri(&format!("/{name}"));
        let response = response_text(&app, request).await;
        insta::assert_snapshot!(format!("failure_{name}"), response);
    }
}

#[actix_web::test]
async fn what_is_right_passes() {
    let app = app().await;
    let order = json(r#"{"name":"a","lines":[{"quantity":1},{"quantity":2}]}"#);
    insta::assert_snapshot!("passes_body", response_text(&app, order).await);
    let list = TestRequest::with_uri("/things?limit=100");
    let over_tls = list.insert_header(("x-forwarded-proto", "https"));
    insta::assert_snapshot!("passes_query", response_text(&app, over_tls).await);
}
