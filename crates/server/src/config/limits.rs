//! The sections `limits` and `redis`.

use std::num::NonZeroU32;
use std::sync::Arc;

use arbitragevault_services::clock::Clock;
use arbitragevault_services::limits::{LimitSettings, RequestLimits};
use arbitragevault_services::redis::{Redis, check_url};
use serde::Deserialize;

use super::Secret;

/// How many requests everybody may do.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct LimitsConfig {
    pub(super) per_key: u32,
    per_address: u32,
}

/// What servers share besides the database.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct RedisConfig {
    pub(crate) url: Secret,
}

impl LimitsConfig {
    /// The limits, counted in Redis where one is configured.
    pub(crate) fn limits(self, redis: Option<Arc<Redis>>) -> RequestLimits {
        let settings = LimitSettings {
            per_key: NonZeroU32::new(self.per_key),
            per_address: NonZeroU32::new(self.per_address),
        };
        RequestLimits::new(settings, redis)
    }
}

impl RedisConfig {
    /// What is wrong with the section.
    pub(super) fn problem(&self) -> Option<String> {
        let checked = self.url.get().map(check_url)?;
        checked.err().map(|error| format!("redis.url: {error}"))
    }

    /// The Redis; `None` where none is configured.
    pub(crate) fn open(&self) -> anyhow::Result<Option<Arc<Redis>>> {
        let Some(url) = self.url.get() else {
            return Ok(None);
        };
        let redis = Redis::new(url, Clock::system());
        let redis = redis.map_err(|error| anyhow::anyhow!("redis.url {error}"))?;
        Ok(Some(Arc::new(redis)))
    }
}
