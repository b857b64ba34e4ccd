//! Costs, tokens and refusals.

use keepa_sandbox::{Catalogue, SandboxConfig, SandboxError};
use serde_json::{Value, json};

use crate::Bench;

/// The named fields of an answer, so that one assertion holds them all.
fn fields(answer: &Value, names: &[&str]) -> Vec<Value> {
    names.iter().map(|name| answer[name].clone()).collect()
}

const TOKENS: [&str; 4] = [
    "tokensLeft",
    "tokensConsumed",
    "refillRate",
    "tokenFlowReduction",
];

#[tokio::test]
async fn products_cost_what_keepa_documents() {
    let bench = Bench::new(SandboxConfig {
        refill_rate: 20,
        ..Default::default()
    });
    let catalogue = Catalogue::new(1);
    let (asin, code) = (catalogue.asin(3), catalogue.isbn13(3));
    let mut costs = Vec::new();
    for query in [
        format!("asin={asin}"),
        format!("asin={asin}&update=0"),
        format!("asin={asin}&buybox=1"),
        format!("asin={asin},0470820942"),
        "asin=0470820942&update=-1".to_owned(),
        format!("code={code}"),
        "code=9780470820940".to_owned(),
        format!("asin={asin}&history=0&stats=90&days=30"),
    ] {
        let (status, answer) = bench.get(&format!("/product?key=k&domain=1&{query}")).await;
        let count = answer["products"].as_array().map(Vec::len);
        costs.push((
            status,
            answer["tokensConsumed"].as_u64().unwrap(),
            count.unwrap(),
        ));
    }
    assert_eq!(
        costs,
        [
            (200, 1, 1),
            (200, 2, 1),
            (200, 3, 1),
            (200, 2, 2),
            (200, 0, 0),
            (200, 1, 1),
            (200, 0, 0),
            (200, 1, 1)
        ]
    );
    let (_, token) = bench.get("/token?key=k").await;
    assert_eq!(
        fields(&token, &TOKENS),
        [json!(1190), json!(0), json!(20), json!(0.0)]
    );
    let (_, stats) = bench.get("/sandbox/stats").await;
    assert_eq!(
        stats,
        json!({"requests": 9, "products_served": 7, "tokens_consumed": 10,
               "refused_for_tokens": 0, "lowest_balance": 1190, "products": {"0470820942": 1, asin: 6}})
    );
}

#[tokio::test]
async fn a_balance_may_go_negative_and_then_refuses_until_refilled() {
    let config = SandboxConfig {
        refill_rate: 5,
        initial_tokens: Some(1),
        ..Default::default()
    };
    let bench = Bench::new(config);
    let catalogue = Catalogue::new(1);
    let asins: Vec<String> = (0..4).map(|index| catalogue.asin(index)).collect();
    let path = format!("/product?key=k&domain=1&history=0&asin={}", asins.join(","));

    let (status, answer) = bench.get(&path).await;
    assert_eq!((status, &answer["tokensLeft"]), (200, &json!(-3)));

    let (status, answer) = bench.get(&path).await;
    assert_eq!(status, 429);
    assert_eq!(
        fields(&answer, &TOKENS),
        [json!(-3), json!(0), json!(5), json!(0.0)]
    );
    assert!((1..=60_000).contains(&answer["refillIn"].as_i64().unwrap()));
    assert_eq!(answer["error"]["type"], "NOT_ENOUGH_TOKEN");

    assert_eq!(bench.post("/sandbox/tokens", json!({"left": 2})).await, 204);
    assert_eq!(bench.get(&path).await.0, 200);
    assert_eq!(
        bench
            .post("/sandbox/tokens", json!({"left": -3, "refill_in": 0}))
            .await,
        204
    );
    assert_eq!(bench.get("/token?key=k").await.1["tokensLeft"], 2);
}

#[tokio::test]
async fn a_request_without_a_key_gets_zeroes_for_tokens() {
    let bench = Bench::new(SandboxConfig::default());
    for path in ["/product?domain=1&asin=9999500005", "/token?key="] {
        let (status, answer) = bench.get(path).await;
        assert_eq!(
            (status, &answer["error"]["type"]),
            (400, &json!("invalidParameter"))
        );
        let names = ["tokensLeft", "refillIn", "refillRate", "tokensConsumed"];
        assert_eq!(fields(&answer, &names), [0; 4].map(Value::from));
    }
}

