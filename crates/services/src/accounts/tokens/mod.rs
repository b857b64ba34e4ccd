//! Access tokens: JWTs of 15 minutes, and the tokens of other issuers in their place.
//!
//! [`verify`] answers who a token is about. It does not look whether the session still lives: a token that was given out holds until it
//! ends. The use cases that touch the account itself do look ([`Services::signed_in`](crate::Services)).

mod crypto;
mod keys;

use arbitragevault_persistence::users::User;
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::error::AccountError;
use super::secret::Secret;
use crate::Services;
use crate::error::ServiceError;

pub(in crate::accounts) use crypto::{install, is_verified};
pub(super) use keys::SigningKeys;
pub use keys::SigningSeed;

/// How long an access token holds, in minutes: it cannot be called back, and refreshing is cheap (RFC 9700 advises short lives without a
/// number; grade M).
const LIFETIME_MINUTES: i64 = 15;

/// By how much the clocks of two machines may differ (RFC 7519, 4.1.4: "no more than a few minutes"; the number: grade M).
pub(super) const LEEWAY: TimeDelta = TimeDelta::seconds(30);

/// Who makes our tokens, and for whom.
const ISSUER: &str = "arbitragevault";

/// The type of an access token (RFC 9068, 2.1; grade A): no other token under the same key is taken for one.
const TYPE: &str = "at+jwt";

/// Whom an access token is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenSubject {
    /// The user.
    pub user_id: Uuid,
    /// The organisation in which the user acts.
    pub organisation_id: Uuid,
    /// The session that the token belongs to; `None` for a token of another issuer, which has its sessions there.
    pub session_id: Option<Uuid>,
    /// When the token ends.
    pub expires_at: DateTime<Utc>,
}

/// What our tokens say.
#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: Uuid,
    org: Uuid,
    sid: Uuid,
    iat: i64,
    nbf: i64,
    exp: i64,
}

/// What is read of a token before it is known to be genuine: whom to ask.
#[derive(Debug, Deserialize)]
struct Unverified {
    iss: Option<String>,
}

/// A token that was made.
#[derive(Debug)]
pub(super) struct AccessToken {
    pub(super) token: Secret,
    pub(super) expires_in: TimeDelta,
}

/// Tells whom an access token is about: one of ours, or one of a configured issuer.
///
/// # Errors
/// [`AccountError::Unauthenticated`] when it is malformed, forged, expired or not valid yet; [`ServiceError::Unavailable`] when the keys
/// that it was signed with, or the database, cannot be reached.
pub async fn verify(services: &Services, token: &str) -> Result<TokenSubject, AccountError> {
    install();
    let invalid = |_| AccountError::token_invalid();
    let header = decode_header(token).map_err(invalid)?;
    let unverified: Unverified =
        jsonwebtoken::dangerous::insecure_decode_claims(token).map_err(invalid)?;
    match unverified.iss.as_deref() {
        Some(ISSUER) => verify_own(services, token, &header).await,
        Some(issuer) => services.verify_external(issuer, token, &header).await,
        None => Err(AccountError::token_invalid()),
    }
}

async fn verify_own(
    services: &Services,
    token: &str,
    header: &Header,
) -> Result<TokenSubject, AccountError> {
    let kid = header
        .kid
        .as_deref()
        .filter(|_| header.typ.as_deref() == Some(TYPE));
    let kid = kid.ok_or_else(AccountError::token_invalid)?;
    let key = services.verifying_key(kid).await?;
    let key = key.ok_or_else(AccountError::token_invalid)?;
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[ISSUER]);
    validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
    // Times are held against our own clock below.
    validation.validate_exp = false;
    let claims: Claims = decode(token, &key, &validation)
        .map_err(|_| AccountError::token_invalid())?
        .claims;
    let expires_at = check_times(claims.exp, Some(claims.nbf), services.shared.clock.now())?;
    Ok(TokenSubject {
        user_id: claims.sub,
        organisation_id: claims.org,
        session_id: Some(claims.sid),
        expires_at,
    })
}

/// Holds the times of a token against the clock, with leeway, and returns when it ends.
///
/// # Errors
/// When it has expired, or is not valid yet.
pub(super) fn check_times(
    exp: i64,
    nbf: Option<i64>,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>, AccountError> {
    let time =
        |seconds| DateTime::from_timestamp(seconds, 0).ok_or_else(AccountError::token_invalid);
    let expires_at = time(exp)?;
    if expires_at + LEEWAY <= now {
        return Err(AccountError::token_expired());
    }
    if let Some(nbf) = nbf
        && time(nbf)? - LEEWAY > now
    {
        return Err(AccountError::Unauthenticated {
            code: "TOKEN_NOT_YET_VALID",
            detail: "the access token is not valid yet: compare the clocks",
        });
    }
    Ok(expires_at)
}

impl Services {
    /// An access token for a session of a user.
    pub(super) async fn access_token(
        &self,
        user: &User,
        organisation_id: Uuid,
        session_id: Uuid,
    ) -> Result<AccessToken, AccountError> {
        install();
        let expires_in = TimeDelta::minutes(LIFETIME_MINUTES);
        let now = self.shared.clock.now();
        let (kid, key) = self.signing_key().await?;
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: ISSUER.to_owned(),
            sub: user.id,
            org: organisation_id,
            sid: session_id,
            iat: now.timestamp(),
            nbf: now.timestamp(),
            exp: (now + expires_in).timestamp(),
        };
        let header = Header {
            typ: Some(TYPE.to_owned()),
            kid: Some(kid),
            ..Header::new(Algorithm::EdDSA)
        };
        let token = encode(&header, &claims, &key).map_err(ServiceError::internal)?;
        Ok(AccessToken {
            token: Secret::new(token),
            expires_in,
        })
    }
}
