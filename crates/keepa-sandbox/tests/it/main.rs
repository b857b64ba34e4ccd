//! The sandbox over real HTTP.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "the helpers of tests may fail as the tests do; clippy's exemption covers only tests"
)]

mod best_sellers;
mod catalogue;
mod categories;
mod client;
mod clock;
mod deals;
mod faults;
mod finder;
mod graph;
mod lightning;
mod model;
mod offers;
mod protocol;
mod recorded;
mod search;
mod sellers;
mod tracking;

use std::net::SocketAddr;

use keepa_sandbox::{Catalogue, Sandbox, SandboxConfig};
use serde_json::Value;

/// A client, compressed answers or not.
fn http(gzip: bool) -> reqwest::Client {
    // Another test may have installed it already; the client refuses to be built without one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .tls_certs_only([])
        .gzip(gzip)
        .build()
        .unwrap()
}

/// Unix milliseconds of 2026-11-28T13:00:00Z.
const A_SATURDAY: i64 = 1_795_870_800_000;

/// Milliseconds of an hour.
const HOUR: i64 = 3_600_000;

/// A sandbox of few books whose clock stands still on a Saturday, so that every answer can be held
/// against another.
fn still(books: u32) -> SandboxConfig {
    SandboxConfig {
        books,
        clock_starts_at: Some(A_SATURDAY),
        clock_speed: 0,
        ..Default::default()
    }
}

/// The texts of an array.
fn texts(array: &Value) -> Vec<String> {
    let items = array.as_array().into_iter().flatten();
    items
        .map(|item| item.as_str().unwrap().to_owned())
        .collect()
}

/// A sandbox on a free port and a client for it.
struct Bench {
    sandbox: Sandbox,
    client: reqwest::Client,
}

impl Bench {
    fn new(config: SandboxConfig) -> Self {
        let sandbox = Sandbox::start(config, SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        Self {
            sandbox,
            client: http(true),
        }
    }

    async fn send(&self, path_and_query: &str) -> reqwest::Result<reqwest::Response> {
        self.client
            .get(format!("{}{path_and_query}", self.sandbox.url()))
            .send()
            .await
    }

    /// Status and JSON of a GET.
    async fn get(&self, path_and_query: &str) -> (u16, Value) {
        let response = self.send(path_and_query).await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    /// The JSON of a GET that has to succeed, and what it cost.
    async fn paid(&self, path_and_query: &str) -> (Value, u64) {
        let (status, answer) = self.get(path_and_query).await;
        assert_eq!(status, 200, "{path_and_query}: {answer}");
        let cost = answer["tokensConsumed"].as_u64().unwrap();
        (answer, cost)
    }

    /// Status and JSON of a GET whose values need encoding.
    async fn query(&self, path: &str, query: &[(&str, &str)]) -> (u16, Value) {
        let url = format!("{}{path}", self.sandbox.url());
        let request = self.client.get(url).query(&[("key", "k")]).query(query);
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    /// Status and JSON of a POST.
    async fn told(&self, path: &str, body: &Value) -> (u16, Value) {
        let url = format!("{}{path}", self.sandbox.url());
        let response = self.client.post(url).json(body).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    /// Refusals of requests, each with its status, that leave the balance as it was.
    async fn assert_refused(&self, refused: &[(&str, u16)]) {
        let (before, _) = self.paid("/token?key=k").await;
        for (path, expected) in refused {
            let (status, answer) = self.get(path).await;
            assert_eq!(status, *expected, "{path}: {answer}");
            assert_eq!(answer["error"]["type"], "invalidParameter", "{path}");
            assert_eq!(answer["tokensLeft"], before["tokensLeft"], "{path}");
        }
    }

    /// All books of the catalogue with their statistics, by ASIN.
    async fn books(&self, count: u32) -> std::collections::BTreeMap<String, Value> {
        let catalogue = Catalogue::new(1);
        let asins: Vec<String> = (0..count).map(|index| catalogue.asin(index)).collect();
        let mut books = std::collections::BTreeMap::new();
        for asins in asins.chunks(100) {
            let parts = "stats=90&buybox=1&rating=1";
            let path = format!("/product?key=k&domain=1&{parts}&asin={}", asins.join(","));
            for product in self.paid(&path).await.0["products"].as_array().unwrap() {
                if product["productType"] != 4 {
                    let asin = product["asin"].as_str().unwrap().to_owned();
                    books.insert(asin, product.clone());
                }
            }
        }
        books
    }

    async fn post(&self, path: &str, body: Value) -> u16 {
        let url = format!("{}{path}", self.sandbox.url());
        self.client
            .post(url)
            .json(&body)
            .send()
            .await
            .unwrap()
            .status()
            .as_u16()
    }
}
