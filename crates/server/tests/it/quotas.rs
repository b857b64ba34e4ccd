//! Quotas of organisations: who has spent his tokens waits and others go on, and lists that are too long or too many are refused.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Output, TestKey, TestServer, World, books, eventually};

const ORGANISATION: &str = "00000000-0000-7000-8000-0000000000d1";
const OWNER: &str = "00000000-0000-7000-8000-0000000000d2";

/// Jobs that wait for the next day, none of which has failed.
const WAITING: &str = "SELECT count(*) FROM jobs WHERE attempts = 0 AND leased_until IS NULL AND last_error LIKE 'the tokens of the day%'
     AND run_at = (date_trunc('day', now() AT TIME ZONE 'UTC') + interval '1 day') AT TIME ZONE 'UTC'";

/// A second organisation, with one owner and the owner's key.
async fn organisation(world: &World) -> TestKey<'static> {
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
    key
}

/// What `quotas` says with these arguments.
async fn quotas(world: &World, arguments: &[&str]) -> Output {
    let mut command = world.command();
    command.arg("quotas").args(arguments);
    Output::of(command, "").await
}

/// Sets quotas of the second organisation.
async fn set(world: &World, arguments: &[&str]) {
    let arguments = [&["set", "--organisation", "second"], arguments].concat();
    let output = quotas(world, &arguments).await;
    assert_eq!(output.code, Some(0), "{}", output.stderr);
}

async fn submit(server: &TestServer, items: &[Value]) -> Answer {
    let body = json!({ "items": items }).to_string();
    server.send("application/json", body).await
}

