//! The command line.

use std::io::Write as _;
use std::path::PathBuf;
use std::str::FromStr;

use arbitragevault_domain::marketplace::Marketplace;
use arbitragevault_services::access::Role;
use arbitragevault_services::quotas::QuotaChange;
use clap::{Args, Parser, Subcommand, ValueEnum};

/// The command line or the configuration is wrong.
pub(crate) const EXIT_USAGE: u8 = 2;
/// The list was analysed, but some of its rows could not be.
pub(crate) const EXIT_SOME_ROWS: u8 = 3;

/// Tells a book reseller what to buy, at what price at most, how fast it sells and what is left after every fee.
///
/// Without a command it serves the HTTP API. Exit codes: 0 done, 1 failed, 2 wrong command line or configuration, 3 (analyze) some rows of
/// the list could not be analysed.
#[derive(Debug, Parser)]
#[command(name = "arbitragevault", version, propagate_version = true)]
pub(crate) struct Cli {
    /// Configuration file (TOML); every setting can also come from the environment.
    #[arg(
        long,
        global = true,
        env = "ARBITRAGEVAULT_CONFIG",
        value_name = "FILE"
    )]
    pub(crate) config: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the HTTP API and work on batches (the default).
    Serve,
    /// Work on batches without serving the API, beside servers with the same database.
    Worker,
    /// Analyse a list without server or database, and print the ranking.
    Analyze(AnalyzeArguments),
    /// Ask the estimates at cuts through recorded histories for what came next.
    Backtest(BacktestArguments),
    /// Look after the database: its state, its schema, what it spends its time on.
    #[command(subcommand)]
    Db(DbCommand),
    /// Look at what happened.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Show the configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Check everything that a server needs, and say what to do about what is missing.
    ///
    /// Starts and stops a private PostgreSQL where the server would. Exit code 1 when something essential is missing.
    Doctor(OutputArguments),
    /// Make keys for callers of the API.
    Keys(KeysArguments),
    /// Look at what organisations may do, and change it.
    #[command(subcommand)]
    Quotas(QuotasCommand),
    /// Print the OpenAPI document.
    Openapi,
    /// Serve Keepa's protocol from recorded or made-up products.
    KeepaSandbox(SandboxArguments),
}

/// How something is printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct OutputArguments {
    /// How to print it.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: OutputFormat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DbCommand {
    /// Tell whether the database is reachable, its version, size, connections, and the steps of the schema.
    ///
    /// Exit code 1 when it is not reachable or lacks a step.
    Status(OutputArguments),
    /// Bring the schema up to date. A server does it at its start, too.
    Migrate(OutputArguments),
    /// Take the latest steps of the schema back, with the data in what they made.
    Revert(RevertArguments),
    /// Describe a table: columns, indexes, constraints, and how many rows PostgreSQL estimates.
    Describe(DescribeArguments),
    /// List the statements that took the most time in all.
    ///
    /// Needs pg_stat_statements; says how to switch it on where it is off, with exit code 1.
    SlowQueries(SlowQueriesArguments),
}

#[derive(Debug, Args)]
pub(crate) struct RevertArguments {
    /// How many steps.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) steps: u16,
    /// Do it: data is lost.
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
}

#[derive(Debug, Args)]
pub(crate) struct DescribeArguments {
    /// The table.
    #[arg(value_name = "TABLE")]
    pub(crate) table: String,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
}

#[derive(Debug, Args)]
pub(crate) struct SlowQueriesArguments {
    /// Statements at most.
    #[arg(long, default_value_t = 20)]
    pub(crate) limit: u32,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Check that no event was changed since it was appended, and that what is stored is what its events come to.
    ///
    /// Reads all events. Exit code 1 when something is wrong.
    Verify(OutputArguments),
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print every setting with its value and where that came from: default, file or environment.
    Print(ConfigPrintArguments),
}

#[derive(Debug, Args)]
pub(crate) struct ConfigPrintArguments {
    /// Hide the secrets (the default).
    #[arg(long)]
    pub(crate) redacted: bool,
    /// Show the secrets.
    #[arg(long, conflicts_with = "redacted")]
    pub(crate) show_secrets: bool,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
}

#[derive(Debug, Args)]
pub(crate) struct AnalyzeArguments {
    /// The list: CSV, TSV or one identifier a line; `-` reads from stdin.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Recorded Keepa answers to use instead of Keepa.
    #[arg(long, value_name = "DIR")]
    pub(crate) corpus: Option<PathBuf>,
    /// How to print the ranking.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
    /// Marketplace on which to sell.
    #[arg(long, default_value = "US")]
    pub(crate) marketplace: Marketplace,
}

/// How a ranking is printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A table for people.
    #[default]
    Table,
    /// Comma-separated values.
    Csv,
    /// One JSON array of whole analyses.
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct BacktestArguments {
    /// Recorded Keepa answers.
    #[arg(long, value_name = "DIR")]
    pub(crate) corpus: PathBuf,
    /// Days from one cut to the next.
    #[arg(long, default_value = "60d", value_name = "DAYS")]
    pub(crate) every: Days,
    /// What to print.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: BacktestFormat,
}

