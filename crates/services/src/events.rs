//! Telling listeners that a batch has new events.
//!
//! The hub only rings; what happened is read from the database, so that nobody misses or repeats an event.

use std::sync::{Mutex, MutexGuard, PoisonError};

use arbitragevault_persistence::batches;
use arbitragevault_persistence::events::{self, Event};
use tokio::sync::broadcast;
use uuid::Uuid;

use crate::error::ServiceError;
use crate::{Caller, Services};

/// Rings that a slow listener may miss before it is told only that it missed some.
const CAPACITY: usize = 256;

/// Events that are read at once at most: about 200 kB as frames.
pub const EVENTS_AT_ONCE: usize = 500;

/// Rings listeners of this process.
#[derive(Debug)]
pub struct EventHub(Mutex<Option<broadcast::Sender<Uuid>>>);

impl Default for EventHub {
    fn default() -> Self {
        Self(Mutex::new(Some(broadcast::Sender::new(CAPACITY))))
    }
}

impl EventHub {
    /// Says that a batch has a new event. Nobody may be listening.
    pub fn announce(&self, batch_id: Uuid) {
        if let Some(sender) = &*self.sender() {
            let _ = sender.send(batch_id);
        }
    }

    /// Listens from now on. After [`close`](Self::close) it hears only that the hub is closed.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Uuid> {
        match &*self.sender() {
            Some(sender) => sender.subscribe(),
            None => broadcast::channel(1).1,
        }
    }

    /// Sends every listener away, because the process ends.
    pub fn close(&self) {
        self.sender().take();
    }

    fn sender(&self) -> MutexGuard<'_, Option<broadcast::Sender<Uuid>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Services {
    /// The events of a batch after a sequence number, in order, at most [`EVENTS_AT_ONCE`].
    ///
    /// # Errors
    /// When the caller has no such batch, or the database is not available.
    pub async fn batch_events(
        &self,
        caller: Caller,
        batch_id: Uuid,
        after: i32,
    ) -> Result<Vec<Event>, ServiceError> {
        let limit = i64::try_from(EVENTS_AT_ONCE).unwrap_or(i64::MAX);
        self.tenant(caller, async |connection| {
            batches::get(connection, caller.organisation_id, batch_id).await?;
            Ok(events::after(connection, batch_id, after, limit).await?)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::broadcast::error::RecvError;

    use super::*;

    #[tokio::test]
    async fn a_closed_hub_sends_away_who_listens_and_who_comes_later() {
        let hub = EventHub::default();
        let mut listener = hub.subscribe();
        let batch_id = Uuid::now_v7();
        hub.announce(batch_id);
        hub.close();
        hub.announce(Uuid::now_v7());
        assert_eq!(listener.recv().await, Ok(batch_id));
        assert_eq!(listener.recv().await, Err(RecvError::Closed));
        assert_eq!(hub.subscribe().recv().await, Err(RecvError::Closed));
    }
}
