//! Which products are being fetched right now, so that two tasks never pay for the same one.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// The keys that some task is working on.
#[derive(Debug)]
pub(super) struct Inflight<K: Eq + Hash> {
    keys: Arc<Mutex<HashMap<K, watch::Receiver<()>>>>,
}

/// The keys that the caller now owns. Dropping it, also by cancellation, wakes everyone who waits for one of them.
#[derive(Debug)]
pub(super) struct Claim<K: Eq + Hash> {
    keys: Arc<Mutex<HashMap<K, watch::Receiver<()>>>>,
    owned: Vec<K>,
    _done: watch::Sender<()>,
}

/// The outcome of asking for keys: those to work on, and what to wait for before looking at the others again.
#[derive(Debug)]
pub(super) struct Split<K: Eq + Hash> {
    pub(super) mine: Claim<K>,
    pub(super) others: Vec<watch::Receiver<()>>,
}

impl<K: Eq + Hash + Clone> Inflight<K> {
    pub(super) fn new() -> Self {
        Self {
            keys: Arc::default(),
        }
    }

    /// Takes the keys that nobody works on.
    pub(super) fn claim(&self, wanted: impl IntoIterator<Item = K>) -> Split<K> {
        let (done, receiver) = watch::channel(());
        let mut owned = Vec::new();
        let mut others = Vec::new();
        let mut keys = lock(&self.keys);
        for key in wanted {
            if let Some(other) = keys.get(&key) {
                others.push(other.clone());
            } else {
                keys.insert(key.clone(), receiver.clone());
                owned.push(key);
            }
        }
        drop(keys);
        Split {
            mine: Claim {
                keys: Arc::clone(&self.keys),
                owned,
                _done: done,
            },
            others,
        }
    }
}

impl<K: Eq + Hash> Claim<K> {
    pub(super) fn keys(&self) -> &[K] {
        &self.owned
    }
}

impl<K: Eq + Hash> Drop for Claim<K> {
    fn drop(&mut self) {
        let mut keys = lock(&self.keys);
        for key in &self.owned {
            keys.remove(key);
        }
    }
}

/// Waits until the task behind `receiver` has ended, whichever way.
pub(super) async fn ended(mut receiver: watch::Receiver<()>) {
    while receiver.changed().await.is_ok() {}
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_key_has_one_owner_until_its_claim_is_dropped() {
        let inflight = Inflight::new();
        let first = inflight.claim(["a", "b"]);
        assert_eq!(first.mine.keys(), ["a", "b"]);

        let mut second = inflight.claim(["b", "c"]);
        assert_eq!(second.mine.keys(), ["c"]);
        let waiting = second.others.pop().unwrap();

        drop(first);
        ended(waiting).await;
        assert_eq!(inflight.claim(["b"]).mine.keys(), ["b"]);
    }
}
