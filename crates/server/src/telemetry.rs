//! Logs: one JSON object a line on stdout, and in a file of each day when configured.

use std::io::IsTerminal as _;

use anyhow::Context as _;
use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _, fmt};

use crate::config::{LogConfig, LogFormat};

/// Starts logging. What is written when the guards are dropped is flushed.
pub(crate) fn start(config: &LogConfig) -> anyhow::Result<Vec<WorkerGuard>> {
    let filter = EnvFilter::try_new(&config.filter).context("log.filter is no filter")?;
    let (stdout, guard) = tracing_appender::non_blocking(std::io::stdout());
    let mut guards = vec![guard];
    let is_pretty = match config.format {
        LogFormat::Auto => std::io::stdout().is_terminal(),
        LogFormat::Json => false,
        LogFormat::Pretty => true,
    };
    let console = if is_pretty {
        fmt::layer().with_writer(stdout).boxed()
    } else {
        json().with_writer(stdout).boxed()
    };
    let file = if config.folder.as_os_str().is_empty() {
        None
    } else {
        let appender = RollingFileAppender::builder()
            .rotation(Rotation::DAILY)
            .filename_prefix("arbitragevault")
            .filename_suffix("log")
            .max_log_files(config.keep_days.max(1))
            .build(&config.folder)
            .with_context(|| format!("cannot write logs to {}", config.folder.display()))?;
        let (file, guard) = tracing_appender::non_blocking(appender);
        guards.push(guard);
        Some(json().with_writer(file))
    };
    tracing_subscriber::registry()
        .with(filter)
        .with(console)
        .with(file)
        .init();
    Ok(guards)
}

/// Timestamp, level, message and every field of event and span at the top.
fn json<S>() -> fmt::Layer<S, fmt::format::JsonFields, fmt::format::Format<fmt::format::Json>> {
    fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
}
