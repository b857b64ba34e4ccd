//! `doctor`: what it finds, what it advises, and the code with which it ends.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, TcpListener};

use serde_json::{Value, json};
use tokio::process::Command;

use crate::support::{Output, TestRedis, World, command};

/// The states of the checks, the whole findings, and the exit code.
struct Diagnosis {
    code: Option<i32>,
    findings: BTreeMap<String, Value>,
}

impl Diagnosis {
    async fn of(mut command: Command) -> Self {
        command.args(["doctor", "--format", "json"]);
        let output = Output::of(command, "").await;
        assert!(!output.stdout.contains("hunter2"), "{}", output.stdout);
        let findings: Vec<Value> =
            serde_json::from_str(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
        let by_check = |finding: Value| (finding["check"].as_str().unwrap().to_owned(), finding);
        Self {
            code: output.code,
            findings: findings.into_iter().map(by_check).collect(),
        }
    }

    #[track_caller]
    fn assert(&self, check: &str, state: &str, told: &str) {
        let finding = &self.findings[check];
        assert_eq!(finding["state"], state, "{finding:#}");
        let detail = finding["detail"].as_str().unwrap();
        assert!(detail.contains(told), "{finding:#}");
        assert_eq!(finding["advice"].is_string(), state != "OK", "{finding:#}");
    }
}

#[tokio::test]
async fn a_redis_is_looked_at_where_one_is_configured_and_is_no_problem_when_it_is_away() {
    let mut world = World::new().await;
    world.set("redis.url", "redis://:hunter2@127.0.0.1:1");
    let away = Diagnosis::of(world.command()).await;
    away.assert("Redis", "WARNING", "cannot be reached");
    assert_eq!(away.code, Some(0));
    let Some(redis) = TestRedis::start().await else {
        return;
    };
    world.set("redis.url", &redis.url());
    let there = Diagnosis::of(world.command()).await;
    there.assert("Redis", "OK", "answers in");
}

#[tokio::test]
async fn a_sound_installation_passes_and_what_a_start_would_mend_is_a_warning() {
    let world = World::new().await;
    let before = Diagnosis::of(world.command()).await;
    before.assert("database", "OK", "PostgreSQL 1");
    before.assert("migrations", "WARNING", "0 applied");
    before.assert("connections", "OK", "this server opens up to 10");
    before.assert("clock of PostgreSQL", "OK", "agree");
    before.assert("Keepa", "OK", "tokens left, 60000 more a minute");
    before.assert("clock of Keepa", "OK", "agree");
    before.assert("port", "OK", "is free");
    before.assert("PostgreSQL programs", "OK", "version");
    assert_eq!(before.code, Some(0));

    let server = world.start().await;
    let mut command = world.command();
    let port = server.url.rsplit(':').next().unwrap();
    command.env("ARBITRAGEVAULT__SERVER__PORT", port);
    let running = Diagnosis::of(command).await;
    running.assert("migrations", "OK", "0 pending");
    running.assert("port", "OK", "a server of ArbitrageVault runs on");
    assert_eq!(running.code, Some(0));

    let mut command = world.command();
    command.arg("doctor");
    let text = Output::of(command, "").await;
    assert_eq!(
        text.stdout.lines().count(),
        running.findings.len(),
        "{}",
        text.stdout
    );
    assert!(
        text.stdout
            .lines()
            .all(|line| line.starts_with("ok       ")),
        "{}",
        text.stdout
    );
}

#[tokio::test]
async fn whatever_is_missing_is_told_with_what_to_do_and_by_the_exit_code() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let mut world = World::new().await;
    world.set("server.port", &port);
    world
        .add_fault(json!({"kind": "status", "status": 400}))
        .await;
    let mut command = world.command();
    // Port 1 is reserved, and nobody listens there.
    command.env("DATABASE_URL", "postgres://user:hunter2@127.0.0.1:1/books");
    let broken = Diagnosis::of(command).await;
    assert_eq!(broken.code, Some(1));
    broken.assert("database", "PROBLEM", "refused");
    broken.assert("Keepa", "PROBLEM", "rejected");
    broken.assert("port", "PROBLEM", "in use");

    world.clear_faults().await;
    world.set_tokens(-5, 60_000).await;
    let mut command = world.command();
    command.env(
        "DATABASE_DIRECT_URL",
        "postgres://user:hunter2@127.0.0.1:1/books",
    );
    let poor = Diagnosis::of(command).await;
    poor.assert("Keepa", "WARNING", "-5 tokens left");
    // The direct URL serves every command that looks after the database, and the server's LISTEN.
    poor.assert("direct database", "PROBLEM", "refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_configuration_the_private_database_is_tried_and_left_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    // PostgreSQL may run as another user, who must reach its data.
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(folder.path(), open).unwrap();
    let data = folder.path().join("data");
    let mut command = command();
    command
        .env("ARBITRAGEVAULT__SERVER__PORT", "0")
        .env("ARBITRAGEVAULT__DATABASE__DATA_DIR", &data);
    let alone = Diagnosis::of(command).await;
    alone.assert("database", "OK", "PostgreSQL 1");
    alone.assert("Keepa", "WARNING", "the sandbox makes books up");
    assert!(alone.findings.contains_key("disk of the data"));
    assert!(!data.join("postmaster.pid").exists());
}
