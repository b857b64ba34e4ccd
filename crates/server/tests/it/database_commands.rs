//! `db`: what it tells of a database and does to it, and the codes with which it ends.

use arbitragevault_tests::{Database, FailingDatabase, databases};
use serde_json::{Value, json};

use crate::support::{Output, command};

/// What `db` says with these arguments.
async fn db(url: &str, arguments: &[&str]) -> Output {
    let mut command = command();
    command.arg("db").args(arguments).env("DATABASE_URL", url);
    Output::of(command, "").await
}

/// The JSON that `db` prints, and its exit code.
async fn db_json(url: &str, arguments: &[&str]) -> (Option<i32>, Value) {
    let arguments = [arguments, &["--format", "json"]].concat();
    let output = db(url, &arguments).await;
    let json = serde_json::from_str(&output.stdout);
    (output.code, json.unwrap_or_else(|_| panic!("{output:?}")))
}

async fn empty() -> Database {
    databases().unwrap().create().await.unwrap()
}

async fn migrated() -> Database {
    let database = empty().await;
    let output = db(&database.url, &["migrate"]).await;
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    database
}

/// The names of the steps, in one of the lists of `db status`.
fn steps<'a>(status: &'a Value, list: &str) -> Vec<&'a str> {
    let steps = status["migrations"][list].as_array().unwrap();
    steps.iter().map(|step| step.as_str().unwrap()).collect()
}

/// The text, with what differs from run to run taken out.
fn stable(text: &str, database: &Database) -> String {
    let name = database.url.rsplit('/').next().unwrap();
    let name = name.split('?').next().unwrap();
    let mut lines = Vec::new();
    for line in text.lines() {
        let label = line.split_whitespace().next().unwrap_or_default();
        lines.push(match label {
            "database" => {
                assert!(
                    line.contains("arbitragevault@/") && line.ends_with(name),
                    "{line}"
                );
                "database     [address]".to_owned()
            }
            "reachable" => {
                assert!(
                    line.starts_with("reachable    yes, in ") && line.ends_with(" ms"),
                    "{line}"
                );
                "reachable    yes, in [time] ms".to_owned()
            }
            "version" => {
                assert!(line.starts_with("version      PostgreSQL 1"), "{line}");
                "version      PostgreSQL [version]".to_owned()
            }
            "size" => {
                assert!(line.ends_with(" MiB"), "{line}");
                "size         [size] MiB".to_owned()
            }
            "connections" => {
                assert!(
                    line.ends_with("of 200 (1 to this database, 0 of them active)"),
                    "{line}"
                );
                "connections  [count] of 200 (1 to this database, 0 of them active)".to_owned()
            }
            _ => line.to_owned(),
        });
    }
    lines.join("\n")
}

#[tokio::test]
async fn a_database_is_migrated_once_and_its_status_says_what_it_lacks() {
    let database = empty().await;
    let before = db(&database.url, &["status"]).await;
    assert_eq!(before.code, Some(1), "{}", before.stderr);
    assert!(
        before.stdout.contains("migrations   0 applied"),
        "{}",
        before.stdout
    );
    assert!(
        before.stdout.contains("(arbitragevault db migrate)"),
        "{}",
        before.stdout
    );

    let first = db(&database.url, &["migrate"]).await;
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    assert!(first.stdout.starts_with("applied 2"), "{}", first.stdout);
    let second = db(&database.url, &["migrate"]).await;
    assert_eq!(
        (second.code, &*second.stdout),
        (Some(0), "the schema is up to date\n")
    );

    let after = db(&database.url, &["status"]).await;
    assert_eq!(after.code, Some(0), "{}", after.stderr);
    let (code, status) = db_json(&database.url, &["status"]).await;
    let applied = steps(&status, "applied");
    assert_eq!(
        (code, steps(&status, "pending").len()),
        (Some(0), 0),
        "{status:#}"
    );
    assert_eq!(applied[0], "2026-11-23-000001_core");
    let mut expected = vec![
        "database     [address]".to_owned(),
        "reachable    yes, in [time] ms".to_owned(),
        "version      PostgreSQL [version]".to_owned(),
        "size         [size] MiB".to_owned(),
        "connections  [count] of 200 (1 to this database, 0 of them active)".to_owned(),
        format!("migrations   {} applied, 0 pending", applied.len()),
    ];
    expected.extend(applied.iter().map(|step| format!("  applied    {step}")));
    assert_eq!(stable(&after.stdout, &database), expected.join("\n"));
}

