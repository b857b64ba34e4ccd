//! Bringing the schema up to date.

use diesel::migration::{Migration, MigrationSource as _};
use diesel::pg::Pg;
use diesel_async::{AsyncMigrationHarness, AsyncPgConnection, RunQueryDsl as _};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};

use crate::error::PersistenceError;
use crate::tls;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations");

/// The key of the advisory lock under which one process at a time migrates: "arbvault" in ASCII.
const LOCK: i64 = 0x6172_6276_6175_6c74;

/// Applies every pending step under an advisory lock, and returns the versions applied. `url` must be a direct one: an advisory
/// lock does not survive PgBouncer in transaction mode.
///
/// Must run on a multi-threaded runtime, outside of a request.
///
/// # Errors
/// When the database cannot be reached or a step fails; a failed step leaves nothing behind.
pub async fn run(url: &str) -> Result<Vec<String>, PersistenceError> {
    with_harness(url, |harness| {
        let applied = harness.run_pending_migrations(MIGRATIONS)?;
        Ok(applied.iter().map(ToString::to_string).collect())
    })
    .await
}

/// Takes back the latest step, and returns its version.
///
/// # Errors
/// When the database cannot be reached, no step is applied, or the step fails.
pub async fn revert_last(url: &str) -> Result<String, PersistenceError> {
    with_harness(url, |harness| {
        let reverted = harness.revert_last_migration(MIGRATIONS)?;
        Ok(reverted.to_string())
    })
    .await
}

/// How many steps of this program the database still lacks.
///
/// # Errors
/// When the database cannot be reached.
pub async fn pending(connection: &mut AsyncPgConnection) -> Result<usize, PersistenceError> {
    use diesel::QueryDsl as _;
    diesel::table! {
        __diesel_schema_migrations (version) {
            version -> Text,
            run_on -> Timestamp,
        }
    }
    let known: Vec<String> = versions()?;
    let applied: Vec<String> = __diesel_schema_migrations::table
        .select(__diesel_schema_migrations::version)
        .load(connection)
        .await?;
    Ok(known.iter().filter(|v| !applied.contains(v)).count())
}

fn versions() -> Result<Vec<String>, PersistenceError> {
    let migrations: Vec<Box<dyn Migration<Pg>>> = MIGRATIONS
        .migrations()
        .map_err(|error| PersistenceError::Migration(error.to_string()))?;
    Ok(migrations
        .iter()
        .map(|migration| migration.name().version().to_string())
        .collect())
}

type Harness = AsyncMigrationHarness<AsyncPgConnection>;
type StepError = Box<dyn std::error::Error + Send + Sync>;

async fn with_harness<T: Send + 'static>(
    url: &str,
    step: impl FnOnce(&mut Harness) -> Result<T, StepError> + Send + 'static,
) -> Result<T, PersistenceError> {
    let mut connection = tls::connect(url)
        .await
        .map_err(PersistenceError::unavailable)?;
    diesel::sql_query(format!("SELECT pg_advisory_lock({LOCK})"))
        .execute(&mut connection)
        .await?;
    // The lock ends with the connection.
    tokio::task::spawn_blocking(move || {
        let mut harness = AsyncMigrationHarness::new(connection);
        step(&mut harness).map_err(|error| PersistenceError::Migration(error.to_string()))
    })
    .await
    .map_err(|error| PersistenceError::Migration(error.to_string()))?
}
