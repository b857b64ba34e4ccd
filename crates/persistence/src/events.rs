//! What happened, in order: an append-only stream for each batch, membership, invitation, key, organisation and scope of the configuration.
//!
//! The state of all of these is the sum of their streams. The database chains the events of a stream by a hash when they are appended, so
//! that one which is changed or taken out later is found ([`crate::audit`]).

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::error::PersistenceError;
use crate::notice;
use crate::pages;
use crate::schema::events;

/// What a stream is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StreamKind {
    /// A batch.
    Batch,
    /// A scope of the configuration.
    Configuration,
    /// A member of the organisation.
    Membership,
    /// An invitation.
    Invitation,
    /// An API key.
    ApiKey,
    /// The organisation itself.
    Organisation,
}

impl StreamKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::Batch,
        Self::Configuration,
        Self::Membership,
        Self::Invitation,
        Self::ApiKey,
        Self::Organisation,
    ];

    /// The name, as it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Batch => "BATCH",
            Self::Configuration => "CONFIGURATION",
            Self::Membership => "MEMBERSHIP",
            Self::Invitation => "INVITATION",
            Self::ApiKey => "API_KEY",
            Self::Organisation => "ORGANISATION",
        }
    }
}

/// Who does something, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Act {
    /// The user; `None` for the server itself: its worker and its command line.
    pub user_id: Option<Uuid>,
    /// The key by which the user acts.
    pub api_key_id: Option<Uuid>,
    /// When.
    pub at: DateTime<Utc>,
}

impl Act {
    /// Of the server itself.
    #[must_use]
    pub const fn of_server(at: DateTime<Utc>) -> Self {
        Self {
            user_id: None,
            api_key_id: None,
            at,
        }
    }

    /// Of a user without a key.
    #[must_use]
    pub const fn of_user(id: Uuid, at: DateTime<Utc>) -> Self {
        Self {
            user_id: Some(id),
            api_key_id: None,
            at,
        }
    }
}

/// An event.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = events)]
pub struct Event {
    /// Its place among all events, by which lists are read; numbers are left out.
    pub number: i64,
    /// What its stream is about.
    pub stream_kind: String,
    /// What of that kind: an id, or the name of a scope.
    pub stream_id: String,
    /// Its place in the stream, from 1 without a gap.
    pub sequence: i32,
    /// What happened, in SCREAMING_SNAKE_CASE.
    pub kind: String,
    /// The state after it, or what changed.
    pub payload: serde_json::Value,
    /// Who did it; `None` for the server itself.
    pub user_id: Option<Uuid>,
    /// The key by which it was done.
    pub api_key_id: Option<Uuid>,
    /// When.
    pub created_at: DateTime<Utc>,
    /// SHA-256 of it and the hash of the event before it in the stream.
    pub hash: Vec<u8>,
}

/// An event to be appended.
#[derive(Debug)]
pub(crate) struct NewEvent<'a> {
    pub(crate) organisation_id: Uuid,
    pub(crate) stream_kind: StreamKind,
    pub(crate) stream_id: &'a str,
    /// The place in the stream: one more than that of the event before.
    pub(crate) sequence: i32,
    pub(crate) kind: &'static str,
    pub(crate) payload: serde_json::Value,
    pub(crate) act: Act,
}

/// Appends an event. Whoever does so holds the lock of what the stream is about, so that no two append at once.
pub(crate) async fn append(
    connection: &mut AsyncPgConnection,
    event: NewEvent<'_>,
) -> Result<(), PersistenceError> {
    diesel::insert_into(events::table)
        .values((
            events::organisation_id.eq(event.organisation_id),
            events::stream_kind.eq(event.stream_kind.as_str()),
            events::stream_id.eq(event.stream_id),
            events::sequence.eq(event.sequence),
            events::kind.eq(event.kind),
            events::payload.eq(event.payload),
            events::user_id.eq(event.act.user_id),
            events::api_key_id.eq(event.act.api_key_id),
            events::created_at.eq(event.act.at),
        ))
        .execute(connection)
        .await?;
    if event.stream_kind == StreamKind::Batch
        && let Ok(batch_id) = event.stream_id.parse()
    {
        notice::batch_event(connection, batch_id).await?;
    }
    Ok(())
}

