//! Counting requests in Redis: the generic cell rate algorithm as one script, so that no two servers count between each other.

use std::num::NonZeroU32;
use std::sync::LazyLock;
use std::time::Duration;

use ::redis::aio::MultiplexedConnection;
use ::redis::{RedisResult, Script};

use super::Redis;
use crate::limits::Count;

/// The value of a key is the time, in microseconds of Redis' own clock, at which the whole quota is there again; a key that is not there has
/// the whole quota. It answers what remains, and how many microseconds a refused request has to wait: -1 when it is let through.
///
/// Numbers of Lua are floats: microseconds since 1970 stay below 2^53, and are written without an exponent.
const GCRA: &str = "
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local interval = tonumber(ARGV[1])
local quota = tonumber(ARGV[2])
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now)
local wait = full - (quota - 1) * interval - now
if wait > 0 then
    return {0, wait}
end
full = full + interval
redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000))
return {math.floor((quota * interval - (full - now)) / interval), -1}
";

static SCRIPT: LazyLock<Script> = LazyLock::new(|| Script::new(GCRA));

/// What stands before every key, for those who share a Redis with others.
const PREFIX: &str = "arbitragevault:limit:";

const MINUTE: Duration = Duration::from_secs(60);

impl Redis {
    /// Counts a request of a subject that may do so many a minute; `None` while Redis is away.
    pub(crate) async fn count(&self, subject: &str, per_minute: NonZeroU32) -> Option<Count> {
        self.ask(async |connection| count(connection, subject, per_minute).await)
            .await
    }
}

async fn count(
    connection: &mut MultiplexedConnection,
    subject: &str,
    per_minute: NonZeroU32,
) -> RedisResult<Count> {
    let interval = MINUTE.as_micros() / u128::from(per_minute.get());
    let interval = u64::try_from(interval).unwrap_or(u64::MAX).max(1);
    let (remaining, wait): (u32, i64) = SCRIPT
        .key(format!("{PREFIX}{subject}"))
        .arg(interval)
        .arg(per_minute.get())
        .invoke_async(connection)
        .await?;
    Ok(Count {
        remaining,
        wait: u64::try_from(wait).ok().map(Duration::from_micros),
    })
}

/// Asks what servers ask, which fails where Redis has no room, may not be written, or runs no scripts.
pub(super) async fn probe(connection: &mut MultiplexedConnection) -> RedisResult<()> {
    count(connection, "probe", NonZeroU32::MAX).await.map(drop)
}
