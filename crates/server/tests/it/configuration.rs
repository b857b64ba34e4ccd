//! Configuration that cannot work: every problem is told at once, where a person looks for it, and no secret with it.

use std::net::{Ipv4Addr, TcpListener};

use arbitragevault_tests::databases;
use serde_json::{Value, json};
use tokio::process::Command;

use crate::support::{KEEPA_API_KEY, Output, World, command};

/// The exit code and stderr of a server with these variables in its environment, which must not start.
async fn refused(variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let mut command = command();
    command.envs(variables.iter().copied());
    refusal(command).await
}

async fn refusal(command: Command) -> (Option<i32>, String) {
    let output = Output::of(command, "").await;
    assert!(!output.stderr.contains("hunter2"), "{}", output.stderr);
    assert!(!output.stdout.contains("hunter2"), "{}", output.stdout);
    (output.code, output.stderr)
}

#[tokio::test]
async fn every_problem_of_the_configuration_is_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("arbitragevault.toml");
    std::fs::write(
        &file,
        "[worker]\nconcurency = 2\nmax_attempts = 0\n\n[wroker]\n",
    )
    .unwrap();
    let (code, said) = refused(&[
        ("ARBITRAGEVAULT_CONFIG", file.to_str().unwrap()),
        ("PORT", "http"),
        ("DATABASE_URL", "mysql://user:hunter2@localhost/books"),
        ("ARBITRAGEVAULT__SERVER__HOST", "nowhere"),
        ("ARBITRAGEVAULT__DATABASE__MAX_CONNECTIONS", "-1"),
        ("ARBITRAGEVAULT__KEEPA__HISTORY_DAYS", "30"),
        ("ARBITRAGEVAULT__LOG__FORMAT", "yaml"),
    ])
    .await;
    assert_eq!(code, Some(2), "{said}");
    let said = said.replace(folder.path().to_str().unwrap(), "[folder]");
    insta::assert_snapshot!(said);
}

#[tokio::test]
async fn a_configuration_file_that_cannot_be_read_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.toml");
    let broken = folder.path().join("broken.toml");
    std::fs::write(&broken, "[server\nport = 80\n").unwrap();
    for file in [missing, broken] {
        let mut command = command();
        command.arg("--config").arg(&file);
        let (code, said) = refusal(command).await;
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains(file.to_str().unwrap()), "{said}");
    }
}

#[tokio::test]
async fn a_port_in_use_is_named_and_nothing_is_left_running() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let mut world = World::new().await;
    world.set("server.port", &port);
    let (code, said) = refusal(world.command()).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains(&format!("cannot listen on 127.0.0.1:{port}")),
        "{said}"
    );
    assert!(said.to_lowercase().contains("in use"), "{said}");

    let mut sandbox = command();
    sandbox.args(["keepa-sandbox", "--port", &port]);
    let (code, said) = refusal(sandbox).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains(&format!("cannot listen on 127.0.0.1:{port}")),
        "{said}"
    );
}

#[tokio::test]
async fn a_database_that_cannot_be_used_is_told_with_the_reason() {
    let database = databases().unwrap().create().await.unwrap();
    let name = database.url.rsplit('/').next().unwrap();
    let name = name.split('?').next().unwrap();
    let no_database = database.url.replace(name, "no_such_database");
    let no_user = database.url.replace("arbitragevault@", "nobody:hunter2@");
    // Port 1 is reserved, and nobody listens there.
    let nobody_listens = "postgres://user:hunter2@127.0.0.1:1/books".to_owned();
    for (url, reason) in [
        (no_user, "does not exist"),
        (no_database, "does not exist"),
        (nobody_listens, "Connection refused"),
    ] {
        for command in [&["serve"][..], &["db", "migrate"]] {
            let mut server = self::command();
            server.args(command).env("DATABASE_URL", &url);
            let (code, said) = refusal(server).await;
            assert_eq!(code, Some(1), "{said}");
            assert!(said.contains("database") && said.contains(reason), "{said}");
        }
    }
}

#[tokio::test]
async fn logs_that_cannot_be_written_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let below = file.join("logs");
    let (code, said) = refused(&[("ARBITRAGEVAULT__LOG__FOLDER", below.to_str().unwrap())]).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains(below.to_str().unwrap()), "{said}");
}

