//! What changed between two patches.

use serde::{Deserialize, Serialize};

use super::patch::ConfigPatch;
use super::problem::ConfigProblem;

/// What turns one patch into another: a JSON Patch (RFC 6902).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Difference(json_patch::Patch);

/// A difference does not fit the patch that it is applied to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DifferenceError {
    /// It names a place that is not there, or a test in it fails.
    #[error("the difference does not fit the document")]
    DoesNotFit(#[source] json_patch::PatchError),
    /// What comes of it is no configuration.
    #[error("the difference makes no configuration of the document")]
    NotAConfiguration(#[source] ConfigProblem),
}

impl Difference {
    /// What turns `old` into `new`; empty when they are the same.
    #[must_use]
    pub fn between(old: &ConfigPatch, new: &ConfigPatch) -> Self {
        Self(json_patch::diff(&old.to_value(), &new.to_value()))
    }

    /// The patch that comes of `old`.
    ///
    /// # Errors
    /// When the difference is not one from `old`.
    pub fn apply(&self, old: &ConfigPatch) -> Result<ConfigPatch, DifferenceError> {
        let mut value = old.to_value();
        json_patch::patch(&mut value, &self.0).map_err(DifferenceError::DoesNotFit)?;
        ConfigPatch::try_from(value).map_err(DifferenceError::NotAConfiguration)
    }

    /// `true` when nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
