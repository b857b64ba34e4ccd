//! Who did what: the events of an organisation, and whether they are whole.

use arbitragevault_persistence::Connection;
use arbitragevault_persistence::audit::{self, BrokenEvent, Deviation, Sizes};
use arbitragevault_persistence::events::{self, Event, EventFilter};

use crate::error::ServiceError;
use crate::{Caller, Services};

impl Services {
    /// The events of the caller's organisation, newest first, before a number.
    ///
    /// # Errors
    /// When the database is not available.
    pub async fn audit_events(
        &self,
        caller: Caller,
        filter: &EventFilter,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<Event>, ServiceError> {
        self.tenant(caller, async |connection| {
            Ok(events::page(connection, caller.organisation_id, filter, before, limit).await?)
        })
        .await
    }
}

/// What a look at all events has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Findings {
    /// How much there is.
    pub sizes: Sizes,
    /// Events that were changed, or whose predecessor is gone.
    pub broken: Vec<BrokenEvent>,
    /// What is stored otherwise than its events say.
    pub deviations: Vec<Deviation>,
}

impl Findings {
    /// Whether all is as it was appended.
    #[must_use]
    pub const fn is_sound(&self) -> bool {
        self.broken.is_empty() && self.deviations.is_empty()
    }
}

/// Reads all events of all organisations, and compares what they come to with what is stored: for who runs the server.
///
/// # Errors
/// When the database is not available.
pub async fn verify(connection: &mut Connection) -> Result<Findings, ServiceError> {
    Ok(Findings {
        sizes: audit::sizes(connection).await?,
        broken: audit::broken_events(connection).await?,
        deviations: audit::deviations(connection).await?,
    })
}
