//! The section `quotas`.

use arbitragevault_services::quotas::QuotaDefaults;
use serde::Deserialize;

use super::LimitsConfig;

/// What organisations may do that have no quota of their own.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct QuotasConfig {
    tokens_per_day: u32,
    items_per_batch: u32,
    batches_at_work: u32,
}

impl QuotasConfig {
    /// The quotas; that of requests stands with the other limits of requests.
    pub(crate) fn defaults(self, limits: LimitsConfig) -> QuotaDefaults {
        let quota = |quota: u32| (quota > 0).then(|| quota.into());
        QuotaDefaults {
            tokens_per_day: quota(self.tokens_per_day),
            items_per_batch: quota(self.items_per_batch),
            batches_at_work: quota(self.batches_at_work),
            requests_per_minute: quota(limits.per_key),
        }
    }
}
