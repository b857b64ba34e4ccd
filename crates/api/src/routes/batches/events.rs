//! The events of a batch as they happen, by Server-Sent Events.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, get, web};
use arbitragevault_services::persistence::events::Event;
use bytes::Bytes;
use futures_util::Stream;
use utoipa::ToSchema;

use super::follow::{BatchEvent, Follower, Wake};
use crate::caller::{BatchesRead, Standing};
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

/// How an event travels.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes to readers what is written frame by frame"
)]
struct ServerSentEvent {
    /// Its sequence, for `Last-Event-ID`.
    #[schema(example = "7")]
    id: String,
    /// Its kind.
    #[schema(example = "PROGRESS")]
    event: String,
    /// A BatchEvent as JSON.
    #[schema(content_media_type = "application/json")]
    data: String,
}

/// Follow a batch
///
/// Server-Sent Events, from the first one or from after `Last-Event-ID`; the `id` of each is its sequence, the `event` its kind. Ends after
/// the event with which the batch does; who asks again then gets 204, which tells a browser to stop. Ends, too, when the credential
/// expires or is revoked.
#[utoipa::path(
    tag = "batches",
    security(("bearer" = ["batches:read"])),
    params(
        ("id" = Uuid, Path, description = "The batch"),
        ("Last-Event-ID" = Option<i32>, Header, nullable = false, minimum = 0, description = "The last event that was seen"),
    ),
    responses(
        (status = 200, description = "The events; the data of each is a BatchEvent", body = ServerSentEvent,
            content_type = "text/event-stream"),
        (status = 204, description = "The batch is done, and the last event was seen"),
        EventsProblems,
    ),
)]
#[get("/batches/{id}/events")]
pub(crate) async fn follow_batch(
    request: HttpRequest,
    state: web::Data<ApiState>,
    standing: Standing<BatchesRead>,
    id: Id,
) -> Result<HttpResponse, Problem> {
    let seen = last_event_id(&request)?;
    let heartbeat = state.settings.event_heartbeat;
    let (follower, first) = Follower::start(standing, id.0, seen, heartbeat).await?;
    if first.is_empty() && follower.is_done() {
        return Ok(HttpResponse::NoContent().finish());
    }
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/event-stream"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_ENCODING, "identity"))
        .insert_header(("x-accel-buffering", "no"))
        .streaming(stream(follower, first)))
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

fn stream(mut follower: Follower, first: Vec<Event>) -> impl Stream<Item = Result<Bytes, Problem>> {
    async_stream::stream! {
        yield Ok(RECONNECT);
        let mut events = first;
        loop {
            if !events.is_empty() {
                yield frames(&events);
            }
            if follower.is_done() {
                break;
            }
            let wake = follower.wake().await;
            match follower.next(wake).await {
                Ok(new) => events = new,
                // The follower comes back with the last id, and is then told why.
                Err(end) => {
                    tracing::debug!(?end, "an event stream ends");
                    break;
                }
            }
            if wake == Wake::Heartbeat {
                yield Ok(HEARTBEAT);
            }
        }
    }
}

/// The frames of some events.
fn frames(events: &[Event]) -> Result<Bytes, Problem> {
    let mut bytes = Vec::with_capacity(events.len() * 384);
    for event in events {
        bytes.extend_from_slice(
            format!("id: {}\nevent: {}\ndata: ", event.sequence, event.kind).as_bytes(),
        );
        serde_json::to_writer(&mut bytes, &BatchEvent::from(event)).map_err(Problem::internal)?;
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
        let frames = frames(&[event]).unwrap();
        insta::assert_snapshot!(std::str::from_utf8(&frames).unwrap());
    }
}
