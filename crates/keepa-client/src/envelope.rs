//! What stands around every answer of Keepa.

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::error::ApiError;

/// The envelope of an answer.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Envelope {
    #[serde(default)]
    pub(crate) timestamp: i64,
    #[serde(default)]
    pub(crate) tokens_left: i32,
    #[serde(default)]
    pub(crate) refill_in: i32,
    #[serde(default)]
    pub(crate) refill_rate: i32,
    #[serde(default)]
    pub(crate) token_flow_reduction: f64,
    #[serde(default)]
    pub(crate) tokens_consumed: i32,
    #[serde(default)]
    pub(crate) error: Option<ApiError>,
    /// Whether the answer has products; they are read apart.
    #[serde(default)]
    pub(crate) products: Option<IgnoredAny>,
}
