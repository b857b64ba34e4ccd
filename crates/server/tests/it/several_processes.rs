//! Two servers that serve and a process that works, over one database: what one does is seen on the other, and one that ends stops nobody.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    Answer, By, Follower, Heard, Output, Process, TestServer, World, books, eventually,
    follow_with_cuts,
};
use crate::tenants::organisation;

/// How long a server believes a key that another has revoked, as the documentation says.
const BELIEVED_FOR: Duration = Duration::from_secs(5);

/// A world with two servers that leave the work to others.
async fn two_servers() -> (World, TestServer, TestServer) {
    let mut world = World::new().await;
    world.set("worker.concurrency", "0");
    world.set("server.heartbeat_seconds", "1");
    let (one, other) = (world.start().await, world.start().await);
    (world, one, other)
}

/// A process that works for the servers of a world.
async fn worker(world: &World) -> Process {
    let mut command = world.command();
    command
        .arg("worker")
        .env("ARBITRAGEVAULT__WORKER__CONCURRENCY", "2")
        .env("ARBITRAGEVAULT__WORKER__LEASE_SECONDS", "3")
        .env("ARBITRAGEVAULT__METRICS__ADDRESS", "127.0.0.1:0");
    let worker = Process::start(command);
    eventually("the worker works", async || {
        let said = worker.said();
        said.iter()
            .any(|line| line.contains("worker started"))
            .then_some(())
    })
    .await;
    worker
}

