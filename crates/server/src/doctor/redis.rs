//! Redis: whether it does what servers ask of it, where one is configured.

use arbitragevault_services::redis::RedisTrouble;

use super::Finding;
use crate::config::Config;

const CHECK: &str = "Redis";

/// Asks what servers ask; says nothing where no Redis is configured, which lacks nothing.
pub(super) async fn look(config: &Config) -> Option<Finding> {
    let redis = match config.redis.open() {
        Ok(redis) => redis?,
        Err(error) => {
            return Some(Finding::problem(
                CHECK,
                error.to_string(),
                "check REDIS_URL",
            ));
        }
    };
    // Servers do without, so it is no problem.
    Some(match redis.look().await {
        Ok(latency) => Finding::ok(CHECK, format!("answers in {} ms", latency.as_millis())),
        Err(trouble) => {
            let advice = match trouble {
                RedisTrouble::Unauthorised => "check the user and the password in REDIS_URL",
                RedisTrouble::Refuses => "Redis must have room, take writes, and run scripts",
                _ => {
                    "check REDIS_URL and the network; until then each server counts requests by itself"
                }
            };
            Finding::warning(CHECK, trouble.to_string(), advice)
        }
    })
}
