//! Violations of `validator` rules, and serde's messages, as the field errors of a problem.

use std::borrow::Cow;

use serde_path_to_error::{Path, Segment};
use validator::{ValidationError, ValidationErrors, ValidationErrorsKind};

use crate::problem::{FieldError, Place};

/// Every violation, ordered by its place. A place is a list of names and numbers, which `place` turns into the wire form.
pub(super) fn field_errors(
    errors: &ValidationErrors,
    place: impl Fn(&[String]) -> Place,
) -> Vec<FieldError> {
    let mut found = Vec::new();
    collect(errors, &mut Vec::new(), &mut found);
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    found
        .into_iter()
        .map(|(path, error)| FieldError {
            place: place(&path),
            code: code_of(&error),
            detail: detail_of(&error),
        })
        .collect()
}

fn collect(
    errors: &ValidationErrors,
    path: &mut Vec<String>,
    found: &mut Vec<(Vec<String>, ValidationError)>,
) {
    for (name, kind) in errors.errors() {
        path.push(name.to_string());
        match kind {
            ValidationErrorsKind::Field(errors) => {
                found.extend(errors.iter().map(|error| (path.clone(), error.clone())));
            }
            ValidationErrorsKind::Struct(errors) => collect(errors, path, found),
            ValidationErrorsKind::List(items) => {
                for (index, errors) in items {
                    path.push(index.to_string());
                    collect(errors, path, found);
                    path.pop();
                }
            }
        }
        path.pop();
    }
}

fn code_of(error: &ValidationError) -> Cow<'static, str> {
    match error.code.as_ref() {
        "range" => Cow::Borrowed("OUT_OF_RANGE"),
        "length" => Cow::Borrowed("WRONG_LENGTH"),
        other => Cow::Owned(other.to_ascii_uppercase()),
    }
}

fn detail_of(error: &ValidationError) -> String {
    if let Some(message) = &error.message {
        return message.to_string();
    }
    let bound = |name: &str| error.params.get(name).map(ToString::to_string);
    let unit = if error.code == "length" { " long" } else { "" };
    match (bound("min"), bound("max")) {
        (Some(min), Some(max)) => format!("must be between {min} and {max}{unit}"),
        (Some(min), None) => format!("must be at least {min}{unit}"),
        (None, Some(max)) => format!("must be at most {max}{unit}"),
        (None, None) => "is not valid".to_owned(),
    }
}

/// The JSON pointer (RFC 6901) of a path.
pub(super) fn pointer<S: AsRef<str>>(path: &[S]) -> Place {
    let mut pointer = String::new();
    for part in path {
        pointer.push('/');
        pointer.push_str(&part.as_ref().replace('~', "~0").replace('/', "~1"));
    }
    Place::Pointer(pointer)
}

/// The parts of serde's path.
pub(super) fn parts(path: &Path) -> Vec<String> {
    path.iter()
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some(index.to_string()),
            Segment::Map { key } => Some(key.clone()),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect()
}

/// What serde says is wrong: serde's errors carry no kind, only a text that begins in one of a few ways.
pub(super) fn serde_code(message: &str) -> &'static str {
    /// Beginnings of serde's messages (source: the constructors of `serde::de::Error`).
    const BEGINNINGS: [(&str, &str); 6] = [
        ("missing field", "MISSING_FIELD"),
        ("unknown field", "UNKNOWN_FIELD"),
        ("duplicate field", "DUPLICATE_FIELD"),
        ("unknown variant", "UNKNOWN_VALUE"),
        ("invalid type", "WRONG_TYPE"),
        ("invalid length", "WRONG_LENGTH"),
    ];
    BEGINNINGS
        .iter()
        .find(|(beginning, _)| message.starts_with(beginning))
        .map_or("INVALID_VALUE", |(_, code)| code)
}

/// The field that serde's message names between back quotes.
pub(super) fn named_field(message: &str) -> Option<&str> {
    let is_about_field = message.starts_with("missing field")
        || message.starts_with("unknown field")
        || message.starts_with("duplicate field");
    message.split('`').nth(1).filter(|_| is_about_field)
}
