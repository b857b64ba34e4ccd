//! Accounts as a client meets them: signed in by password, on good days and on bad ones.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use arbitragevault_tests::FailingDatabase;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, TestServer, World, eventually};

/// The password of everybody in these tests.
const PASSWORD: &str = "correct horse battery staple";

/// The address of the person of these tests.
const ADA: &str = "ada@example.com";

/// The answer to a POST of JSON.
async fn post(server: &TestServer, path: &str, body: Value) -> Answer {
    let path = format!("/api/v1/auth/{path}");
    let request = server.anonymous(Method::POST, &path).json(&body);
    Answer::of(request.send().await.unwrap()).await
}

/// The answer to a request with an access token.
async fn with_token(server: &TestServer, method: Method, path: &str, token: &str) -> Answer {
    let path = format!("/api/v1/auth/{path}");
    let request = server.anonymous(method, &path).bearer_auth(token);
    Answer::of(request.send().await.unwrap()).await
}

async fn register(server: &TestServer, email: &str) -> Answer {
    post(
        server,
        "register",
        json!({"email": email, "password": PASSWORD}),
    )
    .await
}

async fn sign_in(server: &TestServer, email: &str, password: &str) -> Answer {
    post(
        server,
        "login",
        json!({"email": email, "password": password}),
    )
    .await
}

/// A text of a document.
fn text<'a>(document: &'a Value, name: &str) -> &'a str {
    document[name].as_str().unwrap()
}

/// A world whose mails are written to a folder.
fn with_mails(mut world: World, folder: &Path) -> World {
    world.set("accounts.mail_folder", folder.to_str().unwrap());
    world
}

/// The token of the mail with a subject.
async fn mailed_token(folder: &Path, subject: &str) -> String {
    let subject = format!("Subject: {subject}\n");
    let mail = eventually("the mail comes", async || {
        let files = std::fs::read_dir(folder).ok()?;
        let mails = files.filter_map(|file| {
            let path = file.ok()?.path();
            // One whose name begins with a dot is still being written.
            let is_whole = path.extension().is_some_and(|extension| extension == "txt");
            is_whole.then(|| std::fs::read_to_string(path).ok())?
        });
        mails.into_iter().find(|mail| mail.contains(&subject))
    })
    .await;
    let token = mail.lines().find_map(|line| line.strip_prefix("    "));
    token.unwrap().to_owned()
}

