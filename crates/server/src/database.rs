//! The database of the configuration, or a private one.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use arbitragevault_services::persistence::{DatabaseOptions, migrate};
use local_postgres::Cluster;

use crate::config::DatabaseConfig;

/// The database of the configuration, or a private one.
pub(crate) struct Database {
    config: DatabaseConfig,
    pub(crate) url: String,
    pub(crate) direct_url: String,
    cluster: Option<Cluster>,
}

impl Database {
    /// Opens it: a private one is started, or taken over where it runs.
    pub(crate) fn open(config: &DatabaseConfig) -> anyhow::Result<Self> {
        let (url, cluster) = match config.url.get() {
            Some(url) => (url.to_owned(), None),
            None => {
                let cluster = Cluster::start(&local_postgres::Options {
                    data_dir: data_dir(config)?,
                    throw_away: false,
                    max_connections: 100,
                })?;
                (cluster.url("postgres"), Some(cluster))
            }
        };
        let direct_url = config.direct_url.get().unwrap_or(&url).to_owned();
        Ok(Self {
            config: config.clone(),
            url,
            direct_url,
            cluster,
        })
    }

    /// How a pool of so many connections reaches it.
    pub(crate) fn options(&self, max_connections: usize) -> DatabaseOptions {
        DatabaseOptions {
            url: self.url.clone(),
            max_connections,
            wait: Duration::from_secs(self.config.wait_seconds),
            connect: Duration::from_secs(self.config.connect_seconds),
            max_age: Duration::from_secs(self.config.max_age_seconds),
        }
    }

    /// Brings the schema up to date, and returns the steps that it lacked.
    pub(crate) async fn bring_up_to_date(&self) -> anyhow::Result<Vec<String>> {
        migrate::run(&self.direct_url)
            .await
            .context("cannot migrate the database")
    }

    /// Whether it is a private one, of this machine and this user.
    pub(crate) const fn is_private(&self) -> bool {
        self.cluster.is_some()
    }

    /// Stops a private one.
    pub(crate) fn close(self) -> anyhow::Result<()> {
        match self.cluster {
            Some(cluster) => cluster.stop().context("cannot stop the private PostgreSQL"),
            None => Ok(()),
        }
    }

    /// Lets go of it after a look: stops a private one that did not run before, and leaves one that a server may be using.
    pub(crate) fn leave(self) -> anyhow::Result<()> {
        match &self.cluster {
            Some(cluster) if cluster.was_running() => Ok(()),
            _ => self.close(),
        }
    }
}

/// Where the private PostgreSQL keeps its data: as configured, else where data is kept.
pub(crate) fn data_dir(config: &DatabaseConfig) -> anyhow::Result<PathBuf> {
    if !config.data_dir.as_os_str().is_empty() {
        return Ok(config.data_dir.clone());
    }
    let home = data_home().context("set database.data_dir")?;
    Ok(home.join("postgres"))
}

/// Where data is kept unless something else is configured: in the user's data directory; root's home is closed to the user that the
/// private PostgreSQL then runs as.
pub(crate) fn data_home() -> anyhow::Result<PathBuf> {
    let variable = |name| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let home = variable("HOME").context("HOME is not set")?;
    if home == std::path::Path::new("/root") {
        return Ok(PathBuf::from("/var/lib/arbitragevault"));
    }
    let data = variable("XDG_DATA_HOME").unwrap_or_else(|| home.join(".local/share"));
    Ok(data.join("arbitragevault"))
}