/// Tokens that an organisation has spent in all.
async fn spent(world: &World, organisation: &str) -> i64 {
    let query = format!(
        "SELECT coalesce(sum(tokens), 0)::bigint FROM organisation_spend t JOIN organisations o ON o.id = t.organisation_id
         WHERE o.slug = '{organisation}'"
    );
    world.count(&query).await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_spent_the_tokens_of_the_day_waits_for_the_next_and_others_go_on() {
    let world = World::new().await;
    let server = world.start().await;
    let second = server.as_key(organisation(&world).await.text);
    set(&world, &["--tokens-per-day", "30"]).await;
    let list = books(220);
    let long = second.submit(&list[..100]).await;
    let other = server.submit(&list[100..200]).await;
    let done = server.done_batch(&other).await;
    assert_eq!(done["items"]["analysed"], 100, "{done:#}");
    second
        .batch_when(&long, |batch| batch["items"]["analysed"] == 30)
        .await;
    eventually("the rest waits until midnight", async || {
        (world.count(WAITING).await == 70).then_some(())
    })
    .await;
    assert_eq!(world.keepa_stats().await["tokens_consumed"], 130);
    assert_eq!(spent(&world, "default").await, 100);
    let told = second.get("/api/v1/organisations/current/quotas").await;
    let tokens = &told.json(200)["tokens_per_day"];
    assert_eq!(
        (&tokens["limit"], &tokens["source"], &tokens["used"]),
        (&json!(30), &json!("ORGANISATION"), &json!(30)),
        "{tokens:#}"
    );

    // What is stored is analysed and read all the same, and costs nothing.
    let stored = second.submit(&list[100..200]).await;
    let stored = second.done_batch(&stored).await;
    assert_eq!(stored["status"], "COMPLETED", "{stored:#}");
    let analyse = async |identifier: &Value| {
        let request = second.request(Method::POST, "/api/v1/analyses");
        let request = request.json(&json!({ "identifier": identifier }));
        Answer::of(request.send().await.unwrap()).await
    };
    assert_eq!(analyse(&list[100]).await.status, 201);

    // What would have to be fetched is refused until then.
    let unknown = analyse(&list[210]).await;
    let product = second.get("/api/v1/products/0593655036").await;
    for refused in [unknown, product] {
        assert_eq!(refused.problem(), (429, "QUOTA_TOKENS".to_owned()));
        let after: u32 = refused.header("retry-after").parse().unwrap();
        assert!((1..=86_400).contains(&after), "{after}");
    }
    assert_eq!(server.get("/api/v1/products/0593655036").await.status, 200);
    assert_eq!(world.keepa_stats().await["tokens_consumed"], 131);

    // The operator gives more: what waited goes on at once.
    set(&world, &["--tokens-per-day", "unlimited"]).await;
    let batch = second.done_batch(&long).await;
    assert_eq!(batch["status"], "COMPLETED", "{batch:#}");
    assert_eq!(spent(&world, "second").await, 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_fetch_at_once_for_one_organisation_keep_its_tokens_to_the_last() {
    let world = World::new().await;
    let (one, other) = (world.start().await, world.start().await);
    let key = organisation(&world).await.text;
    set(&world, &["--tokens-per-day", "150"]).await;
    // Long enough that everything that may be fetched at once is.
    world
        .add_fault(json!({"kind": "slow", "ms": 300, "times": 4}))
        .await;
    let list = books(400);
    let (one, other) = (one.as_key(key), other.as_key(key));
    one.submit(&list[..200]).await;
    other.submit(&list[200..]).await;
    eventually("the rest waits until midnight", async || {
        (world.count(WAITING).await == 250).then_some(())
    })
    .await;
    assert_eq!(world.keepa_stats().await["tokens_consumed"], 150);
    assert_eq!(spent(&world, "second").await, 150);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_product_is_booked_for_who_asked_first_and_can_pay() {
    let mut world = World::new().await;
    world.set("worker.concurrency", "0");
    let server = world.start().await;
    let second = server.as_key(organisation(&world).await.text);
    let limit = quotas(&world, &["set", "--tokens-per-day", "5"]).await;
    assert_eq!(limit.code, Some(0), "{}", limit.stderr);
    let list = books(20);
    let (first, same) = (server.submit(&list).await, second.submit(&list).await);
    world.set("worker.concurrency", "1");
    let _worker = world.start().await;
    for (server, id) in [(&server, first), (&second, same)] {
        let batch = server.done_batch(&id).await;
        assert_eq!(batch["items"]["analysed"], 20, "{batch:#}");
    }
    assert_eq!(spent(&world, "default").await, 5);
    assert_eq!(spent(&world, "second").await, 15);
    assert_eq!(world.keepa_stats().await["tokens_consumed"], 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_keepa_did_not_answer_is_not_booked() {
    let world = World::new().await;
    let server = world.start().await;
    world
        .add_fault(json!({"kind": "status", "status": 500}))
        .await;
    let id = server.submit(&books(10)).await;
    let batch = server.done_batch(&id).await;
    assert_eq!(batch["items"]["failed"], 10, "{batch:#}");
    assert_eq!(spent(&world, "default").await, 0);
    world.clear_faults().await;
    let retried = server.post(&format!("/api/v1/batches/{id}/retry")).await;
    assert_eq!(retried.status, 200, "{}", retried.text);
    server.done_batch(&id).await;
    assert_eq!(spent(&world, "default").await, 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_that_are_too_long_or_too_many_at_once_are_refused() {
    let mut world = World::new().await;
    world.set("worker.concurrency", "0");
    let server = world.start().await;
    let second = server.as_key(organisation(&world).await.text);
    let arguments = ["--items-per-batch", "3", "--batches-at-work", "4"];
    set(&world, &arguments).await;
    let list = books(4);
    let long = submit(&second, &list).await;
    assert_eq!(long.problem(), (422, "QUOTA_BATCH_SIZE".to_owned()));
    let detail = long.json(422)["detail"].clone();
    assert!(detail.as_str().unwrap().contains("4 rows"), "{detail}");

    // However many come at once, as many as the quota allows are taken.
    let answers = join_all((0..12).map(|_| submit(&second, &list[..3]))).await;
    let (taken, refused): (Vec<_>, Vec<_>) =
        answers.iter().partition(|answer| answer.status == 202);
    assert_eq!((taken.len(), refused.len()), (4, 8));
    for answer in refused {
        assert_eq!(answer.problem(), (429, "QUOTA_BATCHES_AT_WORK".to_owned()));
        assert_eq!(answer.header("retry-after"), "60");
    }
    // Another organisation has the server's quota.
    assert_eq!(submit(&server, &list).await.status, 202);

    // One that is cancelled makes room for another, and cannot come back before there is room again.
    let batch = &taken[0].json(202)["batch"];
    let path = format!("/api/v1/batches/{}", batch["id"].as_str().unwrap());
    let cancelled = second.post(&format!("{path}/cancel")).await;
    assert_eq!(cancelled.status, 200, "{}", cancelled.text);
    assert_eq!(submit(&second, &list[..3]).await.status, 202);
    let again = second.post(&format!("{path}/retry")).await;
    assert_eq!(again.problem(), (429, "QUOTA_BATCHES_AT_WORK".to_owned()));
    let still = second.get(&path).await.json(200);
    assert_eq!(still["status"], "CANCELLED", "{still:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_may_have_requests_a_minute_of_its_own() {
    let mut world = World::new().await;
    world.set("limits.per_key", "50");
    let server = world.start().await;
    let second = server.as_key(organisation(&world).await.text);
    let path = "/api/v1/organisations/current/quotas";
    let told = second.get(path).await;
    assert_eq!(told.header("ratelimit-policy"), "\"key\";q=50;w=60");
    set(&world, &["--requests-per-minute", "7"]).await;
    // A key is believed for a moment without another look.
    eventually("the quota of its own holds", async || {
        let told = second.get(path).await;
        (told.header("ratelimit-policy") == "\"key\";q=7;w=60").then_some(())
    })
    .await;
    let told = server.get(path).await;
    assert_eq!(told.header("ratelimit-policy"), "\"key\";q=50;w=60");
    let quotas = told.json(200);
    assert_eq!(
        quotas["requests_per_minute"],
        json!({"limit": 50, "source": "SERVER"})
    );
    assert_eq!(quotas["tokens_per_day"]["limit"], Value::Null);
    assert_eq!(quotas["batches_at_work"]["used"], 0);
}

#[tokio::test]
async fn the_command_shows_and_sets_quotas_and_says_what_it_does_not_understand() {
    let world = World::new().await;
    let shown = quotas(&world, &["show"]).await;
    assert_eq!(shown.code, Some(0), "{}", shown.stderr);
    let lines: Vec<&str> = shown.stdout.lines().collect();
    assert_eq!(lines.len(), 4, "{}", shown.stdout);
    assert!(
        lines[0].starts_with("tokens a day          unlimited  the server's, 0 spent until 2"),
        "{}",
        lines[0]
    );
    assert_eq!(lines[1], "items a batch             10000  the server's");
    assert_eq!(
        lines[2],
        "batches at work             100  the server's, 0 now"
    );

    let set = [
        "set",
        "--tokens-per-day",
        "1000",
        "--batches-at-work",
        "unlimited",
        "--format",
        "json",
    ];
    let set: Value = serde_json::from_str(&quotas(&world, &set).await.stdout).unwrap();
    assert_eq!(
        set["tokens_per_day"],
        json!({"limit": 1000, "is_own": true})
    );
    assert_eq!(
        set["batches_at_work"],
        json!({"limit": null, "is_own": true})
    );
    assert_eq!(
        set["items_per_batch"],
        json!({"limit": 10000, "is_own": false})
    );
    // What is not named stays, and `default` takes back.
    let reset = ["set", "--batches-at-work", "default", "--format", "json"];
    let reset: Value = serde_json::from_str(&quotas(&world, &reset).await.stdout).unwrap();
    assert_eq!(
        reset["tokens_per_day"],
        json!({"limit": 1000, "is_own": true})
    );
    assert_eq!(
        reset["batches_at_work"],
        json!({"limit": 100, "is_own": false})
    );

    for (wrong, code, told) in [
        (&["set"][..], 2, "--tokens-per-day"),
        (&["set", "--tokens-per-day", "0"], 2, "from 1"),
        (&["set", "--tokens-per-day", "-5"], 2, "--tokens-per-day"),
        (&["set", "--items-per-batch", "many"], 2, "unlimited"),
        (&["show", "--organisation", "nobody"], 1, "nobody"),
    ] {
        let output = quotas(&world, wrong).await;
        assert_eq!(output.code, Some(code), "{wrong:?} {}", output.stderr);
        assert!(output.stderr.contains(told), "{wrong:?} {}", output.stderr);
    }
}
