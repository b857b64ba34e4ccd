//! What the database can answer instead of rows.

use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel_async::pooled_connection::PoolError;
use diesel_async::pooled_connection::deadpool::PoolError as DeadpoolError;

/// Why the database did not do it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PersistenceError {
    /// The database cannot be reached, or every connection is in use. Try again later.
    #[error("the database is not available")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A statement ran longer than the database allows.
    #[error("the database took too long")]
    Timeout(#[source] DieselError),
    /// A unique key or a foreign key forbids it.
    #[error("it conflicts with what is stored")]
    Conflict(#[source] DieselError),
    /// There is no such row.
    #[error("no such row")]
    NotFound,
    /// A stored value cannot be read.
    #[error("the stored {what} cannot be read")]
    Corrupt {
        /// Which value.
        what: &'static str,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The schema could not be migrated.
    #[error("the schema could not be migrated: {0}")]
    Migration(String),
    /// The configuration of the database is wrong.
    #[error("the database cannot be used: {0}")]
    Configuration(String),
    /// Any other failure of a statement.
    #[error("the database refused a statement")]
    Query(#[source] DieselError),
}

impl PersistenceError {
    pub(crate) fn unavailable(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Unavailable(source.into())
    }
}

impl From<DieselError> for PersistenceError {
    fn from(error: DieselError) -> Self {
        match &error {
            DieselError::NotFound => Self::NotFound,
            DieselError::DatabaseError(kind, information) => match kind {
                DatabaseErrorKind::UniqueViolation | DatabaseErrorKind::ForeignKeyViolation => {
                    Self::Conflict(error)
                }
                // A dead connection arrives as `UnableToSendCommand`, a shutdown of the server as `Unknown` with its message.
                DatabaseErrorKind::UnableToSendCommand | DatabaseErrorKind::ClosedConnection => {
                    Self::unavailable(error)
                }
                _ if is_lost(information.message()) => Self::unavailable(error),
                _ if information.message().contains("statement timeout") => Self::Timeout(error),
                _ => Self::Query(error),
            },
            DieselError::BrokenTransactionManager => Self::unavailable(error),
            _ => Self::Query(error),
        }
    }
}

/// The messages with which PostgreSQL ends a connection (source: its errors 57P01 to 57P03 and 53300, grade A).
fn is_lost(message: &str) -> bool {
    [
        "terminating connection",
        "the database system is",
        "connection closed",
        "too many clients",
        "server closed the connection",
    ]
    .iter()
    .any(|lost| message.contains(lost))
}

impl From<DeadpoolError> for PersistenceError {
    fn from(error: DeadpoolError) -> Self {
        Self::unavailable(error)
    }
}

impl From<PoolError> for PersistenceError {
    fn from(error: PoolError) -> Self {
        Self::unavailable(error)
    }
}
