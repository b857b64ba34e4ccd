//! The caller's organisation: look at it, rename it, delete it.

use arbitragevault_persistence::organisations::{self, DEFAULT_ORGANISATION, Organisation};

use crate::error::ServiceError;
use crate::precondition::Expected;
use crate::{Caller, Services};

/// Characters of an organisation's name at most.
pub const MAX_NAME_CHARS: usize = 100;

impl Services {
    /// The caller's organisation.
    ///
    /// # Errors
    /// When the database is not available.
    pub async fn organisation(&self, caller: Caller) -> Result<Organisation, ServiceError> {
        self.tenant(caller, async |connection| {
            Ok(organisations::get(connection, caller.organisation_id).await?)
        })
        .await
    }

    /// Gives the caller's organisation another name.
    ///
    /// # Errors
    /// When the name is not of 1 to 100 characters, the organisation was changed since the caller has seen it, or the database is not available.
    pub async fn rename_organisation(
        &self,
        caller: Caller,
        name: &str,
        expected: &Expected,
    ) -> Result<Organisation, ServiceError> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > MAX_NAME_CHARS {
            return Err(ServiceError::Invalid {
                code: "NAME_INVALID",
                detail: format!("the name must have 1 to {MAX_NAME_CHARS} characters"),
            });
        }
        let act = caller.act(self.shared.clock.now());
        self.tenant(caller, async |connection| {
            let locked = organisations::lock(connection, caller.organisation_id).await?;
            expected.hold(locked.version)?;
            Ok(organisations::rename(connection, locked, name, act).await?)
        })
        .await
    }

    /// Deletes the caller's organisation with all its batches, analyses, keys and memberships. Work on it ends. Its users stay.
    ///
    /// # Errors
    /// When it is the default organisation, in which the server itself acts, or the database is not available.
    pub async fn delete_organisation(&self, caller: Caller) -> Result<(), ServiceError> {
        if caller.organisation_id == DEFAULT_ORGANISATION {
            return Err(ServiceError::Conflict {
                code: "DEFAULT_ORGANISATION",
                detail: "the server itself acts in the default organisation, which stays; delete its batches instead"
                    .to_owned(),
            });
        }
        self.tenant(caller, async |connection| {
            Ok(organisations::delete(connection, caller.organisation_id).await?)
        })
        .await?;
        self.shared.access.forget();
        tracing::info!(organisation_id = %caller.organisation_id, "organisation {} was deleted", caller.organisation_id);
        Ok(())
    }
}
