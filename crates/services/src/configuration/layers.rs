//! What all scopes of an organisation set, with the versions they have.

use std::collections::BTreeMap;

use arbitragevault_domain::config::{ConfigLayers, ConfigPatch, Scope, Selection, StrategyName};
use arbitragevault_domain::sourcing::strategy::Preset;
use arbitragevault_persistence::Connection;
use arbitragevault_persistence::configuration_scopes::{self, ConfigurationScope};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::ServiceError;

/// What all scopes of an organisation set, with the versions they have. A strategy that nobody has set is as it is shipped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Layers {
    /// What they set.
    pub layers: ConfigLayers,
    /// The version of each scope that was ever set.
    pub versions: BTreeMap<Scope, i32>,
    /// When each of them was last changed.
    #[serde(skip)]
    pub updated_at: BTreeMap<Scope, DateTime<Utc>>,
}

impl Layers {
    /// Those of an organisation that has set nothing.
    #[must_use]
    pub fn shipped() -> Self {
        Self {
            layers: Preset::layers(),
            versions: BTreeMap::new(),
            updated_at: BTreeMap::new(),
        }
    }

    /// Reads those of an organisation.
    pub(crate) async fn load(
        connection: &mut Connection,
        organisation_id: Uuid,
    ) -> Result<Self, ServiceError> {
        let rows = configuration_scopes::all(connection, organisation_id).await?;
        let mut layers = Self::shipped();
        for row in rows {
            let (scope, patch) = read(&row)?;
            match patch {
                Some(patch) => layers.layers.set(scope.clone(), patch),
                None => layers.reset(&scope),
            };
            layers.versions.insert(scope.clone(), row.version);
            layers.updated_at.insert(scope, row.updated_at);
        }
        Ok(layers)
    }

    /// Lets a scope be as it is shipped; returns what it set.
    pub(super) fn reset(&mut self, scope: &Scope) -> Option<ConfigPatch> {
        match Preset::layers().get(scope) {
            Some(shipped) => self.layers.set(scope.clone(), shipped.clone()),
            None => self.layers.remove(scope),
        }
    }

    /// What a scope sets; nothing where nobody has set it.
    #[must_use]
    pub fn patch(&self, scope: &Scope) -> ConfigPatch {
        self.layers.get(scope).cloned().unwrap_or_default()
    }

    /// How often a scope was changed; 0 where nobody has.
    #[must_use]
    pub fn version(&self, scope: &Scope) -> i32 {
        self.versions.get(scope).copied().unwrap_or(0)
    }

    /// The versions of the scopes that have a say in a selection.
    #[must_use]
    pub fn versions_of(&self, selection: &Selection) -> BTreeMap<Scope, i32> {
        let set = selection
            .scopes()
            .filter(|scope| self.layers.get(scope).is_some());
        set.map(|scope| (scope.clone(), self.version(&scope)))
            .collect()
    }

    /// Holds that a strategy can be asked for.
    ///
    /// # Errors
    /// When nobody has set one of this name, and none is shipped.
    pub fn hold_strategy(&self, strategy: Option<&StrategyName>) -> Result<(), ServiceError> {
        let Some(strategy) = strategy else {
            return Ok(());
        };
        if self
            .layers
            .get(&Scope::Strategy(strategy.clone()))
            .is_some()
        {
            return Ok(());
        }
        let known: Vec<&str> = self
            .layers
            .scopes()
            .filter_map(|scope| match scope {
                Scope::Strategy(name) => Some(name.as_str()),
                _ => None,
            })
            .collect();
        Err(ServiceError::Invalid {
            code: "STRATEGY_UNKNOWN",
            detail: format!(
                "there is no strategy {strategy}; there are {}",
                known.join(", ")
            ),
        })
    }
}

/// The scope and the patch of a row.
fn read(row: &ConfigurationScope) -> Result<(Scope, Option<ConfigPatch>), ServiceError> {
    let scope = row.scope.parse().map_err(ServiceError::internal)?;
    let patch = row.patch.clone().map(ConfigPatch::try_from);
    Ok((scope, patch.transpose().map_err(ServiceError::internal)?))
}
