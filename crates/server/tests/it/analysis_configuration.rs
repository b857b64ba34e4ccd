//! What an organisation sets for its analyses: what holds, who may overwrite what, what a change would change, and that analyses keep what they
//! were made under.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Answer, TestKey, TestServer, World, books};

/// The answer to a change of a scope, of the version that was seen.
async fn change(
    server: &TestServer,
    method: Method,
    path: &str,
    (seen, body): (&str, Value),
) -> Answer {
    let request = server.request(method, &format!("/api/v1/config/{path}"));
    let request = request.header("If-Match", seen).json(&body);
    Answer::of(request.send().await.unwrap()).await
}

async fn set(server: &TestServer, scope: &str, seen: &str, values: Value) -> Answer {
    let body = json!({"values": values, "reason": "a test"});
    change(server, Method::PUT, scope, (seen, body)).await
}

async fn analyse(server: &TestServer, body: Value) -> Value {
    let request = server.request(Method::POST, "/api/v1/analyses").json(&body);
    Answer::of(request.send().await.unwrap()).await.json(201)
}

async fn replay(server: &TestServer, id: &str) -> Value {
    let replayed = server.post(&format!("/api/v1/analyses/{id}/replay")).await;
    replayed.json(200)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_scope_sets_decides_what_is_analysed_from_then_on_and_nothing_before() {
    let world = World::new().await;
    let server = world.start().await;
    let book = json!({"identifier": books(1)[0], "buy_price": "4.50"});
    let before = analyse(&server, book.clone()).await;

    let costly = json!({"profit": {"inbound_per_unit": "2.40"}, "verdict": null});
    set(&server, "global", "\"0\"", costly).await.json(200);
    set(
        &server,
        "category:MEDIA",
        "\"0\"",
        json!({"profit": {"prep_per_unit": "1.20"}}),
    )
    .await
    .json(200);
    let after = analyse(&server, book.clone()).await;
    let profit = |made: &Value| -> f64 {
        let amount = made["analysis"]["profit"]["profit"]["amount"].as_str();
        amount.unwrap().parse().unwrap()
    };
    let lost = profit(&before) - profit(&after);
    assert!(
        (lost - 3.0).abs() < 0.011,
        "2.00 inbound and 1.00 preparation, not {lost}"
    );

    let replayed = replay(&server, before["id"].as_str().unwrap()).await;
    assert_eq!(replayed["is_identical"], true, "{replayed:#}");
    assert_eq!(replayed["analysis"], before["analysis"]);
    assert_eq!(replayed["difference"], json!([]));
    assert_eq!(replayed["configuration_versions"], json!({}));
    let replayed = replay(&server, after["id"].as_str().unwrap()).await;
    assert_eq!(replayed["is_identical"], true, "{replayed:#}");
    assert_eq!(
        replayed["configuration_versions"],
        json!({"global": 1, "category:MEDIA": 1})
    );
    assert_eq!(
        replayed["configuration"]["profit"]["inbound_per_unit"],
        "2.40"
    );

    let effective =
        server.get("/api/v1/config/effective?marketplace=US&category=MEDIA&strategy=textbook");
    let effective = effective.await.json(200);
    let source = |pointer: &str| effective["sources"][pointer].as_str().unwrap();
    assert_eq!(source("/profit/inbound_per_unit"), "global");
    assert_eq!(source("/profit/prep_per_unit"), "category:MEDIA");
    assert_eq!(source("/profit/target_roi_percent"), "strategy:textbook");
    assert_eq!(source("/profit/buffer_percent"), "default");
    assert_eq!(effective["versions"]["strategy:textbook"], 0);

    let strategy = json!({"identifier": books(1)[0], "buy_price": "4.50", "strategy": "textbook"});
    let textbook = analyse(&server, strategy).await;
    assert_ne!(
        textbook["analysis"]["profit"]["max_buy_price"],
        after["analysis"]["profit"]["max_buy_price"]
    );
    let unknown = json!({"items": [books(1)[0]], "strategy": "unheard-of"}).to_string();
    let refused = server.send("application/json", unknown).await;
    assert_eq!(refused.problem(), (422, "STRATEGY_UNKNOWN".to_owned()));
    assert!(refused.text.contains("textbook"), "{}", refused.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_keeps_what_held_when_it_was_submitted_and_every_analysis_of_it_can_be_replayed() {
    let world = World::new().await;
    let server = world.start().await;
    set(
        &server,
        "marketplace:US",
        "\"0\"",
        json!({"profit": {"inbound_per_unit": "1.00"}}),
    )
    .await
    .json(200);
    // The worker has asked Keepa already when the scope is changed.
    world
        .add_fault(json!({"kind": "slow", "ms": 1_500, "times": 1}))
        .await;
    let id = server.submit(&books(30)).await;
    set(
        &server,
        "marketplace:US",
        "\"1\"",
        json!({"profit": {"inbound_per_unit": "9.00"}}),
    )
    .await
    .json(200);
    server.done_batch(&id).await;
    let rows = server.all(&format!("/api/v1/analyses?batch_id={id}")).await;
    assert_eq!(rows.len(), 30);
    for row in rows {
        let replayed = replay(&server, row["id"].as_str().unwrap()).await;
        assert_eq!(replayed["is_identical"], true, "{replayed:#}");
        assert_eq!(
            replayed["configuration"]["profit"]["inbound_per_unit"],
            "1.00"
        );
        assert_eq!(
            replayed["configuration_versions"],
            json!({"marketplace:US": 1})
        );
    }
    let kept = world.count("SELECT count(*) FROM configuration_documents");
    assert_eq!(kept.await, 1, "one configuration, however many analyses");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_overwrites_a_version_that_he_has_not_seen() {
    let world = World::new().await;
    let server = world.start().await;
    let values = json!({"profit": {"target_roi_percent": 40}});
    let read = server.get("/api/v1/config/global").await;
    assert_eq!(read.header("etag"), "\"0\"");
    assert_eq!(read.json(200)["values"], json!({}));

    let blind = server
        .request(Method::PUT, "/api/v1/config/global")
        .json(&json!({"values": values}));
    let blind = Answer::of(blind.send().await.unwrap()).await;
    assert_eq!(blind.problem(), (428, "PRECONDITION_REQUIRED".to_owned()));
    let garbled = set(&server, "global", "0", values.clone()).await;
    assert_eq!(garbled.problem(), (400, "INVALID_PARAMETER".to_owned()));

    let first = set(&server, "global", "\"0\"", values.clone()).await;
    assert_eq!((first.status, first.header("etag")), (200, "\"1\""));
    let stale = set(&server, "global", "\"0\"", json!({})).await;
    assert_eq!(stale.problem(), (412, "PRECONDITION_FAILED".to_owned()));
    let same = set(&server, "global", "\"1\"", values).await;
    assert_eq!(
        same.header("etag"),
        "\"1\"",
        "what changes nothing makes no version"
    );

    let known = server
        .request(Method::GET, "/api/v1/config/global")
        .header("If-None-Match", "\"1\"");
    let known = known.send().await.unwrap();
    assert_eq!(known.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(known.headers()["etag"], "\"1\"");

    // Twenty who have all seen version 1: one of them is first.
    let races = (0..20).map(|n| {
        set(
            &server,
            "global",
            "\"1\"",
            json!({"profit": {"target_roi_percent": 50 + n}}),
        )
    });
    let raced = futures_util::future::join_all(races).await;
    let mut statuses: Vec<u16> = raced.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [vec![200], vec![412; 19]].concat());
    assert_eq!(
        server.get("/api/v1/config/global").await.json(200)["version"],
        2
    );

    for path in [
        "organisations/current",
        "organisations/current/members/00000000-0000-7000-8000-000000000002",
    ] {
        let blind = server.request(Method::PATCH, &format!("/api/v1/{path}"));
        let blind = blind
            .json(&json!({"name": "Hilltop", "role": "OWNER"}))
            .send()
            .await
            .unwrap();
        assert_eq!(blind.status(), 428, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_version_is_told_with_its_reason_and_can_be_gone_back_to() {
    let world = World::new().await;
    let server = world.start().await;
    let scope = "strategy:textbook";
    let shipped = server
        .get(&format!("/api/v1/config/{scope}"))
        .await
        .json(200);
    assert_eq!(shipped["version"], 0);
    assert!(shipped["values"]["profit"]["target_roi_percent"].is_number());

    let merge = json!({"values": {"profit": {"target_roi_percent": 77}, "strategy": null}, "reason": "Terms are short"});
    let merged = change(&server, Method::PATCH, scope, ("\"0\"", merge))
        .await
        .json(200);
    assert_eq!(merged["values"]["profit"]["target_roi_percent"], 77);
    assert_eq!(
        merged["values"]["profit"]["minimum_profit"],
        shipped["values"]["profit"]["minimum_profit"]
    );
    assert_eq!(merged["values"].get("strategy"), None);
    let reset = server.request(
        Method::DELETE,
        &format!("/api/v1/config/{scope}?reason=As%20it%20was"),
    );
    let reset = reset.header("If-Match", "\"1\"").send().await.unwrap();
    assert_eq!(
        Answer::of(reset).await.json(200)["values"],
        shipped["values"]
    );
    let back = change(
        &server,
        Method::POST,
        &format!("{scope}/rollback"),
        ("\"2\"", json!({"version": 1})),
    )
    .await;
    assert_eq!(back.json(200)["values"], merged["values"]);
    let missing = change(
        &server,
        Method::POST,
        &format!("{scope}/rollback"),
        ("*", json!({"version": 9})),
    )
    .await;
    assert_eq!(missing.problem(), (404, "NOT_FOUND".to_owned()));

    let versions = server
        .all(&format!("/api/v1/config/{scope}/versions"))
        .await;
    let told: Vec<_> = versions
        .iter()
        .map(|version| {
            (
                version["version"].clone(),
                version["kind"].clone(),
                version["reason"].clone(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (json!(3), json!("ROLLED_BACK"), json!(null)),
            (json!(2), json!("RESET"), json!("As it was")),
            (json!(1), json!("SET"), json!("Terms are short")),
        ]
    );
    assert!(
        versions[2]["difference"]
            .to_string()
            .contains("/profit/target_roi_percent")
    );
    let listed = server.get("/api/v1/config").await.json(200);
    let textbook = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["scope"] == scope);
    assert_eq!(textbook.unwrap()["version"], 3);
    let page = server
        .get(&format!("/api/v1/config/{scope}/versions?limit=2"))
        .await
        .json(200);
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = server
        .get(&format!(
            "/api/v1/config/{scope}/versions?limit=2&cursor={cursor}"
        ))
        .await
        .json(200);
    assert_eq!(rest["items"], json!([versions[2]]));
}

#[tokio::test(flavor = "multi_thread")]
async fn values_that_cannot_be_are_refused_by_their_place_and_change_nothing() {
    let world = World::new().await;
    let server = world.start().await;
    for (scope, values, pointer, code) in [
        (
            "global",
            json!({"profit": {"target_roi_percent": 2_000}}),
            "/values/profit/target_roi_percent",
            "OUT_OF_RANGE",
        ),
        (
            "global",
            json!({"profit": {"target_roi": 30}}),
            "/values/profit/target_roi",
            "UNKNOWN_KEY",
        ),
        (
            "global",
            json!({"profit": {"minimum_profit": "much"}}),
            "/values/profit/minimum_profit",
            "WRONG_TYPE",
        ),
        ("global", json!([]), "/values", "WRONG_TYPE"),
    ] {
        let refused = set(&server, scope, "*", values).await;
        assert_eq!(refused.problem().0, 422, "{}", refused.text);
        let error = &refused.json(422)["errors"][0];
        assert_eq!(
            (error["pointer"].as_str(), error["code"].as_str()),
            (Some(pointer), Some(code)),
            "{error}"
        );
    }
    for scope in [
        "everything",
        "marketplace:XX",
        "category:TOYS",
        "strategy:A%20B",
        "marketplace",
    ] {
        let refused = server.get(&format!("/api/v1/config/{scope}")).await;
        assert_eq!(
            refused.problem(),
            (400, "INVALID_PARAMETER".to_owned()),
            "{scope}"
        );
    }
    let long = json!({"values": {}, "reason": "x".repeat(501)});
    let refused = change(&server, Method::PUT, "global", ("*", long)).await;
    assert_eq!(refused.problem().0, 422);
    assert_eq!(
        world
            .count("SELECT count(*) FROM configuration_scopes")
            .await,
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_says_what_a_change_would_change_and_changes_nothing() {
    let world = World::new().await;
    let server = world.start().await;
    let items: Vec<Value> = books(40)
        .into_iter()
        .map(|isbn| json!({"identifier": isbn, "buy_price": "4.50"}))
        .collect();
    let id = server.submit(&items).await;
    server.done_batch(&id).await;
    let preview = async |body: Value| {
        let request = server
            .request(Method::POST, "/api/v1/config/preview")
            .json(&body);
        Answer::of(request.send().await.unwrap()).await
    };
    let nothing = preview(json!({"scope": "global", "values": {}}))
        .await
        .json(200);
    assert_eq!(
        (&nothing["analysed"], &nothing["changed"]),
        (&json!(40), &json!([]))
    );
    assert_eq!(nothing["before"], nothing["after"]);
    let dear = json!({"scope": "marketplace:US", "values": {"profit": {"inbound_per_unit": "100.00"}}, "batch_id": id});
    let dear = preview(dear).await.json(200);
    let changed = dear["changed"].as_array().unwrap();
    assert!(!changed.is_empty());
    assert_eq!(dear["after"].get("BUY"), None, "{dear:#}");
    for analysis in changed {
        assert_ne!(analysis["before"], analysis["after"]);
    }
    let refused = preview(json!({"scope": "global", "values": {"profit": {"nothing": 1}}})).await;
    assert_eq!(refused.problem().0, 422);
    assert_eq!(
        world
            .count("SELECT count(*) FROM configuration_scopes")
            .await,
        0
    );
    let stored = world.count("SELECT count(*) FROM analyses").await;
    assert_eq!(stored, 40);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_organisation_sets_nothing_for_another() {
    let world = World::new().await;
    let server = world.start().await;
    let (organisation, user) = (
        "00000000-0000-7000-8000-0000000000c1",
        "00000000-0000-7000-8000-0000000000c2",
    );
    world
        .change(&format!(
            "INSERT INTO organisations (id, name, slug) VALUES ('{organisation}', 'Other', 'other')"
        ))
        .await;
    world.change(&format!("INSERT INTO users (id, email, display_name) VALUES ('{user}', 'other@example.com', 'Other')")).await;
    world.change(&format!("INSERT INTO memberships (user_id, organisation_id, role) VALUES ('{user}', '{organisation}', 'OWNER')")).await;
    world
        .make_key(&TestKey {
            text: "avk_other",
            organisation,
            user,
            ..TestKey::default()
        })
        .await;
    set(
        &server,
        "global",
        "\"0\"",
        json!({"profit": {"target_roi_percent": 99}}),
    )
    .await
    .json(200);
    let other = server.with_key("avk_other");
    let read = other.get("/api/v1/config/global").await.json(200);
    assert_eq!((&read["version"], &read["values"]), (&json!(0), &json!({})));
    let versions = other.get("/api/v1/config/global/versions").await.json(200);
    assert_eq!(versions["items"], json!([]));
    let events = other.all("/api/v1/audit-events").await;
    assert!(
        events
            .iter()
            .all(|event| event["stream_kind"] != "CONFIGURATION"),
        "{events:?}"
    );
}
