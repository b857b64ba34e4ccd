//! Invitations into an organisation: what is kept of them, which is not the token.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncConnection as _, AsyncPgConnection, RunQueryDsl};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::error::PersistenceError;
use crate::events::{self, Act, NewEvent, StreamKind};
use crate::memberships;
use crate::organisations;
use crate::pages;
use crate::removal::Old;
use crate::schema::{invitations, users};

/// An invitation.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = invitations)]
pub struct Invitation {
    /// Id, version 7.
    pub id: Uuid,
    /// The organisation that it leads into.
    pub organisation_id: Uuid,
    /// Who invited; `None` when that user is gone.
    pub invited_by: Option<Uuid>,
    /// The address of who is invited.
    pub email: String,
    /// The role that it gives.
    pub role: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// From when on it is refused.
    pub expires_at: DateTime<Utc>,
    /// When it was accepted.
    pub accepted_at: Option<DateTime<Utc>>,
}

/// An invitation to be stored.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = invitations)]
pub struct NewInvitation {
    /// Id, version 7.
    pub id: Uuid,
    /// The organisation that it leads into.
    pub organisation_id: Uuid,
    /// Who invites.
    pub invited_by: Uuid,
    /// The address of who is invited.
    pub email: String,
    /// The role that it gives.
    pub role: String,
    /// SHA-256 of the token, 32 bytes.
    pub hash: Vec<u8>,
    /// When it is made.
    pub created_at: DateTime<Utc>,
    /// From when on it is refused.
    pub expires_at: DateTime<Utc>,
}

/// Stores an invitation.
///
/// # Errors
/// When the database is not available.
pub async fn insert(
    connection: &mut AsyncPgConnection,
    invitation: &NewInvitation,
    act: Act,
) -> Result<Invitation, PersistenceError> {
    let stored: Invitation = diesel::insert_into(invitations::table)
        .values(invitation)
        .returning(Invitation::as_returning())
        .get_result(connection)
        .await?;
    let payload =
        json!({"email": stored.email, "role": stored.role, "expires_at": stored.expires_at});
    append(connection, &stored, (1, "CREATED", payload), act).await?;
    Ok(stored)
}

async fn append(
    connection: &mut AsyncPgConnection,
    invitation: &Invitation,
    (sequence, kind, payload): (i32, &'static str, Value),
    act: Act,
) -> Result<(), PersistenceError> {
    let event = NewEvent {
        organisation_id: invitation.organisation_id,
        stream_kind: StreamKind::Invitation,
        stream_id: &invitation.id.to_string(),
        sequence,
        kind,
        payload,
        act,
    };
    events::append(connection, event).await
}

/// The invitations of an organisation, newest first, after an id.
///
/// # Errors
/// When the database is not available.
pub async fn page(
    connection: &mut AsyncPgConnection,
    organisation_id: Uuid,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Invitation>, PersistenceError> {
    let mut query = invitations::table
        .filter(invitations::organisation_id.eq(organisation_id))
        .order(invitations::id.desc())
        .select(Invitation::as_select())
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(invitations::id.lt(after));
    }
    pages::first(connection, query, limit).await
}

/// Takes an invitation back that nobody has accepted.
///
/// # Errors
/// [`PersistenceError::NotFound`] when the organisation has none such with this id.
pub async fn delete(
    connection: &mut AsyncPgConnection,
    organisation_id: Uuid,
    id: Uuid,
    act: Act,
) -> Result<(), PersistenceError> {
    let open = invitations::table
        .find(id)
        .filter(invitations::organisation_id.eq(organisation_id))
        .filter(invitations::accepted_at.is_null());
    let gone: Invitation = diesel::delete(open)
        .returning(Invitation::as_returning())
        .get_result(connection)
        .await?;
    append(connection, &gone, (2, "TAKEN_BACK", json!({})), act).await
}

/// What became of an attempt to accept an invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Acceptance {
    /// The user is a member now.
    Accepted(Invitation),
    /// It was accepted before.
    AcceptedBefore,
    /// It has expired.
    Expired,
    /// It is for somebody else.
    ForSomebodyElse,
    /// The user is a member already; the invitation stays open.
    MemberAlready,
}

/// Makes a user a member of the organisation that an invitation leads into, once. The invitation must be for the user's address.
///
/// # Errors
/// [`PersistenceError::NotFound`] when there is no invitation with this hash, or no such user.
pub async fn accept(
    connection: &mut AsyncPgConnection,
    hash: &[u8],
    user_id: Uuid,
    now: DateTime<Utc>,
) -> Result<Acceptance, PersistenceError> {
    connection
        .transaction(async |connection| {
            let organisation_id: Uuid = invitations::table
                .filter(invitations::hash.eq(hash))
                .select(invitations::organisation_id)
                .first(connection)
                .await?;
            organisations::lock(connection, organisation_id).await?;
            let invitation: Invitation = invitations::table
                .filter(invitations::hash.eq(hash))
                .for_update()
                .select(Invitation::as_select())
                .first(connection)
                .await?;
            let email: String = users::table
                .find(user_id)
                .select(users::email)
                .first(connection)
                .await?;
            if invitation.accepted_at.is_some() {
                return Ok(Acceptance::AcceptedBefore);
            }
            if invitation.expires_at <= now {
                return Ok(Acceptance::Expired);
            }
            if email.to_lowercase() != invitation.email.to_lowercase() {
                return Ok(Acceptance::ForSomebodyElse);
            }
            let membership = (organisation_id, user_id);
            let act = Act::of_user(user_id, now);
            let joined = memberships::join(connection, membership, &invitation.role, act).await?;
            if !joined {
                return Ok(Acceptance::MemberAlready);
            }
            let accepted: Invitation = diesel::update(invitations::table.find(invitation.id))
                .set((
                    invitations::accepted_at.eq(now),
                    invitations::accepted_by.eq(user_id),
                ))
                .returning(Invitation::as_returning())
                .get_result(connection)
                .await?;
            append(connection, &accepted, (2, "ACCEPTED", json!({})), act).await?;
            Ok(Acceptance::Accepted(accepted))
        })
        .await
}

/// Removes invitations that have expired, accepted or not.
///
/// # Errors
/// When the database is not available.
pub async fn remove_expired(
    connection: &mut AsyncPgConnection,
    old: Old,
) -> Result<usize, PersistenceError> {
    let statement = "DELETE FROM invitations WHERE id IN (
        SELECT id FROM invitations WHERE expires_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)";
    old.remove(connection, statement).await
}
