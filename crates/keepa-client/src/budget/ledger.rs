//! The books of one account: its bucket and what is reserved of it, without a clock and without a lock.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Grant, ReservationId, Settlement, TokenBucket, TokenState};

/// The token bucket as Keepa told it, and what is reserved of it.
///
/// Times are distances from an origin that the caller chooses and keeps to: the start of a process, or the Unix epoch when several processes
/// share the ledger. It serializes, so a database can keep it in one row: load it locked, call one method, store it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TokenLedger {
    known: Option<TokenBucket>,
    reservations: BTreeMap<ReservationId, Reserved>,
    next_id: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Reserved {
    tokens: u32,
    until: Duration,
}

impl TokenLedger {
    /// Reserves tokens until the reservation is settled, or at the latest until `lease` has passed: a process that died gives back what it held.
    ///
    /// A request may run while the balance is positive, whatever it costs (grade A), so only the sign counts here. Before the first answer
    /// nothing is known and anything may.
    pub fn try_reserve(&mut self, now: Duration, tokens: u32, lease: Duration) -> Grant {
        self.reservations.retain(|_, reserved| reserved.until > now);
        if let Some(known) = self.known
            && let Some(wait) = known.wait(now, self.reserved())
        {
            return Grant::Wait(wait);
        }
        let id = ReservationId(self.next_id);
        self.next_id = self.next_id.wrapping_add(1);
        let until = now.saturating_add(lease);
        self.reservations.insert(id, Reserved { tokens, until });
        Grant::Reserved(id)
    }

    /// Ends a reservation, or takes the report of a request that needed none.
    pub fn settle(
        &mut self,
        now: Duration,
        reservation: Option<ReservationId>,
        settlement: Settlement,
    ) {
        let reserved = reservation.and_then(|id| self.reservations.remove(&id));
        match settlement {
            Settlement::Told(report) => {
                self.known = Some(TokenBucket::told(self.known, now, report));
            }
            Settlement::Lost => {
                if let (Some(known), Some(reserved)) = (&mut self.known, reserved) {
                    known.lose(reserved.tokens);
                }
            }
            Settlement::Untold | Settlement::Unsent => {}
        }
    }

    fn reserved(&self) -> u64 {
        self.reservations
            .values()
            .map(|reserved| u64::from(reserved.tokens))
            .sum()
    }