#[tokio::test]
async fn a_database_that_is_out_of_reach_is_told_without_its_password() {
    // Port 1 is reserved, and nobody listens there.
    let url = "postgres://reseller:hunter2@127.0.0.1:1/books";
    let output = db(url, &["status"]).await;
    assert_eq!(output.code, Some(1), "{}", output.stderr);
    assert!(
        output
            .stdout
            .starts_with("database     reseller@127.0.0.1 database books\nreachable    no: "),
        "{}",
        output.stdout
    );
    let (code, status) = db_json(url, &["status"]).await;
    assert_eq!(code, Some(1));
    assert!(
        status["problem"].as_str().unwrap().contains("refused"),
        "{status:#}"
    );
    assert!(!format!("{output:?}{status}").contains("hunter2"));
}

#[tokio::test]
async fn steps_are_taken_back_only_when_that_is_meant() {
    let database = migrated().await;
    let url = database.url.as_str();
    let (_, before) = db_json(url, &["status"]).await;
    let steps_before = steps(&before, "applied");
    let last = *steps_before.last().unwrap();

    let asked = db(url, &["revert"]).await;
    assert_eq!((asked.code, &*asked.stdout), (Some(2), ""));
    assert_eq!(
        asked.stderr,
        format!(
            "arbitragevault: this takes back {last}, with all data in what they made. Say --yes to do it\n"
        )
    );
    assert_eq!(
        db_json(url, &["status"]).await.1["migrations"],
        before["migrations"]
    );

    let (code, done) = db_json(url, &["revert", "--yes"]).await;
    assert_eq!(
        (code, done["reverted"].as_array().unwrap().len()),
        (Some(0), 1),
        "{done}"
    );
    let (code, after) = db_json(url, &["status"]).await;
    assert_eq!((code, steps(&after, "pending")), (Some(1), vec![last]));

    let too_many = (steps_before.len() + 1).to_string();
    let refused = db(url, &["revert", "--steps", &too_many, "--yes"]).await;
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.stderr.contains("steps are applied, not"),
        "{}",
        refused.stderr
    );
    let all = (steps_before.len() - 1).to_string();
    let all = db(url, &["revert", "--steps", &all, "--yes"]).await;
    assert_eq!(all.code, Some(0), "{}", all.stderr);
    assert_eq!(
        steps(&db_json(url, &["status"]).await.1, "applied"),
        Vec::<&str>::new()
    );
    let (code, again) = db_json(url, &["migrate"]).await;
    assert_eq!(
        (code, again["applied"].as_array().unwrap().len()),
        (Some(0), steps_before.len())
    );
}

