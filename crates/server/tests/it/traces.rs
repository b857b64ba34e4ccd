//! Traces, as a collector takes them.

use std::net::Ipv4Addr;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::support::{World, books};

/// What a collector was sent.
#[derive(Debug)]
struct Export {
    /// Request line and headers, in lower case.
    head: String,
    body: Vec<u8>,
}

impl Export {
    /// Reads one request, and answers that it was taken.
    async fn take(stream: TcpStream) -> Self {
        let mut stream = BufReader::new(stream);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(stream.read_line(&mut head).await.unwrap(), 0, "{head}");
        }
        let head = head.to_lowercase();
        let length = head.split("content-length: ").nth(1).unwrap();
        let length = length.split("\r\n").next().unwrap().parse().unwrap();
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await.unwrap();
        let answer = "HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        stream.write_all(answer.as_bytes()).await.unwrap();
        Self { head, body }
    }

    /// Whether a text stands in it, which protobuf writes as it is.
    fn tells(&self, text: &str) -> bool {
        self.body
            .windows(text.len())
            .any(|part| part == text.as_bytes())
    }
}

#[tokio::test]
async fn a_collector_gets_the_spans_of_requests_and_of_what_they_asked_keepa() {
    let collector = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = collector.local_addr().unwrap();
    let mut world = World::new().await;
    world.set("log.otlp_endpoint", &format!("http://{address}"));
    let server = world.start().await;
    let id = server.submit(&books(3)).await;
    server.done_batch(&id).await;
    server.get("/openapi.json").await.json(200);
    // The last spans are sent when it stops.
    let taking = tokio::spawn(async move {
        let mut exports = Vec::new();
        while let Ok((stream, _)) = collector.accept().await {
            let export = Export::take(stream).await;
            let is_last = export.tells("GET /openapi.json");
            exports.push(export);
            if is_last {
                break;
            }
        }
        exports
    });
    let (code, said) = server.stop().await;
    assert_eq!(code, Some(0), "{}", said.join("\n"));
    let exports = taking.await.unwrap();
    for export in &exports {
        assert!(
            export.head.starts_with("post /v1/traces http/1.1\r\n"),
            "{}",
            export.head
        );
        assert!(
            export
                .head
                .contains("content-type: application/x-protobuf\r\n"),
            "{}",
            export.head
        );
        assert!(export.tells("service.name") && export.tells("arbitragevault"));
    }
    let tells = |text: &str| exports.iter().any(|export| export.tells(text));
    for text in [
        "POST /api/v1/batches",
        "GET /api/v1/batches/{id}",
        "http.response.status_code",
        "http.route",
        "request_id",
        "keepa_request",
    ] {
        assert!(tells(text), "no {text}");
    }
}

#[tokio::test]
async fn a_collector_that_is_away_neither_stops_the_server_nor_keeps_it_from_ending() {
    let mut world = World::new().await;
    // Port 1 is reserved, and nobody listens there.
    world.set("log.otlp_endpoint", "http://127.0.0.1:1");
    let server = world.start().await;
    let id = server.submit(&books(3)).await;
    assert_eq!(server.done_batch(&id).await["status"], "COMPLETED");
    assert_eq!(server.stop().await.0, Some(0));
}
