//! Invitations into the caller's organisation: make, list, take back, accept.

use arbitragevault_persistence::invitations::{self, Acceptance, Invitation, NewInvitation};
use chrono::TimeDelta;
use uuid::Uuid;

use crate::access::{INVITATION_PREFIX, Permission, Role, Secret, SecretHash};
use crate::error::ServiceError;
use crate::{Caller, Services};

/// How long an invitation can be accepted: a person reads mail within a week (M).
pub const VALID_FOR: TimeDelta = TimeDelta::days(7);

impl Services {
    /// Invites somebody, and returns the invitation with its token, which is stored nowhere. Who holds the token and has the address may
    /// accept it once.
    ///
    /// # Errors
    /// When the address is none, an owner is invited by somebody else than an owner, or the database is not available.
    pub async fn invite(
        &self,
        caller: Caller,
        email: &str,
        role: Role,
    ) -> Result<(Invitation, Secret), ServiceError> {
        let email = email.trim();
        if !is_address(email) {
            return Err(ServiceError::Invalid {
                code: "EMAIL_INVALID",
                detail: "the address must have the form name@example.com".to_owned(),
            });
        }
        if role == Role::Owner && !caller.scopes.has(Permission::OwnershipWrite) {
            return Err(ServiceError::Forbidden(
                "only an owner makes owners".to_owned(),
            ));
        }
        let token = Secret::generate(INVITATION_PREFIX)?;
        let now = self.shared.clock.now();
        let new = NewInvitation {
            id: Uuid::now_v7(),
            organisation_id: caller.organisation_id,
            invited_by: caller.user_id,
            email: email.to_owned(),
            role: role.as_str().to_owned(),
            hash: token.hash().as_bytes().to_vec(),
            created_at: now,
            expires_at: now + VALID_FOR,
        };
        let invitation = self
            .tenant(caller, async |connection| {
                Ok(invitations::insert(connection, &new, caller.act(now)).await?)
            })
            .await?;
        Ok((invitation, token))
    }

    /// Invitations of the caller's organisation, newest first, after an id.
    ///
    /// # Errors
    /// When the database is not available.
    pub async fn invitations(
        &self,
        caller: Caller,
        after: Option<Uuid>,
        limit: i64,
    ) -> Result<Vec<Invitation>, ServiceError> {
        self.tenant(caller, async |connection| {
            Ok(invitations::page(connection, caller.organisation_id, after, limit).await?)
        })
        .await
    }

    /// Takes back an invitation that nobody has accepted.
    ///
    /// # Errors
    /// When the caller's organisation has no such invitation, or the database is not available.
    pub async fn take_back_invitation(&self, caller: Caller, id: Uuid) -> Result<(), ServiceError> {
        let act = caller.act(self.shared.clock.now());
        self.tenant(caller, async |connection| {
            Ok(invitations::delete(connection, caller.organisation_id, id, act).await?)
        })
        .await
    }

    /// Makes the caller a member of the organisation that a token leads into. It leads out of the caller's own, so this alone does not run
    /// as the caller's tenant.
    ///
    /// # Errors
    /// When the token is unknown, was used or has expired, is for another address, the caller is a member already, or the database is not
    /// available.
    pub async fn accept_invitation(
        &self,
        caller: Caller,
        token: &str,
    ) -> Result<Invitation, ServiceError> {
        let hash = SecretHash::of(token);
        let now = self.shared.clock.now();
        let mut connection = self.connection().await?;
        let accepted =
            invitations::accept(&mut connection, hash.as_bytes(), caller.user_id, now).await?;
        let conflict = |code, detail: &str| {
            Err(ServiceError::Conflict {
                code,
                detail: detail.to_owned(),
            })
        };
        match accepted {
            Acceptance::Accepted(invitation) => Ok(invitation),
            Acceptance::AcceptedBefore => conflict(
                "INVITATION_USED",
                "the invitation was accepted before; ask for another one",
            ),
            Acceptance::Expired => conflict(
                "INVITATION_EXPIRED",
                "the invitation has expired; ask for another one",
            ),
            Acceptance::MemberAlready => {
                conflict("MEMBER_ALREADY", "you are a member of this organisation")
            }
            Acceptance::ForSomebodyElse => Err(ServiceError::NotFound("an invitation for you")),
        }
    }
}

/// Whether a text looks like an address of mail. Whether it is one, only the mail that arrives tells.
fn is_address(text: &str) -> bool {
    let is_sound =
        text.len() <= 254 && !text.contains(|c: char| c.is_whitespace() || c.is_control());
    text.split_once('@').is_some_and(|(name, host)| {
        is_sound && !name.is_empty() && !host.is_empty() && !host.contains('@')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_an_address_is_invited() {
        for good in ["ann@example.com", "a.b+c@localhost", "ü@example.com"] {
            assert!(is_address(good), "{good}");
        }
        for bad in [
            "",
            "@",
            "ann",
            "ann@",
            "@example.com",
            "a b@c.d",
            "a@b@c",
            "a@b\n",
        ] {
            assert!(!is_address(bad), "{bad}");
        }
    }
}
