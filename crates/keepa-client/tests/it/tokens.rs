//! What a client does with tokens, time and failures, over HTTP.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::StreamExt as _;
use keepa_client::{
    BestSellersRequest, Domain, KeepaClient, KeepaError, LocalBudget, ProductOutcome,
    ProductRequest, TokenPolicy,
};

use crate::server::{KEY, Server, answer, client};

const US: Domain = Domain::UnitedStates;

/// An answer with so many tokens left after it.
fn told(timestamp: i64, tokens_left: i64, payload: &str) -> String {
    let body = format!(
        r#"{{"timestamp":{timestamp},"tokensLeft":{tokens_left},"refillIn":60000,"refillRate":5,"tokensConsumed":3{payload}}}"#
    );
    answer("200 OK", &body)
}

fn products(asins: impl Iterator<Item = usize>) -> String {
    let products: Vec<String> = asins
        .map(|index| format!(r#"{{"asin":"B{index:09}"}}"#))
        .collect();
    format!(r#","products":[{}]"#, products.join(","))
}

fn asins(count: usize) -> Vec<String> {
    (0..count).map(|index| format!("B{index:09}")).collect()
}

async fn left(client: &KeepaClient) -> (i64, u64) {
    let tokens = client.tokens().await.unwrap().unwrap();
    (tokens.left, tokens.reserved)
}

#[tokio::test]
async fn a_long_request_goes_out_in_hundreds_and_what_came_before_a_failure_is_kept() {
    let server = Server::start(vec![
        told(1, 300, &products((0..100).rev())),
        answer("500 Internal Server Error", ""),
        told(2, 200, &products(200..250)),
    ])
    .await;
    let client = client(&server, 1).max_concurrency(1).build().unwrap();
    let batch = client
        .products(&ProductRequest::asins(US, asins(250)))
        .await;
    let asked: Vec<usize> = server
        .asked()
        .iter()
        .map(|request| request.matches("B000000").count())
        .collect();
    assert_eq!(asked, [100, 100, 50]);
    assert_eq!(batch.tokens_consumed, 6);
    for (index, (asin, outcome)) in batch.outcomes.iter().enumerate() {
        assert_eq!(*asin, format!("B{index:09}"));
        match (index / 100, outcome) {
            (1, ProductOutcome::Failed(error)) => {
                assert!(matches!(**error, KeepaError::Server { status: 500, .. }));
            }
            (0 | 2, ProductOutcome::Found(products)) => assert_eq!(products[0].asin, *asin),
            other => panic!("{asin}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn an_identifier_that_is_none_is_not_paid_for_and_costs_the_others_nothing() {
    let server = Server::start(vec![told(1, 300, &products(0..1))]).await;
    let client = client(&server, 1).build().unwrap();
    let request = ProductRequest::asins(US, ["B0&domain=2", "B000000000"]);
    let outcomes = client.products(&request).await.outcomes;
    assert_eq!(server.asked(), ["GET /product?domain=1&asin=B000000000"]);
    let ProductOutcome::Failed(error) = &outcomes[0].1 else {
        panic!("{outcomes:?}");
    };
    assert_eq!(
        error.to_string(),
        "the request is not valid: \"B0&domain=2\" is no ASIN"
    );
    assert!(matches!(outcomes[1].1, ProductOutcome::Found(_)));
}

#[tokio::test]
async fn a_stream_of_products_asks_for_no_more_than_it_is_polled_for() {
    let server = Server::start(vec![told(1, 300, &products(0..100))]).await;
    let client = client(&server, 1).max_concurrency(1).build().unwrap();
    let mut chunks = Box::pin(client.products_stream(ProductRequest::asins(US, asins(250))));
    let first = chunks.next().await.unwrap();
    assert_eq!((first.outcomes.len(), server.asked().len()), (100, 1));
}

#[tokio::test]
async fn a_batch_that_runs_out_of_tokens_tells_what_it_fetched_and_how_long_the_rest_has_to_wait() {
    let server = Server::start(vec![told(1, -2, &products(0..100))]).await;
    let client = client(&server, 3).max_concurrency(1).build().unwrap();
    let batch = client
        .products(&ProductRequest::asins(US, asins(101)))
        .await;
    assert!(matches!(batch.outcomes[99].1, ProductOutcome::Found(_)));
    let ProductOutcome::Failed(error) = &batch.outcomes[100].1 else {
        panic!("{:?}", batch.outcomes[100]);
    };
    assert!(matches!(**error, KeepaError::OutOfTokens { wait } if wait > Duration::from_secs(59)));
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn an_answer_that_is_lost_counts_as_spent_and_a_rejected_key_leaves_the_bucket_alone() {
    let zeros = r#"{"timestamp":2,"tokensLeft":0,"refillIn":0,"refillRate":0,"tokensConsumed":0,"error":{"type":"invalidParameter"}}"#;
    let server = Server::start(vec![
        told(1, 50, &products(0..1)),
        String::new(),
        answer("400 Bad Request", zeros),
    ])
    .await;
    let client = client(&server, 1).build().unwrap();
    let one = ProductRequest::asins(US, ["B000000000"]).buybox(true);
    let mut balances = Vec::new();
    for _ in 0..3 {
        client.products(&one).await;
        balances.push(left(&client).await);
    }
    assert_eq!(balances, [(50, 0), (47, 0), (47, 0)]);
}

#[tokio::test]
async fn a_call_ends_with_its_deadline_and_gives_up_its_reservation() {
    let server = Server::start(vec![told(1, 200, "")]).await;
    let client = client(&server, 9)
        .deadline(Duration::from_millis(50))
        .build()
        .unwrap();
    client.token_status().await.unwrap();
    let request = BestSellersRequest::category(US, 283_155);
    let error = client.best_sellers(&request).await.unwrap_err();
    assert_eq!(error, KeepaError::DeadlineExceeded);
    assert_eq!(left(&client).await, (150, 0));
}

#[tokio::test]
async fn clients_that_share_a_budget_share_its_shortage() {
    let server = Server::start(vec![told(1, -1, "")]).await;
    let budget = Arc::new(LocalBudget::default());
    let first = client(&server, 1)
        .token_budget(budget.clone())
        .build()
        .unwrap();
    let second = client(&server, 1).token_budget(budget).build().unwrap();
    first.token_status().await.unwrap();
    let request = BestSellersRequest::category(US, 283_155);
    let error = second.best_sellers(&request).await.unwrap_err();
    assert!(matches!(error, KeepaError::OutOfTokens { .. }), "{error}");
}

#[tokio::test]
async fn a_shortage_that_keepa_tells_is_waited_for_only_as_the_policy_allows() {
    let shortage = r#"{"timestamp":1,"tokensLeft":-3,"refillIn":1,"refillRate":50}"#;
    let server = Server::start(vec![
        answer("429 Too Many Requests", shortage),
        told(2, 40, &products(0..1)),
    ])
    .await;
    let client = client(&server, 2)
        .token_policy(TokenPolicy::WaitAtMost(Duration::from_secs(30)))
        .build()
        .unwrap();
    let batch = client
        .products(&ProductRequest::asins(US, ["B000000000"]))
        .await;
    assert!(matches!(batch.outcomes[0].1, ProductOutcome::Found(_)));
    assert_eq!(server.asked().len(), 2);
}

#[tokio::test]
async fn every_http_request_is_reported_for_metrics() {
    let server = Server::start(vec![
        answer("503 Service Unavailable", "{}"),
        told(1, 40, &products(0..1)),
    ])
    .await;
    let reports = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&reports);
    let client = client(&server, 2)
        .on_request(move |report| {
            let error = report.error.map(ToString::to_string);
            log.lock().unwrap().push(format!(
                "{} {} {:?} {:?} {} {error:?}",
                report.endpoint,
                report.attempt,
                report.cost.worst,
                report.tokens_consumed,
                report.bytes,
            ));
        })
        .build()
        .unwrap();
    let request = ProductRequest::asins(US, ["B000000000"]).update(0);
    client.products(&request).await;
    insta::assert_snapshot!(reports.lock().unwrap().join("\n"), @r#"
    product 1 2 None 2 Some("Keepa failed with status 503: no further explanation")
    product 2 2 Some(3) 117 None
    "#);
}

#[tokio::test]
async fn the_key_stands_in_no_log_no_error_and_no_debug() {
    let server = Server::start(vec![
        answer("500 Internal Server Error", ""),
        String::new(),
        answer("200 OK", "<html>"),
        told(1, 40, &products(0..1)),
    ])
    .await;
    let builder = client(&server, 4);
    let mut seen = format!("{builder:?}");
    let client = builder.build().unwrap();
    let batch = client
        .products(&ProductRequest::asins(US, ["B000000000"]))
        .await;
    let nowhere = crate::server::client(&server, 1)
        .base_url("http://127.0.0.1:1")
        .build()
        .unwrap();
    let error = nowhere.token_status().await.unwrap_err();
    seen.push_str(&format!("{client:?} {batch:?} {error} {error:?}"));
    seen.push_str(&crate::server::logged());
    assert!(
        seen.contains("keepa_request") && seen.contains("cost_worst=1"),
        "{seen}"
    );
    assert!(seen.contains("trying a Keepa request again"), "{seen}");
    assert!(!seen.contains(KEY), "{seen}");
}