/// Lets Keepa take its time, so that a batch has several events.
async fn slow_keepa(world: &World) {
    world.add_fault(json!({"kind": "slow", "ms": 100})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_hears_every_event_once_and_in_order_on_whatever_server() {
    let (world, one, other) = two_servers().await;
    let _worker = worker(&world).await;
    slow_keepa(&world).await;
    let mut batches = Vec::new();
    for server in [&one, &other, &one, &other] {
        batches.push(server.submit(&books(600)).await);
    }
    let follow = async |batch: &str, by: By, first: &TestServer, second: &TestServer, cut_after| {
        let sequences = follow_with_cuts(by, &[first, second], batch, cut_after).await;
        let expected: Vec<i64> = (1..).take(sequences.len()).collect();
        assert_eq!(sequences, expected, "{by:?}, cut after {cut_after}");
        sequences.len()
    };
    let followed = batches.iter().map(async |batch| {
        tokio::join!(
            follow(batch, By::Events, &one, &other, usize::MAX),
            follow(batch, By::Events, &other, &one, 1),
            follow(batch, By::Socket, &other, &one, usize::MAX),
            follow(batch, By::Socket, &one, &other, 2),
        )
    });
    for (batch, heard) in batches
        .iter()
        .zip(futures_util::future::join_all(followed).await)
    {
        let events = format!("SELECT count(*) FROM events WHERE stream_id = '{batch}'");
        let events = usize::try_from(world.count(&events).await).unwrap();
        assert!(events >= 3, "{events} events are too few to cut between");
        assert_eq!(heard, (events, events, events, events));
        let (here, there) = (one.batch(batch).await, other.batch(batch).await);
        assert_eq!(here, there);
        assert_eq!(here["items"]["analysed"], 600);
    }
    assert_eq!(world.count("SELECT count(*) FROM analyses").await, 2_400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_cancelled_on_one_server_ends_for_who_follows_it_on_the_other() {
    let (world, one, other) = two_servers().await;
    let _worker = worker(&world).await;
    world.hang_after(0).await;
    let id = one.submit(&books(50)).await;
    let mut followers = Vec::new();
    for by in [By::Events, By::Socket] {
        let mut follower = Follower::start(by, &other, &id, 0).await;
        assert!(matches!(follower.next().await, Heard::Event(_)));
        followers.push((by, follower));
    }
    eventually("the worker is at it", async || {
        (world.keepa_stats().await["requests"] != 0).then_some(())
    })
    .await;
    let cancelled = one.post(&format!("/api/v1/batches/{id}/cancel")).await;
    assert_eq!(cancelled.json(200)["status"], "CANCELLED");
    for (by, mut follower) in followers {
        let (events, end) = follower.rest().await;
        assert_eq!(events.last().unwrap()["kind"], "CANCELLED", "{by:?}");
        assert_eq!(end, Heard::End((by == By::Socket).then_some(1000)));
    }
    assert_eq!(other.batch(&id).await["status"], "CANCELLED");
    world.clear_faults().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_loses_no_event_of_those_who_go_on_at_the_other() {
    let (world, one, other) = two_servers().await;
    slow_keepa(&world).await;
    let _worker = worker(&world).await;
    let id = one.submit(&books(1_000)).await;
    let mut before = Vec::new();
    for by in [By::Events, By::Socket] {
        let mut follower = Follower::start(by, &one, &id, 0).await;
        let mut seen = Vec::new();
        while seen.len() < 3 {
            match follower.next().await {
                Heard::Event(event) => seen.push(event),
                end => panic!("{end:?}"),
            }
        }
        before.push((by, follower, seen));
    }
    one.kill().await;
    for (by, mut cut, mut seen) in before {
        let (more, end) = cut.rest().await;
        seen.extend(more);
        assert_eq!(end, Heard::Cut, "{by:?}");
        let last = seen.last().unwrap()["sequence"].as_i64().unwrap();
        let mut follower = Follower::start(by, &other, &id, last).await;
        seen.extend(follower.rest().await.0);
        let sequences: Vec<i64> = seen
            .iter()
            .map(|event| event["sequence"].as_i64().unwrap())
            .collect();
        let expected: Vec<i64> = (1..).take(seen.len()).collect();
        assert_eq!(sequences, expected, "{by:?}");
        assert_eq!(seen.last().unwrap()["kind"], "COMPLETED");
    }
    assert_eq!(other.batch(&id).await["items"]["analysed"], 1_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_made_on_one_server_works_on_the_other_at_once_and_revoked_is_refused_within_seconds()
{
    let (_world, one, other) = two_servers().await;
    let request = one.request(Method::POST, "/api/v1/api-keys");
    let made = request
        .json(&json!({"name": "Second"}))
        .send()
        .await
        .unwrap();
    let made = Answer::of(made).await.json(201);
    let key = made["key"].as_str().unwrap();
    let status = async |server: &TestServer| {
        let request = server.anonymous(Method::GET, "/api/v1/batches");
        let response = request.bearer_auth(key).send().await.unwrap();
        response.status().as_u16()
    };
    assert_eq!(status(&other).await, 200);
    assert_eq!(status(&one).await, 200);
    let path = format!("/api/v1/api-keys/{}", made["id"].as_str().unwrap());
    let revoked = one.request(Method::DELETE, &path).send().await.unwrap();
    let since = Instant::now();
    assert_eq!(revoked.status(), 200);
    assert_eq!(status(&one).await, 401);
    eventually("the other server refuses the key", async || {
        let asked = since.elapsed();
        let status = status(&other).await;
        assert!(
            status == 401 || asked <= BELIEVED_FOR,
            "{status} after {asked:?}"
        );
        (status == 401).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_deleted_while_its_batch_is_followed_and_worked_on_is_left_and_others_go_on() {
    let (world, one, other) = two_servers().await;
    let key = organisation(&world).await;
    world.add_fault(json!({"kind": "slow", "ms": 1_000})).await;
    let worker = worker(&world).await;
    let other = other.with_key(key);
    let theirs = other.submit(&books(300)).await;
    let own = one.submit(&books(100)).await;
    let mut followers = Vec::new();
    for by in [By::Events, By::Socket] {
        let mut follower = Follower::start(by, &other, &theirs, 0).await;
        assert!(matches!(follower.next().await, Heard::Event(_)));
        followers.push((by, follower));
    }
    eventually("the worker is at it", async || {
        (world.keepa_stats().await["requests"] != 0).then_some(())
    })
    .await;
    let request = one.anonymous(Method::DELETE, "/api/v1/organisations/current");
    let deleted = request.bearer_auth(key).send().await.unwrap();
    assert_eq!(deleted.status(), 204);
    for (by, mut follower) in followers {
        let (_, end) = follower.rest().await;
        match (by, end) {
            (By::Events, Heard::End(None)) => {}
            // Whichever is noticed first: the key is gone, and so is the batch.
            (By::Socket, Heard::End(Some(4401 | 4404))) => {}
            (_, end) => panic!("{by:?}: {end:?}"),
        }
    }
    let done = one.done_batch(&own).await;
    assert_eq!(done["items"]["analysed"], 100);
    eventually("no job is left", async || {
        (world.count("SELECT count(*) FROM jobs").await == 0).then_some(())
    })
    .await;
    worker.signal(Signal::SIGTERM);
    let (status, said) = worker.wait().await;
    assert_eq!(status.code(), Some(0));
    let complaints: Vec<_> = said
        .iter()
        .filter(|line| line.contains("\"ERROR\"") || line.contains("is tried again"))
        .collect();
    assert!(complaints.is_empty(), "{complaints:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_works_only_is_probed_and_ends_in_order() {
    let (world, one, _other) = two_servers().await;
    world.hang_after(1).await;
    let worker = worker(&world).await;
    let address = worker.said().iter().find_map(|line| {
        let line: Value = serde_json::from_str(line).ok()?;
        line["message"]
            .as_str()?
            .strip_prefix("serving metrics on ")?;
        Some(line["address"].as_str()?.to_owned())
    });
    let address = address.expect("it tells where it is probed");
    let id = one.submit(&books(500)).await;
    one.batch_when(&id, |batch| batch["items"]["analysed"] == 100)
        .await;
    let get = async |path: &str| {
        let response = reqwest::get(format!("http://{address}{path}"))
            .await
            .unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    };
    assert_eq!(get("/health").await, (200, r#"{"status":"OK"}"#.to_owned()));
    let (status, metrics) = get("/metrics").await;
    assert_eq!(status, 200);
    assert!(
        metrics.contains(r#"arbitragevault_queue_attempts_total{outcome="analysed"} 100"#),
        "{metrics}"
    );
    assert_eq!(get("/api/v1/batches").await.0, 404);

    worker.signal(Signal::SIGTERM);
    let (status, said) = worker.wait().await;
    assert_eq!(status.code(), Some(0), "{}", said.join("\n"));
    assert!(said.last().unwrap().contains("stopped"), "{said:#?}");
    assert!(!said.iter().any(|line| line.contains("documentation at")));
    let held = "SELECT count(*) FROM jobs WHERE lease_owner IS NOT NULL";
    assert_eq!(world.count(held).await, 0);

    let mut idle = world.command();
    idle.arg("worker");
    let idle = Output::of(idle, "").await;
    assert_eq!(idle.code, Some(1));
    assert!(
        idle.stderr.contains("worker.concurrency is 0"),
        "{}",
        idle.stderr
    );
}
