//! Clients that follow a batch: by Server-Sent Events, or by WebSocket.

use futures_util::StreamExt as _;
use reqwest::Method;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::{PATIENCE, TestServer};

/// What a client of a stream hears.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Heard {
    /// An event.
    Event(Value),
    /// The end, with the code of a WebSocket.
    End(Option<u16>),
    /// The line broke.
    Cut,
}

/// How a batch is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    Events,
    Socket,
}

/// A client that follows a batch.
pub(crate) enum Follower {
    Events {
        response: reqwest::Response,
        text: String,
    },
    Socket(Socket),
}

/// An open WebSocket.
pub(crate) type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

impl Follower {
    /// Begins to follow after an event that was seen.
    pub(crate) async fn start(by: By, server: &TestServer, batch: &str, after: i64) -> Self {
        match by {
            By::Events => {
                let path = format!("/api/v1/batches/{batch}/events");
                let request = server.request(Method::GET, &path);
                let request = request.header("last-event-id", after);
                let response = request.send().await.unwrap();
                assert!([200, 204].contains(&response.status().as_u16()));
                Self::Events {
                    response,
                    text: String::new(),
                }
            }
            By::Socket => {
                let path = format!("/api/v1/batches/{batch}/ws?after={after}");
                let key = server.key().unwrap();
                let headers = [("authorization", format!("Bearer {key}"))];
                let (socket, _) = open_socket(server, &path, &headers).await.unwrap();
                Self::Socket(socket)
            }
        }
    }

    /// The next that is heard, heartbeats aside.
    pub(crate) async fn next(&mut self) -> Heard {
        let heard = async {
            match self {
                Self::Events { response, text } => loop {
                    if let Some((frame, rest)) = text.split_once("\n\n") {
                        let event = event_of(frame);
                        *text = rest.to_owned();
                        match event {
                            Some(event) => return Heard::Event(event),
                            None => continue,
                        }
                    }
                    match response.chunk().await {
                        Ok(Some(bytes)) => text.push_str(std::str::from_utf8(&bytes).unwrap()),
                        Ok(None) => return Heard::End(None),
                        Err(_) => return Heard::Cut,
                    }
                },
                Self::Socket(socket) => loop {
                    match socket.next().await {
                        Some(Ok(Message::Text(text))) => {
                            return Heard::Event(serde_json::from_str(&text).unwrap());
                        }
                        Some(Ok(Message::Close(frame))) => {
                            return Heard::End(frame.map(|frame| frame.code.into()));
                        }
                        Some(Ok(_)) => {}
                        Some(Err(_)) | None => return Heard::Cut,
                    }
                },
            }
        };
        timeout(PATIENCE, heard).await.expect("nothing is heard")
    }

    /// Everything from now on to the end.
    pub(crate) async fn rest(&mut self) -> (Vec<Value>, Heard) {
        let mut events = Vec::new();
        loop {
            match self.next().await {
                Heard::Event(event) => events.push(event),
                end => return (events, end),
            }
        }
    }
}

/// The event of a frame; `None` for a comment or a setting.
fn event_of(frame: &str) -> Option<Value> {
    let field = |name: &str| {
        let mut lines = frame.lines();
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    };
    let event: Value = serde_json::from_str(field("data")?).unwrap();
    assert_eq!(field("id").unwrap(), event["sequence"].to_string());
    assert_eq!(field("event").unwrap(), event["kind"]);
    Some(event)
}

/// Opens a WebSocket, and returns it with the protocol that was chosen; the status and the body where it is refused.
pub(crate) async fn open_socket(
    server: &TestServer,
    path: &str,
    headers: &[(&'static str, String)],
) -> Result<(Socket, Option<String>), (u16, Value)> {
    let url = format!("{}{path}", server.url.replacen("http", "ws", 1));
    let mut request = url.into_client_request().unwrap();
    for (name, value) in headers {
        let value = HeaderValue::from_str(value).unwrap();
        request.headers_mut().insert(*name, value);
    }
    match connect_async(request).await {
        Ok((socket, response)) => {
            let chosen = response.headers().get("sec-websocket-protocol");
            Ok((socket, chosen.map(|name| name.to_str().unwrap().to_owned())))
        }
        Err(Error::Http(response)) => {
            let body = response.body().as_deref().unwrap_or_default();
            Err((
                response.status().as_u16(),
                serde_json::from_slice(body).unwrap(),
            ))
        }
        Err(error) => panic!("{error}"),
    }
}

/// Follows a batch to its end, on one server after the other: the line is cut after so many events each time, or by the server that ends.
/// Returns the sequence of every event in the order in which they came.
pub(crate) async fn follow_with_cuts(
    by: By,
    servers: &[&TestServer],
    batch: &str,
    cut_after: usize,
) -> Vec<i64> {
    let mut seen = Vec::new();
    let mut next_servers = servers.iter().cycle();
    'line: loop {
        let server = next_servers.next().unwrap();
        let after = seen.last().copied().unwrap_or(0);
        let mut follower = Follower::start(by, server, batch, after).await;
        for _ in 0..cut_after {
            match follower.next().await {
                Heard::Event(event) => {
                    seen.push(event["sequence"].as_i64().unwrap());
                    let kind = event["kind"].as_str().unwrap();
                    if ["COMPLETED", "FAILED", "CANCELLED"].contains(&kind) {
                        let end = follower.next().await;
                        let code = (by == By::Socket).then_some(1000);
                        assert_eq!(end, Heard::End(code), "after {kind}");
                        return seen;
                    }
                }
                Heard::End(_) | Heard::Cut => continue 'line,
            }
        }
    }
}
