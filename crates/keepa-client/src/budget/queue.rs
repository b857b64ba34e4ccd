//! First come, first served: the line of those who wait for tokens, and the guard of what was reserved.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::sync::{Mutex, Notify, watch};
use tokio::time::{Instant, sleep_until};

use super::{Grant, ReservationId, Settlement, TokenBudget, TokenPolicy};
use crate::error::KeepaError;

/// Longer than any process runs; an instant further away would overflow.
const FOREVER: Duration = Duration::from_secs(60 * 60 * 24 * 365 * 30);

/// The line before a budget. Only its head asks the budget, so nobody overtakes.
#[derive(Debug)]
pub(crate) struct TokenQueue {
    budget: Arc<dyn TokenBudget>,
    turn: Mutex<()>,
    /// Until when the head waits; those behind it can be served no sooner.
    head: watch::Sender<Option<Instant>>,
    freed: Notify,
}

/// Tells those behind that the head waits no longer, however its wait ended.
struct Head<'a>(&'a TokenQueue);

impl Drop for Head<'_> {
    fn drop(&mut self) {
        self.0.head.send_replace(None);
    }
}

impl TokenQueue {
    pub(crate) fn new(budget: Arc<dyn TokenBudget>) -> Self {
        Self {
            budget,
            turn: Mutex::default(),
            head: watch::Sender::new(None),
            freed: Notify::new(),
        }
    }

    pub(crate) fn budget(&self) -> &dyn TokenBudget {
        &*self.budget
    }

    /// Reserves tokens, after as long a wait as the policy allows.
    pub(crate) async fn reserve(
        self: &Arc<Self>,
        tokens: u32,
        policy: TokenPolicy,
    ) -> Result<Reservation, KeepaError> {
        let deadline = policy
            .longest_wait()
            .map(|longest| Instant::now() + longest.min(FOREVER));
        let _turn = tokio::select! {
            biased;
            turn = self.turn.lock() => turn,
            until = self.head_waits_beyond(deadline) => return Err(out_of_tokens(until)),
        };
        let _head = Head(self);
        loop {
            let freed = self.freed.notified();
            tokio::pin!(freed);
            freed.as_mut().enable();
            match self.budget.try_reserve(tokens).await? {
                Grant::Reserved(id) => {
                    return Ok(Reservation {
                        queue: Arc::clone(self),
                        id: Some(id),
                        is_sent: false,
                    });
                }
                Grant::Wait(wait) => {
                    let until = Instant::now() + wait.min(FOREVER);
                    if deadline.is_some_and(|deadline| until > deadline) {
                        return Err(out_of_tokens(until));
                    }
                    self.head.send_replace(Some(until));
                    tracing::info!(wait_ms = wait.as_millis(), "waiting for Keepa tokens");
                    tokio::select! {
                        () = sleep_until(until) => {}
                        () = freed => {}
                    }
                }
            }
        }
    }

    /// Resolves when it is certain that a deadline cannot be kept, with the time of the head.
    async fn head_waits_beyond(&self, deadline: Option<Instant>) -> Instant {
        let mut head = self.head.subscribe();
        if let Some(deadline) = deadline {
            let beyond = |until: &Option<Instant>| until.is_some_and(|until| until > deadline);
            // The sender lives as long as `self`.
            if let Ok(until) = head.wait_for(beyond).await
                && let Some(until) = *until
            {
                return until;
            }
        }
        std::future::pending().await
    }

    /// Reports what an answer told, and lets the head of the line look again. The answer itself counts more than the books: a budget that
    /// cannot be written is logged.
    pub(crate) async fn settle(&self, reservation: Option<ReservationId>, settlement: Settlement) {
        if let Err(error) = self.budget.settle(reservation, settlement).await {
            tracing::warn!(%error, "the tokens of a Keepa request could not be settled");
        }
        self.freed.notify_one();
    }
}

fn out_of_tokens(until: Instant) -> KeepaError {
    KeepaError::OutOfTokens {
        wait: until.saturating_duration_since(Instant::now()),
    }
}

/// The tokens of a request under way. Dropped unsettled, it gives them back; once the request was sent they count as spent, since Keepa charges
/// an answer that nobody reads too.
#[derive(Debug)]
pub(crate) struct Reservation {
    queue: Arc<TokenQueue>,
    id: Option<ReservationId>,
    is_sent: bool,
}

impl Reservation {
    /// To be called before the request goes out.
    pub(crate) const fn sent(&mut self) {
        self.is_sent = true;
    }