#[tokio::test]
async fn an_account_from_its_making_to_signing_out() {
    let mails = tempfile::tempdir().unwrap();
    let world = with_mails(World::new().await, mails.path());
    let server = world.start().await;
    let account = register(&server, ADA).await.json(201);
    assert_eq!(account["email_verified_at"], Value::Null);
    assert_eq!(
        register(&server, " Ada@EXAMPLE.com").await.problem(),
        (409, "EMAIL_TAKEN".to_owned())
    );
    let proof = mailed_token(mails.path(), "Confirm your e-mail address").await;
    assert_eq!(
        post(&server, "email/verify", json!({"token": proof}))
            .await
            .status,
        204
    );

    let tokens = sign_in(&server, ADA, PASSWORD).await.json(200);
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in"], 900);
    let me = with_token(&server, Method::GET, "me", text(&tokens, "access_token"))
        .await
        .json(200);
    assert_eq!(me["id"], account["id"]);
    assert_eq!(me["session_id"], tokens["session_id"]);
    // The same token calls everything else, as the owner of an organisation of one's own.
    let mine = server
        .anonymous(Method::GET, "/api/v1/organisations/current/members")
        .bearer_auth(text(&tokens, "access_token"));
    let members = Answer::of(mine.send().await.unwrap()).await.json(200);
    assert_eq!(members["items"][0]["role"], "OWNER", "{members:#}");
    assert_eq!(members["items"].as_array().unwrap().len(), 1);
    let close = |value| format!("UPDATE users SET disabled_at = {value} WHERE email = '{ADA}'");
    world.change(&close("now()")).await;
    // What another process changes is seen within seconds.
    let closed = eventually("the account is closed", async || {
        let closed = server
            .anonymous(Method::GET, "/api/v1/batches")
            .bearer_auth(text(&tokens, "access_token"));
        let closed = Answer::of(closed.send().await.unwrap()).await;
        (closed.status != 200).then_some(closed)
    });
    assert_eq!(closed.await.problem(), (401, "UNAUTHENTICATED".to_owned()));
    world.change(&close("NULL")).await;
    assert!(me["email_verified_at"].is_string());
    assert_eq!(me["organisation"]["role"], "OWNER");

    let body = json!({"refresh_token": tokens["refresh_token"]});
    let (one, other) = tokio::join!(
        post(&server, "refresh", body.clone()),
        post(&server, "refresh", body)
    );
    let (won, lost) = if one.status == 200 {
        (one, other)
    } else {
        (other, one)
    };
    assert_eq!(lost.problem(), (409, "REFRESH_RACED".to_owned()));
    let tokens = won.json(200);
    let access = text(&tokens, "access_token");
    let sessions = with_token(&server, Method::GET, "sessions", access)
        .await
        .json(200);
    assert_eq!(sessions["items"].as_array().unwrap().len(), 1);
    assert_eq!(sessions["items"][0]["is_current"], true);

    assert_eq!(
        with_token(&server, Method::POST, "logout", access)
            .await
            .status,
        204
    );
    let gone = with_token(&server, Method::GET, "me", access).await;
    assert_eq!(gone.problem(), (401, "SESSION_ENDED".to_owned()));
    assert_eq!(
        gone.header("www-authenticate"),
        r#"Bearer realm="arbitragevault""#
    );
    let refused = post(
        &server,
        "refresh",
        json!({"refresh_token": tokens["refresh_token"]}),
    )
    .await;
    assert_eq!(refused.problem(), (401, "SESSION_ENDED".to_owned()));
    let missing = server.anonymous(Method::GET, "/api/v1/auth/me");
    let missing = Answer::of(missing.send().await.unwrap()).await;
    assert_eq!(missing.problem(), (401, "TOKEN_MISSING".to_owned()));

    assert_eq!(
        post(&server, "password/forgot", json!({"email": ADA}))
            .await
            .status,
        202
    );
    let nobody = post(
        &server,
        "password/forgot",
        json!({"email": "nobody@example.com"}),
    )
    .await;
    assert_eq!(nobody.status, 202);
    let reset = mailed_token(mails.path(), "Set a new password").await;
    let body = json!({"token": reset, "password": "another good password"});
    assert_eq!(
        post(&server, "password/reset", body.clone()).await.status,
        204
    );
    let again = post(&server, "password/reset", body).await;
    assert_eq!(again.problem(), (422, "VALIDATION_FAILED".to_owned()));
    assert_eq!(again.json(422)["errors"][0]["code"], "TOKEN_REFUSED");
    assert_eq!(
        sign_in(&server, ADA, PASSWORD).await.problem(),
        (401, "INVALID_CREDENTIALS".to_owned())
    );
    assert_eq!(
        sign_in(&server, ADA, "another good password").await.status,
        200
    );

    let (code, said) = server.stop().await;
    assert_eq!(code, Some(0));
    let said = said.join("\n");
    for secret in [
        PASSWORD,
        "another good password",
        &proof,
        &reset,
        access,
        text(&tokens, "refresh_token"),
        ADA,
    ] {
        assert!(!said.contains(secret), "the log shows {secret}");
    }
}

#[tokio::test]
async fn tokens_outlive_the_server_that_made_them() {
    let mails = tempfile::tempdir().unwrap();
    let world = with_mails(World::new().await, mails.path());
    let server = world.start().await;
    register(&server, ADA).await.json(201);
    let tokens = sign_in(&server, ADA, PASSWORD).await.json(200);
    server.kill().await;
    let server = world.start().await;
    let me = with_token(&server, Method::GET, "me", text(&tokens, "access_token")).await;
    assert_eq!(me.status, 200, "{}", me.text);
    let refreshed = post(
        &server,
        "refresh",
        json!({"refresh_token": tokens["refresh_token"]}),
    )
    .await;
    assert_eq!(refreshed.status, 200, "{}", refreshed.text);
}

