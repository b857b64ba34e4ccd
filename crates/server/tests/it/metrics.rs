//! What `/metrics` says after a known load.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::json;

use crate::support::{TestServer, World, books, eventually};

/// The samples of a page by their names with labels, and the kinds by the names.
struct Page {
    samples: BTreeMap<String, f64>,
    kinds: BTreeMap<String, String>,
    text: String,
}

impl Page {
    fn of(text: String) -> Self {
        let mut samples = BTreeMap::new();
        let mut kinds = BTreeMap::new();
        for line in text.lines().filter(|line| !line.is_empty()) {
            if let Some(kind) = line.strip_prefix("# TYPE ") {
                let (name, kind) = kind.split_once(' ').unwrap();
                assert!(
                    kinds.insert(name.to_owned(), kind.to_owned()).is_none(),
                    "{line}"
                );
            } else if !line.starts_with("# HELP ") {
                let (name, value) = line.rsplit_once(' ').unwrap();
                let value = value.parse().unwrap_or_else(|_| panic!("{line}"));
                assert!(samples.insert(name.to_owned(), value).is_none(), "{line}");
            }
        }
        Self {
            samples,
            kinds,
            text,
        }
    }

    #[track_caller]
    fn get(&self, sample: &str) -> f64 {
        *self
            .samples
            .get(sample)
            .unwrap_or_else(|| panic!("no {sample} in\n{}", self.text))
    }

    /// Requests that were answered so.
    #[track_caller]
    fn requests(&self, method: &str, route: &str, status: &str) -> f64 {
        self.get(&format!(
            "arbitragevault_http_request_duration_seconds_count{{method=\"{method}\",route=\"{route}\",status=\"{status}\"}}"
        ))
    }
}

async fn page(server: &TestServer) -> Page {
    let answer = server.get("/metrics").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(
        answer.header("content-type"),
        "text/plain; version=0.0.4; charset=utf-8"
    );
    Page::of(answer.text)
}

#[tokio::test]
async fn after_a_known_load_every_metric_says_what_happened() {
    let world = World::new().await;
    let server = world.start().await;
    world
        .add_fault(json!({"kind": "status", "status": 500, "times": 1}))
        .await;
    let id = server.submit(&books(30)).await;
    server.done_batch(&id).await;
    for _ in 0..3 {
        server.get("/api/v1/batches").await.json(200);
    }
    let unknown = uuid::Uuid::nil();
    assert_eq!(
        server
            .get(&format!("/api/v1/batches/{unknown}"))
            .await
            .status,
        404
    );
    assert_eq!(server.get("/no/such/path/4711").await.status, 404);
    let made_up = Method::from_bytes(b"BREW").unwrap();
    assert_eq!(
        server
            .request(made_up, "/no/such/pot")
            .send()
            .await
            .unwrap()
            .status(),
        404
    );
    let stats = world.keepa_stats().await;

    // A chunk is recorded a moment after its batch is done.
    let page = eventually("the chunk is recorded", async || {
        let page = page(&server).await;
        let chunks = "arbitragevault_worker_chunk_duration_seconds_count{outcome=\"written\"}";
        (page.samples.get(chunks) == Some(&1.0)).then_some(page)
    })
    .await;
    assert_eq!(page.requests("POST", "/api/v1/batches", "2xx"), 1.0);
    assert_eq!(page.requests("GET", "/api/v1/batches", "2xx"), 3.0);
    assert_eq!(page.requests("GET", "/api/v1/batches/{id}", "4xx"), 1.0);
    assert!(page.requests("GET", "/api/v1/batches/{id}", "2xx") >= 1.0);
    assert_eq!(page.requests("GET", "none", "4xx"), 1.0);
    assert_eq!(page.requests("other", "none", "4xx"), 1.0);
    for raw in [id.as_str(), "4711", "BREW", &unknown.to_string()] {
        assert!(!page.text.contains(raw), "{}", page.text);
    }

    assert_eq!(
        page.get("arbitragevault_queue_attempts_total{outcome=\"analysed\"}"),
        30.0
    );
    assert_eq!(
        page.get("arbitragevault_queue_attempts_total{outcome=\"failed\"}"),
        0.0
    );
    assert_eq!(
        page.get("arbitragevault_queue_attempts_total{outcome=\"retried\"}"),
        0.0
    );
    for state in ["waiting", "in_work", "dead"] {
        assert_eq!(
            page.get(&format!("arbitragevault_queue_jobs{{state=\"{state}\"}}")),
            0.0
        );
    }
    assert!(
        !page
            .samples
            .contains_key("arbitragevault_queue_oldest_seconds"),
        "{}",
        page.text
    );

    assert_eq!(stats["tokens_consumed"], 30, "{stats}");
    assert_eq!(
        page.get("arbitragevault_keepa_tokens_spent_total{endpoint=\"product\"}"),
        30.0
    );
    assert_eq!(
        page.get("arbitragevault_keepa_request_duration_seconds_count{endpoint=\"product\"}"),
        2.0
    );
    assert_eq!(
        page.get("arbitragevault_keepa_errors_total{endpoint=\"product\",kind=\"KEEPA_FAILED\"}"),
        1.0
    );
    assert!(page.get("arbitragevault_keepa_tokens_left") > 0.0);
    assert_eq!(page.get("arbitragevault_keepa_tokens_per_minute"), 60_000.0);

    // Ten connections: four of the worker, two of the token budget, two for each of two HTTP workers.
    assert_eq!(
        page.get("arbitragevault_pool_connections_max{pool=\"worker\"}"),
        4.0
    );
    assert_eq!(
        page.get("arbitragevault_pool_connections_max{pool=\"http\"}"),
        4.0
    );
    assert!(page.get("arbitragevault_pool_wait_seconds_count{pool=\"http\"}") >= 6.0);
    assert_eq!(page.get("arbitragevault_pool_waiting{pool=\"http\"}"), 0.0);

    let started = page.get("process_start_time_seconds");
    assert!(started > 1_764_000_000.0, "{started}");
    if cfg!(target_os = "linux") {
        assert!(page.get("process_cpu_seconds_total") > 0.0);
        assert!(page.get("process_resident_memory_bytes") > f64::from(1 << 20));
        assert!(page.get("process_open_fds") > 3.0);
    }
    assert_eq!(page.kinds["process_cpu_seconds_total"], "counter");
    assert_eq!(
        page.kinds["arbitragevault_http_request_duration_seconds"],
        "histogram"
    );
    for (name, _) in &page.kinds {
        assert!(
            page.text.contains(&format!("# HELP {name} ")),
            "{name} has no help"
        );
    }
}

