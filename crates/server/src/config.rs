//! Configuration: the compiled-in default file, a file of the user's, the environment; every problem told at once.

use std::fmt;
use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Env, Format as _, Toml};
use serde::Deserialize;

const DEFAULTS: &str = include_str!("default.toml");

/// Everything that can be configured.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) server: ServerConfig,
    pub(crate) database: DatabaseConfig,
    pub(crate) keepa: KeepaConfig,
    pub(crate) worker: WorkerConfig,
    pub(crate) log: LogConfig,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServerConfig {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) workers: usize,
    pub(crate) allowed_origins: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DatabaseConfig {
    pub(crate) url: Secret,
    pub(crate) direct_url: Secret,
    pub(crate) data_dir: PathBuf,
    pub(crate) max_connections: usize,
    pub(crate) wait_seconds: u64,
    pub(crate) connect_seconds: u64,
    pub(crate) max_age_seconds: u64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeepaConfig {
    pub(crate) api_key: Secret,
    pub(crate) base_url: String,
    pub(crate) history_days: u32,
    pub(crate) buy_box: bool,
    pub(crate) freshness_hours: u64,
    pub(crate) max_attempts: u32,
    pub(crate) first_delay_ms: u64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WorkerConfig {
    pub(crate) concurrency: u16,
    pub(crate) max_attempts: u16,
    pub(crate) first_delay_ms: u64,
    pub(crate) lease_seconds: u64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogConfig {
    pub(crate) filter: String,
    pub(crate) format: LogFormat,
    pub(crate) folder: PathBuf,
    pub(crate) keep_days: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LogFormat {
    Auto,
    Json,
    Pretty,
}

/// A value that no log shows.
#[derive(Clone, Default, Deserialize)]
#[serde(transparent)]
pub(crate) struct Secret(String);

impl Secret {
    /// The value; `None` when it is empty.
    pub(crate) fn get(&self) -> Option<&str> {
        Some(self.0.trim()).filter(|value| !value.is_empty())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.get().is_some() {
            "redacted"
        } else {
            "empty"
        })
    }
}

/// Everything that is wrong with the configuration.
#[derive(Debug)]
pub(crate) struct Problems(Vec<String>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the configuration is wrong:")?;
        self.0
            .iter()
            .try_for_each(|problem| write!(f, "\n  - {problem}"))
    }
}

impl Config {
    /// Reads the configuration.
    pub(crate) fn load(file: Option<&Path>) -> Result<Self, Problems> {
        let mut figment = Figment::from(Toml::string(DEFAULTS));
        if let Some(file) = file {
            figment = figment.merge(Toml::file_exact(file));
        }
        let port = figment::providers::Env::raw().only(&["PORT"]);
        let on_platform = std::env::var_os("PORT").is_some();
        figment = figment
            .merge(port.map(|_| "server.port".into()))
            .merge(
                Env::raw()
                    .only(&["DATABASE_URL"])
                    .map(|_| "database.url".into()),
            )
            .merge(
                Env::raw()
                    .only(&["DATABASE_DIRECT_URL"])
                    .map(|_| "database.direct_url".into()),
            )
            .merge(
                Env::raw()
                    .only(&["KEEPA_API_KEY"])
                    .map(|_| "keepa.api_key".into()),
            )
            .merge(Env::prefixed("ARBITRAGEVAULT__").split("__"));
        if on_platform && std::env::var_os("ARBITRAGEVAULT__SERVER__HOST").is_none() {
            figment = figment.merge(("server.host", "0.0.0.0"));
        }
        let config: Self = figment.extract().map_err(|errors| {
            Problems(errors.into_iter().map(|error| error.to_string()).collect())
        })?;
        let problems = config.problems();
        if problems.is_empty() {
            Ok(config)
        } else {
            Err(Problems(problems))
        }
    }

    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let mut check = |is_right: bool, problem: &str| {
            if !is_right {
                problems.push(problem.to_owned());
            }
        };
        check(
            self.server.host.parse::<std::net::IpAddr>().is_ok(),
            "server.host must be an IP address",
        );
        check(
            self.database.max_connections >= 4,
            "database.max_connections must be at least 4",
        );
        check(
            self.keepa.history_days >= 90,
            "keepa.history_days must be at least 90: prices are estimated from 90 days",
        );
        check(
            self.keepa.max_attempts >= 1,
            "keepa.max_attempts must be at least 1",
        );
        check(
            self.worker.max_attempts >= 1,
            "worker.max_attempts must be at least 1",
        );
        check(
            self.worker.lease_seconds >= 3,
            "worker.lease_seconds must be at least 3",
        );
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_file_is_sound() {
        let config: Config = Figment::from(Toml::string(DEFAULTS)).extract().unwrap();
        assert_eq!(config.problems(), Vec::<String>::new());
    }

    #[test]
    fn every_problem_is_told_at_once_and_no_secret_is_shown() {
        let mut config: Config = Figment::from(Toml::string(DEFAULTS))
            .merge(("keepa.api_key", "a-secret-key"))
            .extract()
            .unwrap();
        config.server.host = "nowhere".to_owned();
        config.worker.max_attempts = 0;
        assert_eq!(config.problems().len(), 2);
        assert!(!format!("{config:?}").contains("a-secret-key"));
    }
}
