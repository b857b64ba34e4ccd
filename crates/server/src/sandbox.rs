//! The sandbox: on its own as a command, and embedded where there is no key for Keepa.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use anyhow::Context as _;
use keepa_sandbox::{Sandbox, SandboxConfig};

use crate::cli::SandboxArguments;
use crate::signals::Signals;

/// Serves until a signal comes.
pub(crate) async fn run(arguments: SandboxArguments) -> anyhow::Result<()> {
    let config = SandboxConfig {
        corpus: arguments.corpus,
        refill_rate: arguments.refill_rate,
        ..SandboxConfig::default()
    };
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, arguments.port));
    let mut signals = Signals::listen()?;
    let sandbox = Sandbox::start(config, address).context("cannot start the sandbox")?;
    signals.received().await;
    sandbox.stop();
    Ok(())
}

/// A sandbox for this process alone.
pub(crate) fn embedded(corpus: Option<PathBuf>) -> anyhow::Result<Sandbox> {
    let config = SandboxConfig {
        corpus,
        ..SandboxConfig::default()
    };
    Sandbox::start(config, SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
        .context("cannot start the sandbox")
}
