//! Tokens on bad days: refreshed twice at once on two servers, from clocks that differ, of an issuer that is away.

use arbitragevault_tests::{Issuer, Signer};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, By, Follower, Heard, TestServer, World, books, eventually};

async fn post(server: &TestServer, path: &str, body: &Value) -> Answer {
    let request = server.anonymous(Method::POST, path).json(body);
    Answer::of(request.send().await.unwrap()).await
}

async fn refresh(server: &TestServer, token: &Value) -> Answer {
    post(
        server,
        "/api/v1/auth/refresh",
        &json!({"refresh_token": token}),
    )
    .await
}

async fn with_token(server: &TestServer, token: &str) -> Answer {
    let request = server.anonymous(Method::GET, "/api/v1/auth/me");
    Answer::of(request.bearer_auth(token).send().await.unwrap()).await
}

/// Claims of Ada's, with times in seconds from now.
fn claims(issuer: &Issuer, from: i64, to: i64) -> Value {
    let now = chrono::Utc::now().timestamp();
    json!({
        "iss": issuer.url, "aud": "books", "sub": "ada-1", "nbf": now + from, "exp": now + to,
        "email": "ada@example.com", "email_verified": true,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_that_refresh_at_once_on_two_servers_one_wins_and_the_session_goes_on() {
    let mails = tempfile::tempdir().unwrap();
    let mut world = World::new().await;
    world.set("accounts.mail_folder", mails.path().to_str().unwrap());
    let (one, other) = (world.start().await, world.start().await);
    let ada = json!({"email": "ada@example.com", "password": "correct horse battery staple"});
    post(&one, "/api/v1/auth/register", &ada).await.json(201);
    let signed_in = post(&one, "/api/v1/auth/login", &ada).await.json(200);
    let mut token = signed_in["refresh_token"].clone();
    for _ in 0..5 {
        let (here, there) = tokio::join!(refresh(&one, &token), refresh(&other, &token));
        let (won, lost) = if here.status == 200 {
            (here, there)
        } else {
            (there, here)
        };
        assert_eq!(lost.problem(), (409, "REFRESH_RACED".to_owned()));
        let won = won.json(200);
        assert_eq!(won["session_id"], signed_in["session_id"]);
        for server in [&one, &other] {
            let me = with_token(server, won["access_token"].as_str().unwrap()).await;
            assert_eq!(me.status, 200, "{}", me.text);
        }
        token = won["refresh_token"].clone();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_off_by_half_a_minute_is_borne_and_one_that_is_off_by_more_is_not() {
    let signer = Signer::ed("ed");
    let issuer = Issuer::start(std::slice::from_ref(&signer));
    let (_world, server) = trusting(&issuer).await;
    for (from, to, expected) in [
        (-60, 600, Ok(200)),
        (20, 600, Ok(200)),
        (-600, -20, Ok(200)),
        (120, 600, Err("TOKEN_NOT_YET_VALID")),
        (-600, -120, Err("TOKEN_EXPIRED")),
    ] {
        let answer = with_token(&server, &signer.token(&claims(&issuer, from, to))).await;
        match expected {
            Ok(status) => assert_eq!(answer.status, status, "{from} {to}: {}", answer.text),
            Err(code) => {
                assert_eq!(answer.problem(), (401, code.to_owned()), "{from} {to}");
                let challenge = answer.header("www-authenticate");
                assert!(challenge.starts_with("Bearer realm="), "{challenge}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_an_issuer_is_away_its_known_keys_go_on_and_unknown_ones_are_told_to_wait() {
    let (known, unknown) = (Signer::ed("known"), Signer::ed("unknown"));
    let issuer = Issuer::start(std::slice::from_ref(&known));
    let (world, server) = trusting(&issuer).await;
    let claims = claims(&issuer, -60, 600);
    let (known, unknown) = (known.token(&claims), unknown.token(&claims));
    assert_eq!(with_token(&server, &known).await.status, 200);
    issuer.break_down(true);
    for _ in 0..3 {
        assert_eq!(with_token(&server, &known).await.status, 200);
    }
    // A server that starts meanwhile knows none.
    let late = world.start().await;
    for token in [&known, &unknown] {
        let answer = with_token(&late, token).await;
        assert_eq!(answer.problem(), (503, "UNAVAILABLE".to_owned()));
        assert!(answer.header("retry-after").parse::<u32>().is_ok());
        assert!(answer.text.contains("issuer"), "{}", answer.text);
    }
    issuer.break_down(false);
    eventually("the issuer is asked again", async || {
        (with_token(&late, &known).await.status == 200).then_some(())
    })
    .await;
    let forged = with_token(&late, &unknown).await;
    assert_eq!(forged.problem(), (401, "TOKEN_INVALID".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_with_the_access_token_that_opened_it() {
    let signer = Signer::ed("ed");
    let issuer = Issuer::start(std::slice::from_ref(&signer));
    let (_world, server) = trusting(&issuer).await;
    // It has expired already, and is borne for some seconds more.
    let token = signer.token(&claims(&issuer, -600, -24));
    let server = server.with_key(&token);
    let batch = server.submit(&books(1)).await;
    let mut by_socket = Follower::start(By::Socket, &server, &batch, 0).await;
    let mut by_events = Follower::start(By::Events, &server, &batch, 0).await;
    for (follower, code) in [(&mut by_socket, Some(4401)), (&mut by_events, None)] {
        let (events, end) = follower.rest().await;
        assert_eq!(events.len(), 1, "{events:?}");
        assert_eq!(end, Heard::End(code));
    }
}

/// A world whose server takes the tokens of an issuer.
async fn trusting(issuer: &Issuer) -> (World, TestServer) {
    let mut world = World::new().await;
    let settings = format!(
        r#"[{{issuer="{}",audiences=["books"],algorithms=["EdDSA"]}}]"#,
        issuer.url
    );
    world.set("accounts.issuers", &settings);
    world.set("worker.concurrency", "0");
    world.set("server.heartbeat_seconds", "1");
    let server = world.start().await;
    (world, server)
}
