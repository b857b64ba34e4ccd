//! `arbitragevault keys`, and the first key of a server that nobody has used yet.

use anyhow::Context as _;
use arbitragevault_services::access::Secret;
use arbitragevault_services::api_keys::{self, KeyTerms};
use arbitragevault_services::clock::Clock;
use arbitragevault_services::persistence::Pool;
use chrono::TimeDelta;

use crate::cli::{self, CreateKeyArguments, KeysArguments, KeysCommand};
use crate::config::Config;
use crate::database::Database;

/// Carries out a command about keys.
pub(crate) async fn run(arguments: &KeysArguments, config: &Config) -> anyhow::Result<()> {
    let KeysCommand::Create(arguments) = &arguments.command;
    let database = Database::open(&config.database)?;
    let created = create(arguments, &database).await;
    let left = database.leave();
    let secret = created?;
    left?;
    cli::print(secret.reveal())?;
    Ok(())
}

async fn create(arguments: &CreateKeyArguments, database: &Database) -> anyhow::Result<Secret> {
    database.bring_up_to_date().await?;
    let now = Clock::system().now();
    let expires_in = arguments
        .expires_in_days
        .map(|days| TimeDelta::days(days.into()));
    let terms = KeyTerms {
        name: arguments.name.clone(),
        role: arguments.role,
        scopes: None,
        expires_at: expires_in.map(|time| now + time),
    };
    let pool = Pool::new(&database.options(1))?;
    let mut connection = pool.get().await?;
    let (_, secret) = api_keys::issue(&mut connection, &arguments.organisation, &terms, now)
        .await
        .with_context(|| {
            format!(
                "cannot make a key in the organisation {:?}",
                arguments.organisation
            )
        })?;
    Ok(secret)
}

/// Shows the first key of a server that nobody has used yet, once: on the terminal and in no log.
pub(crate) async fn welcome(database: &Database) -> anyhow::Result<()> {
    let pool = Pool::new(&database.options(1))?;
    let mut connection = pool.get().await?;
    let first = api_keys::issue_first(&mut connection, Clock::system().now()).await?;
    if let Some(secret) = first {
        show(&secret);
    }
    Ok(())
}

#[expect(
    clippy::print_stderr,
    reason = "the key is for the person at the terminal; the log goes to stdout and to files"
)]
fn show(secret: &Secret) {
    eprintln!(
        "\nThis is the first start. Requests need a key; this one is shown only now:\n\nexport ARBITRAGEVAULT_KEY={}\n",
        secret.reveal()
    );
}
