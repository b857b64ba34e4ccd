//! Configuration: the compiled-in default file, a file of the user's, the environment; every problem told at once.

mod accounts;
mod limits;
mod quotas;

use std::collections::BTreeSet;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use actix_web::http::Uri;
use arbitragevault_services::persistence;
use chrono::TimeDelta;
use figment::providers::{Env, Format as _, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};
use serde::Deserialize;
use tracing_subscriber::EnvFilter;

pub(crate) use accounts::AccountsConfig;
pub(crate) use limits::{LimitsConfig, RedisConfig};
pub(crate) use quotas::QuotasConfig;

const DEFAULTS: &str = include_str!("default.toml");

/// Everything that can be configured.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Config {
    pub(crate) server: ServerConfig,
    pub(crate) auth: AuthConfig,
    pub(crate) database: DatabaseConfig,
    pub(crate) keepa: KeepaConfig,
    pub(crate) worker: WorkerConfig,
    pub(crate) accounts: AccountsConfig,
    pub(crate) limits: LimitsConfig,
    pub(crate) quotas: QuotasConfig,
    pub(crate) audit: AuditConfig,
    pub(crate) redis: RedisConfig,
    pub(crate) log: LogConfig,
    pub(crate) metrics: MetricsConfig,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ServerConfig {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) workers: usize,
    pub(crate) allowed_origins: Vec<String>,
    pub(crate) trusted_proxies: usize,
    pub(crate) heartbeat_seconds: u64,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct AuthConfig {
    pub(crate) required: bool,
}