#[tokio::test]
async fn wrong_parameters_are_refused_without_charge() {
    let bench = Bench::new(SandboxConfig {
        refill_rate: 1,
        ..Default::default()
    });
    let many = vec!["9999500005"; 101].join(",");
    for (query, expected) in [
        ("domain=1".to_owned(), 400),
        ("asin=9999500005".to_owned(), 400),
        ("domain=7&asin=9999500005".to_owned(), 405),
        (
            "domain=1&asin=9999500005&code=9789999500005".to_owned(),
            400,
        ),
        ("domain=1&asin=9999500005&offers=19".to_owned(), 405),
        ("domain=1&asin=9999500005&days=0".to_owned(), 405),
        ("domain=1&asin=9999500005&update=-2".to_owned(), 405),
        ("domain=1&asin=9999500005&history=yes".to_owned(), 400),
        ("domain=1&asin=9999500005&stock=1".to_owned(), 400),
        (
            "domain=1&asin=9999500005&stats=2026-02-30,now".to_owned(),
            400,
        ),
        (format!("domain=1&asin={many}"), 405),
    ] {
        let (status, answer) = bench.get(&format!("/product?key=k&{query}")).await;
        assert_eq!(
            (status, &answer["tokensLeft"]),
            (expected, &json!(60)),
            "{query}"
        );
    }
}

#[tokio::test]
async fn other_methods_and_paths_are_refused_and_every_answer_is_marked() {
    let bench = Bench::new(SandboxConfig::default());
    assert_eq!(bench.post("/product?key=k", json!({})).await, 405);
    for path in ["/token?key=k", "/token", "/sellerquery?key=k"] {
        let response = bench.send(path).await.unwrap();
        assert_eq!(response.headers()["x-keepa-sandbox"], "generated", "{path}");
        assert!(response.json::<Value>().await.unwrap()["timestamp"].is_i64());
    }
}

#[tokio::test]
async fn answers_are_compressed_only_for_those_who_ask() {
    let bench = Bench::new(SandboxConfig::default());
    let plain = crate::http(false);
    let url = format!(
        "{}/product?key=k&domain=1&asin=9999500005",
        bench.sandbox.url()
    );
    let open = plain.get(&url).send().await.unwrap();
    assert_eq!(open.headers().get("content-encoding"), None);
    let open = open.bytes().await.unwrap();
    let packed = plain
        .get(&url)
        .header("accept-encoding", "gzip")
        .send()
        .await
        .unwrap();
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    assert!(packed.bytes().await.unwrap().len() < open.len() / 2);
}

#[tokio::test]
async fn a_taken_port_and_an_unusable_corpus_are_told_apart() {
    let bench = Bench::new(SandboxConfig::default());
    let start = |config| keepa_sandbox::Sandbox::start(config, bench.sandbox.addr()).unwrap_err();
    assert!(matches!(
        start(SandboxConfig::default()),
        SandboxError::Bind { .. }
    ));
    let missing = SandboxConfig {
        corpus: Some("no such folder".into()),
        ..Default::default()
    };
    assert!(matches!(
        start(missing),
        SandboxError::CorpusUnreadable { .. }
    ));
    let empty = SandboxConfig {
        corpus: Some(env!("CARGO_MANIFEST_DIR").into()),
        ..Default::default()
    };
    assert!(matches!(start(empty), SandboxError::CorpusEmpty { .. }));
}

#[tokio::test]
async fn a_stopped_sandbox_answers_no_more() {
    let Bench { sandbox, client } = Bench::new(SandboxConfig::default());
    let url = format!("{}/token?key=k", sandbox.url());
    let tokens = format!("{}/sandbox/tokens", sandbox.url());
    let marked = client.post(tokens).body(r#"{"left": 4242}"#);
    let marked = marked
        .header("content-type", "application/json")
        .send()
        .await
        .unwrap();
    assert!(marked.status().is_success());
    sandbox.stop();
    // Another test's sandbox may have been given the same port meanwhile; it does not know the mark.
    if let Ok(answer) = client.get(&url).send().await {
        assert!(!answer.text().await.unwrap().contains("4242"));
    }
}