#[tokio::test]
async fn a_configured_folder_gets_the_log_too() {
    let folder = tempfile::tempdir().unwrap();
    let mut world = World::new().await;
    world.set("log.folder", folder.path().to_str().unwrap());
    let server = world.start().await;
    let (code, said) = server.stop().await;
    assert_eq!(code, Some(0));
    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(files.len(), 1);
    let written = std::fs::read_to_string(files[0].as_ref().unwrap().path()).unwrap();
    let messages = |lines: &[&str]| -> Vec<Value> {
        let read = |line: &&str| serde_json::from_str::<Value>(line).unwrap()["message"].clone();
        lines.iter().map(read).collect()
    };
    let said: Vec<&str> = said.iter().map(String::as_str).collect();
    let written_lines: Vec<&str> = written.lines().collect();
    assert_eq!(messages(&written_lines), messages(&said));
    assert!(!written.contains(KEEPA_API_KEY));
}

#[tokio::test]
async fn servers_that_start_together_migrate_once() {
    let world = World::new().await;
    let (one, two, three) = tokio::join!(world.start(), world.start(), world.start());
    let migrations = "SELECT count(*) FROM __diesel_schema_migrations";
    let applied = world.count(migrations).await;
    let mut told = 0;
    for server in [one, two, three] {
        let (code, said) = server.stop().await;
        assert_eq!(code, Some(0));
        told += said
            .iter()
            .filter(|line| line.contains("brought the schema up to date"))
            .count();
    }
    assert_eq!(told, 1);
    assert!(applied > 0);
}

/// What `config print` says with these arguments, in a world where file and environment set something.
async fn printed(arguments: &[&str]) -> (Output, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("arbitragevault.toml");
    std::fs::write(
        &file,
        "[worker]\nconcurrency = 3\n[server]\nallowed_origins = [\"https://app.example.com\"]\n",
    )
    .unwrap();
    let mut command = command();
    command
        .args(["config", "print"])
        .args(arguments)
        .env("ARBITRAGEVAULT_CONFIG", &file)
        .env("DATABASE_URL", "postgres://user:hunter2@localhost/books")
        .env("KEEPA_API_KEY", "0055378008")
        .env("PORT", "8888")
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4318")
        .env("ARBITRAGEVAULT__KEEPA__HISTORY_DAYS", "365");
    (
        Output::of(command, "").await,
        file.to_str().unwrap().to_owned(),
    )
}

#[tokio::test]
async fn every_setting_is_printed_with_where_it_came_from_and_no_secret() {
    for arguments in [&[][..], &["--redacted"]] {
        let (output, file) = printed(arguments).await;
        assert_eq!(output.code, Some(0), "{}", output.stderr);
        let shown = output.stdout.replace(&file, "[file]");
        assert!(
            !shown.contains("hunter2") && !shown.contains("55378008"),
            "{shown}"
        );
        for line in [
            "database.url = \"redacted\"  environment DATABASE_URL",
            "database.direct_url = \"\"  default",
            "keepa.api_key = \"redacted\"  environment KEEPA_API_KEY",
            "keepa.history_days = 365  environment ARBITRAGEVAULT__KEEPA__HISTORY_DAYS",
            "log.otlp_endpoint = \"http://localhost:4318\"  environment OTEL_EXPORTER_OTLP_ENDPOINT",
            "metrics.enabled = true  default",
            "server.allowed_origins = [\"https://app.example.com\"]  file [file]",
            "server.host = \"0.0.0.0\"  environment PORT",
            "server.port = 8888  environment PORT",
            "worker.concurrency = 3  file [file]",
            "worker.max_attempts = 6  default",
        ] {
            let squeezed = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
            let is_there = shown.lines().any(|shown| squeezed(shown) == squeezed(line));
            assert!(is_there, "no {line:?} in\n{shown}");
        }
    }
}

#[tokio::test]
async fn secrets_are_printed_when_asked_for_and_programs_get_json() {
    let (output, file) = printed(&["--show-secrets", "--format", "json"]).await;
    let settings: Vec<Value> = serde_json::from_str(&output.stdout).unwrap();
    let setting = |key: &str| {
        settings
            .iter()
            .find(|setting| setting["key"] == key)
            .unwrap()
    };
    assert_eq!(
        setting("keepa.api_key"),
        &json!({"key": "keepa.api_key", "value": "0055378008", "origin": "ENVIRONMENT", "place": "KEEPA_API_KEY"})
    );
    assert_eq!(setting("worker.concurrency")["place"], file.as_str());
    let (output, _) = printed(&["--show-secrets", "--redacted"]).await;
    assert_eq!(output.code, Some(2));
}