/// The place of the next event of a stream that may have ended before: a member can come back.
pub(crate) async fn next_sequence(
    connection: &mut AsyncPgConnection,
    organisation_id: Uuid,
    stream_kind: StreamKind,
    stream_id: &str,
) -> Result<i32, PersistenceError> {
    let last: Option<i32> = events::table
        .filter(events::organisation_id.eq(organisation_id))
        .filter(events::stream_kind.eq(stream_kind.as_str()))
        .filter(events::stream_id.eq(stream_id))
        .select(diesel::dsl::max(events::sequence))
        .first(connection)
        .await?;
    Ok(last.unwrap_or(0) + 1)
}

/// The events of a stream after a sequence number, in order.
///
/// # Errors
/// When the database is not available.
pub async fn after(
    connection: &mut AsyncPgConnection,
    organisation_id: Uuid,
    (stream_kind, stream_id): (StreamKind, &str),
    sequence: i32,
    limit: i64,
) -> Result<Vec<Event>, PersistenceError> {
    let query = events::table
        .filter(events::organisation_id.eq(organisation_id))
        .filter(events::stream_kind.eq(stream_kind.as_str()))
        .filter(events::stream_id.eq(stream_id))
        .filter(events::sequence.gt(sequence))
        .order(events::sequence.asc())
        .select(Event::as_select());
    pages::first(connection, query, limit).await
}

/// The events of a stream before a sequence number, newest first.
///
/// # Errors
/// When the database is not available.
pub async fn before(
    connection: &mut AsyncPgConnection,
    organisation_id: Uuid,
    (stream_kind, stream_id): (StreamKind, &str),
    sequence: i32,
    limit: i64,
) -> Result<Vec<Event>, PersistenceError> {
    let query = events::table
        .filter(events::organisation_id.eq(organisation_id))
        .filter(events::stream_kind.eq(stream_kind.as_str()))
        .filter(events::stream_id.eq(stream_id))
        .filter(events::sequence.lt(sequence))
        .order(events::sequence.desc())
        .select(Event::as_select());
    pages::first(connection, query, limit).await
}

/// What one event of a stream tells.
///
/// # Errors
/// [`PersistenceError::NotFound`] when there is no such event, or it is kept no more.
pub async fn payload(
    connection: &mut AsyncPgConnection,
    organisation_id: Uuid,
    (stream_kind, stream_id): (StreamKind, &str),
    sequence: i32,
) -> Result<serde_json::Value, PersistenceError> {
    Ok(events::table
        .find((organisation_id, stream_kind.as_str(), stream_id, sequence))
        .select(events::payload)
        .first(connection)
        .await?)
}

/// Which events a list shows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EventFilter {
    /// Of streams of this kind.
    pub stream_kind: Option<StreamKind>,
    /// Of this stream.
    pub stream_id: Option<String>,
    /// Of this kind; without it, everything but the progress of batches.
    pub kind: Option<String>,
    /// Done by this user.
    pub user_id: Option<Uuid>,
    /// Not before this time.
    pub since: Option<DateTime<Utc>>,
    /// Before this time.
    pub until: Option<DateTime<Utc>>,
}

/// The kind of events that a worker appends for every chunk of its work.
pub const PROGRESS: &str = "PROGRESS";

/// The events of an organisation, newest first, before a number.
///
/// # Errors
/// When the database is not available.
pub async fn page(
    connection: &mut AsyncPgConnection,
    organisation_id: Uuid,
    filter: &EventFilter,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Event>, PersistenceError> {
    let query = filtered(organisation_id, filter)
        .filter(events::number.lt(before.unwrap_or(i64::MAX)))
        .order(events::number.desc())
        .select(Event::as_select());
    pages::first(connection, query, limit).await
}

fn filtered(organisation_id: Uuid, filter: &EventFilter) -> events::BoxedQuery<'_, Pg> {
    let mut query = events::table
        .filter(events::organisation_id.eq(organisation_id))
        .into_boxed();
    if let Some(kind) = filter.stream_kind {
        query = query.filter(events::stream_kind.eq(kind.as_str()));
    }
    if let Some(id) = &filter.stream_id {
        query = query.filter(events::stream_id.eq(id));
    }
    query = match &filter.kind {
        Some(kind) => query.filter(events::kind.eq(kind)),
        None => query.filter(events::kind.ne(PROGRESS)),
    };
    if let Some(user_id) = filter.user_id {
        query = query.filter(events::user_id.eq(user_id));
    }
    if let Some(since) = filter.since {
        query = query.filter(events::created_at.ge(since));
    }
    if let Some(until) = filter.until {
        query = query.filter(events::created_at.lt(until));
    }
    query
}