#[tokio::test]
async fn a_locked_address_is_told_when_to_come_back() {
    let mails = tempfile::tempdir().unwrap();
    let world = with_mails(World::new().await, mails.path());
    let server = world.start().await;
    register(&server, ADA).await.json(201);
    for email in [ADA, "nobody@example.com"] {
        for _ in 0..5 {
            let wrong = sign_in(&server, email, "a wrong password").await;
            assert_eq!(wrong.problem(), (401, "INVALID_CREDENTIALS".to_owned()));
        }
        let locked = sign_in(&server, email, PASSWORD).await;
        assert_eq!(locked.problem(), (429, "TOO_MANY_ATTEMPTS".to_owned()));
        let seconds: u32 = locked.header("retry-after").parse().unwrap();
        assert!((1..=30).contains(&seconds), "{seconds}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_postgresql_is_away_nobody_signs_in_and_nobody_is_locked_out_by_it() {
    let mails = tempfile::tempdir().unwrap();
    let mut database = FailingDatabase::start().await.unwrap();
    let world = with_mails(World::around(database.database()), mails.path());
    let server = world.start().await;
    register(&server, ADA).await.json(201);
    let tokens = sign_in(&server, ADA, PASSWORD).await.json(200);
    let refresh = json!({"refresh_token": tokens["refresh_token"]});
    database.stop().unwrap();
    for _ in 0..6 {
        for answer in [
            sign_in(&server, ADA, PASSWORD).await,
            post(&server, "refresh", refresh.clone()).await,
            with_token(&server, Method::GET, "me", text(&tokens, "access_token")).await,
        ] {
            assert_eq!(answer.problem(), (503, "UNAVAILABLE".to_owned()));
            assert!(answer.header("retry-after").parse::<u32>().is_ok());
        }
    }
    database.restart().unwrap();
    server.eventually_answers("/api/v1/batches", |_| true).await;
    assert_eq!(sign_in(&server, ADA, PASSWORD).await.status, 200);
    assert_eq!(post(&server, "refresh", refresh).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_who_sign_in_at_once_wait_for_each_other_and_stall_nothing_else() {
    const PEOPLE: usize = 200;
    let mails = tempfile::tempdir().unwrap();
    let world = with_mails(World::new().await, mails.path());
    let server = world.start().await;
    register(&server, ADA).await.json(201);
    let people = format!(
        "WITH people AS (
             INSERT INTO users (id, email, display_name, password_hash)
             SELECT gen_random_uuid(), 'user' || number || '@example.com', 'User', password_hash
             FROM users CROSS JOIN generate_series(1, {PEOPLE}) AS number WHERE email = '{ADA}' RETURNING id)
         INSERT INTO memberships (user_id, organisation_id, role)
         SELECT people.id, memberships.organisation_id, 'VIEWER'
         FROM people CROSS JOIN memberships JOIN users ON users.id = memberships.user_id WHERE users.email = '{ADA}'"
    );
    world.change(&people).await;
    let memory = async || {
        let health = server.get("/health/detailed").await.json(200);
        health["resident_memory_bytes"].as_u64().unwrap()
    };
    let before = memory().await;
    let everybody = async {
        let all = (1..=PEOPLE).map(|number| {
            let email = format!("user{number}@example.com");
            let server = &server;
            async move { sign_in(server, &email, PASSWORD).await }
        });
        join_all(all).await
    };
    let mut everybody = std::pin::pin!(everybody);
    let (mut slowest, mut most, mut probes) = (Duration::ZERO, before, 0);
    let answers = loop {
        let probe = async {
            let asked = Instant::now();
            let health = server.get("/health").await;
            assert_eq!(health.status, 200);
            let answered = asked.elapsed();
            (answered, memory().await)
        };
        tokio::select! {
            answers = &mut everybody => break answers,
            (answered, memory) = probe => {
                slowest = slowest.max(answered);
                most = most.max(memory);
                probes += 1;
            }
        }
    };
    // Who waits too long for a turn is told to come back; nobody is refused for any other reason.
    let statuses: BTreeSet<u16> = answers.iter().map(|answer| answer.status).collect();
    assert!(
        statuses.is_subset(&BTreeSet::from([200, 503])),
        "{statuses:?}"
    );
    let got_in = answers.iter().filter(|answer| answer.status == 200).count();
    let grown = most.saturating_sub(before) >> 20;
    eprintln!(
        "{got_in} got in; /health took {slowest:?} at most in {probes} probes; memory grew by {grown} MiB"
    );
    assert!(got_in > 0);
    assert!(probes > 0);
    // A probe that waited for the hashes would take as long as they do together, 20 s and more.
    assert!(slowest < Duration::from_secs(5), "{slowest:?}");
    // Two hundred hashes at once would take 3,800 MiB.
    assert!(grown < 400, "{grown} MiB");
}

#[tokio::test]
async fn while_an_issuer_is_out_of_reach_its_tokens_are_told_to_wait() {
    let mut world = World::new().await;
    let issuer = r#"[{issuer="http://127.0.0.1:1",audiences=["books"],algorithms=["EdDSA"]}]"#;
    world.set("accounts.issuers", issuer);
    let server = world.start().await;
    let part = |json: Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let token = format!(
        "{}.{}.{}",
        part(json!({"alg": "EdDSA", "kid": "key"})),
        part(
            json!({"iss": "http://127.0.0.1:1", "aud": "books", "sub": "ada", "exp": 4_000_000_000_u64})
        ),
        URL_SAFE_NO_PAD.encode([0; 64])
    );
    let answer = with_token(&server, Method::GET, "me", &token).await;
    assert_eq!(answer.problem(), (503, "UNAVAILABLE".to_owned()));
    assert!(answer.header("retry-after").parse::<u32>().is_ok());
    assert!(
        answer.text.contains("the issuer of the access token"),
        "{}",
        answer.text
    );
    let forged = token.replace(
        &part(json!({"alg": "EdDSA", "kid": "key"})),
        &part(json!({"alg": "ES256", "kid": "key"})),
    );
    let refused = with_token(&server, Method::GET, "me", &forged).await;
    assert_eq!(refused.problem(), (401, "TOKEN_INVALID".to_owned()));
}
