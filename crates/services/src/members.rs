//! Members of the caller's organisation: list, give another role, remove.

use arbitragevault_persistence::memberships::{self, LockedMember, Member};
use uuid::Uuid;

use crate::access::{Permission, Role};
use crate::error::ServiceError;
use crate::precondition::Expected;
use crate::{Caller, Services};

impl Services {
    /// Members of the caller's organisation, after an id.
    ///
    /// # Errors
    /// When the database is not available.
    pub async fn members(
        &self,
        caller: Caller,
        after: Option<Uuid>,
        limit: i64,
    ) -> Result<Vec<Member>, ServiceError> {
        self.tenant(caller, async |connection| {
            Ok(memberships::page(connection, caller.organisation_id, after, limit).await?)
        })
        .await
    }

    /// Gives a member another role.
    ///
    /// # Errors
    /// When there is no such member, it was changed since the caller has seen it, an owner is made or unmade by somebody else than an owner, no owner would be left, or the database is
    /// not available.
    pub async fn set_member_role(
        &self,
        caller: Caller,
        user_id: Uuid,
        role: Role,
        expected: &Expected,
    ) -> Result<Member, ServiceError> {
        let organisation_id = caller.organisation_id;
        let act = caller.act(self.shared.clock.now());
        let member = self
            .tenant(caller, async |connection| {
                let locked = memberships::lock(connection, organisation_id, user_id).await?;
                expected.hold(locked.member.version)?;
                may_change(caller, &locked, Some(role))?;
                let role = role.as_str();
                memberships::set_role(connection, organisation_id, &locked, role, act).await?;
                Ok(memberships::get(connection, organisation_id, user_id).await?)
            })
            .await?;
        self.shared.access.forget();
        Ok(member)
    }

    /// Removes a member. His keys are gone with the membership; what he submitted stays.
    ///
    /// # Errors
    /// When there is no such member, an owner is removed by somebody else than an owner, no owner would be left, or the database is not
    /// available.
    pub async fn remove_member(&self, caller: Caller, user_id: Uuid) -> Result<(), ServiceError> {
        let organisation_id = caller.organisation_id;
        let act = caller.act(self.shared.clock.now());
        self.tenant(caller, async |connection| {
            let locked = memberships::lock(connection, organisation_id, user_id).await?;
            may_change(caller, &locked, None)?;
            Ok(memberships::remove(connection, organisation_id, &locked, act).await?)
        })
        .await?;
        self.shared.access.forget();
        Ok(())
    }
}

/// Holds that the caller may bring a member into a role, or out of the organisation.
fn may_change(
    caller: Caller,
    locked: &LockedMember,
    role: Option<Role>,
) -> Result<(), ServiceError> {
    let present: Role = locked.member.role.parse().map_err(ServiceError::internal)?;
    let touches_owner = present == Role::Owner || role == Some(Role::Owner);
    if touches_owner && !caller.scopes.has(Permission::OwnershipWrite) {
        return Err(ServiceError::Forbidden(
            "only an owner makes, changes or removes owners".to_owned(),
        ));
    }
    if locked.is_last_owner && role != Some(Role::Owner) {
        return Err(ServiceError::Conflict {
            code: "LAST_OWNER",
            detail: "an organisation needs an owner: make somebody else one first".to_owned(),
        });
    }
    Ok(())
}
