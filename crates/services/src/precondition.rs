//! Which version of a thing a caller means to change, so that nobody overwrites what he has not seen.

use crate::error::ServiceError;

/// The versions that a caller has seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// Whatever there is.
    Any,
    /// One of these.
    OneOf(Vec<i32>),
}

impl Expected {
    /// Holds that what there is is what the caller has seen.
    ///
    /// # Errors
    /// [`ServiceError::Stale`] when it is not.
    pub fn hold(&self, version: i32) -> Result<(), ServiceError> {
        match self {
            Self::Any => Ok(()),
            Self::OneOf(seen) if seen.contains(&version) => Ok(()),
            Self::OneOf(_) => Err(ServiceError::Stale { version }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_seen_may_be_changed() {
        assert!(Expected::Any.hold(7).is_ok());
        assert!(Expected::OneOf(vec![6, 7]).hold(7).is_ok());
        for seen in [vec![], vec![6], vec![8]] {
            let refused = Expected::OneOf(seen).hold(7).unwrap_err();
            assert!(matches!(refused, ServiceError::Stale { version: 7 }));
        }
    }
}
