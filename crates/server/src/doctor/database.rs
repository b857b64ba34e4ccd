//! The database: reached or not, and with the schema of this program or not.

use std::time::{Duration, Instant};

use arbitragevault_services::error::chain;
use arbitragevault_services::persistence::PersistenceError;
use arbitragevault_services::persistence::inspect::{self, ServerFacts};
use arbitragevault_services::persistence::migrate::{self, Steps};
use chrono::{DateTime, Utc};

use super::{Finding, clock};
use crate::config::Config;
use crate::database::Database;

/// How long PostgreSQL has to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// The oldest version that the schema works with (ADR 1), as PostgreSQL writes it in numbers.
const OLDEST: i64 = 150_000;

/// What was seen through the URL of requests.
struct Seen {
    server: ServerFacts,
    steps: Steps,
    asked: DateTime<Utc>,
    answered: DateTime<Utc>,
    latency: Duration,
}

/// Looks through both URLs.
pub(super) async fn look(config: &Config) -> Vec<Finding> {
    let database = match Database::open(&config.database) {
        Ok(database) => database,
        Err(error) => {
            return vec![Finding::problem(
                "database",
                format!("{error:#}"),
                "set DATABASE_URL, or let the private PostgreSQL start",
            )];
        }
    };
    let mut findings = through(config, &database).await;
    findings.extend(direct(config, &database).await);
    if let Err(error) = database.leave() {
        let advice = "stop it with pg_ctl";
        findings.push(Finding::warning("database", format!("{error:#}"), advice));
    }
    findings
}

async fn through(config: &Config, database: &Database) -> Vec<Finding> {
    let seen = match in_time(see(&database.url)).await {
        Ok(seen) => seen,
        Err(reason) => {
            let advice = "check DATABASE_URL, the server that it names, and the network between";
            return vec![Finding::problem("database", reason, advice)];
        }
    };
    let reached = format!(
        "PostgreSQL {} answers in {} ms",
        seen.server.version,
        seen.latency.as_millis()
    );
    let reached = if seen.server.version_number < OLDEST {
        Finding::problem("database", reached, "use PostgreSQL 15 or later")
    } else {
        Finding::ok("database", reached)
    };
    vec![
        reached,
        migrations(&seen.steps),
        connections(config, &seen.server),
        clock::compared(
            "clock of PostgreSQL",
            seen.server.now,
            seen.asked,
            seen.answered,
        ),
    ]
}

async fn in_time<T>(look: impl Future<Output = Result<T, PersistenceError>>) -> Result<T, String> {
    match tokio::time::timeout(PATIENCE, look).await {
        Ok(Ok(seen)) => Ok(seen),
        Ok(Err(error)) => Err(chain(&error)),
        Err(_) => Err(format!("no answer within {} s", PATIENCE.as_secs())),
    }
}

async fn see(url: &str) -> Result<Seen, PersistenceError> {
    let began = Instant::now();
    let mut connection = inspect::connect(url).await?;
    let latency = began.elapsed();
    let asked = Utc::now();
    let server = inspect::server(&mut connection).await?;
    let answered = Utc::now();
    Ok(Seen {
        steps: migrate::steps(&mut connection).await?,
        server,
        asked,
        answered,
        latency,
    })
}

fn migrations(steps: &Steps) -> Finding {
    const CHECK: &str = "migrations";
    let told = format!(
        "{} applied, {} pending",
        steps.applied.len(),
        steps.pending.len()
    );
    if !steps.unknown.is_empty() {
        let unknown = steps.unknown.join(", ");
        let told = format!("{told}, and {unknown} of a newer version of this program");
        return Finding::warning(CHECK, told, "run the newer version");
    }
    if steps.pending.is_empty() {
        return Finding::ok(CHECK, told);
    }
    let advice = "the server applies them at its start, or `arbitragevault db migrate` now";
    Finding::warning(CHECK, told, advice)
}

fn connections(config: &Config, server: &ServerFacts) -> Finding {
    const CHECK: &str = "connections";
    let wanted = config.database.max_connections;
    let free = server.max_connections - server.connections;
    let told = format!(
        "{free} of {} are free, this server opens up to {wanted}",
        server.max_connections
    );
    if usize::try_from(free).is_ok_and(|free| free >= wanted) {
        Finding::ok(CHECK, told)
    } else {
        let advice = "lower database.max_connections, or raise max_connections of PostgreSQL";
        Finding::warning(CHECK, told, advice)
    }
}

/// The URL of migrations and LISTEN.
async fn direct(config: &Config, database: &Database) -> Option<Finding> {
    const CHECK: &str = "direct database";
    if config.database.direct_url.get().is_none() {
        // Neon names its poolers so (grade A: its documentation).
        let is_pooled = inspect::address(&database.url).is_ok_and(|it| it.contains("-pooler."));
        let advice =
            "set DATABASE_DIRECT_URL to the direct one: migrations and LISTEN need a session";
        return is_pooled
            .then(|| Finding::problem(CHECK, "DATABASE_URL is a pooled endpoint", advice));
    }
    let seen = in_time(async { inspect::connect(&database.direct_url).await.map(drop) }).await;
    Some(match seen {
        Ok(()) => Finding::ok(CHECK, "answers"),
        Err(reason) => Finding::problem(CHECK, reason, "check DATABASE_DIRECT_URL"),
    })
}
