//! Looking at the database itself: for those who run it. Nothing here changes anything.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::result::OptionalExtension as _;
use diesel::sql_types::{BigInt, Bool, Double, Nullable, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::Serialize;

use crate::error::PersistenceError;
use crate::tls;

/// Opens one connection, for a look.
///
/// # Errors
/// [`PersistenceError::Unavailable`] when the database cannot be reached.
pub async fn connect(url: &str) -> Result<AsyncPgConnection, PersistenceError> {
    tls::connect(url)
        .await
        .map_err(PersistenceError::unavailable)
}

/// Where a URL leads, without its password.
///
/// # Errors
/// When it is no PostgreSQL URL.
pub fn address(url: &str) -> Result<String, PersistenceError> {
    let config = tls::parse(url)?;
    let hosts = config.get_hosts().iter().map(|host| match host {
        tokio_postgres::config::Host::Tcp(name) => name.clone(),
        tokio_postgres::config::Host::Unix(path) => path.display().to_string(),
    });
    let hosts: Vec<String> = hosts.collect();
    let user = config
        .get_user()
        .map_or_else(String::new, |user| format!("{user}@"));
    let name = config
        .get_dbname()
        .or(config.get_user())
        .unwrap_or_default();
    Ok(format!("{user}{} database {name}", hosts.join(",")))
}

/// A server and the use of it.
#[derive(Debug, Clone, PartialEq, Serialize, QueryableByName)]
pub struct ServerFacts {
    /// Version, 16.4 for example.
    #[diesel(sql_type = Text)]
    pub version: String,
    /// Version as a number, 160004 for example.
    #[diesel(sql_type = BigInt)]
    pub version_number: i64,
    /// Its clock.
    #[diesel(sql_type = Timestamptz)]
    pub now: DateTime<Utc>,
    /// Size of the database in bytes.
    #[diesel(sql_type = BigInt)]
    pub size_bytes: i64,
    /// Connections of clients to the server, over all databases.
    #[diesel(sql_type = BigInt)]
    pub connections: i64,
    /// Those to this database.
    #[diesel(sql_type = BigInt)]
    pub connections_here: i64,
    /// Those to this database that run a statement now, without this one.
    #[diesel(sql_type = BigInt)]
    pub active_here: i64,
    /// Connections that the server allows.
    #[diesel(sql_type = BigInt)]
    pub max_connections: i64,
}

/// The server and the use of it.
///
/// # Errors
/// When the database is not available.
pub async fn server(connection: &mut AsyncPgConnection) -> Result<ServerFacts, PersistenceError> {
    Ok(diesel::sql_query(
        "SELECT current_setting('server_version') AS version, current_setting('server_version_num')::bigint AS version_number,
                clock_timestamp() AS now, pg_database_size(current_database()) AS size_bytes,
                count(*) AS connections,
                count(*) FILTER (WHERE datname = current_database()) AS connections_here,
                count(*) FILTER (WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid()) AS active_here,
                current_setting('max_connections')::bigint AS max_connections
         FROM pg_stat_activity WHERE backend_type = 'client backend'",
    )
    .get_result(connection)
    .await?)
}

/// A table of the schema `public`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TableFacts {
    /// Its name.
    pub table: String,
    /// Rows as PostgreSQL estimates them; `None` before it has looked (ANALYZE, or autovacuum).
    pub rows_estimated: Option<i64>,
    /// Bytes with its indexes and long values.
    pub size_bytes: i64,
    /// Whether row-level security is switched on.
    pub row_security: bool,
    /// Its columns, in order.
    pub columns: Vec<Column>,
    /// Its indexes, by name.
    pub indexes: Vec<Index>,
    /// Its constraints, by name.
    pub constraints: Vec<Constraint>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Serialize, QueryableByName)]
pub struct Column {
    /// Its name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Its type, as PostgreSQL writes it.
    #[diesel(sql_type = Text)]
    pub r#type: String,
    /// Whether it takes NULL.
    #[diesel(sql_type = Bool)]
    pub nullable: bool,
    /// Its default, or what it is generated from.
    #[diesel(sql_type = Nullable<Text>)]
    pub default: Option<String>,
}

/// An index.
#[derive(Debug, Clone, PartialEq, Serialize, QueryableByName)]
pub struct Index {
    /// Its name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// The statement that makes it.
    #[diesel(sql_type = Text)]
    pub definition: String,
    /// Bytes.
    #[diesel(sql_type = BigInt)]
    pub size_bytes: i64,
    /// How often it was used since the statistics were reset.
    #[diesel(sql_type = BigInt)]
    pub scans: i64,
}

/// A constraint.
#[derive(Debug, Clone, PartialEq, Serialize, QueryableByName)]
pub struct Constraint {
    /// Its name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// What it demands.
    #[diesel(sql_type = Text)]
    pub definition: String,
}

