//! API keys: make, list, revoke.

use arbitragevault_persistence::Connection;
use arbitragevault_persistence::api_keys::{self, ApiKey, NewApiKey};
use arbitragevault_persistence::events::Act;
use arbitragevault_persistence::memberships;
use arbitragevault_persistence::organisations::{self, DEFAULT_ORGANISATION};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::access::{API_KEY_PREFIX, Permission, Role, Scopes, Secret};
use crate::error::ServiceError;
use crate::{Caller, Services};

/// Characters of a key's name at most; the schema holds it too.
pub const MAX_NAME_CHARS: usize = 100;

/// What a key is to be.
#[derive(Debug, Clone)]
pub struct KeyTerms {
    /// What its maker calls it, 1 to 100 characters.
    pub name: String,
    /// The role as which it acts at most.
    pub role: Role,
    /// What it may besides; `None` is whatever the role may.
    pub scopes: Option<Vec<Permission>>,
    /// From when on it is refused.
    pub expires_at: Option<DateTime<Utc>>,
}

impl KeyTerms {
    /// What the key may.
    fn permissions(&self) -> Scopes {
        match &self.scopes {
            Some(scopes) => scopes.iter().copied().collect(),
            None => Scopes::of_role(self.role),
        }
    }

    fn row(
        &self,
        organisation_id: Uuid,
        created_by: Uuid,
        secret: &Secret,
        now: DateTime<Utc>,
    ) -> Result<NewApiKey, ServiceError> {
        let name = self.name.trim();
        if name.is_empty() || name.chars().count() > MAX_NAME_CHARS {
            return Err(ServiceError::Invalid {
                code: "NAME_INVALID",
                detail: format!("the name must have 1 to {MAX_NAME_CHARS} characters"),
            });
        }
        if self.expires_at.is_some_and(|expires_at| expires_at <= now) {
            return Err(ServiceError::Invalid {
                code: "EXPIRY_PAST",
                detail: "the key would have expired before it is made".to_owned(),
            });
        }
        if self.scopes.as_ref().is_some_and(Vec::is_empty) {
            return Err(ServiceError::Invalid {
                code: "SCOPES_EMPTY",
                detail: "a key without a scope may nothing: name one, or leave the scopes out"
                    .to_owned(),
            });
        }
        if let Some(permission) = Scopes::of_role(self.role).lacks(self.permissions()).next() {
            return Err(ServiceError::Invalid {
                code: "SCOPE_EXCEEDS_ROLE",
                detail: format!(
                    "the scope {} needs the role {}",
                    permission.scope(),
                    permission.least_role()
                ),
            });
        }
        let scopes = self.scopes.as_ref();
        Ok(NewApiKey {
            id: Uuid::now_v7(),
            organisation_id,
            created_by,
            name: name.to_owned(),
            prefix: secret.shown(),
            hash: secret.hash().as_bytes().to_vec(),
            role: self.role.as_str().to_owned(),
            scopes: scopes.map(|scopes| {
                let names = scopes
                    .iter()
                    .map(|permission| permission.scope().to_owned());
                names.collect()
            }),
            created_at: now,
            expires_at: self.expires_at,
        })
    }
}

impl Services {
    /// Makes a key that acts for the caller, and returns it with the secret, which is stored nowhere.
    ///
    /// # Errors
    /// When the key would be allowed more than the caller, the terms are not valid, or the database is not available.
    pub async fn create_api_key(
        &self,
        caller: Caller,
        terms: &KeyTerms,
    ) -> Result<(ApiKey, Secret), ServiceError> {
        if terms.role > caller.role {
            return Err(ServiceError::Forbidden(format!(
                "a key for {} cannot be made by {}",
                terms.role, caller.role
            )));
        }
        let secret = Secret::generate(API_KEY_PREFIX)?;
        let (organisation_id, user_id) = (caller.organisation_id, caller.user_id);
        let now = self.shared.clock.now();
        let row = terms.row(organisation_id, user_id, &secret, now)?;
        if let Some(permission) = caller.scopes.lacks(terms.permissions()).next() {
            return Err(ServiceError::Forbidden(format!(
                "the key would have the scope {}, which its maker lacks",
                permission.scope()
            )));
        }
        let act = caller.act(now);
        let key = self
            .tenant(caller, async |connection| {
                Ok(api_keys::insert(connection, &row, act).await?)
            })
            .await?;
        tracing::info!(api_key_id = %key.id, role = key.role, "API key {} was made", key.id);
        Ok((key, secret))
    }

    /// Keys of the caller's organisation, newest first, after an id.
    ///
    /// # Errors
    /// When the database is not available.
    pub async fn api_keys(
        &self,
        caller: Caller,
        after: Option<Uuid>,
        limit: i64,
    ) -> Result<Vec<ApiKey>, ServiceError> {
        self.tenant(caller, async |connection| {
            Ok(api_keys::page(connection, caller.organisation_id, after, limit).await?)
        })
        .await
    }

    /// Revokes a key. It is refused from now on in this process, and a few seconds later in others.
    ///
    /// # Errors
    /// When the caller's organisation has no such key, or the database is not available.
    pub async fn revoke_api_key(&self, caller: Caller, id: Uuid) -> Result<ApiKey, ServiceError> {
        let act = caller.act(self.shared.clock.now());
        let revoked = self
            .tenant(caller, async |connection| {
                Ok(api_keys::revoke(connection, caller.organisation_id, id, act).await?)
            })
            .await?;
        self.shared.access.forget();
        tracing::info!(api_key_id = %id, "API key {id} was revoked");
        Ok(revoked)
    }
}

/// Makes a key in an organisation for the one who has owned it for longest: for who runs the server, not for its callers.
///
/// # Errors
/// When there is no such organisation, the terms are not valid, or the database is not available.
pub async fn issue(
    connection: &mut Connection,
    organisation: &str,
    terms: &KeyTerms,
    now: DateTime<Utc>,
) -> Result<(ApiKey, Secret), ServiceError> {
    let organisation = organisations::by_slug(connection, organisation).await?;
    issue_in(connection, organisation.id, terms, now).await
}

/// The first key of a server that nobody has used yet, for the owner of the default organisation; `None` when there are keys already.
///
/// # Errors
/// When the database is not available.
pub async fn issue_first(
    connection: &mut Connection,
    now: DateTime<Utc>,
) -> Result<Option<Secret>, ServiceError> {
    if api_keys::exist(connection).await? {
        return Ok(None);
    }
    let terms = KeyTerms {
        name: "First key".to_owned(),
        role: Role::Owner,
        scopes: None,
        expires_at: None,
    };
    let (_, secret) = issue_in(connection, DEFAULT_ORGANISATION, &terms, now).await?;
    Ok(Some(secret))
}

async fn issue_in(
    connection: &mut Connection,
    organisation_id: Uuid,
    terms: &KeyTerms,
    now: DateTime<Utc>,
) -> Result<(ApiKey, Secret), ServiceError> {
    let owner = memberships::first_owner(connection, organisation_id).await?;
    let secret = Secret::generate(API_KEY_PREFIX)?;
    let row = terms.row(organisation_id, owner, &secret, now)?;
    let key = api_keys::insert(connection, &row, Act::of_server(now)).await?;
    Ok((key, secret))
}
