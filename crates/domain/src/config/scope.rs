//! Where a value is set.

use std::fmt;
use std::str::FromStr;

use serde::de::IntoDeserializer as _;
use serde::de::value::Error as ValueError;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::fees::FeeCategory;
use crate::marketplace::Marketplace;

/// Where values can be set. A greater scope overrides a lesser one: global, then marketplace, then category, then strategy.
///
/// Written `global`, `marketplace:US`, `category:MEDIA`, `strategy:textbook`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// Every analysis.
    Global,
    /// Those of one marketplace.
    Marketplace(Marketplace),
    /// Those of products that pay fees as one category.
    Category(FeeCategory),
    /// Those that ask for one strategy.
    Strategy(StrategyName),
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Global => f.write_str("global"),
            Self::Marketplace(marketplace) => write!(f, "marketplace:{}", marketplace.code()),
            Self::Category(category) => {
                f.write_str("category:")?;
                category.serialize(f)
            }
            Self::Strategy(name) => write!(f, "strategy:{name}"),
        }
    }
}

/// The text names no scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScopeError {
    /// It is of no known form.
    #[error(
        "a scope is global, marketplace:CODE, category:NAME or strategy:NAME, for example marketplace:US"
    )]
    Form,
    /// There is no such marketplace.
    #[error("{0:?} is no marketplace")]
    Marketplace(String),
    /// There is no such fee category.
    #[error("{0:?} is no fee category")]
    Category(String),
    /// It is no name of a strategy.
    #[error(transparent)]
    Strategy(#[from] NameError),
}

impl FromStr for Scope {
    type Err = ScopeError;

    fn from_str(text: &str) -> Result<Self, ScopeError> {
        if text == "global" {
            return Ok(Self::Global);
        }
        match text.split_once(':').ok_or(ScopeError::Form)? {
            ("marketplace", code) => code
                .parse()
                .map(Self::Marketplace)
                .map_err(|_| ScopeError::Marketplace(code.to_owned())),
            ("category", name) => {
                let category: Result<_, ValueError> =
                    FeeCategory::deserialize(name.into_deserializer());
                category
                    .map(Self::Category)
                    .map_err(|_| ScopeError::Category(name.to_owned()))
            }
            ("strategy", name) => Ok(Self::Strategy(name.parse()?)),
            _ => Err(ScopeError::Form),
        }
    }
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// What decides a value: a scope, or nobody, so that it is the default.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// No scope sets it.
    Default,
    /// The greatest scope that sets it.
    Scope(Scope),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Scope(scope) => scope.fmt(f),
        }
    }
}

impl Serialize for Origin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The name of a strategy: 1 to 40 of the characters a–z, 0–9 and `-`, beginning with a letter.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct StrategyName(String);

/// The text is no name of a strategy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no name of a strategy: 1 to 40 of the characters a-z, 0-9 and -, beginning with a letter"
)]
pub struct NameError(String);

impl StrategyName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StrategyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for StrategyName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let is_name = text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.chars().all(allowed)
            && text.len() <= 40;
        if is_name {
            Ok(Self(text.to_owned()))
        } else {
            Err(NameError(text.chars().take(80).collect()))
        }
    }
}

impl TryFrom<String> for StrategyName {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, NameError> {
        text.parse()
    }
}

impl From<StrategyName> for String {
    fn from(name: StrategyName) -> Self {
        name.0
    }
}
