//! The life of a batch as those who submitted it see it.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, TestServer, World, books};

/// The events of a batch from after a sequence number until the server ends the stream: sequence, kind, items done, items in all.
async fn events(server: &TestServer, id: &str, after: u32) -> Vec<(i64, String, i64, i64)> {
    let request = server.request(Method::GET, &format!("/api/v1/batches/{id}/events"));
    let request = request.header("last-event-id", after.to_string());
    let answer = Answer::of(request.send().await.unwrap()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("content-type"), "text/event-stream");
    let frames = answer.text.split("\n\n");
    let frames = frames.filter(|frame| frame.starts_with("id: "));
    frames
        .map(|frame| {
            let field = |name: &str| {
                let mut lines = frame.lines();
                lines.find_map(|line| line.strip_prefix(name)).unwrap()
            };
            let data: Value = serde_json::from_str(field("data: ")).unwrap();
            assert_eq!(data["batch_id"], id);
            assert_eq!(field("id: "), data["sequence"].to_string());
            assert_eq!(field("event: "), data["kind"]);
            let count = |name: &str| data["batch"][name].as_i64().unwrap();
            let done = [
                "analysed_items",
                "failed_items",
                "rejected_items",
                "cancelled_items",
            ];
            (
                data["sequence"].as_i64().unwrap(),
                data["kind"].as_str().unwrap().to_owned(),
                done.into_iter().map(count).sum(),
                count("total_items"),
            )
        })
        .collect()
}

#[tokio::test]
async fn the_events_of_a_batch_arrive_in_order_and_end_with_it() {
    let world = World::new().await;
    let server = world.start().await;
    let id = server.submit(&books(450)).await;
    let events_of_all = events(&server, &id, 0).await;
    let sequences: Vec<i64> = events_of_all.iter().map(|event| event.0).collect();
    assert_eq!(sequences, (1..=6).collect::<Vec<i64>>());
    let kinds: Vec<&str> = events_of_all.iter().map(|event| event.1.as_str()).collect();
    assert_eq!(
        kinds,
        [
            "SUBMITTED",
            "PROGRESS",
            "PROGRESS",
            "PROGRESS",
            "PROGRESS",
            "COMPLETED"
        ]
    );
    let done: Vec<i64> = events_of_all.iter().map(|event| event.2).collect();
    assert!(done.is_sorted(), "{done:?}");
    assert_eq!((done[0], done[5]), (0, 450));
    assert_eq!(server.batch(&id).await["status"], "COMPLETED");

    assert_eq!(events(&server, &id, 4).await, events_of_all[4..]);
    let request = server.request(Method::GET, &format!("/api/v1/batches/{id}/events"));
    let seen = request.header("last-event-id", "6").send().await.unwrap();
    assert_eq!(seen.status(), 204);
}

#[tokio::test]
async fn those_who_follow_at_another_server_hear_of_it_too() {
    let mut world = World::new().await;
    let working = world.start().await;
    world.set("worker.concurrency", "0");
    let idle = world.start().await;
    let id = idle.submit(&books(5)).await;
    let events = events(&idle, &id, 0).await;
    let kinds: Vec<&str> = events.iter().map(|event| event.1.as_str()).collect();
    assert_eq!(kinds, ["SUBMITTED", "COMPLETED"]);
    drop(working);
}

