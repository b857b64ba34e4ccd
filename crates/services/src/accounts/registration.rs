//! Making an account.

use arbitragevault_persistence::PersistenceError;
use arbitragevault_persistence::users::{self, NewUser};

use super::email_address::EmailAddress;
use super::error::AccountError;
use super::passwords;
use super::profile::Profile;
use super::secret::Secret;
use crate::Services;

/// Characters of a name at most.
pub(super) const MAX_NAME_CHARS: usize = 100;

/// What an account is made of.
#[derive(Debug, Clone)]
pub struct Registration {
    /// The address.
    pub email: String,
    /// The password.
    pub password: Secret,
    /// The name for people; without it, what stands before the `@`.
    pub display_name: Option<String>,
    /// The name of the organisation; without it, that of the person.
    pub organisation_name: Option<String>,
}

impl Services {
    /// Makes an account, the owner of a new organisation, and sends a mail to prove the address.
    ///
    /// That an address has an account is told here: an account can be used at once, so that trying to sign in would tell it as well.
    ///
    /// # Errors
    /// When a value cannot be taken, the address has an account, nobody may make one, or the database is not available.
    pub async fn register(&self, registration: Registration) -> Result<Profile, AccountError> {
        let accounts = &self.shared.accounts;
        if !accounts.settings.open_registration {
            return Err(AccountError::conflict(
                "REGISTRATION_CLOSED",
                "accounts of this server are made by its operator",
            ));
        }
        let email: EmailAddress = registration.email.parse().map_err(|error| {
            let detail = format!("{error}");
            field("email", "INVALID_VALUE", detail)
        })?;
        passwords::check(&registration.password, "password", Some(email.as_str()))?;
        let display_name = name(
            registration.display_name,
            email.local_part(),
            "display_name",
        )?;
        let organisation_name = name(
            registration.organisation_name,
            &display_name,
            "organisation_name",
        )?;
        let new = NewUser {
            email: email.as_str().to_owned(),
            display_name,
            password_hash: Some(accounts.passwords.hash(registration.password).await?),
            email_verified_at: None,
            organisation_name,
            created_at: self.shared.clock.now(),
        };
        let mut connection = self.connection().await?;
        let user = users::insert(&mut connection, &new)
            .await
            .map_err(|error| match error {
                PersistenceError::Conflict(_) => AccountError::conflict(
                    "EMAIL_TAKEN",
                    "there is an account with this e-mail address",
                ),
                error => error.into(),
            })?;
        tracing::info!(user_id = %user.id, "user {} was registered", user.id);
        self.send_verification(&mut connection, &user).await?;
        self.profile_of(&mut connection, user).await
    }
}

fn field(field: &'static str, code: &'static str, detail: String) -> AccountError {
    AccountError::Field {
        field,
        code,
        detail,
    }
}

fn name(given: Option<String>, default: &str, what: &'static str) -> Result<String, AccountError> {
    let name = match given {
        Some(given) => given.trim().to_owned(),
        None => default.chars().take(MAX_NAME_CHARS).collect(),
    };
    let is_right =
        (1..=MAX_NAME_CHARS).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if is_right {
        Ok(name)
    } else {
        let detail = format!("must be between 1 and {MAX_NAME_CHARS} characters long, on one line");
        Err(field(what, "INVALID_VALUE", detail))
    }
}
