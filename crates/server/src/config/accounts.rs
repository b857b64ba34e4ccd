//! The section `accounts`: its settings, what can be wrong with them, and what they come to.

use std::path::PathBuf;
use std::sync::Arc;

use actix_web::http::Uri;
use arbitragevault_services::accounts::mail::{
    MailFolder, MailTransport, SmtpTransport, check_smtp_url, sender,
};
use arbitragevault_services::accounts::oidc::{IssuerSettings, algorithm};
use arbitragevault_services::accounts::tokens::SigningSeed;
use arbitragevault_services::accounts::{AccountSettings, Vault};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::Secret;

/// Accounts.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct AccountsConfig {
    pub(crate) open_registration: bool,
    pub(crate) app_url: String,
    pub(crate) encryption_key: Secret,
    pub(crate) signing_keys: Secret,
    pub(crate) smtp_url: Secret,
    pub(crate) mail_from: String,
    pub(crate) mail_folder: PathBuf,
    pub(crate) issuers: Vec<IssuerConfig>,
}

/// An issuer whose tokens are taken.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IssuerConfig {
    issuer: String,
    audiences: Vec<String>,
    algorithms: Vec<String>,
    jwks_url: Option<String>,
}

impl AccountsConfig {
    /// Everything that is wrong with the section.
    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let mut check = |is_right: bool, problem: String| {
            if !is_right {
                problems.push(problem);
            }
        };
        check(
            self.app_url.is_empty() || is_http(&self.app_url),
            "accounts.app_url must be an http or https URL".to_owned(),
        );
        check(
            self.encryption_key
                .get()
                .is_none_or(|key| key_of(key).is_some()),
            format!("accounts.encryption_key {KEY_FORM}"),
        );
        let keys = self.signing_keys.get().unwrap_or_default();
        check(
            split(keys).all(|key| key_of(key).is_some()),
            format!("accounts.signing_keys: each {KEY_FORM}"),
        );
        if let Some(Err(error)) = self.smtp_url.get().map(check_smtp_url) {
            check(false, format!("accounts.smtp_url: {error}"));
        }
        if let Err(error) = sender(&self.mail_from) {
            check(false, format!("accounts.mail_from: {error}"));
        }
        for issuer in &self.issuers {
            let name = format!("accounts.issuers: {:?}", issuer.issuer);
            check(
                is_trusted(&issuer.issuer) && issuer.jwks_url.as_deref().is_none_or(is_trusted),
                format!("{name}: issuer and jwks_url must be https URLs"),
            );
            check(
                !issuer.audiences.is_empty() && issuer.audiences.iter().all(|one| !one.is_empty()),
                format!("{name}: audiences must name the audience of this server"),
            );
            check(
                !issuer.algorithms.is_empty()
                    && issuer
                        .algorithms
                        .iter()
                        .all(|name| algorithm(name).is_some()),
                format!(
                    "{name}: algorithms must be of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384 and EdDSA"
                ),
            );
        }
        problems
    }

    /// What the section comes to. Mails go into `data_home`, or the working directory, where neither a server nor a folder is set. Must be
    /// called on the runtime of the use cases.
    pub(crate) fn settings(&self, data_home: Option<PathBuf>) -> anyhow::Result<AccountSettings> {
        let from = sender(&self.mail_from)?;
        let mail: Arc<dyn MailTransport> = match self.smtp_url.get() {
            Some(url) => Arc::new(SmtpTransport::new(url, from)?),
            None => {
                let folder = if self.mail_folder.as_os_str().is_empty() {
                    data_home.unwrap_or_default().join("mails")
                } else {
                    self.mail_folder.clone()
                };
                tracing::warn!(folder = %folder.display(), "no accounts.smtp_url: mails are written to {}", folder.display());
                Arc::new(MailFolder::new(&folder, from))
            }
        };
        let vault = self.encryption_key.get().and_then(key_of);
        let vault = vault.and_then(|key| Vault::new(&key));
        let keys = self.signing_keys.get().unwrap_or_default();
        if vault.is_none() {
            tracing::warn!(
                "no accounts.encryption_key: no second factor can be enrolled, and keys of access tokens are stored as they are"
            );
        }
        Ok(AccountSettings {
            open_registration: self.open_registration,
            app_url: (!self.app_url.is_empty()).then(|| self.app_url.clone()),
            vault,
            signing_keys: split(keys)
                .filter_map(key_of)
                .map(SigningSeed::new)
                .collect(),
            issuers: self.issuers.iter().map(IssuerConfig::settings).collect(),
            mail,
        })
    }
}

impl IssuerConfig {
    fn settings(&self) -> IssuerSettings {
        IssuerSettings {
            issuer: self.issuer.clone(),
            audiences: self.audiences.clone(),
            algorithms: self
                .algorithms
                .iter()
                .filter_map(|name| algorithm(name))
                .collect(),
            jwks_url: self.jwks_url.clone(),
        }
    }
}

/// What a key must be.
const KEY_FORM: &str = "must be 32 random bytes in base64: openssl rand -base64 32";

fn key_of(text: &str) -> Option<[u8; 32]> {
    STANDARD.decode(text).ok()?.try_into().ok()
}

fn split(keys: &str) -> impl Iterator<Item = &str> {
    keys.split(',').map(str::trim).filter(|key| !key.is_empty())
}

fn is_http(url: &str) -> bool {
    url.parse().is_ok_and(|url: Uri| {
        url.host().is_some() && matches!(url.scheme_str(), Some("http" | "https"))
    })
}

/// Whether keys that stand there can be believed: over TLS, or on this machine.
fn is_trusted(url: &str) -> bool {
    url.parse().is_ok_and(|url: Uri| match url.scheme_str() {
        Some("https") => url.host().is_some(),
        Some("http") => matches!(url.host(), Some("127.0.0.1" | "localhost" | "[::1]")),
        _ => false,
    })
}
