//! Tokens of other issuers (OpenID Connect) in the place of our own.

mod fetch;
mod identity;
mod key_set;

use jsonwebtoken::{Algorithm, Header, Validation, decode};
use serde::Deserialize;

use super::error::AccountError;
use super::tokens::{TokenSubject, check_times};
use crate::Services;
use identity::EmailVerified;
use key_set::Issuer;

/// An issuer whose tokens are taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerSettings {
    /// The `iss` of its tokens, to the letter.
    pub issuer: String,
    /// The audiences of which a token must name one.
    pub audiences: Vec<String>,
    /// The algorithms that it may sign with, each named.
    pub algorithms: Vec<Algorithm>,
    /// Where its keys stand; without it, its discovery document tells.
    pub jwks_url: Option<String>,
}

/// The algorithm of a name, `RS256` for example; `None` for one that is unknown, or that is not verified by a public key.
#[must_use]
pub fn algorithm(name: &str) -> Option<Algorithm> {
    let algorithm = name.parse().ok()?;
    super::tokens::is_verified(algorithm).then_some(algorithm)
}

/// Every issuer whose tokens are taken, with its keys.
#[derive(Debug)]
pub(super) struct Issuers(Vec<Issuer>);

impl Issuers {
    pub(super) fn new(settings: Vec<IssuerSettings>) -> Self {
        Self(settings.into_iter().map(Issuer::new).collect())
    }

    fn find(&self, issuer: &str) -> Option<&Issuer> {
        self.0.iter().find(|known| known.settings.issuer == issuer)
    }
}

/// What is read of a token of another issuer.
#[derive(Debug, Deserialize)]
struct Claims {
    sub: String,
    exp: i64,
    nbf: Option<i64>,
    email: Option<String>,
    #[serde(default)]
    email_verified: EmailVerified,
    name: Option<String>,
}

impl Services {
    /// Tells whom a token of another issuer is about.
    pub(super) async fn verify_external(
        &self,
        issuer: &str,
        token: &str,
        header: &Header,
    ) -> Result<TokenSubject, AccountError> {
        let issuer = self.shared.accounts.issuers.find(issuer);
        let issuer = issuer.ok_or_else(AccountError::token_invalid)?;
        let settings = &issuer.settings;
        if !settings.algorithms.contains(&header.alg) {
            return Err(AccountError::token_invalid());
        }
        let now = self.shared.clock.now();
        let key = issuer
            .key(header.kid.as_deref(), header.alg, now, &self.shared.runtime)
            .await?;
        let mut validation = Validation::new(header.alg);
        validation.set_issuer(&[&settings.issuer]);
        validation.set_audience(&settings.audiences);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        // Times are held against our own clock below.
        validation.validate_exp = false;
        let claims: Claims = decode(token, &key, &validation)
            .map_err(|_| AccountError::token_invalid())?
            .claims;
        let expires_at = check_times(claims.exp, claims.nbf, now)?;
        let (user_id, organisation_id) = self.external_user(&settings.issuer, &claims).await?;
        Ok(TokenSubject {
            user_id,
            organisation_id,
            session_id: None,
            expires_at,
        })
    }
}
