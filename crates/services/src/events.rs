//! Telling listeners that a batch has new events.
//!
//! The hub only rings; what happened is read from the database, so that nobody misses or repeats an event.

use arbitragevault_persistence::events::{self, Event};
use tokio::sync::broadcast;
use uuid::Uuid;

use crate::error::ServiceError;
use crate::{Caller, Services};

/// Rings listeners of this process.
#[derive(Debug, Clone)]
pub struct EventHub(broadcast::Sender<Uuid>);

impl Default for EventHub {
    fn default() -> Self {
        Self(broadcast::Sender::new(256))
    }
}

impl EventHub {
    /// Says that a batch has a new event. Nobody may be listening.
    pub fn announce(&self, batch_id: Uuid) {
        let _ = self.0.send(batch_id);
    }

    /// Listens from now on.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Uuid> {
        self.0.subscribe()
    }
}

impl Services {
    /// The events of a batch after a sequence number, in order, at most 500.
    ///
    /// # Errors
    /// When the caller has no such batch, or the database is not available.
    pub async fn batch_events(
        &self,
        caller: Caller,
        batch_id: Uuid,
        after: i32,
    ) -> Result<Vec<Event>, ServiceError> {
        self.batch(caller, batch_id).await?;
        let mut connection = self.connection().await?;
        Ok(events::after(&mut connection, batch_id, after, 500).await?)
    }
}
