//! Servers that end in the middle of their work: nothing is lost, and nothing is done twice.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{TestServer, World, assert_analysed_once, books, eventually};

/// Submits the batch, and waits until the first two of its five chunks are analysed and Keepa keeps the others waiting.
async fn half_done(world: &World, server: &TestServer) -> String {
    world.hang_after(2).await;
    let id = server.submit(&books(500)).await;
    server
        .batch_when(&id, |batch| batch["items"]["analysed"] == 200)
        .await;
    eventually("the next chunk is in work", async || {
        (held_jobs(world).await > 0).then_some(())
    })
    .await;
    id
}

/// Jobs under a lease.
async fn held_jobs(world: &World) -> i64 {
    world
        .count("SELECT count(*) FROM jobs WHERE lease_owner IS NOT NULL")
        .await
}

#[tokio::test]
async fn a_server_killed_in_the_middle_of_a_batch_has_every_item_analysed_once_by_the_next() {
    let mut world = World::new().await;
    world.set("worker.lease_seconds", "3");
    let server = world.start().await;
    let id = half_done(&world, &server).await;
    server.kill().await;
    assert!(held_jobs(&world).await > 0, "nothing was in work");

    world.clear_faults().await;
    let server = world.start().await;
    assert_analysed_once(&world, &server, &id, 500).await;
}

#[tokio::test]
async fn a_server_killed_again_and_again_while_it_writes_has_every_item_analysed_once() {
    let mut world = World::new().await;
    world.set("worker.lease_seconds", "3");
    world.set("worker.concurrency", "1");
    let analysed = |batch: &Value| batch["items"]["analysed"].as_i64().unwrap();
    let mut server = world.start().await;
    let id = server.submit(&books(500)).await;
    let mut so_far = 0;
    // The moment of the kill is left to chance: wherever it falls, the next server goes on.
    while so_far < 300 {
        let batch = server
            .batch_when(&id, |batch| analysed(batch) > so_far)
            .await;
        so_far = analysed(&batch);
        server.kill().await;
        server = world.start().await;
    }
    assert_analysed_once(&world, &server, &id, 500).await;
}

#[tokio::test]
async fn a_server_asked_to_stop_in_the_middle_of_a_batch_gives_its_work_back_and_the_next_goes_on()
{
    let world = World::new().await;
    let server = world.start().await;
    let id = half_done(&world, &server).await;
    let asked = Instant::now();
    let (code, said) = server.stop().await;
    assert_eq!(code, Some(0), "{}", said.join("\n"));
    assert!(asked.elapsed() < Duration::from_secs(30));
    assert_eq!(held_jobs(&world).await, 0);
    assert_eq!(world.count("SELECT count(*) FROM jobs").await, 300);
    let reserved = "SELECT count(*) FROM keepa_reservations";
    assert_eq!(world.count(reserved).await, 0, "tokens were left reserved");

    world.clear_faults().await;
    let server = world.start().await;
    assert_analysed_once(&world, &server, &id, 500).await;
}

#[tokio::test]
async fn a_server_asked_to_stop_ends_the_streams_of_those_who_follow_a_batch() {
    let world = World::new().await;
    let server = world.start().await;
    let id = half_done(&world, &server).await;
    let path = format!("/api/v1/batches/{id}/events");
    let follower = server.request(reqwest::Method::GET, &path);
    let mut follower = follower.send().await.unwrap();
    assert!(follower.chunk().await.unwrap().is_some());
    let (code, said) = server.stop().await;
    assert_eq!(code, Some(0), "{}", said.join("\n"));
    // A stream that was cut off, rather than ended, is an error here.
    while follower.chunk().await.unwrap().is_some() {}
}

#[tokio::test]
async fn two_servers_share_a_batch_and_analyse_every_item_once() {
    let mut world = World::new().await;
    world.set("worker.concurrency", "1");
    let (one, other) = (world.start().await, world.start().await);
    let id = one.submit(&books(500)).await;
    assert_analysed_once(&world, &other, &id, 500).await;
    assert_eq!(world.keepa_stats().await["tokens_consumed"], 500);
    assert_eq!(one.batch(&id).await, other.batch(&id).await);
}
