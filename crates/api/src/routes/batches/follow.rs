//! Somebody who follows a batch, whatever carries the events.
//!
//! A follower reads the database whenever the hub rings, and at every heartbeat besides: nobody misses an event, and one that goes on after
//! a broken line gets none twice. At every heartbeat the credential is looked at again: who was removed follows no longer.

use std::time::Duration;

use arbitragevault_services::Services;
use arbitragevault_services::events::EVENTS_AT_ONCE;
use arbitragevault_services::persistence::events::Event;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, timeout_at};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::caller::{BatchesRead, Standing};
use crate::problem::{Problem, ProblemKind};

/// An event of a batch.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BatchEvent<'a> {
    /// The batch.
    #[schema(value_type = Uuid)]
    batch_id: &'a str,
    /// The place in the stream of the batch, from 1 without a gap.
    sequence: i32,
    /// What happened: `SUBMITTED`, `PROGRESS`, `COMPLETED`, `FAILED`, `CANCELLED` or `RETRIED`.
    kind: &'a str,
    /// The counters of the batch after it.
    #[schema(value_type = Object)]
    batch: &'a serde_json::Value,
    /// When.
    created_at: DateTime<Utc>,
}

impl<'a> From<&'a Event> for BatchEvent<'a> {
    fn from(event: &'a Event) -> Self {
        Self {
            batch_id: &event.stream_id,
            sequence: event.sequence,
            kind: &event.kind,
            batch: &event.payload,
            created_at: event.created_at,
        }
    }
}

/// Why a follower woke up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wake {
    /// The batch has a new event, or may have one.
    Rung,
    /// The time of a heartbeat is over.
    Heartbeat,
    /// The process ends.
    Closed,
}

/// Why nothing more comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The batch is done.
    Done,
    /// The process ends; another goes on.
    GoingAway,
    /// The credential is taken no longer, or may not follow any more.
    Refused,
    /// The batch was deleted.
    Gone,
    /// The database is out of reach for the moment.
    Unavailable,
}

impl From<Problem> for End {
    fn from(problem: Problem) -> Self {
        match problem.kind() {
            ProblemKind::Unauthenticated | ProblemKind::Forbidden => Self::Refused,
            ProblemKind::NotFound => Self::Gone,
            _ => Self::Unavailable,
        }
    }
}

/// Somebody who follows a batch.
pub(super) struct Follower {
    standing: Standing<BatchesRead>,
    batch_id: Uuid,
    rings: Receiver<Uuid>,
    heartbeat: Duration,
    next_heartbeat: Instant,
    seen: i32,
    /// Whether events may be there that were not read.
    may_have_more: bool,
    is_done: bool,
}

impl Follower {
    /// A follower of a batch after an event that was seen, with the first events to tell.
    ///
    /// # Errors
    /// When the caller has no such batch, or the database is not available.
    pub(super) async fn start(
        standing: Standing<BatchesRead>,
        batch_id: Uuid,
        seen: i32,
        heartbeat: Duration,
    ) -> Result<(Self, Vec<Event>), Problem> {
        let mut follower = Self {
            rings: standing.services.shared.events.subscribe(),
            standing,
            batch_id,
            heartbeat,
            next_heartbeat: Instant::now() + heartbeat,
            seen,
            may_have_more: false,
            is_done: false,
        };
        // In this order: the events of a batch that is done are all there when they are read.
        let caller = follower.standing.caller;
        let batch = follower.services().batch(caller, batch_id).await?;
        let first = follower.read().await?;
        if first.is_empty() && batch.finished_at.is_some() {
            follower.is_done = true;
        }
        Ok((follower, first))
    }

    fn services(&self) -> &Services {
        &self.standing.services
    }

    /// Whether the caller has a credential.
    pub(super) fn has_credential(&self) -> bool {
        self.standing.has_credential()
    }

    /// Whether the event with which the batch ends has been read.
    pub(super) fn is_done(&self) -> bool {
        self.is_done
    }

    /// Waits until there may be something to tell. It may be dropped at any time, and nothing is lost.
    pub(super) async fn wake(&mut self) -> Wake {
        if self.may_have_more {
            return Wake::Rung;
        }
        loop {
            // A hub that never rests would hide the time.
            if Instant::now() >= self.next_heartbeat {
                return Wake::Heartbeat;
            }
            match timeout_at(self.next_heartbeat, self.rings.recv()).await {
                Ok(Ok(batch_id)) if batch_id != self.batch_id => {}
                Ok(Ok(_) | Err(RecvError::Lagged(_))) => return Wake::Rung,
                Ok(Err(RecvError::Closed)) => return Wake::Closed,
                Err(_) => return Wake::Heartbeat,
            }
        }
    }

    /// What is to be told after waking, in order; perhaps nothing.
    ///
    /// # Errors
    /// The end, when nothing more comes.
    pub(super) async fn next(&mut self, wake: Wake) -> Result<Vec<Event>, End> {
        match wake {
            Wake::Rung => {}
            Wake::Heartbeat => {
                self.next_heartbeat = Instant::now() + self.heartbeat;
                self.standing.still_may().await?;
            }
            Wake::Closed => return Err(End::GoingAway),
        }
        Ok(self.read().await?)
    }

    async fn read(&mut self) -> Result<Vec<Event>, Problem> {
        let (caller, id) = (self.standing.caller, self.batch_id);
        let events = self.services().batch_events(caller, id, self.seen).await?;
        self.may_have_more = events.len() >= EVENTS_AT_ONCE;
        if let Some(last) = events.last() {
            self.seen = last.sequence;
            // A list of nothing but bad rows is done with its first event.
            let status = last.payload.get("status").and_then(Value::as_str);
            self.is_done = matches!(status, Some("COMPLETED" | "FAILED" | "CANCELLED"));
        }
        Ok(events)
    }
}
