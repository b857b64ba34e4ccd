//! Requests that are sent again: what was done once is not done twice, and is answered as it was the first time (ADR 13).
//!
//! A key is leased to one attempt at a time. What it was answered is stored when it was done; an attempt that did nothing frees the key; one
//! that ended nobody knows how leaves it to the same request.

use std::fmt;
use std::time::Duration;

use arbitragevault_persistence::idempotency_keys::{self, Claim, OwnedKey};
use chrono::TimeDelta;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

pub use arbitragevault_persistence::idempotency_keys::Answer;

use crate::error::ServiceError;
use crate::{Caller, Services};

/// How long an answer is kept: what clients know from Stripe, and longer than any of them goes on trying.
pub const KEPT_FOR: TimeDelta = TimeDelta::hours(24);

/// Characters of a key at most.
pub const MAX_KEY_CHARS: usize = 255;

/// What a client names a request by: 1 to 255 visible ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Reads a key; `None` when it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_key = (1..=MAX_KEY_CHARS).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_graphic());
        is_key.then(|| Self(text.to_owned()))
    }
}

/// What a request asks for, as SHA-256.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Of the parts of a request, in an order that is always the same.
    #[must_use]
    pub fn of(parts: &[&[u8]]) -> Self {
        let mut digest = Sha256::new();
        for part in parts {
            // With its length, so that no two lists of parts are the same bytes.
            digest.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            digest.update(part);
        }
        Self(digest.finalize().into())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

/// An attempt that holds the lease of a key. It ends by one of the three functions of [`Services`] that take it, or by its lease.
#[derive(Debug, Clone)]
pub struct Attempt {
    caller: Caller,
    key: IdempotencyKey,
    id: Uuid,
    /// The id for what the request makes. An attempt after one that ended nobody knows how has the same.
    pub object_id: Uuid,
}

impl Attempt {
    fn owned_key(&self) -> OwnedKey<'_> {
        owned(self.caller, &self.key)
    }
}

fn owned(caller: Caller, key: &IdempotencyKey) -> OwnedKey<'_> {
    OwnedKey {
        user_id: caller.user_id,
        organisation_id: caller.organisation_id,
        key: &key.0,
    }
}

/// What is to be done with a request.
#[derive(Debug)]
pub enum Admission {
    /// Do it.
    Begin(Attempt),
    /// It was done: answer this.
    Done(Answer),
    /// It is being done by somebody else.
    AtWork,
    /// The key belongs to another request.
    OtherRequest,
}

impl Services {
    /// Asks for the lease of a caller's key. A lease that is not ended holds for `lease`: longer than the request may take.
    ///
    /// # Errors
    /// When the database is not available.
    pub async fn admit(
        &self,
        caller: Caller,
        key: IdempotencyKey,
        fingerprint: Fingerprint,
        lease: Duration,
    ) -> Result<Admission, ServiceError> {
        let now = self.shared.clock.now();
        let id = Uuid::now_v7();
        let claim = Claim {
            key: owned(caller, &key),
            fingerprint: &fingerprint.0,
            object_id: Uuid::now_v7(),
            attempt: id,
            now,
            leased_until: now + TimeDelta::from_std(lease).unwrap_or(KEPT_FOR),
            expires_at: now + KEPT_FOR,
        };
        self.tenant(caller, async |connection| {
            let leased = idempotency_keys::claim(connection, &claim).await?;
            if let Some(object_id) = leased {
                return Ok(Admission::Begin(Attempt {
                    caller,
                    key: key.clone(),
                    id,
                    object_id,
                }));
            }
            // Freed in between: who asks again gets it.
            let Some(held) = idempotency_keys::find(connection, claim.key).await? else {
                return Ok(Admission::AtWork);
            };
            Ok(match held.answer {
                _ if held.fingerprint != fingerprint.0 => Admission::OtherRequest,
                Some(answer) => Admission::Done(answer),
                None => Admission::AtWork,
            })
        })
        .await
    }

    /// Keeps the answer to an attempt that did what was asked.
    ///
    /// # Errors
    /// When the database is not available. The key is then free for the same request when the lease ends.
    pub async fn keep_answer(
        &self,
        attempt: &Attempt,
        answer: &Answer,
    ) -> Result<(), ServiceError> {
        let stored = self.tenant(attempt.caller, async |connection| {
            let key = attempt.owned_key();
            Ok(idempotency_keys::answer(connection, key, attempt.id, answer).await?)
        });
        if !stored.await? {
            tracing::warn!(
                "the answer to a request came after its lease; the same request may have been done twice"
            );
        }
        Ok(())
    }

    /// Frees the key of an attempt that did nothing: the caller may mend the request and send it with the same key.
    ///
    /// # Errors
    /// When the database is not available.
    pub async fn free_key(&self, attempt: &Attempt) -> Result<(), ServiceError> {
        self.tenant(attempt.caller, async |connection| {
            Ok(idempotency_keys::free(connection, attempt.owned_key(), attempt.id).await?)
        })
        .await
    }

    /// Leaves the key of an attempt that may have done something to the same request, sent again.
    ///
    /// # Errors
    /// When the database is not available. The key is then free for the same request when the lease ends.
    pub async fn leave_key(&self, attempt: &Attempt) -> Result<(), ServiceError> {
        let now = self.shared.clock.now();
        self.tenant(attempt.caller, async |connection| {
            let key = attempt.owned_key();
            Ok(idempotency_keys::end_lease(connection, key, attempt.id, now).await?)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_1_to_255_visible_ascii_characters() {
        for key in ["1", "8c6f-Ä".trim_end_matches('Ä'), "!~", &"k".repeat(255)] {
            assert!(IdempotencyKey::parse(key).is_some(), "{key}");
        }
        for key in ["", " ", "a b", "tab\t", "ä", &"k".repeat(256), "line\n"] {
            assert_eq!(IdempotencyKey::parse(key), None, "{key:?}");
        }
    }

    #[test]
    fn no_part_of_a_request_can_pass_for_another() {
        let same = Fingerprint::of(&[b"POST", b"/a", b"body"]);
        assert_eq!(same, Fingerprint::of(&[b"POST", b"/a", b"body"]));
        for parts in [
            [&b"POST"[..], b"/a", b"bodY"],
            [b"POST", b"/ab", b"ody"],
            [b"POST/", b"a", b"body"],
            [b"POST", b"/abody", b""],
        ] {
            assert_ne!(same, Fingerprint::of(&parts));
        }
    }
}
