//! `db status`: is it there, what is it, and does it have the schema of this program?

use std::process::ExitCode;
use std::time::{Duration, Instant};

use arbitragevault_services::error::chain;
use arbitragevault_services::persistence::inspect::{self, ServerFacts};
use arbitragevault_services::persistence::migrate::{self, Steps};
use arbitragevault_services::persistence::{PersistenceError, inspect::address};
use serde::Serialize;

use super::{bytes, print};
use crate::cli::OutputFormat;

/// How long the database has to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// How a database is doing.
#[derive(Debug, Serialize)]
struct Status {
    address: String,
    /// Why it cannot be reached; `None` when it can.
    problem: Option<String>,
    #[serde(flatten)]
    facts: Option<Facts>,
}

#[derive(Debug, Serialize)]
struct Facts {
    /// Of connecting and asking.
    latency_ms: f64,
    server: ServerFacts,
    migrations: Steps,
}

/// Prints it; 0 when the database is reached and lacks no step.
pub(super) async fn run(url: &str, format: OutputFormat) -> anyhow::Result<ExitCode> {
    let looked = tokio::time::timeout(PATIENCE, look(url)).await;
    let (problem, facts) = match looked {
        Ok(Ok(facts)) => (None, Some(facts)),
        Ok(Err(error)) => (Some(chain(&error)), None),
        Err(_) => (
            Some(format!("no answer within {} s", PATIENCE.as_secs())),
            None,
        ),
    };
    let status = Status {
        address: address(url)?,
        problem,
        facts,
    };
    print(format, &status, text)?;
    let is_ready = status
        .facts
        .is_some_and(|facts| facts.migrations.pending.is_empty());
    Ok(if is_ready {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn look(url: &str) -> Result<Facts, PersistenceError> {
    let start = Instant::now();
    let mut connection = inspect::connect(url).await?;
    let server = inspect::server(&mut connection).await?;
    let latency_ms = start.elapsed().as_secs_f64() * 1_000.0;
    let migrations = migrate::steps(&mut connection).await?;
    Ok(Facts {
        latency_ms,
        server,
        migrations,
    })
}

fn text(status: &Status) -> String {
    let mut text = format!("database     {}\n", status.address);
    if let Some(problem) = &status.problem {
        text += &format!("reachable    no: {problem}\n");
    }
    let Some(Facts {
        latency_ms,
        server,
        migrations,
    }) = &status.facts
    else {
        return text;
    };
    text += &format!("reachable    yes, in {latency_ms:.1} ms\n");
    text += &format!("version      PostgreSQL {}\n", server.version);
    text += &format!("size         {}\n", bytes(server.size_bytes));
    text += &format!(
        "connections  {} of {} ({} to this database, {} of them active)\n",
        server.connections, server.max_connections, server.connections_here, server.active_here
    );
    text += &format!(
        "migrations   {} applied, {} pending\n",
        migrations.applied.len(),
        migrations.pending.len()
    );
    for step in &migrations.applied {
        text += &format!("  applied    {step}\n");
    }
    for step in &migrations.pending {
        text += &format!("  pending    {step} (arbitragevault db migrate)\n");
    }
    for version in &migrations.unknown {
        text += &format!("  unknown    {version} (of a newer version of this program?)\n");
    }
    text
}
