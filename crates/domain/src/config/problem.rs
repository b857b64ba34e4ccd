//! What is wrong with a configuration.

use serde::{Deserialize, Serialize};

/// The kinds of problems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum ConfigProblemCode {
    /// The document has no such key.
    UnknownKey,
    /// The value is not of the type of its key.
    WrongType,
    /// The value, by itself or beside another one, is not allowed.
    OutOfRange,
}

impl ConfigProblemCode {
    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UnknownKey => "UNKNOWN_KEY",
            Self::WrongType => "WRONG_TYPE",
            Self::OutOfRange => "OUT_OF_RANGE",
        }
    }
}

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{pointer}: {detail}")]
pub struct ConfigProblem {
    /// Where in the document: a JSON pointer (RFC 6901).
    pub pointer: String,
    /// What kind of problem it is.
    pub code: ConfigProblemCode,
    /// What is wrong, as a sentence for people.
    pub detail: String,
}

impl ConfigProblem {
    /// The whole document cannot be read or written.
    pub(super) fn unreadable(error: &serde_json::Error) -> Self {
        Self {
            pointer: String::new(),
            code: ConfigProblemCode::WrongType,
            detail: error.to_string(),
        }
    }
}
