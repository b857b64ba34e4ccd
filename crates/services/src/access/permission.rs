//! What a caller may do: roles, and the scopes by which a key is held to a part of what its maker may.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a member may do in an organisation. Each role may everything that the ones before it may.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Role {
    /// Reads.
    Viewer,
    /// Also submits lists and edits.
    Analyst,
    /// Also configures, invites and makes keys.
    Admin,
    /// Also makes owners, and deletes the organisation.
    Owner,
}

impl Role {
    /// Every role, the least first.
    pub const ALL: [Self; 4] = [Self::Viewer, Self::Analyst, Self::Admin, Self::Owner];

    /// The name, as it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "VIEWER",
            Self::Analyst => "ANALYST",
            Self::Admin => "ADMIN",
            Self::Owner => "OWNER",
        }
    }
}

/// A name that no role has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such role")]
pub struct UnknownRole;

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let mut roles = Self::ALL.into_iter();
        roles.find(|role| role.as_str() == name).ok_or(UnknownRole)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

macro_rules! permissions {
    ($($(#[$doc:meta])* $permission:ident: $scope:literal, $role:ident;)*) => {
        /// Something that a caller may do: the right to read or to write one kind of thing.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Permission {
            $($(#[$doc])* $permission,)*
        }

        impl Permission {
            /// Every permission.
            pub const ALL: &[Self] = &[$(Self::$permission),*];

            /// Its name as a scope of a key: `resource:read` or `resource:write`.
            #[must_use]
            pub const fn scope(self) -> &'static str {
                match self {
                    $(Self::$permission => $scope,)*
                }
            }

            /// The least role that has it.
            #[must_use]
            pub const fn least_role(self) -> Role {
                match self {
                    $(Self::$permission => Role::$role,)*
                }
            }
        }
    };
}

permissions! {
    /// Read batches with their items, events and files, and estimate one.
    BatchesRead: "batches:read", Viewer;
    /// Submit, cancel, retry and delete batches.
    BatchesWrite: "batches:write", Analyst;
    /// Read analyses.
    AnalysesRead: "analyses:read", Viewer;
    /// Make analyses.
    AnalysesWrite: "analyses:write", Analyst;
    /// Read market data of products.
    ProductsRead: "products:read", Viewer;
    /// Read what Keepa's tokens are, and what they were spent for.
    KeepaRead: "keepa:read", Viewer;
    /// Compute from numbers of one's own.
    CalculatorRead: "calculator:read", Viewer;
    /// Read the configuration of analyses, and preview a change.
    ConfigRead: "config:read", Viewer;
    /// Change the configuration of analyses.
    ConfigWrite: "config:write", Admin;
    /// Read who did what.
    AuditRead: "audit:read", Admin;
    /// See API keys.
    ApiKeysRead: "api_keys:read", Admin;
    /// Make and revoke API keys.
    ApiKeysWrite: "api_keys:write", Admin;
    /// Read what the organisation is called.
    OrganisationRead: "organisation:read", Viewer;
    /// Rename the organisation.
    OrganisationWrite: "organisation:write", Admin;
    /// Make and unmake owners, and delete the organisation.
    OwnershipWrite: "ownership:write", Owner;
    /// See the members of the organisation.
    MembersRead: "members:read", Viewer;
    /// Change the roles of members, and remove them.
    MembersWrite: "members:write", Admin;
    /// See invitations.
    InvitationsRead: "invitations:read", Admin;
    /// Invite, and take invitations back.
    InvitationsWrite: "invitations:write", Admin;
    /// Accept invitations for oneself.
    AccountWrite: "account:write", Viewer;
}

impl Permission {
    /// The permission with this scope.
    #[must_use]
    pub fn of_scope(scope: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|permission| permission.scope() == scope)
    }
}

/// A set of permissions.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Scopes(u64);

impl Scopes {
    /// Everything that a role may.
    #[must_use]
    pub fn of_role(role: Role) -> Self {
        let all = Permission::ALL.iter().copied();
        all.filter(|permission| permission.least_role() <= role)
            .collect()
    }

    /// `true` when it holds the permission.
    #[must_use]
    pub fn has(self, permission: Permission) -> bool {
        self.0 & bit(permission) != 0
    }

    /// What both hold.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The permissions of the other that this set lacks.
    pub fn lacks(self, other: Self) -> impl Iterator<Item = Permission> {
        let all = Permission::ALL.iter().copied();
        all.filter(move |permission| other.has(*permission) && !self.has(*permission))
    }
}

fn bit(permission: Permission) -> u64 {
    let place = Permission::ALL.iter().position(|one| *one == permission);
    place.map_or(0, |place| 1 << place)
}

impl FromIterator<Permission> for Scopes {
    fn from_iter<T: IntoIterator<Item = Permission>>(permissions: T) -> Self {
        Self(permissions.into_iter().fold(0, |set, one| set | bit(one)))
    }
}

impl fmt::Debug for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = Permission::ALL.iter().copied();
        let held = all.filter(|permission| self.has(*permission));
        f.debug_set().entries(held.map(Permission::scope)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_permission_has_a_scope_of_its_own_that_leads_back_to_it() {
        for permission in Permission::ALL {
            assert_eq!(Permission::of_scope(permission.scope()), Some(*permission));
            let (_, verb) = permission.scope().split_once(':').unwrap();
            assert!(matches!(verb, "read" | "write"), "{permission:?}");
        }
        assert!(Permission::ALL.len() <= 64, "a set has 64 places");
    }

    #[test]
    fn every_role_may_what_the_one_before_it_may_and_more() {
        let sets = Role::ALL.map(Scopes::of_role);
        for pair in sets.windows(2) {
            assert_eq!(pair[1].lacks(pair[0]).count(), 0);
            assert_ne!(pair[0].lacks(pair[1]).count(), 0);
        }
        assert_eq!(
            sets[3]
                .lacks(Permission::ALL.iter().copied().collect())
                .count(),
            0,
            "an owner may everything"
        );
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
        }
    }

    #[test]
    fn a_set_holds_what_was_put_into_it_and_nothing_else() {
        let set: Scopes = [Permission::BatchesRead, Permission::ApiKeysWrite]
            .into_iter()
            .collect();
        insta::assert_snapshot!(format!("{set:?}"), @r#"{"batches:read", "api_keys:write"}"#);
        insta::assert_snapshot!(
            format!("{:?}", set.and(Scopes::of_role(Role::Viewer))),
            @r#"{"batches:read"}"#
        );
    }
}
