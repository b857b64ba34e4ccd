//! Under what the batches of a chunk are analysed.

use std::collections::HashMap;
use std::sync::Arc;

use arbitragevault_domain::market::MarketSnapshot;
use arbitragevault_persistence::batches::BatchConfiguration;
use uuid::Uuid;

use crate::configuration::{Resolver, UsedConfiguration};
use crate::error::chain;

/// The configuration of each batch that is still there, or why it cannot be read.
pub(super) struct Configurations(HashMap<Uuid, Result<Resolver, String>>);

impl Configurations {
    pub(super) fn of(batches: Vec<BatchConfiguration>) -> Self {
        let read = batches
            .into_iter()
            .map(|batch| (batch.id, Resolver::of_batch(batch)));
        Self(read.collect())
    }

    /// Whether the batch is still there. One that was deleted is deleted with its jobs: nobody waits for them.
    pub(super) fn know(&self, batch_id: Uuid) -> bool {
        self.0.contains_key(&batch_id)
    }

    /// The configuration of a product in a batch, or why there is none.
    pub(super) fn used(
        &mut self,
        batch_id: Uuid,
        snapshot: &MarketSnapshot,
    ) -> Result<Arc<UsedConfiguration>, String> {
        match self.0.get_mut(&batch_id) {
            Some(Ok(resolver)) => resolver.used(snapshot).map_err(|error| chain(&error)),
            Some(Err(unreadable)) => Err(unreadable.clone()),
            None => Err("the batch is gone".to_owned()),
        }
    }
}
