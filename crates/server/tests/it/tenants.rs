//! Bad days of organisations: the last owner who leaves, an invitation that is used twice, a tenant that is deleted while it is worked for.

use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, DEFAULT_USER, TestKey, TestServer, World, books, eventually};

const ORGANISATION: &str = "00000000-0000-7000-8000-0000000000c1";
const OWNER: &str = "00000000-0000-7000-8000-0000000000c2";

/// An organisation with one owner, and the owner's key.
pub(crate) async fn organisation(world: &World) -> &'static str {
    world.change(&format!("INSERT INTO organisations (id, name, slug) VALUES ('{ORGANISATION}', 'Second', 'second')")).await;
    world.change(&format!("INSERT INTO users (id, email, display_name) VALUES ('{OWNER}', 'second@example.com', 'Second')")).await;
    world.change(&format!("INSERT INTO memberships (user_id, organisation_id, role) VALUES ('{OWNER}', '{ORGANISATION}', 'OWNER')")).await;
    let key = TestKey {
        text: "avk_second",
        organisation: ORGANISATION,
        user: OWNER,
        ..TestKey::default()
    };
    world.make_key(&key).await;
    key.text
}

async fn call(
    server: &TestServer,
    method: Method,
    path: &str,
    key: &str,
    body: serde_json::Value,
) -> Answer {
    let request = server.anonymous(method, path).bearer_auth(key);
    let request = request.header("If-Match", "*").json(&body);
    Answer::of(request.send().await.unwrap()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_owner_can_neither_leave_nor_step_down_and_two_cannot_at_once() {
    let world = World::new().await;
    let server = world.start().await;
    let key = organisation(&world).await;
    let member = |user: &str| format!("/api/v1/organisations/current/members/{user}");
    for (method, body) in [
        (Method::DELETE, json!(null)),
        (Method::PATCH, json!({"role": "ADMIN"})),
    ] {
        let answer = call(&server, method, &member(OWNER), key, body).await;
        assert_eq!(answer.problem(), (409, "LAST_OWNER".to_owned()));
    }
    let same = call(
        &server,
        Method::PATCH,
        &member(OWNER),
        key,
        json!({"role": "OWNER"}),
    )
    .await;
    assert_eq!(same.status, 200, "{}", same.text);

    // Two owners who step down together: one of them stays, however they race.
    world.change(&format!("INSERT INTO memberships (user_id, organisation_id, role) VALUES ('{DEFAULT_USER}', '{ORGANISATION}', 'OWNER')")).await;
    world.begin_streams().await;
    let (one, other) = (member(OWNER), member(DEFAULT_USER));
    let step_down = |path| call(&server, Method::PATCH, path, key, json!({"role": "VIEWER"}));
    let (one, other) = tokio::join!(step_down(&one), step_down(&other));
    let owners = world.count(&format!("SELECT count(*) FROM memberships WHERE organisation_id = '{ORGANISATION}' AND role = 'OWNER'")).await;
    assert_eq!(owners, 1, "{} {}", one.text, other.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_leads_its_addressee_in_once_and_nobody_else() {
    let world = World::new().await;
    let server = world.start().await;
    let key = organisation(&world).await;
    let invitations = "/api/v1/organisations/current/invitations";
    let invite = async |email: &str| {
        let body = json!({"email": email, "role": "ANALYST"});
        let made = call(&server, Method::POST, invitations, key, body)
            .await
            .json(201);
        (
            made["id"].as_str().unwrap().to_owned(),
            made["token"].as_str().unwrap().to_owned(),
        )
    };
    let accept = async |token: &str| {
        let path = "/api/v1/invitations/accept";
        call(
            &server,
            Method::POST,
            path,
            TestKey::default().text,
            json!({"token": token}),
        )
        .await
    };
    let (_, foreign) = invite("somebody@example.com").await;
    assert_eq!(
        accept(&foreign).await.problem(),
        (404, "NOT_FOUND".to_owned())
    );

    let (id, late) = invite("OWNER@localhost").await;
    world.change(&format!("UPDATE invitations SET created_at = now() - interval '2 days', expires_at = now() - interval '1 day' WHERE id = '{id}'")).await;
    assert_eq!(
        accept(&late).await.problem(),
        (409, "INVITATION_EXPIRED".to_owned())
    );

    let (id, taken_back) = invite("owner@localhost").await;
    let path = format!("{invitations}/{id}");
    assert_eq!(
        call(&server, Method::DELETE, &path, key, json!(null))
            .await
            .status,
        204
    );
    assert_eq!(
        accept(&taken_back).await.problem(),
        (404, "NOT_FOUND".to_owned())
    );

    let (id, token) = invite("owner@localhost").await;
    let (one, other) = tokio::join!(accept(&token), accept(&token));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{} {}", one.text, other.text);
    assert_eq!(
        accept(&token).await.problem(),
        (409, "INVITATION_USED".to_owned())
    );
    let role = world.text(&format!("SELECT role FROM memberships WHERE organisation_id = '{ORGANISATION}' AND user_id = '{DEFAULT_USER}'")).await;
    assert_eq!(role, "ANALYST");
    // One that was accepted is no longer taken back.
    let path = format!("{invitations}/{id}");
    assert_eq!(
        call(&server, Method::DELETE, &path, key, json!(null))
            .await
            .status,
        404
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_deleted_while_its_batch_is_worked_on_leaves_nothing_and_stops_nobody() {
    let world = World::new().await;
    let server = world.start().await;
    let key = organisation(&world).await;
    let second = async |method: Method, path: &str| {
        let request = server.anonymous(method, path).bearer_auth(key);
        Answer::of(request.send().await.unwrap()).await
    };
    world
        .add_fault(json!({"kind": "slow", "ms": 1_500, "times": 1}))
        .await;
    let submitted = call(
        &server,
        Method::POST,
        "/api/v1/batches",
        key,
        json!({"items": books(60)}),
    )
    .await;
    assert_eq!(submitted.status, 202, "{}", submitted.text);
    let own = server.submit(&books(20)).await;
    eventually("Keepa is asked", async || {
        (world.keepa_stats().await["requests"] != 0).then_some(())
    })
    .await;
    let deleted = second(Method::DELETE, "/api/v1/organisations/current").await;
    assert_eq!(deleted.status, 204, "{}", deleted.text);
    let gone = second(Method::GET, "/api/v1/batches").await;
    assert_eq!(gone.problem(), (401, "UNAUTHENTICATED".to_owned()));

    let done = server.done_batch(&own).await;
    assert_eq!(done["items"]["analysed"], 20, "{done:#}");
    for (what, left) in [
        ("batches", 1),
        ("batch_items", 20),
        ("analyses", 20),
        ("jobs", 0),
    ] {
        assert_eq!(
            world.count(&format!("SELECT count(*) FROM {what}")).await,
            left,
            "{what}"
        );
    }
    for table in [
        "organisations WHERE id",
        "memberships WHERE organisation_id",
        "api_keys WHERE organisation_id",
    ] {
        let left = world
            .count(&format!("SELECT count(*) FROM {table} = '{ORGANISATION}'"))
            .await;
        assert_eq!(left, 0, "{table}");
    }
    let (code, said) = server.stop().await;
    assert_eq!(code, Some(0));
    let complaints: Vec<_> = said
        .iter()
        .filter(|line| line.contains("\"ERROR\"") || line.contains("is tried again"))
        .collect();
    assert!(complaints.is_empty(), "{complaints:#?}");
}
