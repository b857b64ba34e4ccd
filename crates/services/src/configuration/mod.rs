//! The configuration of an organisation: what each scope sets, its versions, and what it comes to.
//!
//! What the values mean, and how scopes override each other, is the calculation's (`domain::config`). Here they are stored: each change of a
//! scope is an event with its author, its reason and a JSON Patch, and the number of that event is the version. Analyses keep the configuration
//! under which they were made ([`UsedConfiguration`]), so that they can be repeated whatever is set later.

mod layers;
mod preview;
mod used;

use std::collections::BTreeMap;

use arbitragevault_domain::config::{ConfigPatch, Difference, EffectiveConfig, Scope, Selection};
use arbitragevault_persistence::Connection;
use arbitragevault_persistence::configuration_scopes::{self, ScopeChange};
use arbitragevault_persistence::events::{self, Event, StreamKind};
use arbitragevault_persistence::{PersistenceError, organisations};
use chrono::{DateTime, Utc};
use serde_json::Value;

pub use layers::Layers;
pub use preview::{MAX_PREVIEWED, Preview, PreviewRequest, PreviewedAnalysis, Verdict};
pub use used::{Resolver, UsedConfiguration};

use crate::error::ServiceError;
use crate::precondition::Expected;
use crate::{Caller, Services};

/// Characters of a reason at most.
pub const MAX_REASON_CHARS: usize = 500;

/// Scopes that an organisation sets at most (M): checked are all ways in which they meet, marketplaces times categories times strategies.
pub const MAX_SCOPES: usize = 100;

/// What a scope sets.
#[derive(Debug, Clone, PartialEq)]
pub struct ScopeState {
    /// The scope.
    pub scope: Scope,
    /// How often it was changed; 0 where it is as shipped.
    pub version: i32,
    /// What it sets.
    pub patch: ConfigPatch,
    /// When it was last changed; `None` where never.
    pub updated_at: Option<DateTime<Utc>>,
}

/// Values that a scope is to set.
#[derive(Debug, Clone, PartialEq)]
pub enum NewValues {
    /// These instead of its former ones.
    Set(Value),
    /// Its former ones after a JSON Merge Patch, in which `null` means that the scope sets the value no more.
    Merge(Value),
}

impl NewValues {
    /// What comes of them where these values are set.
    fn applied_to(self, before: &ConfigPatch) -> Result<ConfigPatch, ServiceError> {
        match self {
            Self::Set(values) => ConfigPatch::new(values),
            Self::Merge(change) => before.changed(change),
        }
        .map_err(ServiceError::Values)
    }
}

/// What to do to a scope.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// Let it set other values.
    Values(NewValues),
    /// Let it be as it is shipped: strategies have their values, other scopes set nothing.
    Reset,
    /// Set what it set in an earlier version; version 0 is as it is shipped.
    RollBack(i32),
}

/// A change that somebody asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangeRequest<'a> {
    /// The scope.
    pub scope: &'a Scope,
    /// The versions that the caller has seen.
    pub expected: &'a Expected,
    /// What to do.
    pub edit: Edit,
    /// Why, at most [`MAX_REASON_CHARS`].
    pub reason: Option<&'a str>,
}

/// The values that hold for a selection, and where they come from.
#[derive(Debug, Clone, PartialEq)]
pub struct Effective {
    /// The values, each with what decides it.
    pub values: EffectiveConfig,
    /// The version of each scope that has a say.
    pub versions: BTreeMap<Scope, i32>,
}

impl Services {
    /// The values that hold for a selection.
    ///
    /// # Errors
    /// When there is no such strategy, or the database is not available.
    pub async fn effective_configuration(
        &self,
        caller: Caller,
        selection: &Selection,
    ) -> Result<Effective, ServiceError> {
        let layers = self.configuration_layers(caller).await?;
        layers.hold_strategy(selection.strategy.as_ref())?;
        let values = layers.layers.effective(selection);
        Ok(Effective {
            values: values.map_err(ServiceError::Values)?,
            versions: layers.versions_of(selection),
        })
    }

    /// What all scopes of the caller's organisation set.
    ///
    /// # Errors
    /// When the database is not available.
    pub async fn configuration_layers(&self, caller: Caller) -> Result<Layers, ServiceError> {
        self.tenant(caller, async |connection| {
            Layers::load(connection, caller.organisation_id).await
        })
        .await
    }

    /// Every scope that sets something or ever did, least first.
    ///
    /// # Errors
    /// When the database is not available.
    pub async fn configuration_scopes(
        &self,
        caller: Caller,
    ) -> Result<Vec<ScopeState>, ServiceError> {
        self.tenant(caller, async |connection| {
            let layers = Layers::load(connection, caller.organisation_id).await?;
            let mut scopes: Vec<Scope> = layers.layers.scopes().cloned().collect();
            scopes.extend(layers.versions.keys().cloned());
            scopes.sort_unstable();
            scopes.dedup();
            let states = scopes.into_iter().map(|scope| state(&layers, scope));
            Ok(states.collect())
        })
        .await
    }

