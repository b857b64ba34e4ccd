//! Between the rows that hold the books and the arithmetic of the client: pure decisions.

use std::time::Duration;

use arbitragevault_persistence::spend::Spend;
use arbitragevault_persistence::tokens::{Books, Bucket, Ended};
use chrono::{DateTime, TimeDelta, Utc};
use keepa_client::{ReservationId, Settlement, TokenBucket, TokenReport, TokenState};

/// How long a reservation holds when its process died: longer than a request may take to connect (30 s) and be answered (120 s of silence),
/// both limits of the client. One that takes longer still is booked all the same.
const LEASE: Duration = Duration::from_secs(180);

/// How long the first request of an account may keep all others waiting: a few times what an answer without offers takes (grade M).
const FIRST_LEASE: Duration = Duration::from_secs(20);

/// How soon a request asks again when tokens are there but reserved: nobody tells a process what another gives back.
pub(super) const ASK_AGAIN: Duration = Duration::from_secs(1);

/// How long the reservation of a request may hold, or how long the request has to wait.
///
/// Before the first answer one request at a time may run: it tells the others where they stand. A wait for what is only reserved is short, since
/// it may be given back any moment; a wait for refills is certain.
pub(super) fn decide(books: Books, now: DateTime<Utc>) -> Result<Duration, Duration> {
    let reserved = count(books.reserved);
    let Some(bucket) = books.bucket.map(arithmetic) else {
        return if reserved > 0 {
            Err(ASK_AGAIN)
        } else {
            Ok(FIRST_LEASE)
        };
    };
    let now = since_epoch(now);
    match (bucket.wait(now, 0), bucket.wait(now, reserved)) {
        (Some(certain), _) => Err(certain),
        (None, Some(possible)) => Err(possible.min(ASK_AGAIN)),
        (None, None) => Ok(LEASE),
    }
}

/// The bucket after a request.
pub(super) fn bucket_after(
    bucket: Option<Bucket>,
    ended: Option<&Ended>,
    settlement: Settlement,
    now: DateTime<Utc>,
) -> Option<Bucket> {
    let known = bucket.map(arithmetic);
    let after = match (settlement, known, ended) {
        (Settlement::Told(report), known, _) => {
            Some(TokenBucket::told(known, since_epoch(now), report))
        }
        (Settlement::Lost, Some(mut known), Some(ended)) => {
            known.lose(u32::try_from(ended.tokens).unwrap_or(u32::MAX));
            Some(known)
        }
        (Settlement::Lost | Settlement::Untold | Settlement::Unsent, known, _) => known,
    };
    after.map(row)
}

/// What a request that had reserved tokens came to; `None` when it was not sent, or Keepa charged nothing.
pub(super) const fn spend(ended: &Ended, settlement: Settlement) -> Option<Spend> {
    match settlement {
        Settlement::Told(report) => Some(Spend {
            tokens: report.tokens_consumed,
            tokens_lost: 0,
        }),
        Settlement::Lost => Some(Spend {
            tokens: 0,
            tokens_lost: ended.tokens,
        }),
        Settlement::Untold | Settlement::Unsent => None,
    }
}

/// The bucket at a time; `None` before the first answer.
pub(super) fn state(books: Books, now: DateTime<Utc>) -> Option<TokenState> {
    let bucket = arithmetic(books.bucket?);
    Some(bucket.state(since_epoch(now), count(books.reserved)))
}

/// The row of a reservation, as the client names it.
pub(super) fn reservation_id(row: i64) -> ReservationId {
    ReservationId(count(row))
}

/// The row behind a name.
pub(super) fn row_id(reservation: ReservationId) -> i64 {
    i64::try_from(reservation.0).unwrap_or(i64::MAX)
}

fn arithmetic(bucket: Bucket) -> TokenBucket {
    TokenBucket {
        report: TokenReport {
            timestamp: bucket.keepa_timestamp_ms,
            tokens_left: bucket.tokens_left,
            refill_in: Duration::from_millis(count(bucket.refill_in_ms)),
            refill_rate: u32::try_from(bucket.tokens_per_minute).unwrap_or(0),
            token_flow_reduction: bucket.tracking_tokens_per_minute,
            // Of the one request that told it, which is booked already.
            tokens_consumed: 0,
        },
        at: since_epoch(bucket.told_at),
        lost: bucket.tokens_lost,
    }
}

