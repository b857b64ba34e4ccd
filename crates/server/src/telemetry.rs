//! Logs: one JSON object a line on stdout, and in a file of each day when configured; and traces where a collector is.

use std::io::IsTerminal as _;

use anyhow::Context as _;
use json_subscriber::JsonLayer;
use tokio::runtime::Handle;
use tracing::Subscriber;
use tracing_appender::non_blocking::{NonBlocking, WorkerGuard};
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _, fmt};

use crate::config::{LogConfig, LogFormat};
use crate::traces::Traces;

/// Keeps logs and traces going. What is on its way when it is dropped is written and sent: traces first, since they may have to log.
pub(crate) struct Telemetry {
    _traces: Option<Traces>,
    _logs: Vec<WorkerGuard>,
}

/// Starts logging, and tracing where it is configured. Must be called within the runtime that is to send the traces.
pub(crate) fn start(config: &LogConfig) -> anyhow::Result<Telemetry> {
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
        json(stdout).boxed()
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
        Some(json(file))
    };
    let endpoint = Some(config.otlp_endpoint.trim()).filter(|endpoint| !endpoint.is_empty());
    let traces = endpoint
        .map(|endpoint| Traces::start(endpoint, Handle::current()))
        .transpose()?;
    tracing_subscriber::registry()
        .with(filter)
        .with(traces.as_ref().map(Traces::layer))
        .with(console)
        .with(file)
        .init();
    Ok(Telemetry {
        _traces: traces,
        _logs: guards,
    })
}

/// Timestamp, level, message and every field of the event and of the spans around it, all at the top: whoever searches for a
/// `request_id` finds every line of the request.
fn json<S>(writer: NonBlocking) -> JsonLayer<S, NonBlocking>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    let mut layer = JsonLayer::<S>::new(writer);
    layer.with_timer("timestamp", fmt::time::SystemTime);
    layer.with_level("level");
    layer.with_target("target");
    layer.with_flattened_event();
    layer.with_top_level_flattened_span_list();
    layer
}