#[tokio::test]
async fn items_that_are_tried_again_and_given_up_are_counted_and_stay_as_dead_letters() {
    let world = World::new().await;
    let server = world.start().await;
    world
        .add_fault(json!({"kind": "status", "status": 500}))
        .await;
    let id = server.submit(&books(7)).await;
    assert_eq!(server.done_batch(&id).await["status"], "FAILED");
    let page = page(&server).await;
    // Three attempts of each item.
    assert_eq!(
        page.get("arbitragevault_queue_attempts_total{outcome=\"retried\"}"),
        14.0
    );
    assert_eq!(
        page.get("arbitragevault_queue_attempts_total{outcome=\"failed\"}"),
        7.0
    );
    assert_eq!(page.get("arbitragevault_queue_jobs{state=\"dead\"}"), 7.0);
}

#[tokio::test]
async fn what_waits_is_counted_with_its_age() {
    let mut world = World::new().await;
    world.set("worker.concurrency", "0");
    let server = world.start().await;
    server.submit(&books(5)).await;
    let page = page(&server).await;
    assert_eq!(
        page.get("arbitragevault_queue_jobs{state=\"waiting\"}"),
        5.0
    );
    assert!(page.get("arbitragevault_queue_oldest_seconds") >= 0.0);
    assert!(
        !page
            .samples
            .contains_key("arbitragevault_keepa_tokens_left"),
        "{}",
        page.text
    );
}

#[tokio::test]
async fn metrics_can_be_switched_off_and_can_have_an_address_of_their_own() {
    let mut world = World::new().await;
    world.set("metrics.enabled", "false");
    let server = world.start().await;
    assert_eq!(
        server.get("/metrics").await.problem(),
        (404, "ROUTE_NOT_FOUND".to_owned())
    );
    server.stop().await;

    world.set("metrics.enabled", "true");
    world.set("metrics.address", "127.0.0.1:0");
    let server = world.start().await;
    assert_eq!(
        server.get("/metrics").await.problem(),
        (404, "ROUTE_NOT_FOUND".to_owned())
    );
    let own = eventually("the address is told", async || {
        server.said().iter().find_map(|line| {
            let (_, url) = line.split_once("serving metrics on ")?;
            Some(url.split('"').next()?.to_owned())
        })
    })
    .await;
    let answer = reqwest::get(&own).await.unwrap();
    assert_eq!(answer.status(), 200);
    let page = Page::of(answer.text().await.unwrap());
    assert_eq!(page.requests("GET", "/metrics", "4xx"), 1.0);
    assert_eq!(
        page.get("arbitragevault_queue_jobs{state=\"waiting\"}"),
        0.0
    );
    assert_eq!(server.stop().await.0, Some(0));
}
