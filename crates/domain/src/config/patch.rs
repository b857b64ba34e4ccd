//! What one scope sets.

use json_patch::jsonptr::{Pointer, PointerBuf, Token};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::document::AnalysisConfig;
use super::problem::{ConfigProblem, ConfigProblemCode};

/// The values that one scope sets: a part of the whole document, of which every key is known and every value has the right type.
///
/// `null` takes a value, or a whole section, back to its default, whatever the scopes above say.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub struct ConfigPatch(Map<String, Value>);

impl ConfigPatch {
    /// Reads a patch.
    ///
    /// # Errors
    /// Every unknown key and every value of a wrong type, at once. Ranges are checked where the values are known that a value stands
    /// beside: see [`ConfigLayers::problems`](super::ConfigLayers::problems).
    pub fn new(value: Value) -> Result<Self, Vec<ConfigProblem>> {
        let Value::Object(map) = value else {
            return Err(vec![wrong_type(Pointer::root(), "must be an object")]);
        };
        let defaults = defaults();
        let mut problems = Vec::new();
        check(
            &map,
            &defaults,
            &PointerBuf::new(),
            &defaults,
            &mut problems,
        );
        if problems.is_empty() {
            Ok(Self(map))
        } else {
            Err(problems)
        }
    }

    /// This patch after a change that is itself a JSON Merge Patch: there `null` means that this scope no longer sets the value.
    ///
    /// # Errors
    /// As [`ConfigPatch::new`], of the change.
    pub fn changed(&self, change: Value) -> Result<Self, Vec<ConfigProblem>> {
        let change = Self::new(change)?;
        let mut changed = self.to_value();
        json_patch::merge(&mut changed, &change.to_value());
        Self::new(changed)
    }

    /// `true` when it sets nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The patch as JSON.
    #[must_use]
    pub fn to_value(&self) -> Value {
        Value::Object(self.0.clone())
    }

    /// What this patch says of a value of the document: `None` when it leaves it alone.
    pub(super) fn decision(&self, pointer: &Pointer) -> Option<Decision> {
        let mut tokens = pointer.tokens();
        let mut value = self.0.get(tokens.next()?.decoded().as_ref())?;
        for token in tokens {
            if value.is_null() {
                break;
            }
            value = value.get(token.decoded().as_ref())?;
        }
        Some(if value.is_null() {
            Decision::Default
        } else {
            Decision::Set
        })
    }
}

/// What a patch does to a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    /// It sets it.
    Set,
    /// It takes it back to the default.
    Default,
}

impl TryFrom<Value> for ConfigPatch {
    type Error = ConfigProblem;

    fn try_from(value: Value) -> Result<Self, ConfigProblem> {
        Self::new(value).map_err(|problems| {
            let first = problems.into_iter().next();
            first.unwrap_or_else(|| wrong_type(Pointer::root(), "is no configuration"))
        })
    }
}

impl From<ConfigPatch> for Value {
    fn from(patch: ConfigPatch) -> Self {
        Self::Object(patch.0)
    }
}

/// The whole document with every value at its default.
pub(super) fn defaults() -> Value {
    serde_json::to_value(AnalysisConfig::default()).unwrap_or_default()
}

/// Compares a part of a patch with the same part of the defaults.
fn check(
    part: &Map<String, Value>,
    known: &Value,
    at: &Pointer,
    defaults: &Value,
    problems: &mut Vec<ConfigProblem>,
) {
    for (key, value) in part {
        let at = at.with_trailing_token(Token::new(key));
        match (known.get(key), value) {
            (None, _) => problems.push(ConfigProblem {
                pointer: at.to_string(),
                code: ConfigProblemCode::UnknownKey,
                detail: format!("there is no key {key:?}{}", suggestion(known)),
            }),
            (Some(_), Value::Null) => {}
            (Some(known @ Value::Object(_)), Value::Object(part)) => {
                check(part, known, &at, defaults, problems);
            }
            (Some(Value::Object(_)), _) => problems.push(wrong_type(&at, "must be an object")),
            (Some(_), value) => {
                let mut document = defaults.clone();
                if let Some(place) = document.pointer_mut(at.as_str()) {
                    *place = value.clone();
                }
                if let Err(error) = serde_json::from_value::<AnalysisConfig>(document) {
                    problems.push(wrong_type(&at, &in_words(&error)));
                }
            }
        }
    }
}

fn wrong_type(at: &Pointer, detail: &str) -> ConfigProblem {
    ConfigProblem {
        pointer: at.to_string(),
        code: ConfigProblemCode::WrongType,
        detail: detail.to_owned(),
    }
}

/// What a value should have been, without the names that only Rust has for numbers.
fn in_words(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let whole = |most: u64| format!("expected a whole number from 0 to {most}");
    [
        ("expected u8", u64::from(u8::MAX)),
        ("expected u16", u64::from(u16::MAX)),
        ("expected u32", u64::from(u32::MAX)),
    ]
    .into_iter()
    .find(|(name, _)| text.ends_with(name))
    .map_or(text.clone(), |(name, most)| {
        text.replace(name, &whole(most))
    })
}

/// The keys that there are.
fn suggestion(known: &Value) -> String {
    let keys: Vec<&str> = known
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, _)| key.as_str())
        .collect();
    if keys.is_empty() {
        String::new()
    } else {
        format!("; there are {}", keys.join(", "))
    }
}
