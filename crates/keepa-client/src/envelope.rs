//! What stands around every answer of Keepa.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::error::ApiError;

/// The envelope of an answer. Products stay raw, so that a malformed one does not cost the others.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Envelope<'a> {
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
    #[serde(default, borrow)]
    pub(crate) products: Option<Vec<&'a RawValue>>,
}
