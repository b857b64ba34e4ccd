//! What the server's configuration says about accounts.

use std::sync::Arc;

use super::mail::MailTransport;
use super::oidc::IssuerSettings;
use super::tokens::SigningSeed;
use super::vault::Vault;

/// Settings of accounts.
#[derive(Debug, Clone)]
pub struct AccountSettings {
    /// Whether anybody may make an account.
    pub open_registration: bool,
    /// Where the pages that mails link to stand, `https://app.example.com` for example; without it mails hold the token alone.
    pub app_url: Option<String>,
    /// Seals secrets that are stored. Without it there is no second factor, and the signing keys are stored as they are.
    pub vault: Option<Vault>,
    /// Keys of access tokens: the first signs, all verify. Without any, keys are made, stored, and replaced in time.
    pub signing_keys: Vec<SigningSeed>,
    /// Other issuers whose tokens are taken.
    pub issuers: Vec<IssuerSettings>,
    /// How mails are sent.
    pub mail: Arc<dyn MailTransport>,
}
