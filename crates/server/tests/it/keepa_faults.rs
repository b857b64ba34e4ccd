//! Keepa on its bad days: items wait and try again, then fail with the reason, and the batch ends.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, KEEPA_API_KEY, TestServer, World, books};

/// What the items of a batch came to: every different state with its reason, once.
async fn outcomes(server: &TestServer, batch: &str) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut outcomes: Vec<_> = server
        .items(batch)
        .await
        .iter()
        .map(|item| (text(&item["status"]), text(&item["error"]["code"])))
        .collect();
    outcomes.sort_unstable();
    outcomes.dedup();
    outcomes
}

/// While Keepa answers with a fault, a batch ends with every item failed for this reason; when the fault is gone, another try completes it.
async fn assert_fails_and_can_be_retried(fault: Value, code: &str) {
    let world = World::new().await;
    let server = world.start().await;
    world.add_fault(fault).await;
    let id = server.submit(&books(30)).await;
    let failed = server.done_batch(&id).await;
    assert_eq!(failed["status"], "FAILED", "{failed:#}");
    assert_eq!(failed["items"]["failed"], 30, "{failed:#}");
    assert_eq!(
        outcomes(&server, &id).await,
        [("FAILED".to_owned(), code.to_owned())]
    );
    let shown =
        format!("SELECT count(*) FROM batch_items i WHERE i::text LIKE '%{KEEPA_API_KEY}%'");
    assert_eq!(world.count(&shown).await, 0);
    // Two attempts of a request, three of an item.
    assert_eq!(world.keepa_stats().await["requests"], 6);

    world.clear_faults().await;
    let again = server.post(&format!("/api/v1/batches/{id}/retry")).await;
    assert_eq!(again.json(200)["items"]["pending"], 30);
    let done = server.done_batch(&id).await;
    assert_eq!(done["status"], "COMPLETED", "{done:#}");
    assert_eq!(done["items"]["analysed"], 30, "{done:#}");
    assert_eq!(done["items"]["failed"], 0, "{done:#}");

    let (_, said) = server.stop().await;
    assert!(!said.join("\n").contains(KEEPA_API_KEY), "{said:#?}");
}

#[tokio::test]
async fn while_keepa_fails_items_try_again_and_then_fail_with_the_reason() {
    assert_fails_and_can_be_retried(json!({"kind": "status", "status": 500}), "KEEPA_FAILED").await;
}

#[tokio::test]
async fn while_keepa_refuses_with_tokens_left_items_fail_with_the_reason() {
    assert_fails_and_can_be_retried(json!({"kind": "status", "status": 429}), "KEEPA_FAILED").await;
}

#[tokio::test]
async fn while_keepa_answers_garbage_items_fail_with_the_reason() {
    assert_fails_and_can_be_retried(json!({"kind": "garbage"}), "KEEPA_ANSWER_UNREADABLE").await;
}

#[tokio::test]
async fn while_keepa_answers_nothing_items_fail_with_the_reason() {
    assert_fails_and_can_be_retried(json!({"kind": "empty"}), "KEEPA_ANSWER_UNREADABLE").await;
}

#[tokio::test]
async fn while_keepa_breaks_off_in_its_answers_items_fail_with_the_reason() {
    assert_fails_and_can_be_retried(json!({"kind": "half_body"}), "KEEPA_UNREACHABLE").await;
}

#[tokio::test]
async fn while_keepa_closes_the_line_items_fail_with_the_reason() {
    assert_fails_and_can_be_retried(json!({"kind": "drop_connection"}), "KEEPA_UNREACHABLE").await;
}

#[tokio::test]
async fn a_fault_that_passes_is_not_seen_by_anybody() {
    let world = World::new().await;
    let server = world.start().await;
    for fault in [
        json!({"kind": "status", "status": 503, "times": 1}),
        json!({"kind": "half_body", "times": 1}),
        json!({"kind": "status", "status": 429, "times": 1}),
        json!({"kind": "garbage", "times": 1}),
    ] {
        world.add_fault(fault).await;
    }
    let id = server.submit(&books(150)).await;
    let batch = server.done_batch(&id).await;
    assert_eq!(batch["status"], "COMPLETED");
    assert_eq!(batch["items"]["analysed"], 150);
}

