//! The sandbox over real HTTP.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "the helpers of tests may fail as the tests do; clippy's exemption covers only tests"
)]

mod catalogue;
mod faults;
mod protocol;
mod recorded;

use std::net::SocketAddr;

use keepa_sandbox::{Sandbox, SandboxConfig};
use serde_json::Value;

/// A client, compressed answers or not.
fn client(gzip: bool) -> reqwest::Client {
    // Another test may have installed it already; the client refuses to be built without one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .tls_certs_only([])
        .gzip(gzip)
        .build()
        .unwrap()
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
            client: client(true),
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