    /// The bucket at a time; `None` before the first answer.
    #[must_use]
    pub fn state(&self, now: Duration) -> Option<TokenState> {
        self.known.map(|known| known.state(now, self.reserved()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::TokenReport;

    const LEASE: Duration = Duration::from_secs(600);

    const fn secs(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn report(tokens_left: i64, refill_in: u64, refill_rate: u32) -> TokenReport {
        TokenReport {
            timestamp: 5,
            tokens_left,
            refill_in: secs(refill_in),
            refill_rate,
            token_flow_reduction: 0.0,
            tokens_consumed: 0,
        }
    }

    fn told(report: TokenReport) -> TokenLedger {
        let mut ledger = TokenLedger::default();
        ledger.settle(Duration::ZERO, None, Settlement::Told(report));
        ledger
    }

    fn reserved(ledger: &mut TokenLedger, now: Duration, tokens: u32) -> ReservationId {
        match ledger.try_reserve(now, tokens, LEASE) {
            Grant::Reserved(id) => id,
            Grant::Wait(wait) => panic!("it has to wait {wait:?}"),
        }
    }

    #[test]
    fn a_positive_balance_lets_any_request_through_and_an_empty_one_none() {
        let mut ledger = told(report(1, 30, 5));
        let first = reserved(&mut ledger, secs(0), 100);
        // A hundred tokens are missing: twenty refills, the first in 30 s.
        assert_eq!(
            ledger.try_reserve(secs(0), 1, LEASE),
            Grant::Wait(secs(30 + 19 * 60))
        );
        ledger.settle(secs(0), Some(first), Settlement::Unsent);
        reserved(&mut ledger, secs(0), 1);
    }

    #[test]
    fn the_wait_follows_the_refills_and_what_trackings_take_of_them() {
        // Keepa's tokens left, seconds to the refill, rate, what trackings take, now, and the wait.
        let cases = [
            (0, 30, 5, 0.0, 0, Some(30)),
            (-4, 30, 5, 0.0, 0, Some(30)),
            (-5, 30, 5, 0.0, 0, Some(90)),
            (-11, 30, 5, 0.0, 0, Some(150)),
            (-11, 30, 5, 0.0, 60, Some(90)),
            (-11, 30, 5, 2.5, 0, Some(270)),
            (-11, 30, 5, 5.0, 0, None),
        ];
        for (left, refill_in, rate, reduction, now, expected) in cases {
            let mut ledger = told(TokenReport {
                token_flow_reduction: reduction,
                ..report(left, refill_in, rate)
            });
            let grant = ledger.try_reserve(secs(now), 1, LEASE);
            let Grant::Wait(wait) = grant else {
                panic!("{left} tokens are not enough");
            };
            let forever = Duration::MAX.saturating_sub(secs(now));
            assert_eq!(wait, expected.map_or(forever, secs), "{left} at {now} s");
            if expected.is_some() {
                reserved(&mut ledger, secs(now) + wait, 1);
            }
        }
    }

    #[test]
    fn a_bucket_holds_the_refills_of_an_hour() {
        let left = |now| told(report(290, 30, 5)).state(secs(now)).unwrap().left;
        assert_eq!([29, 30, 90, 3_600].map(left), [290, 295, 300, 300]);
        let granted = told(report(1_000, 30, 5));
        assert_eq!(granted.state(secs(3_600)).unwrap().left, 1_000);
    }

    #[test]
    fn a_bucket_says_when_it_is_full_if_nothing_is_spent() {
        // Keepa's tokens left, what trackings take, now, and until it is full.
        let cases = [
            (295, 0.0, 0, Some(30)),
            (290, 0.0, 0, Some(90)),
            (290, 0.0, 40, Some(50)),
            (-300, 0.0, 0, Some(30 + 119 * 60)),
            (300, 0.0, 0, Some(0)),
            (900, 0.0, 0, Some(0)),
            (290, 4.0, 0, Some(30 + 9 * 60)),
            (290, 5.0, 0, None),
        ];
        for (left, reduction, now, expected) in cases {
            let ledger = told(TokenReport {
                token_flow_reduction: reduction,
                ..report(left, 30, 5)
            });
            let full_in = ledger.state(secs(now)).unwrap().full_in;
            assert_eq!(full_in, expected.map(secs), "{left} at {now} s");
        }
    }

    #[test]
    fn a_lost_request_counts_as_spent_until_the_next_answer_tells() {
        let mut ledger = told(report(50, 30, 5));
        let lost = reserved(&mut ledger, secs(0), 60);
        ledger.settle(secs(1), Some(lost), Settlement::Lost);
        assert_eq!(ledger.state(secs(1)).unwrap().left, -10);
        let next = TokenReport {
            timestamp: 6,
            ..report(44, 20, 5)
        };
        ledger.settle(secs(2), None, Settlement::Told(next));
        assert_eq!(ledger.state(secs(2)).unwrap().left, 44);
    }

    #[test]
    fn an_older_answer_that_arrives_late_changes_nothing() {
        let mut ledger = told(report(50, 30, 5));
        let late = TokenReport {
            timestamp: 4,
            ..report(99, 30, 5)
        };
        ledger.settle(secs(1), None, Settlement::Told(late));
        assert_eq!(ledger.state(secs(1)).unwrap().left, 50);
    }

    #[test]
    fn a_reservation_that_nobody_settles_ends_with_its_lease() {
        let mut ledger = told(report(1, 30, 5));
        reserved(&mut ledger, secs(0), 10_000);
        let wait = ledger.try_reserve(secs(60), 1, LEASE);
        assert!(matches!(wait, Grant::Wait(_)));
        reserved(&mut ledger, LEASE, 1);
    }

    #[test]
    fn a_ledger_that_was_stored_goes_on_where_it_stopped() {
        let mut ledger = told(report(1, 30, 5));
        let first = reserved(&mut ledger, secs(0), 10);
        let stored = serde_json::to_string(&ledger).unwrap();
        let mut loaded: TokenLedger = serde_json::from_str(&stored).unwrap();
        assert_eq!(loaded, ledger);
        loaded.settle(secs(1), Some(first), Settlement::Unsent);
        assert_ne!(reserved(&mut loaded, secs(1), 1), first);
    }
}
