//! The budget of one process.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, ready};
use tokio::time::Instant;

use super::{BudgetError, Grant, ReservationId, Settlement, TokenBudget, TokenLedger, TokenState};

/// A budget kept in memory: the default of a client, shared by its clones.
#[derive(Debug)]
pub struct LocalBudget {
    ledger: Mutex<TokenLedger>,
    start: Instant,
}

impl Default for LocalBudget {
    fn default() -> Self {
        Self {
            ledger: Mutex::default(),
            start: Instant::now(),
        }
    }
}

impl LocalBudget {
    fn with<T>(&self, act: impl FnOnce(&mut TokenLedger, Duration) -> T) -> T {
        let mut ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        act(&mut ledger, self.start.elapsed())
    }
}

impl TokenBudget for LocalBudget {
    /// Within a process a reservation is always settled, so it needs no lease.
    fn try_reserve(&self, tokens: u32) -> BoxFuture<'_, Result<Grant, BudgetError>> {
        let grant = self.with(|ledger, now| ledger.try_reserve(now, tokens, Duration::MAX));
        ready(Ok(grant)).boxed()
    }

    fn settle(
        &self,
        reservation: Option<ReservationId>,
        settlement: Settlement,
    ) -> BoxFuture<'_, Result<(), BudgetError>> {
        self.with(|ledger, now| ledger.settle(now, reservation, settlement));
        ready(Ok(())).boxed()
    }

    fn state(&self) -> BoxFuture<'_, Result<Option<TokenState>, BudgetError>> {
        let state = self.with(|ledger, now| ledger.state(now));
        ready(Ok(state)).boxed()
    }
}