    /// What one scope sets. Every scope is there: one that nobody has set is at version 0.
    ///
    /// # Errors
    /// When the database is not available.
    pub async fn configuration_scope(
        &self,
        caller: Caller,
        scope: &Scope,
    ) -> Result<ScopeState, ServiceError> {
        self.tenant(caller, async |connection| {
            let layers = Layers::load(connection, caller.organisation_id).await?;
            Ok(state(&layers, scope.clone()))
        })
        .await
    }

    /// Changes a scope. What changes nothing makes no version.
    ///
    /// # Errors
    /// When the scope was changed since the caller has seen it, a value cannot be taken, by itself or beside those of another scope, there is no
    /// such version to go back to, or the database is not available.
    pub async fn change_configuration(
        &self,
        caller: Caller,
        request: ChangeRequest<'_>,
    ) -> Result<ScopeState, ServiceError> {
        let reason = reason(request.reason)?;
        let act = caller.act(self.shared.clock.now());
        self.tenant(caller, async |connection| {
            organisations::lock(connection, caller.organisation_id).await?;
            let mut layers = Layers::load(connection, caller.organisation_id).await?;
            let scope = request.scope;
            let version = layers.version(scope);
            request.expected.hold(version)?;
            let before = layers.patch(scope);
            let (kind, patch) = edit(connection, caller, &layers, scope, request.edit).await?;
            match &patch {
                Some(patch) => layers.layers.set(scope.clone(), patch.clone()),
                None => layers.reset(scope),
            };
            let after = layers.patch(scope);
            if after == before {
                return Ok(state(&layers, scope.clone()));
            }
            check(layers).await?;
            let difference = Difference::between(&before, &after);
            let change = ScopeChange {
                scope: &scope.to_string(),
                version: version + 1,
                kind,
                patch: patch.map(Value::from),
                difference: serde_json::to_value(difference).map_err(ServiceError::internal)?,
                reason,
            };
            let stored =
                configuration_scopes::change(connection, caller.organisation_id, &change, act)
                    .await?;
            Ok(ScopeState {
                scope: scope.clone(),
                version: stored.version,
                patch: after,
                updated_at: Some(stored.updated_at),
            })
        })
        .await
    }

    /// The changes of a scope, newest first, before a version.
    ///
    /// # Errors
    /// When the database is not available.
    pub async fn configuration_versions(
        &self,
        caller: Caller,
        scope: &Scope,
        before: Option<i32>,
        limit: i64,
    ) -> Result<Vec<Event>, ServiceError> {
        let (organisation, scope) = (caller.organisation_id, scope.to_string());
        let stream = (StreamKind::Configuration, scope.as_str());
        let before = before.unwrap_or(i32::MAX);
        self.tenant(caller, async |connection| {
            Ok(events::before(connection, organisation, stream, before, limit).await?)
        })
        .await
    }
}

fn state(layers: &Layers, scope: Scope) -> ScopeState {
    ScopeState {
        version: layers.version(&scope),
        patch: layers.patch(&scope),
        updated_at: layers.updated_at.get(&scope).copied(),
        scope,
    }
}

/// What comes of an edit: what happened, and what the scope sets from now on; `None` for what is shipped.
async fn edit(
    connection: &mut Connection,
    caller: Caller,
    layers: &Layers,
    scope: &Scope,
    edit: Edit,
) -> Result<(&'static str, Option<ConfigPatch>), ServiceError> {
    Ok(match edit {
        Edit::Values(values) => ("SET", Some(values.applied_to(&layers.patch(scope))?)),
        Edit::Reset | Edit::RollBack(0) => ("RESET", None),
        Edit::RollBack(version) => {
            let (organisation, scope) = (caller.organisation_id, scope.to_string());
            let stream = (StreamKind::Configuration, scope.as_str());
            let told = events::payload(connection, organisation, stream, version).await;
            let mut told = told.map_err(|error| match error {
                PersistenceError::NotFound => ServiceError::NotFound("this version of the scope"),
                other => other.into(),
            })?;
            let patch = told.get_mut("patch").map(Value::take);
            let patch = patch.filter(|patch| !patch.is_null());
            let patch = patch.map(ConfigPatch::new).transpose();
            ("ROLLED_BACK", patch.map_err(ServiceError::Values)?)
        }
    })
}

/// Holds that all scopes are sound together. Off the caller's thread: many scopes meet in thousands of ways.
async fn check(layers: Layers) -> Result<(), ServiceError> {
    if layers.layers.scopes().count() > MAX_SCOPES {
        return Err(ServiceError::Invalid {
            code: "TOO_MANY_SCOPES",
            detail: format!(
                "an organisation sets {MAX_SCOPES} scopes at most: let one of them set nothing first"
            ),
        });
    }
    let problems = tokio::task::spawn_blocking(move || layers.layers.problems());
    let problems = problems.await.map_err(ServiceError::internal)?;
    if problems.is_empty() {
        Ok(())
    } else {
        Err(ServiceError::Values(problems))
    }
}

fn reason(reason: Option<&str>) -> Result<Option<&str>, ServiceError> {
    let reason = reason.map(str::trim).filter(|reason| !reason.is_empty());
    if reason.is_some_and(|reason| reason.chars().count() > MAX_REASON_CHARS) {
        return Err(ServiceError::Invalid {
            code: "REASON_TOO_LONG",
            detail: format!("a reason has {MAX_REASON_CHARS} characters at most"),
        });
    }
    Ok(reason)
}
