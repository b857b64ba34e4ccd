//! The keys of an issuer: fetched when needed, kept while it is out of reach, and fetched anew when a token names one that nobody knows.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use tokio::runtime::Handle;
use tokio::sync::Mutex;

use super::IssuerSettings;
use super::fetch::{self, FetchError};
use crate::accounts::error::AccountError;
use crate::error::{ServiceError, chain};

/// After this time the keys are fetched again: one that the issuer withdrew is then no longer taken (grade M).
const FRESH_FOR: TimeDelta = TimeDelta::hours(1);

/// At most this often they are fetched because of a key id that nobody knows, which anybody can invent.
const ASK_AGAIN_AFTER: TimeDelta = TimeDelta::seconds(60);

/// At most this often they are fetched while there are none at all.
const TRY_AGAIN_AFTER: TimeDelta = TimeDelta::seconds(5);

#[derive(Debug)]
struct KeySet {
    keys: Vec<Jwk>,
    fetched_at: DateTime<Utc>,
}

/// The last attempt to fetch keys.
#[derive(Debug, Clone, Copy)]
struct Attempt {
    at: DateTime<Utc>,
    has_failed: bool,
}

/// An issuer with its keys.
#[derive(Debug)]
pub(super) struct Issuer {
    pub(super) settings: IssuerSettings,
    keys: RwLock<Option<Arc<KeySet>>>,
    last_attempt: Mutex<Option<Attempt>>,
}

impl Issuer {
    pub(super) fn new(settings: IssuerSettings) -> Self {
        Self {
            settings,
            keys: RwLock::default(),
            last_attempt: Mutex::default(),
        }
    }

    fn known(&self) -> Option<Arc<KeySet>> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.clone()
    }

    /// The key that a token names.
    ///
    /// # Errors
    /// When the issuer has no such key, or, while it is out of reach, none is known.
    pub(super) async fn key(
        &self,
        kid: Option<&str>,
        algorithm: Algorithm,
        now: DateTime<Utc>,
        runtime: &Handle,
    ) -> Result<DecodingKey, AccountError> {
        let find = |set: Option<Arc<KeySet>>| find(&set?.keys, kid, algorithm);
        let known = self.known();
        let is_fresh = known
            .as_ref()
            .is_some_and(|set| now - set.fetched_at < FRESH_FOR);
        let found = find(known);
        let mut last_attempt = match found {
            Some(key) if is_fresh => return Ok(key),
            // Keys that are due for a look go on while somebody else looks.
            Some(key) => match self.last_attempt.try_lock() {
                Ok(attempt) => attempt,
                Err(_) => return Ok(key),
            },
            None => self.last_attempt.lock().await,
        };
        let wait = if self.known().is_some() {
            ASK_AGAIN_AFTER
        } else {
            TRY_AGAIN_AFTER
        };
        let is_due = last_attempt.is_none_or(|last| now - last.at >= wait);
        if is_due {
            let fetched = self.fetch(runtime).await;
            *last_attempt = Some(Attempt {
                at: now,
                has_failed: fetched.is_err(),
            });
            match fetched {
                Ok(keys) => {
                    let set = Arc::new(KeySet {
                        keys,
                        fetched_at: now,
                    });
                    *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Some(set);
                }
                Err(error) => {
                    let (issuer, error) = (&self.settings.issuer, chain(&error));
                    tracing::warn!(issuer, error, "the keys of {issuer} cannot be fetched");
                }
            }
        }
        let has_failed = last_attempt.is_some_and(|last| last.has_failed);
        match find(self.known()) {
            Some(key) => Ok(key),
            None if has_failed => Err(unreachable(wait)),
            None => Err(AccountError::token_invalid()),
        }
    }

    async fn fetch(&self, runtime: &Handle) -> Result<Vec<Jwk>, FetchError> {
        let settings = self.settings.clone();
        let fetched = runtime.spawn(async move { fetch::keys(&settings).await });
        fetched.await.map_err(|_| FetchError::Stopped)?
    }
}

fn unreachable(wait: TimeDelta) -> AccountError {
    ServiceError::Unavailable {
        dependency: "the issuer of the access token",
        retry_after: wait.to_std().unwrap_or(Duration::from_secs(5)),
        source: None,
    }
    .into()
}

/// The key of an id that can verify an algorithm. A token that names no key is verified with the only one that can.
fn find(keys: &[Jwk], kid: Option<&str>, algorithm: Algorithm) -> Option<DecodingKey> {
    let mut fitting = keys.iter().filter(|key| {
        fits(key, algorithm) && kid.is_none_or(|kid| key.common.key_id.as_deref() == Some(kid))
    });
    let key = fitting.next()?;
    if kid.is_none() && fitting.next().is_some() {
        return None;
    }
    DecodingKey::from_jwk(key).ok()
}

/// Whether a key is one for signatures of an algorithm.
fn fits(key: &Jwk, algorithm: Algorithm) -> bool {
    let is_for_signatures = key
        .common
        .public_key_use
        .as_ref()
        .is_none_or(|used| *used == PublicKeyUse::Signature);
    let names_no_other = key
        .common
        .key_algorithm
        .as_ref()
        .is_none_or(|named| named.to_string() == format!("{algorithm:?}"));
    let is_of_its_kind = match (&key.algorithm, algorithm) {
        (AlgorithmParameters::EllipticCurve(key), Algorithm::ES256) => {
            key.curve == EllipticCurve::P256
        }
        (AlgorithmParameters::EllipticCurve(key), Algorithm::ES384) => {
            key.curve == EllipticCurve::P384
        }
        (AlgorithmParameters::OctetKeyPair(key), Algorithm::EdDSA) => {
            key.curve == EllipticCurve::Ed25519
        }
        (AlgorithmParameters::RSA(_), algorithm) => {
            algorithm.family() == jsonwebtoken::AlgorithmFamily::Rsa
        }
        _ => false,
    };
    is_for_signatures && names_no_other && is_of_its_kind
}
