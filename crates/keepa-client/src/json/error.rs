//! Why JSON could not be read, and where.

use std::fmt;

/// What is wrong, and the path to the field.
#[derive(Debug)]
pub(crate) struct DecodeError(Box<Inner>);

#[derive(Debug)]
struct Inner {
    message: String,
    /// From the field outwards.
    path: Vec<Step>,
}

#[derive(Debug)]
enum Step {
    Field(String),
    Element(usize),
}

impl DecodeError {
    #[cold]
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            message: message.into(),
            path: Vec::new(),
        }))
    }

    /// The same error, in this field of an object.
    #[cold]
    pub(crate) fn in_field(mut self, name: &[u8]) -> Self {
        let name = String::from_utf8_lossy(name).into_owned();
        self.0.path.push(Step::Field(name));
        self
    }

    /// The same error, in this element of an array.
    #[cold]
    pub(crate) fn in_element(mut self, index: usize) -> Self {
        self.0.path.push(Step::Element(index));
        self
    }

    /// What is wrong.
    pub(crate) fn message(&self) -> &str {
        &self.0.message
    }

    /// The path to the field, `stats.current[3]` for example.
    pub(crate) fn path(&self) -> String {
        use fmt::Write as _;
        let mut path = String::new();
        for step in self.0.path.iter().rev() {
            // Writing to a string does not fail.
            let _ = match step {
                Step::Field(name) if path.is_empty() => write!(path, "{name}"),
                Step::Field(name) => write!(path, ".{name}"),
                Step::Element(index) => write!(path, "[{index}]"),
            };
        }
        path
    }
}
