//! Users: who they are, and what they sign in with.

use std::fmt;

use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::{AsyncConnection as _, AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::error::PersistenceError;
use crate::events::Act;
use crate::memberships::{self as members, OWNER};
use crate::organisations as tenants;
use crate::schema::{memberships, organisations, users};

/// A user, as signing in needs it.
#[derive(Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = users)]
pub struct User {
    /// Id.
    pub id: Uuid,
    /// Address, in lower case.
    pub email: String,
    /// Name for people.
    pub display_name: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Argon2id in PHC form; `None` for who signs in by another way only.
    pub password_hash: Option<String>,
    /// When the address was proved to be theirs.
    pub email_verified_at: Option<DateTime<Utc>>,
    /// Sealed secret of the second factor.
    pub totp_secret: Option<Vec<u8>>,
    /// When the second factor was confirmed; before that it is not asked for.
    pub totp_confirmed_at: Option<DateTime<Utc>>,
    /// When the account was closed.
    pub disabled_at: Option<DateTime<Utc>>,
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// The organisation of a user.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Membership {
    /// The organisation.
    pub organisation_id: Uuid,
    /// Its name.
    pub organisation_name: String,
    /// `OWNER`, `ADMIN`, `ANALYST` or `VIEWER`.
    pub role: String,
}

/// A user to be stored, with an organisation of their own.
#[derive(Clone)]
pub struct NewUser {
    /// Address, in lower case.
    pub email: String,
    /// Name for people.
    pub display_name: String,
    /// Argon2id in PHC form.
    pub password_hash: Option<String>,
    /// When the address was proved to be theirs.
    pub email_verified_at: Option<DateTime<Utc>>,
    /// The name of the organisation.
    pub organisation_name: String,
    /// When.
    pub created_at: DateTime<Utc>,
}

impl fmt::Debug for NewUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewUser")
            .field("organisation_name", &self.organisation_name)
            .finish_non_exhaustive()
    }
}

/// Stores a user as the owner of a new organisation.
///
/// # Errors
/// [`PersistenceError::Conflict`] when the address has an account already; otherwise when the database is not available.
pub async fn insert(
    connection: &mut AsyncPgConnection,
    new: &NewUser,
) -> Result<User, PersistenceError> {
    connection
        .transaction(async |connection| {
            let name = &new.organisation_name;
            let organisation_id = tenants::insert(connection, name, new.created_at).await?;
            let user: User = diesel::insert_into(users::table)
                .values((
                    users::id.eq(Uuid::now_v7()),
                    users::email.eq(&new.email),
                    users::display_name.eq(&new.display_name),
                    users::password_hash.eq(&new.password_hash),
                    users::email_verified_at.eq(new.email_verified_at),
                    users::created_at.eq(new.created_at),
                ))
                .returning(User::as_returning())
                .get_result(connection)
                .await?;
            let membership = (organisation_id, user.id);
            let act = Act::of_user(user.id, new.created_at);
            members::join(connection, membership, OWNER, act).await?;
            Ok(user)
        })
        .await
}

/// The user with an address, in lower case.
///
/// # Errors
/// When the database is not available.
pub async fn by_email(
    connection: &mut AsyncPgConnection,
    email: &str,
) -> Result<Option<User>, PersistenceError> {
    // Written as the index has it.
    let has_address = sql::<Bool>("lower(email) = ").bind::<diesel::sql_types::Text, _>(email);
    Ok(users::table
        .filter(has_address)
        .select(User::as_select())
        .first(connection)
        .await
        .optional()?)
}

/// A user.
///
/// # Errors
/// [`PersistenceError::NotFound`], or when the database is not available.
pub async fn get(connection: &mut AsyncPgConnection, id: Uuid) -> Result<User, PersistenceError> {
    Ok(users::table
        .find(id)
        .select(User::as_select())
        .first(connection)
        .await?)
}

