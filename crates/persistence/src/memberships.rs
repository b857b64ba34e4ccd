//! Members of an organisation, and what they may do in it.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::json;
use uuid::Uuid;

use crate::error::PersistenceError;
use crate::events::{self, Act, NewEvent, StreamKind};
use crate::organisations;
use crate::pages;
use crate::schema::{memberships, organisation_quotas, users};

/// The role without which an organisation cannot be.
pub const OWNER: &str = "OWNER";

/// A member of an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Member {
    /// The user.
    pub user_id: Uuid,
    /// The user's address.
    pub email: String,
    /// The user's name.
    pub display_name: String,
    /// `OWNER`, `ADMIN`, `ANALYST` or `VIEWER`.
    pub role: String,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// How often the membership was changed, its beginning included.
    pub version: i32,
}

type MemberColumns = (
    memberships::user_id,
    users::email,
    users::display_name,
    memberships::role,
    memberships::created_at,
    memberships::version,
);
const MEMBER: MemberColumns = (
    memberships::user_id,
    users::email,
    users::display_name,
    memberships::role,
    memberships::created_at,
    memberships::version,
);

/// The members of an organisation, by their ids, after an id.
///
/// # Errors
/// When the database is not available.
pub async fn page(
    connection: &mut AsyncPgConnection,
    organisation_id: Uuid,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Member>, PersistenceError> {
    let mut query = memberships::table
        .inner_join(users::table.on(users::id.eq(memberships::user_id)))
        .filter(memberships::organisation_id.eq(organisation_id))
        .order(memberships::user_id.asc())
        .select(MEMBER)
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(memberships::user_id.gt(after));
    }
    pages::first(connection, query, limit).await
}

/// One member of an organisation.
///
/// # Errors
/// [`PersistenceError::NotFound`] when the user is none.
pub async fn get(
    connection: &mut AsyncPgConnection,
    organisation_id: Uuid,
    user_id: Uuid,
) -> Result<Member, PersistenceError> {
    Ok(memberships::table
        .find((user_id, organisation_id))
        .inner_join(users::table.on(users::id.eq(memberships::user_id)))
        .select(MEMBER)
        .first(connection)
        .await?)
}

/// What a member may.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Standing {
    /// The role.
    pub role: String,
    /// Requests a minute of each credential, as [`OrganisationQuotas`](crate::organisation_quotas::OrganisationQuotas) has it.
    pub requests_per_minute: Option<i32>,
}

/// What a member may whose account is open.
///
/// # Errors
/// [`PersistenceError::NotFound`] when the user is no member, or the account is closed.
pub async fn standing(
    connection: &mut AsyncPgConnection,
    organisation_id: Uuid,
    user_id: Uuid,
) -> Result<Standing, PersistenceError> {
    Ok(memberships::table
        .find((user_id, organisation_id))
        .inner_join(users::table.on(users::id.eq(memberships::user_id)))
        .left_join(
            organisation_quotas::table
                .on(organisation_quotas::organisation_id.eq(memberships::organisation_id)),
        )
        .filter(users::disabled_at.is_null())
        .select((
            memberships::role,
            organisation_quotas::requests_per_minute.nullable(),
        ))
        .first(connection)
        .await?)
}

/// The owner who has been one for longest.
///
/// # Errors
/// [`PersistenceError::NotFound`] when the organisation has none.
pub async fn first_owner(
    connection: &mut AsyncPgConnection,
    organisation_id: Uuid,
) -> Result<Uuid, PersistenceError> {
    Ok(memberships::table
        .filter(memberships::organisation_id.eq(organisation_id))
        .filter(memberships::role.eq(OWNER))
        .order((memberships::created_at, memberships::user_id))
        .select(memberships::user_id)
        .first(connection)
        .await?)
}

/// A member as he is while nobody else changes the members of the organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockedMember {
    /// The member.
    pub member: Member,
    /// Whether nobody else is an owner.
    pub is_last_owner: bool,
}

/// Reads a member and keeps everybody else from changing the organisation's members until the transaction ends.
///
/// # Errors
/// [`PersistenceError::NotFound`] when the user is no member.
pub async fn lock(
    connection: &mut AsyncPgConnection,
    organisation_id: Uuid,
    user_id: Uuid,
) -> Result<LockedMember, PersistenceError> {
    organisations::lock(connection, organisation_id).await?;
    let member = get(connection, organisation_id, user_id).await?;
    let other_owners: i64 = memberships::table
        .filter(memberships::organisation_id.eq(organisation_id))
        .filter(memberships::role.eq(OWNER))
        .filter(memberships::user_id.ne(user_id))
        .count()
        .get_result(connection)
        .await?;
    Ok(LockedMember {
        is_last_owner: member.role == OWNER && other_owners == 0,
        member,
    })
}

/// Makes a user a member; `false` when he is one already. Lock the organisation first, unless nobody else knows it yet.
pub(crate) async fn join(
    connection: &mut AsyncPgConnection,
    (organisation_id, user_id): (Uuid, Uuid),
    role: &str,
    act: Act,
) -> Result<bool, PersistenceError> {
    let stream_id = user_id.to_string();
    // Who was a member before goes on with the stream of then.
    let version = events::next_sequence(
        connection,
        organisation_id,
        StreamKind::Membership,
        &stream_id,
    )
    .await?;
    let joined = diesel::insert_into(memberships::table)
        .values((
            memberships::user_id.eq(user_id),
            memberships::organisation_id.eq(organisation_id),
            memberships::role.eq(role),
            memberships::created_at.eq(act.at),
            memberships::version.eq(version),
        ))
        .on_conflict_do_nothing()
        .execute(connection)
        .await?;
    if joined == 0 {
        return Ok(false);
    }
    let event = NewEvent {
        organisation_id,
        stream_kind: StreamKind::Membership,
        stream_id: &stream_id,
        sequence: version,
        kind: "JOINED",
        payload: json!({"role": role}),
        act,
    };
    events::append(connection, event).await?;
    Ok(true)
}

/// Gives a locked member another role. The one that he has already changes nothing.
///
/// # Errors
/// When the database is not available.
pub async fn set_role(
    connection: &mut AsyncPgConnection,
    organisation_id: Uuid,
    locked: &LockedMember,
    role: &str,
    act: Act,
) -> Result<(), PersistenceError> {
    let member = &locked.member;
    if member.role == role {
        return Ok(());
    }
    let version = member.version + 1;
    diesel::update(memberships::table.find((member.user_id, organisation_id)))
        .set((memberships::role.eq(role), memberships::version.eq(version)))
        .execute(connection)
        .await?;
    let event = NewEvent {
        organisation_id,
        stream_kind: StreamKind::Membership,
        stream_id: &member.user_id.to_string(),
        sequence: version,
        kind: "ROLE_CHANGED",
        payload: json!({"role": role, "role_before": member.role}),
        act,
    };
    events::append(connection, event).await
}

/// Removes a locked member with his keys.
///
/// # Errors
/// When the database is not available.
pub async fn remove(
    connection: &mut AsyncPgConnection,
    organisation_id: Uuid,
    locked: &LockedMember,
    act: Act,
) -> Result<(), PersistenceError> {
    let member = &locked.member;
    let event = NewEvent {
        organisation_id,
        stream_kind: StreamKind::Membership,
        stream_id: &member.user_id.to_string(),
        sequence: member.version + 1,
        kind: "REMOVED",
        payload: json!({"role_before": member.role}),
        act,
    };
    events::append(connection, event).await?;
    diesel::delete(memberships::table.find((member.user_id, organisation_id)))
        .execute(connection)
        .await?;
    Ok(())
}
