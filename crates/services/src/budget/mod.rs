//! The token budget that several server processes share: its books are kept in PostgreSQL.

mod books;
mod purpose;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use arbitragevault_persistence::tokens::{self, Change, Ended, KeyDigest, NewReservation};
use arbitragevault_persistence::{Connection, PersistenceError, Pool};
use chrono::{DateTime, Utc};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use keepa_client::{BudgetError, Grant, ReservationId, Settlement, TokenBudget, TokenState};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

pub use purpose::SpendPurpose;

use crate::clock::Clock;
use crate::error::chain;

/// How long the books may take to be written.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long they may take to be read: nobody's tokens depend on it, and somebody waits.
const READ_PATIENCE: Duration = Duration::from_secs(2);

/// How long a request that costs nothing waits until what it told is written.
const REPORT_PATIENCE: Duration = Duration::from_millis(500);

/// How often an entry that could not be written is tried again.
const WRITE_AGAIN: Duration = Duration::from_secs(1);

/// The books of one Keepa account in PostgreSQL, for the client of one process.
///
/// Without the database nothing is reserved, so nothing is sent. A request that was answered while it went away is booked when it is back;
/// until then its reservation stands, so no process spends what it spent.
pub struct PostgresBudget {
    account: Arc<Account>,
    runtime: Handle,
}

impl fmt::Debug for PostgresBudget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresBudget")
            .field("owner", &self.account.owner)
            .field("pool", &self.account.pool)
            .finish_non_exhaustive()
    }
}

impl PostgresBudget {
    /// The budget of the account with this key, over connections of its own. They live on `runtime`, whoever asks (ADR 4).
    #[must_use]
    pub fn new(pool: Pool, api_key: &str, clock: Clock, runtime: Handle) -> Self {
        Self {
            account: Arc::new(Account {
                pool,
                key_digest: key_digest(api_key),
                owner: Uuid::now_v7(),
                clock,
                entries: TaskTracker::new(),
            }),
            runtime,
        }
    }

    /// Waits until everything that ended is booked, or so long. To be called when no request is under way any more: what a process leaves
    /// unbooked stays reserved until its time is over.
    pub async fn finish(&self, patience: Duration) {
        self.account.entries.close();
        let finished = self.account.entries.wait();
        if tokio::time::timeout(patience, finished).await.is_err() {
            tracing::warn!("tokens of Keepa requests are left reserved until their time is over");
        }
    }
}

fn key_digest(api_key: &str) -> KeyDigest {
    let digest = ring::digest::digest(&ring::digest::SHA256, api_key.as_bytes());
    let mut key_digest = [0; 32];
    key_digest.copy_from_slice(digest.as_ref());
    KeyDigest(key_digest)
}

impl TokenBudget for PostgresBudget {
    fn try_reserve(&self, tokens: u32) -> BoxFuture<'_, Result<Grant, BudgetError>> {
        let purpose = SpendPurpose::current();
        let account = Arc::clone(&self.account);
        let (tell, told) = oneshot::channel();
        let runtime = self.runtime.clone();
        self.runtime.spawn(async move {
            let granted = account.reserve(tokens, purpose).await;
            let granted = granted.map(|granted| match granted {
                Ok(id) => Ok(Reserved {
                    id,
                    is_taken: false,
                    account,
                    runtime,
                }),
                Err(wait) => Err(wait),
            });
            // Whoever asked may be gone; then the reservation ends here.
            let _ = tell.send(granted);
        });
        async move {
            match told.await.map_err(|_| ended())?? {
                Ok(reserved) => Ok(Grant::Reserved(reserved.take())),
                Err(wait) => Ok(Grant::Wait(wait)),
            }
        }
        .boxed()
    }

    /// An answer to a request that costs nothing is booked in the background: nothing waits for it.
    fn settle(
        &self,
        reservation: Option<ReservationId>,
        settlement: Settlement,
    ) -> BoxFuture<'_, Result<(), BudgetError>> {
        let written = settle(&self.runtime, &self.account, reservation, settlement);
        async move {
            match reservation {
                Some(_) => written.await.map_err(|_| ended())?,
                // Whoever asks for free reads the books next; without them it has its answer nevertheless.
                None => {
                    let _ = tokio::time::timeout(REPORT_PATIENCE, written).await;
                    Ok(())
                }
            }
        }
        .boxed()
    }

    fn state(&self) -> BoxFuture<'_, Result<Option<TokenState>, BudgetError>> {
        let account = Arc::clone(&self.account);
        let read = self.runtime.spawn(async move { account.state().await });
        async move { read.await.map_err(|_| ended())? }.boxed()
    }
}