fn row(bucket: TokenBucket) -> Bucket {
    let report = bucket.report;
    let at = TimeDelta::from_std(bucket.at).unwrap_or(TimeDelta::MAX);
    Bucket {
        told_at: DateTime::UNIX_EPOCH
            .checked_add_signed(at)
            .unwrap_or(DateTime::<Utc>::MAX_UTC),
        keepa_timestamp_ms: report.timestamp,
        tokens_left: report.tokens_left,
        refill_in_ms: i64::try_from(report.refill_in.as_millis()).unwrap_or(i64::MAX),
        tokens_per_minute: i32::try_from(report.refill_rate).unwrap_or(i32::MAX),
        tracking_tokens_per_minute: report.token_flow_reduction,
        tokens_lost: bucket.lost,
    }
}

fn since_epoch(time: DateTime<Utc>) -> Duration {
    (time - DateTime::UNIX_EPOCH).to_std().unwrap_or_default()
}

/// A number that is never negative.
fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-27T12:00:00Z".parse().unwrap()
    }

    fn report(timestamp: i64, tokens_left: i64) -> TokenReport {
        TokenReport {
            timestamp,
            tokens_left,
            refill_in: Duration::from_secs(30),
            refill_rate: 5,
            token_flow_reduction: 0.5,
            tokens_consumed: 7,
        }
    }

    fn told(timestamp: i64, tokens_left: i64) -> Option<Bucket> {
        let settlement = Settlement::Told(report(timestamp, tokens_left));
        bucket_after(None, None, settlement, now())
    }

    fn reservation(tokens: i64) -> Ended {
        Ended {
            purpose: "BATCH".to_owned(),
            tokens,
        }
    }

    #[test]
    fn a_request_waits_surely_for_refills_and_shortly_for_what_is_reserved() {
        // Tokens left (nothing before the first answer), reserved, and the seconds that its reservation holds or that it waits.
        let cases = [
            (None, 0, Ok(20)),
            (None, 100, Err(1)),
            (Some(10), 0, Ok(180)),
            (Some(10), 9, Ok(180)),
            (Some(10), 10, Err(1)),
            (Some(10), 100, Err(1)),
            (Some(0), 0, Err(30)),
            (Some(-5), 0, Err(90)),
            (Some(-5), 100, Err(90)),
        ];
        for (left, reserved, expected) in cases {
            let books = Books {
                bucket: left.and_then(|left| told(1, left)),
                reserved,
            };
            let decision = decide(books, now());
            let expected = expected
                .map(Duration::from_secs)
                .map_err(Duration::from_secs);
            assert_eq!(decision, expected, "{left:?} left, {reserved} reserved");
        }
    }

    #[test]
    fn an_answer_tells_the_bucket_unless_a_newer_one_did() {
        let known = told(5, 50);
        let late = Settlement::Told(report(4, 99));
        assert_eq!(bucket_after(known, None, late, now()), known);
        let newer = Settlement::Told(report(6, 43));
        let after = bucket_after(known, None, newer, now()).unwrap();
        assert_eq!((after.tokens_left, after.keepa_timestamp_ms), (43, 6));
        let unsaid = [Settlement::Untold, Settlement::Unsent];
        for settlement in unsaid {
            let ended = reservation(9);
            assert_eq!(bucket_after(known, Some(&ended), settlement, now()), known);
            assert_eq!(spend(&ended, settlement), None);
        }
    }

    #[test]
    fn a_lost_request_counts_as_spent_and_is_booked_apart() {
        let ended = reservation(9);
        let after = bucket_after(told(5, 50), Some(&ended), Settlement::Lost, now());
        let books = Books {
            bucket: after,
            reserved: 4,
        };
        let state = state(books, now()).unwrap();
        assert_eq!((state.left, state.reserved), (41, 4));
        let lost = Spend {
            tokens: 0,
            tokens_lost: 9,
        };
        assert_eq!(spend(&ended, Settlement::Lost), Some(lost));
        let charged = Spend {
            tokens: 7,
            tokens_lost: 0,
        };
        let answered = Settlement::Told(report(6, 43));
        assert_eq!(spend(&ended, answered), Some(charged));
    }
}
