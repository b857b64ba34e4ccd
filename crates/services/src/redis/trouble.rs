//! Why Redis does not do what it is asked, in words that may be told.

use std::fmt;

use ::redis::{ErrorKind, RedisError, ServerErrorKind};

/// Why Redis does not do what it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedisTrouble {
    /// Nobody has connected yet.
    NotConnected,
    /// There is no connection, or it broke.
    Unreachable,
    /// It does not answer in time.
    Slow,
    /// It does not accept the user or the password.
    Unauthorised,
    /// It answers with an error.
    Refuses,
}

impl RedisTrouble {
    /// Its name as a label of metrics.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::NotConnected => "not_connected",
            Self::Unreachable => "unreachable",
            Self::Slow => "slow",
            Self::Unauthorised => "unauthorised",
            Self::Refuses => "refuses",
        }
    }

    pub(super) fn of(error: &RedisError) -> Self {
        match error.kind() {
            _ if error.is_timeout() => Self::Slow,
            ErrorKind::AuthenticationFailed => Self::Unauthorised,
            ErrorKind::Server(ServerErrorKind::NoPerm) => Self::Unauthorised,
            _ if matches!(error.code(), Some("NOAUTH" | "WRONGPASS")) => Self::Unauthorised,
            ErrorKind::Io => Self::Unreachable,
            _ => Self::Refuses,
        }
    }
}

/// In words, which tell nothing of where Redis stands.
impl fmt::Display for RedisTrouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotConnected => "it was not reached yet",
            Self::Unreachable => "it cannot be reached",
            Self::Slow => "it does not answer in time",
            Self::Unauthorised => "it does not accept the user or the password",
            Self::Refuses => "it answers with an error",
        })
    }
}
