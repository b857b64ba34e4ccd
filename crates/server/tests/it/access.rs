//! Who may what: every operation of the OpenAPI document, as every role, as another tenant, and with every credential that is none.

mod cases;

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::{Value, json};

use self::cases::{For, OPEN, Object, PUBLIC, cases, own_account, rank};
use crate::support::{Answer, DEFAULT_ORGANISATION, DEFAULT_USER, TestKey, TestServer, World};

/// The organisation that must see nothing of the first, and its owner.
const OTHER_ORGANISATION: &str = "00000000-0000-7000-8000-0000000000b1";
const OTHER_OWNER: &str = "00000000-0000-7000-8000-0000000000b2";

/// The roles, the least first, each with a member of the default organisation and the member's key.
const ROLES: [(&str, &str, &str); 4] = [
    (
        "VIEWER",
        "00000000-0000-7000-8000-0000000000a1",
        "avk_viewer",
    ),
    (
        "ANALYST",
        "00000000-0000-7000-8000-0000000000a2",
        "avk_analyst",
    ),
    ("ADMIN", "00000000-0000-7000-8000-0000000000a3", "avk_admin"),
    ("OWNER", DEFAULT_USER, "avk_owner"),
];

/// A world with a server that does no work by itself, a member of every role, and another organisation.
async fn world_of_roles() -> (World, TestServer) {
    let mut world = World::new().await;
    world.set("worker.concurrency", "0");
    let server = world.start().await;
    for (role, user, key) in ROLES {
        if user != DEFAULT_USER {
            world.change(&format!("INSERT INTO users (id, email, display_name) VALUES ('{user}', '{role}@example.com', '{role}')")).await;
            world.change(&format!("INSERT INTO memberships (user_id, organisation_id, role) VALUES ('{user}', '{DEFAULT_ORGANISATION}', '{role}')")).await;
        }
        let key = TestKey {
            text: key,
            user,
            ..TestKey::default()
        };
        // Made as for an owner: what a key may is what its maker may.
        world.make_key(&key).await;
    }
    world.change(&format!("INSERT INTO users (id, email, display_name) VALUES ('{OTHER_OWNER}', 'other@example.com', 'Other')")).await;
    make_other_organisation(&world).await;
    (world, server)
}

/// The other organisation, with its owner and the owner's key.
async fn make_other_organisation(world: &World) {
    world.change(&format!("INSERT INTO organisations (id, name, slug) VALUES ('{OTHER_ORGANISATION}', 'Other', 'other')")).await;
    world.change(&format!("INSERT INTO memberships (user_id, organisation_id, role) VALUES ('{OTHER_OWNER}', '{OTHER_ORGANISATION}', 'OWNER')")).await;
    world
        .make_key(&TestKey {
            text: "avk_other",
            organisation: OTHER_ORGANISATION,
            user: OTHER_OWNER,
            ..TestKey::default()
        })
        .await;
}

/// The operations of the document, and whom they are for.
async fn operations(server: &TestServer) -> BTreeMap<String, For> {
    let document = server.get("/openapi.json").await.json(200);
    assert_eq!(
        document["components"]["securitySchemes"]["bearer"]["scheme"],
        "bearer"
    );
    let paths = document["paths"].as_object().unwrap();
    let operations = paths.iter().flat_map(|(path, item)| {
        item.as_object()
            .unwrap()
            .iter()
            .map(move |(method, operation)| {
                let name = format!("{} {path}", method.to_uppercase());
                let scopes = operation["security"][0]["bearer"].as_array();
                let who = match scopes.map(|scopes| scopes.first()) {
                    None => For::Everybody,
                    Some(None) => For::OwnAccount,
                    Some(Some(scope)) => For::Scope(scope.as_str().unwrap().to_owned()),
                };
                let lists = |status| operation["responses"][status].is_object();
                let asks_who = who != For::Everybody;
                let proves_who = OPEN.contains(&name.as_str());
                assert!(lists("401") == asks_who || proves_who, "{name}");
                assert_eq!(lists("403"), who.scope().is_some(), "{name}");
                (name, who)
            })
    });
    operations.collect()
}