#[derive(Debug, Clone, Deserialize)]
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
pub(crate) struct KeepaConfig {
    pub(crate) api_key: Secret,
    pub(crate) base_url: String,
    pub(crate) history_days: u32,
    pub(crate) buy_box: bool,
    pub(crate) freshness_hours: u64,
    pub(crate) max_attempts: u32,
    pub(crate) first_delay_ms: u64,
    pub(crate) pause_seconds: u64,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct WorkerConfig {
    pub(crate) concurrency: u16,
    pub(crate) max_attempts: u16,
    pub(crate) first_delay_ms: u64,
    pub(crate) lease_seconds: u64,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct AuditConfig {
    retention_days: u16,
}

impl AuditConfig {
    /// How long events are kept; `None` for ever.
    pub(crate) fn events_kept_for(&self) -> Option<TimeDelta> {
        (self.retention_days > 0).then(|| TimeDelta::days(self.retention_days.into()))
    }
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct LogConfig {
    pub(crate) filter: String,
    pub(crate) format: LogFormat,
    pub(crate) folder: PathBuf,
    pub(crate) keep_days: usize,
    pub(crate) otlp_endpoint: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct MetricsConfig {
    pub(crate) enabled: bool,
    address: String,
}

impl MetricsConfig {
    /// Their own address; `None` for the API's.
    pub(crate) fn address(&self) -> Option<SocketAddr> {
        self.address.parse().ok()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LogFormat {
    Auto,
    Json,
    Pretty,
}

/// Keys of the secrets, of which no message shows the value.
pub(crate) const SECRETS: [&str; 7] = [
    "database.url",
    "database.direct_url",
    "keepa.api_key",
    "accounts.encryption_key",
    "accounts.signing_keys",
    "accounts.smtp_url",
    "redis.url",
];

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
        Self::read(effective(file))
    }

    /// Reads every value. One that cannot be read is named and then replaced by its default, so that the next one shows too.
    fn read(mut figment: Figment) -> Result<Self, Problems> {
        let defaults = defaults();
        let mut problems = unknown_keys(&figment, &defaults);
        let mut replaced = BTreeSet::new();
        loop {
            let error = match figment.extract::<Self>() {
                Ok(config) => {
                    problems.extend(config.problems());
                    return if problems.is_empty() {
                        Ok(config)
                    } else {
                        Err(Problems(problems))
                    };
                }
                Err(error) => error,
            };
            let key = error.path.join(".");
            let what: &dyn fmt::Display = if SECRETS.contains(&key.as_str()) {
                &"must be a text: put it in quotes"
            } else {
                &error.kind
            };
            problems.push(told(&key, what, error.metadata.as_ref()));
            match defaults.find_value(&key) {
                Ok(default) if !key.is_empty() && replaced.insert(key.clone()) => {
                    figment = figment.merge((key, default));
                }
                _ => return Err(Problems(problems)),
            }
        }
    }

    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let mut check = |is_right: bool, problem: &str| {
            if !is_right {
                problems.push(problem.to_owned());
            }
        };
        let host = self.server.host.parse::<std::net::IpAddr>();
        check(host.is_ok(), "server.host must be an IP address");
        check(
            self.auth.required || host.is_ok_and(|host| host.is_loopback()),
            "auth.required = false makes everybody the owner: server.host must then be 127.0.0.1 or ::1",
        );
        check(
            (1..=300).contains(&self.server.heartbeat_seconds),
            "server.heartbeat_seconds must be 1 to 300",
        );
        for (key, url) in [
            ("database.url", &self.database.url),
            ("database.direct_url", &self.database.direct_url),
        ] {
            if let Some(Err(error)) = url.get().map(persistence::check_url) {
                check(false, &format!("{key}: {error}"));
            }
        }
        check(
            self.database.max_connections >= 4,
            "database.max_connections must be at least 4",
        );
        check(
            is_http(&self.keepa.base_url),
            "keepa.base_url must be an http or https URL",
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
        check(
            self.log.otlp_endpoint.is_empty() || is_http(&self.log.otlp_endpoint),
            "log.otlp_endpoint must be an http or https URL",
        );
        check(
            self.metrics.address.is_empty() || self.metrics.address().is_some(),
            "metrics.address must be an IP address with a port, 127.0.0.1:9464 for example",
        );
        if let Err(error) = EnvFilter::try_new(&self.log.filter) {
            check(false, &format!("log.filter: {error}"));
        }
        problems.extend(self.accounts.problems());
        problems.extend(self.redis.problem());
        problems
    }
}

/// Every setting with its value and its origin: the defaults, over them the file, over it the environment.
pub(crate) fn effective(file: Option<&Path>) -> Figment {
    let mut figment = defaults();
    if let Some(file) = file {
        figment = figment.merge(Toml::file_exact(file));
    }
    for (variable, key) in [
        ("DATABASE_URL", "database.url"),
        ("DATABASE_DIRECT_URL", "database.direct_url"),
        ("KEEPA_API_KEY", "keepa.api_key"),
        ("ACCOUNTS_ENCRYPTION_KEY", "accounts.encryption_key"),
        ("ACCOUNTS_SIGNING_KEYS", "accounts.signing_keys"),
        ("SMTP_URL", "accounts.smtp_url"),
        ("REDIS_URL", "redis.url"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "log.otlp_endpoint"),
    ] {
        if let Ok(value) = std::env::var(variable) {
            figment = figment.merge(Variable {
                variable,
                key,
                value,
            });
        }
    }
    let port = Env::raw().only(&["PORT"]);
    figment = figment.merge(port.map(|_| "server.port".into()));
    figment = figment.merge(Env::prefixed("ARBITRAGEVAULT__").split("__"));
    let is_on_platform = std::env::var_os("PORT").is_some();
    if is_on_platform && std::env::var_os("ARBITRAGEVAULT__SERVER__HOST").is_none() {
        figment = figment.merge(Variable {
            variable: "PORT",
            key: "server.host",
            value: "0.0.0.0".to_owned(),
        });
    }
    figment
}

/// A text of the environment as it stands: figment's own would read a key of digits as a number.
struct Variable {
    variable: &'static str,
    key: &'static str,
    value: String,
}

impl Provider for Variable {
    fn metadata(&self) -> Metadata {
        Metadata::named(format!("environment variable {}", self.variable))
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        (self.key, self.value.as_str()).data()
    }
}

fn is_http(url: &str) -> bool {
    url.parse().is_ok_and(|url: Uri| {
        url.host().is_some() && matches!(url.scheme_str(), Some("http" | "https"))
    })
}

/// The defaults, which have every key.
pub(crate) fn defaults() -> Figment {
    Figment::from(Toml::string(DEFAULTS))
}

/// Keys that nobody reads: misspelt ones, most likely. The defaults have every key.
fn unknown_keys(figment: &Figment, defaults: &Figment) -> Vec<String> {
    let (Ok(given), Ok(known)) = (figment.extract::<Dict>(), defaults.extract::<Dict>()) else {
        return Vec::new();
    };
    let mut unknown = Vec::new();
    for (section, value) in given {
        match (value.as_dict(), known.get(&section).map(Value::as_dict)) {
            (_, None) => unknown.push(section),
            (Some(given), Some(Some(known))) => {
                let keys = given.keys().filter(|key| !known.contains_key(*key));
                unknown.extend(keys.map(|key| format!("{section}.{key}")));
            }
            // A section that is none is found when it is read.
            _ => {}
        }
    }
    let unknown = unknown.into_iter();
    unknown
        .map(|key| {
            told(
                &key,
                &"there is no such setting",
                figment.find_metadata(&key),
            )
        })
        .collect()
}

/// What is wrong with a value, and where it stands.
fn told(key: &str, what: &dyn fmt::Display, metadata: Option<&Metadata>) -> String {
    let place = metadata.map(|metadata| match &metadata.source {
        Some(source) => format!(" ({source})"),
        None => format!(" ({})", metadata.name),
    });
    let place = place.unwrap_or_default();
    if key.is_empty() {
        format!("{what}{place}")
    } else {
        format!("{key}: {what}{place}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_file_is_sound() {
        assert!(Config::read(defaults()).is_ok());
    }

    #[test]
    fn every_problem_is_told_at_once_and_no_secret_is_shown() {
        let figment = defaults()
            .merge(("keepa.api_key", 55_378_008))
            .merge(("keepa.base_url", "nowhere"))
            .merge(("database.url", "mysql://user:a-secret-key@host/name"))
            .merge(("server.host", "nowhere"))
            .merge(("server.port", 70_000))
            .merge(("worker.concurrency", -1))
            .merge(("worker.concurency", 2))
            .merge(("wroker.lease_seconds", 2))
            .merge(("accounts.encryption_key", "a-secret-key"))
            .merge(("accounts.signing_keys", "a-secret-key, and another"))
            .merge(("accounts.smtp_url", "http://user:a-secret-key@host"))
            .merge(("accounts.mail_from", "nobody"))
            .merge(("accounts.app_url", "nowhere"))
            .merge(("redis.url", "http://user:a-secret-key@host"))
            .merge(("log.format", "yaml"))
            .merge(("log.filter", "=,="));
        let problems = Config::read(figment).unwrap_err().to_string();
        assert!(!problems.contains("a-secret-key"), "{problems}");
        assert!(!problems.contains("55378008"), "{problems}");
        let keys: Vec<&str> = problems
            .lines()
            .skip(1)
            .map(|line| line.trim_start_matches([' ', '-']))
            .filter_map(|line| line.split([':', ' ']).next())
            .collect();
        let expected = [
            "worker.concurency",
            "wroker",
            "keepa.api_key",
            "log.format",
            "server.port",
            "worker.concurrency",
            "server.host",
            "database.url",
            "keepa.base_url",
            "log.filter",
            "accounts.app_url",
            "accounts.encryption_key",
            "accounts.signing_keys",
            "accounts.smtp_url",
            "accounts.mail_from",
            "redis.url",
        ];
        assert_eq!(keys, expected, "{problems}");
    }

    #[test]
    fn an_issuer_is_taken_only_with_all_that_makes_its_tokens_sure() {
        let problems = |issuer: &str| {
            let text = format!("[accounts]\nissuers = [{{ {issuer} }}]");
            match Config::read(defaults().merge(Toml::string(&text))) {
                Ok(_) => "sound".to_owned(),
                Err(problems) => problems.to_string(),
            }
        };
        let sound =
            r#"issuer = "https://id.example.com", audiences = ["books"], algorithms = ["ES256"]"#;
        assert_eq!(problems(sound), "sound");
        assert_eq!(
            problems(&sound.replace("https://id.example.com", "http://127.0.0.1:9")),
            "sound"
        );
        for (was, wrong, told) in [
            ("https:", "http:", "https URLs"),
            (r#"["books"]"#, "[]", "audience"),
            (r#"["ES256"]"#, "[]", "algorithms"),
            ("ES256", "HS256", "algorithms"),
            ("ES256", "none", "algorithms"),
            ("audiences", "audience", "unknown field"),
        ] {
            let problems = problems(&sound.replace(was, wrong));
            assert!(problems.contains(told), "{wrong}: {problems}");
        }
    }

    #[test]
    fn no_log_shows_a_secret() {
        let figment = defaults()
            .merge(("keepa.api_key", "a-secret-key"))
            .merge((
                "accounts.encryption_key",
                "YS1zZWNyZXQta2V5YS1zZWNyZXQta2V5YS1zZWNyZSE=",
            ))
            .merge(("accounts.smtp_url", "smtps://user:a-secret-key@host"));
        let config = Config::read(figment).unwrap();
        let shown = format!("{config:?}");
        assert!(
            !shown.contains("a-secret-key") && !shown.contains("YS1z"),
            "{shown}"
        );
    }
}
