//! How the configuration is asked for and shown.

use std::collections::BTreeMap;

use arbitragevault_domain::config::{AnalysisConfig, Scope, Selection, StrategyName};
use arbitragevault_domain::fees::FeeCategory;
use arbitragevault_domain::marketplace::Marketplace;
use arbitragevault_services::configuration::{Effective, ScopeState};
use arbitragevault_services::persistence::events::Event;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use crate::extract::ScopeName;

/// Bytes of a version in a list.
pub(super) const VERSION_BYTES: usize = 700;

/// For what the values hold.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct EffectiveQuery {
    /// In this marketplace; without it, what holds in every one.
    #[param(inline)]
    marketplace: Option<Marketplace>,
    /// For products that pay fees as this category; without it, what holds for every one.
    #[param(inline)]
    category: Option<FeeCategory>,
    /// Under this strategy.
    #[param(value_type = Option<String>, pattern = "^[a-z][a-z0-9-]{0,39}$", example = "textbook")]
    strategy: Option<StrategyName>,
}

impl From<EffectiveQuery> for Selection {
    fn from(query: EffectiveQuery) -> Self {
        Self {
            marketplace: query.marketplace,
            category: query.category,
            strategy: query.strategy,
        }
    }
}

/// The values that hold, and where they come from.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EffectiveConfiguration)]
pub(super) struct EffectiveView {
    /// Every value.
    values: AnalysisConfig,
    /// What decides each value, by JSON pointer: a scope, or `default`.
    #[schema(example = json!({"/profit/target_roi_percent": "marketplace:US", "/profit/minimum_profit": "default"}))]
    sources: BTreeMap<String, String>,
    /// The version of each scope that has a say; 0 for a strategy as it is shipped.
    #[schema(value_type = BTreeMap<String, i32>, example = json!({"global": 3, "marketplace:US": 1}))]
    versions: BTreeMap<Scope, i32>,
}

impl EffectiveView {
    pub(super) fn new(effective: Effective) -> Self {
        let sources = effective.values.origins.into_iter();
        Self {
            values: effective.values.config,
            sources: sources
                .map(|(pointer, origin)| (pointer, origin.to_string()))
                .collect(),
            versions: effective.versions,
        }
    }
}

/// What a scope sets.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConfigurationScope)]
pub(super) struct ScopeView {
    /// Its name.
    #[schema(value_type = ScopeName)]
    scope: Scope,
    /// How often it was changed; 0 where nobody has. Its ETag.
    version: i32,
    /// The values that it sets: a part of the whole document. `null` takes a value back to its default, whatever lesser scopes say.
    #[schema(value_type = Object, example = json!({"profit": {"target_roi_percent": 40}}))]
    values: Value,
    /// When it was last changed; null where never.
    updated_at: Option<DateTime<Utc>>,
}

impl From<ScopeState> for ScopeView {
    fn from(state: ScopeState) -> Self {
        Self {
            scope: state.scope,
            version: state.version,
            values: state.patch.to_value(),
            updated_at: state.updated_at,
        }
    }
}

/// The scopes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConfigurationScopes)]
pub(super) struct ScopeList {
    /// Least first.
    pub(super) items: Vec<ScopeView>,
}

/// What a scope is to set.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WriteConfiguration)]
pub(super) struct ScopeWrite {
    /// The values, as a part of the whole document, or the change of them.
    #[schema(value_type = Object, example = json!({"profit": {"target_roi_percent": 40}}))]
    pub(super) values: Value,
    /// Why, at most 500 characters.
    #[validate(length(max = 500))]
    #[schema(max_length = 500, example = "Returns cost more since spring")]
    pub(super) reason: Option<String>,
}

/// Why a scope is reset.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Reason {
    /// Why, at most 500 characters.
    #[validate(length(max = 500))]
    #[param(max_length = 500)]
    pub(super) reason: Option<String>,
}

/// Where to go back to.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RollBackConfiguration)]
pub(super) struct RollBack {
    /// The version; 0 is what is shipped.
    #[validate(range(min = 0))]
    #[schema(minimum = 0, example = 2)]
    pub(super) version: i32,
    /// Why, at most 500 characters.
    #[validate(length(max = 500))]
    #[schema(max_length = 500)]
    pub(super) reason: Option<String>,
}

/// A version of a scope.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConfigurationVersion)]
pub(super) struct VersionView<'a> {
    /// Its number, from 1.
    version: i32,
    /// How it came: `SET`, `RESET` or `ROLLED_BACK`.
    #[schema(example = "SET")]
    kind: &'a str,
    /// What the scope set from then on; null for what is shipped.
    #[schema(value_type = Option<Object>)]
    values: Option<&'a Value>,
    /// What turned what it had set into that: a JSON Patch (RFC 6902).
    #[schema(value_type = Vec<Object>)]
    difference: Option<&'a Value>,
    /// Why, in the words of who changed it.
    reason: Option<&'a str>,
    /// Who changed it; null for the server itself.
    user_id: Option<Uuid>,
    /// The key by which it was changed.
    api_key_id: Option<Uuid>,
    /// When.
    created_at: DateTime<Utc>,
}

impl<'a> From<&'a Event> for VersionView<'a> {
    fn from(event: &'a Event) -> Self {
        let told = |name: &str| event.payload.get(name).filter(|value| !value.is_null());
        Self {
            version: event.sequence,
            kind: &event.kind,
            values: told("patch"),
            difference: told("difference"),
            reason: told("reason").and_then(Value::as_str),
            user_id: event.user_id,
            api_key_id: event.api_key_id,
            created_at: event.created_at,
        }
    }
}
