//! The `arbitragevault` command: configuration, telemetry, composition, shutdown and the command line.

mod analyze;
mod audit;
mod backtest;
mod cli;
mod config;
mod config_print;
mod database;
mod db;
mod doctor;
mod keys;
mod metrics;
mod quotas;
mod sandbox;
mod serve;
mod signals;
mod telemetry;
mod traces;

use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser as _;

use cli::{Cli, Command, ConfigCommand};
use config::Config;
use serve::Role;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let config = match Config::load(cli.config.as_deref()) {
        Ok(config) => config,
        Err(problems) => {
            cli::complain(&problems.to_string());
            return ExitCode::from(cli::EXIT_USAGE);
        }
    };
    match run(cli, config) {
        Ok(code) => code,
        Err(error) => {
            cli::complain(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli, config: Config) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    let _entered = runtime.enter();
    match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => {
            let _logs = telemetry::start(&config.log)?;
            runtime.block_on(serve::serve(config, Role::Server))?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Worker => {
            let _logs = telemetry::start(&config.log)?;
            runtime.block_on(serve::serve(config, Role::Worker))?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Db(command) => runtime.block_on(db::run(command, &config)),
        Command::Audit(command) => runtime.block_on(audit::run(command, &config)),
        Command::Config(ConfigCommand::Print(arguments)) => {
            config_print::print(&arguments, cli.config.as_deref())?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Doctor(arguments) => runtime.block_on(doctor::run(arguments.format, &config)),
        Command::Analyze(arguments) => runtime.block_on(analyze::analyze(&arguments, &config)),
        Command::Backtest(arguments) => {
            backtest::backtest(&arguments)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Keys(arguments) => {
            runtime.block_on(keys::run(&arguments, &config))?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Quotas(command) => {
            runtime.block_on(quotas::run(&command, &config))?;
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
