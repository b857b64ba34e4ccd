//! `db slow-queries`: what the database spends its time on.

use std::process::ExitCode;

use arbitragevault_services::persistence::inspect::{
    self, SlowStatement, StatementCounting, slow_statements, statement_counting,
};
use serde::Serialize;

use super::print;
use crate::cli::SlowQueriesArguments;

/// What the server counts, or what keeps it from counting.
#[derive(Debug, Serialize)]
struct Report {
    counting: StatementCounting,
    /// What to do to have statements counted.
    advice: Option<&'static str>,
    statements: Vec<SlowStatement>,
}

/// Prints the statements that took the most time in all; 1 when the server does not count them.
pub(super) async fn run(url: &str, arguments: &SlowQueriesArguments) -> anyhow::Result<ExitCode> {
    let mut connection = inspect::connect(url).await?;
    let counting = statement_counting(&mut connection).await?;
    let statements = match counting {
        StatementCounting::On => slow_statements(&mut connection, arguments.limit).await?,
        _ => Vec::new(),
    };
    let report = Report {
        counting,
        advice: advice(counting),
        statements,
    };
    print(arguments.output.format, &report, text)?;
    Ok(match report.advice {
        None => ExitCode::SUCCESS,
        Some(_) => ExitCode::FAILURE,
    })
}

const fn advice(counting: StatementCounting) -> Option<&'static str> {
    match counting {
        StatementCounting::On => None,
        StatementCounting::NotCreated => Some(
            "run as the owner of the database: CREATE EXTENSION pg_stat_statements; then look again after some load",
        ),
        StatementCounting::NotLoaded => Some(
            "run as a superuser: ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'; restart PostgreSQL, \
             then run in this database: CREATE EXTENSION pg_stat_statements; (Neon and most hosted PostgreSQL need only the second)",
        ),
        StatementCounting::NotInstalled => Some(
            "install PostgreSQL's contrib modules on the server (Debian's `postgresql` has them), then run this command again",
        ),
    }
}

fn text(report: &Report) -> String {
    if let Some(advice) = report.advice {
        return format!("PostgreSQL does not count its statements (pg_stat_statements): {advice}");
    }
    let mut text = format!(
        "{:>10} {:>12} {:>10} {:>10} {:>10}  statement\n",
        "calls", "total ms", "mean ms", "max ms", "rows"
    );
    for statement in &report.statements {
        text += &format!(
            "{:>10} {:>12.1} {:>10.2} {:>10.1} {:>10}  {}\n",
            statement.calls,
            statement.total_ms,
            statement.mean_ms,
            statement.max_ms,
            statement.rows,
            statement.statement
        );
    }
    text
}