#[tokio::test]
async fn a_cancelled_batch_stops_spending_tokens() {
    let mut world = World::new().await;
    world.set("worker.concurrency", "1");
    world.set("worker.lease_seconds", "3");
    let server = world.start().await;
    world.hang_after(2).await;
    let id = server.submit(&books(500)).await;
    server
        .batch_when(&id, |batch| batch["items"]["analysed"] == 200)
        .await;
    let cancelled = server
        .post(&format!("/api/v1/batches/{id}/cancel"))
        .await
        .json(200);
    assert_eq!(cancelled["status"], "CANCELLED");
    assert_eq!(cancelled["items"]["analysed"], 200);
    assert_eq!(cancelled["items"]["cancelled"], 300);
    let again = server.post(&format!("/api/v1/batches/{id}/cancel")).await;
    assert_eq!(again.problem(), (409, "BATCH_STATE_CONFLICT".to_owned()));

    // Work that is submitted later is done, and nothing of what was cancelled before it but the request under way.
    world.clear_faults().await;
    let other = server.submit(&[json!("9798990000490")]).await;
    let other = server.done_batch(&other).await;
    assert_eq!(other["items"]["analysed"], 1);
    let spent = world.keepa_stats().await["tokens_consumed"]
        .as_i64()
        .unwrap();
    assert!(spent <= 301, "{spent} tokens were spent");
    assert_eq!(server.batch(&id).await, cancelled);
    assert_eq!(world.count("SELECT count(*) FROM jobs").await, 0);
}

#[tokio::test]
async fn a_cancelled_batch_goes_on_when_it_is_tried_again() {
    let world = World::new().await;
    let server = world.start().await;
    world.hang_after(0).await;
    let id = server.submit(&books(20)).await;
    let cancelled = server
        .post(&format!("/api/v1/batches/{id}/cancel"))
        .await
        .json(200);
    assert_eq!(cancelled["items"]["cancelled"], 20);
    world.clear_faults().await;
    drop(server);
    let server = world.start().await;
    let again = server
        .post(&format!("/api/v1/batches/{id}/retry"))
        .await
        .json(200);
    assert_eq!(again["items"]["pending"], 20);
    let done = server.done_batch(&id).await;
    assert_eq!(
        (&done["status"], &done["items"]["analysed"]),
        (&json!("COMPLETED"), &json!(20))
    );
    let kinds: Vec<String> = events(&server, &id, 2)
        .await
        .into_iter()
        .map(|event| event.1)
        .collect();
    assert_eq!(kinds, ["RETRIED", "COMPLETED"]);
    let nothing_left = server.post(&format!("/api/v1/batches/{id}/retry")).await;
    assert_eq!(
        nothing_left.problem(),
        (409, "BATCH_STATE_CONFLICT".to_owned())
    );
}

#[tokio::test]
async fn what_failed_is_tried_again_and_what_was_analysed_is_not() {
    let world = World::new().await;
    let server = world.start().await;
    let known = server.submit(&books(10)).await;
    server.done_batch(&known).await;
    world
        .add_fault(json!({"kind": "status", "status": 400}))
        .await;
    let id = server.submit(&books(15)).await;
    let batch = server.done_batch(&id).await;
    assert_eq!(batch["status"], "COMPLETED", "{batch:#}");
    assert_eq!(
        (&batch["items"]["analysed"], &batch["items"]["failed"]),
        (&json!(10), &json!(5))
    );
    let before = server.all(&format!("/api/v1/analyses?batch_id={id}")).await;
    world.clear_faults().await;
    server
        .post(&format!("/api/v1/batches/{id}/retry"))
        .await
        .json(200);
    let batch = server.done_batch(&id).await;
    assert_eq!(
        (&batch["items"]["analysed"], &batch["items"]["failed"]),
        (&json!(15), &json!(0))
    );
    let after = server.all(&format!("/api/v1/analyses?batch_id={id}")).await;
    assert_eq!(after.len(), 15);
    assert!(before.iter().all(|analysis| after.contains(analysis)));
    assert_eq!(world.keepa_stats().await["tokens_consumed"], 15);
}

#[tokio::test]
async fn a_deleted_batch_is_gone_with_everything_of_it() {
    let world = World::new().await;
    let server = world.start().await;
    let id = server.submit(&books(3)).await;
    server.done_batch(&id).await;
    let path = format!("/api/v1/batches/{id}");
    let deleted = server.request(Method::DELETE, &path).send().await.unwrap();
    assert_eq!(deleted.status(), 204);
    assert_eq!(
        server.get(&path).await.problem(),
        (404, "NOT_FOUND".to_owned())
    );
    for table in ["batches", "batch_items", "analyses", "jobs"] {
        assert_eq!(
            world.count(&format!("SELECT count(*) FROM {table}")).await,
            0,
            "{table}"
        );
    }
    let newest =
        "SELECT kind FROM events WHERE stream_kind = 'BATCH' ORDER BY sequence DESC LIMIT 1";
    assert_eq!(world.text(newest).await, "DELETED");
}

