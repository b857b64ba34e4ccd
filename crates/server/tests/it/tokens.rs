//! One Keepa account under several servers: what they spend together, and what they tell of it.

use serde_json::{Value, json};

use crate::support::{World, books};

#[tokio::test]
async fn servers_that_share_an_account_never_overdraw_it_by_more_than_one_request_and_both_finish()
{
    let world = World::new().await;
    let (one, other) = (world.start().await, world.start().await);
    // Long enough for all that may run at once to run at once.
    world
        .add_fault(json!({"kind": "slow", "ms": 500, "times": 4}))
        .await;
    world.set_tokens(10, 15_000).await;
    let list = books(400);
    let (first, second) = (
        one.submit(&list[..200]).await,
        other.submit(&list[200..]).await,
    );
    for (server, id) in [(&one, first), (&other, second)] {
        let batch = server.done_batch(&id).await;
        assert_eq!(batch["items"]["analysed"], 200, "{batch:#}");
    }
    let stats = world.keepa_stats().await;
    assert_eq!(stats["tokens_consumed"], 400);
    assert_eq!(stats["refused_for_tokens"], 0);
    let lowest = stats["lowest_balance"].as_i64().unwrap();
    assert!((-99..0).contains(&lowest), "{lowest}");
    assert_eq!(
        world.count("SELECT count(*) FROM keepa_reservations").await,
        0
    );

    // Both tell the same, whoever spent it.
    for server in [&one, &other] {
        let usage = server.get("/api/v1/keepa/usage").await.json(200);
        assert_eq!(usage["today"]["tokens"], 400, "{usage:#}");
        assert_eq!(usage["days"][0]["purposes"][0]["purpose"], "BATCH");
    }
}

#[tokio::test]
async fn the_balance_and_what_was_spent_for_what_are_told() {
    let mut world = World::new().await;
    world.set("worker.concurrency", "1");
    world.set_tokens(1_000, 600_000).await;
    let server = world.start().await;
    let tokens = server.get("/api/v1/keepa/tokens").await.json(200);
    assert_eq!(
        (&tokens["tokens_left"], &tokens["tokens_per_minute"]),
        (&json!(1_000), &json!(60_000)),
        "{tokens:#}"
    );
    let nothing = json!({"requests": 0, "tokens": 0, "tokens_unconfirmed": 0});
    let usage = server.get("/api/v1/keepa/usage").await.json(200);
    assert_eq!(usage, json!({"today": nothing, "days": []}));

    server.done_batch(&server.submit(&books(30)).await).await;
    server.get("/api/v1/products/0593655036").await.json(200);
    let tokens = server.get("/api/v1/keepa/tokens").await.json(200);
    assert_eq!(tokens["tokens_left"], 1_000 - 31, "{tokens:#}");
    assert_eq!(tokens["reserved"], 0);
    assert_eq!(tokens["source"], "GENERATED");
    assert!(tokens["full_at"].as_str() > tokens["as_of"].as_str());
    let usage = server.get("/api/v1/keepa/usage?days=2").await.json(200);
    let total = json!({"requests": 2, "tokens": 31, "tokens_unconfirmed": 0});
    assert_eq!(usage["today"], total, "{usage:#}");
    let spent = |purpose: &str, tokens: u32| json!({"purpose": purpose, "requests": 1, "tokens": tokens, "tokens_unconfirmed": 0});
    let purposes = json!([spent("BATCH", 30), spent("PRODUCT", 1)]);
    assert_eq!(usage["days"][0]["purposes"], purposes, "{usage:#}");
    let problem = server.get("/api/v1/keepa/usage?days=0").await.problem();
    assert_eq!(problem, (422, "VALIDATION_FAILED".to_owned()));
}

#[tokio::test]
async fn the_key_of_the_account_stands_nowhere_in_the_database() {
    let world = World::new().await;
    let server = world.start().await;
    server.done_batch(&server.submit(&books(3)).await).await;
    assert_eq!(world.count("SELECT count(*) FROM keepa_accounts").await, 1);
    let shown = "SELECT count(*) FROM keepa_accounts a WHERE a::text LIKE '%a key of the sandbox%' \
                 OR encode(a.key_digest, 'escape') LIKE '%sandbox%'";
    assert_eq!(world.count(shown).await, 0);
    let digest =
        "SELECT count(*) FROM keepa_accounts WHERE key_digest = sha256('a key of the sandbox')";
    assert_eq!(world.count(digest).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_with_tokens_reserved_leaves_them_to_expire() {
    let world = World::new().await;
    let server = world.start().await;
    world.hang_after(0).await;
    server.submit(&books(30)).await;
    let held = "SELECT count(*) FROM keepa_reservations WHERE tokens = 30 AND expires_at > now() AND purpose = 'BATCH'";
    crate::support::eventually("tokens are reserved", async || {
        (world.count(held).await == 1).then_some(())
    })
    .await;
    server.kill().await;
    world.clear_faults().await;
    let server = world.start().await;
    let reserved = async || -> Value {
        let tokens = server.get("/api/v1/keepa/tokens").await.json(200);
        tokens["reserved"].clone()
    };
    assert_eq!(reserved().await, 30);
    world
        .change("UPDATE keepa_reservations SET reserved_at = now() - interval '1 hour', expires_at = now()")
        .await;
    assert_eq!(reserved().await, 0);
}
