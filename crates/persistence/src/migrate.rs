//! Bringing the schema up to date.

use diesel::migration::{Migration, MigrationSource as _};
use diesel::pg::Pg;
use diesel_async::{AsyncMigrationHarness, AsyncPgConnection, RunQueryDsl as _};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};
use serde::Serialize;

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
    let applied = applied(connection).await?;
    let known = known()?;
    Ok(known
        .iter()
        .filter(|step| !applied.contains(&step.version))
        .count())
}

/// The steps of a database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Steps {
    /// Steps of this program that are applied, oldest first.
    pub applied: Vec<String>,
    /// Steps of this program that are not applied, oldest first.
    pub pending: Vec<String>,
    /// Versions of applied steps that this program does not know, of a newer one most likely.
    pub unknown: Vec<String>,
}

/// The steps of a database; all are pending where none was ever applied.
///
/// # Errors
/// When the database cannot be reached.
pub async fn steps(connection: &mut AsyncPgConnection) -> Result<Steps, PersistenceError> {
    let mut unknown = if was_migrated(connection).await? {
        applied(connection).await?
    } else {
        Vec::new()
    };
    unknown.sort_unstable();
    let (mut applied, mut pending) = (Vec::new(), Vec::new());
    for step in known()? {
        match unknown.iter().position(|version| *version == step.version) {
            Some(index) => {
                unknown.remove(index);
                applied.push(step.name);
            }
            None => pending.push(step.name),
        }
    }
    Ok(Steps {
        applied,
        pending,
        unknown,
    })
}

/// Whether there is a table of applied steps.
async fn was_migrated(connection: &mut AsyncPgConnection) -> Result<bool, PersistenceError> {
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::Bool)]
        exists: bool,
    }
    let row: Row =
        diesel::sql_query("SELECT to_regclass('__diesel_schema_migrations') IS NOT NULL AS exists")
            .get_result(connection)
            .await?;
    Ok(row.exists)
}

/// The versions of the applied steps.
async fn applied(connection: &mut AsyncPgConnection) -> Result<Vec<String>, PersistenceError> {
    use diesel::QueryDsl as _;
    diesel::table! {
        __diesel_schema_migrations (version) {
            version -> Text,
            run_on -> Timestamp,
        }
    }
    Ok(__diesel_schema_migrations::table
        .select(__diesel_schema_migrations::version)
        .load(connection)
        .await?)
}

struct Step {
    version: String,
    name: String,
}

/// The steps of this program, oldest first.
fn known() -> Result<Vec<Step>, PersistenceError> {
    let migrations: Vec<Box<dyn Migration<Pg>>> = MIGRATIONS
        .migrations()
        .map_err(|error| PersistenceError::Migration(error.to_string()))?;
    let mut steps: Vec<Step> = migrations
        .iter()
        .map(|migration| Step {
            version: migration.name().version().to_string(),
            name: migration.name().to_string(),
        })
        .collect();
    steps.sort_unstable_by(|one, other| one.version.cmp(&other.version));
    Ok(steps)
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
