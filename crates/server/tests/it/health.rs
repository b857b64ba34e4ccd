//! What the health endpoints tell on good and on bad days.

use arbitragevault_tests::FailingDatabase;
use serde_json::{Value, json};

use crate::support::{TestServer, World, books};

async fn health(server: &TestServer, of: &str) -> Value {
    server.get(&format!("/health/{of}")).await.json(200)
}

#[tokio::test]
async fn a_healthy_server_says_so_and_what_waits() {
    let mut world = World::new().await;
    world.set("worker.concurrency", "0");
    let server = world.start().await;
    server.submit(&books(7)).await;
    let detailed = health(&server, "detailed").await;
    assert_eq!(detailed["status"], "OK", "{detailed:#}");
    assert_eq!(
        detailed["database"]["pending_migrations"], 0,
        "{detailed:#}"
    );
    assert_eq!(detailed["queue"]["depth"], 7, "{detailed:#}");
    let dependencies = health(&server, "dependencies").await;
    assert_eq!(dependencies["status"], "OK", "{dependencies:#}");
    assert_eq!(dependencies["keepa"]["mode"], "GENERATED");
    assert_eq!(world.keepa_stats().await["tokens_consumed"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_away_or_hangs_degrades_the_server_and_does_not_end_it() {
    let mut database = FailingDatabase::start().await.unwrap();
    let world = World::around(database.database());
    let server = world.start().await;
    for hangs in [false, true] {
        if hangs {
            database.hang();
        } else {
            database.stop().unwrap();
        }
        let detailed = health(&server, "detailed").await;
        assert_eq!(detailed["status"], "DEGRADED", "{detailed:#}");
        assert_eq!(detailed["database"]["status"], "DOWN", "{detailed:#}");
        assert_eq!(detailed["queue"], Value::Null);
        let dependencies = health(&server, "dependencies").await;
        assert_eq!(dependencies["postgresql"]["status"], "DOWN");
        assert_eq!(dependencies["keepa"]["status"], "OK");
        assert_eq!(
            server.get("/health").await.json(200),
            json!({"status": "OK"})
        );
        if hangs {
            database.go_on();
        } else {
            database.restart().unwrap();
        }
        server
            .eventually_answers("/health/detailed", |health| health["status"] == "OK")
            .await;
    }
}

#[tokio::test]
async fn a_keepa_that_fails_degrades_the_server_until_it_answers_again() {
    let world = World::new().await;
    let server = world.start().await;
    for fault in [
        json!({"kind": "status", "status": 500}),
        json!({"kind": "garbage"}),
        json!({"kind": "drop_connection"}),
        json!({"kind": "slow", "ms": 600_000}),
    ] {
        world.add_fault(fault).await;
        let dependencies = health(&server, "dependencies").await;
        assert_eq!(dependencies["status"], "DEGRADED", "{dependencies:#}");
        assert_eq!(dependencies["keepa"]["status"], "DOWN", "{dependencies:#}");
        world.clear_faults().await;
        let dependencies = health(&server, "dependencies").await;
        assert_eq!(dependencies["status"], "OK", "{dependencies:#}");
    }
}
