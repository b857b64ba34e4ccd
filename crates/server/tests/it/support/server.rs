//! A server that runs, and the requests to it.

use std::sync::{Arc, Once};

use nix::sys::signal::Signal;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::process::Command;

use super::{Answer, Process, eventually};

/// A running server. It is killed when dropped.
#[derive(Debug)]
pub(crate) struct TestServer {
    /// Where it is reached, without a slash at the end.
    pub(crate) url: String,
    process: Arc<Process>,
    client: reqwest::Client,
    key: Option<String>,
}

impl TestServer {
    /// Starts a server and waits until it answers.
    pub(crate) async fn start(command: Command) -> Self {
        let mut process = Process::start(command);
        let url = eventually("the server listens", async || {
            let ended = process.ended();
            assert!(ended.is_none(), "the server ended: {ended:?}");
            process.said().iter().find_map(|line| listening(line))
        })
        .await;
        let client = client();
        eventually("the server answers", async || {
            let response = client.get(format!("{url}/health")).send().await.ok()?;
            (response.status() == 200).then_some(())
        })
        .await;
        Self {
            url,
            process: Arc::new(process),
            client,
            key: None,
        }
    }

    /// The same server, called with a key from now on.
    pub(crate) fn with_key(mut self, key: &str) -> Self {
        self.key = Some(key.to_owned());
        self
    }

    /// The same server, as somebody else calls it.
    pub(crate) fn as_key(&self, key: &str) -> Self {
        Self {
            url: self.url.clone(),
            process: Arc::clone(&self.process),
            client: self.client.clone(),
            key: Some(key.to_owned()),
        }
    }

    /// The key with which it is called.
    pub(crate) fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// The key that the server shows at its first start.
    pub(crate) async fn shown_key(&self) -> String {
        eventually("a key is shown", async || {
            let said = self.process.said();
            let mut keys = said
                .iter()
                .filter_map(|line| line.strip_prefix("export ARBITRAGEVAULT_KEY="));
            keys.next().map(str::to_owned)
        })
        .await
    }

    /// Every line that it has said so far.
    pub(crate) fn said(&self) -> Vec<String> {
        self.process.said()
    }

    /// A request to a path, with the key.
    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.anonymous(method, path);
        match &self.key {
            Some(key) => request.bearer_auth(key),
            None => request,
        }
    }

    /// A request to a path, without any credential.
    pub(crate) fn anonymous(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url))
    }

    /// The answer to a GET.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path).send().await.unwrap()).await
    }

    /// The answer to a POST without a body.
    pub(crate) async fn post(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::POST, path).send().await.unwrap()).await
    }

    /// The answer to a submitted file.
    pub(crate) async fn send(&self, content_type: &str, body: impl Into<reqwest::Body>) -> Answer {
        let request = self.request(Method::POST, "/api/v1/batches");
        let request = request.header("content-type", content_type).body(body);
        Answer::of(request.send().await.unwrap()).await
    }

    /// Submits items, each a bare identifier or an object, and returns the id of the batch.
    pub(crate) async fn submit(&self, items: &[Value]) -> String {
        let body = json!({ "items": items }).to_string();
        let submitted = self.send("application/json", body).await.json(202);
        submitted["batch"]["id"].as_str().unwrap().to_owned()
    }

    /// A batch as it stands.
    pub(crate) async fn batch(&self, id: &str) -> Value {
        self.get(&format!("/api/v1/batches/{id}")).await.json(200)
    }

    /// Waits until a GET is answered with 200 and what is wanted, and returns it.
    pub(crate) async fn eventually_answers(
        &self,
        path: &str,
        wanted: impl Fn(&Value) -> bool,
    ) -> Value {
        eventually(path, async || {
            let answer = self.get(path).await;
            let answer = (answer.status == 200).then(|| answer.json(200))?;
            wanted(&answer).then_some(answer)
        })
        .await
    }

    /// Waits until a batch is as wanted, and returns it.
    pub(crate) async fn batch_when(&self, id: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        self.eventually_answers(&format!("/api/v1/batches/{id}"), wanted)
            .await
    }

    /// Waits until a batch is done, and returns it.
    pub(crate) async fn done_batch(&self, id: &str) -> Value {
        self.batch_when(id, |batch| !batch["finished_at"].is_null())
            .await
    }

    /// Every row of a list, over all its pages.
    pub(crate) async fn all(&self, list: &str) -> Vec<Value> {
        let mut rows = Vec::new();
        let mut cursor = String::new();
        loop {
            let separator = if list.contains('?') { '&' } else { '?' };
            let mut page = self
                .get(&format!("{list}{separator}limit=100{cursor}"))
                .await
                .json(200);
            rows.append(page["items"].as_array_mut().unwrap());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return rows,
            }
        }
    }

    /// Every item of a batch.
    pub(crate) async fn items(&self, batch: &str) -> Vec<Value> {
        self.all(&format!("/api/v1/batches/{batch}/items")).await
    }

    /// Kills the server as `kill -9` does, and waits until it is gone.
    pub(crate) async fn kill(self) {
        self.process.signal(Signal::SIGKILL);
        self.into_process().wait().await;
    }

    /// Asks the server to stop, and returns its exit code and what it said.
    pub(crate) async fn stop(self) -> (Option<i32>, Vec<String>) {
        self.process.signal(Signal::SIGTERM);
        let (status, said) = self.into_process().wait().await;
        (status.code(), said)
    }

    fn into_process(self) -> Process {
        Arc::into_inner(self.process).expect("nobody else calls the server any more")
    }
}

/// A client that keeps no connection, so that none is found dead when a server was started again.
fn client() -> reqwest::Client {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // Refused when a part of the test has installed one, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    reqwest::Client::builder()
        .pool_max_idle_per_host(0)
        .build()
        .unwrap()
}

/// The address in the line of the log that tells it.
fn listening(line: &str) -> Option<String> {
    let line: Value = serde_json::from_str(line).ok()?;
    let message = line["message"].as_str()?;
    message.strip_prefix("listening on ")?;
    Some(format!("http://{}", line["address"].as_str()?))
}