/// What a backtest prints.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum BacktestFormat {
    /// One JSON object a line for each product, cut and series.
    #[default]
    Ndjson,
    /// Errors and coverage, as tables.
    Report,
}

/// A number of days, at least one, written as `60d` or `60`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Days(pub(crate) u16);

impl std::str::FromStr for Days {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.strip_suffix('d').unwrap_or(text).parse() {
            Ok(days) if days > 0 => Ok(Self(days)),
            _ => Err("days as in 60d, from 1d to 65535d"),
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct KeysArguments {
    #[command(subcommand)]
    pub(crate) command: KeysCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Make a key and print it; it is shown only now.
    Create(CreateKeyArguments),
}

#[derive(Debug, Args)]
pub(crate) struct CreateKeyArguments {
    /// What to call it.
    #[arg(long)]
    pub(crate) name: String,
    /// What it may do: viewer reads, analyst also submits, admin also invites and makes keys, owner everything.
    #[arg(long, value_parser = role, default_value = "analyst")]
    pub(crate) role: Role,
    /// The organisation, by its name in addresses; the key acts for its first owner.
    #[arg(long, default_value = "default", value_name = "SLUG")]
    pub(crate) organisation: String,
    /// Days until it is refused; it does not expire when absent.
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) expires_in_days: Option<u16>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum QuotasCommand {
    /// Show what an organisation may do, and what of it is used.
    Show(ShowQuotasArguments),
    /// Change what an organisation may do; what is not named stays.
    ///
    /// Items that waited for tokens are tried again at once; requests are counted by it within five seconds.
    Set(SetQuotasArguments),
}

#[derive(Debug, Args)]
pub(crate) struct ShowQuotasArguments {
    /// The organisation, by its name in addresses.
    #[arg(long, default_value = "default", value_name = "SLUG")]
    pub(crate) organisation: String,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
}

#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("quota").required(true).multiple(true)))]
pub(crate) struct SetQuotasArguments {
    /// The organisation, by its name in addresses.
    #[arg(long, default_value = "default", value_name = "SLUG")]
    pub(crate) organisation: String,
    /// Keepa tokens a day in UTC: a number, `unlimited`, or `default` for what the server's configuration says.
    #[arg(long, group = "quota", value_name = "QUOTA", value_parser = quota::<i64>)]
    pub(crate) tokens_per_day: Option<QuotaChange<i64>>,
    /// Rows of a batch.
    #[arg(long, group = "quota", value_name = "QUOTA", value_parser = quota::<i32>)]
    pub(crate) items_per_batch: Option<QuotaChange<i32>>,
    /// Batches that are not done.
    #[arg(long, group = "quota", value_name = "QUOTA", value_parser = quota::<i32>)]
    pub(crate) batches_at_work: Option<QuotaChange<i32>>,
    /// Requests a minute of each credential.
    #[arg(long, group = "quota", value_name = "QUOTA", value_parser = quota::<i32>)]
    pub(crate) requests_per_minute: Option<QuotaChange<i32>>,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
}

/// Reads what becomes of a quota.
fn quota<T: FromStr + PartialOrd + From<u8>>(text: &str) -> Result<QuotaChange<T>, &'static str> {
    match text {
        "default" => Ok(QuotaChange::Default),
        "unlimited" => Ok(QuotaChange::Unlimited),
        _ => match text.parse::<T>() {
            Ok(limit) if limit >= T::from(1) => Ok(QuotaChange::Limit(limit)),
            _ => Err("must be a number from 1, `unlimited` or `default`"),
        },
    }
}

/// Reads a role, in whatever case.
fn role(name: &str) -> Result<Role, String> {
    name.to_ascii_uppercase()
        .parse()
        .map_err(|_| "must be viewer, analyst, admin or owner".to_owned())
}

#[derive(Debug, Args)]
pub(crate) struct SandboxArguments {
    /// Recorded Keepa answers to serve; without it books are made up.
    #[arg(long, value_name = "DIR")]
    pub(crate) corpus: Option<PathBuf>,
    /// Port to listen on.
    #[arg(long, default_value_t = 8090)]
    pub(crate) port: u16,
    /// Tokens added a minute.
    #[arg(long, default_value_t = 60_000)]
    pub(crate) refill_rate: u32,
}

/// Prints to stdout. A reader that has gone away (`| head`) is no failure.
pub(crate) fn print(text: &str) -> std::io::Result<()> {
    match writeln!(std::io::stdout().lock(), "{text}") {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Says what went wrong where a person or a script looks for it.
#[expect(
    clippy::print_stderr,
    reason = "errors of the command line belong on stderr"
)]
pub(crate) fn complain(problem: &str) {
    eprintln!("arbitragevault: {problem}");
}