    /// Ends it with what became of the request.
    pub(crate) async fn settle(mut self, settlement: Settlement) {
        self.queue.settle(self.id, settlement).await;
        self.id = None;
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        let Some(id) = self.id.take() else { return };
        let settlement = if self.is_sent {
            Settlement::Lost
        } else {
            Settlement::Unsent
        };
        let queue = Arc::clone(&self.queue);
        let mut settled = async move { queue.settle(Some(id), settlement).await }.boxed();
        // A budget in memory is done at once; one in a database goes on in the background, or its lease ends.
        if (&mut settled).now_or_never().is_none()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(settled);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex as SyncMutex;

    use super::*;
    use crate::budget::{LocalBudget, TokenReport};

    /// A line before a bucket with so many tokens and five more a minute, the next in 30 s.
    async fn queue(tokens_left: i64) -> Arc<TokenQueue> {
        let queue = Arc::new(TokenQueue::new(Arc::new(LocalBudget::default())));
        queue.settle(None, told(tokens_left)).await;
        queue
    }

    fn told(tokens_left: i64) -> Settlement {
        Settlement::Told(TokenReport {
            timestamp: 1,
            tokens_left,
            refill_in: Duration::from_secs(30),
            refill_rate: 5,
            token_flow_reduction: 0.0,
            tokens_consumed: 0,
        })
    }

    fn at_most(seconds: u64) -> TokenPolicy {
        TokenPolicy::WaitAtMost(Duration::from_secs(seconds))
    }

    async fn left(queue: &TokenQueue) -> (i64, u64) {
        let state = queue.budget().state().await.unwrap().unwrap();
        (state.left, state.reserved)
    }

    fn wait_of(refused: Result<Reservation, KeepaError>) -> u64 {
        match refused {
            Err(KeepaError::OutOfTokens { wait }) => wait.as_secs(),
            other => panic!("not refused: {other:?}"),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_may_wait_is_served_when_the_balance_is_positive_again() {
        let queue = queue(-7).await;
        let start = Instant::now();
        let reserved = queue.reserve(1, TokenPolicy::Wait).await.unwrap();
        assert_eq!(start.elapsed().as_secs(), 90);
        assert_eq!(left(&queue).await, (3, 1));
        drop(reserved);
    }

    #[tokio::test(start_paused = true)]
    async fn who_may_not_wait_so_long_is_refused_at_once_and_told_how_long() {
        let queue = queue(-7).await;
        let start = Instant::now();
        assert_eq!(wait_of(queue.reserve(1, TokenPolicy::FailFast).await), 90);
        assert_eq!(wait_of(queue.reserve(1, at_most(89)).await), 90);
        assert_eq!(start.elapsed(), Duration::ZERO);
        assert!(queue.reserve(1, at_most(90)).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn who_came_first_is_served_first_and_nobody_overtakes() {
        let queue = queue(-7).await;
        let served = Arc::new(SyncMutex::new(Vec::new()));
        let waiting: Vec<_> = [3, 1, 2]
            .map(|name| {
                let (queue, served) = (Arc::clone(&queue), Arc::clone(&served));
                tokio::spawn(async move {
                    let reserved = queue.reserve(name, TokenPolicy::Wait).await.unwrap();
                    served.lock().unwrap().push(name);
                    reserved.settle(Settlement::Lost).await;
                })
            })
            .into();
        tokio::task::yield_now().await;
        assert_eq!(wait_of(queue.reserve(1, TokenPolicy::FailFast).await), 90);
        for task in waiting {
            task.await.unwrap();
        }
        assert_eq!(*served.lock().unwrap(), [3, 1, 2]);
    }

    #[tokio::test(start_paused = true)]
    async fn tokens_given_back_wake_the_one_who_waits() {
        let queue = queue(5).await;
        let first = queue.reserve(500, TokenPolicy::Wait).await.unwrap();
        let second = tokio::spawn({
            let queue = Arc::clone(&queue);
            async move { queue.reserve(1, TokenPolicy::Wait).await.map(drop) }
        });
        tokio::task::yield_now().await;
        let start = Instant::now();
        first.settle(told(4)).await;
        second.await.unwrap().unwrap();
        assert_eq!(start.elapsed(), Duration::ZERO);
        assert_eq!(left(&queue).await, (4, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_dropped_request_gives_its_reservation_back() {
        let queue = queue(5).await;
        drop(queue.reserve(500, TokenPolicy::Wait).await.unwrap());
        assert_eq!(left(&queue).await, (5, 0));
        let mut sent = queue.reserve(7, TokenPolicy::Wait).await.unwrap();
        sent.sent();
        drop(sent);
        assert_eq!(left(&queue).await, (-2, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_dropped_wait_leaves_the_line() {
        let queue = queue(-7).await;
        let head = tokio::spawn({
            let queue = Arc::clone(&queue);
            async move { queue.reserve(1, TokenPolicy::Wait).await.map(drop) }
        });
        tokio::task::yield_now().await;
        head.abort();
        assert!(head.await.unwrap_err().is_cancelled());
        assert!(queue.head.borrow().is_none());
        assert!(queue.reserve(1, at_most(90)).await.is_ok());
    }
}
