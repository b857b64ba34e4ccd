//! `db migrate` and `db revert`: the steps of the schema, forwards and back.

use std::process::ExitCode;

use arbitragevault_services::persistence::{inspect, migrate};
use serde::Serialize;

use super::print;
use crate::cli::{self, OutputFormat, RevertArguments};
use crate::database::Database;

#[derive(Debug, Serialize)]
struct Applied {
    applied: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Reverted {
    reverted: Vec<String>,
}

/// Applies every pending step.
pub(super) async fn bring_up_to_date(
    database: &Database,
    format: OutputFormat,
) -> anyhow::Result<ExitCode> {
    let applied = Applied {
        applied: database.bring_up_to_date().await?,
    };
    print(format, &applied, |done| match done.applied.as_slice() {
        [] => "the schema is up to date".to_owned(),
        applied => format!("applied {}", applied.join(", ")),
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Takes the latest steps back, once the user has said that it is meant.
pub(super) async fn revert(url: &str, arguments: &RevertArguments) -> anyhow::Result<ExitCode> {
    let steps = {
        let mut connection = inspect::connect(url).await?;
        migrate::steps(&mut connection).await?
    };
    if let [version, ..] = steps.unknown.as_slice() {
        anyhow::bail!(
            "{version} is applied, and this program does not know it: revert it with the version that made it"
        );
    }
    let count = usize::from(arguments.steps);
    let wanted: Vec<&str> = steps
        .applied
        .iter()
        .rev()
        .take(count)
        .map(String::as_str)
        .collect();
    if wanted.len() < count {
        anyhow::bail!("{} steps are applied, not {count}", steps.applied.len());
    }
    if !arguments.yes {
        cli::complain(&format!(
            "this takes back {}, with all data in what they made. Say --yes to do it",
            wanted.join(", ")
        ));
        return Ok(ExitCode::from(cli::EXIT_USAGE));
    }
    let mut reverted = Vec::with_capacity(count);
    for _ in 0..count {
        reverted.push(migrate::revert_last(url).await?);
    }
    print(arguments.output.format, &Reverted { reverted }, |done| {
        format!("took back {}", done.reverted.join(", "))
    })?;
    Ok(ExitCode::SUCCESS)
}
