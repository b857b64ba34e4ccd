//! Looking at what is tracked, and pushing notifications to the webhook.

use std::time::Duration;

use actix_web::web;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::shared::Shared;
use crate::catalogue::market;
use crate::clock::keepa_minute;

/// How often trackings are looked at when nobody asks.
const EVERY: Duration = Duration::from_secs(1);

/// Milliseconds after which a push that failed is repeated, once. Grade A: Keepa's documentation.
const PUSH_AGAIN_MS: u64 = 15_000;

/// How long the receiver of a push may take.
const PUSH_TIMEOUT: Duration = Duration::from_secs(10);

/// Notes what there is to notify of until now, without pushing it.
pub(super) fn note(shared: &Shared) {
    let Ok(catalogue) = shared.catalogue() else {
        return;
    };
    let mut state = shared.state();
    let now = keepa_minute(state.clock.now());
    let seen = market::visible(now);
    if !state.trackings.are_looked_at(seen, now) {
        state.trackings.look(catalogue, seen, now);
    }
    drop(state);
    charge(shared);
}

/// Takes from the refill what the trackings use.
pub(super) fn charge(shared: &Shared) {
    let mut state = shared.state();
    let now = state.clock.now();
    let cost = state.trackings.cost_per_minute();
    state.bucket.reduce(cost, now);
}

/// Notes what there is to notify of until now, and pushes it.
pub(super) async fn look(shared: &web::Data<Shared>) {
    let worker = web::Data::clone(shared);
    if web::block(move || note(&worker)).await.is_err() {
        return;
    }
    let unsent = shared.state().trackings.take_unsent();
    let Some((url, unsent)) = unsent else { return };
    for notification in unsent {
        if let Err(error) = push(&url, &notification).await {
            tracing::warn!(%error, "a notification was not taken, and is pushed once more");
            let (url, shared) = (url.clone(), web::Data::clone(shared));
            actix_web::rt::spawn(async move {
                wait(&shared).await;
                if let Err(error) = push(&url, &notification).await {
                    tracing::warn!(%error, "a notification was not taken");
                }
            });
        }
    }
}

/// Waits until a push is repeated, by the sandbox's clock.
async fn wait(shared: &Shared) {
    let speed = u64::from(shared.state().clock.speed().max(1));
    tokio::time::sleep(Duration::from_millis(PUSH_AGAIN_MS / speed)).await;
}

/// Looks at what is tracked for as long as the sandbox runs.
pub(super) async fn keep_looking(shared: web::Data<Shared>) {
    let mut interval = tokio::time::interval(EVERY);
    loop {
        interval.tick().await;
        look(&shared).await;
    }
}

/// Posts a notification; the receiver takes it by answering with status 200.
async fn push(url: &str, notification: &Value) -> std::io::Result<()> {
    let wrong = |message: &str| std::io::Error::other(message.to_owned());
    let rest = url
        .strip_prefix("http://")
        .ok_or_else(|| wrong("the sandbox pushes to http addresses only"))?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let address = if host.contains(':') {
        host.to_owned()
    } else {
        format!("{host}:80")
    };
    let body = notification.to_string();
    let request = format!(
        "POST /{path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let exchange = async {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        let text = String::from_utf8_lossy(&answer);
        let status = text.split(' ').nth(1);
        if status == Some("200") {
            Ok(())
        } else {
            Err(wrong("the receiver did not answer with status 200"))
        }
    };
    tokio::time::timeout(PUSH_TIMEOUT, exchange)
        .await
        .map_err(|_| wrong("the receiver did not answer in time"))?
}
