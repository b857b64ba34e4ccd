//! Days on which PostgreSQL is away: requests are told to come back, and work waits.

use std::time::{Duration, Instant};

use arbitragevault_tests::FailingDatabase;
use reqwest::Method;
use serde_json::json;
use tokio_postgres::NoTls;
use tokio_postgres::error::SqlState;

use crate::support::{Answer, TestServer, World, assert_analysed_once, books, eventually};

/// How long PostgreSQL is away.
const OUTAGE: Duration = Duration::from_secs(10);

/// How long a platform waits for a process that it asked to stop.
const PLATFORM_PATIENCE: Duration = Duration::from_secs(30);

/// Holds that an answer tells to come back later, and when.
fn assert_come_back(answer: &Answer) {
    assert_eq!(answer.problem(), (503, "UNAVAILABLE".to_owned()));
    let seconds: u32 = answer.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds}");
    assert!(!answer.text.contains("postgres"), "{}", answer.text);
}

async fn submit(server: &TestServer) -> Answer {
    let body = json!({"items": ["9789999500005"]}).to_string();
    server.send("application/json", body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn while_postgresql_is_away_requests_are_told_when_to_come_back_and_then_everything_goes_on()
{
    let mut database = FailingDatabase::start().await.unwrap();
    let mut world = World::around(database.database());
    world.set("worker.concurrency", "1");
    let server = world.start().await;
    // Chunks of work are fetched while PostgreSQL is away, and written when it is back.
    world
        .add_fault(json!({"kind": "slow", "ms": 0, "times": 2}))
        .await;
    world.add_fault(json!({"kind": "slow", "ms": 2_000})).await;
    let id = server.submit(&books(500)).await;
    server
        .batch_when(&id, |batch| batch["items"]["analysed"] == 200)
        .await;
    eventually("Keepa is asked for the next chunk", async || {
        (world.keepa_stats().await["requests"] == 3).then_some(())
    })
    .await;

    database.stop().unwrap();
    let stopped = Instant::now();
    let mut refused = 0;
    while stopped.elapsed() < OUTAGE {
        assert_eq!(server.get("/health").await.status, 200);
        assert_come_back(&server.get("/api/v1/batches").await);
        assert_come_back(&server.get(&format!("/api/v1/batches/{id}")).await);
        assert_come_back(
            &server
                .get(&format!("/api/v1/analyses/top?batch_id={id}"))
                .await,
        );
        assert_come_back(&server.post(&format!("/api/v1/batches/{id}/cancel")).await);
        assert_come_back(&submit(&server).await);
        refused += 1;
    }
    assert!(refused > 0);

    database.restart().unwrap();
    server.eventually_answers("/api/v1/batches", |_| true).await;
    assert_analysed_once(&world, &server, &id, 500).await;
    assert_eq!(world.keepa_stats().await["tokens_consumed"], 500);
    assert_eq!(submit(&server).await.status, 202);
    let (code, _) = server.stop().await;
    assert_eq!(code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_follow_a_batch_hear_of_it_again_after_a_restart_of_postgresql() {
    let mut database = FailingDatabase::start().await.unwrap();
    let world = World::around(database.database());
    let server = world.start().await;
    database.stop().unwrap();
    database.restart().unwrap();
    let id = eventually("a batch is taken", async || {
        let answer = submit(&server).await;
        (answer.status == 202).then(|| answer.json(202)["batch"]["id"].as_str().unwrap().to_owned())
    })
    .await;
    let path = format!("/api/v1/batches/{id}/events");
    let events = server.request(Method::GET, &path).send().await.unwrap();
    let events = Answer::of(events).await;
    assert!(events.text.contains("event: COMPLETED"), "{}", events.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_line_to_postgresql_hangs_requests_wait_and_the_process_lives() {
    let database = FailingDatabase::start().await.unwrap();
    let world = World::around(database.database());
    let server = world.start().await;
    let id = server.submit(&books(20)).await;
    database.hang();
    let waiting = async { server.get(&format!("/api/v1/batches/{id}")).await };
    let meanwhile = async {
        for _ in 0..20 {
            assert_eq!(server.get("/health").await.status, 200);
        }
        database.go_on();
    };
    let (waited, ()) = tokio::join!(waiting, meanwhile);
    assert_eq!(waited.status, 200, "{}", waited.text);
    assert_analysed_once(&world, &server, &id, 20).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_waits_in_vain_for_postgresql_ends_with_a_time_to_come_back() {
    let database = FailingDatabase::start().await.unwrap();
    let world = World::around(database.database());
    let server = world.start().await;
    database.hang();
    let answer = server.get("/api/v1/batches").await;
    let (status, code) = answer.problem();
    assert_eq!(status, 503);
    assert!(matches!(code.as_str(), "TIMEOUT" | "UNAVAILABLE"), "{code}");
    assert!(answer.header("retry-after").parse::<u32>().is_ok());
    database.go_on();
    server.eventually_answers("/api/v1/batches", |_| true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_asked_to_stop_while_postgresql_is_away_or_hangs_stops() {
    for hangs in [false, true] {
        let database = FailingDatabase::start().await.unwrap();
        let world = World::around(database.database());
        let server = world.start().await;
        world.add_fault(json!({"kind": "slow", "ms": 500})).await;
        server.submit(&books(500)).await;
        eventually("Keepa is asked", async || {
            (world.keepa_stats().await["requests"] != 0).then_some(())
        })
        .await;
        if hangs {
            database.hang();
        } else {
            database.stop().unwrap();
        }
        let asked = Instant::now();
        let (code, said) = server.stop().await;
        assert_eq!(code, Some(0), "{}", said.join("\n"));
        assert!(asked.elapsed() < PLATFORM_PATIENCE, "{:?}", asked.elapsed());
        database.go_on();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_postgresql_takes_no_more_connections_requests_are_told_when_to_come_back() {
    let database = FailingDatabase::start().await.unwrap();
    let world = World::around(database.database());
    let server = world.start().await;
    let mut taken = Vec::new();
    let refusal = loop {
        match tokio_postgres::connect(&world.database.url, NoTls).await {
            Ok((client, connection)) => taken.push((client, tokio::spawn(connection))),
            Err(error) => break error,
        }
    };
    assert_eq!(refusal.code(), Some(&SqlState::TOO_MANY_CONNECTIONS));
    assert_come_back(&server.get("/api/v1/batches").await);
    assert_come_back(&submit(&server).await);
    drop(taken);
    server.eventually_answers("/api/v1/batches", |_| true).await;
    assert_eq!(submit(&server).await.status, 202);
}