#[tokio::test]
async fn what_keepa_refuses_for_good_is_not_tried_again() {
    for (status, code) in [(400, "KEEPA_REJECTED"), (402, "KEEPA_PAYMENT_REQUIRED")] {
        let world = World::new().await;
        let server = world.start().await;
        world
            .add_fault(json!({"kind": "status", "status": status}))
            .await;
        let id = server.submit(&books(3)).await;
        assert_eq!(server.done_batch(&id).await["items"]["failed"], 3);
        let expected = [("FAILED".to_owned(), code.to_owned())];
        assert_eq!(outcomes(&server, &id).await, expected);
        assert_eq!(world.keepa_stats().await["requests"], 1);
    }
}

#[tokio::test]
async fn items_wait_for_tokens_however_long_it_takes_and_do_not_fail() {
    let world = World::new().await;
    let server = world.start().await;
    world.set_tokens(-1, 1_000).await;
    let id = server.submit(&books(30)).await;
    let batch = server.done_batch(&id).await;
    assert_eq!(batch["items"]["analysed"], 30, "{batch:#}");
}

#[tokio::test]
async fn products_that_keepa_leaves_out_are_not_taken_for_unknown_ones() {
    let world = World::new().await;
    let server = world.start().await;
    world
        .add_fault(json!({"kind": "missing_products", "times": 1}))
        .await;
    let id = server.submit(&books(4)).await;
    let batch = server.done_batch(&id).await;
    assert_eq!(batch["items"]["analysed"], 4, "{batch:#}");
    let known = server.all(&format!("/api/v1/analyses?batch_id={id}")).await;
    let titles = known
        .iter()
        .filter(|analysis| analysis["title"].is_string());
    assert_eq!(titles.count(), 4, "{known:#?}");
}

#[tokio::test]
async fn who_asks_for_one_analysis_while_keepa_fails_is_told_when_to_come_back() {
    let world = World::new().await;
    let server = world.start().await;
    let ask = async || {
        let body = json!({"identifier": books(1)[0], "buy_price": "4.50"});
        let request = server.request(Method::POST, "/api/v1/analyses").json(&body);
        Answer::of(request.send().await.unwrap()).await
    };
    for fault in [
        json!({"kind": "status", "status": 500}),
        json!({"kind": "garbage"}),
        json!({"kind": "half_body"}),
        json!({"kind": "drop_connection"}),
    ] {
        world.add_fault(fault).await;
        let answer = ask().await;
        assert_eq!(answer.problem(), (503, "UNAVAILABLE".to_owned()));
        assert!(answer.header("retry-after").parse::<u32>().is_ok());
        world.clear_faults().await;
    }
    assert_eq!(ask().await.json(201)["analysis"]["source"], "GENERATED");
}

#[tokio::test(flavor = "multi_thread")]
async fn keepa_that_fails_again_and_again_is_left_alone_for_a_while_and_nothing_is_given_up() {
    let mut world = World::new().await;
    world.set("keepa.pause_seconds", "2");
    world.set("worker.first_delay_ms", "1");
    world.set("worker.max_attempts", "11");
    let server = world.start().await;
    world
        .add_fault(json!({"kind": "status", "status": 500}))
        .await;
    let id = server.submit(&books(3)).await;
    let breaker = |wanted: &'static str| {
        server.eventually_answers("/health/dependencies", move |health| {
            health["keepa"]["breaker"] == wanted
        })
    };
    breaker("OPEN").await;
    let metrics = server.get("/metrics").await.text;
    assert!(
        metrics.contains("arbitragevault_keepa_breaker{state=\"closed\"} 0"),
        "{metrics}"
    );
    // Every further try fails, and none counts as an attempt at an item: they have one left.
    breaker("HALF_OPEN").await;
    world.clear_faults().await;
    let batch = server.done_batch(&id).await;
    assert_eq!(batch["items"]["analysed"], 3, "{batch:#}");
    breaker("CLOSED").await;
}
