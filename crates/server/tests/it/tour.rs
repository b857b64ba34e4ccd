//! What the README promises, as it promises it.

use serde_json::Value;

use crate::embedded::DataFolder;
use crate::support::{Output, Process, World, books, command, eventually};

const README: &str = include_str!("../../../../README.md");
const EXAMPLE: &str = include_str!("../../../../docs/examples/supplier-list.csv");

/// How every request of the tour shows the key.
const WITH_KEY: &str = r#"-H "authorization: Bearer $ARBITRAGEVAULT_KEY""#;

/// A path of the tour, which must stand in the README with `$BATCH` for the id, on a line that shows the key.
#[track_caller]
fn step(path: &str, batch: &str) -> String {
    let address = format!("localhost:8080{path}");
    let with_key = |line: &str| line.contains(&address) && line.contains(WITH_KEY);
    assert!(README.lines().any(with_key), "{path}");
    path.replace("$BATCH", batch)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tour_of_the_readme_leads_from_a_list_to_a_ranking() {
    // As the README has it: nothing is configured, and the one line that the server shows is copied.
    let folder = DataFolder::new();
    let server = folder.start().await;
    assert!(README.contains("export ARBITRAGEVAULT_KEY=avk_"));
    step("/api/v1/batches", "");
    assert!(
        README
            .contains("-H 'content-type: text/csv' --data-binary @docs/examples/supplier-list.csv")
    );
    let submitted = server.send("text/csv", EXAMPLE).await;
    let id = submitted.json(202)["batch"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        submitted.header("location"),
        format!("/api/v1/batches/{id}")
    );

    let events = server
        .get(&step("/api/v1/batches/$BATCH/events", &id))
        .await;
    assert!(
        events
            .text
            .trim_end()
            .lines()
            .any(|line| line == "event: COMPLETED"),
        "{}",
        events.text
    );

    let top = server
        .get(&step("/api/v1/analyses/top?batch_id=$BATCH&limit=10", &id))
        .await;
    let top = top.json(200);
    let top = top["items"].as_array().unwrap();
    assert_eq!(top.len(), 10);
    for analysis in top {
        assert_eq!(analysis["source"], "GENERATED");
        assert!(!analysis["main_reason"].as_str().unwrap().is_empty());
    }

    let export = server
        .get(&step("/api/v1/batches/$BATCH/export?format=csv", &id))
        .await;
    assert_eq!(export.status, 200);
    assert!(export.header("content-type").starts_with("text/csv"));
    let rows = EXAMPLE.trim_end().lines().count();
    assert_eq!(
        export.text.trim_end().lines().count(),
        rows,
        "{}",
        export.text
    );

    for path in ["/docs/", "/openapi.json"] {
        assert_eq!(server.get(path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn the_command_line_and_the_api_come_to_the_same_verdicts() {
    let world = World::new().await;
    let server = world.start().await;
    let submitted = server.send("text/csv", EXAMPLE).await.json(202);
    let id = submitted["batch"]["id"].as_str().unwrap();
    server.done_batch(id).await;
    let verdict = |analysis: &Value| {
        format!(
            "{} {} {}",
            analysis["asin"], analysis["recommendation"], analysis["rating"]
        )
    };
    let path = format!("/api/v1/analyses?batch_id={id}");
    let mut of_api: Vec<String> = server.all(&path).await.iter().map(verdict).collect();

    let mut analyze = command();
    analyze.args(["analyze", "-", "--format", "json"]);
    let printed = Output::of(analyze, EXAMPLE).await;
    let printed: Vec<Value> = serde_json::from_str(&printed.stdout).unwrap();
    let mut of_command: Vec<String> = printed.iter().map(verdict).collect();
    of_api.sort_unstable();
    of_command.sort_unstable();
    assert_eq!(of_api, of_command);
}

#[tokio::test]
async fn the_sandbox_serves_by_itself_until_it_is_asked_to_stop() {
    let mut sandbox = command();
    sandbox.args(["keepa-sandbox", "--port", "0"]);
    let sandbox = Process::start(sandbox);
    let url = eventually("the sandbox listens", async || {
        let said = sandbox.said();
        let line: Value = serde_json::from_str(said.first()?).ok()?;
        Some(format!("http://{}", line["addr"].as_str()?))
    })
    .await;
    let mut world = World::new().await;
    world.set("keepa.base_url", &url);
    let server = world.start().await;
    let id = server.submit(&books(3)).await;
    assert_eq!(server.done_batch(&id).await["items"]["analysed"], 3);
    assert_eq!(world.keepa_stats().await["requests"], 0);
    sandbox.signal(nix::sys::signal::Signal::SIGTERM);
    assert_eq!(sandbox.wait().await.0.code(), Some(0));
}
