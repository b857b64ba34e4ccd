//! The configuration of an analysis: one typed document, put together from what is set at each scope.
//!
//! A [`ConfigPatch`] is what one [`Scope`] sets: a JSON Merge Patch (RFC 7396) of the whole document, in which absent keys are left to the
//! scopes above and `null` takes a value back to its default. [`ConfigLayers`] holds the patches of an organisation and answers with the
//! [`EffectiveConfig`] of a [`Selection`]: the values, and for each the scope that decides it. Two patches differ by a JSON Patch (RFC 6902,
//! [`Difference`]). The sections of the document are defined beside the part of the calculation that they set.
//!
//! Nothing here stores: what a version is, who made it and why is up to the caller.

mod difference;
mod document;
mod layers;
mod patch;
mod problem;
mod scope;

pub use difference::{Difference, DifferenceError};
pub use document::AnalysisConfig;
pub use layers::{ConfigLayers, EffectiveConfig, Selection};
pub use patch::ConfigPatch;
pub use problem::{ConfigProblem, ConfigProblemCode};
pub use scope::{NameError, Origin, Scope, ScopeError, StrategyName};

#[cfg(test)]
mod tests;
