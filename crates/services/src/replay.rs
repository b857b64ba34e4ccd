//! Making a stored analysis again from what it rested on: the same snapshot, the same acquisition, the same configuration.

use std::collections::BTreeMap;

use arbitragevault_domain::analysis::{Analysis, ENGINE_VERSION, analyze};
use arbitragevault_domain::config::AnalysisConfig;
use arbitragevault_persistence::snapshots;
use arbitragevault_persistence::{PersistenceError, analyses, configuration_documents};
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use crate::error::ServiceError;
use crate::{Caller, Services};

/// A stored analysis, made again.
#[derive(Debug, Clone)]
pub struct Replay {
    /// Whether it came to the same, to the byte.
    pub is_identical: bool,
    /// The version of the calculation that made the stored one.
    pub engine_version_then: u16,
    /// The version of the calculation that made it again.
    pub engine_version_now: u16,
    /// What turns the stored one into this one: a JSON Patch; empty when it came to the same.
    pub difference: json_patch::Patch,
    /// The version of each scope of the configuration that had a say.
    pub versions: BTreeMap<String, i32>,
    /// Every value of the configuration.
    pub configuration: AnalysisConfig,
    /// The analysis as it was made again.
    pub analysis: Analysis,
}

impl Services {
    /// Makes a stored analysis again. Under the same version of the calculation it comes to the same, to the byte.
    ///
    /// # Errors
    /// When the caller has no such analysis, what it rested on is kept no more, or the database is not available.
    pub async fn replay_analysis(&self, caller: Caller, id: Uuid) -> Result<Replay, ServiceError> {
        let organisation = caller.organisation_id;
        let (stored, configuration) = self
            .tenant(caller, async |connection| {
                let mut stored = analyses::stored(connection, organisation, &[id]).await?;
                let stored = stored.pop().ok_or(PersistenceError::NotFound)?;
                let configuration = stored.configuration_id.ok_or_else(|| {
                    not_kept("CONFIGURATION_NOT_KEPT", "a version of the server that did not keep configurations made the analysis")
                })?;
                let configuration =
                    configuration_documents::get(connection, organisation, configuration).await?;
                Ok((stored, configuration))
            })
            .await?;
        let gone = || {
            not_kept(
                "SNAPSHOT_NOT_KEPT",
                "the market data of the analysis is kept no more",
            )
        };
        let snapshot = {
            let snapshot_id = stored.snapshot_id.ok_or_else(gone)?;
            let mut connection = self.connection().await?;
            match snapshots::get(&mut connection, snapshot_id).await {
                Err(PersistenceError::NotFound) => return Err(gone()),
                other => other?,
            }
        };
        let made: Analysis =
            serde_json::from_str(&stored.document).map_err(ServiceError::internal)?;
        let config: AnalysisConfig = read(configuration.document)?;
        let analysis = analyze(&snapshot, &made.acquisition(), &config, made.as_of);
        let document = serde_json::to_string(&analysis).map_err(ServiceError::internal)?;
        Ok(Replay {
            is_identical: document == stored.document,
            engine_version_then: made.engine_version,
            engine_version_now: ENGINE_VERSION,
            difference: json_patch::diff(&value(&made)?, &value(&analysis)?),
            versions: read(configuration.versions)?,
            configuration: config,
            analysis,
        })
    }
}

fn not_kept(code: &'static str, what: &str) -> ServiceError {
    ServiceError::Conflict {
        code,
        detail: format!("it cannot be made again: {what}"),
    }
}

fn read<T: DeserializeOwned>(value: Value) -> Result<T, ServiceError> {
    serde_json::from_value(value).map_err(ServiceError::internal)
}

fn value(analysis: &Analysis) -> Result<Value, ServiceError> {
    serde_json::to_value(analysis).map_err(ServiceError::internal)
}
