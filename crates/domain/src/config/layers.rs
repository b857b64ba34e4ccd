//! What all scopes set together.

use std::collections::{BTreeMap, BTreeSet};

use json_patch::jsonptr::{Pointer, PointerBuf, Token};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::document::AnalysisConfig;
use super::patch::{ConfigPatch, Decision, defaults};
use super::problem::ConfigProblem;
use super::scope::{Origin, Scope, StrategyName};
use crate::fees::FeeCategory;
use crate::marketplace::Marketplace;

/// What an analysis is made for: it selects the scopes that count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Its marketplace; `None` for what holds in every one.
    pub marketplace: Option<Marketplace>,
    /// Its product's fee category; `None` for what holds in every one.
    pub category: Option<FeeCategory>,
    /// The strategy asked for, if any.
    pub strategy: Option<StrategyName>,
}

impl Selection {
    /// The scopes that count, least first.
    pub fn scopes(&self) -> impl DoubleEndedIterator<Item = Scope> {
        [
            Some(Scope::Global),
            self.marketplace.map(Scope::Marketplace),
            self.category.map(Scope::Category),
            self.strategy.clone().map(Scope::Strategy),
        ]
        .into_iter()
        .flatten()
    }
}

/// The values that hold for a selection, and what decides each of them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EffectiveConfig {
    /// The values.
    pub config: AnalysisConfig,
    /// What decides each value, by JSON pointer (RFC 6901).
    pub origins: BTreeMap<String, Origin>,
}

/// The patches of an organisation by scope.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConfigLayers(BTreeMap<Scope, ConfigPatch>);

impl ConfigLayers {
    /// What a scope sets; `None` when it sets nothing.
    #[must_use]
    pub fn get(&self, scope: &Scope) -> Option<&ConfigPatch> {
        self.0.get(scope)
    }

    /// Lets a scope set these values instead of its former ones, which are returned.
    pub fn set(&mut self, scope: Scope, patch: ConfigPatch) -> Option<ConfigPatch> {
        self.0.insert(scope, patch)
    }

    /// Lets a scope set nothing any more; returns what it set.
    pub fn remove(&mut self, scope: &Scope) -> Option<ConfigPatch> {
        self.0.remove(scope)
    }

    /// The scopes that set something, least first.
    pub fn scopes(&self) -> impl Iterator<Item = &Scope> {
        self.0.keys()
    }

    /// The values that hold for a selection.
    ///
    /// # Errors
    /// Every value that is out of range or out of order.
    pub fn config(&self, selection: &Selection) -> Result<AnalysisConfig, Vec<ConfigProblem>> {
        // Merging into an empty document drops every null, so that what one takes back is the default's in the end.
        let mut set = Value::Object(Map::new());
        for scope in selection.scopes() {
            if let Some(patch) = self.0.get(&scope) {
                json_patch::merge(&mut set, &patch.to_value());
            }
        }
        let mut document = defaults();
        json_patch::merge(&mut document, &set);
        let config: AnalysisConfig = serde_json::from_value(document)
            .map_err(|error| vec![ConfigProblem::unreadable(&error)])?;
        let problems = config.problems();
        if problems.is_empty() {
            Ok(config)
        } else {
            Err(problems)
        }
    }

    /// The values that hold for a selection, and what decides each of them.
    ///
    /// # Errors
    /// Every value that is out of range or out of order.
    pub fn effective(&self, selection: &Selection) -> Result<EffectiveConfig, Vec<ConfigProblem>> {
        let config = self.config(selection)?;
        let document = serde_json::to_value(&config)
            .map_err(|error| vec![ConfigProblem::unreadable(&error)])?;
        let mut origins = BTreeMap::new();
        for pointer in values(&document, PointerBuf::new()) {
            let origin = self.origin(&pointer, selection);
            origins.insert(pointer.to_string(), origin);
        }
        Ok(EffectiveConfig { config, origins })
    }

    /// What decides a value.
    fn origin(&self, pointer: &Pointer, selection: &Selection) -> Origin {
        selection
            .scopes()
            .rev()
            .find_map(|scope| Some((self.0.get(&scope)?.decision(pointer)?, scope)))
            .map_or(Origin::Default, |(decision, scope)| match decision {
                Decision::Set => Origin::Scope(scope),
                Decision::Default => Origin::Default,
            })
    }

    /// Every problem of every selection that these layers tell apart, each once, with the scopes that make it; empty when all are sound.
    ///
    /// A value that is right by itself can be wrong beside one of another scope, so each way in which the layers meet is looked at.
    #[must_use]
    pub fn problems(&self) -> Vec<ConfigProblem> {
        let mut marketplaces = vec![None];
        let mut categories = vec![None];
        let mut strategies = vec![None];
        for scope in self.0.keys() {
            match scope {
                Scope::Global => {}
                Scope::Marketplace(marketplace) => marketplaces.push(Some(*marketplace)),
                Scope::Category(category) => categories.push(Some(*category)),
                Scope::Strategy(strategy) => strategies.push(Some(strategy.clone())),
            }
        }
        let mut seen = BTreeSet::new();
        let mut problems = Vec::new();
        for &marketplace in &marketplaces {
            for &category in &categories {
                for strategy in &strategies {
                    let selection = Selection {
                        marketplace,
                        category,
                        strategy: strategy.clone(),
                    };
                    for mut problem in self.config(&selection).err().into_iter().flatten() {
                        if seen.insert(problem.clone()) {
                            problem.detail.push_str(&self.meeting(&selection));
                            problems.push(problem);
                        }
                    }
                }
            }
        }
        problems
    }

    /// Names the scopes that meet in a selection, when there are several.
    fn meeting(&self, selection: &Selection) -> String {
        let scopes: Vec<String> = selection
            .scopes()
            .filter(|scope| self.0.contains_key(scope))
            .map(|scope| scope.to_string())
            .collect();
        if scopes.len() > 1 {
            format!(" (where {} meet)", scopes.join(", "))
        } else {
            String::new()
        }
    }
}

/// The pointers of all values of a document that are no objects.
fn values(document: &Value, at: PointerBuf) -> Vec<PointerBuf> {
    match document {
        Value::Object(map) => map
            .iter()
            .flat_map(|(key, value)| values(value, at.with_trailing_token(Token::new(key))))
            .collect(),
        _ => vec![at],
    }
}
