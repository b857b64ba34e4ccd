//! What an organisation may do: tokens a day, items of a batch, batches at work, requests a minute.
//!
//! The server's configuration says what holds for all, and the operator what holds for one. Requests are counted in [`limits`](crate::limits),
//! tokens where market data is fetched, in [`market`](crate::market).

mod change;

use std::time::Duration;

use arbitragevault_persistence::organisation_quotas::{self, OrganisationQuotas};
use arbitragevault_persistence::{Connection, batches, organisation_spend, organisations};
use chrono::{DateTime, Days, NaiveTime, Utc};
use uuid::Uuid;

pub use change::{QuotaChange, QuotaChanges, change};

use crate::error::ServiceError;
use crate::{Caller, Services};

/// When to ask again for another batch while enough are at work. When one of them ends depends on Keepa's tokens, of which a minute brings
/// new ones.
const BATCH_RETRY: Duration = Duration::from_secs(60);

/// What holds for organisations that have no quota of their own; each is `None` where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QuotaDefaults {
    /// Keepa tokens a day in UTC.
    pub tokens_per_day: Option<i64>,
    /// Rows of a batch.
    pub items_per_batch: Option<i64>,
    /// Batches that are not done.
    pub batches_at_work: Option<i64>,
    /// Requests a minute of each credential.
    pub requests_per_minute: Option<i64>,
}

/// A quota that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// As much; `None` for as much as one likes.
    pub limit: Option<i64>,
    /// Whether the operator has set it for this organisation. Else it is the server's.
    pub is_own: bool,
}

impl Quota {
    fn of(own: Option<i64>, default: Option<i64>) -> Self {
        Self {
            limit: own.map_or(default, |own| Some(own).filter(|own| *own > 0)),
            is_own: own.is_some(),
        }
    }

    /// The limit, when so much is more than it.
    pub(crate) fn exceeded_by(&self, amount: usize) -> Option<i64> {
        let amount = i64::try_from(amount).unwrap_or(i64::MAX);
        self.limit.filter(|limit| amount > *limit)
    }
}

/// The quotas that hold for an organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quotas {
    /// Keepa tokens a day in UTC.
    pub tokens_per_day: Quota,
    /// Rows of a batch.
    pub items_per_batch: Quota,
    /// Batches that are not done.
    pub batches_at_work: Quota,
    /// Requests a minute of each credential.
    pub requests_per_minute: Quota,
}

impl QuotaDefaults {
    /// What holds for an organisation with these quotas of its own.
    #[must_use]
    pub fn with(&self, own: &OrganisationQuotas) -> Quotas {
        let of = |own: Option<i32>, default| Quota::of(own.map(i64::from), default);
        Quotas {
            tokens_per_day: Quota::of(own.tokens_per_day, self.tokens_per_day),
            items_per_batch: of(own.items_per_batch, self.items_per_batch),
            batches_at_work: of(own.batches_at_work, self.batches_at_work),
            requests_per_minute: of(own.requests_per_minute, self.requests_per_minute),
        }
    }
}

/// The quotas of an organisation, and what of them is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaUse {
    /// What holds.
    pub quotas: Quotas,
    /// Keepa tokens that were spent today.
    pub tokens_today: i64,
    /// When the next day begins.
    pub next_day: DateTime<Utc>,
    /// Batches that are not done.
    pub batches_at_work: i64,
}

/// When the next day begins, in UTC.
pub(crate) fn next_day(now: DateTime<Utc>) -> DateTime<Utc> {
    let tomorrow = now.date_naive().checked_add_days(Days::new(1));
    tomorrow.map_or(DateTime::<Utc>::MAX_UTC, |day| {
        day.and_time(NaiveTime::MIN).and_utc()
    })
}

/// What is told to who has no tokens left.
pub(crate) fn out_of_tokens(now: DateTime<Utc>) -> ServiceError {
    let until = next_day(now);
    ServiceError::QuotaSpent {
        code: "QUOTA_TOKENS",
        detail: format!(
            "the organisation has spent its tokens of the day; there are new ones at {}. What is stored can be read",
            until.format("%Y-%m-%d %H:%M UTC")
        ),
        retry_after: (until - now).to_std().unwrap_or_default(),
    }
}

