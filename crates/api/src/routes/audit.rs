//! The events of the caller's organisation: who did what, and when.

use actix_web::{HttpRequest, HttpResponse, get, web};
use arbitragevault_services::persistence::events::{Event, EventFilter, StreamKind};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use crate::caller::{AuditRead, Caller};
use crate::extract::Query;
use crate::problem::{Problem, problems};
use crate::state::ApiState;
use crate::wire::{Cursor, Page, default_limit};

problems!(ListProblems: InvalidParameter, InvalidCursor, ValidationFailed, Unavailable);

/// Bytes of an event in a list.
const EVENT_BYTES: usize = 500;

/// What a stream of events is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum StreamName {
    /// A batch.
    Batch,
    /// A scope of the configuration.
    Configuration,
    /// A member.
    Membership,
    /// An invitation.
    Invitation,
    /// An API key.
    ApiKey,
    /// The organisation itself.
    Organisation,
}

impl From<StreamName> for StreamKind {
    fn from(name: StreamName) -> Self {
        match name {
            StreamName::Batch => Self::Batch,
            StreamName::Configuration => Self::Configuration,
            StreamName::Membership => Self::Membership,
            StreamName::Invitation => Self::Invitation,
            StreamName::ApiKey => Self::ApiKey,
            StreamName::Organisation => Self::Organisation,
        }
    }
}

/// Which events.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct EventsQuery {
    /// Of streams of this kind.
    #[param(inline)]
    stream_kind: Option<StreamName>,
    /// Of this stream: the id of a batch, a user, an invitation, a key or the organisation, or a scope of the configuration.
    #[validate(length(min = 1, max = 64))]
    #[param(min_length = 1, max_length = 64, example = "marketplace:US")]
    stream_id: Option<String>,
    /// Of this kind, `ROLE_CHANGED` for example. Without it, all but `PROGRESS`, of which a batch has one for every hundred products.
    #[validate(length(min = 1, max = 32))]
    #[param(min_length = 1, max_length = 32)]
    kind: Option<String>,
    /// Done by this user.
    user_id: Option<Uuid>,
    /// Not before this time.
    since: Option<DateTime<Utc>>,
    /// Before this time.
    until: Option<DateTime<Utc>>,
    /// Rows of a page.
    #[serde(default = "default_limit")]
    #[validate(range(min = 1, max = 100))]
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: u32,
    /// The `next_cursor` of the page before.
    #[param(min_length = 1)]
    cursor: Option<String>,
}

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
struct AuditEvent<'a> {
    /// What its stream is about.
    #[schema(value_type = StreamName)]
    stream_kind: &'a str,
    /// What of that kind.
    stream_id: &'a str,
    /// Its place in the stream, from 1 without a gap.
    sequence: i32,
    /// What happened.
    #[schema(example = "ROLE_CHANGED")]
    kind: &'a str,
    /// The state after it, or what changed.
    #[schema(value_type = Object)]
    payload: &'a serde_json::Value,
    /// Who did it; null for the server itself.
    user_id: Option<Uuid>,
    /// The key by which it was done; null for who was signed in.
    api_key_id: Option<Uuid>,
    /// When.
    created_at: DateTime<Utc>,
    /// SHA-256 of all of this and of the hash of the event before it in the stream, in hexadecimal digits.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    hash: String,
}

impl<'a> From<&'a Event> for AuditEvent<'a> {
    fn from(event: &'a Event) -> Self {
        Self {
            stream_kind: &event.stream_kind,
            stream_id: &event.stream_id,
            sequence: event.sequence,
            kind: &event.kind,
            payload: &event.payload,
            user_id: event.user_id,
            api_key_id: event.api_key_id,
            created_at: event.created_at,
            hash: data_encoding::HEXLOWER.encode(&event.hash),
        }
    }
}

/// List what happened
///
/// Newest first: batches, the configuration, members, invitations, keys and the organisation itself. Events are appended and never changed; each is
/// bound to the one before it in its stream by a hash, so that a change is found.
#[utoipa::path(
    tag = "audit",
    security(("bearer" = ["audit:read"])),
    params(EventsQuery),
    responses((status = 200, description = "A page", body = Page<AuditEvent<'_>>), ListProblems),
)]
#[get("/audit-events")]
pub(crate) async fn list_audit_events(
    request: HttpRequest,
    state: web::Data<ApiState>,
    caller: Caller<AuditRead>,
    Query(query): Query<EventsQuery>,
) -> Result<HttpResponse, Problem> {
    let cursors = Cursor::of(&(
        "audit-events",
        query.stream_kind,
        &query.stream_id,
        &query.kind,
        query.user_id,
        (query.since, query.until),
    ));
    let before: Option<i64> = cursors.place(query.cursor.as_deref())?;
    let filter = EventFilter {
        stream_kind: query.stream_kind.map(StreamKind::from),
        stream_id: query.stream_id,
        kind: query.kind,
        user_id: query.user_id,
        since: query.since,
        until: query.until,
    };
    let limit = i64::from(query.limit) + 1;
    let events = state
        .services
        .audit_events(caller.0, &filter, before, limit);
    let mut events = events.await?;
    let page = Page::of(
        &mut events,
        query.limit,
        |event| cursors.after(&event.number),
        AuditEvent::from,
    );
    page.respond(&request, EVENT_BYTES)
}
