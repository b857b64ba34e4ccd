//! The keys that our access tokens are signed with: configured, or made once, stored, and replaced in time.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use arbitragevault_persistence::signing_keys::{self, SigningKey};
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{DecodingKey, EncodingKey};
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use tokio::sync::Mutex;

use super::super::error::AccountError;
use super::super::secret::{CryptoFailure, random_bytes, sha256};
use super::super::vault::Vault;
use crate::Services;
use crate::error::ServiceError;

/// How long a stored key signs (NIST SP 800-57 allows a private signature key one to three years; a quarter is within it at no cost;
/// grade M).
const SIGNS_FOR: TimeDelta = TimeDelta::days(90);

/// How long it verifies: as long as a token that it signed may live, with much to spare.
const VERIFIES_FOR: TimeDelta = TimeDelta::days(91);

/// After this time the stored keys are looked at again.
const FRESH_FOR: TimeDelta = TimeDelta::minutes(5);

/// At most this often they are looked at because of a key id that nobody knows, which anybody can invent.
const ASK_AGAIN_AFTER: TimeDelta = TimeDelta::seconds(5);

/// Bytes of a seed.
const SEED_BYTES: usize = 32;

/// The seed of an Ed25519 key.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningSeed([u8; SEED_BYTES]);

impl SigningSeed {
    /// A seed of these bytes.
    #[must_use]
    pub const fn new(bytes: [u8; SEED_BYTES]) -> Self {
        Self(bytes)
    }

    fn public_key(&self) -> Option<Vec<u8>> {
        let pair = Ed25519KeyPair::from_seed_unchecked(&self.0).ok()?;
        Some(pair.public_key().as_ref().to_vec())
    }
}

impl fmt::Debug for SigningSeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSeed(redacted)")
    }
}

#[derive(Debug, Clone)]
struct Key {
    id: String,
    signs: EncodingKey,
    verifies: DecodingKey,
    created_at: Option<DateTime<Utc>>,
}

impl Key {
    fn new(seed: &SigningSeed, created_at: Option<DateTime<Utc>>) -> Option<Self> {
        let public = seed.public_key()?;
        Some(Self {
            id: key_id(&public),
            signs: EncodingKey::from_ed_der(&seed.0),
            verifies: DecodingKey::from_ed_der(&public),
            created_at,
        })
    }

    fn signs_at(&self, now: DateTime<Utc>) -> bool {
        self.created_at
            .is_none_or(|created| created + SIGNS_FOR > now)
    }
}

/// The id of a key: half of the digest of its public part, in hexadecimal.
fn key_id(public: &[u8]) -> String {
    let digest = sha256(public);
    data_encoding::HEXLOWER.encode(digest.get(..16).unwrap_or(&digest))
}

/// Keys as they were at a time, the one that signs first.
#[derive(Debug)]
struct Ring {
    keys: Vec<Key>,
    /// `None` for configured keys, which do not change.
    loaded_at: Option<DateTime<Utc>>,
}

/// The signing keys of the process.
#[derive(Debug)]
pub(in crate::accounts) struct SigningKeys {
    vault: Option<Vault>,
    ring: RwLock<Option<Arc<Ring>>>,
    loading: Mutex<()>,
}

impl SigningKeys {
    pub(in crate::accounts) fn new(configured: Vec<SigningSeed>, vault: Option<Vault>) -> Self {
        let keys: Vec<Key> = configured
            .iter()
            .filter_map(|seed| Key::new(seed, None))
            .collect();
        let ring = (!keys.is_empty()).then(|| {
            Arc::new(Ring {
                keys,
                loaded_at: None,
            })
        });
        Self {
            vault,
            ring: RwLock::new(ring),
            loading: Mutex::default(),
        }
    }

    /// The ring, unless it is older than `age`.
    fn ring(&self, now: DateTime<Utc>, age: TimeDelta) -> Option<Arc<Ring>> {
        let ring = self.ring.read().unwrap_or_else(PoisonError::into_inner);
        ring.as_ref()
            .filter(|ring| ring.loaded_at.is_none_or(|loaded| now - loaded < age))
            .cloned()
    }

