//! Accounts: who somebody is. Passwords, sessions and their tokens, mails, the second factor, and the tokens of other issuers.
//!
//! What a user may do, and in which organisation, is not decided here.

mod client;
mod email_address;
mod error;
pub(crate) mod lock_out;
pub mod mail;
mod mails;
pub mod oidc;
mod one_time;
mod password_change;
mod passwords;
mod profile;
mod registration;
pub mod second_factor;
mod secret;
pub(crate) mod sessions;
mod settings;
mod sign_in;
pub mod tokens;
mod vault;

pub use client::Client;
pub use email_address::EmailAddress;
pub use error::AccountError;
pub use passwords::{MAX_PASSWORD_CHARS, MIN_PASSWORD_CHARS};
pub use profile::Profile;
pub use registration::Registration;
pub use secret::Secret;
pub use sessions::SessionTokens;
pub use settings::AccountSettings;
pub use sign_in::Credentials;
pub use tokens::TokenSubject;
pub use vault::Vault;

use oidc::Issuers;
use passwords::PasswordHasher;
use tokens::SigningKeys;

/// What the use cases of accounts share over the process.
#[derive(Debug)]
pub struct Accounts {
    settings: AccountSettings,
    passwords: PasswordHasher,
    signing_keys: SigningKeys,
    issuers: Issuers,
}

impl Accounts {
    /// Accounts under these settings.
    #[must_use]
    pub fn new(settings: AccountSettings) -> Self {
        Self {
            passwords: PasswordHasher::default(),
            signing_keys: SigningKeys::new(settings.signing_keys.clone(), settings.vault.clone()),
            issuers: Issuers::new(settings.issuers.clone()),
            settings,
        }
    }
}