/// The organisation of a user; of several the one that the user joined first.
///
/// # Errors
/// [`PersistenceError::NotFound`], or when the database is not available.
pub async fn membership(
    connection: &mut AsyncPgConnection,
    id: Uuid,
) -> Result<Membership, PersistenceError> {
    Ok(memberships::table
        .inner_join(organisations::table.on(organisations::id.eq(memberships::organisation_id)))
        .filter(memberships::user_id.eq(id))
        .order((memberships::created_at, memberships::organisation_id))
        .select((organisations::id, organisations::name, memberships::role))
        .first(connection)
        .await?)
}

/// Sets the password of a user; `None` takes it away.
///
/// # Errors
/// When the database is not available.
pub async fn set_password(
    connection: &mut AsyncPgConnection,
    id: Uuid,
    hash: Option<&str>,
) -> Result<(), PersistenceError> {
    diesel::update(users::table.find(id))
        .set(users::password_hash.eq(hash))
        .execute(connection)
        .await?;
    Ok(())
}

/// Notes that the address of a user is proved to be theirs; the first time counts.
///
/// # Errors
/// When the database is not available.
pub async fn set_email_verified(
    connection: &mut AsyncPgConnection,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<(), PersistenceError> {
    diesel::update(users::table.find(id))
        .filter(users::email_verified_at.is_null())
        .set(users::email_verified_at.eq(now))
        .execute(connection)
        .await?;
    Ok(())
}

/// Stores a second factor that is not confirmed yet; one that is confirmed stays. Returns whether it was stored.
///
/// # Errors
/// When the database is not available.
pub async fn enrol_totp(
    connection: &mut AsyncPgConnection,
    id: Uuid,
    sealed_secret: &[u8],
) -> Result<bool, PersistenceError> {
    let stored = diesel::update(users::table.find(id))
        .filter(users::totp_confirmed_at.is_null())
        .set((
            users::totp_secret.eq(sealed_secret),
            users::totp_last_step.eq(None::<i64>),
        ))
        .execute(connection)
        .await?;
    Ok(stored == 1)
}

/// Confirms the second factor. Returns whether there was one that was not confirmed yet.
///
/// # Errors
/// When the database is not available.
pub async fn confirm_totp(
    connection: &mut AsyncPgConnection,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<bool, PersistenceError> {
    let confirmed = diesel::update(users::table.find(id))
        .filter(users::totp_secret.is_not_null())
        .filter(users::totp_confirmed_at.is_null())
        .set(users::totp_confirmed_at.eq(now))
        .execute(connection)
        .await?;
    Ok(confirmed == 1)
}

/// Takes the code of a time step, once: `false` when a code of this step or a later one was taken before, or the secret that it belongs
/// to is not the user's any more.
///
/// # Errors
/// When the database is not available.
pub async fn take_totp_step(
    connection: &mut AsyncPgConnection,
    id: Uuid,
    sealed_secret: &[u8],
    step: i64,
) -> Result<bool, PersistenceError> {
    let is_later = users::totp_last_step
        .is_null()
        .or(users::totp_last_step.lt(step).assume_not_null());
    let taken = diesel::update(users::table.find(id))
        .filter(users::totp_secret.eq(sealed_secret))
        .filter(is_later)
        .set(users::totp_last_step.eq(step))
        .execute(connection)
        .await?;
    Ok(taken == 1)
}

/// Takes the second factor away.
///
/// # Errors
/// When the database is not available.
pub async fn remove_totp(
    connection: &mut AsyncPgConnection,
    id: Uuid,
) -> Result<(), PersistenceError> {
    diesel::update(users::table.find(id))
        .set((
            users::totp_secret.eq(None::<Vec<u8>>),
            users::totp_confirmed_at.eq(None::<DateTime<Utc>>),
            users::totp_last_step.eq(None::<i64>),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

/// The hash of a user's password, which nobody changes until the transaction ends.
///
/// # Errors
/// [`PersistenceError::NotFound`], or when the database is not available.
pub async fn keep_password(
    connection: &mut AsyncPgConnection,
    id: Uuid,
) -> Result<Option<String>, PersistenceError> {
    Ok(users::table
        .find(id)
        .select(users::password_hash)
        .for_share()
        .first(connection)
        .await?)
}