fn ended() -> BudgetError {
    BudgetError("the process is ending".to_owned())
}

/// Writes how a request ended, and goes on trying while the database is away. The receiver hears how the first attempt went.
fn settle(
    runtime: &Handle,
    account: &Arc<Account>,
    reservation: Option<ReservationId>,
    settlement: Settlement,
) -> oneshot::Receiver<Result<(), BudgetError>> {
    let account = Arc::clone(account);
    let now = account.clock.now();
    let (tell, told) = oneshot::channel();
    let entries = account.entries.clone();
    let entry = async move {
        let mut written = account.settle(reservation, settlement, now).await;
        // Nobody listens when the request was dropped.
        let _ = tell.send(written.clone());
        // What a free request told, the next answer tells too.
        while written.is_err() && reservation.is_some() {
            tokio::time::sleep(WRITE_AGAIN).await;
            written = account.settle(reservation, settlement, now).await;
        }
    };
    entries.spawn_on(entry, runtime);
    told
}

/// A reservation on its way to the request that asked for it. Dropped on the way, it ends.
struct Reserved {
    id: ReservationId,
    is_taken: bool,
    account: Arc<Account>,
    runtime: Handle,
}

impl Reserved {
    fn take(mut self) -> ReservationId {
        self.is_taken = true;
        self.id
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        if !self.is_taken {
            // It is written in the background.
            let (runtime, account) = (&self.runtime, &self.account);
            drop(settle(runtime, account, Some(self.id), Settlement::Unsent));
        }
    }
}

/// The account as this process sees it.
struct Account {
    pool: Pool,
    key_digest: KeyDigest,
    owner: Uuid,
    clock: Clock,
    /// Entries that are being written.
    entries: TaskTracker,
}

impl Account {
    /// Reserves tokens, or says when to ask again.
    async fn reserve(
        &self,
        tokens: u32,
        purpose: SpendPurpose,
    ) -> Result<Result<ReservationId, Duration>, BudgetError> {
        let request = NewReservation {
            key_digest: self.key_digest,
            owner: self.owner,
            purpose: purpose.as_str(),
            tokens: tokens.max(1),
            now: self.clock.now(),
        };
        let granted = self
            .within(PATIENCE, async |connection| {
                tokens::reserve(connection, &request, |books| {
                    books::decide(books, request.now)
                })
                .await
            })
            .await?;
        Ok(granted.map(books::reservation_id))
    }

    async fn settle(
        &self,
        reservation: Option<ReservationId>,
        settlement: Settlement,
        now: DateTime<Utc>,
    ) -> Result<(), BudgetError> {
        let reservation = reservation.map(books::row_id);
        self.within(PATIENCE, async |connection| {
            let change = |bucket, ended: Option<&Ended>| Change {
                bucket: books::bucket_after(bucket, ended, settlement, now),
                spent: ended.and_then(|ended| books::spend(ended, settlement)),
            };
            tokens::settle(connection, self.key_digest, reservation, now, change).await
        })
        .await
    }

    async fn state(&self) -> Result<Option<TokenState>, BudgetError> {
        let now = self.clock.now();
        let books = self
            .within(READ_PATIENCE, async |connection| {
                tokens::books(connection, self.key_digest, now).await
            })
            .await?;
        Ok(books::state(books, now))
    }

    /// Reads or writes the books, unless it takes too long.
    async fn within<T>(
        &self,
        patience: Duration,
        act: impl AsyncFnOnce(&mut Connection) -> Result<T, PersistenceError>,
    ) -> Result<T, BudgetError> {
        let acted = async {
            let mut connection = self.pool.get().await?;
            act(&mut connection).await
        };
        match tokio::time::timeout(patience, acted).await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(error)) => Err(BudgetError(chain(&error))),
            Err(_) => Err(BudgetError(format!(
                "the database did not answer in {} s",
                patience.as_secs()
            ))),
        }
    }
}

#[cfg(test)]
mod tests;
