//! Tokens: what a request may cost, what is left, and who may spend it.
//!
//! A [`TokenBudget`] keeps the books of one Keepa account. Requests reserve their worst cost before they are sent and settle from the answer.
//! Who has to wait is served in the order of asking.

mod bucket;
mod cost;
mod ledger;
mod local;
mod queue;

use std::fmt;
use std::time::Duration;

use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};

pub use bucket::TokenBucket;
pub use cost::Cost;
pub use ledger::TokenLedger;
pub use local::LocalBudget;
pub(crate) use queue::TokenQueue;

use crate::envelope::Envelope;

/// What a request does when the bucket is empty.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TokenPolicy {
    /// It waits as long as it takes.
    #[default]
    Wait,
    /// It waits, but is refused as soon as it is known that it would take longer.
    WaitAtMost(Duration),
    /// It is refused at once.
    FailFast,
}

impl TokenPolicy {
    /// The longest wait; `None` when there is no limit.
    pub(crate) const fn longest_wait(self) -> Option<Duration> {
        match self {
            Self::Wait => None,
            Self::WaitAtMost(longest) => Some(longest),
            Self::FailFast => Some(Duration::ZERO),
        }
    }

    /// `true` when the policy allows to wait so long.
    pub(crate) fn allows(self, wait: Duration) -> bool {
        self.longest_wait().is_none_or(|longest| wait <= longest)
    }
}

/// The token fields of an answer (grade A: Keepa's documentation).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TokenReport {
    /// Keepa's clock at the answer, Unix milliseconds.
    pub timestamp: i64,
    /// Tokens left after the request; may be negative.
    pub tokens_left: i64,
    /// Until the next refill.
    pub refill_in: Duration,
    /// Tokens added each minute, gross.
    pub refill_rate: u32,
    /// Tokens a minute that trackings consume.
    pub token_flow_reduction: f64,
    /// Tokens that Keepa charged for the request.
    pub tokens_consumed: i64,
}

impl TokenReport {
    /// The report in an envelope; `None` when its token fields are zeros throughout, as with a rejected key, and so say nothing of the bucket.
    pub(crate) fn of(envelope: &Envelope) -> Option<Self> {
        let refill_rate = u32::try_from(envelope.refill_rate).unwrap_or(0);
        (refill_rate > 0).then(|| Self {
            timestamp: envelope.timestamp,
            tokens_left: i64::from(envelope.tokens_left),
            refill_in: Duration::from_millis(u64::try_from(envelope.refill_in).unwrap_or(0)),
            refill_rate,
            token_flow_reduction: envelope.token_flow_reduction,
            tokens_consumed: i64::from(envelope.tokens_consumed),
        })
    }
}

/// The token bucket as the last answer told it, moved on to now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TokenState {
    /// Tokens left; may be negative.
    pub left: i64,
    /// Tokens added each minute.
    pub refill_rate: u32,
    /// Tokens a minute that trackings consume.
    pub flow_reduction: f64,
    /// Tokens that requests under way have reserved of those left.
    pub reserved: u64,
    /// Until it is full when nothing is spent; zero when it is, `None` when trackings take all that comes.
    pub full_in: Option<Duration>,
}

/// Names a reservation within its budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReservationId(pub u64);

/// What a budget says to a request that would like to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grant {
    /// Its tokens are reserved.
    Reserved(ReservationId),
    /// There are none now; asking again is worthwhile after so long, or when another reservation ends.
    Wait(Duration),
}

/// How a reservation ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Settlement {
    /// Keepa answered and told the bucket.
    Told(TokenReport),
    /// Keepa answered without a word of the bucket: nothing was charged.
    Untold,
    /// The request was sent, and no answer came to be read. Keepa charges before the body is read, so what was reserved counts as spent until
    /// the next answer tells the truth.
    Lost,
    /// The request was not sent.
    Unsent,
}

/// The books of one Keepa account. All clones of a client share one; several processes can share one that is kept in a database, for which
/// [`TokenBucket`] and [`TokenLedger`] are the arithmetic.
///
/// A budget only says yes or when to ask again: first come, first served among the requests of one client is the client's affair. What another
/// process gives back, a client notices when it asks again, so a shared budget should not let it wait too long for what is only reserved.
pub trait TokenBudget: fmt::Debug + Send + Sync {
    /// Reserves the worst cost of a request, if the balance less what is reserved is positive.
    fn try_reserve(&self, tokens: u32) -> BoxFuture<'_, Result<Grant, BudgetError>>;

    /// Ends a reservation. Without one, an answer to a request that costs nothing is reported.
    fn settle(
        &self,
        reservation: Option<ReservationId>,
        settlement: Settlement,
    ) -> BoxFuture<'_, Result<(), BudgetError>>;

    /// The bucket now; `None` before the first answer.
    fn state(&self) -> BoxFuture<'_, Result<Option<TokenState>, BudgetError>>;
}

/// The books could not be read or written: the message of the store that keeps them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the token budget is not available: {0}")]
pub struct BudgetError(pub String);