impl Services {
    /// The quotas of the caller's organisation, and what of them is used.
    ///
    /// # Errors
    /// When the database is not available.
    pub async fn quotas(&self, caller: Caller) -> Result<QuotaUse, ServiceError> {
        let now = self.shared.clock.now();
        self.tenant(caller, async |connection| {
            look(connection, &self.shared.quotas, caller.organisation_id, now).await
        })
        .await
    }

    /// Holds that a batch of so many rows may be submitted. Nobody else submits for the organisation until the transaction ends.
    pub(crate) async fn admit_batch(
        &self,
        connection: &mut Connection,
        organisation_id: Uuid,
        rows: usize,
    ) -> Result<(), ServiceError> {
        let own = organisation_quotas::get(connection, organisation_id).await?;
        let quotas = self.shared.quotas.with(&own);
        if let Some(limit) = quotas.items_per_batch.exceeded_by(rows) {
            return Err(ServiceError::Invalid {
                code: "QUOTA_BATCH_SIZE",
                detail: format!(
                    "the list has {rows} rows, and the organisation's quota is {limit} a batch: divide it"
                ),
            });
        }
        admit_work(connection, quotas.batches_at_work, organisation_id, 1).await
    }

    /// Holds that a batch may be at work again which already counts as such.
    pub(crate) async fn admit_again(
        &self,
        connection: &mut Connection,
        organisation_id: Uuid,
    ) -> Result<(), ServiceError> {
        let own = organisation_quotas::get(connection, organisation_id).await?;
        let quota = self.shared.quotas.with(&own).batches_at_work;
        admit_work(connection, quota, organisation_id, 0).await
    }
}

/// Holds that so many more batches may be at work.
async fn admit_work(
    connection: &mut Connection,
    quota: Quota,
    organisation_id: Uuid,
    more: i64,
) -> Result<(), ServiceError> {
    let Some(limit) = quota.limit else {
        return Ok(());
    };
    organisations::lock(connection, organisation_id).await?;
    let at_work = batches::count_at_work(connection, organisation_id).await?;
    if at_work + more > limit {
        return Err(ServiceError::QuotaSpent {
            code: "QUOTA_BATCHES_AT_WORK",
            detail: format!(
                "{limit} batches of the organisation may be at work at once: wait until one is done, or cancel one"
            ),
            retry_after: BATCH_RETRY,
        });
    }
    Ok(())
}

/// The quotas of an organisation, and what of them is used.
///
/// # Errors
/// When the database is not available.
pub async fn look(
    connection: &mut Connection,
    defaults: &QuotaDefaults,
    organisation_id: Uuid,
    now: DateTime<Utc>,
) -> Result<QuotaUse, ServiceError> {
    let own = organisation_quotas::get(connection, organisation_id).await?;
    let today = now.date_naive();
    Ok(QuotaUse {
        quotas: defaults.with(&own),
        tokens_today: organisation_spend::spent(connection, organisation_id, today).await?,
        next_day: next_day(now),
        batches_at_work: batches::count_at_work(connection, organisation_id).await?,
    })
}

/// Why an item waits for whose organisation the tokens of the day are spent. It stands in the queue.
pub(crate) const WAITS_FOR_TOKENS: &str = "the tokens of the day are spent for the organisation";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_is_the_organisations_own_or_the_servers_and_0_is_none() {
        let told = |own, default| {
            let quota = Quota::of(own, default);
            (quota.limit, quota.is_own)
        };
        assert_eq!(told(None, Some(5)), (Some(5), false));
        assert_eq!(told(None, None), (None, false));
        assert_eq!(told(Some(7), Some(5)), (Some(7), true));
        assert_eq!(told(Some(0), Some(5)), (None, true));
    }

    #[test]
    fn a_day_ends_at_midnight_in_utc() {
        let day = |text: &str| next_day(text.parse().unwrap()).to_rfc3339();
        assert_eq!(day("2026-11-28T00:00:00Z"), "2026-11-29T00:00:00+00:00");
        assert_eq!(day("2026-12-31T23:59:59Z"), "2027-01-01T00:00:00+00:00");
        let ServiceError::QuotaSpent { retry_after, .. } =
            out_of_tokens("2026-11-28T23:58:30Z".parse().unwrap())
        else {
            panic!("it is a quota");
        };
        assert_eq!(retry_after, Duration::from_secs(90));
    }
}
