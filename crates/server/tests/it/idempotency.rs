//! Requests that are sent again with their `Idempotency-Key`: done once, on whatever server, and whatever happened in between.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, TestKey, TestServer, World, books, eventually};

/// Sends a POST under a key.
async fn post(server: &TestServer, path: &str, key: &str, body: &Value) -> Answer {
    let request = server.request(Method::POST, path);
    let request = request.header("idempotency-key", key).json(body);
    Answer::of(request.send().await.unwrap()).await
}

async fn submit(server: &TestServer, key: &str, body: &Value) -> Answer {
    post(server, "/api/v1/batches", key, body).await
}

/// Sends it until it is answered with something else than that it is at work.
async fn submit_until_done(server: &TestServer, key: &str, body: &Value) -> Answer {
    eventually("the request is done", async || {
        let answer = submit(server, key, body).await;
        if answer.status != 409 {
            return Some(answer);
        }
        assert_eq!(answer.problem().1, "IDEMPOTENCY_KEY_IN_USE");
        assert_eq!(answer.header("retry-after"), "1");
        None
    })
    .await
}

/// A world whose servers leave the work to nobody.
async fn idle_world() -> World {
    let mut world = World::new().await;
    world.set("worker.concurrency", "0");
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_on_two_servers_at_once_makes_one_batch_with_one_answer() {
    let world = idle_world().await;
    let (one, other) = (world.start().await, world.start().await);
    let list = json!({"items": books(200)});
    for round in 1..=5 {
        let key = format!("round-{round}");
        let (first, second) = tokio::join!(
            submit_until_done(&one, &key, &list),
            submit_until_done(&other, &key, &list)
        );
        assert_eq!(first.json(202), second.json(202));
        assert_eq!(first.text, second.text);
        assert_eq!(first.header("location"), second.header("location"));
        let mut replayed = [&first, &second].map(|answer| answer.header("idempotent-replayed"));
        replayed.sort_unstable();
        assert_eq!(replayed, ["", "true"]);
        assert_eq!(world.count("SELECT count(*) FROM batches").await, round);
    }
    assert_eq!(world.count("SELECT count(*) FROM jobs").await, 1_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_belongs_to_one_request_of_one_caller_for_a_day() {
    let world = idle_world().await;
    let server = world.start().await;
    let list = json!({"name": "Tuesday", "items": books(2)});
    let first = submit(&server, "key-1", &list).await;
    let again = submit(&server, "key-1", &list).await;
    assert_eq!(first.status, 202, "{}", first.text);
    assert_eq!(again.text, first.text);
    for header in ["content-type", "location", "content-length"] {
        assert_eq!(again.header(header), first.header(header), "{header}");
    }
    assert_ne!(again.header("x-request-id"), first.header("x-request-id"));
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(first.header("idempotent-replayed"), "");

    let other_body = submit(&server, "key-1", &json!({"items": books(1)})).await;
    let reused = (422, "IDEMPOTENCY_KEY_REUSED".to_owned());
    assert_eq!(other_body.problem(), reused);
    let id = first.json(202)["batch"]["id"].as_str().unwrap().to_owned();
    let cancel = format!("/api/v1/batches/{id}/cancel");
    assert_eq!(
        post(&server, &cancel, "key-1", &json!({})).await.problem(),
        reused
    );
    let other_query = post(&server, "/api/v1/batches?name=Monday", "key-1", &list).await;
    assert_eq!(other_query.problem(), reused);

    // Another user of the same organisation has keys of his own.
    world.change("INSERT INTO users (id, email, display_name) VALUES ('00000000-0000-7000-8000-0000000000d1', 'ann@example.com', 'Ann')").await;
    world.change("INSERT INTO memberships (user_id, organisation_id, role) SELECT '00000000-0000-7000-8000-0000000000d1', id, 'ANALYST' FROM organisations").await;
    let ann = TestKey {
        text: "avk_ann",
        user: "00000000-0000-7000-8000-0000000000d1",
        ..TestKey::default()
    };
    world.make_key(&ann).await;
    let server = server.with_key(ann.text);
    let hers = submit(&server, "key-1", &list).await;
    assert_eq!(hers.header("idempotent-replayed"), "");
    assert_ne!(hers.json(202)["batch"]["id"], id.as_str());

    // Who may no longer submit is not told what was submitted either.
    world.change("UPDATE memberships SET role = 'VIEWER' WHERE user_id = '00000000-0000-7000-8000-0000000000d1'").await;
    eventually("the demotion is known", async || {
        let answer = submit(&server, "key-1", &list).await;
        (answer.status == 403).then_some(())
    })
    .await;

    let server = server.with_key(TestKey::default().text);
    let expire = "UPDATE idempotency_keys SET created_at = created_at - interval '1 day', expires_at = expires_at - interval '1 day'";
    world.change(expire).await;
    let anew = submit(&server, "key-1", &json!({"items": books(1)})).await;
    assert_eq!(anew.header("idempotent-replayed"), "");
    assert_ne!(anew.json(202)["batch"]["id"], id.as_str());
    assert_eq!(world.count("SELECT count(*) FROM batches").await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_key_is_refused_what_takes_none_ignores_it_and_a_refused_request_may_be_mended()
{
    let world = idle_world().await;
    let server = world.start().await;
    let list = json!({"items": books(1)});
    for key in ["", "two words", &"k".repeat(256)] {
        let refused = submit(&server, key, &list).await;
        assert_eq!(refused.problem(), (400, "INVALID_PARAMETER".to_owned()));
        assert_eq!(refused.json(400)["errors"][0]["header"], "Idempotency-Key");
    }
    let anonymous = server
        .anonymous(Method::POST, "/api/v1/batches")
        .header("idempotency-key", "key-1");
    let anonymous = Answer::of(anonymous.json(&list).send().await.unwrap()).await;
    assert_eq!(anonymous.problem().0, 401);

    let estimate = post(&server, "/api/v1/batches/estimate", "key-1", &list).await;
    assert_eq!(estimate.status, 200, "{}", estimate.text);
    assert_eq!(
        world.count("SELECT count(*) FROM idempotency_keys").await,
        0
    );

    let refused = submit(&server, "key-1", &json!({"itmes": books(1)})).await;
    assert_eq!(refused.problem(), (422, "VALIDATION_FAILED".to_owned()));
    assert_eq!(
        world.count("SELECT count(*) FROM idempotency_keys").await,
        0
    );
    assert_eq!(submit(&server, "key-1", &list).await.status, 202);
    assert_eq!(world.count("SELECT count(*) FROM batches").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_killed_with_its_server_is_done_by_the_next_when_its_lease_is_over() {
    let world = idle_world().await;
    let server = world.start().await;
    world.hang_after(0).await;
    let item = json!({"identifier": books(1)[0], "buy_price": "4.50"});
    let path = "/api/v1/analyses";
    let killed = server
        .request(Method::POST, path)
        .header("idempotency-key", "key-1")
        .json(&item);
    let killed = tokio::spawn(killed.send());
    eventually("Keepa is asked", async || {
        (world.keepa_stats().await["requests"] != 0).then_some(())
    })
    .await;
    let at_work = post(&server, path, "key-1", &item).await;
    assert_eq!(
        at_work.problem(),
        (409, "IDEMPOTENCY_KEY_IN_USE".to_owned())
    );
    server.kill().await;
    assert!(killed.await.unwrap().is_err());

    world.clear_faults().await;
    let server = world.start().await;
    let held = post(&server, path, "key-1", &item).await;
    assert_eq!(held.problem(), (409, "IDEMPOTENCY_KEY_IN_USE".to_owned()));
    let lease = world
        .count("SELECT extract(epoch FROM leased_until - created_at)::bigint FROM idempotency_keys")
        .await;
    assert_eq!(lease, 40);
    world
        .change("UPDATE idempotency_keys SET leased_until = now()")
        .await;
    let other = json!({"identifier": books(1)[0], "buy_price": "5.00"});
    let other = post(&server, path, "key-1", &other).await;
    assert_eq!(other.problem(), (422, "IDEMPOTENCY_KEY_REUSED".to_owned()));
    let done = post(&server, path, "key-1", &item).await;
    assert_eq!(done.header("idempotent-replayed"), "");
    let again = post(&server, path, "key-1", &item).await;
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(done.json(201), again.json(201));
    assert_eq!(world.count("SELECT count(*) FROM analyses").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_whose_answer_was_lost_with_the_server_is_answered_and_not_made_again() {
    let world = idle_world().await;
    let server = world.start().await;
    let list = json!({"items": books(3)});
    let first = submit(&server, "key-1", &list).await.json(202);
    // As a kill between the commit of the batch and that of its answer leaves it.
    world.change("UPDATE idempotency_keys SET status = NULL, content_type = NULL, location = NULL, body = NULL, leased_until = now()").await;
    let again = submit(&server, "key-1", &list).await;
    assert_eq!(again.header("idempotent-replayed"), "");
    assert_eq!(again.json(202), first);
    let replayed = submit(&server, "key-1", &list).await;
    assert_eq!(replayed.header("idempotent-replayed"), "true");
    assert_eq!(world.count("SELECT count(*) FROM batches").await, 1);
    assert_eq!(world.count("SELECT count(*) FROM jobs").await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_goes_away_hears_later_what_became_of_its_request() {
    let world = idle_world().await;
    let server = world.start().await;
    world
        .add_fault(json!({"kind": "slow", "ms": 1_500, "times": 1}))
        .await;
    let item = json!({"identifier": books(1)[0]});
    let path = "/api/v1/analyses";
    let impatient = server
        .request(Method::POST, path)
        .header("idempotency-key", "key-1")
        .timeout(Duration::from_millis(500))
        .json(&item);
    assert!(impatient.send().await.unwrap_err().is_timeout());
    let answer = eventually("the request is done", async || {
        let answer = post(&server, path, "key-1", &item).await;
        (answer.status != 409).then_some(answer)
    })
    .await;
    assert_eq!(answer.header("idempotent-replayed"), "true");
    answer.json(201);
    assert_eq!(world.count("SELECT count(*) FROM analyses").await, 1);
    assert_eq!(world.keepa_stats().await["products_served"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_shown_once_and_stored_nowhere() {
    let world = idle_world().await;
    let server = world.start().await;
    for (path, body, field, table) in [
        (
            "/api/v1/api-keys",
            json!({"name": "Spreadsheet"}),
            "key",
            "api_keys WHERE name = 'Spreadsheet'",
        ),
        (
            "/api/v1/organisations/current/invitations",
            json!({"email": "ann@example.com", "role": "VIEWER"}),
            "token",
            "invitations",
        ),
    ] {
        let made = post(&server, path, path, &body).await;
        let location = made.header("location").to_owned();
        let made = made.json(201);
        assert_eq!(location, format!("{path}/{}", made["id"].as_str().unwrap()));
        let again = post(&server, path, path, &body).await;
        assert_eq!(again.problem(), (409, "IDEMPOTENT_SECRET_SHOWN".to_owned()));
        assert_eq!(again.header("location"), location);
        assert!(again.text.contains(&location), "{}", again.text);
        let secret = made[field].as_str().unwrap();
        assert!(secret.len() > 20);
        let (_, random) = secret.split_once('_').unwrap();
        let stored = world
            .text("SELECT string_agg(k::text || coalesce(encode(body, 'escape'), ''), ' ') FROM idempotency_keys k")
            .await;
        assert!(stored.contains(&location));
        assert!(!stored.contains(random), "{stored}");
        let count = format!("SELECT count(*) FROM {table}");
        assert_eq!(world.count(&count).await, 1);
    }
}
