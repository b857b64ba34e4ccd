//! Following a batch by WebSocket and by event stream: who may, what is heard, and how it ends.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

use crate::support::{
    Answer, By, Follower, Heard, PATIENCE, TestKey, TestServer, World, books, eventually,
    open_socket,
};

/// A world in which nobody works, streams are looked at every second, and a batch waits.
async fn waiting_batch() -> (World, TestServer, String) {
    let mut world = World::new().await;
    world.set("worker.concurrency", "0");
    world.set("server.heartbeat_seconds", "1");
    let server = world.start().await;
    let id = server.submit(&books(3)).await;
    (world, server, id)
}

async fn call(server: &TestServer, method: Method, path: &str) -> Answer {
    Answer::of(server.request(method, path).send().await.unwrap()).await
}

fn socket_path(batch: &str) -> String {
    format!("/api/v1/batches/{batch}/ws")
}

fn bearer(key: &str) -> [(&'static str, String); 1] {
    [("authorization", format!("Bearer {key}"))]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_tells_what_the_event_stream_tells_from_wherever_one_was() {
    let world = World::new().await;
    let server = world.start().await;
    let id = server.submit(&books(250)).await;
    let mut socket = Follower::start(By::Socket, &server, &id, 0).await;
    let mut stream = Follower::start(By::Events, &server, &id, 0).await;
    let (by_socket, end) = socket.rest().await;
    assert_eq!(end, Heard::End(Some(1000)));
    let (by_stream, end) = stream.rest().await;
    assert_eq!(end, Heard::End(None));
    assert_eq!(by_socket, by_stream);
    let kinds: Vec<&str> = by_socket
        .iter()
        .map(|event| event["kind"].as_str().unwrap())
        .collect();
    assert_eq!(
        (kinds[0], *kinds.last().unwrap()),
        ("SUBMITTED", "COMPLETED")
    );

    let last = i64::try_from(by_socket.len()).unwrap();
    let mut late = Follower::start(By::Socket, &server, &id, last - 1).await;
    let (events, end) = late.rest().await;
    assert_eq!(events, by_socket[by_socket.len() - 1..]);
    assert_eq!(end, Heard::End(Some(1000)));
    let mut later = Follower::start(By::Socket, &server, &id, last).await;
    assert_eq!(later.rest().await, (vec![], Heard::End(Some(1000))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_sends_its_credential_as_a_protocol_and_no_answer_repeats_it() {
    let (_world, server, id) = waiting_batch().await;
    let key = server.key().unwrap();
    let protocols = [(
        "sec-websocket-protocol",
        format!("arbitragevault.v1, bearer.{key}"),
    )];
    let (mut socket, chosen) = open_socket(&server, &socket_path(&id), &protocols)
        .await
        .unwrap();
    assert_eq!(chosen.as_deref(), Some("arbitragevault.v1"));
    let first = timeout(PATIENCE, socket.next())
        .await
        .unwrap()
        .unwrap()
        .unwrap();
    let first: Value = serde_json::from_str(first.to_text().unwrap()).unwrap();
    assert_eq!(
        (&first["kind"], &first["sequence"]),
        (&json!("SUBMITTED"), &json!(1))
    );
    // Of a request that is no handshake of a WebSocket it is no credential.
    let request = server.anonymous(Method::GET, "/api/v1/batches");
    let request = request.header(protocols[0].0, &protocols[0].1);
    assert_eq!(request.send().await.unwrap().status(), 401);
    let (code, said) = server.stop().await;
    assert_eq!(code, Some(0));
    assert!(!said.join("\n").contains(TestKey::default().text));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_socket_is_told_before_it_opens() {
    let (world, server, id) = waiting_batch().await;
    let key = server.key().unwrap().to_owned();
    world
        .make_key(&TestKey {
            text: "avk_products",
            scopes: Some(vec!["products:read"]),
            ..TestKey::default()
        })
        .await;
    let missing = "01939c2e-8a2b-7c3d-9e4f-5a6b7c8d9e0f";
    let after = |text: &str| format!("{}?after={text}", socket_path(&id));
    for (path, headers, status, code) in [
        (socket_path(&id), vec![], 401, "UNAUTHENTICATED"),
        (
            socket_path(&id),
            bearer("avk_nobody").to_vec(),
            401,
            "UNAUTHENTICATED",
        ),
        (
            socket_path(&id),
            bearer("avk_products").to_vec(),
            403,
            "FORBIDDEN",
        ),
        (
            socket_path(missing),
            bearer(&key).to_vec(),
            404,
            "NOT_FOUND",
        ),
        (after("x"), bearer(&key).to_vec(), 400, "INVALID_PARAMETER"),
        (after("-1"), bearer(&key).to_vec(), 422, "VALIDATION_FAILED"),
    ] {
        let (refused, problem) = open_socket(&server, &path, &headers).await.unwrap_err();
        assert_eq!(
            (refused, problem["code"].as_str()),
            (status, Some(code)),
            "{path}"
        );
    }
    let plain = call(&server, Method::GET, &socket_path(&id)).await;
    assert_eq!(plain.problem(), (426, "UPGRADE_REQUIRED".to_owned()));
    assert_eq!(plain.header("upgrade"), "websocket");
    assert_eq!(plain.header("sec-websocket-version"), "13");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_needs_a_credential_a_foreign_page_follows_nothing() {
    let mut world = World::new().await;
    world.set("worker.concurrency", "0");
    world.set("auth.required", "false");
    world.set("server.allowed_origins", r#"["https://app.example.com"]"#);
    let server = world.start().await;
    let id = server.submit(&books(1)).await;
    let origin = |origin: &str| [("origin", origin.to_owned())];
    let path = socket_path(&id);
    for own in [&server.url, "https://app.example.com"] {
        assert!(
            open_socket(&server, &path, &origin(own)).await.is_ok(),
            "{own}"
        );
    }
    assert!(open_socket(&server, &path, &[]).await.is_ok());
    for foreign in ["https://evil.example.com", "null"] {
        let refused = open_socket(&server, &path, &origin(foreign)).await;
        let (status, problem) = refused.unwrap_err();
        assert_eq!((status, problem["code"].as_str()), (403, Some("FORBIDDEN")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_within_a_heartbeat_when_its_credential_is_revoked_or_its_batch_deleted() {
    let (world, server, id) = waiting_batch().await;
    world
        .make_key(&TestKey {
            text: "avk_second",
            ..TestKey::default()
        })
        .await;
    let own = server.key().unwrap().to_owned();
    let server = server.with_key("avk_second");
    for by in [By::Events, By::Socket] {
        let mut follower = Follower::start(by, &server, &id, 0).await;
        assert!(matches!(follower.next().await, Heard::Event(_)));
        world
            .change("UPDATE api_keys SET revoked_at = now() WHERE hash = sha256(convert_to('avk_second', 'UTF8'))")
            .await;
        let code = (by == By::Socket).then_some(4401);
        assert_eq!(follower.next().await, Heard::End(code), "{by:?}");
        world
            .change("UPDATE api_keys SET revoked_at = NULL WHERE hash = sha256(convert_to('avk_second', 'UTF8'))")
            .await;
    }
    let server = server.with_key(&own);
    for by in [By::Events, By::Socket] {
        let id = server.submit(&books(1)).await;
        let mut follower = Follower::start(by, &server, &id, 0).await;
        assert!(matches!(follower.next().await, Heard::Event(_)));
        world
            .change(&format!("DELETE FROM batches WHERE id = '{id}'"))
            .await;
        let code = (by == By::Socket).then_some(4404);
        assert_eq!(follower.next().await, Heard::End(code), "{by:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_asked_to_stop_says_goodbye_to_its_sockets() {
    let (_world, server, id) = waiting_batch().await;
    let mut follower = Follower::start(By::Socket, &server, &id, 0).await;
    assert!(matches!(follower.next().await, Heard::Event(_)));
    let (stopped, heard) = tokio::join!(server.stop(), follower.next());
    assert_eq!(heard, Heard::End(Some(1001)));
    assert_eq!(stopped.0, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_says_too_much_is_closed_and_small_talk_is_ignored() {
    let (_world, server, id) = waiting_batch().await;
    let key = server.key().unwrap().to_owned();
    let open = async || {
        let opened = open_socket(&server, &socket_path(&id), &bearer(&key)).await;
        opened.unwrap().0
    };
    let mut socket = open().await;
    for talk in ["hello", "how are you?"] {
        socket.send(Message::text(talk)).await.unwrap();
    }
    socket.send(Message::Close(None)).await.unwrap();
    assert_eq!(close_code(&mut socket).await, Some(1000));

    let mut socket = open().await;
    socket.send(Message::text("x".repeat(5_000))).await.unwrap();
    assert_eq!(close_code(&mut socket).await, Some(1009));

    // A frame that never ends: of its 64 MiB the server keeps next to nothing.
    let before = memory(&server).await;
    let raw = raw_socket(&server, &socket_path(&id), &key).await;
    let (mut reader, mut writer) = raw.into_split();
    let flood = async {
        let mut header = vec![0x82, 0xff];
        header.extend_from_slice(&(64_u64 << 20).to_be_bytes());
        header.extend_from_slice(&[0; 4]);
        writer.write_all(&header).await.unwrap();
        let kilobyte = [0; 1_024];
        // Refused sooner or later, or swallowed.
        for _ in 0..64 << 10 {
            if writer.write_all(&kilobyte).await.is_err() {
                break;
            }
        }
    };
    let mut heard = Vec::new();
    let both = async { tokio::join!(flood, reader.read_to_end(&mut heard)) };
    // That the line is reset under what was not read is as good an end.
    let (_, _end) = timeout(PATIENCE, both)
        .await
        .expect("the socket stays open");
    let goodbye = [&[0x88, 25, 0x03, 0xf1][..], b"a message was too large"].concat();
    assert!(heard.ends_with(&goodbye), "{heard:?}");
    let grown = memory(&server).await.saturating_sub(before);
    assert!(grown < 16, "{grown} MiB");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_answers_no_ping_is_closed() {
    let (_world, server, id) = waiting_batch().await;
    let key = server.key().unwrap().to_owned();
    let mut raw = raw_socket(&server, &socket_path(&id), &key).await;
    let mut heard = Vec::new();
    let read = timeout(Duration::from_secs(20), raw.read_to_end(&mut heard)).await;
    read.expect("the socket stays open").unwrap();
    // The last frame: FIN and Close, its length, 4408.
    let goodbye = [&[0x88, 14, 0x11, 0x38][..], b"no pong came"].concat();
    assert!(heard.ends_with(&goodbye), "{heard:?}");
    let pings = heard.windows(2).filter(|bytes| bytes == &[0x89, 0]);
    assert_eq!(pings.count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_does_not_read_is_given_up_and_little_is_kept_for_it() {
    let (mut world, server, id) = waiting_batch().await;
    drop(server);
    world.set("log.filter", "info,arbitragevault_api=debug");
    let server = world.start().await;
    // 80 MB of events.
    let events = format!(
        "INSERT INTO events (batch_id, sequence, kind, payload, created_at)
         SELECT '{id}', number, 'PROGRESS', jsonb_build_object('padding', repeat('x', 4000)), now() FROM generate_series(2, 20000) AS number"
    );
    world.change(&events).await;
    let before = memory(&server).await;
    let key = server.key().unwrap().to_owned();
    let mut raw = raw_socket(&server, &socket_path(&id), &key).await;
    eventually("the client is given up", async || {
        let said = server.said();
        let mut given_up = said
            .iter()
            .filter(|line| line.contains("a socket is closed"));
        given_up.any(|line| line.contains("Silent")).then_some(())
    })
    .await;
    let grown = memory(&server).await.saturating_sub(before);
    assert!(grown < 32, "{grown} MiB");
    let mut heard = Vec::new();
    let read = timeout(PATIENCE, raw.read_to_end(&mut heard)).await;
    read.expect("the socket stays open").unwrap();
    assert!(heard.len() < 40 << 20, "{} bytes came", heard.len());
}

/// Memory of a server, in MiB.
async fn memory(server: &TestServer) -> u64 {
    let health = server.get("/health/detailed").await.json(200);
    health["resident_memory_bytes"].as_u64().unwrap() >> 20
}

/// The code with which the server closes.
async fn close_code(socket: &mut crate::support::Socket) -> Option<u16> {
    loop {
        let message = timeout(PATIENCE, socket.next()).await.unwrap();
        let message = message.expect("closed without a word").unwrap();
        if let Message::Close(frame) = message {
            return frame.map(|frame| frame.code.into());
        }
    }
}

/// A socket whose frames the test writes and reads itself.
async fn raw_socket(server: &TestServer, path: &str, key: &str) -> TcpStream {
    let address = server.url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "GET {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {key}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap();
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    assert!(
        head.to_lowercase()
            .contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo="),
        "{head}"
    );
    stream
}
