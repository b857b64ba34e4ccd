//! Who calls, and what they may do.
//!
//! A credential becomes a [`Caller`] here and nowhere else. What a caller may is decided by the permission that each operation names;
//! that a caller sees only his organisation is held by the database besides (ADR 9).

mod cache;
mod permission;
mod secret;

use arbitragevault_persistence::PersistenceError;
use arbitragevault_persistence::api_keys::{self, LAST_USE_PRECISION, PresentedKey};
use arbitragevault_persistence::events::Act;
use arbitragevault_persistence::memberships;
use arbitragevault_persistence::organisations::{DEFAULT_ORGANISATION, DEFAULT_USER};
use chrono::{DateTime, Utc};
use uuid::Uuid;

pub use cache::AccessCache;
pub use permission::{Permission, Role, Scopes, UnknownRole};
pub use secret::{API_KEY_PREFIX, INVITATION_PREFIX, Secret, SecretHash};

use crate::Services;
use crate::accounts::{AccountError, tokens};
use crate::error::{ServiceError, chain};
use crate::limits::{RequestQuota, Subject};

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// The organisation whose rows are visible.
    pub organisation_id: Uuid,
    /// The user, or the one for whom a key acts.
    pub user_id: Uuid,
    /// The key; `None` for who is signed in.
    pub api_key_id: Option<Uuid>,
    /// The role in the organisation; that of a key when it is less.
    pub role: Role,
    /// What the caller may: never more than the role.
    pub scopes: Scopes,
    /// How many requests the caller may do.
    pub request_quota: RequestQuota,
}

impl Caller {
    /// A member without any restriction.
    #[must_use]
    pub fn member(organisation_id: Uuid, user_id: Uuid, role: Role) -> Self {
        Self {
            organisation_id,
            user_id,
            api_key_id: None,
            role,
            scopes: Scopes::of_role(role),
            request_quota: RequestQuota::Server,
        }
    }

    /// The owner of the default organisation: who calls a server that asks for no credential, and the command line.
    #[must_use]
    pub fn default_owner() -> Self {
        Self::member(DEFAULT_ORGANISATION, DEFAULT_USER, Role::Owner)
    }

    /// That the caller does something now.
    pub(crate) const fn act(self, now: DateTime<Utc>) -> Act {
        Act {
            user_id: Some(self.user_id),
            api_key_id: self.api_key_id,
            at: now,
        }
    }

    /// Whose requests those of the caller are counted as: the key's, or the member's in all sessions.
    #[must_use]
    pub fn subject(&self) -> Subject {
        self.api_key_id.map_or(
            Subject::Member {
                organisation_id: self.organisation_id,
                user_id: self.user_id,
            },
            Subject::Key,
        )
    }

    /// Holds that the caller may do something.
    ///
    /// # Errors
    /// [`AccessError::Forbidden`] when not.
    pub fn require(self, permission: Permission) -> Result<(), AccessError> {
        if self.scopes.has(permission) {
            Ok(())
        } else {
            Err(AccessError::Forbidden(permission))
        }
    }
}

/// What a request shows to say who it is from.
#[derive(Clone, Copy)]
pub enum Credential<'a> {
    /// An API key, `avk_…`.
    ApiKey(&'a str),
    /// A token of a session: a JWT.
    Token(&'a str),
}

impl<'a> Credential<'a> {
    /// The credential of an `Authorization: Bearer` header.
    #[must_use]
    pub fn from_bearer(text: &'a str) -> Self {
        if text.starts_with(API_KEY_PREFIX) {
            Self::ApiKey(text)
        } else {
            Self::Token(text)
        }
    }
}

impl std::fmt::Debug for Credential<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::ApiKey(_) => "ApiKey(redacted)",
            Self::Token(_) => "Token(redacted)",
        })
    }
}

/// Why a credential is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Nobody has given it out, or its maker is no member any more.
    #[error("the API key is not known")]
    UnknownKey,
    /// Its time is over.
    #[error("the API key has expired")]
    ExpiredKey,
    /// It was revoked.
    #[error("the API key was revoked")]
    RevokedKey,
    /// It is an access token that does not hold.
    #[error("{0}")]
    Token(&'static str),
    /// The account is closed, or belongs to the organisation no more.
    #[error("the access token's account is closed, or no member of its organisation any more")]
    NoMember,
}

/// Why a caller is turned away.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AccessError {
    /// The credential is not taken.
    #[error("{0}")]
    Refused(Refusal),
    /// The credential is good, but lacks a permission.
    #[error("this needs the scope {} and at least the role {}", .0.scope(), .0.least_role())]
    Forbidden(Permission),
    /// It cannot be told at the moment.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl From<AccountError> for AccessError {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Unauthenticated { detail, .. } => Self::Refused(Refusal::Token(detail)),
            AccountError::Service(error) => Self::Service(error),
            other => Self::Service(ServiceError::internal(other)),
        }
    }
}

