//! Where the sales rank is going, beside the velocity and never in it: a dead book that became a little less dead is dead.

use serde::{Deserialize, Serialize};

use crate::history::{History, Window};
use crate::rounding::nearest;
use crate::time::KeepaMinutes;

/// Where the sales rank is going.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TrendDirection {
    /// The rank is at least a quarter lower than it was: it sells better.
    Improving,
    /// Neither.
    Steady,
    /// The rank is at least a third higher than it was: it sells worse.
    Worsening,
}

/// The typical sales rank of the last 30 days against that of the 150 days before them. The season is not taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct SalesRankTrend {
    /// Where it is going.
    pub direction: TrendDirection,
    /// Time-weighted geometric mean of the rank over the last 30 days.
    pub recent_sales_rank: u32,
    /// The same over the 150 days before them.
    pub earlier_sales_rank: u32,
}

/// Days of the recent and of the earlier rank: those of the demand estimate, so that both look at one half year.
const RECENT_DAYS: i32 = 30;
const EARLIER_DAYS: i32 = 150;

impl SalesRankTrend {
    /// The trend of ranks as known at a time; `None` where it had no rank in one of the two spans.
    pub(super) fn of(ranks: &History, now: KeepaMinutes) -> Option<Self> {
        let typical = |window| {
            let (log_rank, _) = ranks.log_moments(window)?;
            u32::try_from(nearest(log_rank.exp())?).ok()
        };
        let recent = typical(Window::days_before(now, RECENT_DAYS))?;
        let earlier = typical(Window::days_before(
            now.plus_days(-RECENT_DAYS),
            EARLIER_DAYS,
        ))?;
        Some(Self {
            direction: direction(recent.into(), earlier.into()),
            recent_sales_rank: recent,
            earlier_sales_rank: earlier,
        })
    }
}

/// A factor of four thirds either way is a direction (judgement, grade M): the rank of a book that sells once a month moves by less from one
/// month to the next.
const fn direction(recent: u64, earlier: u64) -> TrendDirection {
    if recent * 4 <= earlier * 3 {
        TrendDirection::Improving
    } else if recent * 3 >= earlier * 4 {
        TrendDirection::Worsening
    } else {
        TrendDirection::Steady
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{days_ago, history};

    #[test]
    fn a_rank_moves_from_a_third_of_change_on_in_either_direction() {
        use TrendDirection::{Improving, Steady, Worsening};
        let cases = [
            (400_000, 400_000, Steady),
            (400_000, 300_001, Steady),
            (400_000, 300_000, Improving),
            (300_000, 399_999, Steady),
            (300_000, 400_000, Worsening),
        ];
        for (earlier, recent, direction) in cases {
            let ranks = history(&[(400, earlier), (30, recent)]).unwrap();
            let trend = SalesRankTrend::of(&ranks, days_ago(0)).unwrap();
            assert_eq!(trend.direction, direction, "{trend:?}");
            assert_eq!(
                (trend.earlier_sales_rank, trend.recent_sales_rank),
                (earlier.unsigned_abs(), recent.unsigned_abs())
            );
        }
    }

    #[test]
    fn a_rank_known_for_less_than_a_month_has_no_trend() {
        let young = history(&[(29, 200_000)]).unwrap();
        assert_eq!(SalesRankTrend::of(&young, days_ago(0)), None);
        let unranked_now = history(&[(200, 200_000), (31, -1)]).unwrap();
        assert_eq!(SalesRankTrend::of(&unranked_now, days_ago(0)), None);
    }
}
