//! Credentials that were looked up a moment ago: API keys, and access tokens.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use moka::sync::Cache;

use super::KnownCredential;
use super::secret::SecretHash;

/// How long a credential is believed without another look: what another process revokes takes effect here after this time at the latest.
const BELIEVED_FOR: Duration = Duration::from_secs(5);

/// Credentials at most. One takes about 200 bytes.
const CAPACITY: u64 = 10_000;

/// Credentials that were looked up a moment ago. What is revoked in this process is forgotten at once.
#[derive(Debug)]
pub struct AccessCache {
    known: Cache<SecretHash, (KnownCredential, u64)>,
    /// Counts the changes of who may what. What was looked up before the last one is not believed, not even when it is stored after it.
    epoch: AtomicU64,
}

impl Default for AccessCache {
    fn default() -> Self {
        Self {
            known: Cache::builder()
                .max_capacity(CAPACITY)
                .time_to_live(BELIEVED_FOR)
                .build(),
            epoch: AtomicU64::new(0),
        }
    }
}

impl AccessCache {
    /// The present epoch, to be read before a credential is looked up.
    pub(super) fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::SeqCst)
    }

    pub(super) fn get(&self, hash: &SecretHash) -> Option<KnownCredential> {
        let (known, epoch) = self.known.get(hash)?;
        (epoch == self.epoch()).then_some(known)
    }

    pub(super) fn insert(&self, hash: SecretHash, known: KnownCredential, epoch: u64) {
        self.known.insert(hash, (known, epoch));
    }

    /// Says that somebody may something else than before: every credential is looked up again.
    pub(crate) fn forget(&self) {
        self.epoch.fetch_add(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Caller;

    #[test]
    fn what_was_looked_up_before_a_change_is_not_believed_after_it() {
        let cache = AccessCache::default();
        let hash = SecretHash::of("avk_one");
        let known = KnownCredential {
            caller: Caller::default_owner(),
            expires_at: None,
        };
        let epoch = cache.epoch();
        cache.insert(hash, known, epoch);
        assert!(cache.get(&hash).is_some());
        cache.forget();
        assert!(cache.get(&hash).is_none());
        // A lookup that began before the change and ends after it.
        cache.insert(hash, known, epoch);
        assert!(cache.get(&hash).is_none());
        cache.insert(hash, known, cache.epoch());
        assert!(cache.get(&hash).is_some());
    }
}
