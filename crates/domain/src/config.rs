//! The effective configuration of an analysis: one section for each part of the calculation, defined beside that part.

use serde::{Deserialize, Serialize};

/// Everything about the calculation that a user can set. Unknown keys are refused.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AnalysisConfig {}