#[derive(QueryableByName)]
struct Relation {
    #[diesel(sql_type = BigInt)]
    oid: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    rows_estimated: Option<i64>,
    #[diesel(sql_type = BigInt)]
    size_bytes: i64,
    #[diesel(sql_type = Bool)]
    row_security: bool,
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

/// The tables of the schema `public`, by name.
///
/// # Errors
/// When the database is not available.
pub async fn tables(connection: &mut AsyncPgConnection) -> Result<Vec<String>, PersistenceError> {
    let names: Vec<Name> = diesel::sql_query(
        "SELECT relname::text AS name FROM pg_class
         WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') ORDER BY name",
    )
    .load(connection)
    .await?;
    Ok(names.into_iter().map(|name| name.name).collect())
}

/// A table of the schema `public`; `None` when there is none with this name.
///
/// # Errors
/// When the database is not available.
pub async fn table(
    connection: &mut AsyncPgConnection,
    name: &str,
) -> Result<Option<TableFacts>, PersistenceError> {
    let relation: Option<Relation> = diesel::sql_query(
        "SELECT oid::bigint AS oid, CASE WHEN reltuples < 0 THEN NULL ELSE reltuples::bigint END AS rows_estimated,
                pg_total_relation_size(oid) AS size_bytes, relrowsecurity AS row_security
         FROM pg_class
         WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relname = $1",
    )
    .bind::<Text, _>(name)
    .get_result(connection)
    .await
    .optional()?;
    let Some(relation) = relation else {
        return Ok(None);
    };
    let columns = diesel::sql_query(
        "SELECT attname::text AS name, format_type(atttypid, atttypmod) AS type, NOT attnotnull AS nullable,
                CASE attgenerated WHEN '' THEN pg_get_expr(adbin, adrelid) ELSE 'generated: ' || pg_get_expr(adbin, adrelid) END AS \"default\"
         FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
         WHERE attrelid = $1::oid AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
    );
    let indexes = diesel::sql_query(
        "SELECT c.relname::text AS name, pg_get_indexdef(c.oid) AS definition, pg_relation_size(c.oid) AS size_bytes,
                coalesce(s.idx_scan, 0) AS scans
         FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid LEFT JOIN pg_stat_user_indexes s ON s.indexrelid = c.oid
         WHERE i.indrelid = $1::oid ORDER BY name",
    );
    let constraints = diesel::sql_query(
        "SELECT conname::text AS name, pg_get_constraintdef(oid) AS definition
         FROM pg_constraint WHERE conrelid = $1::oid ORDER BY name",
    );
    let oid = relation.oid;
    Ok(Some(TableFacts {
        table: name.to_owned(),
        rows_estimated: relation.rows_estimated,
        size_bytes: relation.size_bytes,
        row_security: relation.row_security,
        columns: columns.bind::<BigInt, _>(oid).load(connection).await?,
        indexes: indexes.bind::<BigInt, _>(oid).load(connection).await?,
        constraints: constraints.bind::<BigInt, _>(oid).load(connection).await?,
    }))
}

/// Whether the server counts its statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StatementCounting {
    /// It does.
    On,
    /// The library runs, but this database lacks the extension.
    NotCreated,
    /// The library is there, but the server was started without it.
    NotLoaded,
    /// The library is not installed on the server.
    NotInstalled,
}

#[derive(QueryableByName)]
struct CountingRow {
    #[diesel(sql_type = Bool)]
    created: bool,
    #[diesel(sql_type = Bool)]
    installed: bool,
    #[diesel(sql_type = Bool)]
    loaded: bool,
}

/// Whether the server counts its statements (pg_stat_statements).
///
/// # Errors
/// When the database is not available.
pub async fn statement_counting(
    connection: &mut AsyncPgConnection,
) -> Result<StatementCounting, PersistenceError> {
    // Settings of a library are known only while it is loaded; shared_preload_libraries itself is shown to superusers alone.
    let row: CountingRow = diesel::sql_query(
        "SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_stat_statements') AS created,
                EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_stat_statements') AS installed,
                EXISTS (SELECT FROM pg_settings WHERE name = 'pg_stat_statements.max') AS loaded",
    )
    .get_result(connection)
    .await?;
    Ok(match row {
        CountingRow {
            installed: false, ..
        } => StatementCounting::NotInstalled,
        CountingRow { loaded: false, .. } => StatementCounting::NotLoaded,
        CountingRow { created: false, .. } => StatementCounting::NotCreated,
        _ => StatementCounting::On,
    })
}

/// A statement, and what it took since the statistics were reset.
#[derive(Debug, Clone, PartialEq, Serialize, QueryableByName)]
pub struct SlowStatement {
    /// How often it ran.
    #[diesel(sql_type = BigInt)]
    pub calls: i64,
    /// Milliseconds of all runs.
    #[diesel(sql_type = Double)]
    pub total_ms: f64,
    /// Milliseconds of one run, on average.
    #[diesel(sql_type = Double)]
    pub mean_ms: f64,
    /// Milliseconds of the longest run.
    #[diesel(sql_type = Double)]
    pub max_ms: f64,
    /// Rows of all runs.
    #[diesel(sql_type = BigInt)]
    pub rows: i64,
    /// The statement, its values replaced by `$1`, `$2`, …
    #[diesel(sql_type = Text)]
    pub statement: String,
}

/// The statements of this database that took the most time in all, where the server counts them.
///
/// # Errors
/// When the server does not count them, or the database is not available.
pub async fn slow_statements(
    connection: &mut AsyncPgConnection,
    limit: u32,
) -> Result<Vec<SlowStatement>, PersistenceError> {
    Ok(diesel::sql_query(
        "SELECT calls, total_exec_time AS total_ms, mean_exec_time AS mean_ms, max_exec_time AS max_ms, rows,
                regexp_replace(query, '\\s+', ' ', 'g') AS statement
         FROM pg_stat_statements
         WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
         ORDER BY total_exec_time DESC LIMIT $1",
    )
    .bind::<BigInt, _>(i64::from(limit))
    .load(connection)
    .await?)
}
