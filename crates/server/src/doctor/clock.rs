//! Whether the machine's clock agrees with others.

use chrono::{DateTime, TimeDelta, Utc};

use super::Finding;

/// How far a clock may be off. Times are stored by this machine and compared with those that PostgreSQL and Keepa tell: leases count in
/// seconds, market data in minutes, and one-time passwords in half minutes (grade M).
const TOLERANCE: TimeDelta = TimeDelta::seconds(5);

/// The finding about another clock, which told `theirs` between the two times of ours.
pub(super) fn compared(
    check: &'static str,
    theirs: DateTime<Utc>,
    asked: DateTime<Utc>,
    answered: DateTime<Utc>,
) -> Finding {
    let ahead = if asked > theirs {
        asked - theirs
    } else if answered < theirs {
        answered - theirs
    } else {
        TimeDelta::zero()
    };
    let seconds = ahead.num_milliseconds().unsigned_abs() / 1_000;
    if ahead.abs() <= TOLERANCE {
        return Finding::ok(check, format!("agree to {seconds} s"));
    }
    let direction = if ahead > TimeDelta::zero() {
        "ahead"
    } else {
        "behind"
    };
    Finding::warning(
        check,
        format!("this machine is {seconds} s {direction}"),
        "set its clock by NTP (`timedatectl set-ntp true`)",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_off_by_what_the_time_of_the_question_cannot_explain() {
        let at = |seconds: i64| DateTime::from_timestamp(1_764_000_000 + seconds, 0).unwrap();
        // Asked at 0, answered at 10.
        for (theirs, said) in [
            (3, "agree to 0 s"),
            (-4, "agree to 4 s"),
            (15, "agree to 5 s"),
            (-60, "this machine is 60 s ahead"),
            (100, "this machine is 90 s behind"),
        ] {
            let finding = compared("clocks", at(theirs), at(0), at(10));
            assert_eq!(finding.detail, said);
        }
    }
}
