//! The user of a token of another issuer.

use arbitragevault_persistence::account_tokens::{self, Purpose};
use arbitragevault_persistence::sessions::{self, Revocation, Which};
use arbitragevault_persistence::users::{self, NewUser, User};
use arbitragevault_persistence::{
    Connection, PersistenceError, external_identities, recovery_codes,
};
use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use diesel_async::AsyncConnection as _;
use serde::Deserialize;
use uuid::Uuid;

use super::Claims;
use crate::Services;
use crate::accounts::email_address::EmailAddress;
use crate::accounts::error::AccountError;
use crate::accounts::registration::MAX_NAME_CHARS;
use crate::accounts::secret::sha256;

/// Whether the issuer says that an address was proved. Some write it as a text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(super) enum EmailVerified {
    /// As the standard has it.
    Flag(bool),
    /// As a text.
    Text(String),
    /// Nothing was said.
    #[default]
    Unsaid,
}

impl EmailVerified {
    fn is_said(&self) -> bool {
        match self {
            Self::Flag(is_verified) => *is_verified,
            Self::Text(text) => text == "true",
            Self::Unsaid => false,
        }
    }
}

impl Services {
    /// The user and the organisation of a subject. The first time, the subject is given to the account with the address that the issuer
    /// proved, or to a new account.
    pub(super) async fn external_user(
        &self,
        issuer: &str,
        claims: &Claims,
    ) -> Result<(Uuid, Uuid), AccountError> {
        let mut connection = self.connection().await?;
        let known = external_identities::user(&mut connection, issuer, &claims.sub).await?;
        let user = match known {
            Some(user) => user,
            None => match self.adopt(&mut connection, issuer, claims).await {
                Ok(user) => user,
                // Two first requests at once: the other was first.
                Err(PersistenceError::Conflict(cause)) => {
                    external_identities::user(&mut connection, issuer, &claims.sub)
                        .await?
                        .ok_or(PersistenceError::Conflict(cause))?
                }
                Err(error) => return Err(error.into()),
            },
        };
        if user.disabled_at.is_some() {
            return Err(AccountError::session_ended());
        }
        let membership = users::membership(&mut connection, user.id).await?;
        Ok((user.id, membership.organisation_id))
    }

    async fn adopt(
        &self,
        connection: &mut Connection,
        issuer: &str,
        claims: &Claims,
    ) -> Result<User, PersistenceError> {
        let now = self.shared.clock.now();
        let proved: Option<EmailAddress> = claims
            .email
            .as_deref()
            .filter(|_| claims.email_verified.is_said())
            .and_then(|email| email.parse().ok());
        let user = connection
            .transaction(async |connection| {
                let existing = match &proved {
                    Some(email) => users::by_email(connection, email.as_str()).await?,
                    None => None,
                };
                let user = match existing {
                    Some(user) => {
                        if user.email_verified_at.is_none() {
                            take_over(connection, &user, now).await?;
                        }
                        user
                    }
                    None => {
                        let new = new_user(issuer, claims, proved.as_ref(), now);
                        users::insert(connection, &new).await?
                    }
                };
                external_identities::insert(connection, issuer, &claims.sub, user.id, now).await?;
                Ok::<_, PersistenceError>(user)
            })
            .await?;
        tracing::info!(user_id = %user.id, issuer, "user {} came by {issuer} for the first time", user.id);
        Ok(user)
    }
}

/// Hands an account whose address nobody had proved to who now did. Whoever made it may have been somebody else, who waits for the owner
/// of the address to come: nothing of theirs stays.
async fn take_over(
    connection: &mut Connection,
    user: &User,
    now: DateTime<Utc>,
) -> Result<(), PersistenceError> {
    users::set_password(connection, user.id, None).await?;
    users::remove_totp(connection, user.id).await?;
    recovery_codes::replace(connection, user.id, &[]).await?;
    for purpose in [Purpose::VerifyEmail, Purpose::ResetPassword] {
        account_tokens::cancel(connection, user.id, purpose).await?;
    }
    sessions::revoke(
        connection,
        user.id,
        Which::All,
        Revocation::IdentityLinked,
        now,
    )
    .await?;
    users::set_email_verified(connection, user.id, now).await
}

fn new_user(
    issuer: &str,
    claims: &Claims,
    proved: Option<&EmailAddress>,
    now: DateTime<Utc>,
) -> NewUser {
    let email = proved.map_or_else(
        // An address that was not proved may be another person's. `.invalid` reaches nobody (RFC 2606, 2).
        || {
            let digest = sha256(format!("{issuer} {}", claims.sub).as_bytes());
            let name = HEXLOWER.encode(digest.get(..16).unwrap_or(&digest));
            format!("{name}@users.invalid")
        },
        |email| email.as_str().to_owned(),
    );
    let name = claims.name.as_deref().map(str::trim).unwrap_or_default();
    let name = match (name, proved) {
        ("", Some(email)) => email.local_part(),
        ("", None) => "New user",
        (name, _) => name,
    };
    let display_name: String = name
        .chars()
        .filter(|char| !char.is_control())
        .take(MAX_NAME_CHARS)
        .collect();
    NewUser {
        email,
        organisation_name: display_name.clone(),
        display_name,
        password_hash: None,
        email_verified_at: proved.map(|_| now),
        created_at: now,
    }
}
