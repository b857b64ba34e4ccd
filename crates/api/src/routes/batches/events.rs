//! The events of a batch as they happen, by Server-Sent Events.
//!
//! The stream reads the database whenever the hub rings, and at every heartbeat besides: nobody misses an event, and one that
//! goes on after a broken line (`Last-Event-ID`) gets none twice.

use std::time::Duration;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, get, web};
use arbitragevault_services::persistence::events::Event;
use arbitragevault_services::{Caller as ServiceCaller, Services};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::Stream;
use serde::Serialize;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, timeout_at};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::caller::{BatchesRead, Caller};
use crate::extract::Id;
use crate::problem::{FieldError, Place, Problem, ProblemKind, problems};
use crate::state::ApiState;

problems!(EventsProblems: InvalidParameter, NotFound, Unavailable);

/// The header by which a browser says where it broke off.
const LAST_EVENT_ID: &str = "last-event-id";

/// How long a browser waits before it connects again.
const RECONNECT: Bytes = Bytes::from_static(b"retry: 2000\n\n");

/// A comment, which clients ignore and proxies count as life.
const HEARTBEAT: Bytes = Bytes::from_static(b": still here\n\n");

/// An event of a batch, the `data` of a Server-Sent Event.
#[derive(Debug, Serialize, ToSchema)]
struct BatchEvent<'a> {
    /// The batch.
    batch_id: Uuid,
    /// The place in the stream of the batch, from 1 without a gap; also the `id`.
    sequence: i32,
    /// What happened: `SUBMITTED`, `PROGRESS`, `COMPLETED`, `FAILED`, `CANCELLED` or `RETRIED`; also the `event`.
    kind: &'a str,
    /// The counters of the batch after it.
    #[schema(value_type = Object)]
    batch: &'a serde_json::Value,
    /// When.
    created_at: DateTime<Utc>,
}

/// Follow a batch
///
/// Server-Sent Events, from the first one or from after `Last-Event-ID`. Ends after the event with which the batch does; who asks again
/// then gets 204, which tells a browser to stop.
#[utoipa::path(
    tag = "batches",
    security(("bearer" = ["batches:read"])),
    params(
        ("id" = Uuid, Path, description = "The batch"),
        ("Last-Event-ID" = Option<i32>, Header, description = "The last event that was seen"),
    ),
    responses(
        (status = 200, description = "The events; the data of each is a BatchEvent", body = BatchEvent<'_>,
            content_type = "text/event-stream"),
        (status = 204, description = "The batch is done, and the last event was seen"),
        EventsProblems,
    ),
)]
#[get("/batches/{id}/events")]
pub(crate) async fn follow_batch(
    request: HttpRequest,
    state: web::Data<ApiState>,
    caller: Caller<BatchesRead>,
    id: Id,
) -> Result<HttpResponse, Problem> {
    let seen = last_event_id(&request)?;
    let follower = Follower {
        services: state.services.clone(),
        caller: caller.0,
        batch_id: id.0,
        rings: state.services.shared.events.subscribe(),
        heartbeat: state.settings.event_heartbeat,
        seen,
    };
    // In this order: the events of a batch that is done are all there when they are read.
    let batch = state.services.batch(caller.0, id.0).await?;
    let first = state.services.batch_events(caller.0, id.0, seen).await?;
    if first.is_empty() && batch.finished_at.is_some() {
        return Ok(HttpResponse::NoContent().finish());
    }
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/event-stream"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_ENCODING, "identity"))
        .insert_header(("x-accel-buffering", "no"))
        .streaming(follower.stream(first)))
}

