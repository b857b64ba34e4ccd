//! Telling other servers of events of batches, besides `LISTEN`: for servers whose database carries none.
//!
//! A message only rings, as those of PostgreSQL do: what happened is read from the database. One that is lost is made up for when a listener
//! looks by itself.

use std::sync::Arc;
use std::time::Duration;

use ::redis::aio::PubSub;
use ::redis::{Msg, RedisError, RedisResult};
use futures_util::StreamExt as _;
use tokio::sync::broadcast::error::RecvError;
use uuid::Uuid;

use super::{CONNECT_PATIENCE, RECONNECT, Redis};
use crate::events::EventHub;

/// The channel on which new events of a batch are announced; the payload is the id of the batch.
const BATCH_EVENTS: &str = "arbitragevault:batch_events";

/// How often a silent line is tried.
const LOOK: Duration = Duration::from_secs(15);

impl Redis {
    /// Passes on what this process announces, and announces in it what others pass on, until the future is dropped.
    pub async fn exchange(self: Arc<Self>, hub: &EventHub) {
        tokio::join!(self.tell(hub), self.hear(hub));
    }

    async fn tell(&self, hub: &EventHub) {
        let mut ours = hub.ours();
        loop {
            match ours.recv().await {
                Ok(batch_id) => {
                    self.ask(async |connection| {
                        let mut publish = ::redis::cmd("PUBLISH");
                        publish.arg(BATCH_EVENTS).arg(batch_id.to_string());
                        publish.exec_async(connection).await
                    })
                    .await;
                }
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return std::future::pending().await,
            }
        }
    }

    async fn hear(&self, hub: &EventHub) {
        loop {
            if let Err(error) = self.hear_until_lost(hub).await {
                tracing::debug!(%error, "cannot listen to Redis");
            }
            tokio::time::sleep(RECONNECT).await;
        }
    }

    async fn hear_until_lost(&self, hub: &EventHub) -> RedisResult<()> {
        let subscribed = async {
            let mut line = self.client.get_async_pubsub().await?;
            line.subscribe(BATCH_EVENTS).await?;
            Ok(line)
        };
        let line: PubSub = in_time(subscribed).await?;
        let (mut sink, mut messages) = line.split();
        loop {
            match tokio::time::timeout(LOOK, messages.next()).await {
                Ok(Some(message)) => {
                    if let Some(batch_id) = batch_of(&message) {
                        hub.announce(batch_id);
                    }
                }
                Ok(None) => return Ok(()),
                Err(_) => in_time(sink.ping::<String>()).await.map(drop)?,
            }
        }
    }
}

fn batch_of(message: &Msg) -> Option<Uuid> {
    message.get_payload::<String>().ok()?.parse().ok()
}

async fn in_time<T>(act: impl Future<Output = RedisResult<T>>) -> RedisResult<T> {
    match tokio::time::timeout(CONNECT_PATIENCE, act).await {
        Ok(done) => done,
        Err(_) => Err(RedisError::from(std::io::Error::from(
            std::io::ErrorKind::TimedOut,
        ))),
    }
}
