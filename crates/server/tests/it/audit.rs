//! Who did what: told to those who may know, and checked by who runs the server.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, DEFAULT_USER, Output, World, books};

async fn verify(world: &World, format: &str) -> Output {
    let mut command = world.command();
    command.args(["audit", "verify", "--format", format]);
    Output::of(command, "").await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_is_told_with_who_did_it_and_a_change_of_it_is_found() {
    let world = World::new().await;
    let server = world.start().await;
    let id = server.submit(&books(3)).await;
    server.done_batch(&id).await;
    for (method, path, body) in [
        (
            Method::PATCH,
            "organisations/current",
            json!({"name": "Hilltop Books"}),
        ),
        (
            Method::POST,
            "organisations/current/invitations",
            json!({"email": "ann@example.com", "role": "VIEWER"}),
        ),
        (
            Method::PUT,
            "config/global",
            json!({"values": {"profit": {"target_roi_percent": 35}}}),
        ),
        (
            Method::POST,
            "api-keys",
            json!({"name": "Reader", "role": "VIEWER"}),
        ),
    ] {
        let request = server.request(method, &format!("/api/v1/{path}"));
        let done = request
            .header("If-Match", "*")
            .json(&body)
            .send()
            .await
            .unwrap();
        assert!(
            done.status().is_success(),
            "{path}: {}",
            done.text().await.unwrap()
        );
    }
    let deleted = server.request(Method::DELETE, &format!("/api/v1/batches/{id}"));
    assert_eq!(deleted.send().await.unwrap().status(), 204);

    let events = server.all("/api/v1/audit-events").await;
    let told: Vec<String> = events
        .iter()
        .map(|event| {
            format!(
                "{} {}",
                event["stream_kind"].as_str().unwrap(),
                event["kind"].as_str().unwrap()
            )
        })
        .take(7)
        .collect();
    assert_eq!(
        told,
        [
            "BATCH DELETED",
            "API_KEY CREATED",
            "CONFIGURATION SET",
            "INVITATION CREATED",
            "ORGANISATION RENAMED",
            "BATCH COMPLETED",
            "BATCH SUBMITTED",
        ]
    );
    assert_eq!(events[0]["user_id"], DEFAULT_USER);
    assert!(events[0]["api_key_id"].is_string());
    assert_eq!(events[5]["user_id"], Value::Null, "the worker is nobody");
    let filtered = async |query: &str| server.get(&format!("/api/v1/audit-events?{query}")).await;
    let of_batch = filtered(&format!("stream_kind=BATCH&stream_id={id}&limit=100"))
        .await
        .json(200);
    assert_eq!(of_batch["items"].as_array().unwrap().len(), 3);
    let renamed = filtered("kind=RENAMED").await.json(200);
    assert_eq!(
        renamed["items"][0]["payload"],
        json!({"name": "Hilltop Books"})
    );
    let later = filtered("since=2999-01-01T00:00:00Z").await.json(200);
    assert_eq!(later["items"], json!([]));
    let by_nobody = filtered(&format!("user_id={id}")).await.json(200);
    assert_eq!(by_nobody["items"], json!([]));
    let wrong = filtered("stream_kind=BOOK").await;
    assert_eq!(wrong.problem(), (400, "INVALID_PARAMETER".to_owned()));

    let sound = verify(&world, "text").await;
    assert_eq!(sound.code, Some(0), "{sound:?}");
    assert!(
        sound.stdout.contains("every event is as it was appended"),
        "{}",
        sound.stdout
    );
    world
        .change(
            "UPDATE events SET payload = '{\"name\": \"Somebody else\"}' WHERE kind = 'RENAMED'",
        )
        .await;
    let found = verify(&world, "json").await;
    assert_eq!(found.code, Some(1), "{found:?}");
    let found: Value = serde_json::from_str(&found.stdout).unwrap();
    assert_eq!(found["broken"][0]["sequence"], 2, "{found:#}");
    assert_eq!(
        found["deviations"][0]["stream_kind"], "ORGANISATION",
        "{found:#}"
    );
    let text = verify(&world, "text").await;
    assert!(
        text.stdout.contains("was changed after it was appended"),
        "{}",
        text.stdout
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_analyst_is_not_told_who_did_what() {
    let world = World::new().await;
    let server = world.start().await;
    let key = server.request(Method::POST, "/api/v1/api-keys");
    let key = key
        .json(&json!({"name": "Analyst", "role": "ANALYST"}))
        .send()
        .await
        .unwrap();
    let key = Answer::of(key).await.json(201);
    let analyst = server.with_key(key["key"].as_str().unwrap());
    let refused = analyst.get("/api/v1/audit-events").await;
    assert_eq!(refused.problem(), (403, "FORBIDDEN".to_owned()));
}
