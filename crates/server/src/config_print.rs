//! `config print`: every setting with its value and where that came from.

use std::path::Path;

use figment::value::{Dict, Value};
use figment::{Figment, Metadata, Source};
use serde::Serialize;

use crate::cli::{self, ConfigPrintArguments, OutputFormat};
use crate::config::{SECRETS, defaults, effective};

/// What stands in place of a secret.
const REDACTED: &str = "redacted";

/// A setting.
#[derive(Debug, PartialEq, Serialize)]
struct Setting {
    /// Section and key, `server.port` for example.
    key: String,
    /// Its value; `"redacted"` in place of a secret.
    value: serde_json::Value,
    /// What kind of place it came from.
    origin: Origin,
    /// The file or the variable; `None` for a default.
    place: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Origin {
    Default,
    File,
    Environment,
}

/// Prints them; secrets only when asked for.
pub(crate) fn print(arguments: &ConfigPrintArguments, file: Option<&Path>) -> anyhow::Result<()> {
    let settings = settings(&effective(file), arguments.show_secrets)?;
    match arguments.output.format {
        OutputFormat::Text => cli::print(text(&settings).trim_end())?,
        OutputFormat::Json => cli::print(&serde_json::to_string_pretty(&settings)?)?,
    }
    Ok(())
}

/// Every setting that the defaults name, as it is in effect.
fn settings(figment: &Figment, show_secrets: bool) -> anyhow::Result<Vec<Setting>> {
    let mut keys = Vec::new();
    keys_of("", &defaults().extract::<Dict>()?, &mut keys);
    keys.into_iter()
        .map(|key| -> anyhow::Result<Setting> {
            let value = serde_json::to_value(figment.find_value(&key)?)?;
            let is_secret = SECRETS.contains(&key.as_str()) && value != "";
            let (origin, place) = figment
                .find_metadata(&key)
                .map_or((Origin::Default, None), |metadata| origin(&key, metadata));
            Ok(Setting {
                value: if is_secret && !show_secrets {
                    REDACTED.into()
                } else {
                    value
                },
                key,
                origin,
                place,
            })
        })
        .collect()
}

/// The keys of a table and of the tables in it.
fn keys_of(section: &str, table: &Dict, keys: &mut Vec<String>) {
    for (name, value) in table {
        let key = if section.is_empty() {
            name.clone()
        } else {
            format!("{section}.{name}")
        };
        match value {
            Value::Dict(_, inner) => keys_of(&key, inner, keys),
            _ => keys.push(key),
        }
    }
}

fn origin(key: &str, metadata: &Metadata) -> (Origin, Option<String>) {
    if let Some(Source::File(path)) = &metadata.source {
        return (Origin::File, Some(path.display().to_string()));
    }
    let name = metadata.name.as_ref();
    if let Some(variable) = name.strip_prefix("environment variable ") {
        return (Origin::Environment, Some(variable.to_owned()));
    }
    if name.starts_with("`ARBITRAGEVAULT__`") {
        let variable = key.to_uppercase().replace('.', "__");
        return (
            Origin::Environment,
            Some(format!("ARBITRAGEVAULT__{variable}")),
        );
    }
    if name.contains("environment variable") {
        return (Origin::Environment, Some("PORT".to_owned()));
    }
    (Origin::Default, None)
}

fn text(settings: &[Setting]) -> String {
    let shown: Vec<String> = settings
        .iter()
        .map(|setting| format!("{} = {}", setting.key, setting.value))
        .collect();
    let widest = shown.iter().map(|line| line.chars().count()).max();
    let widest = widest.unwrap_or_default().min(60);
    let lines = settings.iter().zip(&shown).map(|(setting, shown)| {
        let origin = match (setting.origin, &setting.place) {
            (Origin::File, Some(file)) => format!("file {file}"),
            (Origin::Environment, Some(variable)) => format!("environment {variable}"),
            _ => "default".to_owned(),
        };
        format!("{shown:widest$}  {origin}\n")
    });
    lines.collect()
}
