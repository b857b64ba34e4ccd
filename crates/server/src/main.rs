//! The `arbitragevault` command: configuration, telemetry, composition, shutdown and the command line.

mod analyze;
mod backtest;
mod cli;
mod config;
mod keys;
mod sandbox;
mod serve;
mod signals;
mod telemetry;

use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser as _;

use cli::{Cli, Command};
use config::Config;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let config = match Config::load(cli.config.as_deref()) {
        Ok(config) => config,
        Err(problems) => {
            complain(&problems.to_string());
            return ExitCode::from(cli::EXIT_USAGE);
        }
    };
    match run(cli, config) {
        Ok(code) => code,
        Err(error) => {
            complain(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli, config: Config) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => {
            let _logs = telemetry::start(&config.log)?;
            runtime.block_on(serve::serve(config))?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Migrate => {
            let _logs = telemetry::start(&config.log)?;
            runtime.block_on(serve::migrate(&config))?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Analyze(arguments) => runtime.block_on(analyze::analyze(&arguments, &config)),
        Command::Backtest(arguments) => {
            backtest::backtest(&arguments)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Keys(arguments) => {
            runtime.block_on(keys::run(&arguments, &config))?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Openapi => {
            cli::print(&arbitragevault_api::openapi().to_pretty_json()?)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::KeepaSandbox(arguments) => {
            let _logs = telemetry::start(&config.log)?;
            runtime.block_on(sandbox::run(arguments))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Says what went wrong where a person or a script looks for it.
#[expect(
    clippy::print_stderr,
    reason = "errors of the command line belong on stderr"
)]
fn complain(problem: &str) {
    eprintln!("arbitragevault: {problem}");
}