impl From<PersistenceError> for AccessError {
    fn from(error: PersistenceError) -> Self {
        Self::Service(error.into())
    }
}

impl Services {
    /// Who shows this credential.
    ///
    /// # Errors
    /// [`AccessError::Refused`] when it is not taken; when the database is not available.
    pub async fn authenticate(&self, credential: Credential<'_>) -> Result<Caller, AccessError> {
        match credential {
            Credential::ApiKey(key) => self.holder(key).await,
            Credential::Token(token) => self.signed_in_as(token).await,
        }
    }

    /// For whom an access token acts: a member of its organisation, as long as the account is open.
    async fn signed_in_as(&self, token: &str) -> Result<Caller, AccessError> {
        let now = self.shared.clock.now();
        let hash = SecretHash::of(token);
        let cache = &self.shared.access;
        // One that has expired meanwhile is looked at again, which tells what is wrong with it.
        if let Some(Ok(caller)) = cache.get(&hash).map(|known| known.caller_at(now)) {
            return Ok(caller);
        }
        let epoch = cache.epoch();
        let subject = tokens::verify(self, token).await?;
        let mut connection = self.pool.get().await?;
        let (organisation_id, user_id) = (subject.organisation_id, subject.user_id);
        let standing = memberships::standing(&mut connection, organisation_id, user_id).await;
        let standing = standing.map_err(|error| match error {
            PersistenceError::NotFound => AccessError::Refused(Refusal::NoMember),
            other => other.into(),
        })?;
        let role = standing.role.parse();
        let role = role.map_err(|error: UnknownRole| ServiceError::internal(error))?;
        let caller = Caller {
            request_quota: RequestQuota::stored(standing.requests_per_minute),
            ..Caller::member(organisation_id, user_id, role)
        };
        let known = KnownCredential {
            caller,
            expires_at: Some(subject.expires_at),
        };
        cache.insert(hash, known, epoch);
        Ok(caller)
    }

    /// For whom an API key acts.
    async fn holder(&self, key: &str) -> Result<Caller, AccessError> {
        let now = self.shared.clock.now();
        let hash = SecretHash::of(key);
        let cache = &self.shared.access;
        if let Some(known) = cache.get(&hash) {
            return known.caller_at(now);
        }
        let epoch = cache.epoch();
        let mut connection = self.pool.get().await?;
        let presented = match api_keys::by_hash(&mut connection, hash.as_bytes()).await {
            Ok(presented) if hash.matches(&presented.hash) => presented,
            Ok(_) | Err(PersistenceError::NotFound) => {
                return Err(AccessError::Refused(Refusal::UnknownKey));
            }
            Err(error) => return Err(error.into()),
        };
        let known = KnownCredential::read(&presented)?;
        let caller = known.caller_at(now)?;
        cache.insert(hash, known, epoch);
        let is_noted = presented
            .key
            .last_used_at
            .is_some_and(|used| used >= now - LAST_USE_PRECISION);
        if !is_noted
            && let Err(error) = api_keys::touch(&mut connection, presented.key.id, now).await
        {
            tracing::warn!(error = %chain(&error), "cannot note that an API key was used");
        }
        Ok(caller)
    }
}

/// What is remembered of a credential for a few seconds.
#[derive(Debug, Clone, Copy)]
struct KnownCredential {
    caller: Caller,
    expires_at: Option<DateTime<Utc>>,
}

impl KnownCredential {
    fn read(presented: &PresentedKey) -> Result<Self, AccessError> {
        let key = &presented.key;
        if key.revoked_at.is_some() {
            return Err(AccessError::Refused(Refusal::RevokedKey));
        }
        let role = |name: &str| name.parse::<Role>().map_err(ServiceError::internal);
        let role = role(&key.role)?.min(role(&presented.maker_role)?);
        let allowed = Scopes::of_role(role);
        let scopes = match &key.scopes {
            // A scope that this version does not know gives nothing.
            Some(scopes) => {
                let known = scopes
                    .iter()
                    .filter_map(|scope| Permission::of_scope(scope));
                allowed.and(known.collect())
            }
            None => allowed,
        };
        Ok(Self {
            caller: Caller {
                organisation_id: key.organisation_id,
                user_id: key.created_by,
                api_key_id: Some(key.id),
                role,
                scopes,
                request_quota: RequestQuota::stored(presented.requests_per_minute),
            },
            expires_at: key.expires_at,
        })
    }

    fn caller_at(&self, now: DateTime<Utc>) -> Result<Caller, AccessError> {
        match self.expires_at {
            Some(expires_at) if expires_at <= now => Err(AccessError::Refused(Refusal::ExpiredKey)),
            _ => Ok(self.caller),
        }
    }
}
