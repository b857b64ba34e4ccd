//! The configuration under which a product is analysed, and what is kept of it so that the analysis can be repeated.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use arbitragevault_domain::config::{
    AnalysisConfig, ConfigPatch, ConfigProblem, Scope, Selection, StrategyName,
};
use arbitragevault_domain::fees::FeeCategory;
use arbitragevault_domain::market::MarketSnapshot;
use arbitragevault_domain::marketplace::Marketplace;
use arbitragevault_persistence::batches::BatchConfiguration;
use arbitragevault_persistence::configuration_documents::ConfigurationDocument;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::layers::Layers;
use crate::error::ServiceError;

/// A configuration as an analysis uses it.
#[derive(Debug, Clone, PartialEq)]
pub struct UsedConfiguration {
    /// Made of versions and values, so that the same ones have the same id.
    pub id: Uuid,
    /// The version of each scope that had a say.
    pub versions: BTreeMap<Scope, i32>,
    /// Every value.
    pub config: AnalysisConfig,
}

impl UsedConfiguration {
    fn new(
        versions: BTreeMap<Scope, i32>,
        config: AnalysisConfig,
    ) -> Result<Self, serde_json::Error> {
        let hash = Sha256::digest(serde_json::to_vec(&(&versions, &config))?);
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
        Ok(Self {
            id: uuid::Builder::from_custom_bytes(bytes).into_uuid(),
            versions,
            config,
        })
    }

    /// The row that keeps it.
    pub(crate) fn row(
        &self,
        organisation_id: Uuid,
        now: DateTime<Utc>,
    ) -> Result<ConfigurationDocument, ServiceError> {
        Ok(ConfigurationDocument {
            organisation_id,
            id: self.id,
            versions: serde_json::to_value(&self.versions).map_err(ServiceError::internal)?,
            document: serde_json::to_value(&self.config).map_err(ServiceError::internal)?,
            created_at: now,
        })
    }
}

/// Finds the configuration of each product of one list: by its marketplace and fee category, and the list's strategy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Resolver {
    #[serde(flatten)]
    layers: Layers,
    strategy: Option<StrategyName>,
    /// What was found already; a list has few categories.
    #[serde(skip)]
    found: HashMap<(Marketplace, FeeCategory), Arc<UsedConfiguration>>,
    /// The categories that the configuration itself gives the products of a marketplace.
    #[serde(skip)]
    categories: HashMap<Marketplace, Option<FeeCategory>>,
}

/// A configuration that does not hold together: the version that took it allowed what this one does not.
#[derive(Debug, thiserror::Error)]
#[error("the configuration does not hold: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct Unsound(Vec<ConfigProblem>);

impl Resolver {
    /// For what is asked for under these layers.
    #[must_use]
    pub fn new(layers: Layers, strategy: Option<StrategyName>) -> Self {
        Self {
            layers,
            strategy,
            found: HashMap::new(),
            categories: HashMap::new(),
        }
    }

    /// For a stored batch.
    pub(crate) fn of_batch(stored: BatchConfiguration) -> Result<Self, String> {
        let unreadable =
            |error| format!("the stored configuration of the batch cannot be read: {error}");
        match stored.layers {
            Some(layers) => serde_json::from_value(layers).map_err(|e| unreadable(e.to_string())),
            None => {
                let whole = ConfigPatch::try_from(stored.configuration)
                    .map_err(|error| unreadable(error.to_string()))?;
                let mut layers = Layers::shipped();
                layers.layers.set(Scope::Global, whole);
                Ok(Self::new(layers, None))
            }
        }
    }

    /// The values that hold for every category of a marketplace.
    pub(crate) fn for_marketplace(
        &self,
        marketplace: Marketplace,
    ) -> Result<AnalysisConfig, Unsound> {
        let selection = self.selection(marketplace, None);
        self.layers.layers.config(&selection).map_err(Unsound)
    }

    /// The configuration for a product.
    ///
    /// # Errors
    /// When the values do not hold together.
    pub fn used(
        &mut self,
        snapshot: &MarketSnapshot,
    ) -> Result<Arc<UsedConfiguration>, ServiceError> {
        let marketplace = snapshot.marketplace;
        let configured = match self.categories.get(&marketplace) {
            Some(category) => *category,
            None => {
                let category = self.for_marketplace(marketplace)?.fees.category;
                self.categories.insert(marketplace, category);
                category
            }
        };
        let category = configured.unwrap_or_else(|| {
            FeeCategory::of(snapshot.product_group.as_deref(), snapshot.root_category)
        });
        if let Some(found) = self.found.get(&(marketplace, category)) {
            return Ok(Arc::clone(found));
        }
        let selection = self.selection(marketplace, Some(category));
        let config = self.layers.layers.config(&selection).map_err(Unsound)?;
        let versions = self.layers.versions_of(&selection);
        let used = UsedConfiguration::new(versions, config).map_err(ServiceError::internal)?;
        let used = Arc::new(used);
        self.found
            .insert((marketplace, category), Arc::clone(&used));
        Ok(used)
    }

    fn selection(&self, marketplace: Marketplace, category: Option<FeeCategory>) -> Selection {
        Selection {
            marketplace: Some(marketplace),
            category,
            strategy: self.strategy.clone(),
        }
    }
}

impl From<Unsound> for ServiceError {
    fn from(error: Unsound) -> Self {
        Self::Conflict {
            code: "CONFIGURATION_UNSOUND",
            detail: error.to_string(),
        }
    }
}
