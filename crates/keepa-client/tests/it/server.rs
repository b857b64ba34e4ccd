//! A server that gives prepared answers, byte for byte, and keeps what it was asked.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use keepa_client::{KeepaClient, KeepaClientBuilder, RetryPolicy, TokenPolicy};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// The key of every client here, which nobody may see.
pub(crate) const KEY: &str = "a-secret-key";

/// What all tests log, on every level. It is set up before the first request, so that no call site is asked before.
static LOG: LazyLock<Log> = LazyLock::new(|| {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    log
});

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The log so far.
pub(crate) fn logged() -> String {
    String::from_utf8(LOG.0.lock().unwrap().clone()).unwrap()
}

/// A server of prepared answers, one for each connection. After the last it keeps silent.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(crate) async fn start(answers: Vec<String>) -> Self {
        LazyLock::force(&LOG);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        tokio::spawn(async move {
            let mut silent = Vec::new();
            let mut answers = answers.into_iter();
            while let Ok((mut stream, _)) = listener.accept().await {
                let request = request(&mut stream).await;
                log.lock().unwrap().push(request);
                match answers.next() {
                    Some(answer) => stream.write_all(answer.as_bytes()).await.unwrap(),
                    None => silent.push(stream),
                }
            }
        });
        Self { address, asked }
    }

    /// What was asked so far: method, path, query without the key, and body.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

async fn request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let read = stream.read_buf(&mut bytes).await.unwrap();
        let text = String::from_utf8_lossy(&bytes);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.map_or(0, |length| length.parse().unwrap());
        if read == 0 || (text.contains("\r\n\r\n") && body.len() >= length) {
            let line = head.lines().next().unwrap_or_default();
            let line = line.strip_suffix(" HTTP/1.1").unwrap_or(line);
            let line = line
                .replacen(&format!("key={KEY}"), "", 1)
                .replace("?&", "?");
            return format!("{line} {body}").trim_end().to_owned();
        }
    }
}

pub(crate) fn answer(status: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}")
}

/// A client of the server that never waits for tokens and hardly between attempts.
pub(crate) fn client(server: &Server, max_attempts: u32) -> KeepaClientBuilder {
    KeepaClient::builder(KEY)
        .base_url(format!("http://{}", server.address))
        .token_policy(TokenPolicy::FailFast)
        .retry(RetryPolicy {
            max_attempts,
            first_delay: Duration::from_millis(1),
            max_delay: Duration::from_millis(1),
        })
}
