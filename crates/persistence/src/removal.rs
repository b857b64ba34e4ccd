//! Removing old rows: a bounded number at a time, by one of many processes.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Bool, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::error::PersistenceError;

/// Which rows to remove.
#[derive(Debug, Clone, Copy)]
pub struct Old {
    /// Those that ended before.
    pub before: DateTime<Utc>,
    /// This many at most, so that no transaction is long.
    pub limit: i64,
}

impl Old {
    /// Runs a DELETE whose `$1` is the time and whose `$2` is the limit, and returns how many rows are gone.
    pub(crate) async fn remove(
        self,
        connection: &mut AsyncPgConnection,
        statement: &str,
    ) -> Result<usize, PersistenceError> {
        Ok(diesel::sql_query(statement)
            .bind::<Timestamptz, _>(self.before)
            .bind::<BigInt, _>(self.limit)
            .execute(connection)
            .await?)
    }
}

/// Names the lock of who removes, among the advisory locks of the database: "arbv_old" in ASCII.
const LOCK: i64 = 0x6172_6276_5f6f_6c64;

/// Whether the transaction is the only one in the database that removes; it stays so until it ends.
///
/// # Errors
/// When the database is not available.
pub async fn alone(connection: &mut AsyncPgConnection) -> Result<bool, PersistenceError> {
    #[derive(QueryableByName)]
    struct Locked {
        #[diesel(sql_type = Bool)]
        locked: bool,
    }
    let locked: Locked = diesel::sql_query("SELECT pg_try_advisory_xact_lock($1) AS locked")
        .bind::<BigInt, _>(LOCK)
        .get_result(connection)
        .await?;
    Ok(locked.locked)
}
