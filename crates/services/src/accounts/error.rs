//! What a use case of accounts can answer instead of a result.

use std::time::Duration;

use arbitragevault_persistence::PersistenceError;

use crate::error::ServiceError;

/// Why a use case of accounts did not happen. The text of every variant is meant for the caller, and names nobody.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AccountError {
    /// There is no account with this address and password, or it is closed: which of these is not told.
    #[error("the e-mail address or the password is wrong")]
    WrongCredentials,
    /// The password is right, and a code of the second factor is needed besides.
    #[error("a code of the second factor is needed: send totp_code or recovery_code as well")]
    SecondFactorRequired,
    /// The code of the second factor is wrong, or was used before.
    #[error("the code is wrong, or was used before")]
    WrongCode,
    /// Too many attempts failed; there need not be such an account.
    #[error("too many attempts to sign in with this address failed")]
    Locked {
        /// When the next attempt may be made.
        retry_after: Duration,
    },
    /// The same mail was sent just now.
    #[error("a mail was sent just now: look for it, and ask again later")]
    MailJustSent {
        /// When the next may be asked for.
        retry_after: Duration,
    },
    /// The access token cannot be taken.
    #[error("{detail}")]
    Unauthenticated {
        /// A code for programs, in SCREAMING_SNAKE_CASE.
        code: &'static str,
        /// Why, and what to do.
        detail: &'static str,
    },
    /// The refresh token cannot be taken.
    #[error("{detail}")]
    RefreshRefused {
        /// A code for programs, in SCREAMING_SNAKE_CASE.
        code: &'static str,
        /// Why, and what to do.
        detail: &'static str,
    },
    /// A value of the request cannot be taken.
    #[error("{detail}")]
    Field {
        /// The field.
        field: &'static str,
        /// A code for programs, in SCREAMING_SNAKE_CASE.
        code: &'static str,
        /// What is wrong with it.
        detail: String,
    },
    /// Anything that is not particular to accounts.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl AccountError {
    /// The access token is wrong.
    pub(super) const fn token_invalid() -> Self {
        Self::Unauthenticated {
            code: "TOKEN_INVALID",
            detail: "the access token was not made for this server, or was changed",
        }
    }

    /// The access token is right, but its time is over.
    pub(super) const fn token_expired() -> Self {
        Self::Unauthenticated {
            code: "TOKEN_EXPIRED",
            detail: "the access token has expired: refresh it",
        }
    }

    /// The access token is right, but its session is over or its account closed.
    pub(super) const fn session_ended() -> Self {
        Self::Unauthenticated {
            code: "SESSION_ENDED",
            detail: "the session was ended: sign in again",
        }
    }

    /// The state of the account forbids it.
    pub(super) fn conflict(code: &'static str, detail: &str) -> Self {
        Self::Service(ServiceError::Conflict {
            code,
            detail: detail.to_owned(),
        })
    }
}

impl From<PersistenceError> for AccountError {
    fn from(error: PersistenceError) -> Self {
        Self::Service(error.into())
    }
}
