//! `audit`: whether what happened is still told as it was, for who runs the server.

use std::process::ExitCode;

use arbitragevault_services::audit::{self, Findings};
use arbitragevault_services::persistence::Pool;
use serde_json::json;

use crate::cli::{self, AuditCommand, OutputArguments, OutputFormat};
use crate::config::Config;
use crate::database::Database;

/// Runs one of the commands.
pub(crate) async fn run(command: AuditCommand, config: &Config) -> anyhow::Result<ExitCode> {
    let AuditCommand::Verify(OutputArguments { format }) = command;
    let database = Database::open(&config.database)?;
    let looked = look(&database).await;
    let left = database.leave();
    let findings = looked?;
    left?;
    cli::print(&match format {
        OutputFormat::Text => text(&findings),
        OutputFormat::Json => serde_json::to_string_pretty(&document(&findings))?,
    })?;
    Ok(if findings.is_sound() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn look(database: &Database) -> anyhow::Result<Findings> {
    let pool = Pool::new(&database.options(1))?;
    let mut connection = pool.get().await?;
    Ok(audit::verify(&mut connection).await?)
}

fn text(findings: &Findings) -> String {
    let mut lines = vec![format!(
        "{} events in {} streams",
        findings.sizes.events, findings.sizes.streams
    )];
    for broken in &findings.broken {
        lines.push(format!(
            "organisation {}, {} {}, event {}: {}",
            broken.organisation_id,
            broken.stream_kind,
            broken.stream_id,
            broken.sequence,
            broken.problem
        ));
    }
    for deviation in &findings.deviations {
        lines.push(format!(
            "organisation {}, {} {}: stored is {}, its events say {}",
            deviation.organisation_id,
            deviation.stream_kind,
            deviation.stream_id,
            deviation.stored,
            deviation.by_events
        ));
    }
    lines.push(if findings.is_sound() {
        "every event is as it was appended, and everything stored is what its events come to".to_owned()
    } else {
        format!(
            "{} events are not as they were appended, {} stored states are not what their events come to: somebody or something has \
             changed the database besides the server",
            findings.broken.len(),
            findings.deviations.len()
        )
    });
    lines.join("\n")
}

fn document(findings: &Findings) -> serde_json::Value {
    let broken = findings.broken.iter().map(|broken| {
        json!({
            "organisation_id": broken.organisation_id,
            "stream_kind": broken.stream_kind,
            "stream_id": broken.stream_id,
            "sequence": broken.sequence,
            "problem": broken.problem,
        })
    });
    let deviations = findings.deviations.iter().map(|deviation| {
        json!({
            "organisation_id": deviation.organisation_id,
            "stream_kind": deviation.stream_kind,
            "stream_id": deviation.stream_id,
            "stored": deviation.stored,
            "by_events": deviation.by_events,
        })
    });
    json!({
        "is_sound": findings.is_sound(),
        "events": findings.sizes.events,
        "streams": findings.sizes.streams,
        "broken": broken.collect::<Vec<_>>(),
        "deviations": deviations.collect::<Vec<_>>(),
    })
}