#[tokio::test]
async fn many_who_submit_and_read_at_once_are_all_answered() {
    let mut world = World::new().await;
    world.set("database.max_connections", "8");
    let server = world.start().await;
    let list = books(5);
    let everybody = (0..60).map(|_| async {
        let id = server.submit(&list).await;
        let batch = server.done_batch(&id).await;
        assert_eq!(batch["items"]["analysed"], 5, "{batch:#}");
        assert_eq!(
            server
                .all(&format!("/api/v1/analyses?batch_id={id}"))
                .await
                .len(),
            5
        );
    });
    futures_util::future::join_all(everybody).await;
    assert_eq!(world.count("SELECT count(*) FROM analyses").await, 300);
    assert_eq!(world.keepa_stats().await["tokens_consumed"], 5);
}

#[tokio::test]
async fn an_estimate_is_what_the_batch_then_costs() {
    let world = World::new().await;
    let server = world.start().await;
    let known = server.submit(&books(10)).await;
    server.done_batch(&known).await;
    let spent = async || {
        world.keepa_stats().await["tokens_consumed"]
            .as_u64()
            .unwrap()
    };
    let before = spent().await;

    let mut items = books(35);
    items.extend(books(2));
    items.push(json!("nonsense"));
    let request = server.request(Method::POST, "/api/v1/batches/estimate");
    let request = request.json(&json!({"items": items}));
    let estimate = Answer::of(request.send().await.unwrap()).await.json(200);
    assert_eq!(spent().await, before);
    let figure = |name: &str| estimate[name].as_u64().unwrap();
    let figures = ["items", "rejected", "products", "cached", "tokens"].map(figure);
    assert_eq!(figures, [37, 1, 35, 10, 25]);

    server.done_batch(&server.submit(&items).await).await;
    assert_eq!(spent().await - before, figure("tokens"));
}

#[tokio::test]
async fn market_data_is_asked_for_again_only_when_it_is_old() {
    let mut world = World::new().await;
    for (freshness_hours, tokens) in [("24", 5), ("24", 5), ("0", 10)] {
        world.set("keepa.freshness_hours", freshness_hours);
        let server = world.start().await;
        let batch = server.done_batch(&server.submit(&books(5)).await).await;
        assert_eq!(batch["items"]["analysed"], 5, "{batch:#}");
        assert_eq!(world.keepa_stats().await["tokens_consumed"], tokens);
    }
}

#[tokio::test]
async fn an_item_that_cannot_be_read_any_more_fails_by_name_and_stops_no_other() {
    let mut world = World::new().await;
    world.set("worker.concurrency", "0");
    let idle = world.start().await;
    let (one, other) = (idle.submit(&books(3)).await, idle.submit(&books(4)).await);
    // As an older version may have left them.
    world
        .change(&format!(
            "UPDATE batches SET layers = '5' WHERE id = '{one}'"
        ))
        .await;
    world
        .change(&format!(
            "UPDATE batches SET layers = NULL WHERE id = '{other}'"
        ))
        .await;
    world
        .change(&format!(
            "UPDATE batch_items SET condition = 'MINT' WHERE batch_id = '{other}' AND position = 2"
        ))
        .await;
    world.set("worker.concurrency", "1");
    let server = world.start().await;
    let failed = server.done_batch(&one).await;
    assert_eq!(failed["items"]["failed"], 3, "{failed:#}");
    let done = server.done_batch(&other).await;
    assert_eq!(done["items"]["analysed"], 3, "{done:#}");
    for (batch, position, what) in [(&one, 0, "configuration"), (&other, 1, "condition")] {
        let error = &server.items(batch).await[position]["error"];
        assert_eq!(error["code"], "ITEM_UNREADABLE", "{error}");
        assert!(error["detail"].as_str().unwrap().contains(what), "{error}");
    }
}
