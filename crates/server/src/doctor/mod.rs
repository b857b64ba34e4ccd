//! `doctor`: everything that a server needs, looked at one by one, with what to do about what is missing.

mod clock;
mod database;
mod keepa;
mod machine;
mod redis;

use std::process::ExitCode;

use serde::Serialize;

use crate::cli::{self, OutputFormat};
use crate::config::Config;

/// What a look found.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Finding {
    /// What was looked at.
    check: &'static str,
    state: State,
    /// What is the case.
    detail: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum State {
    /// As it should be.
    Ok,
    /// A server runs with it, but not as one would wish.
    Warning,
    /// A server does not run with it, or does not do its work.
    Problem,
}

impl Finding {
    fn ok(check: &'static str, detail: impl Into<String>) -> Self {
        Self {
            check,
            state: State::Ok,
            detail: detail.into(),
            advice: None,
        }
    }

    fn warning(check: &'static str, detail: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            check,
            state: State::Warning,
            detail: detail.into(),
            advice: Some(advice.into()),
        }
    }

    fn problem(check: &'static str, detail: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            state: State::Problem,
            ..Self::warning(check, detail, advice)
        }
    }
}

/// Looks at everything and prints a line for each; 1 when something essential is missing.
pub(crate) async fn run(format: OutputFormat, config: &Config) -> anyhow::Result<ExitCode> {
    let mut findings = vec![machine::programs(config)];
    let (of_database, keepa, redis) = tokio::join!(
        database::look(config),
        keepa::look(config),
        redis::look(config)
    );
    findings.extend(of_database);
    findings.extend(keepa);
    findings.extend(redis);
    findings.extend(machine::ports(config).await);
    findings.extend(machine::disks(config));
    match format {
        OutputFormat::Text => cli::print(text(&findings).trim_end())?,
        OutputFormat::Json => cli::print(&serde_json::to_string_pretty(&findings)?)?,
    }
    let is_fit = findings
        .iter()
        .all(|finding| finding.state != State::Problem);
    Ok(if is_fit {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn text(findings: &[Finding]) -> String {
    let lines = findings.iter().map(|finding| {
        let state = match finding.state {
            State::Ok => "ok",
            State::Warning => "warning",
            State::Problem => "PROBLEM",
        };
        let advice = finding.advice.as_ref();
        let advice = advice.map_or_else(String::new, |advice| format!(": {advice}"));
        format!(
            "{state:8} {:20} {}{advice}\n",
            finding.check, finding.detail
        )
    });
    lines.collect()
}
