//! The client against recorded answers of Keepa, and against servers that misbehave.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "tests are named as sentences, and fail by panicking"
)]

mod conformance;
mod endpoints;
mod server;
mod tokens;

use keepa_client::{Domain, KeepaClient, KeepaError, ProductOutcome, ProductRequest};
use server::{Server, answer, client};

async fn ask(client: &KeepaClient, asins: &[&str]) -> Vec<(String, ProductOutcome)> {
    let request = ProductRequest::asins(Domain::UnitedStates, asins.iter().copied());
    client.products(&request).await.outcomes
}

async fn failure(answers: Vec<String>) -> KeepaError {
    let client = client(&Server::start(answers).await, 1).build().unwrap();
    match ask(&client, &["0593655036"]).await.pop() {
        Some((_, ProductOutcome::Failed(error))) => {
            assert!(!format!("{error} {error:?} {client:?}").contains("a-secret-key"));
            (*error).clone()
        }
        other => panic!("not a failure: {other:?}"),
    }
}

const ENVELOPE: &str = r#""timestamp":1,"tokensLeft":-3,"refillIn":200,"refillRate":5"#;

#[tokio::test]
async fn every_status_is_told_apart_and_none_shows_the_key() {
    let with_error = r#"{"error":{"type":"invalidParameter","message":"bad key"}}"#;
    let rejected = failure(vec![answer("400 Bad Request", with_error)]).await;
    assert_eq!(
        rejected.to_string(),
        "Keepa rejected the request: invalidParameter: bad key"
    );
    let payment = failure(vec![answer("402 Payment Required", "{}")]).await;
    assert!(matches!(payment, KeepaError::PaymentRequired(_)));
    let method = failure(vec![answer("405 Method Not Allowed", "{}")]).await;
    assert!(matches!(method, KeepaError::NotAllowed { status: 405, .. }));
    let empty = failure(vec![answer(
        "429 Too Many Requests",
        &format!("{{{ENVELOPE}}}"),
    )])
    .await;
    assert_eq!(
        empty,
        KeepaError::OutOfTokens {
            wait: std::time::Duration::from_millis(300)
        }
    );
    let tokens_left = ENVELOPE.replace("-3", "3");
    for body in [format!("{{{tokens_left}}}"), "slow down".to_owned()] {
        let refused = failure(vec![answer("429 Too Many Requests", &body)]).await;
        assert!(matches!(refused, KeepaError::Server { status: 429, .. }));
    }
    let server = failure(vec![answer("500 Internal Server Error", "oh no")]).await;
    assert!(matches!(server, KeepaError::Server { status: 500, .. }));
    let error_in_200 = failure(vec![answer("200 OK", with_error)]).await;
    assert!(matches!(error_in_200, KeepaError::Answer(_)));
}

#[tokio::test]
async fn garbage_half_a_body_and_nothing_are_failures_worth_another_try() {
    let half = answer("200 OK", r#"{"products":[]}"#).replace("length: 15", "length: 99");
    for broken in [answer("200 OK", "<html>"), half, String::new()] {
        let error = failure(vec![broken]).await;
        assert!(error.is_retryable(), "{error}");
    }
}

#[tokio::test]
async fn a_failed_request_is_sent_again_and_the_order_of_the_question_is_kept() {
    let products = r#"{"products":[{"asin":"B000000002"},{"asin":"B000000001","productType":4},{"asin":"B000000003","title":{"en":"a"}}]}"#;
    let server = Server::start(vec![
        answer("503 Service Unavailable", ""),
        answer("200 OK", products),
    ])
    .await;
    let client = client(&server, 2).build().unwrap();
    let asked = [
        "B000000001",
        "B000000004",
        "B000000002",
        "B000000003",
        "B000000001",
    ];
    let outcomes = ask(&client, &asked).await;
    let told: Vec<String> = outcomes
        .iter()
        .map(|(asin, outcome)| match outcome {
            ProductOutcome::Found(products) => format!("{asin} found {}", products[0].asin),
            ProductOutcome::Failed(error) => format!("{asin} {error}"),
            other => format!("{asin} {other:?}"),
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    B000000001 Invalid
    B000000004 Missing
    B000000002 found B000000002
    B000000003 the product cannot be read at `title`: expected a text, found an object
    B000000001 Invalid
    ");
}