#[tokio::test]
async fn a_step_of_a_newer_version_is_not_taken_back_by_this_one() {
    let database = migrated().await;
    let (client, connection) = tokio_postgres::connect(&database.url, tokio_postgres::NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    client
        .execute(
            "INSERT INTO __diesel_schema_migrations (version) VALUES ('29990101000000')",
            &[],
        )
        .await
        .unwrap();
    let (code, status) = db_json(&database.url, &["status"]).await;
    assert_eq!(
        (code, steps(&status, "unknown")),
        (Some(0), vec!["29990101000000"])
    );
    let refused = db(&database.url, &["revert", "--yes"]).await;
    assert_eq!(refused.code, Some(1));
    assert!(
        refused
            .stderr
            .contains("29990101000000 is applied, and this program does not know it"),
        "{}",
        refused.stderr
    );
}

#[tokio::test]
async fn a_table_is_described_and_an_unknown_one_answered_with_those_there_are() {
    let database = migrated().await;
    let (code, jobs) = db_json(&database.url, &["describe", "jobs"]).await;
    assert_eq!((code, &jobs["table"]), (Some(0), &json!("jobs")));
    assert_eq!(jobs["rows_estimated"], Value::Null, "{jobs:#}");
    let column = |name: &str| {
        let columns = jobs["columns"].as_array().unwrap();
        columns
            .iter()
            .find(|column| column["name"] == name)
            .unwrap()
            .clone()
    };
    assert_eq!(
        column("is_dead"),
        json!({"name": "is_dead", "type": "boolean", "nullable": false, "default": "false"})
    );
    assert_eq!(column("leased_until")["nullable"], true);
    let definitions = |of: &str| {
        let rows = jobs[of].as_array().unwrap();
        rows.iter()
            .map(|row| row["definition"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert!(
        definitions("indexes")
            .iter()
            .any(|index| index.contains("UNIQUE INDEX")),
        "{jobs:#}"
    );
    assert!(
        definitions("constraints")
            .iter()
            .any(|one| one.contains("PRIMARY KEY")),
        "{jobs:#}"
    );

    let text = db(&database.url, &["describe", "jobs"]).await;
    for part in [
        "jobs\n  rows          unknown",
        "\ncolumns\n",
        "\nindexes\n",
        "\nconstraints\n",
        "is_dead",
    ] {
        assert!(text.stdout.contains(part), "{}", text.stdout);
    }
    let unknown = db(&database.url, &["describe", "books"]).await;
    assert_eq!(unknown.code, Some(1));
    assert!(
        unknown
            .stderr
            .contains("there is no table \"books\": there are")
            && unknown.stderr.contains("batch_items"),
        "{}",
        unknown.stderr
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_queries_are_listed_once_postgresql_counts_them_and_until_then_it_says_how() {
    let mut cluster = FailingDatabase::start().await.unwrap();
    let url = cluster.database().url;
    let run = async |statement: &str| {
        let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls)
            .await
            .unwrap();
        tokio::spawn(connection);
        client.batch_execute(statement).await.unwrap();
    };
    let (code, off) = db_json(&url, &["slow-queries"]).await;
    if off["counting"] == "NOT_INSTALLED" {
        eprintln!("skipped: PostgreSQL's contrib modules are not installed");
        return;
    }
    assert_eq!(
        (code, &off["counting"], &off["statements"]),
        (Some(1), &json!("NOT_LOADED"), &json!([]))
    );
    assert!(
        off["advice"]
            .as_str()
            .unwrap()
            .contains("shared_preload_libraries"),
        "{off:#}"
    );

    run("ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'").await;
    cluster.stop().unwrap();
    cluster.restart().unwrap();
    let (code, loaded) = db_json(&url, &["slow-queries"]).await;
    assert_eq!(
        (code, &loaded["counting"]),
        (Some(1), &json!("NOT_CREATED"))
    );

    run("CREATE EXTENSION pg_stat_statements").await;
    run("SELECT count(*) FROM generate_series(1, 200000)").await;
    let (code, on) = db_json(&url, &["slow-queries", "--limit", "3"]).await;
    assert_eq!(
        (code, &on["counting"], &on["advice"]),
        (Some(0), &json!("ON"), &Value::Null),
        "{on:#}"
    );
    let statements = on["statements"].as_array().unwrap();
    assert!((1..=3).contains(&statements.len()), "{on:#}");
    let text = db(&url, &["slow-queries"]).await;
    assert!(
        text.stdout
            .contains("SELECT count(*) FROM generate_series($1, $2)"),
        "{}",
        text.stdout
    );
}