#[track_caller]
fn assert_unauthenticated(answer: &Answer, who: &str) {
    assert_eq!(
        answer.problem(),
        (401, "UNAUTHENTICATED".to_owned()),
        "{who}"
    );
    let challenge = answer.header("www-authenticate");
    assert!(challenge.starts_with("Bearer realm="), "{who}: {challenge}");
}

#[track_caller]
fn assert_forbidden(answer: &Answer, scope: &str, who: &str) {
    assert_eq!(answer.problem(), (403, "FORBIDDEN".to_owned()), "{who}");
    let challenge = answer.header("www-authenticate");
    assert!(
        challenge.contains(&format!("scope=\"{scope}\"")),
        "{who}: {challenge}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_is_open_to_exactly_those_whom_it_is_for() {
    let (world, server) = world_of_roles().await;
    let operations = operations(&server).await;
    let cases = cases();
    let with_case: BTreeSet<&str> = cases
        .iter()
        .map(|case| case.operation)
        .chain(PUBLIC.map(|one| one.0))
        .chain(OPEN)
        .chain(own_account().iter().map(|one| one.0))
        .collect();
    let known: BTreeSet<&str> = operations.keys().map(String::as_str).collect();
    let missing: Vec<_> = known.difference(&with_case).collect();
    assert!(
        missing.is_empty(),
        "these operations have no case here: {missing:?}"
    );
    let gone: Vec<_> = with_case.difference(&known).collect();
    assert!(
        gone.is_empty(),
        "these cases have no operation any more: {gone:?}"
    );

    for (operation, path) in PUBLIC {
        assert_eq!(operations[operation], For::Everybody, "{operation}");
        let answer = Answer::of(server.anonymous(Method::GET, path).send().await.unwrap()).await;
        assert_eq!(answer.status, 200, "{operation}");
    }
    for operation in OPEN {
        assert_eq!(operations[operation], For::Everybody, "{operation}");
        let path = operation.trim_start_matches("POST ");
        let request = server.anonymous(Method::POST, path).json(&json!({}));
        let answer = Answer::of(request.send().await.unwrap()).await;
        assert_eq!(answer.problem().0, 422, "{operation}: {}", answer.text);
    }
    for (operation, body) in own_account() {
        assert_eq!(operations[operation], For::OwnAccount, "{operation}");
        let (method, path) = operation.split_once(' ').unwrap();
        let path = path.replace("{id}", OTHER_OWNER);
        let method: Method = method.parse().unwrap();
        for credential in [None, Some("avk_owner"), Some("eyJhbGciOiJub25lIn0.e30.")] {
            let request = server.anonymous(method.clone(), &path);
            let request = match credential {
                Some(credential) => request.bearer_auth(credential),
                None => request,
            };
            let request = match &body {
                Some(body) => request.json(body),
                None => request,
            };
            let answer = Answer::of(request.send().await.unwrap()).await;
            let who = format!("{operation} with {credential:?}");
            assert_eq!(answer.problem().0, 401, "{who}");
            let challenge = answer.header("www-authenticate");
            assert!(challenge.starts_with("Bearer realm="), "{who}: {challenge}");
        }
    }

    for (text, is_expired, is_revoked) in
        [("avk_expired", true, false), ("avk_revoked", false, true)]
    {
        world
            .make_key(&TestKey {
                text,
                is_expired,
                is_revoked,
                ..TestKey::default()
            })
            .await;
    }
    let scopes: BTreeSet<&str> = operations.values().filter_map(For::scope).collect();
    for scope in &scopes {
        let others: Vec<&str> = scopes
            .iter()
            .filter(|other| *other != scope)
            .copied()
            .collect();
        for (text, scopes) in [
            (format!("avk_only_{scope}"), vec![*scope]),
            (format!("avk_without_{scope}"), others),
        ] {
            world
                .make_key(&TestKey {
                    text: &text,
                    scopes: Some(scopes),
                    ..TestKey::default()
                })
                .await;
        }
    }

    for case in &cases {
        let name = case.operation;
        let scope = operations[name].scope();
        let scope = scope.unwrap_or_else(|| panic!("{name} names no scope"));
        for (who, credential) in [
            ("nobody", None),
            (
                "a forged key",
                Some("avk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
            ),
            ("a token of nobody", Some("eyJhbGciOiJub25lIn0.e30.")),
            ("an expired key", Some("avk_expired")),
            ("a revoked key", Some("avk_revoked")),
        ] {
            let answer = case.call(&world, &server, credential).await;
            assert_unauthenticated(&answer, &format!("{name} as {who}"));
        }
        for (role, _, key) in ROLES {
            let answer = case.call(&world, &server, Some(key)).await;
            if rank(role) >= case.least_rank() {
                assert_eq!(
                    answer.status, case.status,
                    "{name} as {role}: {}",
                    answer.text
                );
            } else {
                assert_forbidden(&answer, scope, &format!("{name} as {role}"));
            }
        }
        let answer = case
            .call(&world, &server, Some(&format!("avk_only_{scope}")))
            .await;
        let expected = match name {
            // The new key would have more scopes than its maker.
            "POST /api/v1/api-keys" => 403,
            _ => case.status,
        };
        assert_eq!(
            answer.status, expected,
            "{name} with {scope} only: {}",
            answer.text
        );
        let answer = case
            .call(&world, &server, Some(&format!("avk_without_{scope}")))
            .await;
        assert_forbidden(
            &answer,
            scope,
            &format!("{name} with everything but {scope}"),
        );

        let answer = case.call(&world, &server, Some("avk_other")).await;
        match (case.object, name) {
            (Object::Nothing, "DELETE /api/v1/organisations/current") => {
                assert_eq!(
                    answer.status, 204,
                    "{name} as another tenant: {}",
                    answer.text
                );
                // It deleted itself: the tests that follow need it again.
                make_other_organisation(&world).await;
            }
            (Object::Nothing | Object::Product | Object::Scope, _) => {
                assert_eq!(
                    answer.status, case.status,
                    "{name} as another tenant: {}",
                    answer.text
                );
            }
            _ => {
                let problem = answer.problem();
                assert_eq!(
                    problem,
                    (404, "NOT_FOUND".to_owned()),
                    "{name} as another tenant"
                );
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_tenant_finds_nothing_in_any_list() {
    let (world, server) = world_of_roles().await;
    for object in [
        Object::Batch,
        Object::Analysis,
        Object::ApiKey,
        Object::Invitation,
    ] {
        object.make(&world).await;
    }
    let other = server.with_key("avk_other");
    for (list, own) in [
        ("batches", 0),
        ("analyses", 0),
        ("organisations/current/invitations", 0),
        ("api-keys", 1),
        ("organisations/current/members", 1),
    ] {
        let rows = other.all(&format!("/api/v1/{list}")).await;
        assert_eq!(rows.len(), own, "{list}: {rows:?}");
    }
    let top = other.get("/api/v1/analyses/top").await.json(200);
    assert_eq!(top["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_lives_from_its_making_to_its_revocation_and_never_has_more_than_its_maker() {
    let (world, server) = world_of_roles().await;
    let admin = server.with_key("avk_admin");
    let make = async |body: Value| {
        let request = admin.request(Method::POST, "/api/v1/api-keys").json(&body);
        Answer::of(request.send().await.unwrap()).await
    };
    for (body, problem) in [
        (
            json!({"name": "Too much", "role": "OWNER"}),
            (403, "FORBIDDEN"),
        ),
        (
            json!({"name": "Too much", "role": "VIEWER", "scopes": ["batches:write"]}),
            (422, "SCOPE_EXCEEDS_ROLE"),
        ),
        (json!({"name": "None", "scopes": []}), (422, "SCOPES_EMPTY")),
        (
            json!({"name": "Unknown", "scopes": ["books:read"]}),
            (422, "VALIDATION_FAILED"),
        ),
        (
            json!({"name": "Late", "expires_at": "2020-01-01T00:00:00Z"}),
            (422, "EXPIRY_PAST"),
        ),
        (json!({"name": " "}), (422, "NAME_INVALID")),
    ] {
        assert_eq!(
            make(body).await.problem(),
            (problem.0, problem.1.to_owned())
        );
    }
    let made = make(json!({"name": "Reader", "role": "VIEWER", "scopes": ["batches:read"]}))
        .await
        .json(201);
    let (key, id) = (made["key"].as_str().unwrap(), made["id"].as_str().unwrap());
    assert!(key.starts_with(made["prefix"].as_str().unwrap()));
    let rows = admin.all("/api/v1/api-keys").await;
    let row = rows.iter().find(|row| row["id"] == id).unwrap();
    assert_eq!(row["last_used_at"], Value::Null);
    assert!(
        !json!(rows).to_string().contains(key),
        "the key is shown once"
    );
    let stored = world
        .count(&format!(
            "SELECT count(*) FROM api_keys WHERE api_keys::text LIKE '%{key}%'"
        ))
        .await;
    assert_eq!(stored, 0, "the key itself is stored nowhere");

    let as_key = async |path: &str| {
        let request = admin.anonymous(Method::GET, path).bearer_auth(key);
        Answer::of(request.send().await.unwrap()).await
    };
    assert_eq!(as_key("/api/v1/batches").await.status, 200);
    assert_forbidden(
        &as_key("/api/v1/analyses").await,
        "analyses:read",
        "the key",
    );
    let used = admin.all("/api/v1/api-keys").await;
    let used = used.iter().find(|row| row["id"] == id).unwrap();
    assert!(used["last_used_at"].is_string());

    let request = admin.request(Method::DELETE, &format!("/api/v1/api-keys/{id}"));
    let revoked = Answer::of(request.send().await.unwrap()).await.json(200);
    assert!(revoked["revoked_at"].is_string());
    assert_unauthenticated(&as_key("/api/v1/batches").await, "the revoked key");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_shrinks_with_its_maker_at_once() {
    let (_world, server) = world_of_roles().await;
    let owner = server.with_key("avk_owner");
    let as_admin = async || {
        let request = owner
            .anonymous(Method::GET, "/api/v1/api-keys")
            .bearer_auth("avk_admin");
        Answer::of(request.send().await.unwrap()).await
    };
    assert_eq!(as_admin().await.status, 200);
    let member = format!("/api/v1/organisations/current/members/{}", ROLES[2].1);
    let demoted = owner
        .request(Method::PATCH, &member)
        .header("If-Match", "*")
        .json(&json!({"role": "VIEWER"}));
    assert_eq!(demoted.send().await.unwrap().status(), 200);
    assert_forbidden(&as_admin().await, "api_keys:read", "the demoted admin");
    let removed = owner.request(Method::DELETE, &member);
    assert_eq!(removed.send().await.unwrap().status(), 204);
    assert_unauthenticated(&as_admin().await, "the removed admin");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_of_a_closed_account_is_taken_no_more() {
    let (world, server) = world_of_roles().await;
    let (_, user, key) = ROLES[2];
    world
        .change(&format!(
            "UPDATE users SET disabled_at = now() WHERE id = '{user}'"
        ))
        .await;
    let request = server
        .anonymous(Method::GET, "/api/v1/batches")
        .bearer_auth(key);
    let answer = Answer::of(request.send().await.unwrap()).await;
    assert_unauthenticated(&answer, "the key of a closed account");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_with_the_setting_and_on_loopback_everybody_is_the_owner() {
    let mut world = World::new().await;
    world.set("auth.required", "false");
    let server = world.start().await;
    let answer = Answer::of(
        server
            .anonymous(Method::GET, "/api/v1/api-keys")
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    // A credential that is shown is looked at all the same.
    let forged = server
        .anonymous(Method::GET, "/api/v1/api-keys")
        .bearer_auth("avk_forged");
    assert_unauthenticated(
        &Answer::of(forged.send().await.unwrap()).await,
        "a forged key",
    );
    let warned = server
        .said()
        .iter()
        .any(|line| line.contains("auth.required is false"));
    assert!(warned);

    world.set("server.host", "0.0.0.0");
    let refused = crate::support::Output::of(world.command(), "").await;
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    assert!(
        refused.stderr.contains("auth.required"),
        "{}",
        refused.stderr
    );
}
