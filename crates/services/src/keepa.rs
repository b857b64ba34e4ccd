//! Keepa's tokens: what is left, and what was spent.

use std::time::Duration;

use arbitragevault_domain::market::DataSource;
use arbitragevault_persistence::spend::{self, DaySpend};
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use keepa_client::{KeepaError, TokenState};

use crate::Services;
use crate::error::ServiceError;

/// The token bucket at a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KeepaTokens {
    /// When.
    pub as_of: DateTime<Utc>,
    /// The bucket; `None` when Keepa told nothing of it.
    pub state: Option<TokenState>,
    /// What answers at the configured address: Keepa, or a sandbox; `None` before its first answer to this process.
    pub source: Option<DataSource>,
}

impl Services {
    /// The token bucket as the books of this installation have it. Where they are empty Keepa is asked, which costs nothing.
    ///
    /// # Errors
    /// When the books cannot be read, or Keepa is not available.
    pub async fn keepa_tokens(&self) -> Result<KeepaTokens, ServiceError> {
        let client = self.shared.market.source().client();
        let state = match client.tokens().await.map_err(unavailable)? {
            Some(state) => Some(state),
            None => self.ask_keepa().await.map_err(unavailable)?,
        };
        Ok(KeepaTokens {
            as_of: self.shared.clock.now(),
            state,
            source: client
                .last_answer()
                .map(|last| keepa_client::data_source(last.origin)),
        })
    }

    /// What was spent today and on the days before, so many days together, by day in UTC and purpose; the newest day comes first.
    ///
    /// # Errors
    /// When the database is not available.
    pub async fn keepa_usage(&self, days: u32) -> Result<Vec<DaySpend>, ServiceError> {
        let today = self.shared.clock.now().date_naive();
        let first = today - TimeDelta::days(i64::from(days.saturating_sub(1)));
        let mut connection = self.connection().await?;
        Ok(spend::by_day(&mut connection, first.and_time(NaiveTime::MIN).and_utc()).await?)
    }
}

fn unavailable(error: KeepaError) -> ServiceError {
    let dependency = match error {
        KeepaError::Budget(_) => "the database",
        _ => "Keepa",
    };
    ServiceError::Unavailable {
        dependency,
        retry_after: error.retry_after().unwrap_or(Duration::from_secs(5)),
        source: Some(Box::new(error)),
    }
}
