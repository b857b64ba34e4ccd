//! `db`: looking after the database. Every command uses the direct URL, and leaves a private PostgreSQL as it found it.

mod describe;
mod migrate;
mod slow_queries;
mod status;

use std::process::ExitCode;

use serde::Serialize;

use crate::cli::{self, DbCommand, OutputFormat};
use crate::config::Config;
use crate::database::Database;

/// Runs one of the commands.
pub(crate) async fn run(command: DbCommand, config: &Config) -> anyhow::Result<ExitCode> {
    let database = Database::open(&config.database)?;
    let url = &database.direct_url;
    let done = match command {
        DbCommand::Status(output) => status::run(url, output.format).await,
        DbCommand::Migrate(output) => migrate::bring_up_to_date(&database, output.format).await,
        DbCommand::Revert(arguments) => migrate::revert(url, &arguments).await,
        DbCommand::Describe(arguments) => describe::run(url, &arguments).await,
        DbCommand::SlowQueries(arguments) => slow_queries::run(url, &arguments).await,
    };
    let left = database.leave();
    let code = done?;
    left?;
    Ok(code)
}

/// Prints a value for people or for programs.
fn print<T: Serialize>(
    format: OutputFormat,
    value: &T,
    text: impl FnOnce(&T) -> String,
) -> anyhow::Result<()> {
    match format {
        OutputFormat::Text => cli::print(text(value).trim_end())?,
        OutputFormat::Json => cli::print(&serde_json::to_string_pretty(value)?)?,
    }
    Ok(())
}

/// Bytes for people.
fn bytes(bytes: i64) -> String {
    const UNITS: [(&str, i64); 3] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    UNITS
        .into_iter()
        .find(|(_, size)| bytes >= *size)
        .map_or_else(
            || format!("{bytes} B"),
            |(unit, size)| {
                let tenths = i128::from(bytes) * 10 / i128::from(size);
                format!("{}.{} {unit}", tenths / 10, tenths % 10)
            },
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_told_in_the_largest_unit_that_they_fill() {
        let cases = [
            (0, "0 B"),
            (1_023, "1023 B"),
            (1_024, "1.0 KiB"),
            (1_600_000, "1.5 MiB"),
            (5 << 30, "5.0 GiB"),
            (i64::MAX, "8589934591.9 GiB"),
        ];
        for (given, told) in cases {
            assert_eq!(bytes(given), told);
        }
    }
}