    fn open(&self, row: &SigningKey) -> Option<Key> {
        let seed = match (&self.vault, row.is_sealed) {
            (Some(vault), true) => vault.open(&row.private_key, &sealed_for(&row.id)).ok()?,
            (None, true) => return None,
            (_, false) => row.private_key.clone(),
        };
        let seed = SigningSeed(seed.try_into().ok()?);
        Key::new(&seed, Some(row.created_at)).filter(|key| key.id == row.id)
    }

    /// A new key, ready to be stored.
    fn make(&self, now: DateTime<Utc>) -> Result<SigningKey, ServiceError> {
        let seed = SigningSeed(random_bytes()?);
        let public_key = seed
            .public_key()
            .ok_or_else(|| ServiceError::internal(CryptoFailure("no key comes of a seed")))?;
        let id = key_id(&public_key);
        let private_key = match &self.vault {
            Some(vault) => vault.seal(&seed.0, &sealed_for(&id))?,
            None => seed.0.to_vec(),
        };
        Ok(SigningKey {
            id,
            public_key,
            private_key,
            is_sealed: self.vault.is_some(),
            created_at: now,
        })
    }
}

fn sealed_for(id: &str) -> String {
    format!("signing key {id}")
}

impl Services {
    /// The key that signs now, with its id.
    pub(super) async fn signing_key(&self) -> Result<(String, EncodingKey), AccountError> {
        let ring = self.signing_keys(FRESH_FOR).await?;
        let now = self.shared.clock.now();
        let ring = match ring.keys.first().filter(|key| key.signs_at(now)) {
            Some(_) => ring,
            // Its time ended since the keys were loaded.
            None => self.signing_keys(TimeDelta::zero()).await?,
        };
        let key = ring.keys.first();
        let key =
            key.ok_or_else(|| ServiceError::internal(CryptoFailure("there is no signing key")))?;
        Ok((key.id.clone(), key.signs.clone()))
    }

    /// The key with an id. Keys that another process made are found too.
    pub(super) async fn verifying_key(
        &self,
        id: &str,
    ) -> Result<Option<DecodingKey>, AccountError> {
        let find = |ring: &Ring| {
            let key = ring.keys.iter().find(|key| key.id == id)?;
            Some(key.verifies.clone())
        };
        let now = self.shared.clock.now();
        let known = self.shared.accounts.signing_keys.ring(now, VERIFIES_FOR);
        if let Some(key) = known.as_deref().and_then(find) {
            return Ok(Some(key));
        }
        let ring = self.signing_keys(ASK_AGAIN_AFTER).await?;
        Ok(find(&ring))
    }

    /// The keys, loaded again when they are older than `age`. One that signs is made when there is none.
    async fn signing_keys(&self, age: TimeDelta) -> Result<Arc<Ring>, AccountError> {
        let keys = &self.shared.accounts.signing_keys;
        let now = self.shared.clock.now();
        if let Some(ring) = keys.ring(now, age) {
            return Ok(ring);
        }
        let _loading = keys.loading.lock().await;
        // Another request may have loaded them meanwhile.
        if let Some(ring) = keys.ring(now, age) {
            return Ok(ring);
        }
        let mut connection = self.connection().await?;
        let since = now - VERIFIES_FOR;
        let mut rows = signing_keys::since(&mut connection, since).await?;
        let signs = |row: &SigningKey| keys.open(row).is_some_and(|key| key.signs_at(now));
        if !rows.iter().any(signs) {
            let made = keys.make(now)?;
            signing_keys::insert_unless(&mut connection, &made, since, signs).await?;
            tracing::info!(
                is_sealed = made.is_sealed,
                "no key could sign access tokens: one was made"
            );
            rows = signing_keys::since(&mut connection, since).await?;
        }
        let ring = Arc::new(Ring {
            keys: rows.iter().filter_map(|row| keys.open(row)).collect(),
            loaded_at: Some(now),
        });
        *keys.ring.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&ring));
        Ok(ring)
    }
}
