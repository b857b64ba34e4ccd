//! Telling listeners that a batch has new events.
//!
//! The hub only rings; what happened is read from the database, so that nobody misses or repeats an event.

use std::sync::{Mutex, MutexGuard, PoisonError};

use arbitragevault_persistence::batches;
use arbitragevault_persistence::events::{self, Event, StreamKind};
use tokio::sync::broadcast;
use uuid::Uuid;

use crate::error::ServiceError;
use crate::{Caller, Services};

/// Rings that a slow listener may miss before it is told only that it missed some.
const CAPACITY: usize = 256;

/// Events that are read at once at most: about 200 kB as frames.
pub const EVENTS_AT_ONCE: usize = 500;

/// Rings listeners of this process, and whoever passes on to others what happens in it.
#[derive(Debug)]
pub struct EventHub {
    listeners: Mutex<Option<broadcast::Sender<Uuid>>>,
    ours: broadcast::Sender<Uuid>,
}

impl Default for EventHub {
    fn default() -> Self {
        Self {
            listeners: Mutex::new(Some(broadcast::Sender::new(CAPACITY))),
            ours: broadcast::Sender::new(CAPACITY),
        }
    }
}

impl EventHub {
    /// Says that a batch has a new event. Nobody may be listening.
    pub fn announce(&self, batch_id: Uuid) {
        if let Some(sender) = &*self.sender() {
            let _ = sender.send(batch_id);
        }
    }

    /// Says, after the commit, that this process has written an event of a batch: for whoever passes it on to other servers. The listeners of
    /// this one are told by PostgreSQL.
    pub(crate) fn happened(&self, batch_id: Uuid) {
        let _ = self.ours.send(batch_id);
    }

    /// Hears from now on what this process has written.
    pub(crate) fn ours(&self) -> broadcast::Receiver<Uuid> {
        self.ours.subscribe()
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
        self.listeners
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
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
            let id = batch_id.to_string();
            let stream = (StreamKind::Batch, id.as_str());
            Ok(events::after(connection, caller.organisation_id, stream, after, limit).await?)
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
