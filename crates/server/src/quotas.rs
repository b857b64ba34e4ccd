//! `arbitragevault quotas`: what organisations may do, for the operator.

use anyhow::Context as _;
use arbitragevault_services::clock::Clock;
use arbitragevault_services::persistence::{Connection, Pool, organisations};
use arbitragevault_services::quotas::{self, Quota, QuotaChanges, QuotaUse};
use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::cli::{self, OutputFormat, QuotasCommand, SetQuotasArguments};
use crate::config::Config;
use crate::database::Database;

/// What an organisation may do, as it is printed.
#[derive(Debug, Serialize)]
struct Report {
    organisation: String,
    tokens_per_day: Line,
    tokens_today: i64,
    next_day: DateTime<Utc>,
    items_per_batch: Line,
    batches_at_work: Line,
    batches_at_work_now: i64,
    requests_per_minute: Line,
}

/// A quota; without a limit it is as much as the organisation likes.
#[derive(Debug, Serialize)]
struct Line {
    limit: Option<i64>,
    is_own: bool,
}

impl From<Quota> for Line {
    fn from(quota: Quota) -> Self {
        Self {
            limit: quota.limit,
            is_own: quota.is_own,
        }
    }
}

/// Carries out a command about quotas, and prints what holds then.
pub(crate) async fn run(command: &QuotasCommand, config: &Config) -> anyhow::Result<()> {
    let database = Database::open(&config.database)?;
    let done = carry_out(command, config, &database).await;
    let left = database.leave();
    let report = done?;
    left?;
    let output = match command {
        QuotasCommand::Show(arguments) => arguments.output,
        QuotasCommand::Set(arguments) => arguments.output,
    };
    match output.format {
        OutputFormat::Text => cli::print(text(&report).trim_end())?,
        OutputFormat::Json => cli::print(&serde_json::to_string_pretty(&report)?)?,
    }
    Ok(())
}

async fn carry_out(
    command: &QuotasCommand,
    config: &Config,
    database: &Database,
) -> anyhow::Result<Report> {
    database.bring_up_to_date().await?;
    let slug = match command {
        QuotasCommand::Show(arguments) => &arguments.organisation,
        QuotasCommand::Set(arguments) => &arguments.organisation,
    };
    let pool = Pool::new(&database.options(1))?;
    let mut connection = pool.get().await?;
    let found = organisations::by_slug(&mut connection, slug).await;
    let organisation = found.with_context(|| format!("no organisation is called {slug:?}"))?;
    let now = Clock::system().now();
    if let QuotasCommand::Set(arguments) = command {
        let changes = changes(arguments);
        quotas::change(&mut connection, organisation.id, changes, now).await?;
    }
    let connection: &mut Connection = &mut connection;
    let defaults = config.quotas.defaults(config.limits);
    let used = quotas::look(connection, &defaults, organisation.id, now).await?;
    Ok(report(slug, used))
}

fn changes(arguments: &SetQuotasArguments) -> QuotaChanges {
    QuotaChanges {
        tokens_per_day: arguments.tokens_per_day,
        items_per_batch: arguments.items_per_batch,
        batches_at_work: arguments.batches_at_work,
        requests_per_minute: arguments.requests_per_minute,
    }
}

fn report(slug: &str, used: QuotaUse) -> Report {
    let quotas = used.quotas;
    Report {
        organisation: slug.to_owned(),
        tokens_per_day: quotas.tokens_per_day.into(),
        tokens_today: used.tokens_today,
        next_day: used.next_day,
        items_per_batch: quotas.items_per_batch.into(),
        batches_at_work: quotas.batches_at_work.into(),
        batches_at_work_now: used.batches_at_work,
        requests_per_minute: quotas.requests_per_minute.into(),
    }
}

fn text(report: &Report) -> String {
    let line = |name: &str, quota: &Line, used: String| {
        let limit = quota
            .limit
            .map_or_else(|| "unlimited".to_owned(), |limit| limit.to_string());
        let source = if quota.is_own {
            "of its own"
        } else {
            "the server's"
        };
        format!("{name:20} {limit:>10}  {source}{used}\n")
    };
    let today = format!(
        ", {} spent until {}",
        report.tokens_today,
        report.next_day.format("%Y-%m-%d %H:%M UTC")
    );
    let now = format!(", {} now", report.batches_at_work_now);
    [
        line("tokens a day", &report.tokens_per_day, today),
        line("items a batch", &report.items_per_batch, String::new()),
        line("batches at work", &report.batches_at_work, now),
        line(
            "requests a minute",
            &report.requests_per_minute,
            String::new(),
        ),
    ]
    .concat()
}
