//! What a use case can answer instead of a result.

use std::time::Duration;

use arbitragevault_domain::config::ConfigProblem;
use arbitragevault_persistence::PersistenceError;

/// Why a use case did not happen. The text of every variant is meant for the caller.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServiceError {
    /// There is no such thing, or it belongs to someone else.
    #[error("{0} was not found")]
    NotFound(&'static str),
    /// The caller may not do this, though he may do others of its kind.
    #[error("{0}")]
    Forbidden(String),
    /// The state of the thing forbids it.
    #[error("{detail}")]
    Conflict {
        /// A code for programs, in SCREAMING_SNAKE_CASE.
        code: &'static str,
        /// What forbids it, and what to do.
        detail: String,
    },
    /// The request was understood, but cannot be done as it stands.
    #[error("{detail}")]
    Invalid {
        /// A code for programs, in SCREAMING_SNAKE_CASE.
        code: &'static str,
        /// What is wrong, and what to do.
        detail: String,
    },
    /// Values of the request cannot be taken, each by its place in the document that was sent.
    #[error("{} of the values cannot be taken", .0.len())]
    Values(Vec<ConfigProblem>),
    /// It was changed since the caller has seen it.
    #[error(
        "it was changed meanwhile and is at version {version} now: read it again, and then change it"
    )]
    Stale {
        /// The version that it has now.
        version: i32,
    },
    /// A quota of the organisation is spent.
    #[error("{detail}")]
    QuotaSpent {
        /// A code for programs, in SCREAMING_SNAKE_CASE.
        code: &'static str,
        /// Which, and what to do.
        detail: String,
        /// When to try again.
        retry_after: Duration,
    },
    /// Something outside is not reachable now.
    #[error("{dependency} is not available at the moment")]
    Unavailable {
        /// What is not reachable.
        dependency: &'static str,
        /// When to try again.
        retry_after: Duration,
        /// What happened, for the log.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// A defect on our side; its source is for the log only.
    #[error("an internal error occurred")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl ServiceError {
    /// A defect on our side.
    pub fn internal(source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Internal(Box::new(source))
    }
}

impl From<PersistenceError> for ServiceError {
    fn from(error: PersistenceError) -> Self {
        match error {
            PersistenceError::NotFound => Self::NotFound("the resource"),
            error @ (PersistenceError::Unavailable(_) | PersistenceError::Timeout(_)) => {
                Self::Unavailable {
                    dependency: "the database",
                    retry_after: Duration::from_secs(5),
                    source: Some(Box::new(error)),
                }
            }
            error => Self::internal(error),
        }
    }
}

/// An error with its causes, for the log.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
