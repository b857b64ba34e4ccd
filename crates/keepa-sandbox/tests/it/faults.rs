//! Faults on demand.

use keepa_sandbox::SandboxConfig;
use serde_json::json;

use crate::Bench;

const PATH: &str = "/product?key=k&domain=1&asin=9999500005,9999500013,9999500021";

#[tokio::test]
async fn a_status_fault_strikes_as_often_as_asked() {
    let bench = Bench::new(SandboxConfig::default());
    let fault = json!({"kind": "status", "status": 503, "times": 2});
    assert_eq!(bench.post("/sandbox/faults", fault).await, 204);
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(bench.get(PATH).await.0);
    }
    assert_eq!(statuses, [503, 503, 200]);
}

#[tokio::test]
async fn a_fault_without_times_strikes_until_it_is_cleared() {
    let bench = Bench::new(SandboxConfig::default());
    bench
        .post(
            "/sandbox/faults",
            json!({"kind": "error_in_200", "times": null}),
        )
        .await;
    for _ in 0..3 {
        let (status, answer) = bench.get(PATH).await;
        assert_eq!(status, 200);
        assert!(answer["error"]["message"].is_string());
        assert!(answer.get("products").is_none());
    }
    let url = format!("{}/sandbox/faults", bench.sandbox.url());
    bench.client.delete(url).send().await.unwrap();
    assert!(bench.get(PATH).await.1.get("error").is_none());
}

#[tokio::test]
async fn broken_bodies_and_connections_break_where_they_should() {
    let bench = Bench::new(SandboxConfig::default());
    let strike = async |kind: &str| {
        bench
            .post("/sandbox/faults", json!({"kind": kind, "times": 1}))
            .await;
        bench.send(PATH).await
    };
    assert!(strike("drop_connection").await.is_err(), "no answer at all");
    let half = strike("half_body").await.unwrap();
    assert_eq!(half.status(), 200);
    assert!(
        half.bytes().await.is_err(),
        "the head comes, the body ends early"
    );
    assert_eq!(
        strike("empty").await.unwrap().bytes().await.unwrap().len(),
        0
    );
    let garbage = strike("garbage").await.unwrap().text().await.unwrap();
    assert!(serde_json::from_str::<serde_json::Value>(&garbage).is_err());
    assert_eq!(bench.get(PATH).await.0, 200);
}

#[tokio::test]
async fn missing_products_are_charged_all_the_same() {
    let bench = Bench::new(SandboxConfig::default());
    bench
        .post(
            "/sandbox/faults",
            json!({"kind": "missing_products", "times": 1}),
        )
        .await;
    let (_, answer) = bench.get(PATH).await;
    let asins: Vec<_> = answer["products"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| &p["asin"])
        .collect();
    assert_eq!(asins, ["9999500013"]);
    assert_eq!(answer["tokensConsumed"], 3);
}

#[tokio::test]
async fn a_slow_answer_is_still_an_answer() {
    let bench = Bench::new(SandboxConfig::default());
    bench
        .post(
            "/sandbox/faults",
            json!({"kind": "slow", "ms": 1, "times": 1}),
        )
        .await;
    assert_eq!(bench.get(PATH).await.0, 200);
}

#[tokio::test]
async fn an_unknown_fault_is_refused() {
    let bench = Bench::new(SandboxConfig::default());
    assert_eq!(
        bench.post("/sandbox/faults", json!({"kind": "fire"})).await,
        400
    );
}

/// The answer to one request with a fault in its header.
async fn struck(bench: &Bench, fault: &str) -> reqwest::Result<reqwest::Response> {
    let url = format!("{}{PATH}", bench.sandbox.url());
    let request = bench.client.get(url).header("X-Keepa-Sandbox-Fault", fault);
    request.send().await
}

#[tokio::test]
async fn a_header_strikes_its_own_request_and_no_other() {
    let bench = Bench::new(SandboxConfig::default());
    for (fault, status, is_json) in [
        ("status=500", 500, true),
        ("status=402", 402, true),
        ("unavailable", 503, false),
        ("garbage", 200, false),
        ("empty", 200, false),
        ("error_in_200", 200, true),
        ("slow=1", 200, true),
    ] {
        let response = struck(&bench, fault).await.unwrap();
        assert_eq!(response.status(), status, "{fault}");
        let body = response.bytes().await.unwrap();
        let answer = serde_json::from_slice::<serde_json::Value>(&body);
        assert_eq!(answer.is_ok(), is_json, "{fault}");
        assert_eq!(bench.get(PATH).await.0, 200, "after {fault}");
    }
    assert!(struck(&bench, "drop_connection").await.is_err());
    let half = struck(&bench, "half_body").await.unwrap();
    assert!(half.bytes().await.is_err());
    let unknown = struck(&bench, "fire").await.unwrap();
    assert_eq!(unknown.status(), 400);
}

#[tokio::test]
async fn a_page_by_name_is_the_right_answer_by_content() {
    let bench = Bench::new(SandboxConfig::default());
    let response = struck(&bench, "wrong_content_type").await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/html");
    let answer: serde_json::Value = response.json().await.unwrap();
    assert_eq!(answer["products"].as_array().unwrap().len(), 3);
    assert_eq!(answer["tokensConsumed"], 3);
}

#[tokio::test]
async fn duplicate_products_are_charged_once() {
    let bench = Bench::new(SandboxConfig::default());
    let response = struck(&bench, "duplicate_products").await.unwrap();
    let answer: serde_json::Value = response.json().await.unwrap();
    let asins: Vec<_> = answer["products"]
        .as_array()
        .unwrap()
        .iter()
        .map(|product| product["asin"].as_str().unwrap())
        .collect();
    let [a, b, c] = ["9999500005", "9999500013", "9999500021"];
    assert_eq!(asins, [a, a, b, b, c, c]);
    assert_eq!(answer["tokensConsumed"], 3);
    let missing = struck(&bench, "missing_products").await.unwrap();
    let answer: serde_json::Value = missing.json().await.unwrap();
    assert_eq!(answer["products"].as_array().unwrap().len(), 1);
}