fn last_event_id(request: &HttpRequest) -> Result<i32, Problem> {
    let Some(header) = request.headers().get(LAST_EVENT_ID) else {
        return Ok(0);
    };
    let id = header
        .to_str()
        .ok()
        .and_then(|text| text.trim().parse().ok());
    id.filter(|id| *id >= 0).ok_or_else(|| {
        let errors = vec![FieldError {
            place: Place::Header("Last-Event-ID".to_owned()),
            code: "INVALID_VALUE".into(),
            detail: "is not the id of an event".to_owned(),
        }];
        Problem::invalid(ProblemKind::InvalidParameter, errors)
    })
}

/// Somebody who follows a batch.
struct Follower {
    services: Services,
    caller: ServiceCaller,
    batch_id: Uuid,
    rings: Receiver<Uuid>,
    heartbeat: Duration,
    seen: i32,
}

/// Why a follower woke up.
enum Wake {
    /// The batch has a new event, or may have one.
    Rung,
    /// Nothing happened for the time of a heartbeat.
    Heartbeat,
    /// The process ends.
    Closed,
}

impl Follower {
    fn stream(mut self, first: Vec<Event>) -> impl Stream<Item = Result<Bytes, Problem>> {
        async_stream::stream! {
            yield Ok(RECONNECT);
            let mut events = first;
            loop {
                if let Some(last) = events.last() {
                    let is_end = matches!(last.kind.as_str(), "COMPLETED" | "FAILED" | "CANCELLED");
                    self.seen = last.sequence;
                    yield frames(self.batch_id, &events);
                    if is_end {
                        break;
                    }
                }
                let wake = self.wait().await;
                match wake {
                    Wake::Rung => {}
                    Wake::Heartbeat => yield Ok(HEARTBEAT),
                    Wake::Closed => break,
                }
                match self.services.batch_events(self.caller, self.batch_id, self.seen).await {
                    Ok(new) => events = new,
                    // Deleted, or out of reach for the moment; the follower comes back with the last id.
                    Err(error) => {
                        tracing::debug!(batch_id = %self.batch_id, %error, "an event stream broke off");
                        break;
                    }
                }
            }
        }
    }

    async fn wait(&mut self) -> Wake {
        let deadline = Instant::now() + self.heartbeat;
        loop {
            match timeout_at(deadline, self.rings.recv()).await {
                Ok(Ok(batch_id)) if batch_id == self.batch_id => return Wake::Rung,
                Ok(Ok(_)) => {}
                Ok(Err(RecvError::Lagged(_))) => return Wake::Rung,
                Ok(Err(RecvError::Closed)) => return Wake::Closed,
                Err(_) => return Wake::Heartbeat,
            }
        }
    }
}

/// The frames of some events.
fn frames(batch_id: Uuid, events: &[Event]) -> Result<Bytes, Problem> {
    let mut bytes = Vec::with_capacity(events.len() * 384);
    for event in events {
        let data = BatchEvent {
            batch_id,
            sequence: event.sequence,
            kind: &event.kind,
            batch: &event.payload,
            created_at: event.created_at,
        };
        bytes.extend_from_slice(
            format!("id: {}\nevent: {}\ndata: ", event.sequence, event.kind).as_bytes(),
        );
        serde_json::to_writer(&mut bytes, &data).map_err(Problem::internal)?;
        bytes.extend_from_slice(b"\n\n");
    }
    Ok(bytes.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_a_frame_with_its_number_kind_and_counters() {
        let event = Event {
            number: 12,
            stream_kind: "BATCH".to_owned(),
            stream_id: "01939c2e-8a2b-7c3d-9e4f-5a6b7c8d9e0f".to_owned(),
            sequence: 7,
            kind: "PROGRESS".to_owned(),
            payload: serde_json::json!({"status": "PROCESSING", "analysed_items": 100}),
            user_id: None,
            api_key_id: None,
            created_at: "2026-11-23T20:00:00Z".parse().unwrap(),
            hash: vec![0; 32],
        };
        let batch_id = event.stream_id.parse().unwrap();
        let frames = frames(batch_id, &[event]).unwrap();
        insta::assert_snapshot!(std::str::from_utf8(&frames).unwrap());
    }
}
