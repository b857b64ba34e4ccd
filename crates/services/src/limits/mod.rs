//! Requests a minute: of each credential, and of each address.
//!
//! Counted by the generic cell rate algorithm (ADR 12): nobody may do more than the quota at once, and what was used comes back evenly over a
//! minute. Where a Redis is configured all servers count together; without it, and while it is away, each process counts by itself.

mod local;

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use crate::metrics;
use crate::redis::Redis;
use local::LocalLimits;

/// How often what needs no memory any more is forgotten. Until then a subject takes 112 bytes at most (49 in a table that may be half empty):
/// with 75,000 requests a second, each from another address, 84 MB in all.
const UPKEEP: Duration = Duration::from_secs(10);

/// The bits of an IPv6 address that name a network: whoever has one address has all of its network (RFC 6177).
const IPV6_NETWORK: u128 = !0 << 64;

/// The limits of a server, each `None` where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LimitSettings {
    /// Requests a minute of each credential.
    pub per_key: Option<NonZeroU32>,
    /// Requests a minute of each address.
    pub per_address: Option<NonZeroU32>,
}

/// What a limit is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Policy {
    /// A credential.
    Key,
    /// An address.
    Address,
}

impl Policy {
    /// Its name, in headers and metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Address => "address",
        }
    }
}

/// What an organisation's quota says of its callers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RequestQuota {
    /// Nothing: what the server says holds.
    #[default]
    Server,
    /// They may do as many requests as they like.
    Unlimited,
    /// Requests a minute of each.
    PerMinute(NonZeroU32),
}

impl RequestQuota {
    /// As it is stored: `None` for the server's, 0 for as many as one likes.
    pub(crate) fn stored(quota: Option<i32>) -> Self {
        match quota {
            None => Self::Server,
            Some(quota) => {
                let quota = u32::try_from(quota).ok().and_then(NonZeroU32::new);
                quota.map_or(Self::Unlimited, Self::PerMinute)
            }
        }
    }
}

/// Whose requests are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// An API key, by its id.
    Key(Uuid),
    /// A user, in what concerns the account alone.
    Account(Uuid),
    /// A user in an organisation, whatever the session.
    Member {
        /// The organisation.
        organisation_id: Uuid,
        /// The user.
        user_id: Uuid,
    },
    /// An address, or the network of an IPv6 address.
    Address(IpAddr),
}

impl Subject {
    /// Whoever calls from this address.
    #[must_use]
    pub fn address(address: IpAddr) -> Self {
        Self::Address(match address.to_canonical() {
            IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & IPV6_NETWORK).into(),
            v4 => v4,
        })
    }

    /// What limits it.
    #[must_use]
    pub const fn policy(&self) -> Policy {
        match self {
            Self::Key(_) | Self::Account(_) | Self::Member { .. } => Policy::Key,
            Self::Address(_) => Policy::Address,
        }
    }
}

/// As Redis knows it.
impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(id) => write!(f, "key:{id}"),
            Self::Account(user_id) => write!(f, "account:{user_id}"),
            Self::Member {
                organisation_id,
                user_id,
            } => write!(f, "member:{organisation_id}:{user_id}"),
            Self::Address(address) => write!(f, "address:{address}"),
        }
    }
}

/// What counting a request came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Count {
    /// Requests that may follow at once.
    pub(crate) remaining: u32,
    /// How long to wait for the next; `None` when this one is let through.
    pub(crate) wait: Option<Duration>,
}

/// How a subject stands after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// What limits it.
    pub policy: Policy,
    /// Requests a minute.
    pub quota: NonZeroU32,
    /// Requests that may follow at once.
    pub remaining: u32,
    /// How long to wait, when the request is refused.
    pub refused_for: Option<Duration>,
}

