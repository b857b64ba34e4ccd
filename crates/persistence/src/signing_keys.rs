//! The keys that sign access tokens.

use std::fmt;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel_async::{AsyncConnection as _, AsyncPgConnection, RunQueryDsl};

use crate::error::PersistenceError;
use crate::schema::signing_keys;

/// The key of the advisory lock under which a key is made: "signkeys" in ASCII.
const LOCK: i64 = 0x7369_676e_6b65_7973;

/// A key.
#[derive(Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = signing_keys)]
pub struct SigningKey {
    /// The id by which tokens name it.
    pub id: String,
    /// Ed25519 public key, 32 bytes.
    pub public_key: Vec<u8>,
    /// Ed25519 seed, sealed or not.
    pub private_key: Vec<u8>,
    /// Whether the private key is sealed.
    pub is_sealed: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("id", &self.id)
            .field("is_sealed", &self.is_sealed)
            .field("created_at", &self.created_at)
            .finish_non_exhaustive()
    }
}

/// Every key made after a time, newest first.
///
/// # Errors
/// When the database is not available.
pub async fn since(
    connection: &mut AsyncPgConnection,
    time: DateTime<Utc>,
) -> Result<Vec<SigningKey>, PersistenceError> {
    Ok(signing_keys::table
        .filter(signing_keys::created_at.gt(time))
        .order((signing_keys::created_at.desc(), signing_keys::id))
        .select(SigningKey::as_select())
        .load(connection)
        .await?)
}

/// Stores a key unless there is one made after a time that `is_usable`; of processes that find none at the same time, one stores its own.
///
/// # Errors
/// When the database is not available.
pub async fn insert_unless(
    connection: &mut AsyncPgConnection,
    key: &SigningKey,
    since_time: DateTime<Utc>,
    is_usable: impl Fn(&SigningKey) -> bool + Send + Sync,
) -> Result<(), PersistenceError> {
    connection
        .transaction(async |connection| {
            diesel::sql_query("SELECT pg_advisory_xact_lock($1)")
                .bind::<BigInt, _>(LOCK)
                .execute(connection)
                .await?;
            if since(connection, since_time).await?.iter().any(&is_usable) {
                return Ok(());
            }
            diesel::insert_into(signing_keys::table)
                .values(key)
                .execute(connection)
                .await?;
            Ok(())
        })
        .await
}