impl Standing {
    /// How long until the whole quota is there again, if nothing is asked meanwhile; never too short.
    #[must_use]
    pub fn whole_after(&self) -> Duration {
        let used = self.quota.get().saturating_sub(self.remaining);
        let seconds = (u64::from(used) * 60).div_ceil(u64::from(self.quota.get()));
        Duration::from_secs(seconds)
    }
}

/// Counts requests.
#[derive(Debug, Default)]
pub struct RequestLimits {
    settings: LimitSettings,
    local: LocalLimits,
    shared: Option<Arc<Redis>>,
}

impl RequestLimits {
    /// Limits that are counted in Redis, or in the process where there is none.
    #[must_use]
    pub fn new(settings: LimitSettings, shared: Option<Arc<Redis>>) -> Self {
        Self {
            settings,
            local: LocalLimits::default(),
            shared,
        }
    }

    /// Counts a request; `None` where nothing limits the subject.
    pub async fn count(&self, subject: Subject, own: RequestQuota) -> Option<Standing> {
        let quota = match (own, subject.policy()) {
            (RequestQuota::Server, Policy::Key) => self.settings.per_key,
            (RequestQuota::Server, Policy::Address) => self.settings.per_address,
            (RequestQuota::Unlimited, _) => None,
            (RequestQuota::PerMinute(quota), _) => Some(quota),
        };
        let quota = quota?;
        let count = match &self.shared {
            Some(redis) => redis.count(&subject.to_string(), quota).await,
            None => None,
        };
        let count = count.unwrap_or_else(|| self.local.count(subject, quota));
        let policy = subject.policy();
        if count.wait.is_some() {
            metrics::request_refused(policy);
        }
        Some(Standing {
            policy,
            quota,
            remaining: count.remaining,
            refused_for: count.wait,
        })
    }

    /// The Redis in which requests are counted; `None` where none is configured.
    #[must_use]
    pub const fn redis(&self) -> Option<&Arc<Redis>> {
        self.shared.as_ref()
    }

    /// Forgets those who have their whole quota again, now and then, until the future is dropped.
    pub async fn keep_small(&self) {
        loop {
            tokio::time::sleep(UPKEEP).await;
            self.local.forget_idle();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_addresses_of_a_network_and_of_a_mapped_address_are_one() {
        let subject = |address: &str| Subject::address(address.parse().unwrap());
        assert_eq!(subject("2001:db8:1:2::1"), subject("2001:db8:1:2:ffff::7"));
        assert_ne!(subject("2001:db8:1:2::1"), subject("2001:db8:1:3::1"));
        assert_eq!(subject("::ffff:203.0.113.7"), subject("203.0.113.7"));
        assert_ne!(subject("203.0.113.8"), subject("203.0.113.7"));
    }

    #[tokio::test]
    async fn a_limit_of_nothing_lets_everything_pass() {
        let limits = RequestLimits::default();
        let subject = Subject::address([203, 0, 113, 7].into());
        assert_eq!(limits.count(subject, RequestQuota::Server).await, None);
        // What an organisation has of its own holds whatever the server says.
        let own = RequestQuota::stored(Some(2));
        let standing = limits.count(subject, own).await.unwrap();
        assert_eq!((standing.quota.get(), standing.remaining), (2, 1));
        let unlimited = RequestQuota::stored(Some(0));
        assert_eq!(limits.count(subject, unlimited).await, None);
    }

    #[test]
    fn the_time_until_all_is_there_again_follows_from_what_is_used() {
        let standing = |quota, remaining| Standing {
            policy: Policy::Key,
            quota: NonZeroU32::new(quota).unwrap(),
            remaining,
            refused_for: None,
        };
        assert_eq!(standing(600, 600).whole_after(), Duration::ZERO);
        assert_eq!(standing(600, 599).whole_after(), Duration::from_secs(1));
        assert_eq!(standing(600, 0).whole_after(), Duration::from_secs(60));
        assert_eq!(standing(1, 0).whole_after(), Duration::from_secs(60));
    }
}
